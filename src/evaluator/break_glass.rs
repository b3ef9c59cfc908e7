//! The guard over the label that breaks the glass, and whom denials of objects without a namespace let pass. Both ask who sends a
//! request, which a manifest doesn't say.

use super::{Operation, Request, type_of};
use crate::ir::{BreakGlass, Placement, Release};
use crate::yaml::Node;

/// What is wrong with a request about a Namespace that comes from a member of these groups; nothing if the guard lets it through.
pub fn guard(glass: &BreakGlass, request: &Request<'_>, groups: &[String]) -> Option<String> {
    let before = match request.operation {
        Operation::Create => None,
        Operation::Update => request.old_object,
        Operation::Delete | Operation::Connect | Operation::Audit => return None,
    };
    let label = |object: Option<&Node>| {
        object
            .and_then(|object| object.get("metadata")?.get("labels")?.get(&glass.label)?.as_str())
            .map(str::to_owned)
    };
    let is_changed = label(before) != label(request.object);
    (is_changed && !has_member(&glass.groups, groups)).then(|| glass.refusal())
}

/// Whether a placement lets a member of these groups pass, whatever the request violates.
pub fn lets_pass(release: &Release, placement: &Placement, groups: &[String]) -> bool {
    release.lets_pass(placement).is_some_and(|let_pass| has_member(let_pass, groups))
}

/// Whether a Namespace's glass is broken: it carries the label. Whether whoever set it might, the guard knows alone.
pub(super) fn is_broken(glass: &BreakGlass, object: &Node) -> bool {
    let labels = object.get("metadata").and_then(|metadata| metadata.get("labels"));
    type_of(object) == ("", "v1", "Namespace")
        && labels.is_some_and(|labels| labels.get(&glass.label).is_some())
}

fn has_member(wanted: &[String], groups: &[String]) -> bool {
    groups.iter().any(|group| wanted.contains(group))
}
