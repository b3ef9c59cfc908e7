//! What a path finds: a node of the object, or a value that stands in the rule, seen alike.
//!
//! Nothing is cloned, and nothing here knows paths or conditions.

use std::collections::BTreeSet;

use crate::ir::condition::LARGEST_WHOLE;
use crate::ir::{self, Literal, text};
use crate::yaml::{Entry, Node, Value};

/// A value that isn't null.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    /// A node of the object; never null.
    Node(&'a Node),
    /// A text that the reader fills in: a kind, a namespace, a key.
    Text(&'a str),
    /// A value of a parameter.
    Value(&'a ir::Value),
    /// What an absent value counts as.
    Literal(&'a Literal),
}

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Looked<'a> {
    /// Nothing: a step is missing, or the value is null.
    Absent,
    /// A step goes into something that is neither a map nor absent.
    Broken,
    /// A value.
    Found(Found<'a>),
}

/// A value by its type.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'a> {
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number that isn't whole, or doesn't fit.
    Number,
    /// A text.
    Text(&'a str),
    /// A list.
    List(List<'a>),
    /// A map.
    Map(Map<'a>),
}

/// The items of a list.
#[derive(Clone, Copy, Debug)]
pub(super) enum List<'a> {
    /// Of the object.
    Nodes(&'a [Node]),
    /// Of a parameter.
    Values(&'a [ir::Value]),
    /// Found in a text.
    Texts(&'a [&'a str]),
}

/// An item of a list that others can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scalar<'a> {
    Boolean(bool),
    Integer(i64),
    Text(&'a str),
}

/// The entries of a map.
#[derive(Clone, Copy, Debug)]
pub(super) enum Map<'a> {
    /// Of the object.
    Entries(&'a [Entry]),
    /// Of a parameter.
    Values(&'a std::collections::BTreeMap<String, ir::Value>),
}

impl<'a> Looked<'a> {
    /// A node that may be missing or null.
    pub(super) fn node(node: Option<&'a Node>) -> Self {
        match node {
            Some(node) if !node.is_null() => Looked::Found(Found::Node(node)),
            Some(_) | None => Looked::Absent,
        }
    }

    /// What stands behind a key.
    pub(super) fn step(self, key: &str) -> Self {
        match self {
            Looked::Absent | Looked::Broken => self,
            Looked::Found(found) => match found.view() {
                View::Map(map) => map.get(key),
                View::Boolean(_) | View::Integer(_) | View::Number | View::Text(_) | View::List(_) => {
                    Looked::Broken
                }
            },
        }
    }

    /// What stands behind these keys, one inside the other.
    pub(super) fn steps(self, keys: &[String]) -> Self {
        keys.iter().fold(self, |looked, key| looked.step(key))
    }

    /// The value's view, if there is a value.
    pub(super) fn view(self) -> Option<View<'a>> {
        match self {
            Looked::Absent | Looked::Broken => None,
            Looked::Found(found) => Some(found.view()),
        }
    }

    /// The text, if there is one.
    pub(super) fn text(self) -> Option<&'a str> {
        match self.view() {
            Some(View::Text(text)) => Some(text),
            Some(View::Boolean(_) | View::Integer(_) | View::Number | View::List(_) | View::Map(_))
            | None => None,
        }
    }

    /// How the value is shown to people.
    pub(super) fn shown(self) -> String {
        match self.view() {
            None => text::NOTHING.to_owned(),
            Some(view) => view.shown(),
        }
    }
}

impl<'a> Found<'a> {
    /// The value by its type.
    pub(super) fn view(self) -> View<'a> {
        match self {
            Found::Text(text) => View::Text(text),
            Found::Literal(literal) => literal_view(literal),
            Found::Value(ir::Value::Literal(literal)) => literal_view(literal),
            Found::Value(ir::Value::List(items)) => View::List(List::Values(items)),
            Found::Value(ir::Value::Map(entries)) => View::Map(Map::Values(entries)),
            Found::Node(node) => match &node.value {
                Value::Bool(value) => View::Boolean(*value),
                Value::Integer(value) if (-LARGEST_WHOLE..=LARGEST_WHOLE).contains(value) => {
                    View::Integer(*value)
                }
                Value::Null | Value::Integer(_) | Value::Float(_) => View::Number,
                Value::String(text) => View::Text(text),
                Value::List(items) => View::List(List::Nodes(items)),
                Value::Map(entries) => View::Map(Map::Entries(entries)),
            },
        }
    }
}

impl View<'_> {
    /// How the value is shown to people: in short, without control characters.
    pub(super) fn shown(self) -> String {
        let [number, list, map] = text::UNSHOWN;
        match self {
            View::Boolean(value) => value.to_string(),
            View::Integer(value) => value.to_string(),
            View::Number => number.to_owned(),
            View::Text(value) => text::shown(value),
            View::List(_) => list.to_owned(),
            View::Map(_) => map.to_owned(),
        }
    }
}

impl<'a> List<'a> {
    /// How many items there are.
    pub(super) fn len(self) -> usize {
        match self {
            List::Nodes(items) => items.len(),
            List::Values(items) => items.len(),
            List::Texts(items) => items.len(),
        }
    }

    /// Whether no two items are equal; gives nothing if one is no text, no whole number and no boolean.
    pub(super) fn is_distinct(self) -> Option<bool> {
        let mut seen = BTreeSet::new();
        let mut is_distinct = true;
        for item in self.items() {
            is_distinct &= seen.insert(match item.view()? {
                View::Boolean(value) => Scalar::Boolean(value),
                View::Integer(value) => Scalar::Integer(value),
                View::Text(text) => Scalar::Text(text),
                View::Number | View::List(_) | View::Map(_) => return None,
            });
        }
        Some(is_distinct)
    }

    /// The item at a place.
    pub(super) fn item(self, place: usize) -> Looked<'a> {
        match self {
            List::Nodes(items) => Looked::node(items.get(place)),
            List::Values(items) => {
                items.get(place).map_or(Looked::Absent, |item| Looked::Found(Found::Value(item)))
            }
            List::Texts(items) => {
                items.get(place).map_or(Looked::Absent, |item| Looked::Found(Found::Text(item)))
            }
        }
    }

    /// The items in order.
    pub(super) fn items(self) -> impl Iterator<Item = Looked<'a>> {
        (0..self.len()).map(move |place| self.item(place))
    }
}

impl<'a> Map<'a> {
    /// What stands behind a key.
    pub(super) fn get(self, key: &str) -> Looked<'a> {
        match self {
            Map::Entries(entries) => Looked::node(value_of(entries, key)),
            Map::Values(entries) => {
                entries.get(key).map_or(Looked::Absent, |value| Looked::Found(Found::Value(value)))
            }
        }
    }

    /// How many keys there are.
    pub(super) fn len(self) -> usize {
        match self {
            Map::Entries(entries) => entries.len(),
            Map::Values(entries) => entries.len(),
        }
    }

    /// The entries in the order of their keys' bytes.
    pub(super) fn sorted(self) -> Vec<(&'a str, Looked<'a>)> {
        match self {
            Map::Entries(entries) => {
                let mut sorted: Vec<_> = entries
                    .iter()
                    .map(|entry| (entry.key.as_str(), Looked::node(Some(&entry.value))))
                    .collect();
                sorted.sort_by_key(|(key, _)| *key);
                sorted
            }
            Map::Values(entries) => entries
                .iter()
                .map(|(key, value)| (key.as_str(), Looked::Found(Found::Value(value))))
                .collect(),
        }
    }
}

/// What stands behind a key of these entries.
fn value_of<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Node> {
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

/// A literal by its type.
fn literal_view(literal: &Literal) -> View<'_> {
    match literal {
        Literal::Boolean(value) => View::Boolean(*value),
        Literal::Integer(value) => View::Integer(*value),
        Literal::Text(text)
        | Literal::Quantity(text)
        | Literal::Duration(text)
        | Literal::HostPath(text)
        | Literal::Image(text)
        | Literal::Pattern(text) => View::Text(text),
    }
}

/// Whether two nodes mean the same: null is absent, `1.0` is 1, and the order of keys is of no matter.
pub(super) fn same(left: Option<&Node>, right: Option<&Node>) -> bool {
    match (left.map(|node| &node.value), right.map(|node| &node.value)) {
        (None | Some(Value::Null), None | Some(Value::Null)) => true,
        (Some(Value::Map(left)), Some(Value::Map(right))) => {
            left.iter().all(|entry| same(Some(&entry.value), value_of(right, &entry.key)))
                && right.iter().all(|entry| entry.value.is_null() || value_of(left, &entry.key).is_some())
        }
        (Some(Value::List(left)), Some(Value::List(right))) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(Some(left), Some(right)))
        }
        (left, right) => left == right,
    }
}
