//! What lowering one rule knows: the rule, its parameters, the versions; and the names that are in scope.

use std::collections::{BTreeMap, BTreeSet};

use super::parameter;
use crate::diagnostic::Diagnostic;
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
    /// The parameters that something reads.
    pub used_parameters: BTreeSet<String>,
    /// The names of `let` that something reads.
    pub used_bindings: BTreeSet<String>,
    /// What is wrong.
    pub faults: Vec<Diagnostic>,
}

impl Context<'_> {
    /// Notes what is wrong at a place of the rule.
    pub fn fault(&mut self, place: &Place, diagnostic: Diagnostic) {
        self.faults.push(self.rule.mark(diagnostic, place));
    }

    /// Notes what is wrong with a field of the rule that shouldn't be there: its name is underlined.
    pub fn fault_key(&mut self, place: &Place, diagnostic: Diagnostic) {
        self.faults.push(self.rule.mark_key(diagnostic, place));
    }

    /// The parameter of this name; notes a fault if there is none.
    pub fn parameter(&mut self, place: &Place, name: &str) -> Option<Parameter> {
        // A parameter whose value is wrong has been told already.
        if !self.rule.value.parameters.contains_key(name) {
            self.fault(place, parameter::unknown(&self.rule.value, name));
        }
        self.used_parameters.insert(name.to_owned());
        self.parameters.get(name).cloned()
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
    /// An entry of a map of the object: has `key` and `value`.
    Entry,
    /// An entry of a parameter of type `map`: has `key` and `value`.
    ParameterEntry,
    /// A record of a parameter of type `monitors`.
    Record,
    /// A text or a number of a list parameter: has no fields.
    Scalar,
    /// Anything else.
    Other,
}

/// The names of the loops around a condition, the innermost last. A subject may be walked again inside itself: it hides the outer one, and
/// its loop has another name than the written one, so that each loop's name is unique.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    elements: Vec<Named>,
}

#[derive(Clone, Debug)]
struct Named {
    written: String,
    of_loop: String,
    element: Element,
}

impl Names {
    /// These names and one more, and the name of its loop.
    pub fn with(&self, written: &str, element: Element) -> (Self, String) {
        let numbered = (2..).map(|number| format!("{written}_{number}"));
        let of_loop = [written.to_owned()].into_iter().chain(numbered).find(|name| !self.is_taken(name));
        let of_loop = of_loop.unwrap_or_default();
        let mut names = self.clone();
        names.elements.push(Named { written: written.to_owned(), of_loop: of_loop.clone(), element });
        (names, of_loop)
    }

    /// The loop that a written name stands for, and what its elements are; absent if it isn't in scope.
    pub fn get(&self, written: &str) -> Option<(&str, Element)> {
        let named = self.elements.iter().rev().find(|named| named.written == written)?;
        Some((&named.of_loop, named.element))
    }

    /// What the elements of a loop are.
    pub fn element(&self, of_loop: &str) -> Option<Element> {
        self.elements.iter().find(|named| named.of_loop == of_loop).map(|named| named.element)
    }

    /// Whether a name is written or a loop's.
    pub fn is_taken(&self, name: &str) -> bool {
        self.elements.iter().any(|named| named.written == name || named.of_loop == name)
    }

    /// Every name that may be written.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().map(|named| named.written.as_str())
    }
}
