//! The loops of checks and shapes, as lines of a body. Shapes look at what they walk, so nothing here does: what is of another type
//! than it should be has no elements, or ones that are of no matter any more.

use std::collections::BTreeSet;

use super::literal;
use super::loops::{Iteration, Opening};
use super::printer::{Need, Printer};
use super::scope::Scope;
use crate::expression::Unprintable;
use crate::ir::{ContainerList, Loop, Path, Root, Source};

impl Printer<'_> {
    /// The lines that walk a loop; binds its elements in the scope. `read` are the elements that the body reads, if not all must be
    /// bound; then the body names none in texts.
    pub fn walk(
        &mut self,
        each: &Loop,
        scope: &mut Scope,
        read: Option<&BTreeSet<Root>>,
    ) -> Result<Vec<String>, Unprintable> {
        let opening = Opening::of(each, read);
        Ok(match &each.source {
            Source::Containers(lists) => self.walk_containers(lists, &opening, scope),
            Source::SecurityContexts => {
                let source = self.need(Need::Holders);
                vec![opening.held(scope, &source)]
            }
            Source::Images => {
                let source = self.need(Need::Images);
                vec![opening.images(scope, &source)]
            }
            Source::Fields(paths) => self.walk_fields(paths, &opening, scope)?,
            Source::Items(path) => {
                let (source, is_record) = self.referred(path, scope)?;
                lines(&opening.elements(scope, source, is_record))
            }
            Source::Entries(path) => {
                let (source, is_record) = self.referred(path, scope)?;
                lines(&opening.entries(scope, source, is_record))
            }
            Source::Object
            | Source::Pod
            | Source::Parameter(_)
            | Source::ParameterEntries(_)
            | Source::Literals(_) => lines(&self.open(each, scope, read)?),
        })
    }

    /// All containers, or those of some lists.
    fn walk_containers(
        &mut self,
        lists: &[ContainerList],
        opening: &Opening<'_>,
        scope: &mut Scope,
    ) -> Vec<String> {
        let list_root = Root::ContainerList(opening.name.to_owned());
        let list = scope.bind(list_root.clone(), &format!("{}_list", opening.name), false);
        if lists != ContainerList::ALL {
            let names: Vec<_> = lists.iter().map(|list| list.name()).collect();
            let containers = format!("{}[{list}]", self.need(Need::Pod));
            let list = Iteration { variables: list, source: literal::texts(&names) };
            return lines(
                &[list].into_iter().chain(opening.elements(scope, containers, false)).collect::<Vec<_>>(),
            );
        }
        let container = scope.bind(opening.element.clone(), opening.name, false);
        let list = opening.shown(list, &list_root);
        let container = opening.shown(container, &opening.element);
        vec![format!("some [{list}, {container}] in {}", self.need(Need::Containers))]
    }

    /// Those of several fields that have a value.
    fn walk_fields(
        &mut self,
        paths: &[Path],
        opening: &Opening<'_>,
        scope: &mut Scope,
    ) -> Result<Vec<String>, Unprintable> {
        let name = scope.bind(opening.element.clone(), opening.name, false);
        let path = scope.unused(&format!("{}_path", opening.name));
        let mut roots = BTreeSet::new();
        for path in paths {
            roots.insert(self.looked_at(&Path { root: path.root.clone(), steps: Vec::new() }, scope)?);
        }
        if let [root] = roots.iter().collect::<Vec<_>>()[..] {
            scope.label_last(format!("concat(\".\", {path})"), &[&path]);
            let steps: Vec<_> = paths.iter().map(|path| literal::texts(&path.steps)).collect();
            return Ok(vec![
                format!("some {path} in {}", literal::list(&steps)),
                format!("{name} := object.get({root}, {path}, null)"),
                format!("{name} != null"),
            ]);
        }
        scope.label_last(path.clone(), &[&path]);
        let (path, places) = (opening.labelling(path), self.places(paths, scope)?);
        Ok(vec![format!("some [{path}, {name}] in palisade.fields_by_path({places})")])
    }

    /// What a loop over a path walks, by reference, and whether it comes out of a record.
    fn referred(&mut self, path: &Path, scope: &Scope) -> Result<(String, bool), Unprintable> {
        Ok((self.reference(path, scope)?, self.start(path, scope)?.is_record))
    }
}

impl Opening<'_> {
    /// A loop over what has a security context.
    fn held(&self, scope: &mut Scope, source: &str) -> String {
        let (place, holder) = (scope.unused("place"), scope.unused("holder"));
        scope.bind_field(self.element.clone(), "holder", &holder, Some("securityContext"), false);
        scope.label_last(format!("palisade.holder_label({place}, {holder})"), &[&place]);
        format!("some [{}, {}] in {source}", self.labelling(place), self.shown(holder, &self.element))
    }

    /// A loop over images.
    fn images(&self, scope: &mut Scope, source: &str) -> String {
        let (place, holder) = (scope.unused("place"), scope.unused("holder"));
        let image = scope.bind(self.element.clone(), self.name, false);
        scope.label_last(format!("palisade.holder_label({place}, {holder})"), &[&place, &holder]);
        let (place, holder) = (self.labelling(place), self.labelling(holder));
        format!("some [{place}, {holder}, {}] in {source}", self.shown(image, &self.element))
    }

    /// A variable that only labels read.
    fn labelling(&self, variable: String) -> String {
        if self.read.is_none() { variable } else { "_".to_owned() }
    }
}

/// The iterations, a line each.
fn lines(iterations: &[Iteration]) -> Vec<String> {
    iterations.iter().map(Iteration::some).collect()
}
