//! Where a rule holds with which action, in one line for people.

use std::collections::BTreeSet;

use crate::ir::{Action, Placement, Release, Rule};

/// `deny`; `deny, warn in `legacy`, not in `sandbox``. The action without a place is for all places that aren't named.
pub fn actions(release: &Release, rule: &Rule) -> String {
    let distinct: BTreeSet<Action> = rule.placements.iter().map(|placement| placement.action).collect();
    let absent = absent(release, rule);
    let has_rest = rule.placements.iter().any(is_the_rest);
    if let (Some(action), 1, true, true) = (distinct.first(), distinct.len(), absent.is_empty(), has_rest) {
        return action.name().to_owned();
    }
    let mut sorted: Vec<&Placement> = rule.placements.iter().collect();
    sorted.sort_by_key(|placement| !is_the_rest(placement));
    let mut written: Vec<String> = sorted.into_iter().map(action).collect();
    written.extend(absent);
    written.join(", ")
}

/// Whether the placement is for what no other placement names.
fn is_the_rest(placement: &Placement) -> bool {
    placement.suffix.is_none() || placement.cluster
}

fn action(placement: &Placement) -> String {
    let action = placement.action.name();
    match (&placement.suffix, placement.cluster) {
        (Some(scope), false) => format!("{action} in `{scope}`"),
        (_, true) | (None, false) => action.to_owned(),
    }
}

/// The scopes of namespaces in which the rule is disabled.
fn absent(release: &Release, rule: &Rule) -> Vec<String> {
    if !rule.kinds.iter().any(|kind| kind.namespaced) {
        return Vec::new();
    }
    let is_there = |scope: Option<&str>| {
        let mut places = rule.placements.iter().filter(|placement| !placement.cluster);
        places.any(|placement| placement.suffix.as_deref() == scope)
    };
    let scopes = release.scopes.iter().map(|(name, _)| name.as_str());
    let mut absent: Vec<String> =
        scopes.filter(|scope| !is_there(Some(scope))).map(|scope| format!("not in `{scope}`")).collect();
    if !is_there(None) {
        absent.push("nothing elsewhere".to_owned());
    }
    absent
}
