//! How subjects and places are named: `containers/app`, `pod.containers[0].image`, `spec.template.spec.containers[0].image`.
//!
//! Places are computed only for what violates; nothing is judged here.

use super::scene::{Frame, Position, Scene, frame};
use super::value::{Looked, View};
use crate::diagnostic::Span;
use crate::ir::{Kind, Path, Root, Source};
use crate::yaml::Node;

/// A step on the way to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Where a place's steps begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// At the object.
    Object,
    /// At the Pod's spec.
    Pod,
    /// At the metadata of the Pod or of its template.
    PodMetadata,
}

/// A place in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    origin: Origin,
    steps: Vec<Step>,
}

impl Place {
    fn new(origin: Origin) -> Self {
        Self { origin, steps: Vec::new() }
    }

    fn key(mut self, key: &str) -> Self {
        self.steps.push(Step::Key(key.to_owned()));
        self
    }

    fn index(mut self, index: usize) -> Self {
        self.steps.push(Step::Index(index));
        self
    }

    fn keys(self, keys: &[String]) -> Self {
        keys.iter().fold(self, |place, key| place.key(key))
    }

    /// The place as rules name it: `pod.containers[0].image`, `pod.labels["a/b"]`, `object.metadata.name`.
    pub(super) fn in_rule(&self) -> String {
        let origin = match self.origin {
            Origin::Object => "object",
            Origin::Pod | Origin::PodMetadata => "pod",
        };
        self.steps.iter().fold(origin.to_owned(), push_step)
    }

    /// The place in the object: `spec.template.spec.containers[0].image`.
    pub(super) fn in_object(&self, kind: &Kind) -> String {
        let text = self.all_steps(kind).iter().fold(String::new(), push_step);
        text.strip_prefix('.').unwrap_or(&text).to_owned()
    }

    /// The deepest node on the way that exists.
    pub(super) fn span(&self, kind: &Kind, object: &Node) -> Span {
        let mut node = object;
        for step in self.all_steps(kind) {
            let next = match step {
                Step::Key(key) => node.get(&key),
                Step::Index(index) => node.as_list().and_then(|items| items.get(index)),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node.span
    }

    /// The steps from the object.
    fn all_steps(&self, kind: &Kind) -> Vec<Step> {
        let template = kind.pod_template.iter().flatten().cloned();
        let prefix: Vec<String> = match self.origin {
            Origin::Object => Vec::new(),
            Origin::Pod => template.chain(["spec".to_owned()]).collect(),
            Origin::PodMetadata => template.chain(["metadata".to_owned()]).collect(),
        };
        prefix.into_iter().map(Step::Key).chain(self.steps.iter().cloned()).collect()
    }
}

impl<'a> Scene<'a> {
    /// Where a path leads.
    pub(super) fn place(&self, path: &Path, frames: &[Frame<'a>]) -> Place {
        self.root_place(&path.root, frames).keys(&path.steps)
    }

    /// The deepest place on a path that isn't behind something that is no map: what breaks the path.
    pub(super) fn broken_place(&self, path: &'a Path, frames: &[Frame<'a>]) -> Place {
        let mut place = self.root_place(&path.root, frames);
        let mut looked = self.look_root(&path.root, frames);
        for step in &path.steps {
            looked = looked.step(step);
            if matches!(looked, Looked::Broken) {
                break;
            }
            place = place.key(step);
        }
        place
    }

    fn root_place(&self, root: &Root, frames: &[Frame<'a>]) -> Place {
        match root {
            Root::Object => Place::new(Origin::Object),
            Root::Pod => Place::new(Origin::Pod),
            Root::PodMetadata => Place::new(Origin::PodMetadata),
            Root::Namespace => Place::new(Origin::Object).key("metadata").key("namespace"),
            Root::Kind => Place::new(Origin::Object).key("kind"),
            Root::Group => Place::new(Origin::Object).key("apiVersion"),
            Root::ServiceAccount => Place::new(Origin::Pod).key("serviceAccountName"),
            Root::Element(name)
            | Root::EntryKey(name)
            | Root::EntryValue(name)
            | Root::ContainerList(name) => self.element_place(name, frames),
            Root::VolumeOf(name) => match self.volume_of(name, frames) {
                Some((index, _)) => Place::new(Origin::Pod).key("volumes").index(index),
                None => self.element_place(name, frames),
            },
        }
    }

    /// The place of the element of the loop with this name. What stands in the rule has the place of the whole Pod or object.
    fn element_place(&self, name: &str, frames: &[Frame<'a>]) -> Place {
        let whole = Place::new(if self.kind.has_pod() { Origin::Pod } else { Origin::Object });
        let Some(frame) = frame(frames, name) else {
            return whole;
        };
        let pod = Place::new(Origin::Pod);
        match (&frame.each.source, frame.position) {
            (Source::Object, _) => Place::new(Origin::Object),
            (Source::Pod, _) => pod,
            (Source::Containers(_), Position::Container(list, index)) => pod.key(list.name()).index(index),
            (Source::SecurityContexts, Position::Container(list, index)) => {
                pod.key(list.name()).index(index).key("securityContext")
            }
            (Source::SecurityContexts, _) => pod.key("securityContext"),
            (Source::Images, Position::Container(list, index)) => {
                pod.key(list.name()).index(index).key("image")
            }
            (Source::Images, Position::Volume(index)) => {
                pod.key("volumes").index(index).key("image").key("reference")
            }
            (Source::Items(path), Position::Index(index)) => self.place(path, frames).index(index),
            (Source::Entries(path), Position::Key(key)) => self.place(path, frames).key(key),
            (Source::Fields(paths), Position::Index(index)) => {
                paths.get(index).map_or(whole, |path| self.place(path, frames))
            }
            (
                Source::Containers(_)
                | Source::Images
                | Source::Items(_)
                | Source::Entries(_)
                | Source::Fields(_)
                | Source::Parameter(_)
                | Source::ParameterEntries(_)
                | Source::Literals(_),
                _,
            ) => whole,
        }
    }

    /// The subject's label: those of its loops, joined; the object's is left out in front of others.
    pub(super) fn subject(&self, frames: &[Frame<'a>]) -> String {
        let many = frames.len() > 1;
        let named = frames.iter().filter(|frame| !(many && matches!(frame.each.source, Source::Object)));
        named.map(|frame| self.label(frame)).collect::<Vec<_>>().join(" ")
    }

    fn label(&self, frame: &Frame<'a>) -> String {
        match (&frame.each.source, frame.position) {
            (Source::Object, _) => "object".to_owned(),
            (Source::Pod, _) | (Source::SecurityContexts, Position::Only) => "pod".to_owned(),
            (
                Source::Containers(_) | Source::SecurityContexts | Source::Images,
                Position::Container(list, index),
            ) => format!("{}/{}", list.name(), self.name_in(list.name(), index)),
            (Source::Images, Position::Volume(index)) => format!("volume {}", self.name_in("volumes", index)),
            (Source::Fields(paths), Position::Index(index)) => {
                paths.get(index).map(|path| path.steps.join(".")).unwrap_or_default()
            }
            (_, Position::Key(key)) => worded(frame, crate::ir::text::shown(key)),
            (
                Source::Containers(_)
                | Source::SecurityContexts
                | Source::Images
                | Source::Items(_)
                | Source::Entries(_)
                | Source::Fields(_)
                | Source::Parameter(_)
                | Source::ParameterEntries(_)
                | Source::Literals(_),
                _,
            ) => worded(frame, name_of(frame.value, &frame.each.label.fields)),
        }
    }

    /// The name of a container or a volume.
    fn name_in(&self, list: &str, index: usize) -> String {
        let item = match self.pod.step(list).view() {
            Some(View::List(list)) => list.item(index),
            Some(View::Boolean(_) | View::Integer(_) | View::Number | View::Text(_) | View::Map(_))
            | None => Looked::Absent,
        };
        match item.step("name") {
            Looked::Absent | Looked::Broken => UNNAMED.to_owned(),
            name @ Looked::Found(_) => name.shown(),
        }
    }
}

/// The name of what has none.
const UNNAMED: &str = "?";

/// The name with the loop's word in front.
fn worded(frame: &Frame<'_>, name: String) -> String {
    let word = &frame.each.label.word;
    if word.is_empty() { name } else { format!("{word} {name}") }
}

/// The name of an element: of a map the first of the fields that has a value, of anything else the element itself; null has none.
fn name_of(element: Looked<'_>, fields: &[String]) -> String {
    match element.view() {
        Some(View::Map(map)) => fields
            .iter()
            .find_map(|field| map.get(field).view())
            .map_or_else(|| UNNAMED.to_owned(), View::shown),
        Some(View::Boolean(_) | View::Integer(_) | View::Number | View::Text(_) | View::List(_)) => {
            element.shown()
        }
        None => UNNAMED.to_owned(),
    }
}

/// The text with one more step: `.key`, `["any key"]`, `[0]`.
fn push_step(mut text: String, step: &Step) -> String {
    match step {
        Step::Index(index) => text.push_str(&format!("[{index}]")),
        Step::Key(key) => {
            let plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
            if !key.is_empty() && key.chars().all(plain) {
                text.push('.');
                text.push_str(key);
            } else {
                text.push_str(&format!("[{}]", serde_json::Value::from(key.as_str())));
            }
        }
    }
    text
}
