//! Parameters: the value that counts here, in normal form and within its bounds.

mod bounds;
mod by_version;
mod value;

use serde_json::Value as Json;

use self::value::Reader;
use super::normal;
use super::words::one_of;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::rule::{ParameterDeclaration, ParameterKind};
use crate::ir::{Addition, Direction, NEWEST_POD_SECURITY, Parameter, Value, Version};
use crate::model::{self, ParameterType};
use crate::project::{Located, Place};

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

/// What is wrong with a value, and at which place.
pub(super) type Wrong = (Place, Diagnostic);

/// The parameter with the value that stands at this place, or all reasons why it can't be taken. What a table adds counts up to this
/// version of the Pod Security Standards.
pub(super) fn resolve(
    name: &str,
    declared: &model::Parameter,
    setting: &Setting,
    place: &Place,
    pod_security: Version,
) -> Result<Parameter, Vec<Wrong>> {
    let declaration = declaration(declared);
    let mut reader = Reader { name, declaration: &declaration, place, wrong: Vec::new() };
    let table = if declaration.kind.is_list() {
        by_version::table(name, &setting.written, place, &mut reader.wrong)
    } else {
        None
    };
    let written = table.as_ref().map_or_else(|| setting.written.clone(), |table| table.until(pod_security));
    let value = match &table {
        Some(table) => added(&mut reader, table, &written),
        None => reader.value(&written, place),
    };
    if value.is_some() {
        reader.bounds(declared, &written, place);
    }
    let wrong = reader.wrong;
    match value {
        Some(value) if wrong.is_empty() => Ok(Parameter {
            description: declared.description.clone(),
            declaration,
            written,
            value,
            set_by: setting.set_by.clone(),
            by_version: table.map(additions).unwrap_or_default(),
        }),
        _ => Err(wrong),
    }
}

/// What a table comes to; each of its rows is read at its own place first.
fn added(reader: &mut Reader<'_>, table: &by_version::Table, written: &Json) -> Option<Value> {
    for (place, row) in &table.rows {
        reader.value(&Json::Array(row.add.clone()), place);
    }
    if reader.wrong.is_empty() { reader.value(written, reader.place) } else { None }
}

fn additions(table: by_version::Table) -> Vec<Addition> {
    table.rows.into_iter().map(|(_, row)| row).collect()
}

/// What is wrong with a declaration, whatever the value is: its bounds and its pattern.
pub(super) fn declaration_faults(name: &str, declared: &model::Parameter, place: &Place) -> Vec<Wrong> {
    let declaration = ParameterDeclaration { pattern: None, ..declaration(declared) };
    let mut reader = Reader { name, declaration: &declaration, place, wrong: Vec::new() };
    for (word, bound) in [("min", &declared.min), ("max", &declared.max)] {
        if let Some(bound) = bound {
            reader.value(bound, &place.key(word));
        }
    }
    let mut wrong = reader.wrong;
    if wrong.is_empty() {
        wrong.extend(bounds::crossed(name, declaration.kind, declared, place));
    }
    if let Some(pattern) = &declared.pattern
        && let Err(reason) = normal::whole(pattern)
    {
        let fault = Diagnostic::error("bad-regular-expression", format!("`{pattern}` can't be used here"))
            .label(reason);
        wrong.push((place.key("pattern"), fault));
    }
    wrong
}

/// What is wrong with a value that a file gives to a rule's parameter.
pub(super) fn setting_faults<T>(
    file: &Located<T>,
    rule: &model::Rule,
    name: &str,
    written: &Json,
    place: &Place,
) -> Vec<Diagnostic> {
    let Some(declared) = rule.parameters.get(name) else {
        return vec![file.mark_key(unknown(rule, name), place)];
    };
    let setting = Setting { written: written.clone(), set_by: String::new() };
    let wrong = resolve(name, declared, &setting, place, NEWEST_POD_SECURITY).err().unwrap_or_default();
    wrong.into_iter().map(|(place, fault)| file.mark(fault, &place)).collect()
}

/// A name that no parameter of the rule has.
pub(super) fn unknown(rule: &model::Rule, name: &str) -> Diagnostic {
    let known = || rule.parameters.keys().map(String::as_str);
    let fault =
        Diagnostic::error("unknown-parameter", format!("the rule `{}` has no parameter `{name}`", rule.id));
    if rule.parameters.is_empty() {
        return fault.label("the rule has no parameters").help("declare it under `parameters` of the rule");
    }
    match did_you_mean(name, known()) {
        Some(near) => fault.label(format!("did you mean `{near}`?")),
        None => fault.label(format!("expected {}", one_of(known()))),
    }
}
