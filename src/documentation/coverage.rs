//! What is enforced where, and what isn't: rules by environments.

use std::collections::BTreeMap;

use super::table;
use crate::bundle;
use crate::ir::{Release, Target};
use crate::targets::{described, layout};

/// The coverage of these releases. `rules` are the ids and titles of all rules that there are.
pub fn coverage(rules: &BTreeMap<String, String>, releases: &[Release]) -> String {
    let parts = [
        actions(rules, releases),
        denied_pods(releases),
        targets(releases),
        namespaces(releases),
        natives(releases),
        limits(releases),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn actions(rules: &BTreeMap<String, String>, releases: &[Release]) -> String {
    let names = releases.iter().map(|release| release.environment.clone());
    let mut rows: Vec<Vec<String>> = vec![["rule".to_owned()].into_iter().chain(names).collect()];
    for (id, title) in rules {
        let actions = releases.iter().map(|release| {
            let rule = release.rules.iter().find(|rule| rule.id == *id);
            rule.map_or_else(|| "-".to_owned(), |rule| bundle::actions(release, rule))
        });
        rows.push([id.clone()].into_iter().chain(actions).chain([title.clone()]).collect());
    }
    table(&rows)
}

/// Where rules deny Pods: what runs already and breaks them is refused when it is made anew.
fn denied_pods(releases: &[Release]) -> String {
    let rows: Vec<String> = releases
        .iter()
        .filter_map(|release| {
            let ids =
                release.rules.iter().filter(|rule| bundle::denies_pods(rule)).map(|rule| rule.id.as_str());
            let ids: Vec<&str> = ids.collect();
            (!ids.is_empty()).then(|| format!("  {}: {}\n", release.environment, ids.join(", ")))
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heading = "Pods that run now and break these rules are refused when their node is replaced (on EKS Auto Mode within 21 days)\n";
    heading.to_owned() + &rows.concat()
}

fn targets(releases: &[Release]) -> String {
    let heading = ["targets".to_owned()].into_iter();
    let names = releases.iter().map(|release| release.environment.clone());
    let mut rows: Vec<Vec<String>> = vec![heading.chain(names).collect()];
    for target in Target::ALL {
        let ranges = releases.iter().map(|release| match release.engines.get(&target) {
            Some(range) => [Some(described(target, range)), layout(release, target)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
            None => "-".to_owned(),
        });
        rows.push([target.name().to_owned()].into_iter().chain(ranges).collect());
    }
    table(&rows)
}

fn namespaces(releases: &[Release]) -> String {
    let mut text = "namespaces that no rule looks into\n".to_owned();
    for release in releases {
        let names: Vec<&str> = release.left_out.iter().map(|left| left.namespace.as_str()).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        text.push_str(&format!("  {}: {names}\n", release.environment));
    }
    text
}

/// What is copied as it is: nothing proves it.
fn natives(releases: &[Release]) -> String {
    let mut text = String::new();
    for release in releases {
        for native in &release.natives {
            let objects = native.objects.join(", ");
            text.push_str(&format!("  {}: {} ({objects})\n", release.environment, native.path));
        }
    }
    match text.as_str() {
        "" => text,
        listed => format!("not proved: policies that are copied as they are\n{listed}"),
    }
}

fn limits(releases: &[Release]) -> String {
    let mut text = "what the engines don't enforce, as they are installed by default\n".to_owned();
    let is_used = |target: &Target| releases.iter().any(|release| release.engines.contains_key(target));
    for target in Target::ALL.into_iter().filter(is_used) {
        text.push_str(&format!("  {}\n", target.name()));
        for unseen in bundle::unseen(target) {
            text.push_str(&format!("    - {} isn't looked into: {}\n", unseen.area, unseen.because));
        }
        for limit in bundle::limits(target) {
            text.push_str(&format!("    - {limit}\n"));
        }
    }
    text
}
