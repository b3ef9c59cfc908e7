//! Messages: text with `<< path >>` for values found and `<< parameters.name >>` for what the environment allows.

use super::context::{Context, Names};
use super::path;
use crate::diagnostic::Diagnostic;
use crate::ir::{Text, text};
use crate::project::Place;

/// How many code points of fixed text a message may have, parameters included: with the values found, and the subject, it must fit into
/// a denial.
const LENGTH_LIMIT: usize = 600;
/// How many values a message may show.
const VALUE_LIMIT: usize = 4;

/// The pieces of a message.
pub(super) fn message(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &str,
) -> Option<Vec<Text>> {
    let mut pieces: Vec<Text> = Vec::new();
    let mut rest = written;
    let mut whole = true;
    while let Some((before, after)) = rest.split_once("<<") {
        push(&mut pieces, before);
        let Some((inside, after)) = after.split_once(">>") else {
            let diagnostic =
                Diagnostic::error("bad-message", "a `<<` has no `>>`").label("expected `<< path >>`");
            context.fault(place, diagnostic);
            return None;
        };
        let inside = inside.trim();
        if inside.is_empty() {
            let diagnostic =
                Diagnostic::error("bad-message", "`<< >>` shows nothing").label("expected `<< path >>`");
            context.fault(place, diagnostic);
            return None;
        }
        match inside.strip_prefix("parameters.") {
            Some(name) => match context.parameter(place, name) {
                Some(parameter) => push(&mut pieces, &display(&parameter.written)),
                None => whole = false,
            },
            None => match path::path(context, names, place, inside) {
                Some(path) => pieces.push(Text::Value(path)),
                None => whole = false,
            },
        }
        rest = after;
    }
    push(&mut pieces, rest);
    let values = pieces.iter().filter(|piece| matches!(piece, Text::Value(_))).count();
    let length: usize = pieces
        .iter()
        .map(|piece| match piece {
            Text::Literal(text) => text.chars().count(),
            Text::Value(_) => 0,
        })
        .sum();
    if values > VALUE_LIMIT || length > LENGTH_LIMIT {
        let diagnostic = Diagnostic::error("bad-message", "the message is too long for a denial")
            .label(format!(
                "expected at most {LENGTH_LIMIT} characters, those of parameters included, and {VALUE_LIMIT} values"
            ));
        context.fault(place, diagnostic);
        return None;
    }
    whole.then_some(pieces)
}

fn push(pieces: &mut Vec<Text>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Text::Literal(before)) => before.push_str(text),
        Some(Text::Value(_)) | None => pieces.push(Text::Literal(text.to_owned())),
    }
}

/// A parameter's value as a person wrote it. It says what is allowed, so no item of it is cut: who reads half a registry's name
/// can't use it.
fn display(written: &serde_json::Value) -> String {
    match written {
        serde_json::Value::String(text) => text::visible(text),
        serde_json::Value::Array(items) => listed(items.iter().map(item).collect()),
        serde_json::Value::Object(entries) => listed(entries.keys().map(|key| named(key)).collect()),
        other => other.to_string(),
    }
}

/// An item of a list: a text or a number, or of a record the names of its fields.
fn item(written: &serde_json::Value) -> String {
    match written {
        serde_json::Value::String(text) => named(text),
        other => display(other),
    }
}

/// A text among others, where an empty one would not be seen.
fn named(text: &str) -> String {
    let visible = text::visible(text);
    if visible.is_empty() { "\"\"".to_owned() } else { visible }
}

/// As many items as fit, at least one, and how many more there are.
fn listed(items: Vec<String>) -> String {
    let Some((first, rest)) = items.split_first() else { return "none".to_owned() };
    let mut text = first.clone();
    for (index, item) in rest.iter().enumerate() {
        let longer = format!("{text}, {item}");
        if longer.chars().count() > text::ITEMS_LIMIT {
            return format!("{text} and {} more", rest.len() - index);
        }
        text = longer;
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::display;

    #[test]
    fn a_scalar_is_whole_and_in_one_line() {
        let long = "a".repeat(300);
        assert_eq!(display(&json!(long)), long);
        assert_eq!(display(&json!("a\nb\u{202E}")), "a b");
        assert_eq!(display(&json!("")), "");
        assert_eq!(display(&json!(5)), "5");
    }

    #[test]
    fn items_are_whole_or_counted() {
        assert_eq!(display(&json!([])), "none");
        assert_eq!(display(&json!(["", "container_t", "a\tb"])), "\"\", container_t, a b");
        assert_eq!(display(&json!({"first": ["a"], "second": []})), "first, second");
        let long = |letter: &str| letter.repeat(119);
        assert_eq!(display(&json!([long("a"), long("b")])), format!("{}, {}", long("a"), long("b")));
        assert_eq!(
            display(&json!([long("a"), long("b"), "c", "d"])),
            format!("{}, {} and 2 more", long("a"), long("b"))
        );
        assert_eq!(display(&json!(["a".repeat(300), "b"])), format!("{} and 1 more", "a".repeat(300)));
    }
}
