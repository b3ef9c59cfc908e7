//! The index: all rules by category, the profiles, and what the engines don't do.

use super::{Documented, DocumentedProfile, SETS, STANDARDS, section};
use crate::bundle::{limits, unseen};
use crate::documentation::markdown::{code, table, text};
use crate::ir::{Rule, Target};

/// The sections of the page.
pub(super) fn body(documented: &Documented<'_>, rules: &[Rule]) -> Vec<String> {
    vec![
        head(documented),
        section("Rules", &categories(documented, rules)),
        section("Profiles", &profiles(documented)),
        section("Sets", &sets(documented)),
        section("What the engines don't do", &engines()),
    ]
}

fn head(documented: &Documented<'_>) -> String {
    let is_standard = |profile: &DocumentedProfile| profile.standard.is_some();
    let standards = match documented.profiles.iter().any(is_standard) {
        true => format!(" How they come to the Pod Security Standards: [the map]({STANDARDS})."),
        false => String::new(),
    };
    format!(
        "# Rules\n\nEach page says what the rule means, in words that are made from the rule itself.{standards}"
    )
}

fn categories(documented: &Documented<'_>, rules: &[Rule]) -> String {
    let mut names: Vec<&str> = rules.iter().map(|rule| rule.category.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let of = |name: &str| {
        let rows: Vec<Vec<String>> =
            rules.iter().filter(|rule| rule.category == name).map(|rule| row(documented, rule)).collect();
        let heading = ["rule", "what holds", "severity", "Pod Security Standards", "profiles"];
        format!("### {name}\n\n{}\n", table(&heading, &rows))
    };
    names.iter().map(|name| of(name)).collect()
}

fn row(documented: &Documented<'_>, rule: &Rule) -> Vec<String> {
    let controls: Vec<String> = rule
        .references
        .iter()
        .filter(|reference| reference.framework == "pss")
        .map(|reference| code(&reference.control))
        .collect();
    let profiles: Vec<String> = documented
        .profiles
        .iter()
        .filter(|profile| {
            profile.versions.iter().any(|release| release.rules.iter().any(|one| one.id == rule.id))
        })
        .map(|profile| code(&profile.name))
        .collect();
    vec![
        format!("[{0}]({0}.md)", rule.id),
        text(&rule.title),
        rule.severity.name().to_owned(),
        controls.join(", "),
        profiles.join(", "),
    ]
}

fn profiles(documented: &Documented<'_>) -> String {
    let rows: Vec<Vec<String>> = documented
        .profiles
        .iter()
        .map(|profile| {
            let count = profile.versions.last().map_or(0, |release| release.rules.len());
            vec![code(&profile.name), text(&profile.description), count.to_string()]
        })
        .collect();
    table(&["profile", "for", "rules"], &rows)
}

/// What exemptions may adopt.
fn sets(documented: &Documented<'_>) -> String {
    let rows: Vec<Vec<String>> =
        documented.sets.iter().map(|set| vec![format!("[{}]({SETS})", set.id), text(&set.title)]).collect();
    table(&["set", "what it is for"], &rows)
}

/// What the engines don't enforce as they are installed, whatever the rule.
fn engines() -> String {
    let areas: Vec<Vec<String>> = Target::ALL
        .into_iter()
        .flat_map(|target| unseen(target).iter().map(move |unseen| (target, unseen)))
        .map(|(target, unseen)| {
            vec![format!("`{}`", target.name()), unseen.area.to_string(), unseen.because.to_owned()]
        })
        .collect();
    let mut said = format!(
        "As their charts install them, and whatever the policies say.\n\n{}",
        table(&["target", "not looked into", "because of"], &areas)
    );
    for target in Target::ALL.into_iter().filter(|target| !limits(*target).is_empty()) {
        let items: String = limits(target).iter().map(|limit| format!("- {limit}\n")).collect();
        said.push_str(&format!("\n`{}`:\n\n{items}", target.name()));
    }
    said
}
