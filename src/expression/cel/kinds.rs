//! Questions about the kind of the object at hand.

use super::syntax::{Absent, Expression};
use crate::ir::Kind;

/// Whether the object is of one of the kinds, given that it is of one `among` others. Plainly true if those are all.
pub(super) fn is_one_of(kinds: &[&Kind], among: &[Kind]) -> Expression {
    if among.iter().all(|kind| kinds.contains(&kind)) {
        return Expression::truth(true);
    }
    let is_ambiguous =
        |kind: &Kind| among.iter().any(|other| other.kind == kind.kind && !kinds.contains(&other));
    let plain: Vec<Expression> =
        kinds.iter().filter(|kind| !is_ambiguous(kind)).map(|kind| Expression::text(&kind.kind)).collect();
    let ambiguous = kinds.iter().filter(|kind| is_ambiguous(kind)).map(|kind| {
        let same_kind = Expression::code("object.kind").equals(Expression::text(&kind.kind));
        Expression::all([same_kind, group().equals(Expression::text(&kind.group))])
    });
    Expression::any(is_named(plain).into_iter().chain(ambiguous))
}

/// Whether the object's kind has one of these names; nothing for none.
fn is_named(mut names: Vec<Expression>) -> Option<Expression> {
    let kind = Expression::code("object.kind");
    if names.len() > 1 {
        return Some(kind.compare("in", Expression::List(names)));
    }
    names.pop().map(|name| kind.equals(name))
}

/// The object's API group; empty for the core group.
pub(super) fn group() -> Expression {
    let version = Expression::code("object.apiVersion");
    version
        .clone()
        .call("contains", vec![Expression::text("/")])
        .choose(version.call("split", vec![Expression::text("/")]).at(0), Expression::text(""))
}

/// The Pod or the Pod's template in an object, or null.
pub(super) fn template(object: &str, kinds: &[Kind]) -> Expression {
    if !kinds.iter().any(Kind::has_pod) {
        return Expression::function("dyn", Expression::null());
    }
    by_template(kinds, Expression::null(), |template| Expression::code(object).read_into_maps(template))
}

/// What the Pod or the Pod's template has in a field, or an empty map if that is absent; null if one can't get there.
pub(super) fn part_of_template(field: &str, kinds: &[Kind]) -> Expression {
    let none = || Expression::Map(Vec::new());
    if !kinds.iter().any(Kind::has_pod) {
        return none();
    }
    by_template(kinds, none(), |template| {
        let read = |steps: &[&str]| Expression::code("object").read(steps).or(Absent::Map);
        let steps: Vec<&str> = template.iter().copied().chain([field]).collect();
        let ways = (1..steps.len()).filter_map(|count| steps.get(..count));
        let are_maps = Expression::all(ways.map(|way| read(way).has_type("map")));
        let part = read(&steps);
        if are_maps.is_truth(true) { part } else { are_maps.choose(part, Expression::null()) }
    })
}

/// What there is for each place of a template, and for the kinds that have none.
fn by_template(kinds: &[Kind], without: Expression, value: impl Fn(&[&str]) -> Expression) -> Expression {
    let with: Vec<&Kind> = kinds.iter().filter(|kind| kind.has_pod()).collect();
    let of = |template: &[String]| -> Vec<&Kind> {
        with.iter().copied().filter(|kind| kind.pod_template.as_deref() == Some(template)).collect()
    };
    let mut templates: Vec<&[String]> = with.iter().filter_map(|kind| kind.pod_template.as_deref()).collect();
    templates.sort_by_key(|template| (of(template).len(), *template));
    templates.dedup();
    let mut otherwise = (with.len() < kinds.len()).then_some(without);
    for template in templates.into_iter().rev() {
        let path: Vec<&str> = template.iter().map(String::as_str).collect();
        let value = value(&path);
        otherwise = Some(match otherwise {
            None => value,
            Some(otherwise) => is_one_of(&of(template), kinds).choose(value, otherwise),
        });
    }
    otherwise.unwrap_or_else(Expression::null)
}

/// Whether the object is or makes a Pod, given that it is of one of the kinds.
pub(super) fn has_pod(kinds: &[Kind]) -> Expression {
    let with_pod: Vec<&Kind> = kinds.iter().filter(|kind| kind.has_pod()).collect();
    is_one_of(&with_pod, kinds)
}
