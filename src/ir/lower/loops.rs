//! Loops: built-in subjects and named sources, to the loops of the IR.

mod source;

use super::context::{Context, Element, Names};
use crate::diagnostic::Diagnostic;
use crate::ir::{ContainerList, Kind, Label, Loop, Path, Root, Source};
use crate::model::{self, Subject};
use crate::project::Place;

/// The lists of containers that are asked for, with the place that asks.
type Lists<'a> = (Place, &'a [model::ContainerList]);

/// The loops of a check, and the names in scope inside them.
pub(super) fn chain(
    context: &mut Context,
    place: &Place,
    each: &model::Each,
    of: Option<&Lists>,
) -> Option<(Vec<Loop>, Names)> {
    let mut inner = Names::default();
    let chain = match each {
        model::Each::One(one) => {
            let (loops, names) = one_of_all(context, &inner, place, one, of)?;
            refuse_lists(context, &loops, of)?;
            return Some((loops, names));
        }
        model::Each::Chain(chain) => chain,
    };
    if chain.is_empty() {
        let diagnostic = Diagnostic::error("empty-list", "the check looks at nothing")
            .label("expected a subject, such as `pod` or `container`");
        context.fault(place, diagnostic);
        return None;
    }
    let mut lowered = Vec::new();
    for (index, written) in chain.iter().enumerate() {
        let here = place.index(index);
        if index > 0 && is_single(written) {
            context.fault(&here, single_fault(written, "it can only come first in `each`"));
            return None;
        }
        let (more, names) = one_of_all(context, &inner, &here, written, of)?;
        refuse_twice(context, &here, &lowered, &more)?;
        lowered.extend(more);
        inner = names;
    }
    refuse_lists(context, &lowered, of)?;
    Some((lowered, inner))
}

/// The loops of a quantifier inside a condition, and the names in scope inside them.
pub(super) fn quantified(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Loop,
    of: Option<&Lists>,
) -> Option<(Vec<Loop>, Names)> {
    if is_single(written) {
        context.fault(place, single_fault(written, "write the condition without `some`, `every` and `none`"));
        return None;
    }
    let (loops, names) = one_of_all(context, names, place, written, of)?;
    refuse_lists(context, &loops, of)?;
    Some((loops, names))
}

fn one_of_all(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Loop,
    of: Option<&Lists>,
) -> Option<(Vec<Loop>, Names)> {
    match written {
        model::Loop::Subject(subject) => self::subject(context, names, place, *subject, of),
        model::Loop::Source(source) => {
            source::source(context, names, place, source).map(|(one, names)| (vec![one], names))
        }
    }
}

/// Whether there is exactly one of it in each object.
fn is_single(written: &model::Loop) -> bool {
    matches!(written, model::Loop::Subject(Subject::Object | Subject::Pod))
}

fn single_fault(written: &model::Loop, help: &str) -> Diagnostic {
    let word = if *written == model::Loop::Subject(Subject::Pod) { "pod" } else { "object" };
    Diagnostic::error("bad-loop", format!("there is only one `{word}`"))
        .label("expected a subject of which there are several, or a loop")
        .help(help)
}

/// A chain of loops walks nothing twice: not each container of each container.
fn refuse_twice(context: &mut Context, place: &Place, outer: &[Loop], more: &[Loop]) -> Option<()> {
    let is_walked = |each: &&Loop| outer.iter().any(|other| other.label.word == each.label.word);
    let Some(twice) = more.iter().find(is_walked) else { return Some(()) };
    let word = &twice.label.word;
    let diagnostic = Diagnostic::error("bad-loop", format!("`{word}` is walked already"))
        .label(format!("expected a subject that walks no second `{word}`"))
        .help("`mount`, `env`, `env_from` and `port` walk the containers by themselves");
    context.fault(place, diagnostic);
    None
}

/// Lists of containers mean something only where containers are walked.
fn refuse_lists(context: &mut Context, loops: &[Loop], of: Option<&Lists>) -> Option<()> {
    let Some((place, lists)) = of else { return Some(()) };
    if !loops.iter().any(|each| matches!(each.source, Source::Containers(_))) {
        let diagnostic =
            Diagnostic::error("bad-loop", "`of` chooses lists of containers, and none are walked")
                .label("understood with `container`, `mount`, `env`, `env_from` and `port`")
                .help("remove it");
        context.fault_key(place, diagnostic);
        return None;
    }
    if lists.is_empty() {
        let diagnostic = Diagnostic::error("empty-list", "no list of containers is looked at")
            .label("expected at least one of `containers`, `initContainers` and `ephemeralContainers`");
        context.fault(place, diagnostic);
        return None;
    }
    Some(())
}

/// Loops, each inside the one before, and the names in scope inside them.
struct Walk {
    loops: Vec<Loop>,
    names: Names,
}

impl Walk {
    /// These loops, and inside them one more whose element has a name.
    fn into(mut self, source: Source, word: &str, fields: &[&str], element: Element) -> Self {
        let (names, of_loop) = self.names.with(word, element);
        self.loops.push(Loop { name: of_loop, ..named(source, word, fields) });
        Self { names, ..self }
    }

    /// These loops, and inside them one over a list of the innermost element.
    fn into_list(self, list: &str, word: &str, fields: &[&str], element: Element) -> Self {
        let root = self.loops.last().map_or(Root::Pod, |each| Root::Element(each.name.clone()));
        self.into(Source::Items(Path { root, steps: vec![list.to_owned()] }), word, fields, element)
    }
}

fn named(source: Source, name: &str, fields: &[&str]) -> Loop {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Loop { source, name: name.to_owned(), label: Label { word: name.to_owned(), fields } }
}

fn subject(
    context: &mut Context,
    names: &Names,
    place: &Place,
    subject: Subject,
    of: Option<&Lists>,
) -> Option<(Vec<Loop>, Names)> {
    if subject != Subject::Object && !context.kinds.iter().any(Kind::has_pod) {
        let diagnostic =
            Diagnostic::error("no-pod", "this subject is part of a Pod, and no governed kind has one")
                .label("expected `object`, or a loop over the object's own fields");
        context.fault(place, diagnostic);
        return None;
    }
    let lists: Vec<ContainerList> = of.map_or(ContainerList::ALL.to_vec(), |(_, lists)| {
        let mut lists: Vec<ContainerList> = lists.iter().map(|list| container_list(*list)).collect();
        lists.sort();
        lists.dedup();
        lists
    });
    let start = Walk { loops: Vec::new(), names: names.clone() };
    let single = |source, word| Walk { loops: vec![named(source, word, &[])], names: names.clone() };
    let containers =
        |start: Walk| start.into(Source::Containers(lists), "container", &["name"], Element::Container);
    let walk = match subject {
        Subject::Object => single(Source::Object, "object"),
        Subject::Pod => single(Source::Pod, "pod"),
        Subject::Container => containers(start),
        Subject::SecurityContext => {
            start.into(Source::SecurityContexts, "security_context", &[], Element::Other)
        }
        Subject::Volume => start.into_list("volumes", "volume", &["name"], Element::Other),
        Subject::Mount => {
            containers(start).into_list("volumeMounts", "mount", &["mountPath", "name"], Element::Mount)
        }
        Subject::Env => containers(start).into_list("env", "env", &["name"], Element::Other),
        Subject::EnvFrom => containers(start).into_list("envFrom", "env_from", &["prefix"], Element::Other),
        Subject::Port => {
            containers(start).into_list("ports", "port", &["containerPort", "name"], Element::Other)
        }
        Subject::Toleration => start.into_list("tolerations", "toleration", &["key"], Element::Other),
        Subject::Image => start.into(Source::Images, "image", &[], Element::Image),
    };
    Some((walk.loops, walk.names))
}

fn container_list(list: model::ContainerList) -> ContainerList {
    match list {
        model::ContainerList::Containers => ContainerList::Containers,
        model::ContainerList::InitContainers => ContainerList::InitContainers,
        model::ContainerList::EphemeralContainers => ContainerList::EphemeralContainers,
    }
}
