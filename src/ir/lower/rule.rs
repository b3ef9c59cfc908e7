//! One rule: its parameters, conditions, checks, shapes and waivers, put together.

use std::collections::BTreeMap;

use super::condition::condition;
use super::context::{Context, Names, Versions};
use super::parameter::{self, Setting};
use super::waiver::{self, Exempting, Feature};
use super::{governed, loops, message, path, shape, visit};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{
    Action, Check, Condition, Kind, Loop, Parameter, Path, Placement, ReferenceTo, Root, Rule, Severity,
    Source,
};
use crate::model::{self, Each, FeatureUse, Governs};
use crate::project::{Located, Place};

/// What a rule is lowered with.
pub(super) struct Surroundings<'a> {
    /// Every declared kind.
    pub kinds: &'a [Kind],
    /// Values of parameters that differ from the defaults.
    pub settings: BTreeMap<String, Setting>,
    /// The versions.
    pub versions: Versions,
    /// The exemptions that hold.
    pub exemptions: Vec<Exempting>,
}

/// The rule in the IR's form, without placements and examples; or what is wrong with it.
pub(super) fn rule(
    written: &Located<model::Rule>,
    surroundings: &Surroundings,
) -> Result<Rule, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let kinds = governed_kinds(written, surroundings.kinds, &mut faults);
    let parameters = parameters(written, &surroundings.settings, &mut faults);
    let mut context = Context {
        rule: written,
        kinds: &kinds,
        parameters: &parameters,
        versions: surroundings.versions,
        faults,
    };
    let spared = spared(&mut context);
    let checks: Vec<Option<Check>> = written
        .value
        .checks
        .iter()
        .enumerate()
        .map(|(index, check)| {
            self::check(&mut context, &Place::root().key("checks").index(index), check, surroundings)
        })
        .collect();
    let faults = context.faults;
    let (Some(spared), Some(checks), true) =
        (spared, checks.into_iter().collect::<Option<Vec<Check>>>(), faults.is_empty())
    else {
        return Err(faults);
    };
    let shapes = shape::shapes(&kinds, &spared, &checks);
    let (governed_in_pods, governed_in_objects) = governed::governed(&kinds, &spared, &checks);
    let value = &written.value;
    Ok(Rule {
        id: value.id.clone(),
        title: value.title.clone(),
        severity: severity(value.severity),
        category: value.category.clone(),
        since: value.since.clone(),
        why: value.why.trim().to_owned(),
        fix: value.fix.trim().to_owned(),
        references: value
            .references
            .iter()
            .map(|reference| ReferenceTo {
                framework: reference.framework.clone(),
                control: reference.control.clone(),
            })
            .collect(),
        source_file: if written.node.is_some() { written.name.clone() } else { String::new() },
        kinds,
        parameters,
        spared,
        waivers: surroundings.exemptions.iter().filter_map(|one| waiver::of_rule(one, &value.id)).collect(),
        shapes,
        checks,
        governed_in_pods,
        governed_in_objects,
        placements: Vec::new(),
        examples: Vec::new(),
    })
}

fn severity(severity: model::Severity) -> Severity {
    match severity {
        model::Severity::Low => Severity::Low,
        model::Severity::Medium => Severity::Medium,
        model::Severity::High => Severity::High,
        model::Severity::Critical => Severity::Critical,
    }
}

/// Whether `Kind` or `group/Kind` names this kind.
pub(super) fn names_kind(kind: &Kind, name: &str) -> bool {
    match name.rsplit_once('/') {
        None => kind.kind == name,
        Some((group, word)) => kind.kind == word && kind.group == group,
    }
}

fn kinds_of(
    written: &Located<model::Rule>,
    among: &[Kind],
    names: &[String],
    place: &Place,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Kind> {
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let named: Vec<&Kind> = among.iter().filter(|kind| names_kind(kind, name)).collect();
        match named.as_slice() {
            [kind] => found.push((*kind).clone()),
            [] => {
                let mut diagnostic =
                    Diagnostic::error("unknown-kind", format!("no kind `{name}` is declared here"))
                        .label("expected a kind of `kinds.yaml` that the rule governs");
                diagnostic = match did_you_mean(name, among.iter().map(|kind| kind.kind.as_str())) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => {
                        diagnostic.help("declare it in `kinds.yaml`: its group, plural, scope and versions")
                    }
                };
                faults.push(written.mark(diagnostic, &place.index(index)));
            }
            _ => {
                let diagnostic =
                    Diagnostic::error("unclear-kind", format!("several groups have a kind `{name}`"))
                        .label("expected `group/Kind`");
                faults.push(written.mark(diagnostic, &place.index(index)));
            }
        }
    }
    found
}

fn governed_kinds(
    written: &Located<model::Rule>,
    declared: &[Kind],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Kind> {
    let (pods, names) = match &written.value.governs {
        Governs::Word(_) => (true, [].as_slice()),
        Governs::Kinds(kinds) => (kinds.pods, kinds.kinds.as_slice()),
    };
    let place = Place::root().key("governs");
    let mut kinds = kinds_of(written, declared, names, &place.key("kinds"), faults);
    if pods {
        kinds.extend(declared.iter().filter(|kind| kind.has_pod()).cloned());
    }
    if kinds.is_empty() && faults.is_empty() {
        let diagnostic = Diagnostic::error("no-kinds", "the rule governs nothing")
            .label("expected `pods`, or kinds of `kinds.yaml`");
        faults.push(written.mark(diagnostic, &place));
    }
    kinds.sort();
    kinds.dedup();
    kinds
}

fn parameters(
    written: &Located<model::Rule>,
    settings: &BTreeMap<String, Setting>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Parameter> {
    let mut parameters = BTreeMap::new();
    for (name, declared) in &written.value.parameters {
        let default = Setting { written: declared.default.clone(), set_by: "default".to_owned() };
        let place = Place::root().key("parameters").key(name).key("default");
        match parameter::resolve(declared, &default) {
            Ok(parameter) => {
                // A setting that can't be taken has been told at its own place.
                let set = settings.get(name).and_then(|setting| parameter::resolve(declared, setting).ok());
                parameters.insert(name.clone(), set.unwrap_or(parameter));
            }
            Err(reasons) => {
                for reason in reasons {
                    let message = format!("the default of `{name}` can't be taken");
                    faults.push(written.mark(Diagnostic::error("bad-value", message).label(reason), &place));
                }
            }
        }
    }
    parameters
}

fn spared(context: &mut Context) -> Option<Condition> {
    let names = Names::default();
    let rule = context.rule;
    let mut parts = Vec::new();
    if let Some(applies) = &rule.value.applies {
        parts.push(condition(context, &names, &Place::root().key("where"), applies).map(Condition::negate));
    }
    if let Some(except) = &rule.value.except {
        parts.push(condition(context, &names, &Place::root().key("except"), except));
    }
    parts.into_iter().collect::<Option<Vec<Condition>>>().map(Condition::any)
}

fn check(
    context: &mut Context,
    place: &Place,
    written: &model::Check,
    surroundings: &Surroundings,
) -> Option<Check> {
    let chain = match &written.each {
        Each::One(each) => std::slice::from_ref(each),
        Each::Chain(chain) => chain.as_slice(),
    };
    let outer = Names::default();
    let (each, names) = loops::chain(context, &outer, &place.key("each"), chain, written.of.as_deref())?;
    let about_pods = about_pods(&each);
    let kinds = match &written.kinds {
        None => context.kinds.to_vec(),
        Some(listed) => {
            let governed = context.kinds.to_vec();
            let mut kinds =
                kinds_of(context.rule, &governed, listed, &place.key("kinds"), &mut context.faults);
            kinds.sort();
            kinds
        }
    };
    let kinds = kinds.into_iter().filter(|kind| !about_pods || kind.has_pod()).collect();
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
        Some(feature) => {
            surroundings.exemptions.iter().filter_map(|one| waiver::of_check(one, feature, &each)).collect()
        }
    };
    Some(Check {
        id: written.id.clone(),
        kinds,
        each,
        ok: Condition::any([applies.negate(), holds]),
        waivers,
        message,
        at,
    })
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

/// A rule that denies everywhere, for proofs.
pub(super) fn denying_everywhere(rule: &Rule) -> Vec<Placement> {
    let place = |cluster: bool| Placement {
        suffix: cluster.then(|| "cluster".to_owned()),
        cluster,
        selector: Vec::new(),
        action: Action::Deny,
        failure_policy: crate::ir::FailurePolicy::Fail,
        set_by: "proof".to_owned(),
    };
    let mut placements = Vec::new();
    if rule.kinds.iter().any(|kind| !kind.is_cluster_wide()) {
        placements.push(place(false));
    }
    if rule.kinds.iter().any(Kind::is_cluster_wide) {
        placements.push(place(true));
    }
    placements
}
