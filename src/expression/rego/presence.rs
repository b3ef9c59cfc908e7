//! What must be there for a condition not to hold: lines in front of the call of a helper, so that it is called only for those subjects
//! that say something. They never decide: they hold of every subject of which the condition doesn't.

use super::leaf::holds_if_absent;
use super::printer::Printer;
use super::scope::Scope;
use crate::expression::Unprintable;
use crate::ir::{Condition, Count, Leaf, Operand, Path, Predicate, Read, Root};

impl Printer<'_> {
    /// Lines that say that these paths have a value.
    pub fn presence(&mut self, paths: &[Path], scope: &Scope) -> Result<Vec<String>, Unprintable> {
        let line = |path| Ok(format!("{} != null", self.reference(path, scope)?));
        paths.iter().map(line).collect()
    }
}

/// A condition where these paths have a value: without what would need that they have none.
pub fn where_present(condition: &Condition, paths: &[Path]) -> Condition {
    match condition {
        Condition::Leaf(Leaf { operand: Operand::Read(read), predicate: Predicate::Set, holds: false })
            if is_one_of(read, paths) =>
        {
            Condition::False
        }
        Condition::Any(parts) => {
            let mut left: Vec<_> = parts.iter().map(|part| where_present(part, paths)).collect();
            left.retain(|part| *part != Condition::False);
            match left.len() {
                0 => Condition::False,
                1 => left.remove(0),
                _ => Condition::Any(left),
            }
        }
        Condition::True
        | Condition::False
        | Condition::All(_)
        | Condition::Some { .. }
        | Condition::Every { .. }
        | Condition::Leaf(_) => condition.clone(),
    }
}

/// Whether a value is read from just one of these paths, and nothing else counts.
pub fn is_one_of(read: &Read, paths: &[Path]) -> bool {
    match (read.from.as_slice(), &read.default) {
        ([path], None) => paths.contains(path),
        _ => false,
    }
}

/// The paths that have a value wherever the condition doesn't hold, each once.
pub fn needed(condition: &Condition) -> Vec<Path> {
    match condition {
        Condition::Leaf(leaf) => needed_by(leaf).cloned().into_iter().collect(),
        Condition::Any(parts) => {
            let mut paths = Vec::new();
            for path in parts.iter().flat_map(needed) {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
            paths
        }
        Condition::All(parts) => {
            let mut each = parts.iter().map(needed);
            let mut paths = each.next().unwrap_or_default();
            for others in each {
                paths.retain(|path| others.contains(path));
            }
            paths
        }
        Condition::True | Condition::False | Condition::Some { .. } | Condition::Every { .. } => Vec::new(),
    }
}

/// The path without whose value a leaf holds.
fn needed_by(leaf: &Leaf) -> Option<&Path> {
    let (Operand::Read(read) | Operand::Find { text: read, .. }) = &leaf.operand else { return None };
    let Read { from, default: None, .. } = read else { return None };
    let [path] = from.as_slice() else { return None };
    let is_readable = match &path.root {
        Root::Object | Root::Pod | Root::PodMetadata => !path.steps.is_empty(),
        Root::Element(_) | Root::EntryValue(_) => true,
        Root::VolumeOf(_)
        | Root::Namespace
        | Root::Kind
        | Root::Group
        | Root::ServiceAccount
        | Root::ContainerList(_)
        | Root::EntryKey(_) => false,
    };
    // How many a parameter asks for isn't known here.
    let is_sure = !matches!(leaf.predicate, Predicate::HasAtLeast(Count::Parameter(_)));
    (is_readable && is_sure && holds_if_absent(leaf)).then_some(path)
}
