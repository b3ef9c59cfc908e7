//! Where a rule holds with which action, in one line for people.

use std::collections::BTreeSet;

use crate::ir::{Action, Placement, Release, Rule};

/// `deny`; `deny, warn in `legacy`, not in `sandbox``; `deny; Namespace objects: deny`. The action without a place is for all
/// namespaces that aren't named; kinds without a namespace are named where the rule governs others too.
pub fn actions(release: &Release, rule: &Rule) -> String {
    let (of_cluster, in_namespaces): (Vec<&Placement>, Vec<&Placement>) =
        rule.placements.iter().partition(|placement| placement.cluster);
    let cluster_wide: Vec<&str> =
        rule.kinds.iter().filter(|kind| kind.is_cluster_wide()).map(|kind| kind.kind.as_str()).collect();
    let of_cluster = of_cluster.first().map_or("nothing", |placement| placement.action.name());
    if cluster_wide.len() == rule.kinds.len() {
        return of_cluster.to_owned();
    }
    let in_namespaces = namespaced(release, in_namespaces);
    if cluster_wide.is_empty() || in_namespaces == of_cluster {
        return in_namespaces;
    }
    format!("{in_namespaces}; {} objects: {of_cluster}", cluster_wide.join(" and "))
}

/// The actions in namespaces.
fn namespaced(release: &Release, mut placements: Vec<&Placement>) -> String {
    let distinct: BTreeSet<Action> = placements.iter().map(|placement| placement.action).collect();
    let absent = absent(release, &placements);
    let has_rest = placements.iter().any(|placement| placement.suffix.is_none());
    if let (Some(action), 1, true, true) = (distinct.first(), distinct.len(), absent.is_empty(), has_rest) {
        return action.name().to_owned();
    }
    placements.sort_by_key(|placement| placement.suffix.is_some());
    placements.into_iter().map(action).chain(absent).collect::<Vec<_>>().join(", ")
}

fn action(placement: &Placement) -> String {
    let action = placement.action.name();
    match &placement.suffix {
        Some(scope) => format!("{action} in `{scope}`"),
        None => action.to_owned(),
    }
}

/// The scopes of namespaces in which the rule is disabled.
fn absent(release: &Release, placements: &[&Placement]) -> Vec<String> {
    let is_there =
        |scope: Option<&str>| placements.iter().any(|placement| placement.suffix.as_deref() == scope);
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
    use super::actions;
    use crate::ir::{Action, Kind, KindFields, sample};

    fn namespace() -> Kind {
        let fields = KindFields {
            kind: "Namespace".to_owned(),
            namespaced: false,
            pod_template: None,
            ..(*sample::pod()).clone()
        };
        fields.into()
    }

    #[test]
    fn objects_without_a_namespace_are_told_apart() {
        let release = sample::release();
        let mut rule = sample::rule("RUN-004");
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`");
        rule.kinds.push(namespace());
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`; Namespace objects: nothing");
        let mut cluster = sample::placement(Some("cluster"), &[], Action::Deny);
        cluster.cluster = true;
        rule.placements.push(cluster);
        assert_eq!(actions(&release, &rule), "deny, audit in `sandbox`; Namespace objects: deny");
        rule.placements.remove(0);
        assert_eq!(actions(&release, &rule), "deny, not in `sandbox`; Namespace objects: deny");
        rule.kinds = vec![namespace()];
        assert_eq!(actions(&release, &rule), "deny");
    }

    #[test]
    fn one_action_everywhere_is_one_word() {
        let mut release = sample::release();
        release.scopes.clear();
        let mut rule = sample::rule("RUN-004");
        rule.kinds.push(namespace());
        rule.placements = vec![sample::placement(None, &[], Action::Audit)];
        rule.placements.push(sample::placement(Some("cluster"), &[], Action::Audit));
        rule.placements[1].cluster = true;
        assert_eq!(actions(&release, &rule), "audit");
    }
}
