//! Predicates of a value that is there, readable and converted.

use super::printer::Printer;
use super::reading::{compare, is_of, is_whole, literal};
use super::scope::Scope;
use super::syntax::Expression;
use super::values::Values;
use crate::expression::Unprintable;
use crate::ir::{Argument, Arguments, Count, Literal, LiteralType, Predicate, Reading};

impl Printer<'_> {
    /// The truth of a predicate.
    pub(super) fn truth(
        &mut self,
        value: Expression,
        reading: Reading,
        predicate: &Predicate,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let call = |function| {
            let value = value.clone();
            move |argument| value.clone().call(function, vec![argument])
        };
        let contains = |item: Expression| item.compare("in", value.clone());
        Ok(match predicate {
            Predicate::Set => Expression::truth(true),
            Predicate::Empty => is_empty(&value, reading),
            Predicate::Is { value: argument, .. } => {
                compare(value, "==", self.argument(argument, reading)?, reading)
            }
            Predicate::In { values, .. } => self.membership(value, reading, values, scope)?,
            Predicate::AtLeast(argument) => compare(value, ">=", self.argument(argument, reading)?, reading),
            Predicate::AtMost(argument) => compare(value, "<=", self.argument(argument, reading)?, reading),
            Predicate::StartsWith(prefixes) => {
                self.values(prefixes, scope)?.some("prefix", scope, call("startsWith"))
            }
            Predicate::EndsWith(suffixes) => {
                self.values(suffixes, scope)?.some("suffix", scope, call("endsWith"))
            }
            Predicate::PrefixOf(texts) => self
                .values(texts, scope)?
                .some("whole", scope, |whole| whole.call("startsWith", vec![value.clone()])),
            Predicate::Matches(patterns) => self.values(patterns, scope)?.match_text(&value, scope),
            Predicate::Within(folders) => {
                let folders = self.values(folders, scope)?;
                within(value, reading, &folders, scope)
            }
            Predicate::Covers(paths) => {
                let paths = self.values(paths, scope)?;
                with_slash(value, reading, scope, |value, scope| {
                    paths.some("below", scope, |below| below.call("startsWith", vec![value.clone()]))
                })
            }
            Predicate::ContainsAny(items) => self.values(items, scope)?.some("item", scope, contains),
            Predicate::ContainsAll(items) => self.values(items, scope)?.every("item", scope, contains),
            Predicate::SubsetOf(allowed) => {
                let (item, _) = scope.variable("item");
                let is_allowed = self.values(allowed, scope)?.include(Expression::code(&item));
                value.each("all", &item, is_allowed)
            }
            Predicate::HasAtLeast(Count::Literal(count)) => {
                Expression::function("size", value).compare(">=", Expression::number(count))
            }
            Predicate::HasAtLeast(Count::Parameter(name)) => return Err(Unprintable::parameter(name)),
            Predicate::Distinct => is_distinct(&value, scope),
        })
    }

    /// Whether a value equals one of these.
    fn membership(
        &mut self,
        value: Expression,
        reading: Reading,
        arguments: &Arguments,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let values = self.values(arguments, scope)?;
        match (reading, values) {
            (Reading::Quantity | Reading::Duration, Values::Known(literals)) => {
                let equal = |of: &Literal| compare(value.clone(), "==", literal(of, reading), reading);
                Ok(Expression::any(literals.iter().map(equal)))
            }
            (Reading::Quantity | Reading::Duration, Values::Found(_)) => {
                Err(Unprintable::new("a map of quantities or durations"))
            }
            (Reading::Raw | Reading::Integer | Reading::HostPath | Reading::Image, values) => {
                Ok(values.include(value))
            }
        }
    }

    /// A literal to compare with.
    fn argument(&self, argument: &Argument, reading: Reading) -> Result<Expression, Unprintable> {
        match argument {
            Argument::Literal(of) => Ok(literal(of, reading)),
            Argument::Parameter(name) => Err(Unprintable::parameter(name)),
            Argument::Path(path) => Err(Unprintable::new(format!("`{path}` in place of a literal"))),
        }
    }
}

/// Whether a predicate can be asked of what is read so.
pub(super) fn suits(reading: Reading, predicate: &Predicate) -> bool {
    let (is_path, is_number) = match reading {
        Reading::Raw => return true,
        Reading::HostPath | Reading::Image => (true, false),
        Reading::Quantity | Reading::Duration | Reading::Integer => (false, true),
    };
    match predicate {
        Predicate::Set | Predicate::Empty | Predicate::Is { .. } | Predicate::In { .. } => true,
        Predicate::AtLeast(_) | Predicate::AtMost(_) => is_number,
        Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::PrefixOf(_)
        | Predicate::Matches(_)
        | Predicate::Within(_)
        | Predicate::Covers(_) => is_path,
        Predicate::ContainsAny(_)
        | Predicate::ContainsAll(_)
        | Predicate::SubsetOf(_)
        | Predicate::HasAtLeast(_)
        | Predicate::Distinct => false,
    }
}

/// Whether a value, under `Raw`, is there and of a type that the predicate can be asked of.
pub(super) fn is_fit(
    value: &Expression,
    reading: Reading,
    predicate: &Predicate,
    scope: &Scope<'_>,
) -> Expression {
    if reading != Reading::Raw {
        return Expression::truth(true);
    }
    match predicate {
        Predicate::Set | Predicate::Empty => value.clone().differs(Expression::null()),
        Predicate::Is { of, .. } | Predicate::In { of, .. } => is_of(value, *of),
        Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::PrefixOf(_)
        | Predicate::Matches(_)
        | Predicate::Within(_)
        | Predicate::Covers(_) => value.clone().has_type("string"),
        Predicate::AtLeast(_) | Predicate::AtMost(_) => is_whole(value),
        Predicate::ContainsAny(_) | Predicate::ContainsAll(_) | Predicate::SubsetOf(_) => {
            value.clone().has_type("list")
        }
        Predicate::HasAtLeast(_) => has_size(value),
        Predicate::Distinct => {
            let (item, _) = scope.variable("item");
            let of = |of| is_of(&Expression::code(&item), of);
            let is_scalar =
                Expression::any([LiteralType::Text, LiteralType::Boolean, LiteralType::Integer].map(of));
            Expression::all([value.clone().has_type("list"), value.clone().each("all", &item, is_scalar)])
        }
    }
}

/// Whether a value is of a type that has a size.
fn has_size(value: &Expression) -> Expression {
    Expression::any(["list", "map", "string"].map(|of| value.clone().has_type(of)))
}

/// Whether each item of a list is equal to one only, itself.
fn is_distinct(value: &Expression, scope: &Scope<'_>) -> Expression {
    let (item, inner) = scope.variable("item");
    let (other, _) = inner.variable("other");
    let is_same = Expression::code(&other).equals(Expression::code(&item));
    value.clone().each("all", &item, value.clone().each("exists_one", &other, is_same))
}

/// Whether a value is empty: a text, a list or a map can be, under `Raw`; what is read as something else never is. It isn't compared
/// with empty ones: some lists and maps of the API server's own types refuse to be compared with a value of another type.
fn is_empty(value: &Expression, reading: Reading) -> Expression {
    match reading {
        Reading::Raw => {
            let size = Expression::function("size", value.clone());
            Expression::all([has_size(value), size.equals(Expression::code("0"))])
        }
        Reading::Quantity | Reading::Duration | Reading::Integer | Reading::HostPath | Reading::Image => {
            Expression::truth(false)
        }
    }
}

/// Whether a path is one of these folders or below it; images are compared with patterns.
fn within(value: Expression, reading: Reading, folders: &Values, scope: &Scope<'_>) -> Expression {
    match reading {
        Reading::Image => folders.match_text(&Expression::sum([value, Expression::text("/")]), scope),
        Reading::Raw | Reading::Quantity | Reading::Duration | Reading::Integer | Reading::HostPath => {
            with_slash(value, reading, scope, |value, scope| {
                folders.some("folder", scope, |folder| value.clone().call("startsWith", vec![folder]))
            })
        }
    }
}

/// A condition on a path with a last slash; a clean host path has it.
fn with_slash(
    value: Expression,
    reading: Reading,
    scope: &Scope<'_>,
    body: impl FnOnce(Expression, &Scope<'_>) -> Expression,
) -> Expression {
    if reading == Reading::HostPath {
        return body(value, scope);
    }
    let (path, inner) = scope.variable("path");
    let slash = || Expression::text("/");
    let has_slash = value.clone().call("endsWith", vec![slash()]);
    let slashed = has_slash.choose(value.clone(), Expression::sum([value, slash()]));
    let body = body(Expression::code(&path), &inner);
    Expression::List(vec![slashed]).each("exists", &path, body)
}
