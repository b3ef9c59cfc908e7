//! What conditions read: which loops they depend on, and which values they read more than once.

use crate::ir::{
    Argument, Arguments, Condition, Leaf, Loop, Operand, Path, Predicate, Read, Reading, Root, Source,
};

/// Whether a condition reads something whose root is as `is_meant` says.
pub(super) fn depends_on(condition: &Condition, is_meant: &dyn Fn(&Root) -> bool) -> bool {
    match condition {
        Condition::True | Condition::False => false,
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| depends_on(part, is_meant)),
        Condition::Some { each, satisfies } | Condition::Every { each, satisfies } => {
            loop_depends_on(each, is_meant) || depends_on(satisfies, is_meant)
        }
        Condition::Leaf(leaf) => leaf_depends_on(leaf, is_meant),
    }
}

/// Values that are read as a host path or an image by two leaves or more; what quantifiers read isn't counted.
pub(super) fn repeated(conditions: &[&Condition]) -> Vec<Read> {
    let mut all = Vec::new();
    for condition in conditions {
        collect(condition, &mut all);
    }
    let mut repeated: Vec<Read> = Vec::new();
    for (index, read) in all.iter().enumerate() {
        let is_read_again = all.iter().skip(index + 1).any(|other| other == read);
        if is_read_again && !repeated.contains(read) {
            repeated.push((*read).clone());
        }
    }
    repeated
}

/// The values that are read as a host path or an image.
fn collect<'condition>(condition: &'condition Condition, found: &mut Vec<&'condition Read>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| collect(part, found));
        }
        Condition::Leaf(Leaf { operand: Operand::Read(read), .. }) => match read.reading {
            Reading::HostPath | Reading::Image => found.push(read),
            Reading::Raw | Reading::Quantity | Reading::Duration | Reading::Integer => {}
        },
        Condition::Leaf(Leaf {
            operand: Operand::Sum(_) | Operand::Find { .. } | Operand::Parameter(_),
            ..
        })
        | Condition::True
        | Condition::False
        | Condition::Some { .. }
        | Condition::Every { .. } => {}
    }
}

fn loop_depends_on(each: &Loop, is_meant: &dyn Fn(&Root) -> bool) -> bool {
    match &each.source {
        Source::Items(path) | Source::Entries(path) => is_meant(&path.root),
        Source::Fields(paths) => paths.iter().any(|path| is_meant(&path.root)),
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Parameter(_)
        | Source::ParameterEntries(_)
        | Source::Literals(_) => false,
    }
}

fn leaf_depends_on(leaf: &Leaf, is_meant: &dyn Fn(&Root) -> bool) -> bool {
    let any = |reads: &[Read]| reads.iter().flat_map(|read| &read.from).any(|path| is_meant(&path.root));
    let operand = match &leaf.operand {
        Operand::Read(read) => any(std::slice::from_ref(read)),
        Operand::Sum(parts) => any(parts),
        Operand::Find { text, .. } => any(std::slice::from_ref(text)),
        Operand::Parameter(_) => false,
    };
    operand || compared(&leaf.predicate).is_some_and(|path| is_meant(&path.root))
}

/// The value of the object that a predicate compares with.
pub(super) fn compared(predicate: &Predicate) -> Option<&Path> {
    match predicate {
        Predicate::Set | Predicate::Empty | Predicate::HasAtLeast(_) | Predicate::Distinct => None,
        Predicate::Is { value, .. } | Predicate::AtLeast(value) | Predicate::AtMost(value) => match value {
            Argument::Path(path) => Some(path),
            Argument::Literal(_) | Argument::Parameter(_) => None,
        },
        Predicate::In { values, .. }
        | Predicate::StartsWith(values)
        | Predicate::PrefixOf(values)
        | Predicate::EndsWith(values)
        | Predicate::Matches(values)
        | Predicate::Within(values)
        | Predicate::Covers(values)
        | Predicate::ContainsAny(values)
        | Predicate::ContainsAll(values)
        | Predicate::SubsetOf(values) => match values {
            Arguments::LiteralEntries { key, .. } | Arguments::Entry { key, .. } | Arguments::Path(key) => {
                Some(key)
            }
            Arguments::Literals(_) | Arguments::Parameters(_) => None,
        },
    }
}

/// The loop whose element a path begins with.
pub(super) fn element_of(root: &Root) -> Option<&str> {
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
