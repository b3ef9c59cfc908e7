//! What lowering one rule knows: the rule, its parameters, the versions; and the names that are in scope.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{Kind, Parameter, Version};
use crate::model;
use crate::project::{Located, Place};

/// The versions that conditions may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Versions {
    /// The lowest Kubernetes version.
    pub kubernetes: Version,
    /// The version of the Pod Security Standards.
    pub pod_security: Version,
}

/// What lowering one rule knows, and the faults it has found.
pub(super) struct Context<'a> {
    /// The rule as written.
    pub rule: &'a Located<model::Rule>,
    /// The governed kinds, sorted.
    pub kinds: &'a [Kind],
    /// Parameters with their values.
    pub parameters: &'a BTreeMap<String, Parameter>,
    /// The versions.
    pub versions: Versions,
    /// What is wrong.
    pub faults: Vec<Diagnostic>,
}

impl Context<'_> {
    /// Notes what is wrong at a place of the rule.
    pub fn fault(&mut self, place: &Place, diagnostic: Diagnostic) {
        self.faults.push(self.rule.mark(diagnostic, place));
    }

    /// The parameter of this name; notes a fault if there is none.
    pub fn parameter(&mut self, place: &Place, name: &str) -> Option<Parameter> {
        if let Some(parameter) = self.parameters.get(name) {
            return Some(parameter.clone());
        }
        let mut diagnostic =
            Diagnostic::error("unknown-parameter", format!("the rule has no parameter `{name}`"))
                .label("expected a parameter of this rule");
        let declared = self.rule.value.parameters.keys().map(String::as_str);
        if let Some(near) = did_you_mean(name, declared) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        // A parameter whose value is wrong has been told already.
        if !self.rule.value.parameters.contains_key(name) {
            self.fault(place, diagnostic);
        }
        None
    }
}

/// What an element in scope is, for the names that only it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// A container: has `list`.
    Container,
    /// A mount: has `volume`.
    Mount,
    /// An image: has `reference` and nothing else.
    Image,
    /// An entry of a map: has `key` and `value`.
    Entry,
    /// A record of a parameter of type `monitors`.
    Record,
    /// Anything else.
    Other,
}

/// The names of the loops around a condition, the innermost last.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    elements: Vec<(String, Element)>,
}

impl Names {
    /// These names and one more.
    pub fn with(&self, name: &str, element: Element) -> Self {
        let mut names = self.clone();
        names.elements.push((name.to_owned(), element));
        names
    }

    /// What the name stands for; absent if it isn't in scope.
    pub fn get(&self, name: &str) -> Option<Element> {
        self.elements.iter().rev().find(|(known, _)| known == name).map(|(_, element)| *element)
    }

    /// Every name.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().map(|(name, _)| name.as_str())
    }
}
