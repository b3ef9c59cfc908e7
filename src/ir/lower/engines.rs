//! Versions and engines of an environment: what is said of each target, and which of its rules stand together.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Versions;
use crate::diagnostic::Diagnostic;
use crate::ir::{Action, EngineRange, NEWEST_POD_SECURITY, OLDEST_POD_SECURITY, Target, Version};
use crate::model::{self, LATEST, Layout, PackedAction, VersionRange};
use crate::project::{Layers, Said};

/// Reads a version that the project's structural check has seen already.
fn version(said: &Said<'_, &String>, faults: &mut Vec<Diagnostic>) -> Version {
    Version::parse(said.value).unwrap_or_else(|| {
        let diagnostic = Diagnostic::error("bad-version", format!("`{}` is no version", said.value))
            .label("expected a version such as `\"1.33\"`");
        faults.push(said.mark(diagnostic));
        Version { major: 0, minor: 0 }
    })
}

/// The versions for which conditions are worked out.
pub(super) fn versions(layers: &Layers<'_>, faults: &mut Vec<Diagnostic>) -> Versions {
    // The structural checks have told if there is none.
    let none = Version { major: 0, minor: 0 };
    let kubernetes = layers.kubernetes().map_or(none, |said| version(&said, faults));
    let pod_security = match layers.pod_security() {
        Some(said) if said.value == LATEST => NEWEST_POD_SECURITY,
        Some(said) => {
            let pod_security = version(&said, faults);
            if !(OLDEST_POD_SECURITY..=NEWEST_POD_SECURITY).contains(&pod_security) {
                faults.push(said.mark(unknown_standard(said.value)));
            }
            pod_security
        }
        None => kubernetes,
    };
    Versions { kubernetes, pod_security }
}

/// A version of the Pod Security Standards that isn't known.
fn unknown_standard(text: &str) -> Diagnostic {
    let message = format!("the Pod Security Standards of `{text}` aren't known");
    Diagnostic::error("unknown-version", message)
        .label(format!("expected {OLDEST_POD_SECURITY} to {NEWEST_POD_SECURITY}, or `{LATEST}`"))
        .help(format!("`{LATEST}` is {NEWEST_POD_SECURITY} in this release of palisade"))
}

/// The engines with their versions.
pub(super) fn engines(layers: &Layers<'_>, faults: &mut Vec<Diagnostic>) -> BTreeMap<Target, EngineRange> {
    let mut engines = BTreeMap::new();
    let Some(written) = layers.targets() else { return engines };
    for target in Target::ALL {
        let Some(range) = range(written.value, target) else { continue };
        let mut bound = |field: &str, value| {
            let place = written.place.key(target.name()).key(field);
            version(&Said { value, by: written.by, place }, faults)
        };
        let (from, to) = (bound("from", &range.from), bound("to", &range.to));
        engines.insert(target, EngineRange { from, to });
    }
    engines
}

/// The targets in the packed layout, each with the actions that are packed.
pub(super) fn packed(layers: &Layers<'_>) -> BTreeMap<Target, BTreeSet<Action>> {
    let Some(written) = layers.targets() else { return BTreeMap::new() };
    let is_packed =
        |target: &Target| range(written.value, *target).filter(|range| range.layout == Layout::Packed);
    let packed = Target::ALL.into_iter().filter_map(|target| Some((target, is_packed(&target)?)));
    packed.map(|(target, range)| (target, packed_actions(range.packed_actions.as_deref()))).collect()
}

/// The actions that are packed; what denies if nothing is said.
fn packed_actions(written: Option<&[PackedAction]>) -> BTreeSet<Action> {
    let action = |written: &PackedAction| match written {
        PackedAction::Audit => Action::Audit,
        PackedAction::Warn => Action::Warn,
        PackedAction::Deny => Action::Deny,
    };
    written.unwrap_or(&[PackedAction::Deny]).iter().map(action).collect()
}

/// What an environment says of a target.
fn range(written: &model::Engines, target: Target) -> Option<&VersionRange> {
    let range = match target {
        Target::KyvernoClusterPolicy => &written.kyverno_cluster_policy,
        Target::KyvernoValidatingPolicy => &written.kyverno_validating_policy,
        Target::Gatekeeper => &written.gatekeeper,
        Target::ValidatingAdmissionPolicy => &written.validating_admission_policy,
    };
    range.as_ref()
}
