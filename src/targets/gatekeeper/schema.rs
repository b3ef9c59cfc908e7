//! The schema of a constraint's parameters: structural, every property required, and admitting only the normal form, so that
//! an edit by hand that would silently match nothing is refused by the API server.

use serde_json::{Value, json};

use crate::ir::condition::{DURATION_FORM, QUANTITY_FORM};
use crate::ir::{Parameter, ParameterDeclaration, ParameterKind, Rule};

/// The most items of a list.
const MOST_ITEMS: u32 = 1000;
/// The form of a host path: clean, absolute, with a slash at its end.
const HOST_PATH: &str = "^/([^/]+/)*$";
/// The form of an image's pattern: anchored at its beginning, with a slash at its end.
const IMAGE: &str = r"^\^.*/$";
/// The form of a text's pattern: anchored at both ends.
const PATTERN: &str = r"^\^\(\?:[\s\S]*\)\$$";

/// The schema of all parameters of a rule.
pub(super) fn of_parameters(rule: &Rule) -> Value {
    let properties = rule.parameters.iter().map(|(name, parameter)| (name.clone(), of_parameter(parameter)));
    object(properties.collect())
}

/// The schema of the parameters of several rules, each rule's under its id. A constraint names those that it asks for.
pub(super) fn of_rules(rules: &[&Rule]) -> Value {
    let of_rule = |rule: &&Rule| {
        let mut schema = json!({"description": rule.title});
        if let (Value::Object(schema), Value::Object(own)) = (&mut schema, of_parameters(rule)) {
            schema.extend(own.into_iter().filter(|(name, _)| name == "type" || !rule.parameters.is_empty()));
        }
        (rule.id.clone(), schema)
    };
    json!({"type": "object", "properties": rules.iter().map(of_rule).collect::<serde_json::Map<_, _>>()})
}

/// The schema of a parameter, with its description.
fn of_parameter(parameter: &Parameter) -> Value {
    let mut schema = json!({"description": parameter.description});
    if let (Value::Object(schema), Value::Object(own)) = (&mut schema, of_declaration(&parameter.declaration))
    {
        schema.extend(own);
    }
    schema
}

/// The schema of a type within its bounds.
fn of_declaration(declaration: &ParameterDeclaration) -> Value {
    match declaration.kind {
        ParameterKind::Boolean => json!({"type": "boolean"}),
        ParameterKind::Choice => json!({"type": "string", "enum": declaration.options}),
        ParameterKind::Strings => {
            let item = match &declaration.pattern {
                Some(pattern) => text(&format!("^(?:{pattern})$")),
                None => json!({"type": "string"}),
            };
            list(item, declaration)
        }
        ParameterKind::Patterns => list(text(PATTERN), declaration),
        ParameterKind::Images => list(text(IMAGE), declaration),
        ParameterKind::HostPaths => list(text(HOST_PATH), declaration),
        ParameterKind::Integer => integer(declaration),
        ParameterKind::Integers => list(integer(declaration), declaration),
        ParameterKind::Quantity => text(QUANTITY_FORM),
        ParameterKind::Duration => json!({"type": "string", "minLength": 1, "pattern": DURATION_FORM}),
        ParameterKind::Map => json!({
            "type": "object",
            "maxProperties": MOST_ITEMS,
            "additionalProperties": items(json!({"type": "string"})),
        }),
        ParameterKind::Monitors => list(monitor(), declaration),
    }
}

/// A record of a runtime monitor.
fn monitor() -> Value {
    let boolean = || json!({"type": "boolean"});
    let string = || json!({"type": "string"});
    let identity = [
        ("namespace", string()),
        ("service_account", string()),
        ("images", items(text(IMAGE))),
        ("sidecars", items(text(IMAGE))),
    ];
    let features = [
        ("privileged", boolean()),
        ("host_network", boolean()),
        ("host_pid", boolean()),
        ("host_ipc", boolean()),
        ("run_as_root", boolean()),
        ("capabilities", items(string())),
        ("host_paths", items(text(HOST_PATH))),
        ("selinux_types", items(string())),
    ];
    let named = |fields: &[(&str, Value)]| {
        object(fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect())
    };
    named(&[("identity", named(&identity)), ("features", named(&features))])
}

/// A text of a form.
fn text(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

/// A whole number within bounds.
fn integer(declaration: &ParameterDeclaration) -> Value {
    let mut schema = serde_json::Map::from_iter([("type".to_owned(), json!("integer"))]);
    schema.extend(declaration.min.map(|least| ("minimum".to_owned(), json!(least))));
    schema.extend(declaration.max.map(|greatest| ("maximum".to_owned(), json!(greatest))));
    schema.into()
}

/// A list.
fn items(item: Value) -> Value {
    json!({"type": "array", "maxItems": MOST_ITEMS, "items": item})
}

/// A list within a parameter's bounds.
fn list(item: Value, declaration: &ParameterDeclaration) -> Value {
    let mut schema = items(item);
    if let (Value::Object(schema), Some(least)) = (&mut schema, declaration.min_items) {
        schema.insert("minItems".to_owned(), json!(least));
    }
    schema
}

/// A map with these properties and no others.
fn object(properties: serde_json::Map<String, Value>) -> Value {
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({"type": "object", "required": required, "properties": properties})
}
