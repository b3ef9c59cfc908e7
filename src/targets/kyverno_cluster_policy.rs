//! Kyverno's ClusterPolicy: one for each placement, since up to Kyverno 1.18 one action counts for the whole policy.

use minijinja::{Value, context};

use super::{Artefact, admission, frame, kyverno, names};
use crate::ir::{Action, Kind, Placement, Release, Rule, Target};

/// The files of one rule, or why it can't be said.
pub(super) fn render(
    release: &Release,
    rule: &Rule,
    variables: &admission::Variables<'_>,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::KyvernoClusterPolicy.name();
    let policies: Vec<Value> =
        rule.placements.iter().map(|placement| policy(release, rule, placement)).collect();
    let given = context! {
        header => names::header(rule),
        policies,
        rule => rule.id.to_lowercase(),
        annotations => admission::pairs(kyverno::annotations(rule)),
        operations => admission::operations(rule),
        variables => variables.without_trace()?,
        message => names::message(rule),
    };
    let text = frame::render(&format!("{folder}/policy.yaml.j2"), given)?;
    Ok(vec![Artefact { path: format!("{folder}/{}.yaml", rule.id), text }])
}

/// What the template takes for one placement.
fn policy(release: &Release, rule: &Rule, placement: &Placement) -> Value {
    let (failure_action, emit_warning) = match placement.action {
        Action::Audit => ("Audit", false),
        Action::Warn => ("Audit", true),
        Action::Deny => ("Enforce", false),
    };
    context! {
        name => names::object_name(release, rule, placement),
        labels => admission::labels(release, rule, Some(placement.action)),
        failure_policy => placement.failure_policy.name(),
        failure_action,
        emit_warning,
        selector => admission::selector(placement),
        kinds => admission::kinds_of(rule, placement).into_iter().flat_map(full_names).collect::<Vec<_>>(),
    }
}

/// A kind as a ClusterPolicy names it, once for each version: `v1/Pod`, `apps/v1/Deployment`. A match on Pod holds for its
/// subresource of ephemeral containers too.
fn full_names(kind: &Kind) -> Vec<String> {
    let full_name = |version: &String| match kind.group.as_str() {
        "" => format!("{version}/{}", kind.kind),
        group => format!("{group}/{version}/{}", kind.kind),
    };
    kind.versions.iter().map(full_name).collect()
}
