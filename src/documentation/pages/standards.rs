//! The page on the Pod Security Standards: which checks of ours stand for each of theirs, with which parameters, in which versions, and
//! where the rules are stricter.

use std::collections::{BTreeMap, BTreeSet};

use super::parameters::by_version;
use super::{Documented, DocumentedProfile, range, same, section};
use crate::documentation::markdown::{code, table, text, value};
use crate::ir::{Parameter, Release, Rule};

/// The framework that the page is about.
const FRAMEWORK: &str = "pss";

/// A rule's id and the ids of its checks.
type StandsFor<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// The sections of the page; nothing if no profile is equal to a level of the standards.
pub(super) fn body(documented: &Documented<'_>, rules: &[Rule]) -> Option<Vec<String>> {
    let is_level = |profile: &&DocumentedProfile| {
        profile.standard.as_ref().is_some_and(|(framework, _)| framework == FRAMEWORK)
    };
    let profiles: Vec<&DocumentedProfile> = documented.profiles.iter().filter(is_level).collect();
    if profiles.is_empty() {
        return None;
    }
    let mut sections = vec![head(&profiles)];
    sections.extend(profiles.iter().map(|profile| section(&level(profile), &map(profile))));
    sections.push(section("Where the rules are stricter", &stricter(&profiles, rules)));
    Some(sections)
}

fn head(profiles: &[&DocumentedProfile]) -> String {
    let versions: Vec<&Release> =
        profiles.first().map(|profile| profile.versions.iter().collect()).unwrap_or_default();
    let names: Vec<String> = profiles.iter().map(|profile| code(&profile.name)).collect();
    format!(
        "# The Pod Security Standards\n\nThe profiles {} are equal to levels of Kubernetes' [Pod Security \
         Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), in their versions {}, which an \
         environment chooses with `pod_security`. The tables below are the map from each check of the library \
         `k8s.io/pod-security-admission`, by its own id, to rules and checks; they are made from the profiles. A finding of \
         `palisade check` names that id too, as `standard`.",
        names.join(" and "),
        range(&versions)
    )
}

fn level(profile: &DocumentedProfile) -> String {
    let level = profile.standard.as_ref().map_or("", |(_, level)| level.as_str());
    format!("{}: {}", text(level), code(&profile.name))
}

/// What stands for each check of the standard, for each run of versions in which it is the same.
fn map(profile: &DocumentedProfile) -> String {
    let standards: BTreeSet<&str> = profile
        .versions
        .iter()
        .flat_map(|release| &release.rules)
        .flat_map(|rule| &rule.checks)
        .flat_map(|check| check.standards.iter().map(String::as_str))
        .collect();
    let mut rows = Vec::new();
    for standard in standards {
        for (run, stands) in same(&profile.versions, |release| stands_for(release, standard)) {
            if !stands.is_empty() {
                rows.push(vec![code(standard), range(&run), described(&stands)]);
            }
        }
    }
    let map = table(&["check of the standard", "versions", "rules and checks"], &rows);
    format!("{map}{}", parameters(profile))
}

fn stands_for<'a>(release: &'a Release, standard: &str) -> StandsFor<'a> {
    let mut stands = StandsFor::new();
    for rule in &release.rules {
        let checks = rule.checks.iter().filter(|check| check.standards.iter().any(|one| one == standard));
        let checks: Vec<&str> = checks.map(|check| check.id.as_str()).collect();
        if !checks.is_empty() {
            stands.insert(&rule.id, checks);
        }
    }
    stands
}

fn described(stands: &StandsFor<'_>) -> String {
    let one = |(rule, checks): (&&str, &Vec<&str>)| {
        let checks: Vec<String> = checks.iter().map(|check| code(check)).collect();
        format!("{} {}", link(rule), checks.join(", "))
    };
    stands.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn link(rule: &str) -> String {
    format!("[{rule}]({rule}.md)")
}

/// The parameters of the profile's rules, with what each version adds.
fn parameters(profile: &DocumentedProfile) -> String {
    let Some(newest) = profile.versions.last() else { return String::new() };
    let mut rows = Vec::new();
    let mut tables = String::new();
    for rule in &newest.rules {
        for (name, parameter) in &rule.parameters {
            rows.push(vec![link(&rule.id), code(name), value(&parameter.written)]);
            tables.push_str(&by_version(&rule.id, name, parameter));
        }
    }
    match rows.is_empty() {
        true => String::new(),
        false => {
            format!("\nWith these parameters:\n\n{}{tables}", table(&["rule", "parameter", "value"], &rows))
        }
    }
}

fn stricter(profiles: &[&DocumentedProfile], rules: &[Rule]) -> String {
    let parts = [other_values(profiles, rules), further_checks(profiles), further_rules(profiles, rules)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The rules of a profile under its newest version.
fn newest<'a>(profile: &'a DocumentedProfile) -> impl Iterator<Item = &'a Rule> {
    profile.versions.last().into_iter().flat_map(|release| &release.rules)
}

/// Parameters whose default is another value than the standard's.
fn other_values(profiles: &[&DocumentedProfile], rules: &[Rule]) -> String {
    let mut rows = Vec::new();
    for rule in rules {
        for (name, default) in &rule.parameters {
            let of_profile = |profile: &&DocumentedProfile| -> Option<String> {
                let own: &Parameter = newest(profile).find(|one| one.id == rule.id)?.parameters.get(name)?;
                (own.value != default.value)
                    .then(|| format!("{} in {}", value(&own.written), code(&profile.name)))
            };
            let others: Vec<String> = profiles.iter().filter_map(of_profile).collect();
            if !others.is_empty() {
                rows.push(vec![link(&rule.id), code(name), value(&default.written), others.join("; ")]);
            }
        }
    }
    let heading = ["rule", "parameter", "the rule's default", "the standard's value"];
    told(
        "Where a rule's default isn't the standard's value, the profiles set that one:",
        &table(&heading, &rows),
    )
}

/// Checks of the profiles' rules that stand for none of the standard.
fn further_checks(profiles: &[&DocumentedProfile]) -> String {
    let stands = |rule: &str, check: &str| {
        profiles.iter().any(|profile| {
            let rules =
                profile.versions.iter().flat_map(|release| &release.rules).filter(|one| one.id == rule);
            rules.flat_map(|rule| &rule.checks).any(|one| one.id == check && !one.standards.is_empty())
        })
    };
    let mut rows = BTreeSet::new();
    for rule in profiles.iter().flat_map(|profile| newest(profile)) {
        for check in rule.checks.iter().filter(|check| !stands(&rule.id, &check.id)) {
            rows.insert(vec![link(&rule.id), code(&check.id)]);
        }
    }
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    told(
        "Checks that stand for none of the standard's; the profiles set the parameters so that they find nothing:",
        &table(&["rule", "check"], &rows),
    )
}

/// Rules about Pods' security that no level has.
fn further_rules(profiles: &[&DocumentedProfile], rules: &[Rule]) -> String {
    let of_profiles: Vec<&Rule> = profiles.iter().flat_map(|profile| newest(profile)).collect();
    let categories: BTreeSet<&str> = of_profiles.iter().map(|rule| rule.category.as_str()).collect();
    let rows: Vec<Vec<String>> = rules
        .iter()
        .filter(|rule| categories.contains(rule.category.as_str()))
        .filter(|rule| of_profiles.iter().all(|one| one.id != rule.id))
        .map(|rule| vec![link(&rule.id), text(&rule.title)])
        .collect();
    told(
        "Rules that no level has; other profiles take them up beside the standard's:",
        &table(&["rule", "what holds"], &rows),
    )
}

/// A table with what it shows; nothing without rows.
fn told(introduction: &str, table: &str) -> String {
    if table.is_empty() { String::new() } else { format!("{introduction}\n\n{table}") }
}
