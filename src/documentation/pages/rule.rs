//! The page of one rule.

use super::{Documented, engines, examples, parameters, range, same, section};
use crate::documentation::markdown::{code, text};
use crate::documentation::words;
use crate::ir::{Check, Condition, Kind, Release, Rule, Text};

/// The sections of the page.
pub(super) fn body(documented: &Documented<'_>, rule: &Rule) -> Vec<String> {
    vec![
        head(rule),
        section("What it means", &meaning(documented, rule)),
        section("Why", &text(&rule.why)),
        section("How to mend it", &text(&rule.fix)),
        section("Parameters", &parameters::of_rule(documented, rule)),
        section("Examples", &examples::of_rule(documented, rule)),
        section("Generated policies", &engines::of_rule(documented, rule)),
    ]
}

fn head(rule: &Rule) -> String {
    let references: Vec<String> = rule
        .references
        .iter()
        .map(|reference| format!("{} {}", reference.framework, code(&reference.control)))
        .collect();
    let references = match references.as_slice() {
        [] => String::new(),
        references => format!("\n\nReferences: {}.", references.join(", ")),
    };
    format!(
        "# {}: {}\n\n{} · {} · since {} · [all rules](README.md){references}",
        rule.id,
        text(&rule.title),
        rule.severity.name(),
        rule.category,
        rule.since
    )
}

/// What the rule says, once for each run of versions in which it asks the same.
fn meaning(documented: &Documented<'_>, rule: &Rule) -> String {
    let mut runs = same(documented.versions, |release| in_release(release, &rule.id).map(conditions));
    // The newest first: it is what most want to know.
    runs.reverse();
    let is_always_the_same = runs.len() == 1;
    let told = runs.iter().filter_map(|(run, _)| {
        let said = said(in_release(run.last()?, &rule.id)?, true);
        Some(match is_always_the_same {
            true => said,
            false => format!("### Under the Pod Security Standards of {}\n\n{said}\n", range(run)),
        })
    });
    format!("It governs {}.\n\n{}", kinds(&rule.kinds), told.collect::<String>())
}

/// A rule in a release.
pub(super) fn in_release<'a>(release: &'a Release, id: &str) -> Option<&'a Rule> {
    release.rules.iter().find(|rule| rule.id == id)
}

/// What a rule asks, in words, without the texts of its findings: they may say the values of parameters.
pub(super) fn conditions(rule: &Rule) -> String {
    said(rule, false)
}

fn said(rule: &Rule, with_texts: bool) -> String {
    let spared = match &rule.spared {
        Condition::False => String::new(),
        spared => words::condition("It is silent about an object if this holds:", spared) + "\n",
    };
    let check = |check: &Check| match with_texts {
        true => format!("{}\nElse the finding says: *{}*\n", asked(rule, check), text(&message(check))),
        false => asked(rule, check),
    };
    spared + &rule.checks.iter().map(check).collect::<Vec<_>>().join("\n")
}

fn asked(rule: &Rule, check: &Check) -> String {
    if check.ok == Condition::True {
        return format!("**{}** asks nothing in these versions.\n", code(&check.id));
    }
    let only = if check.kinds == rule.kinds { String::new() } else { format!(" of {}", kinds(&check.kinds)) };
    let introduction = format!("For {}{only}, this must hold:", words::loops(&check.each));
    format!("**{}**: {}", code(&check.id), words::condition(&introduction, &check.ok))
}

fn message(check: &Check) -> String {
    let part = |part: &Text| match part {
        Text::Literal(text) => text.clone(),
        Text::Value(_) => "…".to_owned(),
    };
    check.message.iter().map(part).collect()
}

fn kinds(kinds: &[Kind]) -> String {
    let name = |kind: &Kind| match kind.group.as_str() {
        "" => kind.kind.clone(),
        group => format!("{} ({group})", kind.kind),
    };
    kinds.iter().map(name).collect::<Vec<_>>().join(", ")
}
