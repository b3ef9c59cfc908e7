//! YAML for clusters and for people: block style, keys in the given order, two spaces, and every text written so
//! that no reader takes it for something else. The same value gives the same bytes.
//!
//! Readers differ (Go's yaml.v2 and v3, serde_yaml, YAML 1.1 and 1.2): a text is plain only where all of them agree.

use serde_json::Value;

/// The longest key that every reader takes without `?`, in bytes.
const LONGEST_SIMPLE_KEY: usize = 1000;

/// The document of a value, with a line feed at its end and without `---`.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0, Position::LineStart);
    out
}

/// Where a value begins.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    /// At the start of a line, or right behind `- `: a map or list begins in this very line.
    LineStart,
    /// Behind `key:`: a map or list begins in the next line.
    BehindKey,
}

/// Writes a value whose keys and dashes stand in column `indent`, up to the end of its line.
fn block(out: &mut String, value: &Value, indent: usize, position: Position) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (index, (key, value)) in fields.iter().enumerate() {
                begin_line(out, indent, index, position);
                write_key(out, key, indent);
                let list = matches!(value, Value::Array(items) if !items.is_empty());
                block(out, value, if list { indent } else { indent + 2 }, Position::BehindKey);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                begin_line(out, indent, index, position);
                out.push_str("- ");
                block(out, item, indent + 2, Position::LineStart);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => {
            if position == Position::BehindKey {
                out.push(' ');
            }
            scalar(out, value, indent);
            if !out.ends_with('\n') {
                out.push('\n');
            }
        }
    }
}

fn begin_line(out: &mut String, indent: usize, index: usize, position: Position) {
    if index == 0 && position == Position::BehindKey {
        out.push('\n');
    }
    if index > 0 || position == Position::BehindKey {
        pad(out, indent);
    }
}

fn pad(out: &mut String, width: usize) {
    out.extend(std::iter::repeat_n(' ', width));
}

fn write_key(out: &mut String, key: &str, indent: usize) {
    let start = out.len();
    line(out, key);
    if out.len() - start > LONGEST_SIMPLE_KEY {
        out.insert_str(start, "? ");
        out.push('\n');
        pad(out, indent);
    }
    out.push(':');
}

/// Writes what is no map or list with content; a text of several lines with content in column `indent`.
fn scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&decimal(number.to_string())),
        Value::String(text) if is_literal(text) => literal(out, text, indent.max(2)),
        Value::String(text) => line(out, text),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// A number in the form that is one for all readers: with a point and a signed exponent, if it has an exponent.
fn decimal(number: String) -> String {
    match number.split_once('e') {
        None => number,
        Some((mantissa, exponent)) => {
            let fraction = if mantissa.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
            format!("{mantissa}{fraction}e{sign}{exponent}")
        }
    }
}

/// Writes a text in one line.
fn line(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
    } else if text.contains(['\\', '"']) && !text.chars().any(is_escaped) {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    } else {
        double_quoted(out, text);
    }
}

/// Whether the text needs no quotes for any reader, in a value or as a key.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let begins_plainly =
        first.is_alphanumeric() || matches!(first, '/' | '_' | '$' | '(' | '.' | '^' | '<' | '=' | ';');
    let begins_option =
        text.starts_with('-') && !text.starts_with("---") && !text.starts_with("- ") && text.len() > 1;
    (begins_plainly || begins_option)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(is_escaped)
        && !is_word(text)
        && !is_like_number(text)
}

/// The texts that some reader takes for a boolean, for null, or for YAML 1.1's own keys.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 13] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "=", "<<"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether some reader may take the text for a number, a date or a time: it has nothing that these can't have.
fn is_like_number(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['-', '+']);
    let infinite = unsigned
        .strip_prefix('.')
        .is_some_and(|name| name.eq_ignore_ascii_case("inf") || name.eq_ignore_ascii_case("nan"));
    let numeric = |character: char| {
        character.is_ascii_hexdigit()
            || matches!(
                character,
                '_' | '.'
                    | ','
                    | ':'
                    | '+'
                    | '-'
                    | ' '
                    | 'x'
                    | 'X'
                    | 'o'
                    | 'O'
                    | 'T'
                    | 't'
                    | 'Z'
                    | 'z'
                    | 'p'
                    | 'P'
            )
    };
    let begins = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | '+' | '-'));
    infinite || begins && text.chars().all(numeric)
}

/// Whether a character is written as an escape sequence: what can't be seen, what ends a line for some readers, and
/// what changes the direction of a line.
fn is_escaped(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{A0}' | '\u{AD}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'
        )
        || matches!(character, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
}

fn double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if is_escaped(character) => out.push_str(&format!("\\u{:04X}", u32::from(character))),
            character => out.push(character),
        }
    }
    out.push('"');
}

/// Whether a text of several lines can be shown as such: nothing in it is invisible, and its first line shows where
/// the lines begin.
fn is_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && !text.lines().any(|line| line.ends_with([' ', '\t']))
        && !text.chars().any(|character| is_escaped(character) && character != '\n' && character != '\t')
}

fn literal(out: &mut String, text: &str, indent: usize) {
    let content = text.trim_end_matches('\n');
    out.push_str(match text.len() - content.len() {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Sources;
    use crate::yaml::{Budget, Dialect, read};

    #[test]
    fn a_manifest_looks_as_people_write_it() {
        let manifest = json!({
            "apiVersion": "apps/v1",
            "metadata": {"name": "a", "labels": {"app.kubernetes.io/version": "1.10", "on": "yes"}, "annotations": {}},
            "spec": {
                "containers": [
                    {"name": "a", "args": ["--port=80", "-v", "a, b", "50%", "*"], "ports": [{"containerPort": 80}]},
                    {"name": "b", "image": "registry.example/b@sha256:0f", "env": []},
                ],
                "matrix": [[1, [2.5, true]], [], {}],
                "script": "if x {\n\ty\n}\n\nend\n",
                "message": "may not add `a`: only \"b\"",
                "expression": "object.spec.?x.orValue('') == '\\\\'",
                "nothing": null,
            },
        });
        insta::assert_snapshot!(write(&manifest), @r#"
        apiVersion: apps/v1
        metadata:
          name: a
          labels:
            app.kubernetes.io/version: "1.10"
            "on": "yes"
          annotations: {}
        spec:
          containers:
          - name: a
            args:
            - --port=80
            - -v
            - a, b
            - 50%
            - "*"
            ports:
            - containerPort: 80
          - name: b
            image: registry.example/b@sha256:0f
            env: []
          matrix:
          - - 1
            - - 2.5
              - true
          - []
          - {}
          script: |
            if x {
            	y
            }

            end
          message: 'may not add `a`: only "b"'
          expression: object.spec.?x.orValue('') == '\\'
          nothing: null
        "#);
    }

    /// Texts that some reader takes for something else if they aren't quoted, or quoted in the wrong way.
    const TEXTS: &str = include_str!("../../tests/yaml/texts.jsonl");

    #[test]
    fn every_text_is_read_back() {
        for line in TEXTS.lines() {
            let text: Value = serde_json::from_str(line).unwrap();
            let key = text.as_str().unwrap();
            for value in
                [text.clone(), json!([text]), json!([[text, text]]), json!({"a": {"b": text}, key: key})]
            {
                read_back(&value);
            }
        }
    }

    #[test]
    fn every_number_is_read_back() {
        for value in [
            json!(0),
            json!(-1),
            json!(i64::MIN),
            json!(1.5),
            json!(-0.1),
            json!(1e-7),
            json!(1.5e300),
            json!(1e21),
        ] {
            read_back(&value);
        }
        assert_eq!(write(&json!(1e21)), "1.0e+21\n");
    }

    #[test]
    fn long_keys_are_read_back() {
        read_back(&json!({"a": [{"k".repeat(2000): {"b": 1}, "c": "k".repeat(2000), "ü".repeat(999): [1]}]}));
    }

    fn read_back(value: &Value) {
        let written = write(value);
        let mut sources = Sources::new();
        let file = sources.add("written.yaml", format!("---\n{written}---\nb: 1\n"));
        let read = read(&sources, file, Dialect::Policy, &Budget::POLICY);
        assert_eq!(read.diagnostics, [], "{written}");
        assert_eq!(read.documents[0].to_json(), *value, "{written}");
        assert_eq!(serde_yaml::from_str::<Value>(&written).unwrap(), *value, "{written}");
    }
}
