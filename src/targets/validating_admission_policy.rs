//! Kubernetes' ValidatingAdmissionPolicy, one for each rule, and a binding for each placement.
//!
//! The policy's failure policy is that of the strictest placement: what an error does is decided by the binding's action.

use minijinja::{Value, context};

use super::pack::{Pack, Part};
use super::{Artefact, admission, break_glass, frame, functions, names};
use crate::expression::cel;
use crate::ir::{Action, BreakGlass, FailurePolicy, Placement, Release, Rule, Severity, Target};

/// The files of one rule, or why it can't be said.
pub(super) fn render(
    release: &Release,
    rule: &Rule,
    variables: &admission::Variables,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::ValidatingAdmissionPolicy.name();
    let suspicion = variables.suspicion()?;
    let variables = variables.printed()?;
    functions::check(release, suspicion, &variables)?;
    let given = policy(release, rule, suspicion, variables);
    let policy = frame::render(&format!("{folder}/policy.yaml.j2"), given)?;
    let bindings: Vec<Value> =
        rule.placements.iter().map(|placement| binding(release, rule, placement)).collect();
    let bindings = context! { header => names::header(rule), bindings };
    let bindings = frame::render(&format!("{folder}/binding.yaml.j2"), bindings)?;
    Ok(vec![
        Artefact::of_rule(format!("{folder}/{}.yaml", rule.id), policy),
        Artefact::of_rule(format!("{folder}/{}.binding.yaml", rule.id), bindings),
    ])
}

/// The files of a pack in a place.
pub(super) fn render_pack(
    release: &Release,
    Part { pack, variables }: &Part<'_>,
    place: &Placement,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::ValidatingAdmissionPolicy.name();
    let kinds = pack.kinds();
    let name = pack.name(release);
    let printed = variables.printed();
    functions::check_pack(release, &pack.rules, variables.suspicion(), &printed)?;
    let passing = break_glass::passing(release, place);
    let policy = context! {
        header => pack.header(),
        name => &name,
        labels => admission::pairs(pack.labels(release)),
        annotations => admission::pairs(pack.annotations()),
        failure_policy => place.failure_policy.name(),
        operations => admission::operations(&pack.rules),
        resource_rules => admission::resource_rules(&pack.rules, &kinds.iter().collect::<Vec<_>>()),
        suspicion => variables.suspicion(),
        variables => printed,
        message => pack.message(release),
        severity_if_violated => severity_if_violated(pack),
        is_packed => true,
        verdict => break_glass::verdict(break_glass::NOTHING_VIOLATED, passing.as_deref()),
        passing_trace => passing.as_deref().map(break_glass::trace),
        has_waivers => variables.has_trace(),
    };
    let binding = context! {
        name => &name,
        policy => name,
        labels => admission::pairs(pack.labels(release)),
        annotations => Vec::<Value>::new(),
        validation_actions => validation_actions(place.action),
        selector => admission::selector(place),
        operations => admission::operations(&pack.rules),
        resource_rules => None::<Value>,
    };
    let bindings = context! { header => pack.header(), bindings => vec![binding] };
    let file = |name: String, template: &str, given| -> Result<Artefact, String> {
        let text = frame::render(&format!("{folder}/{template}.yaml.j2"), given)?;
        Ok(Artefact::of_pack(format!("{folder}/{name}.yaml"), text))
    };
    Ok(vec![
        file(pack.stem(), "policy", policy)?,
        file(format!("{}.binding", pack.stem()), "binding", bindings)?,
    ])
}

/// The files of the guard over the label that breaks the glass.
pub(super) fn render_guard(
    release: &Release,
    glass: &BreakGlass,
    guard: &Rule,
) -> Result<Vec<Artefact>, String> {
    let folder = Target::ValidatingAdmissionPolicy.name();
    let variables = break_glass::variables(glass);
    functions::check(release, "true", &variables)?;
    let name = names::rule_name(release, guard);
    let policy = context! {
        header => names::header(guard),
        name => &name,
        labels => admission::labels(release, guard, None),
        annotations => admission::pairs(names::annotations(guard)),
        failure_policy => FailurePolicy::Fail.name(),
        operations => break_glass::OPERATIONS,
        resource_rules => break_glass::resource_rules(),
        suspicion => None::<String>,
        variables,
        verdict => break_glass::verdict(break_glass::NOTHING_VIOLATED, None),
        message => names::message(guard),
        severity_if_violated => break_glass::severity_if_violated(),
        is_packed => false,
        passing_trace => None::<String>,
        has_waivers => false,
    };
    let binding = context! {
        name => &name,
        policy => &name,
        labels => admission::labels(release, guard, Some(Action::Deny)),
        annotations => Vec::<Value>::new(),
        validation_actions => ["Deny"],
        selector => Vec::<Value>::new(),
        operations => break_glass::OPERATIONS,
        resource_rules => None::<Value>,
    };
    let bindings = context! { header => names::header(guard), bindings => vec![binding] };
    Ok(vec![
        Artefact::of_rule(
            format!("{folder}/{}.yaml", guard.id),
            frame::render(&format!("{folder}/policy.yaml.j2"), policy)?,
        ),
        Artefact::of_rule(
            format!("{folder}/{}.binding.yaml", guard.id),
            frame::render(&format!("{folder}/binding.yaml.j2"), bindings)?,
        ),
    ])
}

/// The severity of the worst rule that is violated, as an expression; empty if none is.
fn severity_if_violated(pack: &Pack<'_>) -> String {
    let mut expression = String::new();
    for severity in Severity::ALL.into_iter().rev() {
        let rules = pack.rules.iter().filter(|rule| rule.severity == severity);
        let ids: Vec<String> = rules.map(|rule| cel::quoted(&rule.id)).collect();
        if !ids.is_empty() {
            let is_violated = format!("variables.rules.exists(rule, rule in [{}])", ids.join(", "));
            expression.push_str(&format!("{is_violated} ? {} : ", cel::quoted(severity.name())));
        }
    }
    expression + "''"
}

/// What happens to an object that violates a rule.
fn validation_actions(action: Action) -> Vec<&'static str> {
    match action {
        Action::Audit => vec!["Audit"],
        Action::Warn => vec!["Warn", "Audit"],
        Action::Deny => vec!["Deny"],
    }
}

/// What the policy's template takes.
fn policy(release: &Release, rule: &Rule, suspicion: &str, variables: Value) -> Value {
    let fails = rule.placements.iter().any(|placement| placement.failure_policy == FailurePolicy::Fail);
    let failure_policy = if fails { FailurePolicy::Fail } else { FailurePolicy::Ignore };
    let passing = break_glass::passing_of_rule(release, rule);
    context! {
        header => names::header(rule),
        name => names::rule_name(release, rule),
        labels => admission::labels(release, rule, None),
        annotations => admission::pairs(names::annotations(rule)),
        failure_policy => failure_policy.name(),
        operations => admission::operations(&[rule]),
        resource_rules => admission::resource_rules(&[rule], &rule.kinds.iter().collect::<Vec<_>>()),
        suspicion,
        variables,
        message => names::message(rule),
        severity_if_violated => format!("variables.violations == [] ? '' : {}", cel::quoted(rule.severity.name())),
        is_packed => false,
        verdict => break_glass::verdict(break_glass::NOTHING_VIOLATED, passing.as_deref()),
        passing_trace => passing.as_deref().map(break_glass::trace),
        has_waivers => admission::has_waivers(rule),
    }
}

/// What the bindings' template takes for one placement. Only where a rule has both kinds with a namespace and kinds without one, a
/// binding says which it is about.
fn binding(release: &Release, rule: &Rule, placement: &Placement) -> Value {
    let kinds = admission::kinds_of(rule, placement);
    let resource_rules = (kinds.len() < rule.kinds.len()).then(|| admission::resource_rules(&[rule], &kinds));
    context! {
        name => names::object_name(release, rule, placement),
        policy => names::rule_name(release, rule),
        labels => admission::labels(release, rule, Some(placement.action)),
        annotations => admission::pairs(names::source(rule)),
        validation_actions => validation_actions(placement.action),
        selector => admission::selector(placement),
        operations => admission::operations(&[rule]),
        resource_rules,
    }
}
