//! Operands: what a condition reads, and how.

use super::context::{Context, Names};
use super::{argument, path};
use crate::diagnostic::Diagnostic;
use crate::ir::rule::ParameterKind;
use crate::ir::{Operand, Read, Reading};
use crate::model::{self, Paths};
use crate::project::Place;

/// What the condition reads; notes faults, and gives nothing if there are any.
pub(super) fn operand(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Operand> {
    if let Some(name) = &written.parameter {
        return parameter(context, &place.key("parameter"), name);
    }
    if let Some(parts) = &written.sum {
        return sum(context, names, &place.key("sum"), parts);
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
    read(context, names, place, &alone).map(Operand::Read)
}

fn parameter(context: &mut Context, place: &Place, name: &str) -> Option<Operand> {
    let declared = context.parameter(place, name)?;
    if matches!(declared.declaration.kind, ParameterKind::Quantity | ParameterKind::Duration) {
        let diagnostic = Diagnostic::error("bad-operand", format!("nothing can be asked of `{name}` itself"))
            .label("expected a parameter that is no quantity and no duration");
        context.fault(place, diagnostic);
        return None;
    }
    Some(Operand::Parameter(name.to_owned()))
}

fn sum(context: &mut Context, names: &Names, place: &Place, parts: &[model::Operand]) -> Option<Operand> {
    let reads: Vec<Option<Read>> = parts
        .iter()
        .enumerate()
        .map(|(index, part)| read(context, names, &place.index(index), part))
        .collect();
    let reads = reads.into_iter().collect::<Option<Vec<Read>>>()?;
    let first = reads.first().map(|read| read.reading);
    let same = reads.iter().all(|read| Some(read.reading) == first);
    let is_number = matches!(first, Some(Reading::Duration | Reading::Integer));
    if !(2..=4).contains(&reads.len()) || !same || !is_number {
        let diagnostic = Diagnostic::error("bad-sum", "these can't be added")
            .label("expected two to four operands that are all `duration` or all `integer`");
        context.fault(place, diagnostic);
        return None;
    }
    Some(Operand::Sum(reads))
}

/// A value of the object, or one that `let` names.
fn read(context: &mut Context, names: &Names, place: &Place, written: &model::Operand) -> Option<Read> {
    let (word, reading, text) = one_reading(context, place, written)?;
    if let Some(binding) = context.rule.value.bindings.get(text) {
        context.used_bindings.insert(text.to_owned());
        let extra =
            written.otherwise.as_ref().map(|_| "else").or(written.default.as_ref().map(|_| "default"));
        if let Some(extra) = extra {
            let diagnostic =
                Diagnostic::error("bad-operand", format!("`{extra}` can't be said of a name of `let`"))
                    .label(format!("expected under `let`, beside what `{text}` reads"));
            context.fault_key(&place.key(extra), diagnostic);
            return None;
        }
        let bound = plain_read(context, names, &Place::root().key("let").key(text), binding)?;
        if reading != Reading::Raw && reading != bound.reading {
            let diagnostic =
                Diagnostic::error("bad-operand", format!("`let` doesn't read `{text}` as `{word}`"))
                    .label(format!("expected `field: {text}`, which is read as `let` says"));
            context.fault_key(&place.key(word), diagnostic);
            return None;
        }
        return Some(bound);
    }
    plain_read(context, names, place, written)
}

/// The one word, reading and path of an operand.
fn one_reading<'a>(
    context: &mut Context,
    place: &Place,
    written: &'a model::Operand,
) -> Option<(&'static str, Reading, &'a str)> {
    let readings = [
        ("field", Reading::Raw, &written.field),
        ("quantity", Reading::Quantity, &written.quantity),
        ("duration", Reading::Duration, &written.duration),
        ("integer", Reading::Integer, &written.integer),
        ("host_path", Reading::HostPath, &written.host_path),
        ("image", Reading::Image, &written.image),
    ];
    let mut given =
        readings.into_iter().filter_map(|(word, reading, text)| Some((word, reading, text.as_deref()?)));
    if let (Some(one), None) = (given.next(), given.next()) {
        return Some(one);
    }
    let diagnostic = Diagnostic::error("bad-operand", "an operand reads one value")
        .label("expected exactly one of `field`, `quantity`, `duration`, `integer`, `host_path` and `image`");
    context.fault(place, diagnostic);
    None
}

/// A value of the object.
fn plain_read(context: &mut Context, names: &Names, place: &Place, written: &model::Operand) -> Option<Read> {
    let (word, reading, text) = one_reading(context, place, written)?;
    let mut from = vec![path::path(context, names, &place.key(word), text)];
    let others = match &written.otherwise {
        None => Vec::new(),
        Some(Paths::One(text)) => vec![(place.key("else"), text)],
        Some(Paths::Many(texts)) => {
            texts.iter().enumerate().map(|(index, text)| (place.key("else").index(index), text)).collect()
        }
    };
    from.extend(others.into_iter().map(|(place, text)| path::path(context, names, &place, text)));
    let default = match &written.default {
        None => None,
        Some(literal) => Some(argument::default(context, &place.key("default"), reading, literal)?),
    };
    Some(Read { reading, from: from.into_iter().collect::<Option<Vec<_>>>()?, default })
}
