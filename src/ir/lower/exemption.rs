//! The exemptions of an environment: what waives, and what is told of them. Which have expired is handed in; no day is compared here.

use std::collections::BTreeSet;

use super::waiver::{self, Exempting};
use crate::diagnostic::Diagnostic;
use crate::ir::{ExemptionRecord, ExemptionState, Kind};
use crate::model::{Exemption, Identity};
use crate::project::{Located, Place};

/// What is wrong with an exemption's identity and features.
pub(super) fn faults(exemption: &Located<Exemption>, kinds: &[Kind]) -> Vec<Diagnostic> {
    let wrong = waiver::faults(&exemption.value.identity, &exemption.value.features, kinds, &Place::root());
    wrong.into_iter().map(|(place, fault)| exemption.mark(fault, &place)).collect()
}

/// The exemptions that waive: those that haven't expired.
pub(super) fn waiving(exemptions: &[&Located<Exemption>], expired: &BTreeSet<String>) -> Vec<Exempting> {
    let holding =
        exemptions.iter().map(|exemption| &exemption.value).filter(|one| !expired.contains(&one.name));
    holding
        .map(|exemption| Exempting {
            name: exemption.name.clone(),
            identity: exemption.identity.clone(),
            features: exemption.features.clone(),
            rules: exemption.rules.clone(),
        })
        .collect()
}

/// What is told of each exemption.
pub(super) fn records(
    exemptions: &[&Located<Exemption>],
    expired: &BTreeSet<String>,
) -> Vec<ExemptionRecord> {
    let state = |name: &String| match expired.contains(name) {
        true => ExemptionState::Expired,
        false => ExemptionState::Holds,
    };
    exemptions.iter().map(|exemption| record(&exemption.value, state(&exemption.value.name))).collect()
}

/// What is told of an exemption.
pub fn record(exemption: &Exemption, state: ExemptionState) -> ExemptionRecord {
    ExemptionRecord {
        name: exemption.name.clone(),
        owner: exemption.owner.clone(),
        approved_by: exemption.approved_by.clone(),
        reason: exemption.reason.clone(),
        ticket: exemption.ticket.clone(),
        created: exemption.created.clone(),
        expires: exemption.expires.clone(),
        identity: identified(&exemption.identity),
        waives: match &exemption.adopts {
            Some(set) => format!("{set}: {}", waives(exemption)),
            None => waives(exemption),
        },
        state,
    }
}

/// For whom, in one line.
fn identified(identity: &Identity) -> String {
    if let Some(object) = &identity.object {
        let name = match &object.namespace {
            Some(namespace) => format!("{namespace}/{}", object.name),
            None => object.name.clone(),
        };
        return format!("{} {name}, by the name that its author chooses", object.kind);
    }
    let sidecars = match identity.sidecars.as_slice() {
        [] => String::new(),
        sidecars => format!(", beside {}", sidecars.join(", ")),
    };
    format!(
        "service account {}/{}, images {}{sidecars}",
        identity.namespace.as_deref().unwrap_or_default(),
        identity.service_account.as_deref().unwrap_or_default(),
        identity.images.join(", "),
    )
}

/// What is waived, in one line.
fn waives(exemption: &Exemption) -> String {
    let features = &exemption.features;
    let flags = [
        ("privileged containers", features.privileged),
        ("host network", features.host_network),
        ("host PIDs", features.host_pid),
        ("host IPC", features.host_ipc),
        ("running as root", features.run_as_root),
    ];
    let lists = [
        ("capabilities", &features.capabilities),
        ("host paths", &features.host_paths),
        ("SELinux types", &features.selinux_types),
        ("rules", &exemption.rules),
    ];
    let flags = flags.iter().filter(|(_, waived)| *waived).map(|(name, _)| (*name).to_owned());
    let lists = lists.iter().filter(|(_, values)| !values.is_empty());
    let lists = lists.map(|(name, values)| format!("{name} {}", values.join(", ")));
    flags.chain(lists).collect::<Vec<_>>().join("; ")
}
