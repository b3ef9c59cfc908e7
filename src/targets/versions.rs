//! Which versions of the engines the generated policies work on. Looks at no rule.

use crate::ir::{EngineRange, Release, Target, Version};

/// The versions of an engine that a target works on.
struct Support {
    /// The engine's name.
    engine: &'static str,
    /// The versions, both ends included. The proof runs on the newest (`tests/engines`).
    range: EngineRange,
    /// What to do when a version is newer.
    newer: &'static str,
}

/// An engine's range with what the proof says of it: `1.17 to 1.19, proved on 1.19`. The policies use only what all versions of the
/// range offer; those on which the proof didn't run are said to be not run.
pub fn described(target: Target, range: &EngineRange) -> String {
    let proved = support(target).range.to;
    let versions = format!("{} to {}", range.from, range.to);
    match (range.from == range.to, range.from <= proved && proved <= range.to) {
        (true, true) => format!("{proved}, proved"),
        (false, true) => format!("{versions}, proved on {proved}, the others not run"),
        (true, false) => format!("{}, not run", range.from),
        (false, false) => format!("{versions}, not run"),
    }
}

/// What the target works on.
fn support(target: Target) -> Support {
    match target {
        Target::KyvernoClusterPolicy => Support {
            engine: "Kyverno",
            range: range((1, 17), (1, 19)),
            newer: "from 1.20 on Kyverno stores a ClusterPolicy and runs nothing; take the target `kyverno-validating-policy`",
        },
        Target::KyvernoValidatingPolicy => {
            Support { engine: "Kyverno", range: range((1, 17), (1, 19)), newer: UNPROVEN }
        }
        Target::Gatekeeper => {
            Support { engine: "Gatekeeper", range: range((3, 19), (3, 23)), newer: UNPROVEN }
        }
        Target::ValidatingAdmissionPolicy => {
            Support { engine: "Kubernetes", range: KUBERNETES, newer: UNPROVEN }
        }
    }
}

/// What to do about a version that the proof doesn't know.
const UNPROVEN: &str = "what is newer is unproven; take a newer palisade";

/// The versions of Kubernetes that any target works on.
const KUBERNETES: EngineRange =
    EngineRange { from: Version { major: 1, minor: 30 }, to: Version { major: 1, minor: 37 } };

/// A range of versions.
fn range(from: (u16, u16), to: (u16, u16)) -> EngineRange {
    EngineRange { from: Version { major: from.0, minor: from.1 }, to: Version { major: to.0, minor: to.1 } }
}

/// An engine, or the cluster, in a version that no policy is written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFault {
    /// The target whose engine it is; absent for the cluster's Kubernetes.
    pub target: Option<Target>,
    /// The field that says the version: `from` or `to` of the target's engine, or `kubernetes`.
    pub field: &'static str,
    /// What is wrong: lower case, but for names, and without a full stop.
    pub reason: String,
    /// What was expected, and what to do.
    pub remedy: String,
}

/// Every version of the release that no policy is written for.
pub fn check_engines(release: &Release) -> Vec<VersionFault> {
    let kubernetes = EngineRange { from: release.kubernetes, to: release.kubernetes };
    let cluster = Support { engine: "Kubernetes", range: KUBERNETES, newer: UNPROVEN };
    let of_cluster = mismatch(&cluster, &kubernetes).map(|(_, reason, remedy)| VersionFault {
        target: None,
        field: "kubernetes",
        reason,
        remedy,
    });
    let of_engine = |(target, wanted): (&Target, &EngineRange)| {
        let (field, reason, remedy) = mismatch(&support(*target), wanted)?;
        Some(VersionFault { target: Some(*target), field, reason, remedy })
    };
    of_cluster.into_iter().chain(release.engines.iter().filter_map(of_engine)).collect()
}

/// Why an engine's range won't do: the field at fault, what is wrong, and what was expected.
fn mismatch(support: &Support, wanted: &EngineRange) -> Option<(&'static str, String, String)> {
    let Support { engine, range, newer } = support;
    if wanted.from > wanted.to {
        let reason = format!("{engine} {} to {} is no range", wanted.from, wanted.to);
        Some(("from", reason, "expected `from` to be no newer than `to`".to_owned()))
    } else if wanted.from < range.from {
        let reason = format!("{engine} {} is too old", wanted.from);
        Some((
            "from",
            reason,
            format!("expected {} or newer: older ones lack what the policies use", range.from),
        ))
    } else if wanted.to > range.to {
        let reason = format!("{engine} {} is too new", wanted.to);
        Some(("to", reason, format!("expected {} or older: {newer}", range.to)))
    } else {
        None
    }
}
