//! Which versions of the engines the generated policies work on. Looks at no rule.

use super::Unsupported;
use crate::ir::{EngineRange, Release, Target, Version};

/// The versions of an engine that a target works on.
struct Support {
    /// The engine's name.
    engine: &'static str,
    /// The versions, both ends included.
    range: EngineRange,
    /// What to do when a version is newer.
    newer: &'static str,
}

/// What the target works on.
fn support(target: Target) -> Support {
    match target {
        Target::KyvernoClusterPolicy => Support {
            engine: "Kyverno",
            range: range((1, 17), (1, 19)),
            newer: "Kyverno 1.20 stores a ClusterPolicy and runs nothing: take the target `kyverno-validating-policy`",
        },
        Target::KyvernoValidatingPolicy => Support {
            engine: "Kyverno",
            range: range((1, 17), (1, 19)),
            newer: "newer versions are unproven: take a newer palisade",
        },
        Target::Gatekeeper => Support {
            engine: "Gatekeeper",
            range: range((3, 19), (3, 23)),
            newer: "newer versions are unproven: take a newer palisade",
        },
        Target::ValidatingAdmissionPolicy => Support {
            engine: "Kubernetes",
            range: KUBERNETES,
            newer: "newer versions are unproven: take a newer palisade",
        },
    }
}

/// The versions of Kubernetes that any target works on.
const KUBERNETES: EngineRange =
    EngineRange { from: Version { major: 1, minor: 30 }, to: Version { major: 1, minor: 37 } };

/// A range of versions.
fn range(from: (u16, u16), to: (u16, u16)) -> EngineRange {
    EngineRange { from: Version { major: from.0, minor: from.1 }, to: Version { major: to.0, minor: to.1 } }
}

/// Every engine of the release in a version that its target doesn't work on.
pub fn check_engines(release: &Release) -> Vec<Unsupported> {
    release
        .engines
        .iter()
        .filter_map(|(target, wanted)| {
            let reason =
                kubernetes_mismatch(release.kubernetes).or_else(|| mismatch(&support(*target), wanted))?;
            Some(Unsupported { target: *target, rule: String::new(), reason })
        })
        .collect()
}

/// Why the cluster's version won't do.
fn kubernetes_mismatch(version: Version) -> Option<String> {
    if version < KUBERNETES.from {
        Some(format!(
            "Kubernetes {version} lacks what the policies use: {} or newer is needed",
            KUBERNETES.from
        ))
    } else if version > KUBERNETES.to {
        Some(format!(
            "Kubernetes {version} is unproven: the newest is {}, take a newer palisade",
            KUBERNETES.to
        ))
    } else {
        None
    }
}

/// Why an engine's range won't do.
fn mismatch(support: &Support, wanted: &EngineRange) -> Option<String> {
    let Support { engine, range, newer } = support;
    if wanted.from > wanted.to {
        Some(format!(
            "{engine} {} to {} is no range: `from` must not be newer than `to`",
            wanted.from, wanted.to
        ))
    } else if wanted.from < range.from {
        Some(format!("{engine} {} is too old: {} or newer is needed", wanted.from, range.from))
    } else if wanted.to > range.to {
        Some(format!("{engine} {} is too new, the newest is {}; {newer}", wanted.to, range.to))
    } else {
        None
    }
}
