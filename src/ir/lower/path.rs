//! Paths as people write them, `scope.step["any key"]`, to paths of the IR.

use super::context::{Context, Element, Names};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{Path, Root};
use crate::project::Place;

/// A step of a written path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// One key.
    One(String),
    /// `{a,b}`: each of these keys.
    Each(Vec<String>),
}

/// The path that is written; notes a fault if it is none.
pub(super) fn path(context: &mut Context, names: &Names, place: &Place, text: &str) -> Option<Path> {
    let mut paths = paths(context, names, place, text)?;
    if paths.len() == 1 {
        return paths.pop();
    }
    let diagnostic = Diagnostic::error("bad-path", format!("`{text}` means several fields"))
        .label("expected one field")
        .help("`{a,b}` is understood in `fields` only");
    context.fault(place, diagnostic);
    None
}

/// The paths that are written, one for each combination of `{a,b}`.
pub(super) fn paths(context: &mut Context, names: &Names, place: &Place, text: &str) -> Option<Vec<Path>> {
    let segments = match parse(text) {
        Ok(segments) => segments,
        Err(reason) => {
            let diagnostic = Diagnostic::error("bad-path", format!("`{text}` is no path: {reason}"))
                .label("expected a path such as `container.securityContext.privileged`");
            context.fault(place, diagnostic);
            return None;
        }
    };
    let mut combinations: Vec<Vec<String>> = vec![Vec::new()];
    for segment in segments {
        let keys = match segment {
            Segment::One(key) => vec![key],
            Segment::Each(keys) => keys,
        };
        combinations = combinations
            .iter()
            .flat_map(|steps| keys.iter().map(|key| steps.iter().cloned().chain([key.clone()]).collect()))
            .collect();
    }
    combinations.into_iter().map(|steps| resolve(context, names, place, text, steps)).collect()
}

fn parse(text: &str) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    let mut rest = text;
    loop {
        if let Some(inside) = rest.strip_prefix("[\"") {
            let (key, after) = inside.split_once("\"]").ok_or("a `[\"` has no `\"]`")?;
            segments.push(Segment::One(key.to_owned()));
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('{') {
            let (keys, after) = inside.split_once('}').ok_or("a `{` has no `}`")?;
            segments.push(Segment::Each(keys.split(',').map(|key| key.trim().to_owned()).collect()));
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let plain =
                name.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character));
            if name.is_empty() || !plain {
                return Err(format!(
                    "a step is made of letters and digits, or stands in `[\"…\"]`, and `{name}` is not"
                ));
            }
            segments.push(Segment::One(name.to_owned()));
            rest = after;
        }
        match rest.chars().next() {
            None => return Ok(segments),
            Some('.') => rest = rest.get(1..).unwrap_or_default(),
            Some('[') => {}
            Some(other) => return Err(format!("`.` or `[` was expected before `{other}`")),
        }
    }
}

fn resolve(
    context: &mut Context,
    names: &Names,
    place: &Place,
    text: &str,
    steps: Vec<String>,
) -> Option<Path> {
    let mut steps = steps.into_iter();
    let scope = steps.next()?;
    let steps: Vec<String> = steps.collect();
    let first = steps.first().map(String::as_str);
    let element = names.get(&scope);
    let rest = || steps.get(1..).unwrap_or_default().to_vec();
    let (root, steps, takes_steps) = match (scope.as_str(), element, first) {
        (_, Some(Element::Container), Some("list")) => (Root::ContainerList(scope), rest(), false),
        (_, Some(Element::Mount), Some("volume")) => (Root::VolumeOf(scope), rest(), true),
        (_, Some(Element::Image), Some("reference")) => (Root::Element(scope), rest(), false),
        (_, Some(Element::Entry), Some("key")) => (Root::EntryKey(scope), rest(), false),
        (_, Some(Element::Entry), Some("value")) => (Root::EntryValue(scope), rest(), true),
        (_, Some(Element::Image | Element::Entry), _) => {
            let expected = if element == Some(Element::Image) { "`reference`" } else { "`key` or `value`" };
            let diagnostic = Diagnostic::error("bad-path", format!("`{scope}` has no such field"))
                .label(format!("expected {expected} behind `{scope}`"));
            context.fault(place, diagnostic);
            return None;
        }
        (_, Some(Element::Container | Element::Mount | Element::Record | Element::Other), _) => {
            (Root::Element(scope), steps, true)
        }
        ("object", None, Some("namespace")) => (Root::Namespace, rest(), false),
        ("object", None, Some("kind")) => (Root::Kind, rest(), false),
        ("object", None, Some("group")) => (Root::Group, rest(), false),
        ("object", None, _) => (Root::Object, steps, true),
        ("pod", None, Some("labels" | "annotations")) => (Root::PodMetadata, steps, true),
        ("pod", None, _) => (Root::Pod, steps, true),
        ("workload", None, Some("service_account")) => (Root::ServiceAccount, rest(), false),
        (_, None, _) => {
            unknown_scope(context, names, place, text, &scope);
            return None;
        }
    };
    if !takes_steps && !steps.is_empty() {
        let diagnostic = Diagnostic::error("bad-path", format!("`{text}` steps into a text"))
            .label(format!("`{root}` is a text and has no fields"));
        context.fault(place, diagnostic);
        return None;
    }
    let about_pods = matches!(root, Root::Pod | Root::PodMetadata | Root::ServiceAccount);
    if about_pods && !context.kinds.iter().any(crate::ir::Kind::has_pod) {
        let diagnostic =
            Diagnostic::error("no-pod", format!("`{text}` speaks of a Pod, and no governed kind has one"))
                .label("expected a path into `object`")
                .help("write `governs: pods`, or give the kind a `pod_template` in `kinds.yaml`");
        context.fault(place, diagnostic);
        return None;
    }
    Some(Path { root, steps })
}

fn unknown_scope(context: &mut Context, names: &Names, place: &Place, text: &str, scope: &str) {
    let mut known: Vec<&str> = names.all().collect();
    known.extend(["object", "pod", "workload"]);
    let listed = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut diagnostic =
        Diagnostic::error("unknown-scope", format!("`{text}` begins with `{scope}`, which is not in scope"))
            .label(format!("expected one of {listed}"));
    if let Some(near) = did_you_mean(scope, known.into_iter()) {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    }
    context.fault(place, diagnostic);
}
