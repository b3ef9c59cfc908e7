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

pub use admission::{EPHEMERAL_CONTAINERS, sees_ephemeral_containers};
pub use versions::{VersionFault, check_engines, described};

use crate::ir::{Release, Rule, Target};
use admission::Variables;

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
///
/// # Errors
/// What the target can't say.
pub fn render(target: Target, release: &Release, rule: &Rule) -> Result<Vec<Artefact>, Unsupported> {
    render_with(target, release, rule, &Variables::of(release, rule))
}

/// The files of one rule for each target of the release.
pub fn render_all(release: &Release, rule: &Rule) -> Vec<Result<Vec<Artefact>, Unsupported>> {
    let variables = Variables::of(release, rule);
    release.engines.keys().map(|target| render_with(*target, release, rule, &variables)).collect()
}

fn render_with(
    target: Target,
    release: &Release,
    rule: &Rule,
    variables: &Variables<'_>,
) -> Result<Vec<Artefact>, Unsupported> {
    let artefacts = match target {
        Target::KyvernoClusterPolicy => kyverno_cluster_policy::render(release, rule, variables),
        Target::KyvernoValidatingPolicy => kyverno_validating_policy::render(release, rule, variables),
        Target::Gatekeeper => gatekeeper::render(release, rule),
        Target::ValidatingAdmissionPolicy => validating_admission_policy::render(release, rule, variables),
    };
    artefacts.map_err(|reason| Unsupported { target: Some(target), rule: rule.id.clone(), reason })
}
