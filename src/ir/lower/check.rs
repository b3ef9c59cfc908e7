//! One check: its loops, what must hold, its message, its feature and its waivers.

use super::condition::condition;
use super::context::{Context, Names};
use super::rule::names_kind;
use super::waiver::{self, Exempting, Feature};
use super::{loops, message, path, visit};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{Check, Condition, Kind, Loop, Path, Root, Source};
use crate::model::{self, FeatureUse};
use crate::project::Place;

/// The check in the IR's form; notes faults, and gives nothing if there are any.
pub(super) fn check(
    context: &mut Context,
    place: &Place,
    written: &model::Check,
    exemptions: &[Exempting],
) -> Option<Check> {
    let of = written.of.as_deref().map(|lists| (place.key("of"), lists));
    let loops = loops::chain(context, &place.key("each"), &written.each, of.as_ref());
    let listed = listed_kinds(context, &place.key("kinds"), written.kinds.as_deref());
    let (each, names) = loops?;
    let kinds = kinds(context, place, listed?, &each)?;
    let applies = match &written.applies {
        None => Some(Condition::True),
        Some(applies) => condition(context, &names, &place.key("where"), applies),
    };
    let holds = match (&written.require, &written.forbid) {
        (Some(require), _) => condition(context, &names, &place.key("require"), require),
        (None, Some(forbid)) => {
            condition(context, &names, &place.key("forbid"), forbid).map(Condition::negate)
        }
        (None, None) => None,
    };
    let message = message::message(context, &names, &place.key("message"), &written.message);
    let feature = match &written.feature {
        None => Some(None),
        Some(feature) => self::feature(context, &names, &place.key("feature"), feature, &each).map(Some),
    };
    let at = match &written.at {
        None => holds.as_ref().map(|holds| default_place(&each, holds)),
        Some(text) => path::path(context, &names, &place.key("at"), text),
    };
    let (applies, holds, message, feature, at) = (applies?, holds?, message?, feature?, at?);
    let waivers = match &feature {
        None => Vec::new(),
        Some(feature) => exemptions.iter().filter_map(|one| waiver::of_check(one, feature, &each)).collect(),
    };
    Some(Check {
        id: written.id.clone(),
        kinds,
        each,
        ok: Condition::any([applies.negate(), holds]),
        waivers,
        message,
        at,
        standards: Vec::new(),
    })
}

/// The kinds that the check names, or all that the rule governs.
fn listed_kinds(context: &mut Context, place: &Place, names: Option<&[String]>) -> Option<Vec<Kind>> {
    let Some(names) = names else { return Some(context.kinds.to_vec()) };
    let mut kinds = Vec::new();
    let mut whole = true;
    for (index, name) in names.iter().enumerate() {
        match context.kinds.iter().find(|kind| names_kind(kind, name)) {
            Some(kind) => kinds.push(kind.clone()),
            None => {
                whole = false;
                let known: Vec<&str> = context.kinds.iter().map(|kind| kind.kind.as_str()).collect();
                let fault =
                    Diagnostic::error("unknown-kind", format!("the rule doesn't govern a kind `{name}`"));
                let fault = match did_you_mean(name, known.iter().copied()) {
                    Some(near) => fault.label(format!("did you mean `{near}`?")),
                    None => fault
                        .label("expected a kind that the rule governs")
                        .help("name it under `governs` of the rule too"),
                };
                context.fault(&place.index(index), fault);
            }
        }
    }
    if names.is_empty() {
        let fault =
            Diagnostic::error("empty-list", "the check looks at no kind").label("expected at least one kind");
        context.fault(place, fault);
    }
    kinds.sort();
    kinds.dedup();
    (whole && !names.is_empty()).then_some(kinds)
}

/// The kinds that have what the check looks at.
fn kinds(context: &mut Context, place: &Place, listed: Vec<Kind>, each: &[Loop]) -> Option<Vec<Kind>> {
    let about_pods = about_pods(each);
    let kinds: Vec<Kind> = listed.into_iter().filter(|kind| !about_pods || kind.has_pod()).collect();
    if kinds.is_empty() {
        let fault = Diagnostic::error("no-pod", "the check looks into Pods, and none of these kinds has one")
            .label("expected a kind that is or makes a Pod");
        context.fault(&place.key("kinds"), fault);
        return None;
    }
    Some(kinds)
}

fn about_pods(each: &[Loop]) -> bool {
    each.iter().any(|each| match &each.source {
        Source::Pod | Source::Containers(_) | Source::SecurityContexts | Source::Images => true,
        Source::Items(path) | Source::Entries(path) => matches!(path.root, Root::Pod | Root::PodMetadata),
        Source::Fields(paths) => paths.iter().all(|path| matches!(path.root, Root::Pod | Root::PodMetadata)),
        Source::Object | Source::Parameter(_) | Source::ParameterEntries(_) | Source::Literals(_) => false,
    })
}

/// Where a finding points when the check doesn't say: the first value of the innermost element that is read, else the first value,
/// else the element itself.
fn default_place(each: &[Loop], holds: &Condition) -> Path {
    let mut paths = Vec::new();
    visit::reads(holds, &mut Vec::new(), &mut |around, read| {
        if let (true, visit::Read::Path(path)) = (around.is_empty(), read) {
            paths.push(path.clone());
        }
    });
    let innermost = each.last();
    let of_element = |path: &&Path| match (&path.root, innermost) {
        (
            Root::Element(name)
            | Root::EntryKey(name)
            | Root::EntryValue(name)
            | Root::VolumeOf(name)
            | Root::ContainerList(name),
            Some(each),
        ) => name == &each.name,
        (Root::Pod | Root::PodMetadata | Root::ServiceAccount, Some(each)) => each.source == Source::Pod,
        (Root::Object | Root::Namespace | Root::Kind | Root::Group, Some(each)) => {
            each.source == Source::Object
        }
        (_, None) => false,
    };
    let own = paths.iter().find(of_element).or_else(|| paths.first()).cloned();
    own.unwrap_or_else(|| match innermost {
        Some(each) => match each.source {
            Source::Pod => Path { root: Root::Pod, steps: Vec::new() },
            Source::Object => Path { root: Root::Object, steps: Vec::new() },
            Source::Entries(_) | Source::ParameterEntries(_) => {
                Path { root: Root::EntryValue(each.name.clone()), steps: Vec::new() }
            }
            _ => Path { root: Root::Element(each.name.clone()), steps: Vec::new() },
        },
        None => Path { root: Root::Object, steps: Vec::new() },
    })
}

fn feature(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &FeatureUse,
    each: &[Loop],
) -> Option<Feature> {
    if each.iter().any(|each| matches!(each.source, Source::SecurityContexts | Source::Images)) {
        let diagnostic = Diagnostic::error("bad-feature", "an exemption can't tell whose image counts here")
            .label("expected a check on `pod` or `container`")
            .help("split the check: one on `pod`, one on `container`");
        context.fault(place, diagnostic);
        return None;
    }
    let listed = match written {
        FeatureUse::Flag(flag) => return Some(Feature::Flag(*flag)),
        FeatureUse::Listed(listed) => listed,
    };
    match (&listed.capability, &listed.host_path, &listed.selinux_type) {
        (Some(text), None, None) => {
            path::path(context, names, &place.key("capability"), text).map(Feature::Capability)
        }
        (None, Some(text), None) => {
            path::path(context, names, &place.key("host_path"), text).map(Feature::HostPath)
        }
        (None, None, Some(text)) => {
            path::path(context, names, &place.key("selinux_type"), text).map(Feature::SelinuxType)
        }
        _ => {
            let diagnostic = Diagnostic::error("bad-feature", "a feature has one name")
                .label("expected exactly one of `capability`, `host_path` and `selinux_type`");
            context.fault(place, diagnostic);
            None
        }
    }
}
