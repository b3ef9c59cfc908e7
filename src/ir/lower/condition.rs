//! Conditions as written, to negation normal form.

use super::argument;
use super::context::{Context, Names};
use super::loops;
use super::path;
use crate::diagnostic::Diagnostic;
use crate::ir::rule::ParameterKind;
use crate::ir::{Condition, Leaf, Literal, Loop, Operand, Read, Reading, Source, Version};
use crate::model::{self, Paths};
use crate::project::Place;

/// The condition in negation normal form; notes faults, and gives nothing if there are any.
pub(super) fn condition(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Condition> {
    let combinators = [
        ("all", written.all.is_some()),
        ("any", written.any.is_some()),
        ("not", written.not.is_some()),
        ("some", written.some.is_some()),
        ("every", written.every.is_some()),
        ("none", written.none.is_some()),
    ];
    let operands = [
        ("field", written.field.is_some()),
        ("quantity", written.quantity.is_some()),
        ("duration", written.duration.is_some()),
        ("integer", written.integer.is_some()),
        ("host_path", written.host_path.is_some()),
        ("image", written.image.is_some()),
        ("sum", written.sum.is_some()),
        ("parameter", written.parameter.is_some()),
        ("pod_security", written.pod_security.is_some()),
        ("kubernetes", written.kubernetes.is_some()),
    ];
    let heads: Vec<&str> =
        combinators.iter().chain(&operands).filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    let predicates = argument::predicates(written);
    match heads.as_slice() {
        [] => {
            let diagnostic = Diagnostic::error("bad-condition", "the condition reads nothing").label(
                "expected an operand such as `field`, or `all`, `any`, `not`, `some`, `every`, `none`",
            );
            context.fault(place, diagnostic);
            None
        }
        [head] if combinators.iter().any(|(name, _)| name == head) => {
            if let Some(extra) = predicates.first() {
                let diagnostic =
                    Diagnostic::error("bad-condition", format!("`{extra}` has nothing to ask of"))
                        .label(format!("`{head}` stands alone; write the two as parts of `all`"));
                context.fault(&place.key(extra), diagnostic);
                return None;
            }
            combinator(context, names, place, written)
        }
        [head] if predicates.is_empty() => {
            let diagnostic = Diagnostic::error("bad-condition", format!("nothing is asked of `{head}`"))
                .label("expected a predicate such as `is`, `in`, `set` or `at_most`");
            context.fault(place, diagnostic);
            None
        }
        [_] => leaves(context, names, place, written),
        [first, second, ..] => {
            let diagnostic =
                Diagnostic::error("bad-condition", format!("a condition has `{first}` and `{second}`"))
                    .label("expected one of them")
                    .help("write two conditions, as parts of `all` or `any`");
            context.fault(&place.key(second), diagnostic);
            None
        }
    }
}

fn several(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &[model::Condition],
) -> Option<Vec<Condition>> {
    let parts: Vec<Option<Condition>> = written
        .iter()
        .enumerate()
        .map(|(index, part)| condition(context, names, &place.index(index), part))
        .collect();
    parts.into_iter().collect()
}

fn combinator(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Condition> {
    if let Some(parts) = &written.all {
        return several(context, names, &place.key("all"), parts).map(Condition::all);
    }
    if let Some(parts) = &written.any {
        return several(context, names, &place.key("any"), parts).map(Condition::any);
    }
    if let Some(part) = &written.not {
        return condition(context, names, &place.key("not"), part).map(Condition::negate);
    }
    let (word, each) = match (&written.some, &written.every, &written.none) {
        (Some(each), _, _) => ("some", each),
        (_, Some(each), _) => ("every", each),
        (_, _, Some(each)) => ("none", each),
        (None, None, None) => return None,
    };
    let Some(satisfies) = &written.satisfies else {
        let diagnostic =
            Diagnostic::error("bad-condition", format!("nothing is asked of the elements of `{word}`"))
                .label("expected `satisfies` with a condition");
        context.fault(place, diagnostic);
        return None;
    };
    let of = written.of.as_deref();
    let (loops, inner) = loops::chain(context, names, &place.key(word), std::slice::from_ref(each), of)?;
    let satisfies = condition(context, &inner, &place.key("satisfies"), satisfies)?;
    Some(match word {
        "some" => quantified(&loops, satisfies, |each, satisfies| Condition::Some { each, satisfies }),
        "every" => quantified(&loops, satisfies, |each, satisfies| Condition::Every { each, satisfies }),
        _ => quantified(&loops, satisfies, |each, satisfies| Condition::Some { each, satisfies }).negate(),
    })
}

fn quantified(
    loops: &[Loop],
    satisfies: Condition,
    quantifier: impl Fn(Loop, Box<Condition>) -> Condition,
) -> Condition {
    loops.iter().rev().fold(satisfies, |inner, each| match each.source {
        Source::Object | Source::Pod => inner,
        _ => quantifier(each.clone(), Box::new(inner)),
    })
}

fn leaves(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Condition> {
    if written.pod_security.is_some() || written.kubernetes.is_some() {
        let version = if written.pod_security.is_some() {
            context.versions.pod_security
        } else {
            context.versions.kubernetes
        };
        return version_condition(context, place, written, version);
    }
    let operand = operand(context, names, place, written)?;
    let mut parts = Vec::new();
    let mut whole = true;
    for word in argument::predicates(written) {
        match argument::predicate(context, names, place, written, word, &operand) {
            Some((predicate, holds)) => {
                parts.push(Condition::Leaf(Leaf { operand: operand.clone(), predicate, holds }));
            }
            None => whole = false,
        }
    }
    whole.then(|| Condition::all(parts))
}

fn version_condition(
    context: &mut Context,
    place: &Place,
    written: &model::Condition,
    version: Version,
) -> Option<Condition> {
    let mut truth = true;
    for word in argument::predicates(written) {
        let bound = match word {
            "at_least" => written.at_least.as_ref(),
            "at_most" => written.at_most.as_ref(),
            _ => None,
        };
        let bound = match bound {
            Some(model::Argument::Literal(model::Literal::Text(text))) => Version::parse(text),
            _ => None,
        };
        let Some(bound) = bound else {
            let diagnostic =
                Diagnostic::error("bad-version", "a version is compared with `at_least` or `at_most`")
                    .label("expected a version in quotes, such as `\"1.25\"`");
            context.fault(&place.key(word), diagnostic);
            return None;
        };
        truth = truth && if word == "at_least" { version >= bound } else { version <= bound };
    }
    Some(if truth { Condition::True } else { Condition::False })
}

fn operand(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Operand> {
    if let Some(name) = &written.parameter {
        let declared = context.parameter(&place.key("parameter"), name)?;
        let comparable =
            !matches!(declared.declaration.kind, ParameterKind::Quantity | ParameterKind::Duration);
        if !comparable {
            let diagnostic =
                Diagnostic::error("bad-operand", format!("`{name}` can't be asked about itself"))
                    .label("expected a parameter that is no quantity and no duration");
            context.fault(&place.key("parameter"), diagnostic);
        }
        return comparable.then(|| Operand::Parameter(name.clone()));
    }
    if let Some(parts) = &written.sum {
        let mut reads = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            reads.push(operand_read(context, names, &place.key("sum").index(index), part, true)?);
        }
        let same = reads.windows(2).all(|pair| match pair {
            [first, second] => first.reading == second.reading,
            _ => true,
        });
        let summable = reads
            .iter()
            .all(|read| matches!(read.reading, Reading::Quantity | Reading::Duration | Reading::Integer));
        if reads.len() < 2 || !same || !summable {
            let diagnostic = Diagnostic::error("bad-sum", "these can't be added").label(
                "expected two or more operands that are all durations, all quantities or all integers",
            );
            context.fault(&place.key("sum"), diagnostic);
            return None;
        }
        return Some(Operand::Sum(reads));
    }
    let alone = model::Operand {
        field: written.field.clone(),
        quantity: written.quantity.clone(),
        duration: written.duration.clone(),
        integer: written.integer.clone(),
        host_path: written.host_path.clone(),
        image: written.image.clone(),
        otherwise: written.otherwise.clone(),
        default: written.default.clone(),
    };
    operand_read(context, names, place, &alone, true).map(Operand::Read)
}

/// A value of the object, or one that `let` names, if names of `let` may be used here.
fn operand_read(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Operand,
    with_bindings: bool,
) -> Option<Read> {
    let readings = [
        ("field", Reading::Raw, &written.field),
        ("quantity", Reading::Quantity, &written.quantity),
        ("duration", Reading::Duration, &written.duration),
        ("integer", Reading::Integer, &written.integer),
        ("host_path", Reading::HostPath, &written.host_path),
        ("image", Reading::Image, &written.image),
    ];
    let mut given =
        readings.into_iter().filter_map(|(word, reading, text)| Some((word, reading, text.as_ref()?)));
    let (Some((word, reading, text)), None) = (given.next(), given.next()) else {
        let diagnostic = Diagnostic::error("bad-operand", "an operand reads one value").label(
            "expected exactly one of `field`, `quantity`, `duration`, `integer`, `host_path` and `image`",
        );
        context.fault(place, diagnostic);
        return None;
    };
    if let Some(binding) = context.rule.value.bindings.get(text).filter(|_| with_bindings).cloned() {
        let place = Place::root().key("let").key(text);
        let read = operand_read(context, names, &place, &binding, false)?;
        let reading = if reading == Reading::Raw { read.reading } else { reading };
        return Some(Read { reading, ..read });
    }
    let mut from = vec![path::path(context, names, &place.key(word), text)?];
    let others = match &written.otherwise {
        None => Vec::new(),
        Some(Paths::One(text)) => vec![(place.key("else"), text)],
        Some(Paths::Many(texts)) => {
            texts.iter().enumerate().map(|(index, text)| (place.key("else").index(index), text)).collect()
        }
    };
    for (place, text) in others {
        from.push(path::path(context, names, &place, text)?);
    }
    let default = match &written.default {
        None => None,
        Some(literal) => Some(argument::default(context, &place.key("default"), reading, literal)?),
    };
    Some(Read { reading, from, default })
}

/// A written literal as it is.
pub(super) fn literal(written: &model::Literal) -> Literal {
    match written {
        model::Literal::Boolean(value) => Literal::Boolean(*value),
        model::Literal::Integer(value) => Literal::Integer(*value),
        model::Literal::Text(text) => Literal::Text(text.clone()),
    }
}
