//! Operands: what a condition reads, and how.

use super::context::{Context, Names};
use super::{argument, normal, path};
use crate::diagnostic::Diagnostic;
use crate::ir::rule::ParameterKind;
use crate::ir::{Literal, Operand, Read, Reading};
use crate::model::{self, Paths};
use crate::project::Place;

/// One value as it is written: the word that says how it is read, and its paths.
struct Written<'a> {
    word: &'static str,
    reading: Reading,
    text: &'a str,
    otherwise: Option<&'a Paths>,
    default: Option<&'a model::Literal>,
}

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
    if let Some(text) = &written.find {
        return find(context, names, place, written, text);
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

/// What an expression matches in a text.
fn find(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
    path: &str,
) -> Option<Operand> {
    let one = Written {
        word: "find",
        reading: Reading::Raw,
        text: path,
        otherwise: written.otherwise.as_ref(),
        default: written.default.as_ref(),
    };
    let text = bound_or_plain(context, names, place, &one);
    let pattern = pattern(context, place, written);
    let (text, pattern) = (text?, pattern?);
    let is_text = matches!(text.default, None | Some(Literal::Text(_)));
    if text.reading == Reading::Raw && is_text {
        return Some(Operand::Find { text, pattern });
    }
    let diagnostic = Diagnostic::error("bad-operand", format!("nothing can be found in `{path}`"))
        .label("expected a text as it is: what `let` reads as a `field`, with a text as its default");
    context.fault(&place.key("find"), diagnostic);
    None
}

/// The expression that `find` looks for.
fn pattern(context: &mut Context, place: &Place, written: &model::Condition) -> Option<String> {
    let Some(text) = &written.pattern else {
        let diagnostic = Diagnostic::error("bad-operand", "`find` looks for nothing")
            .label("expected `pattern` with a regular expression beside it");
        context.fault_key(&place.key("find"), diagnostic);
        return None;
    };
    match normal::part(text) {
        Ok(pattern) => Some(pattern),
        Err(reason) => {
            let message = format!("`{text}` can't be used here");
            let diagnostic = Diagnostic::error("bad-regular-expression", message).label(reason);
            context.fault(&place.key("pattern"), diagnostic);
            None
        }
    }
}

/// A value of the object, or one that `let` names.
fn read(context: &mut Context, names: &Names, place: &Place, written: &model::Operand) -> Option<Read> {
    let one = one_reading(context, place, written)?;
    bound_or_plain(context, names, place, &one)
}

fn bound_or_plain(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &Written<'_>,
) -> Option<Read> {
    let Written { word, reading, text, .. } = *written;
    if let Some(binding) = context.rule.value.bindings.get(text) {
        context.used_bindings.insert(text.to_owned());
        let extra = written.otherwise.map(|_| "else").or(written.default.map(|_| "default"));
        if let Some(extra) = extra {
            let diagnostic =
                Diagnostic::error("bad-operand", format!("`{extra}` can't be said of a name of `let`"))
                    .label(format!("expected under `let`, beside what `{text}` reads"));
            context.fault_key(&place.key(extra), diagnostic);
            return None;
        }
        let place_of_binding = Place::root().key("let").key(text);
        let bound = one_reading(context, &place_of_binding, binding)?;
        let bound = plain_read(context, names, &place_of_binding, &bound)?;
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

/// The one value that an operand reads.
fn one_reading<'a>(context: &mut Context, place: &Place, written: &'a model::Operand) -> Option<Written<'a>> {
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
    if let (Some((word, reading, text)), None) = (given.next(), given.next()) {
        let (otherwise, default) = (written.otherwise.as_ref(), written.default.as_ref());
        return Some(Written { word, reading, text, otherwise, default });
    }
    let diagnostic = Diagnostic::error("bad-operand", "an operand reads one value")
        .label("expected exactly one of `field`, `quantity`, `duration`, `integer`, `host_path` and `image`");
    context.fault(place, diagnostic);
    None
}

/// A value of the object.
fn plain_read(context: &mut Context, names: &Names, place: &Place, written: &Written<'_>) -> Option<Read> {
    let Written { word, reading, text, .. } = *written;
    let mut from = vec![path::path(context, names, &place.key(word), text)];
    let others = match written.otherwise {
        None => Vec::new(),
        Some(Paths::One(text)) => vec![(place.key("else"), text)],
        Some(Paths::Many(texts)) => {
            texts.iter().enumerate().map(|(index, text)| (place.key("else").index(index), text)).collect()
        }
    };
    from.extend(others.into_iter().map(|(place, text)| path::path(context, names, &place, text)));
    let default = match written.default {
        None => None,
        Some(literal) => Some(argument::default(context, &place.key("default"), reading, literal)?),
    };
    Some(Read { reading, from: from.into_iter().collect::<Option<Vec<_>>>()?, default })
}
