//! What holds for a whole environment, value by value, each with the place that set it; for people.

use super::action::name;
use crate::ir::{Release, Setting, Target};
use crate::model::{
    self, Action, Actions, Engines, FailurePolicies, FailurePolicy, LeftOutNamespace, NamespaceScope,
    SeverityFloor, VersionRange,
};
use crate::project::{Layers, Located, Place, Said};

/// Where nobody has set a value.
const DEFAULT: &str = "default";

/// What is said of one of several values.
type Of<Whole, Value> = fn(&Whole) -> Option<Value>;

/// The settings of an environment, in the order of its file. `release` is what they come to.
pub(super) fn settings(
    project: &Located<model::Project>,
    layers: &Layers<'_>,
    release: &Release,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    let kubernetes = layers.kubernetes().map_or(DEFAULT.to_owned(), |said| said.shown());
    settings.push(setting("kubernetes", &release.kubernetes.to_string(), &kubernetes));
    let pod_security =
        layers.pod_security().map_or(format!("{DEFAULT}, as `kubernetes`"), |said| said.shown());
    settings.push(setting("pod_security", &release.pod_security.to_string(), &pod_security));
    settings.extend(catalogue(project, layers, release));
    settings.extend(layers.profile().map(|said| setting("profile", said.value, &said.shown())));
    settings.extend(layers.targets().iter().flat_map(targets));
    settings.extend(layers.namespaces().iter().flat_map(scopes));
    settings.extend(floors(layers));
    settings.extend(failure_policies(layers));
    settings.extend(break_glass(layers));
    settings.extend(left_out(project, layers, release));
    settings.extend(exemptions(layers, release));
    settings
}

/// The copy of the catalogue, if rules come from one.
fn catalogue(project: &Located<model::Project>, layers: &Layers<'_>, release: &Release) -> Option<Setting> {
    let version = release.catalogue.as_ref()?;
    let by_project = || project.shown(&Place::root().key("catalogue"));
    let set_by = layers.catalogue().map_or_else(by_project, |said| said.shown());
    Some(setting("catalogue", version, &set_by))
}

fn setting(name: &str, value: &str, set_by: &str) -> Setting {
    Setting { name: name.to_owned(), value: value.to_owned(), set_by: set_by.to_owned() }
}

fn targets(said: &Said<'_, &Engines>) -> Vec<Setting> {
    let ranges: [(Target, &Option<VersionRange>); 4] = [
        (Target::KyvernoClusterPolicy, &said.value.kyverno_cluster_policy),
        (Target::KyvernoValidatingPolicy, &said.value.kyverno_validating_policy),
        (Target::Gatekeeper, &said.value.gatekeeper),
        (Target::ValidatingAdmissionPolicy, &said.value.validating_admission_policy),
    ];
    let range = |(target, range): (Target, &Option<VersionRange>)| {
        let range = range.as_ref()?;
        let set_by = said.by.shown(&said.place.key(target.name()));
        Some(setting(
            &format!("targets.{}", target.name()),
            &format!("{} to {}", range.from, range.to),
            &set_by,
        ))
    };
    ranges.into_iter().filter_map(range).collect()
}

fn scopes(said: &Said<'_, &Vec<NamespaceScope>>) -> Vec<Setting> {
    let scope = |(index, scope): (usize, &NamespaceScope)| {
        let which = match (&scope.names, &scope.label) {
            (Some(names), _) => names.join(", "),
            (None, Some(label)) => format!("`{}` is {}", label.key, label.values.join(", ")),
            (None, None) => "all others".to_owned(),
        };
        let set_by = said.by.shown(&said.place.index(index));
        setting(&format!("namespaces.{}", scope.name), &format!("{which}: {}", words(&scope.action)), &set_by)
    };
    said.value.iter().enumerate().map(scope).collect()
}

fn words(actions: &Actions) -> String {
    match actions {
        Actions::Alike(action) => name(*action).to_owned(),
        Actions::Apart(apart) => {
            let word = |action: Option<Action>| action.map_or("", name);
            format!("workloads {}, Pods {}", word(apart.workloads), word(apart.pods))
        }
    }
}

fn floors(layers: &Layers<'_>) -> Vec<Setting> {
    let root = Place::root().key("severity_floor");
    let floors: [(&str, Of<SeverityFloor, Action>); 4] = [
        ("critical", |floor| floor.critical),
        ("high", |floor| floor.high),
        ("medium", |floor| floor.medium),
        ("low", |floor| floor.low),
    ];
    let floors = floors.map(|(severity, of)| {
        let said = layers.nearest(|one| Some((of(&one.severity_floor)?, root.key(severity))))?;
        Some(setting(&format!("severity_floor.{severity}"), name(said.value), &said.shown()))
    });
    floors.into_iter().flatten().collect()
}

fn failure_policies(layers: &Layers<'_>) -> Vec<Setting> {
    let root = Place::root().key("failure_policy");
    let policies: [(&str, Of<FailurePolicies, FailurePolicy>, FailurePolicy); 3] = [
        ("deny", |policies| policies.deny, FailurePolicy::Fail),
        ("warn", |policies| policies.warn, FailurePolicy::Ignore),
        ("audit", |policies| policies.audit, FailurePolicy::Ignore),
    ];
    let policies = policies.map(|(action, of, default)| {
        let said = layers.nearest(|one| Some((of(&one.failure_policy)?, root.key(action))));
        let (value, set_by) = said.map_or((default, DEFAULT.to_owned()), |said| (said.value, said.shown()));
        let word = match value {
            FailurePolicy::Fail => "Fail",
            FailurePolicy::Ignore => "Ignore",
        };
        setting(&format!("failure_policy.{action}"), word, &set_by)
    });
    policies.into()
}

fn break_glass(layers: &Layers<'_>) -> Option<Setting> {
    let said = layers.nearest(|one| Some((one.break_glass.as_ref()?, Place::root().key("break_glass"))))?;
    let value = format!("`{}` by {}", said.value.label, said.value.groups.join(", "));
    Some(setting("break_glass", &value, &said.shown()))
}

/// Each namespace that is left out, by the nearest that says so.
fn left_out(project: &Located<model::Project>, layers: &Layers<'_>, release: &Release) -> Vec<Setting> {
    let in_list = |list: &[LeftOutNamespace], name: &str| list.iter().position(|one| one.namespace == name);
    let shown = |name: &str| {
        let place = Place::root().key("left_out").key("also");
        let said = layers.nearest(|one| Some(((), place.index(in_list(&one.left_out.also, name)?))));
        let of_project = || {
            let index = in_list(&project.value.left_out, name)?;
            Some(project.shown(&Place::root().key("left_out").index(index)))
        };
        said.map(|said| said.shown()).or_else(of_project).unwrap_or_default()
    };
    let names = release.left_out.iter().map(|left| left.namespace.as_str());
    names.map(|name| setting(&format!("left_out.{name}"), "left out", &shown(name))).collect()
}

/// Each exemption that is granted, and whether it holds.
fn exemptions(layers: &Layers<'_>, release: &Release) -> Vec<Setting> {
    let root = Place::root().key("exemptions");
    let state = |name: &str| match release.expired(name) {
        Some(record) => format!("expired on {}", record.expires),
        None => "holds".to_owned(),
    };
    let of_layer = layers.iter().flat_map(|layer| {
        let exemptions = layer.value.exemptions.iter().enumerate();
        let root = root.clone();
        let state = &state;
        exemptions.map(move |(index, name)| {
            setting(&format!("exemptions.{name}"), &state(name), &layer.shown(&root.index(index)))
        })
    });
    let mut settings: Vec<Setting> = of_layer.collect();
    settings.sort_by(|one, other| one.name.cmp(&other.name));
    settings.dedup_by(|second, first| second.name == first.name);
    settings
}
