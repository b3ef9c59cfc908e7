//! Shapes: what must be a map or a list, or absent, for a rule's paths and loops to be read at all.
//!
//! Derived from the paths alone: each step before the last is a map, each source of a loop a list (or a map, for entries), and each
//! element that is stepped into a map. A wrong type in mid-path reads as absent in some engines; a shape makes it a violation in all.

use std::collections::{BTreeMap, BTreeSet};

use super::visit::{self, Read};
use crate::ir::{Check, Condition, Container, ContainerList, Kind, Label, Loop, Path, Root, Shape, Source};

/// The loops around a place, its path, and what it must be.
type Key<'a> = (Vec<&'a Loop>, Path, Container);

/// The shapes of a rule, outer ones first.
pub(super) fn shapes(kinds: &[Kind], spared: &Condition, checks: &[Check]) -> Vec<Shape> {
    let (volumes, all_containers) = (volumes(), all_containers());
    let mut found =
        Found { kinds, volumes: &volumes, all_containers: &all_containers, shapes: BTreeMap::new() };
    found.condition(kinds, Vec::new(), spared);
    for check in checks {
        let around: Vec<&Loop> = check.each.iter().collect();
        for (depth, each) in check.each.iter().enumerate() {
            found.source(&check.kinds, around.get(..depth).unwrap_or_default(), each);
        }
        found.condition(&check.kinds, around, &check.ok);
    }
    let mut shapes: Vec<Shape> = found
        .shapes
        .into_iter()
        .map(|((each, path, must_be), positions)| Shape {
            kinds: positions.into_iter().filter_map(|position| kinds.get(position)).cloned().collect(),
            each: each.into_iter().cloned().collect(),
            path,
            must_be,
        })
        .collect();
    shapes.sort_by_key(|shape| (shape.each.len(), shape.path.steps.len()));
    shapes
}

struct Found<'a> {
    /// The kinds of the rule.
    kinds: &'a [Kind],
    volumes: &'a Loop,
    all_containers: &'a Loop,
    /// The positions of the kinds that have a shape.
    shapes: BTreeMap<Key<'a>, BTreeSet<usize>>,
}

impl<'a> Found<'a> {
    fn condition(&mut self, kinds: &[Kind], mut around: Vec<&'a Loop>, condition: &'a Condition) {
        visit::reads(condition, &mut around, &mut |around, read| match read {
            Read::Path(path) => self.path(kinds, around, path),
            Read::Loop(each) => self.source(kinds, around, each),
        });
    }

    /// Each step before the path's last is a map.
    fn path(&mut self, kinds: &[Kind], around: &[&'a Loop], path: &Path) {
        self.root(kinds, around, path);
        let into_volumes = matches!(path.root, Root::VolumeOf(_));
        for length in 0..path.steps.len() {
            let prefix =
                Path { root: path.root.clone(), steps: path.steps.iter().take(length).cloned().collect() };
            if into_volumes {
                let volume = Path { root: Root::Element("volume".to_owned()), steps: prefix.steps };
                self.add(kinds, &[self.volumes], volume, Container::Map);
            } else {
                self.container(kinds, around, prefix, Container::Map);
            }
        }
    }

    /// What lies between the object and the path's root.
    fn root(&mut self, kinds: &[Kind], around: &[&'a Loop], path: &Path) {
        match &path.root {
            Root::Pod | Root::ServiceAccount => {
                self.template(kinds, &["spec"]);
            }
            Root::PodMetadata => self.template(kinds, &["metadata"]),
            Root::VolumeOf(mount) => {
                self.container(
                    kinds,
                    around,
                    Path { root: Root::Element(mount.clone()), steps: Vec::new() },
                    Container::Map,
                );
                self.source(kinds, &[], self.volumes);
            }
            Root::Namespace => self.add(kinds, &[], object(&["metadata"]), Container::Map),
            Root::Object
            | Root::Kind
            | Root::Group
            | Root::Element(_)
            | Root::ContainerList(_)
            | Root::EntryKey(_)
            | Root::EntryValue(_) => {}
        }
    }

    /// The template's steps and what lies in it are maps, for each kind in its own place.
    fn template(&mut self, kinds: &[Kind], inside: &[&str]) {
        for kind in kinds {
            let Some(template) = &kind.pod_template else { continue };
            let steps: Vec<&str> =
                template.iter().map(String::as_str).chain(inside.iter().copied()).collect();
            for length in 1..=steps.len() {
                let prefix = object(steps.get(..length).unwrap_or_default());
                self.add(std::slice::from_ref(kind), &[], prefix, Container::Map);
            }
        }
    }

    /// What a loop walks has the type that it needs.
    fn source(&mut self, kinds: &[Kind], around: &[&'a Loop], each: &'a Loop) {
        for path in visit::source_paths(&each.source) {
            self.path(kinds, around, path);
        }
        match &each.source {
            Source::Items(path) => self.container(kinds, around, path.clone(), Container::List),
            Source::Entries(path) => self.container(kinds, around, path.clone(), Container::Map),
            Source::Pod => self.template(kinds, &["spec"]),
            Source::Containers(lists) => self.containers(kinds, lists, each),
            Source::SecurityContexts => {
                self.template(kinds, &["spec"]);
                self.containers(kinds, &ContainerList::ALL, self.all_containers);
                let context = Path { root: Root::Element(each.name.clone()), steps: Vec::new() };
                self.add(kinds, &[each], context, Container::Map);
            }
            Source::Images => {
                self.containers(kinds, &ContainerList::ALL, self.all_containers);
                self.source(kinds, &[], self.volumes);
                let image = |steps: &[&str]| Path {
                    root: Root::Element("volume".to_owned()),
                    steps: steps.iter().map(|step| (*step).to_owned()).collect(),
                };
                self.add(kinds, &[self.volumes], image(&[]), Container::Map);
                self.add(kinds, &[self.volumes], image(&["image"]), Container::Map);
            }
            Source::Object
            | Source::Fields(_)
            | Source::Parameter(_)
            | Source::ParameterEntries(_)
            | Source::Literals(_) => {}
        }
    }

    fn containers(&mut self, kinds: &[Kind], lists: &[ContainerList], each: &'a Loop) {
        self.template(kinds, &["spec"]);
        for list in lists {
            let path = Path { root: Root::Pod, steps: vec![list.name().to_owned()] };
            self.add(kinds, &[], path, Container::List);
        }
        let container = Path { root: Root::Element(each.name.clone()), steps: Vec::new() };
        self.add(kinds, &[each], container, Container::Map);
    }

    /// A prefix of a path in its place: an element of a parameter has no shape, and the whole object and Pod are looked at elsewhere.
    fn container(&mut self, kinds: &[Kind], around: &[&'a Loop], path: Path, must_be: Container) {
        let rooted_in = match &path.root {
            Root::Element(name) | Root::EntryValue(name) => Some(name),
            _ => None,
        };
        let Some(name) = rooted_in else {
            let whole = path.steps.is_empty() && !matches!(path.root, Root::VolumeOf(_));
            if !whole {
                self.add(kinds, &[], path, must_be);
            }
            return;
        };
        let Some(position) = around.iter().position(|each| &each.name == name) else { return };
        let loops = around.get(..=position).unwrap_or_default();
        let of_parameter = loops.iter().any(|each| {
            &each.name == name
                && matches!(
                    each.source,
                    Source::Parameter(_) | Source::ParameterEntries(_) | Source::Literals(_)
                )
        });
        if !of_parameter {
            let needed = needed(loops, &path);
            self.add(kinds, &needed, path, must_be);
        }
    }

    fn add(&mut self, kinds: &[Kind], around: &[&'a Loop], path: Path, must_be: Container) {
        let in_pod = matches!(path.root, Root::Pod | Root::PodMetadata)
            || around.iter().any(|each| walks_pod(&each.source));
        let meant = kinds.iter().filter(|kind| !in_pod || kind.has_pod());
        let mut positions =
            meant.filter_map(|kind| self.kinds.iter().position(|known| known == kind)).peekable();
        if positions.peek().is_some() {
            self.shapes.entry((around.to_vec(), path, must_be)).or_default().extend(positions);
        }
    }
}

/// The loops that the path's element depends on, without those beside it.
fn needed<'a>(loops: &[&'a Loop], path: &Path) -> Vec<&'a Loop> {
    let mut wanted = BTreeSet::new();
    if let Root::Element(name) | Root::EntryValue(name) = &path.root {
        wanted.insert(name.clone());
    }
    let mut kept = Vec::new();
    for each in loops.iter().rev() {
        if wanted.contains(&each.name) {
            for source in visit::source_paths(&each.source) {
                if let Root::Element(name) | Root::EntryValue(name) | Root::VolumeOf(name) = &source.root {
                    wanted.insert(name.clone());
                }
            }
            kept.push(*each);
        }
    }
    kept.reverse();
    kept
}

fn walks_pod(source: &Source) -> bool {
    match source {
        Source::Pod | Source::Containers(_) | Source::SecurityContexts | Source::Images => true,
        Source::Items(path) | Source::Entries(path) => {
            matches!(path.root, Root::Pod | Root::PodMetadata | Root::VolumeOf(_))
        }
        Source::Fields(paths) => paths.iter().any(|path| matches!(path.root, Root::Pod | Root::PodMetadata)),
        Source::Object | Source::Parameter(_) | Source::ParameterEntries(_) | Source::Literals(_) => false,
    }
}

fn object(steps: &[&str]) -> Path {
    Path { root: Root::Object, steps: steps.iter().map(|step| (*step).to_owned()).collect() }
}

fn volumes() -> Loop {
    Loop {
        source: Source::Items(Path { root: Root::Pod, steps: vec!["volumes".to_owned()] }),
        name: "volume".to_owned(),
        label: Label { word: "volume".to_owned(), fields: vec!["name".to_owned()] },
    }
}

fn all_containers() -> Loop {
    Loop {
        source: Source::Containers(ContainerList::ALL.to_vec()),
        name: "container".to_owned(),
        label: Label { word: "container".to_owned(), fields: vec!["name".to_owned()] },
    }
}
