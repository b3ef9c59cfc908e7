//! Kubernetes' ValidatingAdmissionPolicy, one for each rule, and a binding for each placement.
//!
//! The policy's failure policy is that of the strictest placement: what an error does is decided by the binding's action.

use minijinja::{Value, context};

use super::{Artefact, admission, frame, names};
use crate::expression::cel;
use crate::ir::{Action, FailurePolicy, Placement, Release, Rule, Target};

/// The files of one rule, or why it can't be said.
pub(super) fn render(
    release: &Release,
    rule: &Rule,
    variables: &admission::Variables<'_>,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::ValidatingAdmissionPolicy.name();
    let policy =
        frame::render(&format!("{folder}/policy.yaml.j2"), policy(release, rule, variables.printed()?))?;
    let bindings: Vec<Value> =
        rule.placements.iter().map(|placement| binding(release, rule, placement)).collect();
    let bindings = context! { header => names::header(rule), bindings };
    let bindings = frame::render(&format!("{folder}/binding.yaml.j2"), bindings)?;
    Ok(vec![
        Artefact { path: format!("{folder}/{}.yaml", rule.id), text: policy },
        Artefact { path: format!("{folder}/{}.binding.yaml", rule.id), text: bindings },
    ])
}

/// What the policy's template takes.
fn policy(release: &Release, rule: &Rule, variables: Value) -> Value {
    let fails = rule.placements.iter().any(|placement| placement.failure_policy == FailurePolicy::Fail);
    let failure_policy = if fails { FailurePolicy::Fail } else { FailurePolicy::Ignore };
    context! {
        header => names::header(rule),
        name => names::rule_name(release, rule),
        labels => admission::labels(release, rule, None),
        annotations => admission::pairs(names::annotations(rule)),
        failure_policy => failure_policy.name(),
        operations => admission::operations(rule),
        resource_rules => admission::resource_rules(rule, &rule.kinds.iter().collect::<Vec<_>>()),
        variables,
        message => names::message(rule),
        severity_if_violated => format!("variables.violations == [] ? '' : {}", cel::quoted(rule.severity.name())),
        has_waivers => admission::has_waivers(rule),
    }
}

/// What the bindings' template takes for one placement. Only where a rule has both kinds with a namespace and kinds without one, a
/// binding says which it is about.
fn binding(release: &Release, rule: &Rule, placement: &Placement) -> Value {
    let kinds = admission::kinds_of(rule, placement);
    let resource_rules = (kinds.len() < rule.kinds.len()).then(|| admission::resource_rules(rule, &kinds));
    let validation_actions = match placement.action {
        Action::Audit => vec!["Audit"],
        Action::Warn => vec!["Warn", "Audit"],
        Action::Deny => vec!["Deny"],
    };
    context! {
        name => names::object_name(release, rule, placement),
        policy => names::rule_name(release, rule),
        labels => admission::labels(release, rule, Some(placement.action)),
        annotations => admission::pairs(names::source(rule)),
        validation_actions,
        selector => admission::selector(placement),
        operations => admission::operations(rule),
        resource_rules,
    }
}
