//! One object under one rule: where paths lead.
//!
//! Nothing is judged here.

use super::value::{Found, List, Looked, View};
use crate::ir::{ContainerList, Kind, Loop, Path, Root};
use crate::yaml::Node;

/// The name of a service account, or of a namespace, when none is said.
const DEFAULT: &str = "default";

/// An object and its Pod.
pub(super) struct Scene<'a> {
    /// The object's kind.
    pub(super) kind: &'a Kind,
    /// The object.
    pub(super) object: &'a Node,
    /// The Pod's spec.
    pub(super) pod: Looked<'a>,
    /// The metadata of the Pod or of its template.
    pub(super) pod_metadata: Looked<'a>,
}

/// The element of a loop that is being looked at.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    /// The loop.
    pub(super) each: &'a Loop,
    /// The element; of an entry its value.
    pub(super) value: Looked<'a>,
    /// Which element it is.
    pub(super) position: Position<'a>,
}

/// Which element of its loop.
#[derive(Clone, Copy)]
pub(super) enum Position<'a> {
    /// The only one: the object, the Pod, the Pod's security context.
    Only,
    /// A container, or something of it.
    Container(ContainerList, usize),
    /// Something of a volume.
    Volume(usize),
    /// An item of a list, or a field of several.
    Index(usize),
    /// An entry of a map.
    Key(&'a str),
}

/// The loops around a condition, from the outermost.
pub(super) type Frames<'a> = Vec<Frame<'a>>;

impl<'a> Scene<'a> {
    /// The object as one of this kind.
    pub(super) fn new(kind: &'a Kind, object: &'a Node) -> Self {
        let whole = Looked::node(Some(object));
        let template = kind.pod_template.as_ref().map_or(Looked::Absent, |steps| whole.steps(steps));
        Self { kind, object, pod: template.step("spec"), pod_metadata: template.step("metadata") }
    }

    /// Where a path leads.
    pub(super) fn look(&self, path: &'a Path, frames: &[Frame<'a>]) -> Looked<'a> {
        self.look_root(&path.root, frames).steps(&path.steps)
    }

    /// Where a path begins.
    pub(super) fn look_root(&self, root: &'a Root, frames: &[Frame<'a>]) -> Looked<'a> {
        match root {
            Root::Object => Looked::node(Some(self.object)),
            Root::Pod => self.pod,
            Root::PodMetadata => self.pod_metadata,
            Root::Namespace => self.namespace(),
            Root::Kind => Looked::Found(Found::Text(&self.kind.kind)),
            Root::Group => Looked::Found(Found::Text(&self.kind.group)),
            Root::ServiceAccount => self.service_account(),
            Root::Element(name) | Root::EntryValue(name) => {
                frame(frames, name).map_or(Looked::Absent, |frame| frame.value)
            }
            Root::ContainerList(name) => match frame(frames, name).map(|frame| frame.position) {
                Some(Position::Container(list, _)) => Looked::Found(Found::Text(list.name())),
                Some(Position::Only | Position::Volume(_) | Position::Index(_) | Position::Key(_)) | None => {
                    Looked::Absent
                }
            },
            Root::VolumeOf(name) => self.volume_of(name, frames).map_or(Looked::Absent, |(_, volume)| volume),
            Root::EntryKey(name) => match frame(frames, name).map(|frame| frame.position) {
                Some(Position::Key(key)) => Looked::Found(Found::Text(key)),
                Some(Position::Only | Position::Container(..) | Position::Volume(_) | Position::Index(_))
                | None => Looked::Absent,
            },
        }
    }

    /// The object's namespace: `default` where a namespaced object says none.
    fn namespace(&self) -> Looked<'a> {
        if !self.kind.namespaced {
            return Looked::Absent;
        }
        let said = Looked::node(Some(self.object)).step("metadata").step("namespace");
        if is_blank(said) { Looked::Found(Found::Text(DEFAULT)) } else { said }
    }

    /// The Pod's service account.
    fn service_account(&self) -> Looked<'a> {
        if self.kind.pod_template.is_none() {
            return Looked::Absent;
        }
        let said = [self.pod.step("serviceAccountName"), self.pod.step("serviceAccount")];
        said.into_iter().find(|name| !is_blank(*name)).unwrap_or(Looked::Found(Found::Text(DEFAULT)))
    }

    /// The volume of a mount, with its place.
    pub(super) fn volume_of(&self, mount: &str, frames: &[Frame<'a>]) -> Option<(usize, Looked<'a>)> {
        let name = frame(frames, mount)?.value.step("name").text()?;
        let volumes = list_of(self.pod.step("volumes"))?;
        volumes.items().enumerate().find(|(_, volume)| volume.step("name").text() == Some(name))
    }
}

/// The innermost loop of this name.
pub(super) fn frame<'f, 'a>(frames: &'f [Frame<'a>], name: &str) -> Option<&'f Frame<'a>> {
    frames.iter().rev().find(|frame| frame.each.name == name)
}

/// The list, if it is one.
pub(super) fn list_of(looked: Looked<'_>) -> Option<List<'_>> {
    match looked.view() {
        Some(View::List(list)) => Some(list),
        Some(View::Boolean(_) | View::Integer(_) | View::Number | View::Text(_) | View::Map(_)) | None => {
            None
        }
    }
}

/// Whether a name is absent or empty.
fn is_blank(name: Looked<'_>) -> bool {
    matches!(name, Looked::Absent) || name.text() == Some("")
}
