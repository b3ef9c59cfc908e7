//! Messages: text with `<< path >>` for values found and `<< parameters.name >>` for what the environment allows.

use super::context::{Context, Names};
use super::path;
use crate::diagnostic::Diagnostic;
use crate::ir::{Text, text};
use crate::project::Place;

/// How many code points of fixed text a message may have, parameters included.
const LENGTH_LIMIT: usize = 400;
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
                Some(parameter) => push(&mut pieces, &text::shown(&display(&parameter.written))),
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
            .label(format!("expected at most {LENGTH_LIMIT} characters and {VALUE_LIMIT} values"));
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

/// A parameter's value as a person wrote it, lists joined by commas.
fn display(written: &serde_json::Value) -> String {
    match written {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) if items.is_empty() => "none".to_owned(),
        serde_json::Value::Array(items) => items.iter().map(display).collect::<Vec<_>>().join(", "),
        serde_json::Value::Object(entries) => entries.keys().cloned().collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
