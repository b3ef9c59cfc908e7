//! Walks a condition: every path that it reads, with the loops around it.

use crate::ir::{Argument, Arguments, Condition, Leaf, Loop, Operand, Path, Predicate, Source};

/// Calls `visit` for each path that the condition reads, and for each loop's source, with the loops around it. A source comes with
/// the loops around the loop itself.
pub(super) fn reads<'a>(
    condition: &'a Condition,
    around: &mut Vec<&'a Loop>,
    visit: &mut impl FnMut(&[&'a Loop], Read<'a>),
) {
    match condition {
        Condition::True | Condition::False => {}
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                reads(part, around, visit);
            }
        }
        Condition::Some { each, satisfies } | Condition::Every { each, satisfies } => {
            visit(around, Read::Loop(each));
            around.push(each);
            reads(satisfies, around, visit);
            around.pop();
        }
        Condition::Leaf(leaf) => {
            for path in leaf_paths(leaf) {
                visit(around, Read::Path(path));
            }
        }
    }
}

/// What a condition reads.
#[derive(Clone, Copy)]
pub(super) enum Read<'a> {
    /// A value.
    Path(&'a Path),
    /// The elements of a loop.
    Loop(&'a Loop),
}

/// The paths of a loop's source, without what it walks.
pub(super) fn source_paths(source: &Source) -> &[Path] {
    match source {
        Source::Items(path) | Source::Entries(path) => std::slice::from_ref(path),
        Source::Fields(paths) => paths,
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Parameter(_)
        | Source::ParameterEntries(_)
        | Source::Literals(_) => &[],
    }
}

/// The paths of a leaf, those of the operand first.
pub(super) fn leaf_paths(leaf: &Leaf) -> Vec<&Path> {
    let mut paths: Vec<&Path> = match &leaf.operand {
        Operand::Read(read) => read.from.iter().collect(),
        Operand::Find { text, .. } => text.from.iter().collect(),
        Operand::Sum(reads) => reads.iter().flat_map(|read| &read.from).collect(),
        Operand::Parameter(_) => Vec::new(),
    };
    paths.extend(predicate_path(&leaf.predicate));
    paths
}

fn predicate_path(predicate: &Predicate) -> Option<&Path> {
    match predicate {
        Predicate::Is { value, .. } | Predicate::AtLeast(value) | Predicate::AtMost(value) => match value {
            Argument::Path(path) => Some(path),
            Argument::Literal(_) | Argument::Parameter(_) => None,
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
            Arguments::Entry { key, .. } | Arguments::LiteralEntries { key, .. } | Arguments::Path(key) => {
                Some(key)
            }
            Arguments::Literals(_) | Arguments::Parameters(_) => None,
        },
        Predicate::Set | Predicate::Empty | Predicate::HasAtLeast(_) | Predicate::Distinct => None,
    }
}
