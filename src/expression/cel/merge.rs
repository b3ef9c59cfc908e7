//! Alternatives that begin alike, put together: what they have in common is asked once.
//!
//! Knows the grammar, not what an expression means.

use super::syntax::{Expression, Operator};

/// How an alternative begins.
#[derive(PartialEq, Eq)]
enum Beginning {
    /// `list.exists(variable, …)`
    Walk { list: Expression, variable: String },
    /// `condition && …`
    Condition(Expression),
    /// Nothing that others could have too.
    Own,
}

/// At least one of these. Loops over the same list are one, and so are conjunctions with the same first part.
pub(super) fn any(parts: impl IntoIterator<Item = Expression>) -> Expression {
    let parts = match Expression::any(parts) {
        Expression::Chain(Operator::Or, parts) => parts,
        single => return single,
    };
    let mut groups: Vec<(Beginning, Vec<Expression>)> = Vec::new();
    for part in parts {
        let (beginning, rest) = divided(part);
        match groups.iter_mut().find(|(known, _)| *known == beginning) {
            Some((_, rests)) if rests.contains(&rest) => {}
            Some((_, rests)) => rests.push(rest),
            None => groups.push((beginning, vec![rest])),
        }
    }
    Expression::any(groups.into_iter().map(|(beginning, rests)| match beginning {
        Beginning::Walk { list, variable } => list.each("exists", &variable, any(rests)),
        Beginning::Condition(condition) => Expression::all([condition, any(rests)]),
        Beginning::Own => Expression::any(rests),
    }))
}

/// How an alternative begins, and how it goes on.
fn divided(part: Expression) -> (Beginning, Expression) {
    match part {
        Expression::Call { receiver: Some(list), function: "exists", arguments } => {
            match <[Expression; 2]>::try_from(arguments) {
                Ok([Expression::Code(variable), body]) => (Beginning::Walk { list: *list, variable }, body),
                Ok(arguments) => (Beginning::Own, list.call("exists", arguments.into_iter().collect())),
                Err(arguments) => (Beginning::Own, list.call("exists", arguments)),
            }
        }
        Expression::Chain(Operator::And, mut parts) => {
            let first = parts.remove(0);
            (Beginning::Condition(first), Expression::all(parts))
        }
        other => (Beginning::Own, other),
    }
}
