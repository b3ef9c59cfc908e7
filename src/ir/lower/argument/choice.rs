//! What a parameter is compared with has its type, and is one of its options.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::lower::context::Context;
use crate::ir::lower::words::one_of;
use crate::ir::rule::{ParameterDeclaration, ParameterKind};
use crate::model::{self, Literal};
use crate::project::Place;

/// Notes each literal that the parameter can never equal; nothing if there is one.
pub(super) fn literals_fit(
    context: &mut Context,
    place: &Place,
    written: &model::Condition,
    word: &str,
    name: &str,
) -> Option<()> {
    let literals = match word {
        "is" => match written.is.as_ref()? {
            model::Argument::Literal(value) => vec![(place.clone(), value)],
            model::Argument::Reference(_) => Vec::new(),
        },
        "in" => match written.is_in.as_ref()? {
            model::Arguments::One(value) => vec![(place.clone(), value)],
            model::Arguments::Many(values) => {
                values.iter().enumerate().map(|(index, value)| (place.index(index), value)).collect()
            }
            model::Arguments::Reference(_) => Vec::new(),
        },
        _ => Vec::new(),
    };
    let declaration = context.parameters.get(name)?.declaration.clone();
    let faults: Vec<(Place, Diagnostic)> = literals
        .into_iter()
        .filter_map(|(place, value)| Some((place, fault(name, &declaration, value)?)))
        .collect();
    let fit = faults.is_empty().then_some(());
    for (place, fault) in faults {
        context.fault(&place, fault);
    }
    fit
}

fn fault(name: &str, declaration: &ParameterDeclaration, value: &Literal) -> Option<Diagnostic> {
    let expected = match (declaration.kind, value) {
        (ParameterKind::Boolean, Literal::Boolean(_)) | (ParameterKind::Integer, Literal::Integer(_)) => {
            return None;
        }
        (ParameterKind::Boolean, _) => "expected `true` or `false`".to_owned(),
        (ParameterKind::Integer, _) => "expected a whole number".to_owned(),
        (ParameterKind::Choice, Literal::Text(text)) if declaration.options.contains(text) => return None,
        (ParameterKind::Choice, value) => {
            let options = || declaration.options.iter().map(String::as_str);
            match did_you_mean(&super::asker::plain(value), options()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected {}", one_of(options())),
            }
        }
        (
            ParameterKind::Strings
            | ParameterKind::Patterns
            | ParameterKind::Images
            | ParameterKind::HostPaths
            | ParameterKind::Integers
            | ParameterKind::Quantity
            | ParameterKind::Duration
            | ParameterKind::Map
            | ParameterKind::Monitors,
            _,
        ) => return None,
    };
    let message = format!("`{name}` is never `{}`", super::asker::plain(value));
    Some(Diagnostic::error("bad-argument", message).label(expected))
}
