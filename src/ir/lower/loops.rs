//! Loops: built-in subjects and named sources, to the loops of the IR.

use super::context::{Context, Element, Names};
use super::path;
use crate::diagnostic::Diagnostic;
use crate::ir::rule::ParameterKind;
use crate::ir::{ContainerList, Kind, Label, Loop, Path, Root, Source};
use crate::model::{self, Items, LoopSource, Subject};
use crate::project::Place;

/// The loops that are written, and the names in scope inside them.
pub(super) fn chain(
    context: &mut Context,
    names: &Names,
    place: &Place,
    loops: &[model::Loop],
    of: Option<&[model::ContainerList]>,
) -> Option<(Vec<Loop>, Names)> {
    let mut lowered = Vec::new();
    let mut inner = names.clone();
    for (index, written) in loops.iter().enumerate() {
        let here = if loops.len() == 1 { place.clone() } else { place.index(index) };
        let (more, names) = match written {
            model::Loop::Subject(subject) => self::subject(context, &inner, &here, *subject, of)?,
            model::Loop::Source(source) => {
                let (one, names) = self::source(context, &inner, &here, source)?;
                (vec![one], names)
            }
        };
        lowered.extend(more);
        inner = names;
    }
    Some((lowered, inner))
}

fn label(word: &str, fields: &[&str]) -> Label {
    Label { word: word.to_owned(), fields: fields.iter().map(|field| (*field).to_owned()).collect() }
}

fn named(source: Source, name: &str, fields: &[&str]) -> Loop {
    Loop { source, name: name.to_owned(), label: label(name, fields) }
}

fn subject(
    context: &mut Context,
    names: &Names,
    place: &Place,
    subject: Subject,
    of: Option<&[model::ContainerList]>,
) -> Option<(Vec<Loop>, Names)> {
    if subject != Subject::Object && !context.kinds.iter().any(Kind::has_pod) {
        let diagnostic =
            Diagnostic::error("no-pod", "this subject is part of a Pod, and no governed kind has one")
                .label("expected `object`, or a loop over the object's own fields");
        context.fault(place, diagnostic);
        return None;
    }
    let lists: Vec<ContainerList> = of.map_or(ContainerList::ALL.to_vec(), |lists| {
        let mut lists: Vec<ContainerList> = lists.iter().map(|list| container_list(*list)).collect();
        lists.sort();
        lists.dedup();
        lists
    });
    let containers = named(Source::Containers(lists), "container", &["name"]);
    let inside = |field: &str| {
        Source::Items(Path { root: Root::Element("container".to_owned()), steps: vec![field.to_owned()] })
    };
    let of_pod = |field: &str| Source::Items(Path { root: Root::Pod, steps: vec![field.to_owned()] });
    let in_container = names.with("container", Element::Container);
    let loops = match subject {
        Subject::Object => (vec![named(Source::Object, "object", &[])], names.clone()),
        Subject::Pod => (vec![named(Source::Pod, "pod", &[])], names.clone()),
        Subject::Container => (vec![containers], in_container),
        Subject::SecurityContext => {
            let contexts = named(Source::SecurityContexts, "security_context", &[]);
            (vec![contexts], names.with("security_context", Element::Other))
        }
        Subject::Volume => {
            (vec![named(of_pod("volumes"), "volume", &["name"])], names.with("volume", Element::Other))
        }
        Subject::Mount => (
            vec![containers, named(inside("volumeMounts"), "mount", &["mountPath", "name"])],
            in_container.with("mount", Element::Mount),
        ),
        Subject::Env => (
            vec![containers, named(inside("env"), "env", &["name"])],
            in_container.with("env", Element::Other),
        ),
        Subject::EnvFrom => {
            let sources = named(inside("envFrom"), "env_from", &["prefix"]);
            (vec![containers, sources], in_container.with("env_from", Element::Other))
        }
        Subject::Port => {
            let ports = named(inside("ports"), "port", &["containerPort", "name"]);
            (vec![containers, ports], in_container.with("port", Element::Other))
        }
        Subject::Toleration => {
            let tolerations = named(of_pod("tolerations"), "toleration", &["key"]);
            (vec![tolerations], names.with("toleration", Element::Other))
        }
        Subject::Image => (vec![named(Source::Images, "image", &[])], names.with("image", Element::Image)),
    };
    Some(loops)
}

fn container_list(list: model::ContainerList) -> ContainerList {
    match list {
        model::ContainerList::Containers => ContainerList::Containers,
        model::ContainerList::InitContainers => ContainerList::InitContainers,
        model::ContainerList::EphemeralContainers => ContainerList::EphemeralContainers,
    }
}

/// One named loop, and the names inside it.
pub(super) fn source(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &LoopSource,
) -> Option<(Loop, Names)> {
    let name = written.name.as_str();
    let plain = name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    let taken = names.get(name).is_some() || ["object", "pod", "workload", "parameters"].contains(&name);
    if !plain || taken || context.rule.value.bindings.contains_key(name) {
        let diagnostic = Diagnostic::error("bad-name", format!("`{name}` can't name an element here"))
            .label("expected lower-case letters, digits and `_`, and no name that is in scope already");
        context.fault(&place.key("as"), diagnostic);
        return None;
    }
    let (source, element) = match (&written.items, &written.entries, &written.fields) {
        (Some(Items::Path(text)), None, None) => {
            (Source::Items(path::path(context, names, &place.key("items"), text)?), Element::Other)
        }
        (None, Some(Items::Path(text)), None) => {
            (Source::Entries(path::path(context, names, &place.key("entries"), text)?), Element::Entry)
        }
        (None, None, Some(fields)) => {
            let mut paths = Vec::new();
            for (index, field) in fields.iter().enumerate() {
                paths.extend(path::paths(context, names, &place.key("fields").index(index), field)?);
            }
            (Source::Fields(paths), Element::Other)
        }
        (Some(Items::Parameter { parameter }), None, None) => {
            items_of_parameter(context, &place.key("items"), parameter)?
        }
        (None, Some(Items::Parameter { parameter }), None) => {
            let place = place.key("entries");
            let declared = context.parameter(&place.key("parameter"), parameter)?;
            if declared.declaration.kind != ParameterKind::Map {
                context.fault(
                    &place,
                    Diagnostic::error("bad-loop", format!("`{parameter}` is no map"))
                        .label("expected a parameter of type `map`"),
                );
                return None;
            }
            (Source::ParameterEntries(parameter.clone()), Element::Entry)
        }
        _ => {
            let diagnostic =
                Diagnostic::error("bad-loop", format!("the loop `{name}` has no source, or several"))
                    .label("expected exactly one of `items`, `entries` and `fields`");
            context.fault(place, diagnostic);
            return None;
        }
    };
    let lowered = named(source, name, &["name", "key"]);
    Some((lowered, names.with(name, element)))
}

fn items_of_parameter(context: &mut Context, place: &Place, parameter: &str) -> Option<(Source, Element)> {
    let declared = context.parameter(&place.key("parameter"), parameter)?;
    let element = match declared.declaration.kind {
        ParameterKind::Strings | ParameterKind::Integers => Element::Other,
        ParameterKind::Monitors => Element::Record,
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
            return None;
        }
    };
    Some((Source::Parameter(parameter.to_owned()), element))
}
