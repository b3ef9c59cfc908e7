//! The same in one expression as in the variables of a policy: what those hold is bound by macros, and the loops walk plain lists.
//!
//! It says no more than what a verdict needs: there are no labels. It counts on the shapes being whole, since all that is printed here
//! stands beside the question whether they are.

use super::kinds::part_of_template;
use super::loops::Opened;
use super::path::{entries, items};
use super::printer::{Printer, Shared};
use super::scope::{Bound, Scope};
use super::shown::dynamic;
use super::syntax::{Absent, Expression};
use crate::expression::Unprintable;
use crate::ir::{Container, ContainerList, Kind, Loop, Path, Source};

impl Printer<'_> {
    /// Opens a loop in as many ways as there are places for its elements. Each way has a question that an element must answer with yes,
    /// to be one.
    pub(super) fn ways<'rule>(
        &mut self,
        each: &Loop,
        scope: &Scope<'rule>,
    ) -> Result<Vec<Opened<'rule>>, Unprintable> {
        let (container, in_container) = scope.variable("container");
        let (volume, in_volume) = scope.variable("volume");
        let field = |of: &str, steps: &[&str]| Expression::code(of).read(steps);
        let mut containers = |field: Expression| Opened {
            guard: Expression::truth(true),
            walk: Some((self.plain_containers(&ContainerList::ALL), container.clone())),
            scope: in_container.clone().bind(&each.name, Bound::Inlined(field)),
        };
        Ok(match &each.source {
            Source::SecurityContexts => {
                let of_containers = containers(field(&container, &["securityContext"]));
                let of_pod = Bound::Inlined(self.pod_field("securityContext"));
                let (guard, scope) = (Expression::truth(true), scope.clone().bind(&each.name, of_pod));
                vec![Opened { guard, walk: None, scope }, of_containers]
            }
            Source::Images => {
                let of_containers = containers(field(&container, &["image"]));
                let of_volume = Bound::Inlined(field(&volume, &["image", "reference"]));
                let of_volumes = Opened {
                    guard: field(&volume, &["image"]).differs(Expression::null()),
                    walk: Some((self.pod_field("volumes").or(Absent::List), volume)),
                    scope: in_volume.bind(&each.name, of_volume),
                };
                vec![of_containers, of_volumes]
            }
            Source::Fields(paths) => {
                let (variable, inner) = scope.variable(&each.name);
                let values: Vec<Expression> =
                    paths.iter().map(|path| self.path(path, scope)).collect::<Result<_, _>>()?;
                vec![Opened {
                    guard: Expression::code(&variable).differs(Expression::null()),
                    walk: Some((Expression::List(values), variable.clone())),
                    scope: inner.bind(&each.name, Bound::Item(variable)),
                }]
            }
            Source::Object
            | Source::Pod
            | Source::Containers(_)
            | Source::Items(_)
            | Source::Entries(_)
            | Source::Literals(_)
            | Source::Parameter(_)
            | Source::ParameterEntries(_) => vec![self.open(each, scope)?],
        })
    }

    /// The list that a loop walks, and what its element is; absent for what is there once, or isn't walked differently here.
    pub(super) fn open_inline(
        &mut self,
        each: &Loop,
        variable: &str,
        scope: &Scope<'_>,
    ) -> Result<Option<(Expression, Bound)>, Unprintable> {
        let item = || Bound::Item(variable.to_owned());
        Ok(Some(match &each.source {
            Source::Containers(lists) if self.has_lists => {
                (self.listed_containers(lists), Bound::Record { variable: variable.to_owned(), of: None })
            }
            Source::Containers(lists) => (self.plain_containers(lists), item()),
            Source::SecurityContexts => {
                let of_pod = Expression::List(vec![self.pod_field("securityContext")]);
                (Expression::sum([of_pod, self.of_plain_containers("securityContext")]), item())
            }
            Source::Images => {
                (Expression::sum([self.of_plain_containers("image"), self.of_plain_volumes()]), item())
            }
            Source::Items(path) => (self.whole_items(path, scope)?, item()),
            Source::Entries(path) => {
                let map = self.path(path, scope)?;
                let is_whole = self.is_whole(path, Container::Map);
                let keys = if is_whole { map.clone().or(Absent::Map) } else { entries(map.clone()) };
                (keys, Bound::Entry { map, key: variable.to_owned() })
            }
            Source::Fields(paths) => {
                let values: Vec<Expression> =
                    paths.iter().map(|path| self.path(path, scope)).collect::<Result<_, _>>()?;
                let is_set = Expression::code(variable).differs(Expression::null());
                (Expression::List(values).each("filter", variable, is_set), item())
            }
            Source::Object
            | Source::Pod
            | Source::Literals(_)
            | Source::Parameter(_)
            | Source::ParameterEntries(_) => return Ok(None),
        }))
    }

    /// What the shared and computed variables that are needed are called and hold, each before those that use it.
    pub(super) fn bindings(&self, kinds: &[Kind]) -> Vec<(String, Expression)> {
        let shared = self.needed.iter().map(|shared| {
            let held = match shared {
                Shared::Pod => part_of_template("spec", kinds),
                Shared::PodMetadata => part_of_template("metadata", kinds),
                Shared::Template
                | Shared::OldTemplate
                | Shared::Namespace
                | Shared::ServiceAccount
                | Shared::Containers
                | Shared::SecurityContexts
                | Shared::Images
                | Shared::NamedVolumes => shared.expression(kinds, self),
            };
            (shared.name().to_owned(), held)
        });
        shared.chain(self.computed.iter().cloned()).collect()
    }

    /// The items of a list.
    fn whole_items(&mut self, path: &Path, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let list = self.path(path, scope)?;
        Ok(if self.is_whole(path, Container::List) { list.or(Absent::List) } else { items(list) })
    }

    /// Whether what stands at the end of a path is of this type, or absent, once all shapes are whole.
    fn is_whole(&self, path: &Path, must_be: Container) -> bool {
        self.shapes.iter().any(|shape| shape.path == *path && shape.must_be == must_be)
    }

    /// The containers of some lists, one behind the other.
    fn plain_containers(&mut self, lists: &[ContainerList]) -> Expression {
        self.shared(Shared::Pod);
        Expression::sum(lists.iter().map(|list| self.pod_field(list.name()).or(Absent::List)))
    }

    /// The same, each with the name of its list.
    fn listed_containers(&mut self, lists: &[ContainerList]) -> Expression {
        self.shared(Shared::Pod);
        Expression::sum(lists.iter().map(|list| {
            let record = [("list", dynamic(list.name())), ("value", Expression::code("value"))];
            self.pod_field(list.name()).or(Absent::List).each("map", "value", Expression::record(record))
        }))
    }

    /// One field of each container.
    fn of_plain_containers(&mut self, field: &str) -> Expression {
        let value = Expression::code("container").read_into_maps(&[field]);
        self.plain_containers(&ContainerList::ALL).each("map", "container", value)
    }

    /// The images of the volumes.
    fn of_plain_volumes(&self) -> Expression {
        let read = |steps: &[&str]| Expression::code("volume").read_into_maps(steps);
        self.pod_field("volumes")
            .or(Absent::List)
            .each("filter", "volume", read(&["image"]).differs(Expression::null()))
            .each("map", "volume", read(&["image", "reference"]))
    }
}
