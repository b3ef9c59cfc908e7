//! Readings: which values are readable, and what they are compared as.

use super::printer::Printer;
use super::scope::Scope;
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::condition::{DURATION_FORM, IMAGE_FORM, INTEGER_FORM, LARGEST_WHOLE, QUANTITY_FORM};
use crate::ir::{Literal, LiteralType, Reading};

/// Whether a value is a whole number that can be read; a whole double is one.
pub(super) fn is_whole(value: &Expression) -> Expression {
    let value = || value.clone();
    Expression::all([
        Expression::any([value().has_type("int"), value().has_type("double")]),
        value().compare(">=", Expression::number(-LARGEST_WHOLE)),
        value().compare("<=", Expression::number(LARGEST_WHOLE)),
        value().equals(Expression::function("int", value())),
    ])
}

/// Whether a value is of a literal's type.
pub(super) fn is_of(value: &Expression, of: LiteralType) -> Expression {
    match of {
        LiteralType::Boolean => value.clone().has_type("bool"),
        LiteralType::Integer => is_whole(value),
        LiteralType::Text => value.clone().has_type("string"),
    }
}

/// Whether a value that isn't null is readable; under `Raw` always, since there the predicate says which types are.
pub(super) fn is_readable(value: &Expression, reading: Reading) -> Expression {
    let is_text = || value.clone().has_type("string");
    let matches = |form: &str| value.clone().call("matches", vec![Expression::text(form)]);
    match reading {
        Reading::Raw => Expression::truth(true),
        Reading::Quantity => {
            let is_negative = value.clone().compare("<", Expression::number(0));
            is_text().choose(matches(QUANTITY_FORM), Expression::all([is_whole(value), is_negative.negate()]))
        }
        Reading::Integer => is_text().choose(matches(INTEGER_FORM), is_whole(value)),
        Reading::Duration => {
            Expression::all([is_text(), value.clone().differs(Expression::text("")), matches(DURATION_FORM)])
        }
        Reading::HostPath => {
            let segments = value.clone().call("split", vec![Expression::text("/")]);
            Expression::all([
                is_text(),
                value.clone().call("startsWith", vec![Expression::text("/")]),
                Expression::text("..").compare("in", segments).negate(),
            ])
        }
        Reading::Image => Expression::all([is_text(), matches(IMAGE_FORM)]),
    }
}

/// A literal as a reading compares it.
pub(super) fn literal(of: &Literal, reading: Reading) -> Expression {
    match (reading, of) {
        (Reading::Quantity, Literal::Integer(number)) => {
            Expression::function("quantity", Expression::text(&number.to_string()))
        }
        (Reading::Quantity, _) => Expression::function("quantity", Expression::literal(of)),
        (Reading::Duration, _) => Expression::function("duration", Expression::literal(of)),
        (Reading::Raw | Reading::Integer | Reading::HostPath | Reading::Image, _) => Expression::literal(of),
    }
}

/// `left operator right` of two converted values.
pub(super) fn compare(
    left: Expression,
    operator: &'static str,
    right: Expression,
    reading: Reading,
) -> Expression {
    match reading {
        Reading::Quantity => left.call("compareTo", vec![right]).compare(operator, Expression::number(0)),
        Reading::Raw | Reading::Duration | Reading::Integer | Reading::HostPath | Reading::Image => {
            left.compare(operator, right)
        }
    }
}

/// A readable value as a quantity.
pub(super) fn quantity(value: &Expression) -> Expression {
    let number = Expression::function("string", Expression::function("int", value.clone()));
    Expression::function("quantity", value.clone().has_type("string").choose(value.clone(), number))
}

impl Printer<'_> {
    /// A condition on a readable value, converted. `body` gets a name or something as short.
    pub(super) fn converted<'rule>(
        &mut self,
        value: &Expression,
        reading: Reading,
        scope: &Scope<'rule>,
        body: impl FnOnce(&mut Self, Expression, &Scope<'rule>) -> Result<Expression, Unprintable>,
    ) -> Result<Expression, Unprintable> {
        let (converted, name) = match reading {
            Reading::Raw => return body(self, value.clone(), scope),
            Reading::Integer => return body(self, Expression::function("int", value.clone()), scope),
            Reading::Quantity => return body(self, quantity(value), scope),
            Reading::Duration => {
                return body(self, Expression::function("duration", value.clone()), scope);
            }
            Reading::HostPath => (host_path(value, scope), "path"),
            Reading::Image => (image(value, scope), "name"),
        };
        let (name, inner) = scope.variable(name);
        let body = body(self, Expression::code(&name), &inner)?;
        let is_decided = body.is_truth(true) || body.is_truth(false);
        Ok(if is_decided { body } else { converted.each("exists", &name, body) })
    }

    /// A condition on a value that stands in it several times: what is long gets a name.
    pub(super) fn named<'rule>(
        &mut self,
        value: Expression,
        wished: &str,
        scope: &Scope<'rule>,
        body: impl FnOnce(&mut Self, Expression, &Scope<'rule>) -> Result<Expression, Unprintable>,
    ) -> Result<Expression, Unprintable> {
        if matches!(value, Expression::Code(_) | Expression::Field(..)) {
            return body(self, value, scope);
        }
        let (name, inner) = scope.variable(wished);
        let body = body(self, Expression::code(&name), &inner)?;
        Ok(Expression::List(vec![value]).each("exists", &name, body))
    }
}

/// A list of one: a host path or the name of an image, or null if the value can't be read.
pub(super) fn converted_or_null(value: Expression, reading: Reading, scope: &Scope<'_>) -> Expression {
    let (name, inner) = scope.variable("value");
    let named = Expression::code(&name);
    let converted = match reading {
        Reading::HostPath => host_path(&named, &inner),
        Reading::Image => image(&named, &inner),
        Reading::Raw | Reading::Quantity | Reading::Duration | Reading::Integer => {
            Expression::List(vec![named.clone()])
        }
    };
    let converted = Expression::function("dyn", converted.at(0));
    let readable = is_readable(&named, reading).choose(converted, Expression::null());
    Expression::List(vec![value]).each("map", &name, readable)
}

/// A list of one: the clean host path.
fn host_path(value: &Expression, scope: &Scope<'_>) -> Expression {
    let (segment, _) = scope.variable("segment");
    let (path, _) = scope.variable("path");
    let name = || Expression::code(&segment);
    let is_kept =
        Expression::all([name().differs(Expression::text("")), name().differs(Expression::text("."))]);
    let clean = value
        .clone()
        .call("split", vec![Expression::text("/")])
        .each("filter", &segment, is_kept)
        .each("map", &segment, Expression::sum([name(), Expression::text("/")]))
        .call("join", vec![Expression::text("")]);
    let rooted = Expression::List(vec![Expression::sum([Expression::text("/"), clean])]);
    rooted.each("map", &path, without_prefix(&path, "/var/run/", "/var"))
}

/// A list of one: `registry/repository` of an image reference.
fn image(value: &Expression, scope: &Scope<'_>) -> Expression {
    let (variable, _) = scope.variable("name");
    let name = || Expression::code(&variable);
    let last = |separator: &str| name().call("lastIndexOf", vec![Expression::text(separator)]);
    let untagged = name().call("substring", vec![Expression::number(0), last(":")]);
    let is_tagged = last(":").compare(">", last("/"));
    let first_segment = name().call("split", vec![Expression::text("/")]).at(0);
    let has_registry = Expression::all([
        name().call("contains", vec![Expression::text("/")]),
        first_segment.call("matches", vec![Expression::text("[.:A-Z]|^localhost$")]),
    ]);
    let on_docker = Expression::sum([Expression::text("docker.io/"), name()]);
    let is_official = name().call("matches", vec![Expression::text("^docker[.]io/[^/]*$")]);
    let official = Expression::sum([
        Expression::text("docker.io/library/"),
        name().call("substring", vec![Expression::number("docker.io/".len())]),
    ]);
    let digestless = value.clone().call("split", vec![Expression::text("@")]).at(0);
    Expression::List(vec![digestless])
        .each("map", &variable, is_tagged.choose(untagged, name()))
        .each("map", &variable, has_registry.choose(name(), on_docker))
        .each("map", &variable, without_prefix(&variable, "index.docker.io/", "index."))
        .each("map", &variable, is_official.choose(official, name()))
}

/// The text of a variable; if it begins with `prefix`, without `dropped`, which is how the prefix begins.
fn without_prefix(variable: &str, prefix: &str, dropped: &str) -> Expression {
    let name = || Expression::code(variable);
    let rest = name().call("substring", vec![Expression::number(dropped.len())]);
    name().call("startsWith", vec![Expression::text(prefix)]).choose(rest, name())
}
