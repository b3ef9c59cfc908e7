//! Literals in their normal form, so that all targets compare with the same text.

use std::collections::BTreeMap;

/// A scalar in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Literal {
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text, compared exactly.
    Text(String),
    /// A quantity as written, of the form that `quantity` guards: `1Gi`.
    Quantity(String),
    /// A duration as written, of the form that `duration` guards: `336h`.
    Duration(String),
    /// A clean absolute host path that ends in `/`, with `/var/run` as `/run`: `/run/api.sock/`.
    HostPath(String),
    /// A regular expression (RE2) that an image's `registry/repository/` (with the last slash) must match from its beginning:
    /// `^[^./:]+\.dkr\.ecr\.[^./:]+\.amazonaws\.com/`.
    Image(String),
    /// A regular expression (RE2) for a whole text, anchored: `^(?:a.*)$`.
    Pattern(String),
}

/// The type of a literal, which also says which values can be compared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LiteralType {
    /// Booleans.
    Boolean,
    /// Whole numbers; a whole JSON double is one.
    Integer,
    /// Texts.
    Text,
}

impl Literal {
    /// The type of the values that can equal this literal.
    pub fn literal_type(&self) -> LiteralType {
        match self {
            Literal::Boolean(_) => LiteralType::Boolean,
            Literal::Integer(_) => LiteralType::Integer,
            Literal::Text(_)
            | Literal::Quantity(_)
            | Literal::Duration(_)
            | Literal::HostPath(_)
            | Literal::Image(_)
            | Literal::Pattern(_) => LiteralType::Text,
        }
    }

    /// The text of a literal that is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Literal::Text(text)
            | Literal::Quantity(text)
            | Literal::Duration(text)
            | Literal::HostPath(text)
            | Literal::Image(text)
            | Literal::Pattern(text) => Some(text),
            Literal::Boolean(_) | Literal::Integer(_) => None,
        }
    }

    /// The literal as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Literal::Boolean(value) => (*value).into(),
            Literal::Integer(value) => (*value).into(),
            Literal::Text(text)
            | Literal::Quantity(text)
            | Literal::Duration(text)
            | Literal::HostPath(text)
            | Literal::Image(text)
            | Literal::Pattern(text) => text.clone().into(),
        }
    }
}

/// A parameter's value in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A scalar.
    Literal(Literal),
    /// A list, in the order written.
    List(Vec<Value>),
    /// A map or a record.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// The value as JSON, as it stands in a constraint's parameters.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Literal(literal) => literal.to_json(),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Map(entries) => serde_json::Value::Object(
                entries.iter().map(|(key, value)| (key.clone(), value.to_json())).collect(),
            ),
        }
    }

    /// The value at the end of these steps; absent when a step is missing.
    pub fn at(&self, steps: &[String]) -> Option<&Value> {
        match steps.split_first() {
            None => Some(self),
            Some((first, rest)) => match self {
                Value::Map(entries) => entries.get(first)?.at(rest),
                Value::Literal(_) | Value::List(_) => None,
            },
        }
    }

    /// The literals of a list of scalars; absent for anything else.
    pub fn literals(&self) -> Option<Vec<Literal>> {
        match self {
            Value::List(items) => items
                .iter()
                .map(|item| match item {
                    Value::Literal(literal) => Some(literal.clone()),
                    Value::List(_) | Value::Map(_) => None,
                })
                .collect(),
            Value::Literal(_) | Value::Map(_) => None,
        }
    }
}
