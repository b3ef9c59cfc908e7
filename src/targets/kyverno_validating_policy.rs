//! Kyverno's ValidatingPolicy: one for each placement.

use minijinja::{Value, context};

use super::pack::Part;
use super::{Artefact, admission, break_glass, frame, kyverno, names};
use crate::ir::{Action, BreakGlass, FailurePolicy, Placement, Release, Rule, Target};

/// What is true of a request in which nothing is violated, asked so that most requests need no more than the first question.
const NOTHING_VIOLATED: &str = "!variables.may_be_violated || size(variables.violations) == 0";

/// The files of one rule, or why it can't be said.
pub(super) fn render(
    release: &Release,
    rule: &Rule,
    variables: &admission::Variables,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::KyvernoValidatingPolicy.name();
    let policies: Vec<Value> =
        rule.placements.iter().map(|placement| policy(release, rule, placement)).collect();
    let given = context! {
        header => names::header(rule),
        policies,
        annotations => admission::pairs(kyverno::annotations(rule)),
        operations => admission::operations(&[rule]),
        suspicion => variables.suspicion()?,
        variables => variables.printed()?,
        is_packed => false,
        has_waivers => admission::has_waivers(rule),
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
    let folder = Target::KyvernoValidatingPolicy.name();
    let kinds = pack.kinds();
    let resources = admission::resource_rules(&pack.rules, &kinds.iter().collect::<Vec<_>>());
    let labels = admission::pairs(pack.labels(release));
    let given = context! {
        header => pack.header(),
        policies => vec![policy_of(release, pack.name(release), labels, place, resources)],
        annotations => admission::pairs(kyverno::annotations_of_pack(pack)),
        operations => admission::operations(&pack.rules),
        suspicion => variables.suspicion(),
        variables => variables.printed(),
        is_packed => true,
        has_waivers => variables.has_trace(),
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
    let folder = Target::KyvernoValidatingPolicy.name();
    let policy = context! {
        name => names::rule_name(release, guard),
        labels => admission::labels(release, guard, Some(Action::Deny)),
        failure_policy => FailurePolicy::Fail.name(),
        validation_actions => ["Deny"],
        background => false,
        selector => Vec::<Value>::new(),
        resource_rules => break_glass::resource_rules(),
        verdict => break_glass::verdict(break_glass::NOTHING_VIOLATED, None),
    };
    let given = context! {
        header => names::header(guard),
        policies => vec![policy],
        annotations => admission::pairs(kyverno::annotations(guard)),
        operations => break_glass::OPERATIONS,
        suspicion => None::<String>,
        variables => break_glass::variables(glass),
        is_packed => false,
        has_waivers => false,
        message => names::message(guard),
    };
    let text = frame::render(&format!("{folder}/policy.yaml.j2"), given)?;
    Ok(vec![Artefact::of_rule(format!("{folder}/{}.yaml", guard.id), text)])
}

/// What the template takes for one placement of a rule.
fn policy(release: &Release, rule: &Rule, placement: &Placement) -> Value {
    let labels = admission::labels(release, rule, Some(placement.action));
    let resources = admission::resource_rules(&[rule], &admission::kinds_of(rule, placement));
    policy_of(release, names::object_name(release, rule, placement), labels, placement, resources)
}

/// What the template takes for one policy.
fn policy_of(
    release: &Release,
    name: String,
    labels: Value,
    placement: &Placement,
    resource_rules: Value,
) -> Value {
    let validation_actions = match placement.action {
        Action::Audit => vec!["Audit"],
        Action::Warn => vec!["Warn", "Audit"],
        Action::Deny => vec!["Deny"],
    };
    context! {
        name,
        labels,
        failure_policy => placement.failure_policy.name(),
        validation_actions,
        background => true,
        verdict => break_glass::verdict(NOTHING_VIOLATED, break_glass::passing(release, placement).as_deref()),
        selector => admission::selector(placement),
        resource_rules,
    }
}
