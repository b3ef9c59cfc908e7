//! Scalars: the type that a tag, quotes or the look of a text give them.

use std::borrow::Cow;

use granit_parser::{ScalarStyle, Tag};

use super::Loader;
use crate::diagnostic::{Diagnostic, Span};
use crate::yaml::{Node, Value, scalar};

impl Loader<'_> {
    pub(super) fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: Span) -> Node {
        let quoted = style != ScalarStyle::Plain;
        let value = match TagName::of(tag) {
            TagName::None if quoted => Value::String(text.to_owned()),
            TagName::None => scalar::resolve(text).into_value(text),
            TagName::NonSpecific | TagName::Other => Value::String(text.to_owned()),
            TagName::Yaml(name) => scalar::resolve_tagged(text, &name).unwrap_or_else(|expected| {
                let message = format!("this scalar does not fit its tag `!!{name}`");
                let error =
                    Diagnostic::error("wrong-tag", message).at(place).label(format!("expected {expected}"));
                self.diagnostics.push(error);
                Value::String(text.to_owned())
            }),
        };
        if matches!(value, Value::Float(number) if !number.is_finite()) {
            let error = Diagnostic::error("not-a-number", format!("`{text}` is no number in JSON")).at(place);
            self.diagnostics.push(error.help("put it in quotes if it is a text"));
        }
        Node { value, span: place, plain: !quoted && tag.is_none() }
    }

    /// `{?a: b}` has the key `a` for kubectl, and the key `?a` for YAML 1.2.
    pub(super) fn check_question_mark(&mut self, text: &str, place: Span) {
        if self.flow > 0 && text.contains('?') {
            let message = "readers of YAML disagree on a question mark without quotes within brackets";
            let error = Diagnostic::error("ambiguous-question-mark", message).at(place);
            self.diagnostics.push(error.help("put the text in quotes"));
        }
    }
}

/// The tag of a scalar, as far as it has a meaning.
pub(super) enum TagName<'a> {
    None,
    /// `!`: a text.
    NonSpecific,
    /// One of YAML's own, without `!!`.
    Yaml(Cow<'a, str>),
    Other,
}

impl<'a> TagName<'a> {
    pub(super) fn of(tag: Option<&'a Tag>) -> Self {
        let Some(tag) = tag else { return Self::None };
        if tag.original() == "!" {
            return Self::NonSpecific;
        }
        tag.suffix_in_namespace("tag:yaml.org,2002:").map_or(Self::Other, Self::Yaml)
    }

    /// Whether a plain key `<<` with this tag merges.
    pub(super) fn merges(&self) -> bool {
        match self {
            Self::None | Self::NonSpecific => true,
            Self::Yaml(name) => name == "merge",
            Self::Other => false,
        }
    }
}
