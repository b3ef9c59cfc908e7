//! Where a rule holds with which action, in one line for people.

use std::collections::BTreeSet;

use crate::ir::{Action, Kind, Objects, Placement, Release, Rule};

/// `deny`; `deny; Pods: audit`; `deny, warn in `legacy`, not in `sandbox``; `deny; Namespace objects: deny`. The action without a place
/// is for all namespaces that aren't named; Pods, and kinds without a namespace, are named where something else happens to them.
pub fn actions(release: &Release, rule: &Rule) -> String {
    let cluster_wide: Vec<&str> =
        rule.kinds.iter().filter(|kind| kind.is_cluster_wide()).map(|kind| kind.kind.as_str()).collect();
    let mut of_cluster = rule.placements.iter().filter(|placement| placement.objects == Objects::ClusterWide);
    let of_cluster = of_cluster.next().map_or("nothing", |placement| placement.action.name());
    if cluster_wide.len() == rule.kinds.len() {
        return of_cluster.to_owned();
    }
    let in_namespaces = in_namespaces(release, rule);
    if cluster_wide.is_empty() || in_namespaces == of_cluster {
        return in_namespaces;
    }
    format!("{in_namespaces}; {} objects: {of_cluster}", cluster_wide.join(" and "))
}

/// Whether the rule refuses Pods somewhere.
pub fn denies_pods(rule: &Rule) -> bool {
    let pods = rule.kinds.iter().find(|kind| kind.is_pod());
    let denies = |kind: &Kind| {
        let mut placements = rule.placements.iter();
        placements.any(|placement| placement.is_for(kind) && placement.action == Action::Deny)
    };
    pods.is_some_and(denies)
}

/// The actions for objects in namespaces.
fn in_namespaces(release: &Release, rule: &Rule) -> String {
    let of = |kind: &Kind| {
        let placements =
            rule.placements.iter().filter(|placement| placement.is_for(kind) && !placement.broken_glass);
        namespaced(release, placements.collect())
    };
    let others = rule.kinds.iter().find(|kind| Objects::Workloads.hold(kind)).map(of);
    let pods = rule.kinds.iter().find(|kind| kind.is_pod()).map(of);
    match (others, pods) {
        (Some(others), Some(pods)) if others != pods => format!("{others}; Pods: {pods}"),
        (Some(all), _) | (None, Some(all)) => all,
        (None, None) => "nothing".to_owned(),
    }
}

/// The actions in namespaces, for one sort of objects.
fn namespaced(release: &Release, mut placements: Vec<&Placement>) -> String {
    if placements.is_empty() {
        return "nothing".to_owned();
    }
    let distinct: BTreeSet<Action> = placements.iter().map(|placement| placement.action).collect();
    let absent = absent(release, &placements);
    let has_rest = placements.iter().any(|placement| placement.scope.is_none());
    if let (Some(action), 1, true, true) = (distinct.first(), distinct.len(), absent.is_empty(), has_rest) {
        return action.name().to_owned();
    }
    placements.sort_by_key(|placement| placement.scope.is_some());
    placements.into_iter().map(action).chain(absent).collect::<Vec<_>>().join(", ")
}

fn action(placement: &Placement) -> String {
    let action = placement.action.name();
    match &placement.scope {
        Some(scope) => format!("{action} in `{scope}`"),
        None => action.to_owned(),
    }
}

/// The scopes of namespaces in which the rule is disabled.
fn absent(release: &Release, placements: &[&Placement]) -> Vec<String> {
    let is_there =
        |scope: Option<&str>| placements.iter().any(|placement| placement.scope.as_deref() == scope);
    let scopes = release.scopes.iter().map(|(name, _)| name.as_str());
    let mut absent: Vec<String> =
        scopes.filter(|scope| !is_there(Some(scope))).map(|scope| format!("not in `{scope}`")).collect();
    if !is_there(None) {
        absent.push("nothing elsewhere".to_owned());
    }
    absent
}

#[cfg(test)]
mod tests {
    use super::{actions, denies_pods};
    use crate::ir::{Action, Objects, Placement, sample};

    #[test]
    fn objects_without_a_namespace_are_told_apart() {
        let release = sample::release();
        let mut rule = sample::rule("RUN-004");
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`");
        rule.kinds.push(sample::kind("Namespace", false));
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`; Namespace objects: nothing");
        rule.placements.push(sample::cluster_placement(Action::Deny));
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`; Namespace objects: deny");
        rule.placements.remove(0);
        assert_eq!(actions(&release, &rule), "deny, not in `sandbox`; Namespace objects: deny");
        rule.kinds = vec![sample::kind("Namespace", false)];
        assert_eq!(actions(&release, &rule), "deny");
    }

    #[test]
    fn one_action_everywhere_is_one_word() {
        let mut release = sample::release();
        release.scopes.clear();
        let mut rule = sample::rule("RUN-004");
        rule.kinds.push(sample::kind("Namespace", false));
        rule.placements = vec![sample::placement(None, &[], Action::Audit)];
        rule.placements.push(sample::cluster_placement(Action::Audit));
        assert_eq!(actions(&release, &rule), "audit");
    }

    #[test]
    fn pods_are_told_apart() {
        let release = sample::release();
        let mut rule = sample::rule("RUN-004");
        assert!(denies_pods(&rule));
        rule.kinds.push(sample::kind("Deployment", true));
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`");
        let pods = Placement { objects: Objects::Pods, ..sample::placement(None, &[], Action::Warn) };
        rule.placements[1].objects = Objects::Workloads;
        rule.placements.push(pods);
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`; Pods: warn, audit in `sandbox`");
        assert!(!denies_pods(&rule));
        rule.placements.truncate(2);
        assert_eq!(
            actions(&release, &rule),
            "deny, audit in `sandbox`; Pods: audit in `sandbox`, nothing elsewhere"
        );
    }
}
