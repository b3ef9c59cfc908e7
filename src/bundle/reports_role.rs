//! The right to read custom resources, which Kyverno's reports controller needs and its chart doesn't give.
//!
//! Kyverno's chart binds the controller to Kubernetes' role `view`, and lets its own role grow by each ClusterRole with a
//! certain label. Without the right a ValidatingPolicy never becomes ready, and no report names a custom resource. A ValidatingPolicy that
//! names `pods/ephemeralcontainers` asks for that subresource too, and a policy of either kind for those of Namespaces (seen on Kyverno 1.19.1).

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::break_glass::GUARDED_SUBRESOURCES;
use crate::ir::{Kind, Release, Target};
use crate::targets::{self, EPHEMERAL_CONTAINERS, sees_ephemeral_containers};

/// The file's name, in the target's folder.
pub(super) const FILE: &str = "reports-role.yaml";
/// The groups whose namespaced kinds the role `view` lets read.
const VIEWED: [&str; 6] = ["", "apps", "autoscaling", "batch", "networking.k8s.io", "policy"];

/// The ClusterRole; none for other engines, and none if the controller may read every kind that the rules govern.
pub(super) fn text(release: &Release, target: Target) -> Result<Option<String>, String> {
    let mut resources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for kind in kinds(release, target) {
        resources.entry(&kind.group).or_default().insert(&kind.plural);
    }
    let core = subresources(release, target);
    if !core.is_empty() {
        resources.entry("").or_default().extend(core);
    }
    if resources.is_empty() {
        return Ok(None);
    }
    targets::reports_role(release, target, &resources).map(Some)
}

/// The subresources that the policies name.
fn subresources(release: &Release, target: Target) -> BTreeSet<&'static str> {
    let sees_containers = || release.rules.iter().any(sees_ephemeral_containers);
    let containers =
        (target == Target::KyvernoValidatingPolicy && sees_containers()).then_some(EPHEMERAL_CONTAINERS);
    let guarded = match target {
        Target::KyvernoClusterPolicy | Target::KyvernoValidatingPolicy => release.break_glass.is_some(),
        Target::Gatekeeper | Target::ValidatingAdmissionPolicy => false,
    };
    containers.into_iter().chain(guarded.then_some(GUARDED_SUBRESOURCES).into_iter().flatten()).collect()
}

/// The kinds that the ClusterRole lets read.
pub(super) fn kinds(release: &Release, target: Target) -> BTreeSet<&Kind> {
    match target {
        Target::KyvernoClusterPolicy | Target::KyvernoValidatingPolicy => {
            release.rules.iter().flat_map(|rule| &rule.kinds).filter(|kind| !is_viewed(kind)).collect()
        }
        Target::Gatekeeper | Target::ValidatingAdmissionPolicy => BTreeSet::new(),
    }
}

/// Whether the role `view` lets read the kind.
fn is_viewed(kind: &Kind) -> bool {
    let core = |name: &str| kind.group.is_empty() && kind.kind == name;
    core("Namespace") || kind.namespaced && VIEWED.contains(&kind.group.as_str()) && !core("Secret")
}
