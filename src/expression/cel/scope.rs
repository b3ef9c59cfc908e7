//! What names mean at a place of a condition: the loops around it, and the kinds that get there.

use std::collections::{BTreeMap, BTreeSet};

use super::printer::Shared;
use super::syntax::Expression;
use crate::ir::{Kind, Read};

/// What the element of a loop is in CEL.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// The object.
    Object,
    /// The Pod's spec.
    Pod,
    /// A record with `value`, `label`, and for containers `list`.
    Record {
        /// The variable.
        variable: String,
        /// The list that it is from; absent for a list of its own.
        of: Option<Shared>,
    },
    /// The item of a list, under this variable.
    Item(String),
    /// What stands somewhere, without a variable of its own.
    Inlined(Expression),
    /// An entry of a map: its key under this variable.
    Entry {
        /// The map.
        map: Expression,
        /// The variable of the key.
        key: String,
    },
}

/// The loops around a place, and the variables that are taken there.
#[derive(Clone, Debug)]
pub(super) struct Scope<'rule> {
    /// The kinds of objects that get to this place.
    pub(super) kinds: &'rule [Kind],
    loops: BTreeMap<String, Bound>,
    taken: BTreeSet<String>,
    known: Vec<(Read, Expression)>,
}

/// Names that a variable would hide or that CEL reserves.
const RESERVED: [&str; 51] = [
    "as",
    "authorizer",
    "bool",
    "break",
    "bytes",
    "const",
    "continue",
    "double",
    "duration",
    "dyn",
    "else",
    "exceptions",
    "false",
    "for",
    "function",
    "globalContext",
    "http",
    "if",
    "images",
    "import",
    "in",
    "int",
    "json",
    "let",
    "list",
    "loop",
    "map",
    "namespace",
    "namespaceObject",
    "null",
    "null_type",
    "named_volumes",
    "object",
    "object_namespace",
    "oldObject",
    "package",
    "params",
    "pod",
    "pod_metadata",
    "request",
    "resource",
    "return",
    "service_account",
    "string",
    "template",
    "timestamp",
    "true",
    "type",
    "uint",
    "var",
    "variables",
];

impl<'rule> Scope<'rule> {
    /// A scope without loops.
    pub(super) fn new(kinds: &'rule [Kind]) -> Self {
        Self { kinds, loops: BTreeMap::new(), taken: BTreeSet::new(), known: Vec::new() }
    }

    /// What a loop's element is; absent if there is no such loop around.
    pub(super) fn find(&self, name: &str) -> Option<&Bound> {
        self.loops.get(name)
    }

    /// A variable that hides nothing, named as wished or nearly so, and the scope in which it is taken.
    pub(super) fn variable(&self, wished: &str) -> (String, Self) {
        let mut name = wished.to_owned();
        while RESERVED.contains(&name.as_str()) || self.taken.contains(&name) {
            name.push('_');
        }
        let mut inner = self.clone();
        inner.taken.insert(name.clone());
        (name, inner)
    }

    /// The scope in which a loop's name has a meaning.
    pub(super) fn bind(mut self, name: &str, bound: Bound) -> Self {
        self.loops.insert(name.to_owned(), bound);
        self
    }

    /// The scope in which a value, as it is read, has a name; null if it can't be read.
    pub(super) fn know(mut self, read: Read, name: Expression) -> Self {
        self.known.push((read, name));
        self
    }

    /// The name of a value, as it is read.
    pub(super) fn known(&self, read: &Read) -> Option<Expression> {
        self.known.iter().find(|(known, _)| known == read).map(|(_, name)| name.clone())
    }

    /// Whether a name is that of a loop in CEL.
    pub(super) fn is_walked(&self, name: &str) -> bool {
        match self.find(name) {
            Some(Bound::Record { .. } | Bound::Item(_) | Bound::Inlined(_) | Bound::Entry { .. }) => true,
            Some(Bound::Object | Bound::Pod) | None => false,
        }
    }
}
