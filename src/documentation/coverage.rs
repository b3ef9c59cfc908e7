//! What is enforced where, and what isn't: rules by environments, and of each value in an environment the place that set it.

use std::collections::BTreeMap;

use serde_json::json;

use super::effective;
use super::sheet::{Section, Sheet};
use crate::bundle;
use crate::ir::{Native, Release, Target};
use crate::targets::{described, layout};

/// The coverage of these releases as JSON. `rules` are the ids and titles of all rules that there are.
pub fn coverage_as_json(rules: &BTreeMap<String, String>, releases: &[Release]) -> String {
    let environment = |release: &Release| {
        let rules = rules.iter().map(|(id, title)| {
            let rule = release.rules.iter().find(|rule| rule.id == *id);
            json!({
                "id": id,
                "title": title,
                "severity": rule.map(|rule| rule.severity.name()),
                "actions": rule.map(|rule| bundle::actions(release, rule)),
                "denies_pods": rule.is_some_and(bundle::denies_pods),
                "values": effective::of_rule(release, id, rule),
            })
        });
        json!({
            "name": release.environment,
            "description": release.description,
            "settings": effective::of_environment(release),
            "targets": release.engines.iter().map(|(target, range)| json!({
                "name": target.name(),
                "versions": described(*target, range),
                "layout": layout(release, *target),
                "not_enforced": not_enforced(*target),
            })).collect::<Vec<_>>(),
            "rules": rules.collect::<Vec<_>>(),
            "not_proved": release.natives.iter().map(|native| json!({
                "file": native.path,
                "objects": native.objects,
            })).collect::<Vec<_>>(),
        })
    };
    let environments: Vec<_> = releases.iter().map(environment).collect();
    format!("{:#}\n", json!({"version": 1, "environments": environments}))
}

/// The coverage of these releases as a sheet.
pub(super) fn sheet(rules: &BTreeMap<String, String>, releases: &[Release]) -> Sheet {
    let mut sections = vec![
        actions(rules, releases),
        denied_pods(releases),
        targets(releases),
        natives(releases),
        limits(releases),
    ];
    for release in releases {
        let values = effective::of_environment(release);
        let rows = values.iter().map(effective::Value::cells).collect();
        let heading = format!("What `{}` says, and where", release.environment);
        sections.push(Section::of_table(&heading, &["what", "value", "set by"], rows));
        sections.push(rules_of(rules, release));
    }
    Sheet { title: "What is enforced where".to_owned(), sections }
}

fn actions(rules: &BTreeMap<String, String>, releases: &[Release]) -> Section {
    let names = releases.iter().map(|release| release.environment.as_str());
    let head: Vec<&str> = ["rule"].into_iter().chain(names).chain(["what holds"]).collect();
    let row = |(id, title): (&String, &String)| {
        let actions = releases.iter().map(|release| {
            let rule = release.rules.iter().find(|rule| rule.id == *id);
            rule.map_or_else(|| "-".to_owned(), |rule| bundle::actions(release, rule))
        });
        [id.clone()].into_iter().chain(actions).chain([title.clone()]).collect()
    };
    Section::of_table("What is enforced where", &head, rules.iter().map(row).collect())
}

/// Where rules deny Pods: what runs already and breaks them is refused when it is made anew.
fn denied_pods(releases: &[Release]) -> Section {
    let heading = "Pods that run now and break these rules are refused when their node is replaced (on EKS Auto Mode within 21 days)";
    let item = |release: &Release| {
        let denied = release.rules.iter().filter(|rule| bundle::denies_pods(rule));
        let ids: Vec<&str> = denied.map(|rule| rule.id.as_str()).collect();
        (!ids.is_empty()).then(|| format!("{}: {}", release.environment, ids.join(", ")))
    };
    Section::of_items(heading, releases.iter().filter_map(item).collect())
}

fn targets(releases: &[Release]) -> Section {
    let names = releases.iter().map(|release| release.environment.as_str());
    let head: Vec<&str> = ["target"].into_iter().chain(names).collect();
    let row = |target: Target| {
        let ranges = releases.iter().map(|release| match release.engines.get(&target) {
            Some(range) => [Some(described(target, range)), layout(release, target)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
            None => "-".to_owned(),
        });
        [target.name().to_owned()].into_iter().chain(ranges).collect()
    };
    Section::of_table("Targets", &head, Target::ALL.into_iter().map(row).collect())
}

/// What is copied as it is: nothing proves it.
fn natives(releases: &[Release]) -> Section {
    let rows = releases.iter().flat_map(|release| {
        let row = |native: &Native| {
            vec![release.environment.clone(), native.path.clone(), native.objects.join(", ")]
        };
        release.natives.iter().map(row).collect::<Vec<_>>()
    });
    Section::of_table(
        "Not proved: policies that are copied as they are",
        &["environment", "file", "objects"],
        rows.collect(),
    )
}

fn limits(releases: &[Release]) -> Section {
    let is_used = |target: &Target| releases.iter().any(|release| release.engines.contains_key(target));
    let of_target = |target: Target| {
        not_enforced(target).into_iter().map(move |limit| vec![target.name().to_owned(), limit])
    };
    let rows = Target::ALL.into_iter().filter(is_used).flat_map(of_target).collect();
    Section::of_table(
        "What the engines don't enforce, as they are installed by default",
        &["target", "what"],
        rows,
    )
}

fn not_enforced(target: Target) -> Vec<String> {
    let unseen = bundle::unseen(target).iter();
    let unseen = unseen.map(|unseen| format!("{} isn't looked into: {}", unseen.area, unseen.because));
    unseen.chain(bundle::limits(target).iter().map(|limit| (*limit).to_owned())).collect()
}

/// Each value that holds for a rule.
fn rules_of(rules: &BTreeMap<String, String>, release: &Release) -> Section {
    let rows = rules.keys().flat_map(|id| {
        let rule = release.rules.iter().find(|rule| rule.id == *id);
        let values = effective::of_rule(release, id, rule);
        values.into_iter().map(|value| [vec![id.clone()], value.cells()].concat())
    });
    let heading = format!("The rules in `{}`", release.environment);
    Section::of_table(&heading, &["rule", "what", "value", "set by"], rows.collect())
}
