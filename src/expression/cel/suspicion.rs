//! Whether rules may be violated: one question about what must hold and what must be readable, in one expression.
//!
//! Most objects are as they must be. For those the answer is no, and nothing else is worked out: no text, no exemption, and not whether
//! an UPDATE changes anything. It says yes of all that violates, and of some that doesn't; who asks looks closer then.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::is_one_of;
use super::loops::Opened;
use super::merge::any;
use super::printer::{Printer, Shared};
use super::reads::depends_on;
use super::scope::{Bound, Scope};
use super::syntax::{Expression, Step};
use crate::expression::Unprintable;
use crate::ir::{Check, Container, Kind, Loop, Path, Root, Rule, Shape};

/// What is asked of an object of one of these kinds. It never fails, whatever the object looks like: where something can't be read, it
/// is true whatever else was asked.
pub fn suspicion(rules: &[Rule], kinds: &[Kind]) -> Result<String, Unprintable> {
    let mut printer = Printer { is_inline: true, ..Printer::default() };
    let mut asked = Vec::new();
    for rule in rules {
        printer.shapes = &rule.shapes;
        for check in &rule.checks {
            asked.push(printer.is_violated(check, kinds)?);
        }
    }
    let shapes: Vec<Shape> = rules.iter().flat_map(|rule| &rule.shapes).cloned().collect();
    let mut printer = Printer { shapes: &shapes, ..printer };
    let mut all = printer.unreadable_shapes(&shapes)?;
    all.extend(asked);
    let bound = printer.bindings(kinds).into_iter().rev();
    Ok(bound.fold(any(all), |body, (name, held)| bind(&name, held, body)).print())
}

/// A question in which something has a name. The parts of a Pod are maps, or null where one can't get there.
fn bind(name: &str, held: Expression, body: Expression) -> Expression {
    let is_part = [Shared::Pod, Shared::PodMetadata].iter().any(|part| part.name() == name);
    let is_lost = Expression::code(name).has_type("map").negate();
    let body = if is_part { any([is_lost, body]) } else { body };
    Expression::List(vec![held]).each("exists", name, body)
}

/// Shapes in the same loops that begin alike: the steps of each, and what must be there.
type Tree<'shape> = BTreeSet<(&'shape [String], Container)>;

impl Printer<'_> {
    /// Whether something isn't as a check wants it.
    fn is_violated(&mut self, check: &Check, kinds: &[Kind]) -> Result<Expression, Unprintable> {
        self.has_lists = depends_on(&check.ok, &|root| matches!(root, Root::ContainerList(_)));
        let is_asked = is_one_of(&check.kinds.iter().collect::<Vec<_>>(), kinds);
        let violated =
            self.in_loops_inline(&check.each, &Scope::new(&check.kinds), &mut |printer, scope| {
                Ok(printer.condition(&check.ok, scope)?.negate())
            })?;
        self.has_lists = false;
        Ok(Expression::all([is_asked, violated]))
    }

    /// Whether something holds for one of the elements.
    fn in_loops_inline(
        &mut self,
        loops: &[Loop],
        scope: &Scope<'_>,
        inside: &mut dyn FnMut(&mut Self, &Scope<'_>) -> Result<Expression, Unprintable>,
    ) -> Result<Expression, Unprintable> {
        let Some((each, rest)) = loops.split_first() else { return inside(self, scope) };
        let mut found = Vec::new();
        for Opened { guard, walk, scope } in self.ways(each, scope)? {
            let body = self.in_loops_inline(rest, &scope, inside)?;
            let body = if guard == body { body } else { Expression::all([guard, body]) };
            found.push(match walk {
                Some((list, variable)) => list.each("exists", &variable, body),
                None => body,
            });
        }
        Ok(any(found))
    }

    /// For shapes in the same loops that begin alike, whether one is broken.
    fn unreadable_shapes(&mut self, shapes: &[Shape]) -> Result<Vec<Expression>, Unprintable> {
        let mut trees: BTreeMap<(&[Loop], &Root), Tree<'_>> = BTreeMap::new();
        for shape in shapes.iter().filter(|shape| !self.leads_to_pod(shape)) {
            let tree = trees.entry((&shape.each, &shape.path.root)).or_default();
            tree.insert((&shape.path.steps, shape.must_be));
        }
        let mut broken = Vec::new();
        for ((each, root), tree) in trees {
            broken.push(self.in_loops_inline(each, &Scope::new(&[]), &mut |printer, scope| {
                let element = match root {
                    Root::Object => Expression::code("object"),
                    Root::Pod => printer.shared(Shared::Pod),
                    Root::PodMetadata => printer.shared(Shared::PodMetadata),
                    Root::Element(name) if matches!(scope.find(name), Some(Bound::Pod)) => {
                        printer.shared(Shared::Pod)
                    }
                    Root::Namespace
                    | Root::Kind
                    | Root::Group
                    | Root::ServiceAccount
                    | Root::Element(_)
                    | Root::ContainerList(_)
                    | Root::VolumeOf(_)
                    | Root::EntryKey(_)
                    | Root::EntryValue(_) => {
                        printer.path(&Path { root: root.clone(), steps: Vec::new() }, scope)?
                    }
                };
                Ok(is_tree_broken(&element, &tree))
            })?);
        }
        Ok(broken)
    }

    /// Whether a shape lies on the way to a part of the Pod that has a name: whoever doesn't get there says so.
    fn leads_to_pod(&self, shape: &Shape) -> bool {
        let parts = [(Shared::Pod, "spec"), (Shared::PodMetadata, "metadata")];
        let is_on_way = |kind: &Kind| {
            kind.pod_template.as_ref().is_some_and(|template| {
                parts.iter().filter(|(part, _)| self.needed.contains(part)).any(|(_, field)| {
                    let mut way = template.iter().map(String::as_str).chain([*field]);
                    shape.path.steps.iter().all(|step| way.next() == Some(step))
                })
            })
        };
        shape.path.root == Root::Object && shape.kinds.iter().all(is_on_way)
    }
}

/// Whether an element isn't what it must be, or something in it isn't. A field that stands for an element may be absent; the value of an
/// entry is there, and if it is null it can't be walked.
fn is_tree_broken(element: &Expression, tree: &Tree<'_>) -> Expression {
    let plain = element.clone().surely();
    let own = tree.iter().filter(|(steps, _)| steps.is_empty());
    let wrong = own.map(|(_, must_be)| is_other(&plain, *must_be));
    let broken = any(wrong.chain(inside(&plain, &[], tree)));
    if plain == *element { broken } else { Expression::all([Expression::function("has", plain), broken]) }
}

/// Whether what is in a map isn't what it must be, or something in that isn't; the map's own steps are given.
fn inside<'tree>(map: &Expression, to_map: &'tree [String], tree: &'tree Tree<'_>) -> Vec<Expression> {
    let is_next = |steps: &[String]| {
        let is_between = |other: &[String]| {
            (to_map.len() + 1..steps.len()).contains(&other.len()) && steps.starts_with(other)
        };
        steps.len() > to_map.len() && !tree.iter().any(|(other, _)| is_between(other))
    };
    let below = tree
        .iter()
        .filter(|(steps, _)| is_next(steps))
        .filter_map(|(steps, must_be)| steps.strip_prefix(to_map).map(|beyond| (beyond, *steps, *must_be)));
    let broken = below.map(|(beyond, steps, must_be)| {
        let (is_there, value) = field(map, beyond);
        let wrong = any(std::iter::once(is_other(&value, must_be)).chain(inside(&value, steps, tree)));
        Expression::all([is_there, wrong])
    });
    broken.collect()
}

/// Whether there is something at the end of steps into a map, and what.
fn field(map: &Expression, steps: &[String]) -> (Expression, Expression) {
    let read = map.clone().steps(steps.iter().cloned().map(Step::Name).collect());
    let value = read.clone().surely();
    if steps.len() == 1 && value != read {
        return (Expression::function("has", value.clone()), value);
    }
    (read.differs(Expression::null()), value)
}

/// Whether a value is something else.
fn is_other(value: &Expression, must_be: Container) -> Expression {
    let name = match must_be {
        Container::Map => "map",
        Container::List => "list",
    };
    value.clone().has_type(name).negate()
}
