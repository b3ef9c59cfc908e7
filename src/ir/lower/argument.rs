//! Predicates and what they compare with: literals read as the operand is, parameters of a type that fits.

mod asker;
mod choice;
mod reference;

use self::asker::Asker;
use super::condition::literal;
use super::context::{Context, Names};
use super::normal;
use super::words::one_of;
use crate::diagnostic::Diagnostic;
use crate::ir::rule::ParameterKind;
use crate::ir::{Arguments, Literal, Operand, Predicate, Reading};
use crate::model;
use crate::project::Place;

/// The predicates that are written, by name.
pub(super) fn predicates(written: &model::Condition) -> Vec<&'static str> {
    [
        ("set", written.set.is_some()),
        ("empty", written.empty.is_some()),
        ("is", written.is.is_some()),
        ("in", written.is_in.is_some()),
        ("starts_with", written.starts_with.is_some()),
        ("ends_with", written.ends_with.is_some()),
        ("prefix_of", written.prefix_of.is_some()),
        ("matches", written.matches.is_some()),
        ("like", written.like.is_some()),
        ("within", written.within.is_some()),
        ("covers", written.covers.is_some()),
        ("at_least", written.at_least.is_some()),
        ("at_most", written.at_most.is_some()),
        ("contains", written.contains.is_some()),
        ("contains_any", written.contains_any.is_some()),
        ("contains_all", written.contains_all.is_some()),
        ("subset_of", written.subset_of.is_some()),
        ("has_at_least", written.has_at_least.is_some()),
        ("distinct", written.distinct.is_some()),
    ]
    .into_iter()
    .filter(|(_, there)| *there)
    .map(|(word, _)| word)
    .collect()
}

/// The predicate that the word names, and the form that is asked of it.
pub(super) fn predicate(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
    word: &'static str,
    operand: &Operand,
) -> Option<(Predicate, bool)> {
    let here = place.key(word);
    let fitting = fitting(context, operand);
    if !fitting.is_empty() && !fitting.contains(&word) {
        let diagnostic =
            Diagnostic::error("bad-predicate", format!("`{word}` can't be asked of {}", described(operand)))
                .label(format!("expected {}", one_of(fitting.iter().copied())));
        context.fault_key(&here, diagnostic);
        return None;
    }
    if let Operand::Parameter(name) = operand {
        choice::literals_fit(context, &here, written, word, name)?;
    }
    let mut asker = Asker { context, names, place: here, reading: reading(operand) };
    let predicate = match word {
        "set" => return written.set.map(|asked| (Predicate::Set, asked)),
        "empty" => return written.empty.map(|asked| (Predicate::Empty, asked)),
        "distinct" => return written.distinct.map(|asked| (Predicate::Distinct, asked)),
        "has_at_least" => Predicate::HasAtLeast(asker.count(written.has_at_least.as_ref()?)?),
        "is" => asker.is(written.is.as_ref()?)?,
        "in" => {
            let (of, values) = asker.typed(written.is_in.as_ref()?)?;
            Predicate::In { of, values }
        }
        "starts_with" => Predicate::StartsWith(asker.texts(written.starts_with.as_ref()?)?),
        "ends_with" => Predicate::EndsWith(asker.texts(written.ends_with.as_ref()?)?),
        "prefix_of" => Predicate::PrefixOf(asker.texts(written.prefix_of.as_ref()?)?),
        "matches" => {
            let place = asker.place.clone();
            let pattern =
                asker.normal("bad-regular-expression", &place, written.matches.as_ref()?, normal::whole)?;
            Predicate::Matches(Arguments::Literals(vec![Literal::Pattern(pattern)]))
        }
        "like" => Predicate::Matches(asker.patterns(written.like.as_ref()?)?),
        "within" => Predicate::Within(asker.places(written.within.as_ref()?)?),
        "covers" => Predicate::Covers(asker.places(written.covers.as_ref()?)?),
        "at_least" => Predicate::AtLeast(asker.bound(written.at_least.as_ref()?)?),
        "at_most" => Predicate::AtMost(asker.bound(written.at_most.as_ref()?)?),
        "contains" => {
            let item = model::Arguments::One(written.contains.clone()?);
            Predicate::ContainsAll(asker.items(&item, operand)?)
        }
        "contains_any" => Predicate::ContainsAny(asker.items(written.contains_any.as_ref()?, operand)?),
        "contains_all" => Predicate::ContainsAll(asker.items(written.contains_all.as_ref()?, operand)?),
        "subset_of" => Predicate::SubsetOf(asker.items(written.subset_of.as_ref()?, operand)?),
        _ => return None,
    };
    Some((predicate, true))
}

/// What the operand is, as far as arguments depend on it.
fn reading(operand: &Operand) -> Reading {
    match operand {
        Operand::Read(read) => read.reading,
        Operand::Sum(reads) => reads.first().map_or(Reading::Raw, |read| read.reading),
        Operand::Find { .. } | Operand::Parameter(_) => Reading::Raw,
    }
}

/// What can be asked of a list of texts that were found.
const FOUND: &[&str] =
    &["empty", "contains", "contains_any", "contains_all", "subset_of", "has_at_least", "distinct"];

/// The predicates that can be asked of the operand; none if all can.
fn fitting(context: &Context, operand: &Operand) -> &'static [&'static str] {
    match operand {
        Operand::Sum(_) => &["at_least", "at_most"],
        Operand::Find { .. } => FOUND,
        Operand::Read(read) => match read.reading {
            Reading::Raw => &[],
            Reading::Quantity | Reading::Duration | Reading::Integer => &["at_least", "at_most"],
            Reading::HostPath => &["within", "covers"],
            Reading::Image => &["within"],
        },
        Operand::Parameter(name) => match context.parameters.get(name).map(|found| found.declaration.kind) {
            Some(ParameterKind::Boolean) => &["is"],
            Some(
                ParameterKind::Choice
                | ParameterKind::Integer
                | ParameterKind::Quantity
                | ParameterKind::Duration,
            ) => &["is", "in"],
            Some(ParameterKind::Strings | ParameterKind::Integers) => &["empty", "has_at_least", "contains"],
            Some(
                ParameterKind::Patterns
                | ParameterKind::Images
                | ParameterKind::HostPaths
                | ParameterKind::Map
                | ParameterKind::Monitors,
            ) => &["empty", "has_at_least"],
            None => &[],
        },
    }
}

/// The operand as a message names it.
fn described(operand: &Operand) -> String {
    let word = match reading(operand) {
        Reading::Raw => "a value",
        Reading::Quantity => "a quantity",
        Reading::Duration => "a duration",
        Reading::Integer => "an integer",
        Reading::HostPath => "a host path",
        Reading::Image => "an image",
    };
    match operand {
        Operand::Parameter(name) => format!("the parameter `{name}`"),
        Operand::Find { .. } => "a list of what was found".to_owned(),
        Operand::Read(_) | Operand::Sum(_) => word.to_owned(),
    }
}

/// The default of an operand, in the form of its reading.
pub(super) fn default(
    context: &mut Context,
    place: &Place,
    reading: Reading,
    written: &model::Literal,
) -> Option<Literal> {
    let read = match (reading, written) {
        (Reading::Raw, value) => Some(literal(value)),
        (Reading::Integer | Reading::Quantity | Reading::Duration, value) => {
            asker::bound_literal(reading, value)
        }
        (Reading::HostPath, model::Literal::Text(text)) => normal::host_path(text).ok().map(Literal::Text),
        (Reading::Image, model::Literal::Text(text)) => {
            normal::image(text).ok().map(|_| Literal::Text(text.clone()))
        }
        (Reading::HostPath | Reading::Image, model::Literal::Boolean(_) | model::Literal::Integer(_)) => None,
    };
    if read.is_none() {
        let expected = match reading {
            Reading::Raw => "expected a value",
            Reading::Integer => "expected a whole number",
            Reading::Quantity => "expected a quantity such as `500m` or `1Gi`",
            Reading::Duration => "expected a duration such as `336h` or `1h30m`",
            Reading::HostPath => "expected an absolute path such as `/run`",
            Reading::Image => "expected an image such as `registry.example.com/team/app`",
        };
        let diagnostic =
            Diagnostic::error("bad-default", "the default can't be read as the operand is").label(expected);
        context.fault(place, diagnostic);
    }
    read
}
