//! Kyverno's ClusterPolicy: one for each placement, since up to Kyverno 1.18 one action counts for the whole policy.

use minijinja::{Value, context};

use super::pack::Part;
use super::{Artefact, admission, break_glass, frame, kyverno, names};
use crate::ir::break_glass::GUARDED_SUBRESOURCES;
use crate::ir::{Action, BreakGlass, FailurePolicy, Kind, Placement, Release, Rule, Target};

/// The files of one rule, or why it can't be said.
pub(super) fn render(
    release: &Release,
    rule: &Rule,
    variables: &admission::Variables,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::KyvernoClusterPolicy.name();
    let policies: Vec<Value> =
        rule.placements.iter().map(|placement| policy(release, rule, placement)).collect();
    let given = context! {
        header => names::header(rule),
        policies,
        rule => rule.id.to_lowercase(),
        annotations => admission::pairs(kyverno::annotations(rule)),
        operations => admission::operations(&[rule]),
        variables => variables.without_trace()?,
        message => names::message(rule),
    };
    let text = frame::render(&format!("{folder}/policy.yaml.j2"), given)?;
    Ok(vec![Artefact::of_rule(format!("{folder}/{}.yaml", rule.id), text)])
}

/// The file of a pack in a place.
pub(super) fn render_pack(
    release: &Release,
    Part { pack, variables }: &Part<'_>,
    place: &Placement,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::KyvernoClusterPolicy.name();
    let kinds = pack.kinds();
    let labels = admission::pairs(pack.labels(release));
    let given = context! {
        header => pack.header(),
        policies => vec![policy_of(release, pack.name(release), labels, place, &kinds.iter().collect::<Vec<_>>())],
        rule => pack.stem(),
        annotations => admission::pairs(kyverno::annotations_of_pack(pack)),
        operations => admission::operations(&pack.rules),
        variables => variables.without_trace(),
        message => pack.message(release),
    };
    let text = frame::render(&format!("{folder}/policy.yaml.j2"), given)?;
    Ok(vec![Artefact::of_pack(format!("{folder}/{}.yaml", pack.stem()), text)])
}

/// The file of the guard over the label that breaks the glass. In the background there is nobody who asks.
pub(super) fn render_guard(
    release: &Release,
    glass: &BreakGlass,
    guard: &Rule,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::KyvernoClusterPolicy.name();
    let subresources =
        GUARDED_SUBRESOURCES.map(|resource| resource.replacen("namespaces", "v1/Namespace", 1));
    let kinds: Vec<String> = ["v1/Namespace".to_owned()].into_iter().chain(subresources).collect();
    let policy = context! {
        name => names::rule_name(release, guard),
        labels => admission::labels(release, guard, Some(Action::Deny)),
        failure_policy => FailurePolicy::Fail.name(),
        failure_action => "Enforce",
        emit_warning => false,
        background => false,
        selector => Vec::<Value>::new(),
        kinds,
        verdict => break_glass::verdict(break_glass::NOTHING_VIOLATED, None),
    };
    let given = context! {
        header => names::header(guard),
        policies => vec![policy],
        rule => guard.id.to_lowercase(),
        annotations => admission::pairs(kyverno::annotations(guard)),
        operations => break_glass::OPERATIONS,
        variables => break_glass::variables(glass),
        message => names::message(guard),
    };
    let text = frame::render(&format!("{folder}/policy.yaml.j2"), given)?;
    Ok(vec![Artefact::of_rule(format!("{folder}/{}.yaml", guard.id), text)])
}

/// What the template takes for one placement of a rule.
fn policy(release: &Release, rule: &Rule, placement: &Placement) -> Value {
    let labels = admission::labels(release, rule, Some(placement.action));
    let kinds = admission::kinds_of(rule, placement);
    policy_of(release, names::object_name(release, rule, placement), labels, placement, &kinds)
}

/// What the template takes for one policy.
fn policy_of(
    release: &Release,
    name: String,
    labels: Value,
    placement: &Placement,
    kinds: &[&Kind],
) -> Value {
    let (failure_action, emit_warning) = match placement.action {
        Action::Audit => ("Audit", false),
        Action::Warn => ("Audit", true),
        Action::Deny => ("Enforce", false),
    };
    context! {
        name,
        labels,
        failure_policy => placement.failure_policy.name(),
        failure_action,
        emit_warning,
        background => true,
        verdict => break_glass::verdict(break_glass::NOTHING_VIOLATED, break_glass::passing(release, placement).as_deref()),
        selector => admission::selector(placement),
        kinds => kinds.iter().copied().flat_map(full_names).collect::<Vec<_>>(),
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
