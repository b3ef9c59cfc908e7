//! Sets: what a published workload needs of a node, with where that is said. A project adopts one by an exemption.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exemption::{Features, Identity};

/// Where it is said that the workload needs something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSource {
    /// The project: `falcosecurity/charts`
    #[schemars(length(min = 1))]
    pub project: String,
    /// The version of the project, its chart or its image
    #[schemars(length(min = 1))]
    pub version: String,
    /// The file in it
    #[schemars(length(min = 1))]
    pub file: String,
    /// The commit at which the file was read
    #[schemars(regex(pattern = r"^[0-9a-f]{40}$"))]
    pub commit: String,
    /// The day on which it was read, as `2026-11-24`
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub read: String,
    /// What it says: `identity`, features by their names, and ids of rules
    #[schemars(length(min = 1))]
    pub says: Vec<String>,
}

/// What a published workload needs, without an owner and without a date: an exemption adopts it and gives both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptionSet {
    /// `EX-`, three capital letters, and a slug; the file's name
    #[schemars(regex(pattern = r"^EX-[A-Z]{3}-[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// The workload, in one line
    #[schemars(length(min = 1))]
    pub title: String,
    /// Why it needs what it needs
    #[schemars(length(min = 1))]
    pub why: String,
    /// Who it is, as its project installs it
    pub identity: Identity,
    /// The features that it needs
    #[serde(default)]
    pub features: Features,
    /// Rules that it breaks in a way for which there is no feature
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Where all of that is said
    #[schemars(length(min = 1))]
    pub sources: Vec<SetSource>,
    /// The spec of the Pod, with all that rules read: it needs everything in the set, and nothing else
    pub pod: serde_json::Value,
}
