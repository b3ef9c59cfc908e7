//! Parameters: whether a declaration is coherent. Values, bounds and patterns are `ir::lower`'s.

use super::Report;
use super::text::listed;
use crate::diagnostic::Diagnostic;
use crate::model::{Direction, Parameter, ParameterType, Rule};
use crate::project::Place;

/// What a type's values are made of, as far as a declaration depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Switch,
    Choice,
    Number,
    Texts,
    Numbers,
    Records,
}

fn shape(kind: ParameterType) -> Shape {
    match kind {
        ParameterType::Boolean => Shape::Switch,
        ParameterType::Choice => Shape::Choice,
        ParameterType::Integer | ParameterType::Quantity | ParameterType::Duration => Shape::Number,
        ParameterType::Strings
        | ParameterType::Patterns
        | ParameterType::Images
        | ParameterType::HostPaths
        | ParameterType::Map => Shape::Texts,
        ParameterType::Integers => Shape::Numbers,
        ParameterType::Monitors => Shape::Records,
    }
}

fn type_name(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Boolean => "boolean",
        ParameterType::Choice => "choice",
        ParameterType::Strings => "strings",
        ParameterType::Patterns => "patterns",
        ParameterType::Images => "images",
        ParameterType::HostPaths => "host_paths",
        ParameterType::Integer => "integer",
        ParameterType::Integers => "integers",
        ParameterType::Quantity => "quantity",
        ParameterType::Duration => "duration",
        ParameterType::Map => "map",
        ParameterType::Monitors => "monitors",
    }
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Allow => "allow",
        Direction::Deny => "deny",
        Direction::Require => "require",
        Direction::Reach => "reach",
        Direction::Minimum => "minimum",
        Direction::Maximum => "maximum",
    }
}

pub(super) fn check(report: &mut Report<Rule>, parameter: &Parameter, place: &Place) {
    check_needed(report, parameter, place);
    check_fields(report, parameter, place);
    if let Some(options) = &parameter.options {
        check_options(report, options, &place.key("options"));
    }
    if parameter.default.is_null() {
        let fault = Diagnostic::error("no-default", "the parameter has no default")
            .label("expected a value")
            .help("a list that may be empty has the default `[]`");
        report.at_key(&place.key("default"), fault);
    }
}

/// Each type's own field: `when_true`, `options` or `direction`.
fn check_needed(report: &mut Report<Rule>, parameter: &Parameter, place: &Place) {
    let name = type_name(parameter.kind);
    let missing = |field: &str, help: &str| {
        Diagnostic::error("incomplete-parameter", format!("a parameter of type `{name}` needs `{field}`"))
            .label(format!("expected `{field}` beside it"))
            .help(help)
    };
    let fault = match shape(parameter.kind) {
        Shape::Switch => parameter.when_true.is_none().then(|| {
            missing("when_true", "`when_true: tightens` or `when_true: loosens` says what `true` does to the rule")
        }),
        Shape::Choice => parameter
            .options
            .is_none()
            .then(|| missing("options", "write the values from the laxest to the strictest, as in `[baseline, restricted]`")),
        Shape::Number => parameter.direction.is_none().then(|| {
            missing("direction", "`minimum` if growing the value tightens the rule, `maximum` if it loosens it")
        }),
        Shape::Texts | Shape::Numbers | Shape::Records => parameter.direction.is_none().then(|| {
            missing("direction", "`allow` if growing the list loosens the rule; `deny`, `require` or `reach` if it tightens it")
        }),
    };
    report.at(&place.key("type"), fault);
}

/// Fields that mean nothing for the type.
fn check_fields(report: &mut Report<Rule>, parameter: &Parameter, place: &Place) {
    let shape = shape(parameter.kind);
    let list = matches!(shape, Shape::Texts | Shape::Numbers | Shape::Records);
    let number = shape == Shape::Number;
    let fields = [
        ("when_true", parameter.when_true.is_some(), shape == Shape::Switch),
        ("options", parameter.options.is_some(), shape == Shape::Choice),
        ("direction", parameter.direction.is_some(), list || number),
        ("min", parameter.min.is_some(), number),
        ("max", parameter.max.is_some(), number),
        ("min_items", parameter.min_items.is_some(), list),
        ("pattern", parameter.pattern.is_some(), shape == Shape::Texts),
    ];
    let name = type_name(parameter.kind);
    for (field, _, _) in fields.into_iter().filter(|(_, present, fits)| *present && !fits) {
        let fault =
            Diagnostic::error("senseless-field", format!("a parameter of type `{name}` has no `{field}`"))
                .label(format!("means nothing for `{name}`"))
                .help("remove it");
        report.at_key(&place.key(field), fault);
    }
    let bound = |direction: Direction| matches!(direction, Direction::Minimum | Direction::Maximum);
    if let Some(direction) =
        parameter.direction.filter(|direction| (list || number) && bound(*direction) != number)
    {
        let expected =
            if number { ["minimum", "maximum"].as_slice() } else { &["allow", "deny", "require", "reach"] };
        let expected = listed(expected.iter().copied(), "or");
        let message = format!("the direction `{}` doesn't fit the type `{name}`", direction_name(direction));
        report.at(
            &place.key("direction"),
            Diagnostic::error("wrong-direction", message).label(format!("expected {expected}")),
        );
    }
}

fn check_options(report: &mut Report<Rule>, options: &[String], place: &Place) {
    if options.len() < 2 {
        let fault = Diagnostic::error("too-few-options", "a choice has at least two options")
            .label("expected the values from the laxest to the strictest");
        report.at(place, fault);
    }
    report.repeated(place, options.iter().map(String::as_str), "the option");
}
