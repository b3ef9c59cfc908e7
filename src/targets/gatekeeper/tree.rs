//! Values as block YAML, inside a template. Reads nothing.

use serde_json::Value;

use super::super::frame::yaml_text;

/// A map or a list, each line but the first so many spaces deep.
pub(super) fn indented(value: &Value, indent: usize) -> String {
    lines(value).join(&format!("\n{}", " ".repeat(indent)))
}

/// A text over several lines, as it is.
pub(super) fn block(text: &str, indent: usize) -> String {
    let mut scalar = String::from("|");
    let indent = " ".repeat(indent);
    for line in text.lines() {
        scalar.push('\n');
        if !line.is_empty() {
            scalar.push_str(&indent);
            scalar.push_str(line);
        }
    }
    scalar
}

/// The lines of a value.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().flat_map(|(key, value)| entry(&yaml_text(key), value)).collect()
        }
        Value::Array(items) if !items.is_empty() => items.iter().flat_map(item).collect(),
        Value::Object(_) => vec!["{}".to_owned()],
        Value::Array(_) => vec!["[]".to_owned()],
        Value::String(text) => vec![yaml_text(text)],
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
    }
}

/// The lines of an entry of a map.
fn entry(key: &str, value: &Value) -> Vec<String> {
    let inner = lines(value);
    if is_nested(value) {
        let indented = inner.into_iter().map(|line| format!("  {line}"));
        return [format!("{key}:")].into_iter().chain(indented).collect();
    }
    inner.into_iter().map(|line| format!("{key}: {line}")).collect()
}

/// The lines of an item of a list.
fn item(value: &Value) -> Vec<String> {
    let numbered = lines(value).into_iter().enumerate();
    numbered.map(|(number, line)| format!("{}{line}", if number == 0 { "- " } else { "  " })).collect()
}

/// Whether a value has lines of its own.
fn is_nested(value: &Value) -> bool {
    match value {
        Value::Object(entries) => !entries.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_blocks() {
        let value = serde_json::json!({
            "a": [], "b": [{"c": 1, "d": ["x", "yes"]}, [true]], "e": {}, "f": {"g": null}
        });
        let text = indented(&value, 2);
        assert_eq!(
            text,
            "a: []\n  b:\n    - c: 1\n      d:\n        - x\n        - \"yes\"\n    - - true\n  e: {}\n  f:\n    g: null"
        );
        assert_eq!(serde_yaml::from_str::<Value>(&format!("  {text}")).unwrap(), value);
    }
}
