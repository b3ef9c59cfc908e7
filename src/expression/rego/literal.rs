//! Literals and layout of Rego, as `opa fmt` leaves them. Knows nothing of what they mean.

use serde_json::Value;

use crate::ir::text::is_hidden;

/// How wide a list may be before each of its items has a line of its own.
const LINE_WIDTH: usize = 84;
/// How wide a call may be before it is broken.
const LONGEST_CALL: usize = 112;

/// A text as a Rego string, in which everything means what was written. What can't be seen, or what a YAML reader might take
/// for a line break, is escaped.
pub fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' ' => quoted.push(' '),
            _ if is_plain(character) => quoted.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    quoted.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a character is written as it is.
fn is_plain(character: char) -> bool {
    let is_assigned_noncharacter = u32::from(character) & 0xFFFE == 0xFFFE;
    !is_hidden(character) && !character.is_whitespace() && !is_assigned_noncharacter
}

/// A text in one line of a comment.
pub fn comment(text: &str) -> String {
    let words = text.split(|character| !is_plain(character)).filter(|word| !word.is_empty());
    format!("# {}", words.collect::<Vec<_>>().join(" "))
}

/// A JSON value as a Rego term; the keys of maps in order, as `opa fmt` writes them.
pub fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(boolean) => boolean.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(string) => text(string),
        Value::Array(items) => list(&items.iter().map(json).collect::<Vec<_>>()),
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|left, right| left.0.cmp(right.0));
            let entries: Vec<_> =
                entries.into_iter().map(|(key, value)| format!("{}: {}", text(key), json(value))).collect();
            enclosed("{", &entries, '}')
        }
    }
}

/// A list of terms.
pub fn list(items: &[String]) -> String {
    enclosed("[", items, ']')
}

/// A call of `sprintf`: in one line, or broken if it is long.
pub fn sprintf(start: &str, format: &str, arguments: &[String]) -> String {
    let line = format!("{start}sprintf({format}, [{}])", arguments.join(", "));
    match arguments {
        _ if line.chars().count() <= LONGEST_CALL => line,
        [argument] => format!("{start}sprintf(\n\t{format},\n\t[{argument}],\n)"),
        several => format!("{start}sprintf({format}, {})", broken("[", several, ']')),
    }
}

/// A call: in one line, or with an argument a line if they are long.
pub fn call(function: &str, arguments: &[String]) -> String {
    enclosed(&format!("{function}("), arguments, ')')
}

/// A list of texts.
pub fn texts<T: AsRef<str>>(items: &[T]) -> String {
    list(&items.iter().map(|item| text(item.as_ref())).collect::<Vec<_>>())
}

/// Terms between two brackets: in one line, or one a line if they are long. A single term stays where it is, since `opa fmt` would put
/// it there.
fn enclosed(open: &str, terms: &[String], close: char) -> String {
    let line = terms.join(", ");
    if (line.chars().count() <= LINE_WIDTH || terms.len() == 1) && !line.contains('\n') {
        return format!("{open}{line}{close}");
    }
    broken(open, terms, close)
}

/// Terms between two brackets, one a line.
fn broken(open: &str, terms: &[String], close: char) -> String {
    let lines: String = terms.iter().map(|term| format!("\t{},\n", indented(term))).collect();
    format!("{open}\n{lines}{close}")
}

/// The text with each of its further lines one tab deeper.
pub fn indented(text: &str) -> String {
    text.replace('\n', "\n\t")
}

/// A rule: its head, and the lines of its body.
pub fn rule(head: &str, body: &[String]) -> String {
    match body {
        [] => head.to_owned(),
        [line] if !line.contains('\n') && head.len() + line.len() < 110 => format!("{head} if {line}"),
        lines => format!("{head} if {}", block(lines)),
    }
}

/// Lines between braces.
pub fn block(lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("\t{}\n", indented(line))).collect();
    format!("{{\n{lines}}}")
}

/// A rule whose value is the list of `text` in all ways to satisfy the body.
pub fn texts_rule(name: &str, body: &[String]) -> String {
    let lines: String = body.iter().map(|line| format!("\t{}\n", indented(line))).collect();
    format!("{name} := [text |\n{lines}]")
}

/// A piece of a format of `sprintf` that stands for itself.
pub fn format_piece(text: &str) -> String {
    text.replace('%', "%%")
}

/// A slug as a part of a Rego name.
pub fn name(slug: &str) -> String {
    slug.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

/// A field of a record, which is always there.
pub fn field(record: &str, steps: &[String]) -> String {
    steps.iter().fold(record.to_owned(), |path, step| {
        if is_name(step) { format!("{path}.{step}") } else { format!("{path}[{}]", text(step)) }
    })
}

/// Whether a text can stand behind a dot.
fn is_name(text: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(plain)
        && !KEYWORDS.contains(&text)
}

/// Words that are no names in Rego.
pub const KEYWORDS: [&str; 15] = [
    "as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package",
    "some", "true", "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_mean_what_was_written() {
        assert_eq!(text("a\"b\\c\nd\te`f{{ g }}$(h)"), r#""a\"b\\c\nd\te`f{{ g }}$(h)""#);
        assert_eq!(text("ä\u{2028}\u{7f}\u{feff}\u{85}\r"), r#""ä\u2028\u007f\ufeff\u0085\u000d""#);
        assert_eq!(text("😀\u{1ffff}"), "\"😀\\ud83f\\udfff\"");
    }

    #[test]
    fn values_are_written_with_their_keys_in_order() {
        let value = serde_json::json!({"b": [1, true, null], "a": "x"});
        assert_eq!(json(&value), r#"{"a": "x", "b": [1, true, null]}"#);
    }

    #[test]
    fn long_lists_have_an_item_a_line() {
        let long = "x".repeat(60);
        assert_eq!(texts(&[&long, &long]), format!("[\n\t\"{long}\",\n\t\"{long}\",\n]"));
    }

    #[test]
    fn fields_are_written_with_dots_where_they_can_be() {
        let steps = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
        assert_eq!(field("monitor", &steps(&["features", "host_paths"])), "monitor.features.host_paths");
        assert_eq!(field("input.parameters", &steps(&["a-b", "in"])), r#"input.parameters["a-b"]["in"]"#);
    }
}
