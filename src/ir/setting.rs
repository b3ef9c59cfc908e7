//! What an environment sets, with the place that set it; for people. No engine and no verdict rests on it.

use super::release::Objects;

/// A value that holds for a whole environment, and the place that set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its place in an environment's file: `failure_policy.deny`.
    pub name: String,
    /// The value, in a few words.
    pub value: String,
    /// The file and the line, or `default`.
    pub set_by: String,
}

/// Where a rule is disabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// The rule's id.
    pub rule: String,
    /// The namespace scope; absent for the last one, and for kinds without a namespace.
    pub scope: Option<String>,
    /// For which of the rule's objects.
    pub objects: Objects,
    /// The place that says so.
    pub set_by: String,
}
