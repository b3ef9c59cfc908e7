//! Kyverno's ValidatingPolicy: one for each placement.

use minijinja::{Value, context};

use super::{Artefact, admission, frame, kyverno, names};
use crate::ir::{Action, Placement, Release, Rule, Target};

/// The files of one rule, or why it can't be said.
pub(super) fn render(
    release: &Release,
    rule: &Rule,
    variables: &admission::Variables<'_>,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::KyvernoValidatingPolicy.name();
    let policies: Vec<Value> =
        rule.placements.iter().map(|placement| policy(release, rule, placement)).collect();
    let given = context! {
        header => names::header(rule),
        policies,
        annotations => admission::pairs(kyverno::annotations(rule)),
        operations => admission::operations(rule),
        variables => variables.printed()?,
        has_waivers => admission::has_waivers(rule),
        message => names::message(rule),
    };
    let text = frame::render(&format!("{folder}/policy.yaml.j2"), given)?;
    Ok(vec![Artefact { path: format!("{folder}/{}.yaml", rule.id), text }])
}

/// What the template takes for one placement.
fn policy(release: &Release, rule: &Rule, placement: &Placement) -> Value {
    let validation_actions = match placement.action {
        Action::Audit => vec!["Audit"],
        Action::Warn => vec!["Warn", "Audit"],
        Action::Deny => vec!["Deny"],
    };
    context! {
        name => names::object_name(release, rule, placement),
        labels => admission::labels(release, rule, Some(placement.action)),
        failure_policy => placement.failure_policy.name(),
        validation_actions,
        selector => admission::selector(placement),
        resource_rules => admission::resource_rules(rule, &admission::kinds_of(rule, placement)),
    }
}
