//! Paths as people write them, `scope.step["any key"]`, to paths of the IR.

mod syntax;

use self::syntax::{Segment, parse};
use super::context::{Context, Element, Names};
use super::record;
use super::words::one_of;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{Path, Root};
use crate::project::Place;

/// The subjects whose elements have a name.
pub(super) const SUBJECTS: [&str; 9] =
    ["container", "security_context", "volume", "mount", "env", "env_from", "port", "toleration", "image"];
/// How many paths `{a,b}` may make of one.
const MOST_PATHS: usize = 100;

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
            let diagnostic = Diagnostic::error("bad-path", format!("`{text}` is no path"))
                .label(reason)
                .help("a path is written as in `container.securityContext.privileged` or `pod.labels[\"app.kubernetes.io/name\"]`");
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
        if combinations.len() > MOST_PATHS {
            let diagnostic = Diagnostic::error("bad-path", format!("`{text}` means too many fields"))
                .label(format!("expected at most {MOST_PATHS} fields"));
            context.fault(place, diagnostic);
            return None;
        }
    }
    combinations.into_iter().map(|steps| resolve(context, names, place, text, steps)).collect()
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
    let (scope, element) = match names.get(&scope) {
        Some((of_loop, element)) => (of_loop.to_owned(), Some(element)),
        None => (scope, None),
    };
    let rest = || steps.get(1..).unwrap_or_default().to_vec();
    let (root, steps, takes_steps) = match (scope.as_str(), element, first) {
        (_, Some(Element::Container), Some("list")) => (Root::ContainerList(scope), rest(), false),
        (_, Some(Element::Mount), Some("volume")) => (Root::VolumeOf(scope), rest(), true),
        (_, Some(Element::Image), Some("reference")) => (Root::Element(scope), rest(), false),
        (_, Some(Element::Entry | Element::ParameterEntry), Some("key")) => {
            (Root::EntryKey(scope), rest(), false)
        }
        (_, Some(Element::Entry), Some("value")) => (Root::EntryValue(scope), rest(), true),
        (_, Some(Element::ParameterEntry), Some("value")) => (Root::EntryValue(scope), rest(), false),
        (_, Some(Element::Image | Element::Entry | Element::ParameterEntry), _) => {
            let expected = if element == Some(Element::Image) { "`reference`" } else { "`key` or `value`" };
            let diagnostic = Diagnostic::error("bad-path", format!("`{text}` reads nothing"))
                .label(format!("expected {expected} behind `{scope}`"));
            context.fault(place, diagnostic);
            return None;
        }
        (_, Some(Element::Record), _) => {
            if record::field(&steps).is_none() {
                context.fault(place, record::unknown(text, &scope));
                return None;
            }
            (Root::Element(scope), steps, true)
        }
        (_, Some(Element::Scalar), _) => (Root::Element(scope), steps, false),
        (_, Some(Element::Container | Element::Mount | Element::Other), _) => {
            (Root::Element(scope), steps, true)
        }
        ("object", None, Some("namespace")) => (Root::Namespace, rest(), false),
        ("object", None, Some("kind")) => (Root::Kind, rest(), false),
        ("object", None, Some("group")) => (Root::Group, rest(), false),
        ("object", None, _) => (Root::Object, steps, true),
        ("pod", None, Some("labels" | "annotations")) => (Root::PodMetadata, steps, true),
        ("pod", None, _) => (Root::Pod, steps, true),
        ("workload", None, Some("service_account")) => (Root::ServiceAccount, rest(), false),
        ("workload", None, _) => {
            let diagnostic = Diagnostic::error("bad-path", format!("`{text}` reads nothing"))
                .label("expected `workload.service_account`");
            context.fault(place, diagnostic);
            return None;
        }
        (_, None, _) => {
            unknown_scope(context, names, place, text, &scope);
            return None;
        }
    };
    if !takes_steps && !steps.is_empty() {
        let diagnostic = Diagnostic::error("bad-path", format!("`{text}` steps into what is no map"))
            .label(format!("`{root}` has no fields"));
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
    let diagnostic =
        Diagnostic::error("unknown-scope", format!("`{text}` begins with `{scope}`, which is not in scope"))
            .label(format!("expected {} in front", one_of(known.iter().copied())));
    let help = if SUBJECTS.contains(&scope) {
        Some(format!("look at it with `each: {scope}` in a check, or with `some`, `every` or `none`"))
    } else if scope == "spec" || scope == "metadata" {
        Some(format!("the object's is `object.{scope}`, and the Pod's spec is `pod`"))
    } else if scope == "parameters" {
        Some("parameters are shown in messages; a condition compares with `{parameter: …}`".to_owned())
    } else if context.rule.value.bindings.contains_key(scope) {
        Some(format!("`{scope}` is a name of `let`, which stands alone as an operand; write the path here"))
    } else {
        did_you_mean(scope, known.into_iter()).map(|near| format!("did you mean `{near}`?"))
    };
    let diagnostic = match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    };
    context.fault(place, diagnostic);
}
