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

/// What the rule says, once for each run of versions for which it says the same.
fn meaning(documented: &Documented<'_>, rule: &Rule) -> String {
    let say = |release: &Release| release.rules.iter().find(|one| one.id == rule.id).map(in_version);
    let mut runs = same(documented.versions, say);
    // The newest first: it is what most want to know.
    runs.reverse();
    let governs = format!("It governs {}.\n\n", kinds(&rule.kinds));
    let texts: Vec<String> = match runs.as_slice() {
        [(_, Some(said))] => vec![said.clone()],
        runs => runs.iter().filter_map(|(run, said)| of_versions(&range(run), said.as_ref()?)).collect(),
    };
    governs + &texts.join("\n")
}

fn of_versions(range: &str, said: &str) -> Option<String> {
    Some(format!("### Under the Pod Security Standards of {range}\n\n{said}"))
}

fn in_version(rule: &Rule) -> String {
    let spared = match &rule.spared {
        Condition::False => String::new(),
        spared => words::condition("It is silent about an object if this holds:", spared) + "\n",
    };
    let checks: Vec<String> = rule.checks.iter().map(|check| self::check(rule, check)).collect();
    spared + &checks.join("\n")
}

fn check(rule: &Rule, check: &Check) -> String {
    let only = if check.kinds == rule.kinds { String::new() } else { format!(" of {}", kinds(&check.kinds)) };
    let introduction = format!("For {}{only}, this must hold:", words::loops(&check.each));
    let message: String = check
        .message
        .iter()
        .map(|part| match part {
            Text::Literal(text) => text.clone(),
            Text::Value(_) => "…".to_owned(),
        })
        .collect();
    format!(
        "**{}**: {}\nElse the finding says: *{}*\n",
        code(&check.id),
        words::condition(&introduction, &check.ok),
        text(&message)
    )
}

fn kinds(kinds: &[Kind]) -> String {
    let name = |kind: &Kind| match kind.group.as_str() {
        "" => kind.kind.clone(),
        group => format!("{} ({group})", kind.kind),
    };
    kinds.iter().map(name).collect::<Vec<_>>().join(", ")
}
