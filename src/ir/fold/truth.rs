//! The truth of a predicate for a value that is known at build.

use std::collections::BTreeSet;

use crate::ir::{Argument, Arguments, Count, Literal, Predicate, Value};

/// The predicate's truth; absent if it can't be known at build, because what it compares with is a value of the object.
pub(super) fn of(predicate: &Predicate, value: &Value) -> Option<bool> {
    match predicate {
        Predicate::Set => Some(true),
        Predicate::Empty => Some(size(value) == Some(0)),
        Predicate::HasAtLeast(Count::Literal(count)) => Some(i64::try_from(size(value)?).ok()? >= *count),
        Predicate::Distinct => {
            let held = value.literals()?;
            let distinct: BTreeSet<&Literal> = held.iter().collect();
            Some(distinct.len() == held.len())
        }
        Predicate::Is { value: other, .. } => Some(text(value)? == *literal(other)?),
        Predicate::In { values, .. } => Some(literals(values)?.contains(&text(value)?)),
        Predicate::StartsWith(values) => any_text(value, values, |text, prefix| text.starts_with(prefix)),
        Predicate::EndsWith(values) => any_text(value, values, |text, suffix| text.ends_with(suffix)),
        Predicate::PrefixOf(values) => any_text(value, values, |text, whole| whole.starts_with(text)),
        Predicate::ContainsAny(values) => {
            let held = value.literals()?;
            Some(literals(values)?.iter().any(|wanted| held.contains(wanted)))
        }
        Predicate::ContainsAll(values) => {
            let held = value.literals()?;
            Some(literals(values)?.iter().all(|wanted| held.contains(wanted)))
        }
        Predicate::SubsetOf(values) => {
            let allowed = literals(values)?;
            Some(value.literals()?.iter().all(|held| allowed.contains(held)))
        }
        Predicate::AtLeast(bound) => Some(integer(value)? >= bound_of(bound)?),
        Predicate::AtMost(bound) => Some(integer(value)? <= bound_of(bound)?),
        Predicate::HasAtLeast(Count::Parameter(_)) => None,
        Predicate::Matches(_) | Predicate::Within(_) | Predicate::Covers(_) => None,
    }
}

fn size(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => Some(items.len()),
        Value::Map(entries) => Some(entries.len()),
        Value::Literal(Literal::Boolean(_) | Literal::Integer(_)) => None,
        Value::Literal(literal) => literal.as_text().map(|text| text.chars().count()),
    }
}

/// A scalar, with every kind of text as plain text.
fn text(value: &Value) -> Option<Literal> {
    match value {
        Value::Literal(literal) => Some(plain(literal)),
        Value::List(_) | Value::Map(_) => None,
    }
}

fn plain(literal: &Literal) -> Literal {
    match literal.as_text() {
        Some(text) => Literal::Text(text.to_owned()),
        None => literal.clone(),
    }
}

fn literal(argument: &Argument) -> Option<&Literal> {
    match argument {
        Argument::Literal(literal) => Some(literal),
        Argument::Parameter(_) | Argument::Path(_) => None,
    }
}

fn literals(arguments: &Arguments) -> Option<&[Literal]> {
    match arguments {
        Arguments::Literals(literals) => Some(literals),
        Arguments::Parameters(_)
        | Arguments::Entry { .. }
        | Arguments::LiteralEntries { .. }
        | Arguments::Path(_) => None,
    }
}

fn any_text(value: &Value, values: &Arguments, holds: impl Fn(&str, &str) -> bool) -> Option<bool> {
    let text = text(value)?;
    let text = text.as_text()?;
    Some(literals(values)?.iter().filter_map(Literal::as_text).any(|other| holds(text, other)))
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Literal(Literal::Integer(value)) => Some(*value),
        Value::Literal(_) | Value::List(_) | Value::Map(_) => None,
    }
}

fn bound_of(argument: &Argument) -> Option<i64> {
    match literal(argument)? {
        Literal::Integer(value) => Some(*value),
        Literal::Boolean(_)
        | Literal::Text(_)
        | Literal::Quantity(_)
        | Literal::Duration(_)
        | Literal::HostPath(_)
        | Literal::Image(_)
        | Literal::Pattern(_) => None,
    }
}
