//! Kinds of objects that rules may govern.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether objects of a kind live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Scope {
    /// Objects live in a namespace
    Namespaced,
    /// Objects belong to the whole cluster
    Cluster,
}

/// A kind: its name, its place in the API, and where a Pod hides in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KindDeclaration {
    /// The API group; the core group is the empty text
    pub group: String,
    /// The kind
    #[schemars(length(min = 1))]
    pub kind: String,
    /// The resource's plural name, as in URLs
    #[schemars(length(min = 1))]
    pub plural: String,
    /// Whether objects live in a namespace
    pub scope: Scope,
    /// The versions whose paths the rules know
    #[schemars(length(min = 1))]
    pub versions: Vec<String>,
    /// Where the Pod's template lies, for kinds that are or make a Pod: `spec.template`; for a Pod itself the empty text
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_template: Option<String>,
}

/// The file `kinds.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// Kinds that rules may govern
    pub kinds: Vec<KindDeclaration>,
}
