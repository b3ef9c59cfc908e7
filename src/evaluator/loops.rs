//! The elements of loops, one by one.
//!
//! What is no list or map has no elements, and the loop over it says so; nothing is judged here.

use std::ops::ControlFlow;

use super::scene::{Frame, Frames, Position, Scene, list_of};
use super::value::{List, Looked, Map, View};
use crate::ir::{ContainerList, Loop, Source};

/// What is done with the element on top of the frames.
pub(super) type Visit<'v, 'a> = &'v mut dyn FnMut(&mut Frames<'a>) -> ControlFlow<()>;

/// A loop on its way.
struct Walk<'w, 'a> {
    each: &'a Loop,
    frames: &'w mut Frames<'a>,
    visit: Visit<'w, 'a>,
    readable: bool,
}

impl<'a> Scene<'a> {
    /// Puts each element of a loop on top of the frames, one by one. Gives false if a source is no list or map.
    pub(super) fn each(&self, each: &'a Loop, frames: &mut Frames<'a>, visit: Visit<'_, 'a>) -> bool {
        let mut walk = Walk { each, frames, visit, readable: true };
        let _ = walk.source(self);
        walk.readable
    }
}

impl<'a> Walk<'_, 'a> {
    fn source(&mut self, scene: &Scene<'a>) -> ControlFlow<()> {
        match &self.each.source {
            Source::Object => self.put(Looked::node(Some(scene.object)), Position::Only),
            Source::Pod if scene.kind.has_pod() => self.put(scene.pod, Position::Only),
            Source::SecurityContexts if scene.kind.has_pod() => {
                self.put(scene.pod.step("securityContext"), Position::Only)?;
                self.containers(scene, &ContainerList::ALL, |container| container.step("securityContext"))
            }
            Source::Pod | Source::SecurityContexts => ControlFlow::Continue(()),
            Source::Containers(lists) => self.containers(scene, lists, |container| container),
            Source::Images => {
                self.containers(scene, &ContainerList::ALL, |container| container.step("image"))?;
                self.image_volumes(scene)
            }
            Source::Items(path) => {
                let source = scene.look(path, self.frames);
                self.items(source)
            }
            Source::Entries(path) => {
                let source = scene.look(path, self.frames);
                self.entries(source)
            }
            Source::Fields(paths) => paths.iter().enumerate().try_for_each(|(place, path)| {
                let value = scene.look(path, self.frames);
                self.put_present(value, Position::Index(place))
            }),
            Source::Literals(values) => List::Values(values)
                .items()
                .enumerate()
                .try_for_each(|(place, item)| self.put(item, Position::Index(place))),
            Source::Parameter(_) | Source::ParameterEntries(_) => {
                self.readable = false;
                ControlFlow::Continue(())
            }
        }
    }

    fn put(&mut self, value: Looked<'a>, position: Position<'a>) -> ControlFlow<()> {
        self.frames.push(Frame { each: self.each, value, position });
        let flow = (self.visit)(self.frames);
        self.frames.pop();
        flow
    }

    /// Something of each container of these lists.
    fn containers(
        &mut self,
        scene: &Scene<'a>,
        lists: &[ContainerList],
        part: fn(Looked<'a>) -> Looked<'a>,
    ) -> ControlFlow<()> {
        for list in lists {
            for (place, container) in self.list(scene.pod.step(list.name())) {
                self.put(part(container), Position::Container(*list, place))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The reference of each volume that is an image.
    fn image_volumes(&mut self, scene: &Scene<'a>) -> ControlFlow<()> {
        for (place, volume) in self.list(scene.pod.step("volumes")) {
            match volume.step("image") {
                Looked::Absent => {}
                Looked::Broken => self.readable = false,
                image @ Looked::Found(_) => self.put(image.step("reference"), Position::Volume(place))?,
            }
        }
        ControlFlow::Continue(())
    }

    fn items(&mut self, source: Looked<'a>) -> ControlFlow<()> {
        self.list(source).try_for_each(|(place, item)| self.put(item, Position::Index(place)))
    }

    /// The entries of a map, in the order of their keys' bytes.
    fn entries(&mut self, source: Looked<'a>) -> ControlFlow<()> {
        let map = match source.view() {
            Some(View::Map(map)) => Some(map),
            Some(View::Boolean(_) | View::Integer(_) | View::Number | View::Text(_) | View::List(_))
            | None => None,
        };
        self.readable &= map.is_some() || matches!(source, Looked::Absent);
        map.into_iter().flat_map(Map::sorted).try_for_each(|(key, value)| self.put(value, Position::Key(key)))
    }

    /// An element that is one only if it has a value.
    fn put_present(&mut self, value: Looked<'a>, position: Position<'a>) -> ControlFlow<()> {
        match value {
            Looked::Absent => ControlFlow::Continue(()),
            Looked::Broken => {
                self.readable = false;
                ControlFlow::Continue(())
            }
            Looked::Found(_) => self.put(value, position),
        }
    }

    /// The items of a list with their places; none if it is absent or no list.
    fn list(&mut self, source: Looked<'a>) -> impl Iterator<Item = (usize, Looked<'a>)> + use<'a> {
        let list = list_of(source);
        self.readable &= list.is_some() || matches!(source, Looked::Absent);
        list.into_iter().flat_map(List::items).enumerate()
    }
}
