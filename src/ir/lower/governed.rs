//! The governed part: the smallest set of whole parts of an object that holds every path the rule reads (design, rule 9).

use std::collections::BTreeSet;

use super::visit::{self, Read};
use crate::ir::{Check, Condition, GovernedPart, Kind, Loop, Path, Root, Source};

/// The governed parts of the kinds that have a Pod, and of the others.
pub(super) fn governed(
    kinds: &[Kind],
    spared: &Condition,
    checks: &[Check],
) -> (Vec<GovernedPart>, Vec<GovernedPart>) {
    let parts = |with_pod: bool| {
        let mut parts = BTreeSet::new();
        if kinds.iter().any(|kind| kind.has_pod() == with_pod) {
            condition(spared, with_pod, &mut parts);
        }
        for check in checks.iter().filter(|check| check.kinds.iter().any(|kind| kind.has_pod() == with_pod)) {
            for each in &check.each {
                source(each, with_pod, &mut parts);
            }
            condition(&check.ok, with_pod, &mut parts);
        }
        parts.into_iter().collect()
    };
    (parts(true), parts(false))
}

fn condition(condition: &Condition, with_pod: bool, parts: &mut BTreeSet<GovernedPart>) {
    visit::reads(condition, &mut Vec::new(), &mut |_, read| match read {
        Read::Path(found) => path(found, with_pod, parts),
        Read::Loop(each) => source(each, with_pod, parts),
    });
}

fn source(each: &Loop, with_pod: bool, parts: &mut BTreeSet<GovernedPart>) {
    if with_pod && matches!(each.source, Source::Containers(_) | Source::SecurityContexts | Source::Images) {
        parts.insert(GovernedPart::PodSpec);
    }
    for found in visit::source_paths(&each.source) {
        path(found, with_pod, parts);
    }
}

fn path(path: &Path, with_pod: bool, parts: &mut BTreeSet<GovernedPart>) {
    let steps: Vec<&str> = path.steps.iter().map(String::as_str).collect();
    let part = match (&path.root, steps.as_slice()) {
        (Root::Pod | Root::ServiceAccount | Root::VolumeOf(_), _) => {
            with_pod.then_some(GovernedPart::PodSpec)
        }
        (Root::PodMetadata, ["labels", ..]) => with_pod.then_some(GovernedPart::TemplateLabels),
        (Root::PodMetadata, _) => with_pod.then_some(GovernedPart::TemplateAnnotations),
        (Root::Object, ["metadata", "labels", ..]) => Some(GovernedPart::Labels),
        (Root::Object, ["metadata", "annotations", ..]) => Some(GovernedPart::Annotations),
        (Root::Object, ["metadata", "ownerReferences", ..]) => Some(GovernedPart::OwnerReferences),
        // A name, a namespace, a kind never change; what else metadata holds is the API server's.
        (Root::Object, ["metadata", ..] | ["kind" | "apiVersion", ..] | []) => None,
        (Root::Object, [field, ..]) => Some(GovernedPart::Field((*field).to_owned())),
        (
            Root::Namespace
            | Root::Kind
            | Root::Group
            | Root::Element(_)
            | Root::ContainerList(_)
            | Root::EntryKey(_)
            | Root::EntryValue(_),
            _,
        ) => None,
    };
    parts.extend(part);
}
