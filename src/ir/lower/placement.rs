//! Placements: an ordered list of namespaces, of which the first that fits wins, becomes places that never overlap.

use crate::ir::{Action, FailurePolicy, Kind, Operator, Placement, Requirement};
use crate::model::{self, Environment, NamespaceScope, RuleSettings};
use crate::project::{Located, Place};

/// The label that the API server puts on each namespace: its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Where the rule holds in the environment, with which action; none that is disabled.
pub(super) fn placements(
    environment: &Located<Environment>,
    left_out: &[String],
    rule: &str,
    kinds: &[Kind],
) -> Vec<Placement> {
    let scopes = &environment.value.namespaces;
    let settings = environment.value.rules.get(rule);
    let mut placements = Vec::new();
    let mut before: Vec<Requirement> = left_out_requirement(left_out).into_iter().collect();
    if kinds.iter().any(|kind| !kind.is_cluster_wide()) {
        for (index, scope) in scopes.iter().enumerate() {
            let own = requirement(scope, Operator::In);
            let selector: Vec<Requirement> = before.iter().cloned().chain(own.clone()).collect();
            let suffix = own.is_some().then(|| scope.name.clone());
            let (action, set_by) = action(environment, rule, settings, scope, index);
            placements.extend(placement(environment, suffix, false, selector, action, set_by));
            before.extend(requirement(scope, Operator::NotIn));
        }
    }
    if kinds.iter().any(Kind::is_cluster_wide)
        && let Some((index, last)) = scopes.iter().enumerate().next_back()
    {
        let (action, set_by) = own_action(environment, rule, settings, last, index);
        placements.extend(placement(
            environment,
            Some("cluster".to_owned()),
            true,
            Vec::new(),
            action,
            set_by,
        ));
    }
    placements
}

/// The names of the scopes with their selectors, the last left away.
pub(super) fn scopes(environment: &Environment) -> Vec<(String, Requirement)> {
    environment
        .namespaces
        .iter()
        .filter_map(|scope| Some((scope.name.clone(), requirement(scope, Operator::In)?)))
        .collect()
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

fn action(
    environment: &Located<Environment>,
    rule: &str,
    settings: Option<&RuleSettings>,
    scope: &NamespaceScope,
    index: usize,
) -> (model::Action, String) {
    match settings.and_then(|settings| settings.actions.get(&scope.name)) {
        Some(action) => {
            let place = Place::root().key("rules").key(rule).key("actions").key(&scope.name);
            (*action, format!("{}: {place}", environment.name))
        }
        None => own_action(environment, rule, settings, scope, index),
    }
}

fn own_action(
    environment: &Located<Environment>,
    rule: &str,
    settings: Option<&RuleSettings>,
    scope: &NamespaceScope,
    index: usize,
) -> (model::Action, String) {
    let (action, place) = match settings.and_then(|settings| settings.action) {
        Some(action) => (action, Place::root().key("rules").key(rule).key("action")),
        None => (scope.action, Place::root().key("namespaces").index(index).key("action")),
    };
    (action, format!("{}: {place}", environment.name))
}

fn placement(
    environment: &Located<Environment>,
    suffix: Option<String>,
    cluster: bool,
    selector: Vec<Requirement>,
    action: model::Action,
    set_by: String,
) -> Option<Placement> {
    let failure = &environment.value.failure_policy;
    let (action, failure_policy) = match action {
        model::Action::Disabled => return None,
        model::Action::Audit => (Action::Audit, failure.audit),
        model::Action::Warn => (Action::Warn, failure.warn),
        model::Action::Deny => (Action::Deny, failure.deny),
    };
    let failure_policy = match failure_policy {
        model::FailurePolicy::Fail => FailurePolicy::Fail,
        model::FailurePolicy::Ignore => FailurePolicy::Ignore,
    };
    Some(Placement { suffix, cluster, selector, action, failure_policy, set_by })
}
