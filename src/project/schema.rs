//! The JSON Schemas of the policy files: what editors complete from, and what every file is walked against.
//!
//! Knows nothing of any single file; the types and their doc comments are the model's.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::layout::FileKind;
use crate::model::{Environment, Exemption, ExemptionSet, Kinds, Profile, Project, Rule};

/// The JSON Schemas (draft 2020-12) of all policy files, by file name: `rule.json`.
///
/// Each text is pretty-printed and ends with a line feed.
pub fn schemas() -> BTreeMap<String, String> {
    let text = |kind: FileKind| format!("{:#}\n", schema(kind));
    FileKind::ALL.into_iter().map(|kind| (format!("{}.json", kind.schema_name()), text(kind))).collect()
}

/// The schema of one kind of file.
pub(super) fn schema(kind: FileKind) -> Value {
    match kind {
        FileKind::Project => schema_of::<Project>(kind),
        FileKind::Kinds => schema_of::<Kinds>(kind),
        FileKind::Rule => schema_of::<Rule>(kind),
        FileKind::Profile => schema_of::<Profile>(kind),
        FileKind::Environment => schema_of::<Environment>(kind),
        FileKind::Exemption => schema_of::<Exemption>(kind),
        FileKind::Set => schema_of::<ExemptionSet>(kind),
    }
}

fn schema_of<T: JsonSchema>(kind: FileKind) -> Value {
    let root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    // Serialised, its keys are in a readable order: what it is first, its parts last.
    let mut schema = serde_json::to_value(root).unwrap_or_default();
    without_null(&mut schema);
    if let Value::Object(fields) = &mut schema {
        fields.insert("title".to_owned(), format!("Palisade: {}", kind.schema_name()).into());
    }
    schema
}

/// An optional field is left out when it has no value: nobody writes `null`, and a field left empty is a mistake.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(alternatives)) = fields.get_mut("anyOf") {
                alternatives.retain(|alternative| alternative.get("type").is_none_or(|name| name != "null"));
                if let [Value::Object(only)] = alternatives.as_slice() {
                    let only = only.clone();
                    fields.shift_remove("anyOf");
                    merge(fields, only);
                }
            }
            fields.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds what a schema doesn't say itself; its own description stands.
fn merge(fields: &mut Map<String, Value>, other: Map<String, Value>) {
    for (key, value) in other {
        fields.entry(key).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_schema_admits_null_or_an_unknown_field() {
        for (name, text) in schemas() {
            assert!(!text.contains("\"null\""), "{name}");
            let schema: Value = serde_json::from_str(&text).unwrap();
            let definitions = schema["$defs"].as_object().into_iter().flat_map(|all| all.values());
            for object in definitions.chain([&schema]).filter(|schema| schema.get("properties").is_some()) {
                assert_eq!(object["additionalProperties"], false, "{name}: {object:#}");
            }
        }
    }
}
