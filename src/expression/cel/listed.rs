//! Violations in lists inside lists: whether there are any, how many, and the first of them.
//!
//! To show a value takes a lot of CEL, and a large object may have thousands of violations. So only those are shown that a text has
//! room for. CEL of Kubernetes 1.29 can't flatten a list: the first elements of inner lists are found by counting.

use super::syntax::Expression;
use crate::ir::text::LISTED;

/// The variable with the places that a text has room for.
pub(super) const PLACES: &str = "places";

/// The places that a text has room for, as a list of numbers.
pub(super) fn places() -> Expression {
    Expression::List((0..LISTED).map(Expression::number).collect())
}

/// A list inside so many others.
pub(super) fn wrapped(list: Expression, times: usize) -> Expression {
    (0..times).fold(list, |list, _| Expression::List(vec![list]))
}

/// A list of some depth without the lists in it that hold nothing, so that it is empty itself if there is nothing at all.
pub(super) fn filled(list: Expression, depth: usize) -> Expression {
    if depth <= 1 {
        return list;
    }
    let inner = inner(depth);
    let each =
        if depth == 2 { list } else { list.each("map", &inner, filled(Expression::code(&inner), depth - 1)) };
    each.each("filter", &inner, Expression::code(&inner).differs(Expression::List(Vec::new())))
}

/// How many elements there are in a list of some depth.
pub(super) fn count(list: Expression, depth: usize) -> Expression {
    if depth <= 1 {
        return Expression::function("size", list);
    }
    let inner = inner(depth);
    list.each("map", &inner, count(Expression::code(&inner), depth - 1)).call("sum", Vec::new())
}

/// The first elements of a list of some depth, none of whose inner lists is empty. `add` makes a variable.
pub(super) fn first(
    list: Expression,
    depth: usize,
    add: &mut impl FnMut(&str, Expression) -> Expression,
) -> Expression {
    if depth <= 1 {
        return at_places(&list, |place| list.clone().item(place));
    }
    let flat = (2..depth).rev().fold(list, |list, level| {
        let flat = first_of_lists(&list, &format!("_{level}"), add);
        add(&format!("listed_{level}"), flat)
    });
    first_of_lists(&flat, "", add)
}

/// The first elements of the lists in a list. Each list begins at the sum of the sizes of those before it; at each place stands an
/// element of the list around it.
fn first_of_lists(
    lists: &Expression,
    suffix: &str,
    add: &mut impl FnMut(&str, Expression) -> Expression,
) -> Expression {
    let code = |name: &str| Expression::code(name);
    let all_places = || Expression::variable(PLACES);
    let size = |index: &str| Expression::function("size", lists.clone().item(code(index)));
    let before = all_places()
        .each("filter", "before", code("before").compare("<", code("index")))
        .each("map", "before", size("before"))
        .call("sum", Vec::new());
    let starts = at_places_named("index", lists, before);
    let starts = add(&format!("starts{suffix}"), starts);
    let start = || starts.clone().item(code("index"));
    let is_around = Expression::all([
        code("index").compare("<", Expression::function("size", lists.clone())),
        start().compare("<=", code("place")),
        code("place").compare("<", Expression::sum([start(), size("index")])),
    ]);
    let found = lists.clone().item(code("index")).item(code("place").compare("-", start()));
    let at_place = all_places().each("filter", "index", is_around).each("map", "index", found);
    all_places()
        .each("map", "place", at_place)
        .each("filter", "at_place", code("at_place").differs(Expression::List(Vec::new())))
        .each("map", "at_place", code("at_place").at(0))
}

/// What stands at each of the first places of a list.
fn at_places(list: &Expression, what: impl Fn(Expression) -> Expression) -> Expression {
    at_places_named("place", list, what(Expression::code("place")))
}

/// An expression for each of the first places of a list, which has a name in it.
fn at_places_named(place: &str, list: &Expression, what: Expression) -> Expression {
    let is_there = Expression::code(place).compare("<", Expression::function("size", list.clone()));
    Expression::variable(PLACES).each("filter", place, is_there).each("map", place, what)
}

/// What a list in a list of some depth is called.
pub(super) fn inner(depth: usize) -> String {
    if depth == 2 { "subjects".to_owned() } else { format!("subjects_{depth}") }
}
