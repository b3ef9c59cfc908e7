//! The part of a bundle's README for an incident: who may break the glass, how, and what is bound all the same.

use crate::ir::break_glass::GUARD;
use crate::ir::{BreakGlass, Release, Target};

/// The section's text, in Markdown; empty if nobody may break the glass.
pub(super) fn text(release: &Release) -> String {
    release.break_glass.as_ref().map(|glass| section(release, glass)).unwrap_or_default()
}

fn section(release: &Release, glass: &BreakGlass) -> String {
    let groups: Vec<String> = glass.groups.iter().map(|group| format!("`{group}`")).collect();
    let (groups, label) = (groups.join(", "), &glass.label);
    let mut text = format!(
        "## Breaking the glass\n\nFor an incident in which a policy stands in the way. Only members of {groups} can do it. In a namespace \
         that carries the label `{label}`, with any value, nothing is denied: what would be denied is audited instead, so that it can be \
         found and mended afterwards.\n\n\
         ```sh\nkubectl label namespace NAMESPACE {label}=INCIDENT\nkubectl apply -f FIX.yaml\nkubectl label namespace NAMESPACE {label}-\n```\n\n\
         - The label works after a second or two, when the engine has seen it. It ends nothing by itself: don't forget the third command. \
         `kubectl get namespaces -l {label}` lists where the glass is broken.\n\
         - Objects without a namespace carry no label of one: there the members of {groups} pass at once, whatever rule is violated.\n\
         - `{GUARD}` refuses everybody else who sets, changes or removes the label, by whatever request.\n\
         - It takes denials away, not the engine: while an engine is down, what fails closed is still refused."
    );
    if release.engines.contains_key(&Target::ValidatingAdmissionPolicy) {
        text.push_str(
            "\n- `validating-admission-policy`: the API server's audit log names who passed, in the annotation `break-glass`.",
        );
    }
    if release.engines.contains_key(&Target::Gatekeeper) {
        text.push_str(
            "\n- `gatekeeper`: the webhook of Gatekeeper's chart isn't sent `namespaces/status` and `namespaces/finalize`, by which a label can \
             be set too. Let RBAC give these to nobody, or name them in the webhook's rules; and set the webhook's failure policy to `Fail`, \
             or the guard is open while Gatekeeper is down.",
        );
    }
    text
}
