//! Paths and loops: how a check finds its subjects and their values.
//!
//! A path gives *absent* or a value; a missing step and an explicit null are both *absent* (design, rule 1).

use std::fmt;

use super::literal::Value;
use super::rule::ContainerList;

/// What a path begins with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// The whole object.
    Object,
    /// The Pod's spec; absent for kinds without a Pod.
    Pod,
    /// The metadata of the Pod, or of the Pod's template.
    PodMetadata,
    /// The object's namespace as a text: `default` if a namespaced object says none (absent, null or empty); absent for
    /// cluster-scoped kinds. Without steps.
    Namespace,
    /// The object's kind as a text. Without steps.
    Kind,
    /// The object's API group as a text; empty for the core group. Without steps.
    Group,
    /// The Pod's service account: `serviceAccountName`, else `serviceAccount`, else `default`; absent, null and empty are
    /// alike. Without steps.
    ServiceAccount,
    /// The element of the loop with this name. For a loop over images: the reference itself. Not for entries.
    Element(String),
    /// For an element of a loop over containers: the name of its list, as a text. Without steps.
    ContainerList(String),
    /// For a mount (an element of a container's `volumeMounts`): the first of the Pod's volumes with the mount's `name`;
    /// absent if there is none, or if the name is no text.
    VolumeOf(String),
    /// For an element of a loop over entries: its key. Without steps.
    EntryKey(String),
    /// For an element of a loop over entries: its value.
    EntryValue(String),
}

/// A root and steps into maps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// Where the path begins.
    pub root: Root,
    /// Keys of maps, one inside the other.
    pub steps: Vec<String>,
}

/// How a loop's element is named in the subject's label: the word, a space and the name; without a word the name alone.
///
/// The name, as the evaluator's `shown` writes it, is: of an entry, its key; of an element that is a map, the first of the fields
/// that has a value; of any other element, the element itself; `?` if that is absent. The `NAME` of containers and volumes is their
/// `name`, or `?`.
/// A subject's label joins the labels of its loops with a space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The word in front: `env`, `volume`, the loop's name.
    pub word: String,
    /// The fields of the element that name it, in order of preference: `name`, `key`.
    pub fields: Vec<String>,
}

/// Where a loop's elements come from. A source that is absent has no elements; one of a wrong type has none either, and
/// breaks a [`super::Shape`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The object, once. Label `object`, which is left out in front of further loops.
    Object,
    /// The Pod's spec, once, also when it is absent, but only for kinds that have a Pod. Label `pod`.
    Pod,
    /// The containers of these lists, list by list in the order given. Label `containers/NAME`.
    Containers(Vec<ContainerList>),
    /// The Pod's `securityContext` (label `pod`), then each container's of all three lists (label `containers/NAME`); an
    /// absent one is an element too, with all its fields absent. Only for kinds that have a Pod.
    SecurityContexts,
    /// The image of each container of all three lists (label `containers/NAME`; an absent one is an element), then
    /// `image.reference` of each volume that has an `image` (label `volume NAME`).
    Images,
    /// The items of a list.
    Items(Path),
    /// The entries of a map, in the order of their keys' bytes.
    Entries(Path),
    /// Those of these fields that have a value. Label: the steps, joined by dots.
    Fields(Vec<Path>),
    /// The items of a list parameter.
    Parameter(String),
    /// The entries of a map parameter, in the order of their keys' bytes.
    ParameterEntries(String),
    /// The closed form of the two above: a list's items, or (key, value) entries as maps with `key` and `value`.
    Literals(Vec<Value>),
}

/// A loop with the name of its element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loop {
    /// Where the elements come from.
    pub source: Source,
    /// The element's name; unique in its check.
    pub name: String,
    /// How an element is named in the subject's label; used by items, entries and parameters.
    pub label: Label,
}

impl fmt::Display for Root {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Root::Object => formatter.write_str("object"),
            Root::Pod => formatter.write_str("pod"),
            Root::PodMetadata => formatter.write_str("pod.metadata"),
            Root::Namespace => formatter.write_str("object.namespace"),
            Root::Kind => formatter.write_str("object.kind"),
            Root::Group => formatter.write_str("object.group"),
            Root::ServiceAccount => formatter.write_str("pod.serviceAccountName"),
            Root::Element(name) => formatter.write_str(name),
            Root::ContainerList(name) => write!(formatter, "{name}.list"),
            Root::VolumeOf(name) => write!(formatter, "{name}.volume"),
            Root::EntryKey(name) => write!(formatter, "{name}.key"),
            Root::EntryValue(name) => write!(formatter, "{name}.value"),
        }
    }
}

impl fmt::Display for Path {
    /// The path as people read it: `container.securityContext["any key"]`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(formatter)?;
        self.steps.iter().try_for_each(|step| {
            let plain = step.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
            if plain { write!(formatter, ".{step}") } else { write!(formatter, "[\"{step}\"]") }
        })
    }
}
