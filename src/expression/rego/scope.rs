//! The variables of a body: what the elements of its loops are called in Rego. Prints no condition.

use std::collections::BTreeSet;

use super::literal::{KEYWORDS, name};
use crate::expression::Unprintable;
use crate::ir::{Argument, Arguments, Condition, Leaf, Loop, Operand, Path, Predicate, Root, Source};

/// Names that a generated module uses itself, and those that a variable would hide.
const TAKEN: [&str; 34] = [
    "array",
    "concat",
    "containers",
    "count",
    "data",
    "found",
    "governed",
    "help",
    "holders",
    "images",
    "input",
    "item",
    "message",
    "metadata_path",
    "namespace",
    "object",
    "palisade",
    "path",
    "pod",
    "pod_metadata",
    "pod_path",
    "readable_pod",
    "readable_pod_metadata",
    "service_account",
    "set",
    "shared",
    "spared",
    "sprintf",
    "step",
    "template_path",
    "text",
    "unreadable",
    "violations",
    "volumes",
];

/// What one root of a path is in Rego.
#[derive(Clone, Debug)]
pub struct Local {
    /// The root: an element, its list, its key or its value.
    root: Root,
    /// The name that the variable has where nothing else has it.
    wanted: String,
    /// The variable that must be bound.
    pub variable: String,
    /// The field of the variable that is meant, if it isn't the variable itself.
    pub field: Option<&'static str>,
    /// Whether it comes out of parameters or literals, in which every field is there.
    pub is_record: bool,
    /// How it is named in texts, if that takes more than itself.
    pub label: Option<String>,
    /// The variables that only the label reads.
    labelling: Vec<String>,
}

impl Local {
    /// The root as a reference.
    pub fn expression(&self) -> String {
        self.field.map_or(self.variable.clone(), |field| format!("{}.{field}", self.variable))
    }
}

/// The variables that are bound here, the outermost first.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    locals: Vec<Local>,
}

impl Scope {
    /// Binds a root to a variable with a name like this one.
    pub fn bind(&mut self, root: Root, wanted: &str, is_record: bool) -> String {
        let variable = self.unused(wanted);
        self.bind_field(root, wanted, &variable, None, is_record);
        variable
    }

    /// Says how the root that was bound last is named in texts, and which variables only that reads.
    pub fn label_last(&mut self, label: String, labelling: &[&str]) {
        if let Some(last) = self.locals.last_mut() {
            last.label = Some(label);
            last.labelling = labelling.iter().map(|variable| (*variable).to_owned()).collect();
        }
    }

    /// Binds a root to a field of a variable with a name that was unused.
    pub fn bind_field(
        &mut self,
        root: Root,
        wanted: &str,
        variable: &str,
        field: Option<&'static str>,
        is_record: bool,
    ) {
        let (wanted, variable) = (wanted.to_owned(), variable.to_owned());
        self.locals.push(Local {
            root,
            wanted,
            variable,
            field,
            is_record,
            label: None,
            labelling: Vec::new(),
        });
    }

    /// The scope of a helper that reads only these roots, and the variables that it is called with here.
    pub fn narrowed(&self, roots: &BTreeSet<Root>) -> Result<(Scope, Vec<String>), Unprintable> {
        let arguments = self.variables(roots)?;
        let mut inner = Scope::default();
        for argument in &arguments {
            let mut variable = None;
            for local in self.locals.iter().filter(|local| local.variable == *argument) {
                let variable = variable.get_or_insert_with(|| inner.unused(&local.wanted));
                inner.locals.push(Local { variable: variable.clone(), ..local.clone() });
            }
        }
        Ok((inner, arguments))
    }

    /// A name like this one that nothing else has.
    pub fn unused(&self, wanted: &str) -> String {
        let mut candidate = name(wanted);
        if !candidate.starts_with(|first: char| first.is_ascii_alphabetic()) {
            candidate.insert_str(0, "the_");
        }
        let is_taken = |candidate: &str| {
            KEYWORDS.contains(&candidate)
                || TAKEN.contains(&candidate)
                || self.locals.iter().any(|local| local.variable == candidate)
                || self.locals.iter().flat_map(|local| &local.labelling).any(|variable| variable == candidate)
        };
        while is_taken(&candidate) {
            candidate.push('_');
        }
        candidate
    }

    /// What a root is here.
    pub fn local(&self, root: &Root) -> Result<&Local, Unprintable> {
        let found = self.locals.iter().rev().find(|local| local.root == *root);
        found.ok_or_else(|| Unprintable::new(format!("`{root}` is read outside of its loop")))
    }

    /// The variables that these roots need, each once, the outermost first.
    pub fn variables(&self, roots: &BTreeSet<Root>) -> Result<Vec<String>, Unprintable> {
        let mut needed = BTreeSet::new();
        for root in roots {
            needed.insert(&self.local(root)?.variable);
        }
        let mut variables = Vec::new();
        for local in &self.locals {
            if needed.remove(&local.variable) {
                variables.push(local.variable.clone());
            }
        }
        Ok(variables)
    }
}

/// The elements that a condition reads and doesn't loop over itself.
pub fn roots_of_condition(condition: &Condition) -> BTreeSet<Root> {
    match condition {
        Condition::True | Condition::False => BTreeSet::new(),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(roots_of_condition).collect(),
        Condition::Some { each, satisfies } | Condition::Every { each, satisfies } => {
            let mut roots = roots_of_condition(satisfies);
            roots.retain(|root| element_name(root) != Some(&each.name));
            roots.extend(roots_of_loop(each));
            roots
        }
        Condition::Leaf(leaf) => roots_of_leaf(leaf),
    }
}

/// The elements that a loop's source reads.
pub fn roots_of_loop(each: &Loop) -> BTreeSet<Root> {
    match &each.source {
        Source::Items(path) | Source::Entries(path) => root_of_path(path).into_iter().collect(),
        Source::Fields(paths) => paths.iter().filter_map(root_of_path).collect(),
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Parameter(_)
        | Source::ParameterEntries(_)
        | Source::Literals(_) => BTreeSet::new(),
    }
}

/// The elements that a leaf reads.
fn roots_of_leaf(leaf: &Leaf) -> BTreeSet<Root> {
    let read: Vec<&Path> = match &leaf.operand {
        Operand::Read(read) => read.from.iter().collect(),
        Operand::Find { text, .. } => text.from.iter().collect(),
        Operand::Sum(parts) => parts.iter().flat_map(|part| &part.from).collect(),
        Operand::Parameter(_) => Vec::new(),
    };
    read.into_iter().chain(argument_path(&leaf.predicate)).filter_map(root_of_path).collect()
}

/// The path that a predicate compares with.
fn argument_path(predicate: &Predicate) -> Option<&Path> {
    match predicate {
        Predicate::Set | Predicate::Empty | Predicate::HasAtLeast(_) | Predicate::Distinct => None,
        Predicate::Is { value, .. } | Predicate::AtLeast(value) | Predicate::AtMost(value) => match value {
            Argument::Literal(_) | Argument::Parameter(_) => None,
            Argument::Path(path) => Some(path),
        },
        Predicate::In { values, .. }
        | Predicate::StartsWith(values)
        | Predicate::EndsWith(values)
        | Predicate::PrefixOf(values)
        | Predicate::Matches(values)
        | Predicate::Within(values)
        | Predicate::Covers(values)
        | Predicate::ContainsAny(values)
        | Predicate::ContainsAll(values)
        | Predicate::SubsetOf(values) => match values {
            Arguments::Literals(_) | Arguments::Parameters(_) => None,
            Arguments::Entry { key, .. } | Arguments::LiteralEntries { key, .. } => Some(key),
            Arguments::Path(path) => Some(path),
        },
    }
}

/// The element that a path begins with; the mount, for a mount's volume.
pub fn root_of_path(path: &Path) -> Option<Root> {
    match &path.root {
        Root::VolumeOf(name) => Some(Root::Element(name.clone())),
        root @ (Root::Element(_) | Root::ContainerList(_) | Root::EntryKey(_) | Root::EntryValue(_)) => {
            Some(root.clone())
        }
        Root::Object
        | Root::Pod
        | Root::PodMetadata
        | Root::Namespace
        | Root::Kind
        | Root::Group
        | Root::ServiceAccount => None,
    }
}

/// The name of the loop whose element a root is.
pub fn element_name(root: &Root) -> Option<&String> {
    match root {
        Root::Element(name)
        | Root::ContainerList(name)
        | Root::VolumeOf(name)
        | Root::EntryKey(name)
        | Root::EntryValue(name) => Some(name),
        Root::Object
        | Root::Pod
        | Root::PodMetadata
        | Root::Namespace
        | Root::Kind
        | Root::Group
        | Root::ServiceAccount => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_hide_nothing() {
        let mut scope = Scope::default();
        let mut bind = |name: &str| scope.bind(Root::Element(name.to_owned()), name, false);
        assert_eq!(
            ["env", "env", "input", "some", "a-b", "1"].map(&mut bind),
            ["env", "env_", "input_", "some_", "a_b", "the_1"]
        );
        assert!(
            scope.local(&Root::Element("other".to_owned())).unwrap_err().what.contains("outside of its loop")
        );
    }

    #[test]
    fn a_helper_has_names_of_its_own() {
        let mut scope = Scope::default();
        let root = Root::Element("container".to_owned());
        scope.bind(Root::Element("outer".to_owned()), "container", false);
        scope.bind_field(root.clone(), "container", "container_", Some("value"), false);
        let (inner, arguments) = scope.narrowed(&BTreeSet::from([root.clone()])).unwrap();
        assert_eq!(arguments, ["container_"]);
        assert_eq!(inner.local(&root).unwrap().expression(), "container.value");
    }
}
