//! Named loops: over a list, a map or several fields of the object, or over a parameter.

use super::named;
use crate::diagnostic::Diagnostic;
use crate::ir::lower::context::{Context, Element, Names};
use crate::ir::lower::path;
use crate::ir::rule::ParameterKind;
use crate::ir::{Loop, Path, Root, Source};
use crate::model::{Items, LoopSource};
use crate::project::Place;

/// One named loop, and the names inside it.
pub(super) fn source(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &LoopSource,
) -> Option<(Loop, Names)> {
    let name = written.name.as_str();
    if let Some(reason) = name_fault(context, names, name) {
        let diagnostic =
            Diagnostic::error("bad-name", format!("`{name}` can't name an element here")).label(reason);
        context.fault(&place.key("as"), diagnostic);
        return None;
    }
    let (source, element) = match (&written.items, &written.entries, &written.fields) {
        (Some(Items::Path(text)), None, None) => {
            (Source::Items(walked(context, names, &place.key("items"), text)?), Element::Other)
        }
        (None, Some(Items::Path(text)), None) => {
            (Source::Entries(walked(context, names, &place.key("entries"), text)?), Element::Entry)
        }
        (None, None, Some(fields)) => {
            (fields_of(context, names, &place.key("fields"), fields)?, Element::Other)
        }
        (Some(Items::Parameter { parameter }), None, None) => {
            let element = element_of(context, &place.key("items").key("parameter"), parameter)?;
            (Source::Parameter(parameter.clone()), element)
        }
        (None, Some(Items::Parameter { parameter }), None) => {
            entries_of(context, &place.key("entries").key("parameter"), parameter)?;
            (Source::ParameterEntries(parameter.clone()), Element::ParameterEntry)
        }
        (None, None, None) => {
            let diagnostic = Diagnostic::error("bad-loop", format!("the loop `{name}` walks nothing"))
                .label("expected one of `items`, `entries` and `fields` beside it");
            context.fault_key(&place.key("as"), diagnostic);
            return None;
        }
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            let extra = if written.fields.is_some() { "fields" } else { "entries" };
            let diagnostic = Diagnostic::error("bad-loop", format!("the loop `{name}` walks several things"))
                .label("expected only one of `items`, `entries` and `fields`");
            context.fault_key(&place.key(extra), diagnostic);
            return None;
        }
    };
    let (names, of_loop) = names.with(name, element);
    Some((Loop { name: of_loop, ..named(source, name, &["name", "key"]) }, names))
}

/// Why an element can't have this name.
fn name_fault(context: &Context, names: &Names, name: &str) -> Option<String> {
    let plain = name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !plain {
        return Some("expected lower-case letters, digits and underscores, a letter first".to_owned());
    }
    let is_reserved = ["object", "pod", "workload", "parameters"].contains(&name);
    if is_reserved || names.is_taken(name) || context.rule.value.bindings.contains_key(name) {
        return Some(format!("expected a name that is free: `{name}` means something else here"));
    }
    None
}

/// The path of a list or a map that is walked.
fn walked(context: &mut Context, names: &Names, place: &Place, text: &str) -> Option<Path> {
    let path = path::path(context, names, place, text)?;
    let of_parameter = match &path.root {
        Root::Element(name) | Root::EntryValue(name) => {
            matches!(names.element(name), Some(Element::Record | Element::ParameterEntry | Element::Scalar))
        }
        Root::Object
        | Root::Pod
        | Root::PodMetadata
        | Root::Namespace
        | Root::Kind
        | Root::Group
        | Root::ServiceAccount
        | Root::ContainerList(_)
        | Root::VolumeOf(_)
        | Root::EntryKey(_) => false,
    };
    if of_parameter {
        let diagnostic = Diagnostic::error("bad-loop", format!("`{text}` is part of a parameter"))
            .label("expected a list or a map of the object")
            .help("compare with it instead, as in `in: {field: …}`");
        context.fault(place, diagnostic);
        return None;
    }
    let is_text = match &path.root {
        Root::Namespace
        | Root::Kind
        | Root::Group
        | Root::ServiceAccount
        | Root::ContainerList(_)
        | Root::EntryKey(_) => true,
        Root::Element(name) => names.element(name) == Some(Element::Image),
        Root::Object | Root::Pod | Root::PodMetadata | Root::VolumeOf(_) | Root::EntryValue(_) => false,
    };
    if is_text {
        let diagnostic = Diagnostic::error("bad-loop", format!("`{text}` is a text"))
            .label("expected the path of a list or a map");
        context.fault(place, diagnostic);
        return None;
    }
    Some(path)
}

fn fields_of(context: &mut Context, names: &Names, place: &Place, fields: &[String]) -> Option<Source> {
    if fields.is_empty() {
        let diagnostic =
            Diagnostic::error("empty-list", "no fields are looked at").label("expected at least one path");
        context.fault(place, diagnostic);
        return None;
    }
    let paths: Vec<Option<Vec<Path>>> = fields
        .iter()
        .enumerate()
        .map(|(index, field)| path::paths(context, names, &place.index(index), field))
        .collect();
    Some(Source::Fields(paths.into_iter().collect::<Option<Vec<_>>>()?.concat()))
}

/// What the items of a parameter are.
fn element_of(context: &mut Context, place: &Place, parameter: &str) -> Option<Element> {
    match context.parameter(place, parameter)?.declaration.kind {
        ParameterKind::Strings | ParameterKind::Integers => Some(Element::Scalar),
        ParameterKind::Monitors => Some(Element::Record),
        ParameterKind::Boolean
        | ParameterKind::Choice
        | ParameterKind::Patterns
        | ParameterKind::Images
        | ParameterKind::HostPaths
        | ParameterKind::Integer
        | ParameterKind::Quantity
        | ParameterKind::Duration
        | ParameterKind::Map => {
            let diagnostic =
                Diagnostic::error("bad-loop", format!("the items of `{parameter}` can't be walked"))
                    .label("expected a parameter of type `strings`, `integers` or `monitors`");
            context.fault(place, diagnostic);
            None
        }
    }
}

fn entries_of(context: &mut Context, place: &Place, parameter: &str) -> Option<()> {
    if context.parameter(place, parameter)?.declaration.kind == ParameterKind::Map {
        return Some(());
    }
    let diagnostic = Diagnostic::error("bad-loop", format!("`{parameter}` has no entries"))
        .label("expected a parameter of type `map`");
    context.fault(place, diagnostic);
    None
}
