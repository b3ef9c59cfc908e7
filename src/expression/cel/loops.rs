//! Loops: what they walk, what their elements are, and how an element is named.

use super::kinds;
use super::path::{entries, items};
use super::printer::{Printer, Shared};
use super::scope::{Bound, Scope};
use super::shared::container_label;
use super::shown::{Piece, pieces};
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::{ContainerList, Loop, Path, Source, Value};

/// A loop, ready to be printed.
pub(super) struct Opened<'rule> {
    /// Whether the loop has elements at all; plainly true but for the Pod of kinds without one.
    pub(super) guard: Expression,
    /// The list and its variable; absent for what is there once.
    pub(super) walk: Option<(Expression, String)>,
    /// The scope inside.
    pub(super) scope: Scope<'rule>,
}

impl Printer<'_> {
    /// Opens a loop.
    pub(super) fn open<'rule>(
        &mut self,
        each: &Loop,
        scope: &Scope<'rule>,
    ) -> Result<Opened<'rule>, Unprintable> {
        let guard = Expression::truth(true);
        let (variable, inner) = scope.variable(&each.name);
        let once =
            |guard, bound| Ok(Opened { guard, walk: None, scope: scope.clone().bind(&each.name, bound) });
        if self.is_inline
            && let Some((list, bound)) = self.open_inline(each, &variable, scope)?
        {
            return Ok(Opened { guard, walk: Some((list, variable)), scope: inner.bind(&each.name, bound) });
        }
        let record = |of| Bound::Record { variable: variable.clone(), of };
        let (list, bound) = match &each.source {
            Source::Object => return once(guard, Bound::Object),
            Source::Pod => return once(kinds::has_pod(scope.kinds), Bound::Pod),
            Source::Containers(lists) => {
                (self.containers(lists, &variable), record(Some(Shared::Containers)))
            }
            Source::SecurityContexts => {
                (self.shared(Shared::SecurityContexts), record(Some(Shared::SecurityContexts)))
            }
            Source::Images => (self.shared(Shared::Images), record(Some(Shared::Images))),
            Source::Items(path) => (items(self.path(path, scope)?), Bound::Item(variable.clone())),
            Source::Entries(path) => {
                let map = self.path(path, scope)?;
                (entries(map.clone()), Bound::Entry { map, key: variable.clone() })
            }
            Source::Fields(paths) => (self.fields(paths, &variable, scope)?, record(None)),
            Source::Literals(values) => (literals(values), Bound::Item(variable.clone())),
            Source::Parameter(name) | Source::ParameterEntries(name) => {
                return Err(Unprintable::parameter(name));
            }
        };
        Ok(Opened { guard, walk: Some((list, variable)), scope: inner.bind(&each.name, bound) })
    }

    /// That what a loop walks is what it must be: `every` isn't true of elements that nobody can read.
    pub(super) fn readable(
        &mut self,
        each: &Loop,
        scope: &Scope<'_>,
    ) -> Result<Vec<Expression>, Unprintable> {
        if self.is_inline {
            // That all is readable is asked beside.
            return Ok(Vec::new());
        }
        let lists = |fields: &[&str]| -> Vec<Expression> {
            fields.iter().map(|field| absent_or(self.pod_field(field), "list")).collect()
        };
        let all = ContainerList::ALL.map(ContainerList::name);
        Ok(match &each.source {
            Source::Containers(of) => lists(&of.iter().map(|list| list.name()).collect::<Vec<_>>()),
            Source::SecurityContexts => lists(&all),
            Source::Images => lists(&[all.as_slice(), &["volumes"]].concat()),
            Source::Items(path) => vec![absent_or(self.path(path, scope)?, "list")],
            Source::Entries(path) => vec![absent_or(self.path(path, scope)?, "map")],
            Source::Object
            | Source::Pod
            | Source::Fields(_)
            | Source::Literals(_)
            | Source::Parameter(_)
            | Source::ParameterEntries(_) => Vec::new(),
        })
    }

    /// The records of the containers of some lists.
    fn containers(&mut self, lists: &[ContainerList], variable: &str) -> Expression {
        let all = self.shared(Shared::Containers);
        if ContainerList::ALL.iter().all(|list| lists.contains(list)) {
            return all;
        }
        let list = || Expression::code(variable).field("list");
        let is_wanted = lists.iter().map(|wanted| list().equals(Expression::text(wanted.name())));
        all.each("filter", variable, Expression::any(is_wanted))
    }

    /// Records of those fields that have a value.
    fn fields(
        &mut self,
        paths: &[Path],
        variable: &str,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let mut records = Vec::new();
        for path in paths {
            let label = pieces(vec![Piece::Fixed(path.steps.join("."))]);
            let value = self.path(path, scope)?;
            records.push(Expression::record([("label", label), ("value", value)]));
        }
        let is_set = Expression::code(variable).field("value").differs(Expression::null());
        Ok(Expression::List(records).each("filter", variable, is_set))
    }
}

/// That there is nothing, or something of a type.
fn absent_or(value: Expression, of: &str) -> Expression {
    Expression::any([value.clone().equals(Expression::null()), value.has_type(of)])
}

/// How the element of an opened loop is named; nothing for the object. `is_map` says that the element can be nothing else.
pub(super) fn label(each: &Loop, scope: &Scope<'_>, is_map: bool) -> Result<Vec<Piece>, Unprintable> {
    let named = |name: Expression| {
        let mut named = vec![Piece::Name(name)];
        if !each.label.word.is_empty() {
            named.insert(0, Piece::Fixed(format!("{} ", each.label.word)));
        }
        named
    };
    match (&each.source, scope.find(&each.name)) {
        (Source::Object, _) => Ok(Vec::new()),
        (Source::Pod, _) => Ok(vec![Piece::Fixed("pod".to_owned())]),
        (_, Some(Bound::Record { variable, of: Some(Shared::Containers) })) => {
            Ok(vec![Piece::List(container_label(&Expression::code(variable)))])
        }
        (_, Some(Bound::Record { variable, .. })) => {
            Ok(vec![Piece::List(Expression::code(variable).field("label"))])
        }
        (_, Some(Bound::Entry { key, .. })) => Ok(named(Expression::code(key))),
        (_, Some(Bound::Item(variable))) => {
            Ok(named(name(Expression::code(variable), &each.label.fields, is_map)))
        }
        (_, Some(Bound::Object | Bound::Pod | Bound::Inlined(_)) | None) => {
            Err(Unprintable::new(format!("the label of `{}`, which has none", each.name)))
        }
    }
}

/// What names an element: of a map the first of the fields that has a value, or null; else the element itself.
fn name(element: Expression, fields: &[String], is_map: bool) -> Expression {
    let mut fields = fields.iter().rev().map(|field| element.clone().read(&[field]));
    let last = fields.next().unwrap_or_else(Expression::null);
    let named = fields
        .fold(last, |otherwise, field| field.clone().differs(Expression::null()).choose(field, otherwise));
    if is_map {
        return named;
    }
    element.clone().has_type("map").choose(named, element)
}

/// A list of literals.
fn literals(values: &[Value]) -> Expression {
    Expression::List(values.iter().map(value).collect())
}

/// A literal whose type isn't known when the policy is compiled.
fn value(of: &Value) -> Expression {
    let plain = match of {
        Value::Literal(literal) => Expression::literal(literal),
        Value::List(items) => literals(items),
        Value::Map(entries) => {
            Expression::Map(entries.iter().map(|(key, entry)| (key.clone(), value(entry))).collect())
        }
    };
    Expression::function("dyn", plain)
}
