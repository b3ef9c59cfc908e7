//! The closed form of a rule: parameters are replaced by their values, and loops over records are unrolled.
//!
//! Gatekeeper alone prints the open form, since its constraints carry the parameters; all others take this one.

mod substitute;
mod truth;

use std::collections::BTreeMap;

use super::condition::Condition;
use super::literal::Value;
use super::path::{Loop, Source};
use super::rule::{Check, Rule};
use substitute::Values;

/// The rule without a reference to a parameter, and without examples. A check that can't be violated any more is left out.
pub fn fold(rule: &Rule) -> Rule {
    let values: BTreeMap<String, Value> =
        rule.parameters.iter().map(|(name, parameter)| (name.clone(), parameter.value.clone())).collect();
    let values = Values::of(&values);
    let checks = rule.checks.iter().map(|check| fold_check(check, &values));
    Rule {
        id: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        category: rule.category.clone(),
        since: rule.since.clone(),
        why: rule.why.clone(),
        fix: rule.fix.clone(),
        references: rule.references.clone(),
        source_file: rule.source_file.clone(),
        kinds: rule.kinds.clone(),
        parameters: rule.parameters.clone(),
        spared: condition(&rule.spared, &values),
        waivers: rule.waivers.clone(),
        shapes: rule.shapes.clone(),
        checks: checks.filter(|check| check.ok != Condition::True).collect(),
        governed_in_pods: rule.governed_in_pods.clone(),
        governed_in_objects: rule.governed_in_objects.clone(),
        placements: rule.placements.clone(),
        examples: Vec::new(),
    }
}

fn fold_check(check: &Check, values: &Values) -> Check {
    Check {
        id: check.id.clone(),
        kinds: check.kinds.clone(),
        each: check.each.iter().map(|each| fold_loop(each, values)).collect(),
        ok: condition(&check.ok, values),
        waivers: check.waivers.clone(),
        message: check.message.clone(),
        at: check.at.clone(),
        standards: check.standards.clone(),
    }
}

fn fold_loop(each: &Loop, values: &Values) -> Loop {
    let source = match &each.source {
        Source::Parameter(name) => Source::Literals(values.items(name)),
        Source::ParameterEntries(name) => Source::Literals(values.entries(name)),
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Items(_)
        | Source::Entries(_)
        | Source::Fields(_)
        | Source::Literals(_) => each.source.clone(),
    };
    Loop { source, ..each.clone() }
}

/// The condition in closed form.
fn condition(open: &Condition, values: &Values) -> Condition {
    match open {
        Condition::True => Condition::True,
        Condition::False => Condition::False,
        Condition::All(parts) => Condition::all(parts.iter().map(|part| condition(part, values))),
        Condition::Any(parts) => Condition::any(parts.iter().map(|part| condition(part, values))),
        Condition::Some { each, satisfies } => match records(each, values) {
            Some(records) => Condition::any(
                records.iter().map(|record| condition(satisfies, &values.with(&each.name, record))),
            ),
            None => {
                let satisfies = condition(satisfies, values);
                match satisfies {
                    Condition::False => Condition::False,
                    satisfies => {
                        Condition::Some { each: fold_loop(each, values), satisfies: Box::new(satisfies) }
                    }
                }
            }
        },
        Condition::Every { each, satisfies } => match records(each, values) {
            Some(records) => Condition::all(
                records.iter().map(|record| condition(satisfies, &values.with(&each.name, record))),
            ),
            None => {
                let satisfies = condition(satisfies, values);
                match satisfies {
                    Condition::True => Condition::True,
                    satisfies => {
                        Condition::Every { each: fold_loop(each, values), satisfies: Box::new(satisfies) }
                    }
                }
            }
        },
        Condition::Leaf(leaf) => values.leaf(leaf),
    }
}

/// The elements of a loop over a parameter, each of which becomes a condition of its own.
fn records(each: &Loop, values: &Values) -> Option<Vec<Value>> {
    match &each.source {
        Source::Parameter(name) => Some(values.items(name)),
        Source::ParameterEntries(name) => Some(values.entries(name)),
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Items(_)
        | Source::Entries(_)
        | Source::Fields(_)
        | Source::Literals(_) => None,
    }
}
