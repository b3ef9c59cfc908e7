//! Parameters of a rule: their type, their bounds, and which way a change of the value turns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The type of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// `true` or `false`; needs `when_true`
    Boolean,
    /// One of `options`, which are written from the laxest to the strictest
    Choice,
    /// A list of texts
    Strings,
    /// A list of texts in which `*` stands for any run of characters
    Patterns,
    /// A list of registries or repositories, in which `*` stands for one label or segment
    Images,
    /// A list of absolute paths on the host
    HostPaths,
    /// A whole number
    Integer,
    /// A list of whole numbers
    Integers,
    /// A Kubernetes quantity
    Quantity,
    /// A duration in hours, minutes and seconds
    Duration,
    /// A map from text to a list of texts
    Map,
    /// A list of records, each an identity and the features that it may use
    Monitors,
}

/// What growing the value does to the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A list of what is allowed: growing loosens
    Allow,
    /// A list of what is forbidden: growing tightens
    Deny,
    /// A list of what must be there: growing tightens
    Require,
    /// A list of where the rule looks: growing tightens
    Reach,
    /// A lower bound: growing tightens
    Minimum,
    /// An upper bound: growing loosens
    Maximum,
}

/// What turning a boolean parameter to `true` does to the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The rule becomes stricter
    Tightens,
    /// The rule becomes laxer
    Loosens,
}

/// A typed parameter of a rule, with its default and its bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The type of the value
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// What the parameter decides, in one sentence
    #[schemars(length(min = 1))]
    pub description: String,
    /// For all types but `boolean` and `choice`: what growing the value does
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// For `boolean`: what `true` does
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_true: Option<Effect>,
    /// For `choice`: the values, from the laxest to the strictest
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<String>>,
    /// The value when neither a profile nor an environment says another
    pub default: serde_json::Value,
    /// The least value: an integer, a quantity or a duration
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<serde_json::Value>,
    /// The greatest value: an integer, a quantity or a duration
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<serde_json::Value>,
    /// For lists: the least number of items
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u32>,
    /// For lists of texts: what the whole of each item must match (RE2)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}
