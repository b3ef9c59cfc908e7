//! Placements: an ordered list of namespaces, of which the first that fits wins, becomes places that never overlap.

use super::action::{Choice, Chosen, Part};
use crate::diagnostic::Diagnostic;
use crate::ir::{
    Action, BreakGlass, Disabled, FailurePolicy, Kind, Objects, Operator, Placement, Requirement, Severity,
};
use crate::model::{self, NamespaceScope};
use crate::project::{Layers, Place};

/// The label that the API server puts on each namespace: its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A rule, as far as it matters where it holds.
pub(super) struct Placed<'a> {
    /// The id.
    pub id: &'a str,
    /// How bad a violation is.
    pub severity: Severity,
    /// The governed kinds.
    pub kinds: &'a [Kind],
}

/// Where the rule holds in the environment, with which action. Where it is disabled is noted.
pub(super) fn placements(
    layers: &Layers<'_>,
    left_out: &[String],
    rule: &Placed<'_>,
    disabled: &mut Vec<Disabled>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Placement> {
    let choice = Choice { layers, rule };
    faults.extend(choice.faults());
    let break_glass = break_glass(layers);
    let mut placements = Vec::new();
    let mut before: Vec<Requirement> = left_out_requirement(left_out).into_iter().collect();
    let scopes = layers.namespaces().map(|said| said.value.as_slice()).unwrap_or_default();
    for (index, scope) in scopes.iter().enumerate() {
        let own = requirement(scope, Operator::In);
        let name = own.is_some().then(|| scope.name.clone());
        let selector: Vec<Requirement> = before.iter().cloned().chain(own).collect();
        for (objects, chosen) in in_namespaces(rule.kinds, |part| choice.in_scope(scope, index, part)) {
            let set_by = chosen.set_by.clone();
            let placement = placement(layers, name.clone(), objects, &selector, chosen);
            if placement.is_none() {
                disabled.push(Disabled { rule: rule.id.to_owned(), scope: name.clone(), objects, set_by });
            }
            match (placement, &break_glass) {
                (Some(denying), Some(glass)) if denying.action == Action::Deny => {
                    placements.extend(with_breakable_glass(layers, denying, glass));
                }
                (placement, _) => placements.extend(placement),
            }
        }
        before.extend(requirement(scope, Operator::NotIn));
    }
    if rule.kinds.iter().any(Kind::is_cluster_wide)
        && let Some((index, last)) = scopes.iter().enumerate().next_back()
    {
        let chosen = choice.own(last, index, Part::Workloads);
        let (objects, set_by) = (Objects::ClusterWide, chosen.set_by.clone());
        let placement = placement(layers, None, objects, &[], chosen);
        if placement.is_none() {
            disabled.push(Disabled { rule: rule.id.to_owned(), scope: None, objects, set_by });
        }
        placements.extend(placement);
    }
    placements
}

/// Who may break the glass.
pub(super) fn break_glass(layers: &Layers<'_>) -> Option<BreakGlass> {
    let said = layers.nearest(|one| Some((one.break_glass.as_ref()?, Place::root())))?.value;
    let mut groups = said.groups.clone();
    groups.sort();
    groups.dedup();
    Some(BreakGlass { label: said.label.clone(), groups })
}

/// What denies, but not in namespaces that carry the label; there it is audited.
fn with_breakable_glass(layers: &Layers<'_>, denying: Placement, glass: &BreakGlass) -> [Placement; 2] {
    let on_label = |operator| Requirement { key: glass.label.clone(), operator, values: Vec::new() };
    let with = |operator| denying.selector.iter().cloned().chain([on_label(operator)]).collect();
    let (whole, broken) = (with(Operator::DoesNotExist), with(Operator::Exists));
    let action = Action::Audit;
    let audited = Placement {
        broken_glass: true,
        selector: broken,
        action,
        failure_policy: failure_policy(layers, action),
        ..denying.clone()
    };
    [Placement { selector: whole, ..denying }, audited]
}

/// What is chosen for the objects in namespaces: for all at once, unless Pods are told apart.
fn in_namespaces(kinds: &[Kind], choose: impl Fn(Part) -> Chosen) -> Vec<(Objects, Chosen)> {
    let has_pods = kinds.iter().any(Kind::is_pod);
    let has_others = kinds.iter().any(|kind| Objects::Workloads.hold(kind));
    match (has_pods, has_others) {
        (false, false) => Vec::new(),
        (true, false) => vec![(Objects::Namespaced, choose(Part::Pods))],
        (false, true) => vec![(Objects::Namespaced, choose(Part::Workloads))],
        (true, true) => {
            let (pods, others) = (choose(Part::Pods), choose(Part::Workloads));
            if pods.action == others.action {
                return vec![(Objects::Namespaced, others.and(pods))];
            }
            vec![(Objects::Workloads, others), (Objects::Pods, pods)]
        }
    }
}

/// The names of the scopes with their selectors, the last left away.
pub(super) fn scopes(layers: &Layers<'_>) -> Vec<(String, Requirement)> {
    let scopes = layers.namespaces().map(|said| said.value.as_slice()).unwrap_or_default();
    scopes.iter().filter_map(|scope| Some((scope.name.clone(), requirement(scope, Operator::In)?))).collect()
}

fn left_out_requirement(left_out: &[String]) -> Option<Requirement> {
    (!left_out.is_empty()).then(|| Requirement {
        key: NAME_LABEL.to_owned(),
        operator: Operator::NotIn,
        values: left_out.to_vec(),
    })
}

fn requirement(scope: &NamespaceScope, operator: Operator) -> Option<Requirement> {
    let (key, values) = match (&scope.names, &scope.label) {
        (Some(names), _) => (NAME_LABEL.to_owned(), names.clone()),
        (None, Some(label)) => (label.key.clone(), label.values.clone()),
        (None, None) => return None,
    };
    let mut values = values;
    values.sort();
    values.dedup();
    Some(Requirement { key, operator, values })
}

fn placement(
    layers: &Layers<'_>,
    scope: Option<String>,
    objects: Objects,
    selector: &[Requirement],
    chosen: Chosen,
) -> Option<Placement> {
    let action = match chosen.action {
        model::Action::Disabled => return None,
        model::Action::Audit => Action::Audit,
        model::Action::Warn => Action::Warn,
        model::Action::Deny => Action::Deny,
    };
    let (failure_policy, broken_glass) = (failure_policy(layers, action), false);
    Some(Placement {
        broken_glass,
        scope,
        objects,
        selector: selector.to_vec(),
        action,
        failure_policy,
        set_by: chosen.set_by,
    })
}

/// What happens when a policy with this action can't be asked: what is said, else `Fail` for what denies.
fn failure_policy(layers: &Layers<'_>, action: Action) -> FailurePolicy {
    let said = layers.nearest(|one| {
        let said = match action {
            Action::Audit => one.failure_policy.audit,
            Action::Warn => one.failure_policy.warn,
            Action::Deny => one.failure_policy.deny,
        };
        Some((said?, Place::root()))
    });
    match (said.map(|said| said.value), action) {
        (Some(model::FailurePolicy::Fail), _) | (None, Action::Deny) => FailurePolicy::Fail,
        (Some(model::FailurePolicy::Ignore), _) | (None, Action::Audit | Action::Warn) => {
            FailurePolicy::Ignore
        }
    }
}
