//! What a changed parameter does to its rule: its type and its direction say which way a change of the value turns.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Aspect, Change, Class, sorted};
use crate::ir::number;
use crate::ir::record::{ParameterRecord, RuleRecord};
use crate::ir::release::Direction;
use crate::ir::rule::ParameterKind;

pub(super) fn changes(old: &RuleRecord, new: &RuleRecord) -> Vec<Change> {
    let gone = old.parameters.iter().filter(|(name, _)| !new.parameters.contains_key(*name)).map(
        |(name, parameter)| {
            let text = format!("parameter `{name}` is gone");
            let change = Change::new(Aspect::Parameter, Class::Unclear, text);
            change.named(name).from(parameter.written.clone())
        },
    );
    let others = new.parameters.iter().filter_map(|(name, parameter)| match old.parameters.get(name) {
        None => {
            let text = format!("parameter `{name}` is new: {}", parameter.written);
            let change = Change::new(Aspect::Parameter, Class::Unclear, text);
            Some(change.named(name).to(parameter.written.clone()))
        }
        Some(before) if before.value == parameter.value && before.kind == parameter.kind => None,
        Some(before) => Some(changed(name, before, parameter, asked_of(old, name) || asked_of(new, name))),
    });
    gone.chain(others).collect()
}

/// `asked` says whether a condition asks of the parameter itself, so that an empty list may have a meaning of its own.
fn changed(name: &str, old: &ParameterRecord, new: &ParameterRecord, asked: bool) -> Change {
    let same_declaration = (old.kind, old.direction, &old.options) == (new.kind, new.direction, &new.options);
    let class = match same_declaration {
        true => class(old, new, asked),
        false => Class::Unclear,
    };
    let text = format!("`{name}`: {}", words(old, new));
    let change = Change::new(Aspect::Parameter, class, text).named(name);
    change.from(old.written.clone()).to(new.written.clone())
}

fn class(old: &ParameterRecord, new: &ParameterRecord, asked: bool) -> Class {
    let growth = match new.kind {
        ParameterKind::Boolean => Class::of_order(&old.value.as_bool(), &new.value.as_bool()),
        ParameterKind::Integer => Class::of_order(&old.value.as_i64(), &new.value.as_i64()),
        ParameterKind::Choice => return choice(old, new),
        ParameterKind::Quantity => measured(old, new, number::compare_quantities),
        ParameterKind::Duration => measured(old, new, number::compare_durations),
        ParameterKind::Strings
        | ParameterKind::Patterns
        | ParameterKind::Images
        | ParameterKind::HostPaths
        | ParameterKind::Integers => match asked {
            true if is_empty(&old.value) || is_empty(&new.value) => Class::Unclear,
            true | false => lists(old, new),
        },
        ParameterKind::Map => match asked {
            true if is_empty(&old.value) || is_empty(&new.value) => Class::Unclear,
            true | false => Class::of_sets(&entries(&old.value), &entries(&new.value)),
        },
        ParameterKind::Monitors => Class::of_sets(&uses(&old.value), &uses(&new.value)),
    };
    match new.direction {
        Direction::Tightens => growth,
        Direction::Loosens => growth.reversed(),
    }
}

/// Options are written from the laxest to the strictest, whatever the direction.
fn choice(old: &ParameterRecord, new: &ParameterRecord) -> Class {
    let place = |parameter: &ParameterRecord| {
        new.options.iter().position(|option| parameter.value.as_str() == Some(option))
    };
    Class::of_order(&place(old), &place(new))
}

fn measured(
    old: &ParameterRecord,
    new: &ParameterRecord,
    compare: fn(&str, &str) -> Option<std::cmp::Ordering>,
) -> Class {
    let order = old.value.as_str().zip(new.value.as_str()).and_then(|(old, new)| compare(old, new));
    match order {
        Some(order) => Class::of_order(&std::cmp::Ordering::Equal, &order.reverse()),
        None => Class::Unclear,
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// Grown, shrunk, or both. Both is unclear where one item may contain another (`/run` and `/run/x`, `*`).
fn lists(old: &ParameterRecord, new: &ParameterRecord) -> Class {
    match Class::of_sets(&texts(&old.value), &texts(&new.value)) {
        Class::Moved if items_may_overlap(old, new) => Class::Unclear,
        class => class,
    }
}

fn items_may_overlap(old: &ParameterRecord, new: &ParameterRecord) -> bool {
    let may_contain: fn(&str, &str) -> bool = match new.kind {
        ParameterKind::HostPaths | ParameterKind::Images => {
            |one, other| one.contains('*') || other.starts_with(&format!("{}/", one.trim_end_matches('/')))
        }
        ParameterKind::Patterns => |one, _| one.contains('*'),
        ParameterKind::Strings
        | ParameterKind::Integers
        | ParameterKind::Boolean
        | ParameterKind::Choice
        | ParameterKind::Integer
        | ParameterKind::Quantity
        | ParameterKind::Duration
        | ParameterKind::Map
        | ParameterKind::Monitors => |_, _| false,
    };
    let written = [&old.written, &new.written].into_iter().filter_map(Json::as_array).flatten();
    let items: BTreeSet<&str> = written.filter_map(Json::as_str).collect();
    items.iter().any(|one| items.iter().any(|other| one != other && may_contain(one, other)))
}

fn texts(value: &Json) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().map(Json::to_string).collect()
}

/// Each item of each entry of a map.
fn entries(value: &Json) -> BTreeSet<(String, String)> {
    let entries = value.as_object().into_iter().flatten();
    entries.flat_map(|(key, items)| texts(items).into_iter().map(|item| (key.clone(), item))).collect()
}

/// Each feature of each monitor: (who, what, value). A monitor without a feature is one that uses none.
fn uses(value: &Json) -> BTreeSet<(String, String, String)> {
    let mut uses = BTreeSet::new();
    for monitor in value.as_array().into_iter().flatten() {
        let who = monitor.get("identity").map(sorted).unwrap_or_default();
        uses.insert((who.clone(), String::new(), String::new()));
        for (feature, value) in monitor.get("features").and_then(Json::as_object).into_iter().flatten() {
            match value {
                Json::Array(items) => {
                    uses.extend(items.iter().map(|item| (who.clone(), feature.clone(), item.to_string())));
                }
                Json::Bool(false) | Json::Null => {}
                Json::Bool(true) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                    uses.insert((who.clone(), feature.clone(), value.to_string()));
                }
            }
        }
    }
    uses
}

/// What was added and what was removed, as a person wrote it; else the old and the new value.
fn words(old: &ParameterRecord, new: &ParameterRecord) -> String {
    let (Some(before), Some(after)) = (shown(old), shown(new)) else {
        return format!("{} → {}", old.written, new.written);
    };
    let added = after.iter().filter(|(value, _)| !before.iter().any(|(other, _)| other == value));
    let removed = before.iter().filter(|(value, _)| !after.iter().any(|(other, _)| other == value));
    let parts: Vec<String> = added
        .map(|(_, text)| format!("+ {text}"))
        .chain(removed.map(|(_, text)| format!("- {text}")))
        .collect();
    match parts.is_empty() {
        true => "the same items in another order".to_owned(),
        false => parts.join(", "),
    }
}

/// The items of a list: the value in normal form, and as it was written.
fn shown(parameter: &ParameterRecord) -> Option<Vec<(String, String)>> {
    let values = parameter.value.as_array()?;
    let written =
        parameter.written.as_array().filter(|written| written.len() == values.len()).unwrap_or(values);
    let text = |item: &Json| match item {
        Json::String(text) => format!("`{text}`"),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => item.to_string(),
    };
    Some(values.iter().zip(written).map(|(value, written)| (sorted(value), text(written))).collect())
}

/// Whether a condition of the rule asks of the parameter itself: `{"parameter": "allowed", "empty": true}`.
fn asked_of(rule: &RuleRecord, name: &str) -> bool {
    let conditions = rule.checks.iter().map(|check| &check.ok).chain([&rule.spared]);
    conditions.into_iter().any(|condition| asks_of(condition, name))
}

fn asks_of(condition: &Json, name: &str) -> bool {
    match condition {
        Json::Object(fields) => {
            let operand = fields.get("parameter").and_then(Json::as_str) == Some(name);
            let predicate =
                ["is", "in", "empty", "has_at_least"].iter().any(|word| fields.contains_key(*word));
            operand && predicate || fields.values().any(|value| asks_of(value, name))
        }
        Json::Array(items) => items.iter().any(|item| asks_of(item, name)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}
