//! Exemptions: who may do what a rule forbids, and exactly what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An object by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedObject {
    /// The kind, as `Kind` or `group/Kind`
    pub kind: String,
    /// The namespace; absent for cluster-scoped kinds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name
    pub name: String,
}

/// Whom an exemption is for: a namespace, a service account and images, all three; or one object by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The namespace
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The service account
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// Registries or repositories of the images, by segment; `*` stands for one label or segment
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
    /// Images that may run beside them in the Pod, and are waived nothing of their own
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sidecars: Vec<String>,
    /// One object, instead of all of the above
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<NamedObject>,
}

/// What is waived.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// Privileged containers
    #[serde(default)]
    pub privileged: bool,
    /// The host's network
    #[serde(default)]
    pub host_network: bool,
    /// The host's process ids
    #[serde(default)]
    pub host_pid: bool,
    /// The host's inter-process communication
    #[serde(default)]
    pub host_ipc: bool,
    /// Running as root
    #[serde(default)]
    pub run_as_root: bool,
    /// Capabilities that may be added
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Host paths that may be mounted, with all below them
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_paths: Vec<String>,
    /// SELinux types that may be asked for
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selinux_types: Vec<String>,
}

/// A runtime monitor's record: who it is, and what it may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Who it is
    pub identity: Identity,
    /// What it may use
    pub features: Features,
}

/// An exemption: who asked, who agreed, why, until when, for whom, and what is waived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// A slug; the file's name
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: String,
    /// The team that owns the workload
    #[schemars(length(min = 1))]
    pub owner: String,
    /// Who agreed
    #[schemars(length(min = 1))]
    pub approved_by: String,
    /// Why it is needed
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Where it was discussed
    #[schemars(length(min = 1))]
    pub ticket: String,
    /// The day it was made, as `2026-11-24`
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub created: String,
    /// The day it ends, as `2027-03-31`
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub expires: String,
    /// The set whose identity, features and rules are granted: `EX-CSI-efs-node`; parts of `identity` said here stand for its own
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopts: Option<String>,
    /// For whom; needed unless a set is adopted
    #[serde(default)]
    pub identity: Identity,
    /// The features that are waived
    #[serde(default)]
    pub features: Features,
    /// Rules that are waived as a whole
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Says aloud that the exemption goes by what the author of a workload chooses: an object's name
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keyed_by_author_controlled_fields: bool,
}
