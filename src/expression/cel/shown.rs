//! Values found, as a denial shows them: `ir::text::shown`, in CEL.

use super::scope::Scope;
use super::syntax::Expression;
use crate::ir::text::{HIDDEN_CLASS, SHOWN_LIMIT, UNSHOWN};

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Fixed text.
    Fixed(String),
    /// A text, as it is.
    Text(Expression),
    /// A value as it is shown, and what is shown of an absent one.
    Shown(Expression, &'static str),
}

/// The text of all pieces. Several values are shown by one piece of CEL, since that is long.
pub(super) fn text(pieces: Vec<Piece>, scope: &Scope<'_>) -> Expression {
    let values: Vec<(&Expression, &str)> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Shown(value, absent) => Some((value, *absent)),
            Piece::Fixed(_) | Piece::Text(_) => None,
        })
        .collect();
    if values.len() < 2 {
        return concatenated(&pieces, |_, value, absent| shown(value, absent, scope));
    }
    let listed = values
        .into_iter()
        .map(|(value, absent)| {
            value.clone().differs(Expression::null()).choose(value.clone(), dynamic(absent))
        })
        .collect();
    let (found, inner) = scope.variable("found");
    let each = description(&found, "");
    let all = cut(Expression::List(listed).each("map", &found, each), &inner);
    let (shown, _) = scope.variable("shown");
    let text = concatenated(&pieces, |index, _, _| Expression::code(&shown).at(index));
    Expression::List(vec![all]).each("map", &shown, text).at(0)
}

/// The pieces, one behind the other; `show` writes the value of the given number.
fn concatenated(
    pieces: &[Piece],
    show: impl Fn(usize, Expression, &'static str) -> Expression,
) -> Expression {
    let mut parts = Vec::new();
    let mut fixed = String::new();
    let mut count = 0;
    for piece in pieces {
        let part = match piece {
            Piece::Fixed(text) => {
                fixed.push_str(text);
                continue;
            }
            Piece::Text(text) => text.clone(),
            Piece::Shown(value, absent) => {
                count += 1;
                show(count - 1, value.clone(), absent)
            }
        };
        if !fixed.is_empty() {
            parts.push(Expression::text(&std::mem::take(&mut fixed)));
        }
        parts.push(part);
    }
    if !fixed.is_empty() || parts.is_empty() {
        parts.push(Expression::text(&fixed));
    }
    Expression::sum(parts)
}

/// A value as it is shown.
pub(super) fn shown(value: Expression, absent: &str, scope: &Scope<'_>) -> Expression {
    let (found, inner) = scope.variable("found");
    let each = Expression::List(vec![value]).each("map", &found, description(&found, absent));
    cut(each, &inner).at(0)
}

/// Each text of a list, cut.
fn cut(texts: Expression, scope: &Scope<'_>) -> Expression {
    let (text, _) = scope.variable("text");
    let name = Expression::code(&text);
    let limit = Expression::number(SHOWN_LIMIT);
    let start = name.clone().call("substring", vec![Expression::number(0), limit.clone()]);
    let is_long = Expression::function("size", name.clone()).compare(">", limit);
    texts.each("map", &text, is_long.choose(Expression::sum([start, Expression::text("…")]), name))
}

/// What a value of any type looks like, not yet cut. An empty `absent` says that the value is there.
fn description(found: &str, absent: &str) -> Expression {
    let value = || Expression::code(found);
    let [number, list, map] = UNSHOWN.map(Expression::text);
    let visible = Expression::code(format!("'[^{}]+'", HIDDEN_CLASS.replace('\\', r"\\")));
    let text = value().call("findAll", vec![visible]).call("join", vec![Expression::text(" ")]);
    let whole = Expression::function("string", Expression::function("int", value()));
    let described = value().is_a("string").choose(
        text,
        value().is_a("list").choose(
            list,
            value().is_a("map").choose(
                map,
                value().is_a("double").negate().choose(
                    Expression::function("string", value()),
                    is_whole_double(value()).choose(whole, number),
                ),
            ),
        ),
    );
    if absent.is_empty() {
        return described;
    }
    value().equals(Expression::null()).choose(Expression::text(absent), described)
}

/// Whether a double is a whole number that 64 bits hold.
pub(super) fn is_whole_double(value: Expression) -> Expression {
    let limit = "9.223372036854775807e18";
    Expression::all([
        value.clone().compare(">", Expression::code(format!("-{limit}"))),
        value.clone().compare("<", Expression::code(limit)),
        value.clone().equals(Expression::function("double", Expression::function("int", value))),
    ])
}

/// A text whose type isn't known when the policy is compiled, so that it can stand beside values of any type.
pub(super) fn dynamic(text: &str) -> Expression {
    Expression::function("dyn", Expression::text(text))
}
