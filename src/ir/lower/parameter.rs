//! Parameters: the value that counts here, in normal form and within its bounds.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::normal;
use crate::ir::rule::{ParameterDeclaration, ParameterKind};
use crate::ir::{Direction, Literal, Parameter, Value, number};
use crate::model::{self, ParameterType};

/// A value that someone gave to a parameter, and the place that did.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// The value as written.
    pub written: Json,
    /// The place: `environments/production.yaml: rules.IMG-001.parameters.allowed`.
    pub set_by: String,
}

/// The declaration in the IR's form.
pub(super) fn declaration(parameter: &model::Parameter) -> ParameterDeclaration {
    let kind = match parameter.kind {
        ParameterType::Boolean => ParameterKind::Boolean,
        ParameterType::Choice => ParameterKind::Choice,
        ParameterType::Strings => ParameterKind::Strings,
        ParameterType::Patterns => ParameterKind::Patterns,
        ParameterType::Images => ParameterKind::Images,
        ParameterType::HostPaths => ParameterKind::HostPaths,
        ParameterType::Integer => ParameterKind::Integer,
        ParameterType::Integers => ParameterKind::Integers,
        ParameterType::Quantity => ParameterKind::Quantity,
        ParameterType::Duration => ParameterKind::Duration,
        ParameterType::Map => ParameterKind::Map,
        ParameterType::Monitors => ParameterKind::Monitors,
    };
    let grows = match (parameter.direction, parameter.when_true) {
        (Some(model::Direction::Allow | model::Direction::Maximum), _)
        | (None, Some(model::Effect::Loosens)) => Direction::Loosens,
        (
            Some(
                model::Direction::Deny
                | model::Direction::Require
                | model::Direction::Reach
                | model::Direction::Minimum,
            ),
            _,
        )
        | (None, _) => Direction::Tightens,
    };
    ParameterDeclaration {
        kind,
        direction: grows,
        options: parameter.options.clone().unwrap_or_default(),
        min: parameter.min.as_ref().and_then(Json::as_i64),
        max: parameter.max.as_ref().and_then(Json::as_i64),
        min_items: parameter.min_items,
        pattern: parameter.pattern.clone(),
    }
}

/// The parameter with its value, or the reasons (lower-case, to follow a colon) why the value can't be taken.
pub(super) fn resolve(declared: &model::Parameter, setting: &Setting) -> Result<Parameter, Vec<String>> {
    let declaration = declaration(declared);
    let mut reasons = Vec::new();
    let value = normal_form(&declaration, &setting.written, &mut reasons);
    if let Some(value) = &value {
        bounds(declared, &declaration, value, &setting.written, &mut reasons);
    }
    match value {
        Some(value) if reasons.is_empty() => Ok(Parameter {
            description: declared.description.clone(),
            declaration,
            written: setting.written.clone(),
            value,
            set_by: setting.set_by.clone(),
        }),
        _ => Err(reasons),
    }
}

fn normal_form(
    declaration: &ParameterDeclaration,
    written: &Json,
    reasons: &mut Vec<String>,
) -> Option<Value> {
    match declaration.kind {
        ParameterKind::Boolean => {
            scalar(written.as_bool().map(Literal::Boolean), "`true` or `false`", reasons)
        }
        ParameterKind::Choice => {
            let options =
                declaration.options.iter().map(|option| format!("`{option}`")).collect::<Vec<_>>().join(", ");
            let known =
                written.as_str().filter(|text| declaration.options.iter().any(|option| option == text));
            scalar(known.map(|text| Literal::Text(text.to_owned())), &format!("one of {options}"), reasons)
        }
        ParameterKind::Integer => scalar(written.as_i64().map(Literal::Integer), "a whole number", reasons),
        ParameterKind::Integers => list(written, reasons, |item| {
            item.as_i64().map(Literal::Integer).ok_or("a whole number was expected".to_owned())
        }),
        ParameterKind::Quantity => {
            normal_text(written, reasons, |text| normal::quantity(text).map(Literal::Quantity))
        }
        ParameterKind::Duration => {
            normal_text(written, reasons, |text| normal::duration(text).map(Literal::Duration))
        }
        ParameterKind::Strings => {
            list(written, reasons, |item| text(item).map(|text| Literal::Text(text.to_owned())))
        }
        ParameterKind::Patterns => {
            list(written, reasons, |item| text(item).and_then(normal::like).map(Literal::Pattern))
        }
        ParameterKind::Images => {
            list(written, reasons, |item| text(item).and_then(normal::image).map(Literal::Image))
        }
        ParameterKind::HostPaths => {
            list(written, reasons, |item| text(item).and_then(normal::host_path).map(Literal::HostPath))
        }
        ParameterKind::Map => map(written, reasons),
        ParameterKind::Monitors => monitors(written, reasons),
    }
}

fn scalar(literal: Option<Literal>, expected: &str, reasons: &mut Vec<String>) -> Option<Value> {
    if literal.is_none() {
        reasons.push(format!("{expected} was expected"));
    }
    literal.map(Value::Literal)
}

fn normal_text(
    written: &Json,
    reasons: &mut Vec<String>,
    read: impl Fn(&str) -> Result<Literal, String>,
) -> Option<Value> {
    let read = match written {
        Json::String(text) => read(text),
        Json::Number(number) => read(&number.to_string()),
        _ => Err("a text was expected".to_owned()),
    };
    read.map_err(|reason| reasons.push(reason)).ok().map(Value::Literal)
}

fn text(item: &Json) -> Result<&str, String> {
    item.as_str().ok_or_else(|| "a text was expected".to_owned())
}

fn list(
    written: &Json,
    reasons: &mut Vec<String>,
    read: impl Fn(&Json) -> Result<Literal, String>,
) -> Option<Value> {
    let Some(items) = written.as_array() else {
        reasons.push("a list was expected".to_owned());
        return None;
    };
    let mut values = Vec::new();
    for item in items {
        match read(item) {
            Ok(literal) => values.push(Value::Literal(literal)),
            Err(reason) => reasons.push(format!("`{}`: {reason}", plain(item))),
        }
    }
    Some(Value::List(values))
}

fn plain(item: &Json) -> String {
    item.as_str().map_or_else(|| item.to_string(), str::to_owned)
}

fn map(written: &Json, reasons: &mut Vec<String>) -> Option<Value> {
    let Some(entries) = written.as_object() else {
        reasons.push("a map from text to a list of texts was expected".to_owned());
        return None;
    };
    let mut values = BTreeMap::new();
    for (key, items) in entries {
        let mut inner = Vec::new();
        let value = list(items, &mut inner, |item| text(item).map(|text| Literal::Text(text.to_owned())));
        reasons.extend(inner.into_iter().map(|reason| format!("`{key}`: {reason}")));
        values.insert(key.clone(), value.unwrap_or(Value::List(Vec::new())));
    }
    Some(Value::Map(values))
}

fn monitors(written: &Json, reasons: &mut Vec<String>) -> Option<Value> {
    let records: Vec<model::Monitor> = match serde_json::from_value(written.clone()) {
        Ok(records) => records,
        Err(_) => {
            reasons.push("a list of records with `identity` and `features` was expected".to_owned());
            return None;
        }
    };
    Some(Value::List(records.iter().map(|record| monitor(record, reasons)).collect()))
}

fn monitor(record: &model::Monitor, reasons: &mut Vec<String>) -> Value {
    let identity = &record.identity;
    if identity.object.is_some()
        || identity.namespace.is_none()
        || identity.service_account.is_none()
        || identity.images.is_empty()
    {
        reasons.push("a monitor is known by `namespace`, `service_account` and `images`".to_owned());
    }
    let of = |value: &Option<String>| Value::Literal(Literal::Text(value.clone().unwrap_or_default()));
    let identity = record_of([
        ("namespace", of(&identity.namespace)),
        ("service_account", of(&identity.service_account)),
        ("images", texts(&identity.images, reasons, |text| normal::image(text).map(Literal::Image))),
        ("sidecars", texts(&identity.sidecars, reasons, |text| normal::image(text).map(Literal::Image))),
    ]);
    let features = &record.features;
    let flag = |value: bool| Value::Literal(Literal::Boolean(value));
    let as_written = |text: &str| Ok(Literal::Text(text.to_owned()));
    let features = record_of([
        ("privileged", flag(features.privileged)),
        ("host_network", flag(features.host_network)),
        ("host_pid", flag(features.host_pid)),
        ("host_ipc", flag(features.host_ipc)),
        ("run_as_root", flag(features.run_as_root)),
        ("capabilities", texts(&features.capabilities, reasons, as_written)),
        (
            "host_paths",
            texts(&features.host_paths, reasons, |text| normal::host_path(text).map(Literal::HostPath)),
        ),
        ("selinux_types", texts(&features.selinux_types, reasons, as_written)),
    ]);
    record_of([("identity", identity), ("features", features)])
}

fn record_of<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn texts(
    items: &[String],
    reasons: &mut Vec<String>,
    read: impl Fn(&str) -> Result<Literal, String>,
) -> Value {
    let mut values = Vec::new();
    for item in items {
        match read(item) {
            Ok(literal) => values.push(Value::Literal(literal)),
            Err(reason) => reasons.push(format!("`{item}`: {reason}")),
        }
    }
    Value::List(values)
}

fn bounds(
    declared: &model::Parameter,
    declaration: &ParameterDeclaration,
    value: &Value,
    written: &Json,
    reasons: &mut Vec<String>,
) {
    for (bound, is_least) in [(&declared.min, true), (&declared.max, false)] {
        let Some(bound) = bound else { continue };
        let outside = match compare(declaration.kind, written, bound) {
            Some(order) => {
                if is_least {
                    order.is_lt()
                } else {
                    order.is_gt()
                }
            }
            None => false,
        };
        if outside {
            let side = if is_least { "less than the least" } else { "more than the greatest" };
            reasons.push(format!("`{}` is {side} value, `{}`", plain(written), plain(bound)));
        }
    }
    let Value::List(items) = value else { return };
    if let Some(least) = declared.min_items.filter(|least| items.len() < *least as usize) {
        reasons.push(format!("at least {least} items were expected, and there are {}", items.len()));
    }
    if items.len() > 1_000 {
        reasons.push(format!("at most 1000 items were expected, and there are {}", items.len()));
    }
    let Some(Ok(pattern)) =
        declared.pattern.as_deref().map(|pattern| regex::Regex::new(&format!("^(?:{pattern})$")))
    else {
        return;
    };
    for item in written.as_array().into_iter().flatten().filter_map(Json::as_str) {
        if !pattern.is_match(item) {
            reasons.push(format!(
                "`{item}` doesn't match `{}`",
                declared.pattern.as_deref().unwrap_or_default()
            ));
        }
    }
}

fn compare(kind: ParameterKind, value: &Json, bound: &Json) -> Option<std::cmp::Ordering> {
    let text = |json: &Json| plain(json);
    match kind {
        ParameterKind::Integer => Some(value.as_i64()?.cmp(&bound.as_i64()?)),
        ParameterKind::Duration => number::compare_durations(&text(value), &text(bound)),
        ParameterKind::Quantity => number::compare_quantities(&text(value), &text(bound)),
        ParameterKind::Boolean
        | ParameterKind::Choice
        | ParameterKind::Strings
        | ParameterKind::Patterns
        | ParameterKind::Images
        | ParameterKind::HostPaths
        | ParameterKind::Integers
        | ParameterKind::Map
        | ParameterKind::Monitors => None,
    }
}
