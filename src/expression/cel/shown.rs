//! Texts of violations, with the values found in them as `ir::text::shown` writes them.
//!
//! To show a value takes a lot of CEL. So a check gives lists of pieces, and the pieces of all checks become texts in one place. A
//! piece is a text as it is, or one of the maps `{'name': …}` and `{'value': …}` that hold a value to be shown.

use super::reading::is_whole;
use super::syntax::Expression;
use crate::ir::text::{HIDDEN_CLASS, NOTHING, SHOWN_LIMIT, UNSHOWN};

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Fixed text.
    Fixed(String),
    /// A list of pieces.
    List(Expression),
    /// What names an element; `?` if it is absent.
    Name(Expression),
    /// A value found; `nothing` if it is absent.
    Value(Expression),
}

/// What is shown of a name that is absent.
const NAMELESS: &str = "?";

/// A list of pieces in CEL.
pub(super) fn pieces(of: Vec<Piece>) -> Expression {
    let mut lists = Vec::new();
    let mut open = Vec::new();
    for piece in merged(of) {
        match piece {
            Piece::Fixed(text) => open.push(dynamic(&text)),
            Piece::Name(value) => open.push(holder("name", value)),
            Piece::Value(value) => open.push(holder("value", value)),
            Piece::List(list) => {
                if !open.is_empty() {
                    lists.push(Expression::List(std::mem::take(&mut open)));
                }
                lists.push(list);
            }
        }
    }
    if !open.is_empty() {
        lists.push(Expression::List(open));
    }
    Expression::sum(lists)
}

/// The text of pieces that are all fixed.
pub(super) fn plain(of: &[Piece]) -> Expression {
    let fixed = |piece: &Piece| match piece {
        Piece::Fixed(text) => Some(text.as_str().to_owned()),
        Piece::List(_) | Piece::Name(_) | Piece::Value(_) => None,
    };
    Expression::text(&of.iter().filter_map(fixed).collect::<String>())
}

/// Pieces without two fixed texts in a row.
fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (Some(Piece::Fixed(before)), Piece::Fixed(text)) => before.push_str(&text),
            (_, piece) => merged.push(piece),
        }
    }
    merged
}

/// A value to be shown.
pub(super) fn holder(key: &str, value: Expression) -> Expression {
    Expression::function("dyn", Expression::Map(vec![(key.to_owned(), value)]))
}

/// The text of a list of pieces.
pub(super) fn text(list: &Expression) -> Expression {
    let piece = || Expression::code("piece");
    let or = |key, absent| {
        let value = piece().field(key);
        value.clone().differs(Expression::null()).choose(value, Expression::text(absent))
    };
    let has_name = Expression::text("name").compare("in", piece());
    let value = has_name.choose(or("name", NAMELESS), or("value", NOTHING));
    list.clone()
        .each("map", "piece", piece().has_type("string").choose(piece(), shown(value)))
        .call("join", vec![Expression::text("")])
}

/// A value as it is shown; it isn't null.
pub(super) fn shown(value: Expression) -> Expression {
    let found = || Expression::code("found");
    let [number, list, map] = UNSHOWN.map(Expression::text);
    let visible = Expression::code(format!("'[^{}]+'", HIDDEN_CLASS.replace('\\', r"\\")));
    let visible = found().call("findAll", vec![visible]).call("join", vec![Expression::text(" ")]);
    let whole = Expression::function("string", Expression::function("int", found()));
    let described = found().has_type("string").choose(
        visible,
        found().has_type("list").choose(
            list,
            found().has_type("map").choose(
                map,
                found().has_type("bool").choose(
                    Expression::function("string", found()),
                    is_whole(&found()).choose(whole, number),
                ),
            ),
        ),
    );

    let text = || Expression::code("text");
    let limit = || Expression::number(SHOWN_LIMIT);
    let start = text().call("substring", vec![Expression::number(0), limit()]);
    let is_long = Expression::function("size", text()).compare(">", limit());
    let cut = is_long.choose(Expression::sum([start, Expression::text("…")]), text());
    Expression::List(vec![value]).each("map", "found", described).each("map", "text", cut).at(0)
}

/// A text whose type isn't known when the policy is compiled, so that it can stand beside values of any type.
pub(super) fn dynamic(text: &str) -> Expression {
    Expression::function("dyn", Expression::text(text))
}
