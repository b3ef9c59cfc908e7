//! Conditions: one operand and its predicates, or one combinator. How a value is read is said by the operand's name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::{ContainerList, Loop};

/// A literal value as it is written: a boolean, an integer or a string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`
    Boolean(bool),
    /// An integer of at most 64 bits
    Integer(i64),
    /// Text; a quantity, a duration or a path is text too
    Text(String),
}

/// One path, or several of which the first that has a value counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Paths {
    /// A single path
    One(String),
    /// Several paths, tried in order
    Many(Vec<String>),
}

/// A value that stands elsewhere: a parameter (or one entry of a map parameter), or a field of an element in scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The parameter whose value is meant; several are joined into one list
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<Paths>,
    /// With `parameter`: the path of the key whose entry is meant; the parameter must be a map
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A path whose value is compared with
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// What a predicate compares with: a literal, or a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Argument {
    /// A value written in place
    Literal(Literal),
    /// A parameter or another field
    Reference(Reference),
}

/// What a predicate over several values compares with: one literal, a list of literals, or a reference to a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Arguments {
    /// One value written in place
    One(Literal),
    /// Values written in place
    Many(Vec<Literal>),
    /// A list parameter, an entry of a map parameter, or a field that holds a list
    Reference(Reference),
}

/// How many: a number written in place, or an integer parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Count {
    /// A number written in place
    Literal(u32),
    /// A parameter of type `integer`
    Reference(Reference),
}

/// An operand on its own: a part of a `sum`, or a value named by `let`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operand {
    /// The value as it is
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// An exact Kubernetes quantity: `500m`, `1Gi`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// A duration in hours, minutes and seconds: `336h`, `1h30m`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// A whole number, also when it is written as a string
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integer: Option<String>,
    /// An absolute path on the host, cleaned; `/var/run` is `/run`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_path: Option<String>,
    /// An image reference, normalised to `registry/repository`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Further paths, each taken when those before it have no value
    #[serde(default, rename = "else", skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Paths>,
    /// What an absent value counts as
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Literal>,
}

/// A condition: exactly one operand with its predicates (all must hold), or exactly one combinator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// All of these hold
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Condition>>,
    /// At least one of these holds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Condition>>,
    /// This does not hold
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Condition>>,
    /// An element for which `satisfies` holds exists
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub some: Option<Loop>,
    /// For each element `satisfies` holds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Loop>,
    /// No element exists for which `satisfies` holds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none: Option<Loop>,
    /// With `some`, `every`, `none`: what is asked of the element
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfies: Option<Box<Condition>>,
    /// With `some`, `every`, `none` over containers: the lists that are looked at
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Vec<ContainerList>>,

    /// Operand: the value as it is
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Operand: an exact Kubernetes quantity
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Operand: a duration in hours, minutes and seconds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// Operand: a whole number, also when it is written as a string
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integer: Option<String>,
    /// Operand: an absolute path on the host, cleaned; `/var/run` is `/run`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_path: Option<String>,
    /// Operand: an image reference, normalised to `registry/repository`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Operand: with `pattern`, what it matches in the text, one behind the other; a list of texts
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find: Option<String>,
    /// With `find`: a regular expression (RE2) that matches no empty text and has no group that captures
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Operand: the sum of two to four durations or integers; absent when a part is
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Vec<Operand>>,
    /// Operand: a parameter's value
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Operand: the version of the Pod Security Standards that the environment chose
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_security: Option<bool>,
    /// Operand: the lowest Kubernetes version of the environment
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<bool>,
    /// Further paths, each taken when those before it have no value
    #[serde(default, rename = "else", skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Paths>,
    /// What an absent value counts as
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Literal>,

    /// The field has a value (`true`), or has none (`false`)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<bool>,
    /// The value is absent, `""`, `[]` or `{}` (`true`), or is none of them (`false`)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<bool>,
    /// The value equals this one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Argument>,
    /// The value is one of these
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub is_in: Option<Arguments>,
    /// The text begins with one of these
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<Arguments>,
    /// The text ends with one of these
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_with: Option<Arguments>,
    /// The text is the beginning of one of these, or one of them
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_of: Option<Arguments>,
    /// The whole text matches this regular expression (RE2)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// The whole text matches one of these patterns, in which `*` is any run of characters
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<Arguments>,
    /// The path is one of these or below one, by segment
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Arguments>,
    /// The path is one of these or above one, by segment
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Arguments>,
    /// The value is this or more
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Argument>,
    /// The value is this or less
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Argument>,
    /// The list holds this value
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<Literal>,
    /// The list holds at least one of these
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains_any: Option<Arguments>,
    /// The list holds all of these
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains_all: Option<Arguments>,
    /// The list holds nothing but these
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subset_of: Option<Arguments>,
    /// The list, map or text has at least so many elements or characters
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_at_least: Option<Count>,
    /// No two items of the list are equal (`true`), or two are (`false`); the items are texts, whole numbers and booleans
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<bool>,
}
