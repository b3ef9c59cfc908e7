//! One module and one template folder for each kind of output.
//!
//! Writes no file and orders nothing: `bundle` does. What a target can't express is an error with the reason, never a weaker policy.

mod admission;
mod frame;
mod gatekeeper;
mod kyverno;
mod kyverno_cluster_policy;
mod kyverno_validating_policy;
pub mod names;
mod validating_admission_policy;
mod versions;

pub use versions::{VersionFault, check_engines};

use crate::ir::{Release, Rule, Target};

/// A file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artefact {
    /// The path below `out/<environment>/`: `kyverno-cluster-policy/POD-001.yaml`.
    pub path: String,
    /// The file's text.
    pub text: String,
}

/// What a target can't say, or an engine can't run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsupported {
    /// The target; absent if it is about the cluster.
    pub target: Option<Target>,
    /// The rule's id; empty if it is about the engine.
    pub rule: String,
    /// Why, and what to do: lower case, without a full stop.
    pub reason: String,
}

/// The files of one rule for one target.
pub fn render(target: Target, release: &Release, rule: &Rule) -> Result<Vec<Artefact>, Unsupported> {
    let artefacts = match target {
        Target::KyvernoClusterPolicy => kyverno_cluster_policy::render(release, rule),
        Target::KyvernoValidatingPolicy => kyverno_validating_policy::render(release, rule),
        Target::Gatekeeper => gatekeeper::render(release, rule),
        Target::ValidatingAdmissionPolicy => validating_admission_policy::render(release, rule),
    };
    artefacts.map_err(|reason| Unsupported { target: Some(target), rule: rule.id.clone(), reason })
}
