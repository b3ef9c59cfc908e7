//! Shapes: what must be a map or a list for a rule to be read. One Rego rule for those with the same loops and the same root.

use super::literal;
use super::printer::{Need, Printer};
use super::scope::Scope;
use crate::expression::Unprintable;
use crate::ir::{Container, Kind, Loop, Root, Rule, Shape, Source};

/// Shapes with the same kinds, loops and root.
struct Group<'a> {
    kinds: &'a [Kind],
    each: &'a [Loop],
    root: &'a Root,
    maps: Vec<String>,
    lists: Vec<String>,
}

/// A shape that several rules may have, and the name of the Rego rule that finds it broken.
pub struct SharedShape<'a> {
    shape: &'a Shape,
    name: String,
}

/// The shapes of several rules, each once. One inside a loop over a rule's parameter is that rule's own.
pub fn shared_shapes<'a>(rules: &[&'a Rule]) -> Vec<SharedShape<'a>> {
    let (mut shared, mut names): (Vec<SharedShape<'a>>, Vec<String>) = (Vec::new(), Vec::new());
    for shape in rules.iter().flat_map(|rule| &rule.shapes) {
        let is_known = shared.iter().any(|known| known.shape == shape);
        if !is_known && !shape.each.iter().any(walks_parameter) {
            let name = unused(&format!("unreadable_{}", literal::name(&shape.path.to_string())), &names);
            names.push(name.clone());
            shared.push(SharedShape { shape, name });
        }
    }
    shared
}

/// Whether a loop's elements are those of a parameter.
fn walks_parameter(each: &Loop) -> bool {
    match each.source {
        Source::Parameter(_) | Source::ParameterEntries(_) => true,
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Items(_)
        | Source::Entries(_)
        | Source::Fields(_)
        | Source::Literals(_) => false,
    }
}

/// The shapes in groups, in the order in which the groups come first.
fn groups<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for shape in shapes {
        let fits = |group: &&mut Group<'_>| {
            group.kinds == shape.kinds && group.each == shape.each && group.root == &shape.path.root
        };
        let steps = literal::texts(&shape.path.steps);
        let (maps, lists) = match shape.must_be {
            Container::Map => (vec![steps], Vec::new()),
            Container::List => (Vec::new(), vec![steps]),
        };
        match groups.iter_mut().find(fits) {
            Some(group) => {
                group.maps.extend(maps);
                group.lists.extend(lists);
            }
            None => groups.push(Group {
                kinds: &shape.kinds,
                each: &shape.each,
                root: &shape.path.root,
                maps,
                lists,
            }),
        }
    }
    groups
}

/// The name, with a number behind it if it is one of those that are taken.
fn unused(wanted: &str, taken: &[String]) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken.contains(&name) {
        name = format!("{wanted}_{number}");
        number += 1;
    }
    name
}

impl<'a> Printer<'a> {
    /// Prints the rules that find broken shapes; gives their names.
    pub fn shapes(&mut self) -> Result<Vec<String>, Unprintable> {
        let rule = self.rule;
        let shared = self.shared_shapes.iter().filter(|shared| rule.shapes.contains(shared.shape));
        let mut names: Vec<String> =
            shared.map(|shared| format!("{}{}", self.head_of, shared.name)).collect();
        let is_shared = |shape: &&Shape| self.shared_shapes.iter().any(|shared| shared.shape == *shape);
        for group in groups(rule.shapes.iter().filter(|shape| !is_shared(shape))) {
            let name = unused(&format!("unreadable_{}", literal::name(&group.root.to_string())), &names);
            self.kinds = group.kinds;
            let body = self.shape(&group)?;
            self.kinds = &self.rule.kinds;
            let comment =
                literal::comment(&format!("What of `{}` is of a type that can't be read.", group.root));
            self.blocks.push(format!("{comment}\n{}", literal::texts_rule(&name, &body)));
            names.push(name);
        }
        Ok(names)
    }

    /// Prints the rules that find the broken shapes of several rules.
    pub fn shared_shapes(&mut self, shared: &'a [SharedShape<'a>]) -> Result<(), Unprintable> {
        for SharedShape { shape, name } in shared {
            for group in groups(std::iter::once(*shape)) {
                self.kinds = group.kinds;
                let body = self.shape(&group)?;
                let comment =
                    literal::comment(&format!("Whether `{}` is of a type that can't be read.", shape.path));
                self.blocks.push(format!("{comment}\n{}", literal::texts_rule(name, &body)));
            }
        }
        self.kinds = &self.rule.kinds;
        Ok(())
    }

    /// The body that finds what is unreadable in a group.
    fn shape(&mut self, group: &Group<'_>) -> Result<Vec<String>, Unprintable> {
        let mut scope = Scope::default();
        let mut lines = self.guard(group.kinds, group.each);
        for each in group.each {
            lines.extend(self.open(each, &mut scope, None)?.iter().map(|iteration| iteration.some()));
        }
        let (from, start) = match group.root {
            Root::Pod => ("input.review.object".to_owned(), self.need(Need::PodPath)),
            Root::PodMetadata => ("input.review.object".to_owned(), self.need(Need::MetadataPath)),
            other => (self.root(other, &scope)?.0, "[]".to_owned()),
        };
        lines.push(format!("maps := {}", literal::list(&group.maps)));
        lines.push(format!("lists := {}", literal::list(&group.lists)));
        let name = literal::text(&group.root.to_string());
        lines.push(format!("some text in palisade.unreadable({name}, {from}, {start}, maps, lists)"));
        Ok(lines)
    }

    /// What must hold of the object's kind for these loops to be walked: it is one of these, and has what they walk.
    pub fn guard(&mut self, kinds: &[Kind], each: &[Loop]) -> Vec<String> {
        let needs_pod = each.iter().any(|each| self.lacks_elements(each));
        let meant: Vec<Kind> = kinds.iter().filter(|kind| !needs_pod || kind.has_pod()).cloned().collect();
        if meant == self.rule.kinds { Vec::new() } else { vec![self.is_of_kind(&meant)] }
    }
}
