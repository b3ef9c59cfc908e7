//! The page on the Pod Security Standards: which checks of ours stand for each of theirs, with which parameters, in which versions, and
//! where the rules are stricter.

use std::collections::{BTreeMap, BTreeSet};

use super::parameters::by_version;
use super::rule::{conditions, in_release};
use super::{Documented, DocumentedProfile, range, same, section};
use crate::documentation::markdown::{code, table, text, value};
use crate::ir::fold::fold;
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
    sections.push(section("What changes with the version", &by_versions(&profiles)));
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
         `palisade check` names that id too, as `standard`. A level has the checks of the one below it, but those in whose \
         place it has a stricter one.",
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

/// The parameters of the profile's rules under the newest version.
fn parameters(profile: &DocumentedProfile) -> String {
    let mut rows = Vec::new();
    for rule in newest(profile) {
        let row = |(name, parameter): (&String, &Parameter)| {
            vec![link(&rule.id), code(name), value(&parameter.written)]
        };
        rows.extend(rule.parameters.iter().map(row));
    }
    told("\nWith these parameters:", &table(&["rule", "parameter", "value"], &rows))
}

/// What is another thing in another version: rules that ask something else, and parameters that grow.
fn by_versions(profiles: &[&DocumentedProfile]) -> String {
    let mut rows = BTreeSet::new();
    let mut tables = BTreeSet::new();
    for profile in profiles {
        for rule in newest(profile) {
            let runs = same(&profile.versions, |release| in_release(release, &rule.id).map(asked));
            if runs.len() > 1 {
                let ranges = runs.iter().filter(|(_, asked)| asked.is_some()).map(|(run, _)| range(run));
                rows.insert(vec![link(&rule.id), code(&profile.name), ranges.collect::<Vec<_>>().join("; ")]);
            }
            for (name, parameter) in &rule.parameters {
                tables.insert(by_version(&format!("{} of {}", code(name), link(&rule.id)), parameter));
            }
        }
    }
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let rules = told(
        "Rules that ask something else in some versions, or aren't there; their pages say what:",
        &table(&["rule", "profile", "versions that are alike"], &rows),
    );
    rules + &tables.into_iter().collect::<String>()
}

fn stricter(profiles: &[&DocumentedProfile], rules: &[Rule]) -> String {
    let parts = [other_values(profiles, rules), further_checks(profiles), further_rules(profiles, rules)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The rules of a profile under its newest version.
fn newest(profile: &DocumentedProfile) -> impl Iterator<Item = &Rule> {
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
    for profile in profiles {
        // The closed form has no check that the profile's parameters leave nothing to find.
        for rule in newest(profile).map(fold) {
            for check in rule.checks.iter().filter(|check| !stands(&rule.id, &check.id)) {
                rows.insert(vec![link(&rule.id), code(&check.id), code(&profile.name)]);
            }
        }
    }
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    told(
        "Checks of the profiles that stand for none of the standard's:",
        &table(&["rule", "check", "profile"], &rows),
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

/// What a rule asks for: its conditions, and the values of its parameters.
fn asked(rule: &Rule) -> (String, Vec<&serde_json::Value>) {
    (conditions(rule), rule.parameters.values().map(|parameter| &parameter.written).collect())
}

/// A table with what it shows; nothing without rows.
fn told(introduction: &str, table: &str) -> String {
    if table.is_empty() { String::new() } else { format!("{introduction}\n\n{table}") }
}
