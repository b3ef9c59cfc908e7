//! Where a rule holds, and with which action: by the labels of namespaces, as far as they are known.

use std::collections::BTreeMap;

use super::{objects, type_of};
use crate::ir::{Action, Kind, Operator, Requirement, Rule};
use crate::yaml::Node;

/// The label that each namespace has, with its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// The labels of the namespaces that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces(BTreeMap<String, BTreeMap<String, String>>);

/// Whether a rule holds for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It doesn't.
    Nowhere,
    /// It does, with this action.
    At(Action),
    /// It may, and this is the strictest action that it may have: the namespace's labels aren't known.
    Assumed(Action),
}

impl Namespaces {
    /// Notes the labels of a Namespace; any other object is of no matter. What is noted later wins.
    pub fn note(&mut self, object: &Node) {
        if type_of(object) != ("", "v1", "Namespace") {
            return;
        }
        let Some(name) = objects::metadata(object, "name") else { return };
        let labels =
            object.get("metadata").and_then(|metadata| metadata.get("labels")).and_then(Node::as_map);
        let texts = labels
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.value.as_str()?.to_owned())));
        self.0.insert(name.to_owned(), texts.collect());
    }

    /// Adds what others know; they win.
    pub fn extend(&mut self, others: Namespaces) {
        self.0.extend(others.0);
    }

    /// A namespace's label, if it is known and there.
    pub fn label(&self, namespace: &str, key: &str) -> Option<&str> {
        self.0.get(namespace)?.get(key).map(String::as_str)
    }

    /// Whether the rule holds for objects of a kind in a namespace; there is none for cluster-scoped kinds.
    pub fn place(&self, rule: &Rule, kind: &Kind, namespace: Option<&str>) -> Placed {
        let mut strictest = None;
        for placement in rule.placements.iter().filter(|placement| placement.is_for(kind)) {
            let holds = namespace.map_or(Some(true), |namespace| self.hold(&placement.selector, namespace));
            match holds {
                Some(true) => return Placed::At(placement.action),
                Some(false) => {}
                None => strictest = strictest.max(Some(placement.action)),
            }
        }
        strictest.map_or(Placed::Nowhere, Placed::Assumed)
    }

    /// Whether a namespace meets all requirements; nothing if its labels would decide it, and aren't known.
    fn hold(&self, requirements: &[Requirement], namespace: &str) -> Option<bool> {
        let mut all = Some(true);
        for requirement in requirements {
            match self.holds(requirement, namespace) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    /// Whether a namespace meets a requirement; nothing if its labels aren't known.
    fn holds(&self, requirement: &Requirement, namespace: &str) -> Option<bool> {
        let known = self.0.get(namespace);
        let of_label = |labels: &BTreeMap<String, String>| labels.contains_key(&requirement.key);
        let value = match requirement.operator {
            // The label that breaks the glass is there for hours, and in no manifest: a namespace that isn't known has none.
            Operator::Exists => return Some(known.is_some_and(of_label)),
            Operator::DoesNotExist => return Some(!known.is_some_and(of_label)),
            Operator::In | Operator::NotIn if requirement.key == NAME_LABEL => Some(namespace),
            Operator::In | Operator::NotIn => known?.get(&requirement.key).map(String::as_str),
        };
        let is_listed = value.is_some_and(|value| requirement.values.iter().any(|listed| listed == value));
        Some(match requirement.operator {
            Operator::In | Operator::Exists => is_listed,
            Operator::NotIn | Operator::DoesNotExist => !is_listed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::object;
    use super::*;
    use crate::ir::{Objects, Placement, sample};

    fn known() -> Namespaces {
        let mut namespaces = Namespaces::default();
        for (name, labels) in
            [("play", "{team: sandbox}"), ("shop", "{team: shop, size: 1}"), ("bare", "null")]
        {
            let text =
                format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {labels}}}}}");
            namespaces.note(&object(&text));
        }
        namespaces.note(&object("{apiVersion: v1, kind: Pod, metadata: {name: other}}"));
        namespaces
    }

    #[test]
    fn the_action_is_that_of_the_namespace() {
        let rule = sample::rule("TST-001");
        let known = known();
        for (namespace, expected) in [
            ("play", Placed::At(Action::Audit)),
            ("shop", Placed::At(Action::Deny)),
            ("bare", Placed::At(Action::Deny)),
            ("kube-system", Placed::Nowhere),
            ("other", Placed::Assumed(Action::Deny)),
        ] {
            assert_eq!(known.place(&rule, &sample::pod(), Some(namespace)), expected, "{namespace}");
        }
        assert_eq!(known.label("shop", "team"), Some("shop"));
        assert_eq!(known.label("shop", "size"), None);
    }

    #[test]
    fn cluster_scoped_objects_take_the_placement_without_selector() {
        let mut rule = sample::rule("TST-001");
        let node = sample::kind("Node", false);
        assert_eq!(known().place(&rule, &node, None), Placed::Nowhere);
        rule.placements.push(sample::cluster_placement(Action::Warn));
        assert_eq!(known().place(&rule, &node, None), Placed::At(Action::Warn));
    }

    #[test]
    fn pods_may_have_an_action_of_their_own() {
        let mut rule = sample::rule("TST-001");
        let place = |objects, action| Placement { objects, ..sample::placement(None, &[], action) };
        rule.placements = vec![place(Objects::Workloads, Action::Deny), place(Objects::Pods, Action::Audit)];
        let known = known();
        let (pod, deployment) = (sample::pod(), sample::kind("Deployment", true));
        assert_eq!(known.place(&rule, &pod, Some("shop")), Placed::At(Action::Audit));
        assert_eq!(known.place(&rule, &deployment, Some("shop")), Placed::At(Action::Deny));
        assert_eq!(known.place(&rule, &deployment, Some("kube-system")), Placed::Nowhere);
        rule.placements.pop();
        assert_eq!(known.place(&rule, &pod, Some("shop")), Placed::Nowhere);
    }
}
