//! The keys of a map: what they are in JSON, and what `<<` does.

use granit_parser::{Event, ScalarStyle};

use super::scalars::TagName;
use super::{Fallible, Loader, written};
use crate::diagnostic::{Diagnostic, Span};
use crate::yaml::fields::Fields;
use crate::yaml::scalar::{self, Scalar};
use crate::yaml::{Dialect, Node, Value, syntax};

/// What a key turned out to be.
pub(super) enum Key {
    Text(String),
    Merge,
    Invalid,
}

impl<'a> Loader<'a> {
    pub(super) fn key(&mut self, event: Event<'a>, place: Span, depth: usize) -> Fallible<Key> {
        if let Event::Scalar(text, ScalarStyle::Plain, anchor, tag) = &event {
            let text = written(text, ScalarStyle::Plain, place);
            if text == "<<" && TagName::of(tag.as_deref()).merges() {
                return Ok(Key::Merge);
            }
            if tag.is_none() && *anchor == 0 {
                self.check_question_mark(text, place);
                return Ok(self.key_of_scalar(text, place));
            }
        }
        let node = self.node(event, place, depth)?;
        Ok(self.key_of_node(node, place))
    }

    fn key_of_scalar(&mut self, text: &str, place: Span) -> Key {
        let Some(key) = scalar::resolve(text).into_key(text) else {
            let what = if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
            return self.invalid_key(&what, place);
        };
        if key != text && self.reading.dialect == Dialect::Policy {
            let message = format!("the key `{text}` is read as `{key}`");
            let error = Diagnostic::error("ambiguous-key", message).at(place);
            self.diagnostics.push(error.help(format!("write `\"{text}\"` or `{key}`")));
        }
        Key::Text(key)
    }

    fn key_of_node(&mut self, node: Node, place: Span) -> Key {
        match node.value {
            Value::String(text) => Key::Text(text),
            Value::Bool(value) => Key::Text(value.to_string()),
            Value::Integer(value) => Key::Text(value.to_string()),
            Value::Float(value) => Scalar::Float(value)
                .into_key("")
                .map_or_else(|| self.invalid_key("a number", place), Key::Text),
            Value::Null | Value::List(_) | Value::Map(_) => self.invalid_key(node.kind_name(), place),
        }
    }

    fn invalid_key(&mut self, what: &str, place: Span) -> Key {
        let error = Diagnostic::error("invalid-key", format!("{what} can't be the key of a map"));
        let error = error.at(place).label("expected a text");
        let first = self.diagnostics.is_empty();
        self.diagnostics.push(match first.then(|| syntax::template_help(self.document)).flatten() {
            Some(help) => error.help(help),
            None => error,
        });
        Key::Invalid
    }

    /// What `<<` does: sets what the maps set; of several maps the first counts most.
    pub(super) fn merge(&mut self, fields: &mut Fields, value: Node, key_span: Span) {
        let maps = match value.value {
            Value::List(items) => items,
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Map(_) => vec![value],
        };
        for map in maps.into_iter().rev() {
            let Value::Map(entries) = map.value else {
                let error = Diagnostic::error("invalid-merge", "`<<` takes a map, or a list of maps");
                let error = error.at(key_span).related(map.span, format!("this is {}", map.kind_name()));
                self.diagnostics.push(error);
                continue;
            };
            for entry in entries {
                fields.merge(self.reading, entry, &mut self.diagnostics);
            }
        }
    }

    /// `{a:}` has the key `a:` for kubectl, and the key `a` for YAML 1.2.
    pub(super) fn check_colon(&mut self, key: Span, colon: Span) {
        let behind = self.reading.text.get(colon.start..).and_then(|rest| rest.strip_prefix(':'));
        let quoted = self.reading.text.get(key.start..).is_some_and(|text| text.starts_with(['"', '\'']));
        if !quoted && behind.is_some_and(|behind| behind.starts_with([',', '[', ']', '{', '}'])) {
            let message = "readers of YAML disagree whether this colon belongs to the key";
            let error = Diagnostic::error("ambiguous-colon", message).at(colon);
            self.diagnostics.push(error.help("write a blank behind it"));
        }
    }
}
