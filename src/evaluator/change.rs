//! Whether an UPDATE changes what a rule governs (design, rule 9).

use super::scene::Scene;
use super::value::{Found, Looked, same};
use crate::ir::{GovernedPart, Kind, Rule};
use crate::yaml::Node;

/// Whether all parts that the rule governs are as they were; so are none. A part that can't be reached counts as absent.
pub(super) fn is_unchanged(rule: &Rule, kind: &Kind, object: &Node, old_object: &Node) -> bool {
    let parts = if kind.has_pod() { &rule.governed_in_pods } else { &rule.governed_in_objects };
    let (new, old) = (Scene::new(kind, object), Scene::new(kind, old_object));
    parts.iter().all(|part| same(node(value(&new, part)), node(value(&old, part))))
}

/// A governed part of an object.
fn value<'a>(scene: &Scene<'a>, part: &GovernedPart) -> Looked<'a> {
    let object = Looked::node(Some(scene.object));
    match part {
        GovernedPart::PodSpec => scene.pod,
        GovernedPart::TemplateLabels => scene.pod_metadata.step("labels"),
        GovernedPart::TemplateAnnotations => scene.pod_metadata.step("annotations"),
        GovernedPart::Labels => object.step("metadata").step("labels"),
        GovernedPart::Annotations => object.step("metadata").step("annotations"),
        GovernedPart::OwnerReferences => object.step("metadata").step("ownerReferences"),
        GovernedPart::Field(name) => object.step(name),
    }
}

/// The node of a part; parts are never anything else.
fn node(looked: Looked<'_>) -> Option<&Node> {
    match looked {
        Looked::Found(Found::Node(node)) => Some(node),
        Looked::Found(Found::Text(_) | Found::Value(_) | Found::Literal(_))
        | Looked::Absent
        | Looked::Broken => None,
    }
}
