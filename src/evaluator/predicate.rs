//! What predicates ask of a value that was read. *None* means that the value is of a type the predicate can't read.

use std::borrow::Cow;

use super::pattern::Patterns;
use super::quantity::Amount;
use super::reading;
use super::scene::{Frame, Scene};
use super::value::{Found, List, Looked, View};
use crate::ir::{Argument, Arguments, Count, Literal, LiteralType, Predicate, Reading};

/// A value, read.
#[derive(Clone, Debug)]
pub(super) enum Datum<'a> {
    /// As it is.
    Raw(Found<'a>),
    /// A whole number.
    Integer(i64),
    /// A quantity.
    Quantity(Amount),
    /// Nanoseconds.
    Duration(i128),
    /// A clean path.
    HostPath(Cow<'a, str>),
    /// A normalised image.
    Image(Cow<'a, str>),
    /// Texts that were found in a text.
    Texts(Vec<&'a str>),
}

/// Reads a value; gives nothing if it isn't of the reading's form.
pub(super) fn read(reading: Reading, found: Found<'_>) -> Option<Datum<'_>> {
    match reading {
        Reading::Raw => Some(Datum::Raw(found)),
        Reading::Quantity => match found.view() {
            View::Integer(value) => Amount::from_integer(value),
            View::Text(text) => Amount::parse(text),
            View::Boolean(_) | View::Number | View::List(_) | View::Map(_) => None,
        }
        .map(Datum::Quantity),
        Reading::Duration => text_of(found).and_then(reading::duration).map(Datum::Duration),
        Reading::Integer => match found.view() {
            View::Integer(value) => Some(value),
            View::Text(text) => reading::integer(text),
            View::Boolean(_) | View::Number | View::List(_) | View::Map(_) => None,
        }
        .map(Datum::Integer),
        Reading::HostPath => {
            text_of(found).and_then(reading::host_path).map(|path| Datum::HostPath(path.into()))
        }
        Reading::Image => text_of(found).and_then(reading::image).map(|image| Datum::Image(image.into())),
    }
}

impl<'a> Datum<'a> {
    /// The sum of two values of the same reading; gives nothing for others, and for a whole number out of range.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Datum::Integer(left), Datum::Integer(right)) => left.checked_add(right).map(Datum::Integer),
            (Datum::Duration(left), Datum::Duration(right)) => left.checked_add(right).map(Datum::Duration),
            (
                Datum::Raw(_)
                | Datum::Integer(_)
                | Datum::Quantity(_)
                | Datum::Duration(_)
                | Datum::HostPath(_)
                | Datum::Image(_)
                | Datum::Texts(_),
                _,
            ) => None,
        }
    }

    /// What `find` finds in it; gives nothing for what is no text as it is.
    pub(super) fn found(self, find: impl Fn(&'a str) -> Option<Vec<&'a str>>) -> Option<Self> {
        match self {
            Datum::Raw(found) => find(text_of(found)?).map(Datum::Texts),
            Datum::Integer(_)
            | Datum::Quantity(_)
            | Datum::Duration(_)
            | Datum::HostPath(_)
            | Datum::Image(_)
            | Datum::Texts(_) => None,
        }
    }

    /// How the value was read.
    fn reading(&self) -> Reading {
        match self {
            Datum::Raw(_) | Datum::Texts(_) => Reading::Raw,
            Datum::Integer(_) => Reading::Integer,
            Datum::Quantity(_) => Reading::Quantity,
            Datum::Duration(_) => Reading::Duration,
            Datum::HostPath(_) => Reading::HostPath,
            Datum::Image(_) => Reading::Image,
        }
    }

    /// The value by its type; of what was read as a number, the number.
    fn view(&self) -> View<'_> {
        match self {
            Datum::Raw(found) => found.view(),
            Datum::Integer(value) => View::Integer(*value),
            Datum::Quantity(_) | Datum::Duration(_) => View::Number,
            Datum::HostPath(text) | Datum::Image(text) => View::Text(text),
            Datum::Texts(texts) => View::List(List::Texts(texts)),
        }
    }

    /// The text, if it is one.
    fn text(&self) -> Option<&str> {
        match self.view() {
            View::Text(text) => Some(text),
            View::Boolean(_) | View::Integer(_) | View::Number | View::List(_) | View::Map(_) => None,
        }
    }

    /// Whether both are readable as this type, and equal.
    fn equals(&self, of: LiteralType, other: &Datum<'_>) -> Option<bool> {
        match (self, other) {
            (Datum::Quantity(left), Datum::Quantity(right)) => Some(left == right),
            (Datum::Duration(left), Datum::Duration(right)) => Some(left == right),
            (
                Datum::Raw(_)
                | Datum::Integer(_)
                | Datum::Quantity(_)
                | Datum::Duration(_)
                | Datum::HostPath(_)
                | Datum::Image(_)
                | Datum::Texts(_),
                _,
            ) => match (of, self.view(), other.view()) {
                (LiteralType::Boolean, View::Boolean(left), View::Boolean(right)) => Some(left == right),
                (LiteralType::Integer, View::Integer(left), View::Integer(right)) => Some(left == right),
                (LiteralType::Text, View::Text(left), View::Text(right)) => Some(left == right),
                (LiteralType::Boolean | LiteralType::Integer | LiteralType::Text, _, _) => None,
            },
        }
    }

    /// How two numbers of the same reading are ordered.
    fn order(&self, other: &Datum<'_>) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Datum::Quantity(left), Datum::Quantity(right)) => Some(left.cmp(right)),
            (Datum::Duration(left), Datum::Duration(right)) => Some(left.cmp(right)),
            (
                Datum::Raw(_)
                | Datum::Integer(_)
                | Datum::Quantity(_)
                | Datum::Duration(_)
                | Datum::HostPath(_)
                | Datum::Image(_)
                | Datum::Texts(_),
                _,
            ) => match (self.view(), other.view()) {
                (View::Integer(left), View::Integer(right)) => Some(left.cmp(&right)),
                (
                    View::Boolean(_)
                    | View::Integer(_)
                    | View::Number
                    | View::Text(_)
                    | View::List(_)
                    | View::Map(_),
                    _,
                ) => None,
            },
        }
    }
}

/// A value, and where arguments that are paths lead.
pub(super) struct Subject<'s, 'a> {
    /// The value.
    pub(super) datum: Datum<'a>,
    /// The object.
    pub(super) scene: &'s Scene<'a>,
    /// The loops around.
    pub(super) frames: &'s [Frame<'a>],
    /// The rule's expressions.
    pub(super) patterns: &'s Patterns,
}

impl<'a> Subject<'_, 'a> {
    /// Whether the predicate holds.
    pub(super) fn satisfies(&self, predicate: &'a Predicate) -> Option<bool> {
        match predicate {
            Predicate::Set => Some(true),
            Predicate::Empty => Some(self.is_empty()),
            Predicate::Is { of, value } => self.is(*of, value),
            Predicate::In { of, values } => self.is_in(*of, values),
            Predicate::StartsWith(values) => self.any_text(values, |text, prefix| text.starts_with(prefix)),
            Predicate::EndsWith(values) => self.any_text(values, |text, suffix| text.ends_with(suffix)),
            Predicate::PrefixOf(values) => self.any_text(values, |text, whole| whole.starts_with(text)),
            Predicate::Matches(values) => self.matches(self.datum.text()?, values),
            Predicate::Within(values) => self.within(values),
            Predicate::Covers(values) => {
                self.any_text(values, |text, below| with_slash(below).starts_with(with_slash(text).as_ref()))
            }
            Predicate::AtLeast(value) => self.compares(value, std::cmp::Ordering::is_ge),
            Predicate::AtMost(value) => self.compares(value, std::cmp::Ordering::is_le),
            Predicate::ContainsAny(values) => {
                self.list(values, |items, values| values.iter().any(|value| holds(items, value)))
            }
            Predicate::ContainsAll(values) => {
                self.list(values, |items, values| values.iter().all(|value| holds(items, value)))
            }
            Predicate::SubsetOf(values) => self.list(values, |items, values| {
                items.iter().all(|item| values.iter().any(|value| equal(*item, value)))
            }),
            Predicate::HasAtLeast(Count::Literal(count)) => self.length().map(|length| length >= *count),
            Predicate::HasAtLeast(Count::Parameter(_)) => None,
            Predicate::Distinct => match self.datum.view() {
                View::List(list) => list.is_distinct(),
                View::Boolean(_) | View::Integer(_) | View::Number | View::Text(_) | View::Map(_) => None,
            },
        }
    }

    fn is_empty(&self) -> bool {
        match self.datum.view() {
            View::Text(text) => text.is_empty(),
            View::List(list) => list.len() == 0,
            View::Map(map) => map.len() == 0,
            View::Boolean(_) | View::Integer(_) | View::Number => false,
        }
    }

    /// The number of items, keys or code points.
    fn length(&self) -> Option<i64> {
        let length = match self.datum.view() {
            View::Text(text) => text.chars().count(),
            View::List(list) => list.len(),
            View::Map(map) => map.len(),
            View::Boolean(_) | View::Integer(_) | View::Number => return None,
        };
        i64::try_from(length).ok()
    }

    fn is(&self, of: LiteralType, argument: &'a Argument) -> Option<bool> {
        if !self.is_readable(of) {
            return None;
        }
        match self.argument(argument)? {
            None => Some(false),
            Some(value) => self.datum.equals(of, &value),
        }
    }

    fn is_in(&self, of: LiteralType, values: &'a Arguments) -> Option<bool> {
        if !self.is_readable(of) {
            return None;
        }
        let equal = |literal: &'a Literal| {
            read(self.datum.reading(), Found::Literal(literal))
                .is_some_and(|value| self.datum.equals(of, &value) == Some(true))
        };
        Some(self.literals(values)?.iter().any(equal))
    }

    /// Whether the value is of this type; one that was read as a number is.
    fn is_readable(&self, of: LiteralType) -> bool {
        match &self.datum {
            Datum::Quantity(_) | Datum::Duration(_) => true,
            Datum::Raw(_) | Datum::Integer(_) | Datum::HostPath(_) | Datum::Image(_) | Datum::Texts(_) => {
                matches!(
                    (of, self.datum.view()),
                    (LiteralType::Boolean, View::Boolean(_))
                        | (LiteralType::Integer, View::Integer(_))
                        | (LiteralType::Text, View::Text(_))
                )
            }
        }
    }

    fn compares(&self, argument: &'a Argument, is_so: fn(std::cmp::Ordering) -> bool) -> Option<bool> {
        self.datum.order(&self.datum)?;
        match self.argument(argument)? {
            None => Some(false),
            Some(value) => self.datum.order(&value).map(is_so),
        }
    }

    /// Whether one of the texts fits the value's text.
    fn any_text(&self, values: &'a Arguments, fits: impl Fn(&str, &str) -> bool) -> Option<bool> {
        let text = self.datum.text()?;
        Some(self.literals(values)?.iter().filter_map(Literal::as_text).any(|value| fits(text, value)))
    }

    /// Whether one of the expressions matches; nothing if none does and one is no expression.
    fn matches(&self, text: &str, values: &'a Arguments) -> Option<bool> {
        let mut readable = true;
        for pattern in self.literals(values)?.iter().filter_map(Literal::as_text) {
            match self.patterns.matches(pattern, text) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => readable = false,
            }
        }
        readable.then_some(false)
    }

    fn within(&self, values: &'a Arguments) -> Option<bool> {
        match &self.datum {
            Datum::Image(image) => self.matches(&with_slash(image), values),
            Datum::Raw(_)
            | Datum::Integer(_)
            | Datum::Quantity(_)
            | Datum::Duration(_)
            | Datum::HostPath(_)
            | Datum::Texts(_) => {
                self.any_text(values, |text, above| with_slash(text).starts_with(with_slash(above).as_ref()))
            }
        }
    }

    fn list(&self, values: &'a Arguments, is_so: impl Fn(&[Looked<'_>], &[Literal]) -> bool) -> Option<bool> {
        match self.datum.view() {
            View::List(list) => Some(is_so(&list.items().collect::<Vec<_>>(), self.literals(values)?)),
            View::Boolean(_) | View::Integer(_) | View::Number | View::Text(_) | View::Map(_) => None,
        }
    }

    /// An argument, read as the value is; the inner *none* is an absent one.
    fn argument(&self, argument: &'a Argument) -> Option<Option<Datum<'a>>> {
        let found = match argument {
            Argument::Literal(literal) => Found::Literal(literal),
            Argument::Path(path) => match self.scene.look(path, self.frames) {
                Looked::Absent => return Some(None),
                Looked::Broken => return None,
                Looked::Found(found) => found,
            },
            Argument::Parameter(_) => return None,
        };
        read(self.datum.reading(), found).map(Some)
    }

    /// The literals to compare with. What the closed form doesn't have can't be read.
    fn literals(&self, values: &'a Arguments) -> Option<&'a [Literal]> {
        match values {
            Arguments::Literals(literals) => Some(literals),
            Arguments::LiteralEntries { entries, key } => {
                let key = self.scene.look(key, self.frames).text();
                let entry = entries.iter().find(|(name, _)| Some(name.as_str()) == key);
                Some(entry.map_or(&[], |(_, literals)| literals))
            }
            Arguments::Parameters(_) | Arguments::Entry { .. } | Arguments::Path(_) => None,
        }
    }
}

/// The text of a value that is one.
fn text_of(found: Found<'_>) -> Option<&str> {
    Looked::Found(found).text()
}

/// The text with a slash at its end.
fn with_slash(text: &str) -> Cow<'_, str> {
    if text.ends_with('/') { text.into() } else { format!("{text}/").into() }
}

/// Whether the list holds the literal.
fn holds(items: &[Looked<'_>], literal: &Literal) -> bool {
    items.iter().any(|item| equal(*item, literal))
}

/// Whether a list's item equals the literal.
fn equal(item: Looked<'_>, literal: &Literal) -> bool {
    match (item.view(), Found::Literal(literal).view()) {
        (Some(View::Boolean(left)), View::Boolean(right)) => left == right,
        (Some(View::Integer(left)), View::Integer(right)) => left == right,
        (Some(View::Text(left)), View::Text(right)) => left == right,
        (
            Some(
                View::Boolean(_)
                | View::Integer(_)
                | View::Number
                | View::Text(_)
                | View::List(_)
                | View::Map(_),
            )
            | None,
            _,
        ) => false,
    }
}
