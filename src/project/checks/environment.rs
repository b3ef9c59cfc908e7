//! Profiles and environments: everything that they name exists, and of the namespaces exactly the last takes the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{label_fault, line_fault, listed, namespace_fault, slug_fault, version, version_fault};
use super::{Names, Report, unknown};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Actions, ActionsApart, Environment, LATEST, Layout, NamespaceScope, Profile, VersionRange,
};
use crate::project::{Layers, Place, View};

/// Longest name of a namespace scope: `<project>-<rule id>-<scope>` has at most 63 characters.
const LONGEST_SCOPE: usize = 30;

/// The label that the API server puts on each namespace: its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// What stands behind a scope in the names of generated objects, and for whom.
const RESERVED: [(&str, &str); 3] = [
    ("cluster", "cluster-scoped kinds"),
    ("pods", "Pods"),
    ("break-glass", "namespaces whose glass is broken"),
];

pub(super) fn check_profile(report: &mut Report<Profile>, names: &Names, view: &View<'_>) {
    let (profile, root) = (report.value(), Place::root());
    report.at(&root.key("description"), line_fault("the description", &profile.description));
    for rule in profile.rules.keys().filter(|rule| !names.has_rule(rule)) {
        report.at_key(&root.key("rules").key(rule), names.unknown_rule(rule));
    }
    let Some(extended) = &profile.extends else { return };
    if !names.has_profile(extended) {
        report.at(&root.key("extends"), names.unknown_profile(extended));
    } else if let Some(last) = view.chain(&profile.name).last().and_then(|last| last.value.extends.as_ref())
        && view.profiles.iter().any(|profile| profile.value.name == *last)
    {
        let fault =
            Diagnostic::error("endless-extends", format!("the profile `{}` extends itself", profile.name))
                .label(format!("leads back to `{last}`"))
                .help("one of the profiles must extend nothing, or another one");
        report.at(&root.key("extends"), fault);
    }
}

/// `held` are the rules of each profile; `layers` the environment on those that it extends, or why there are none.
pub(super) fn check(
    report: &mut Report<Environment>,
    names: &Names,
    held: &BTreeMap<&str, BTreeSet<&str>>,
    layers: Result<Layers<'_>, Box<Diagnostic>>,
) {
    let (environment, root) = (report.value(), Place::root());
    report.at(&root.key("description"), line_fault("the description", &environment.description));
    check_versions(report);
    if let Some(profile) = environment.profile.as_ref().filter(|profile| !names.has_profile(profile)) {
        report.at(&root.key("profile"), names.unknown_profile(profile));
    }
    check_namespaces(report);
    warn_of_labels(report, names);
    check_break_glass(report);
    let also = environment.left_out.also.iter().map(|left_out| left_out.namespace.as_str());
    report.repeated(&root.key("left_out").key("also"), also, "the namespace");
    check_rule_names(report, names);
    match layers {
        Ok(layers) => {
            check_missing(report, &layers);
            check_break_glass_label(report, &layers);
            check_rules(report, names, &layers, held);
        }
        Err(fault) if is_lost(fault.code, environment, names) => {}
        Err(fault) => report.sink.push(*fault),
    }
    let exemptions = root.key("exemptions");
    for (index, exemption) in environment.exemptions.iter().enumerate() {
        if !names.exemptions.contains(exemption) {
            let known = names.exemptions.iter().map(String::as_str);
            report.at(&exemptions.index(index), unknown("unknown-exemption", "exemption", exemption, known));
        }
    }
    report.repeated(&exemptions, environment.exemptions.iter().map(String::as_str), "the exemption");
}

fn check_versions(report: &mut Report<Environment>) {
    let (environment, root) = (report.value(), Place::root());
    let kubernetes = environment.kubernetes.as_ref();
    report.at(&root.key("kubernetes"), kubernetes.and_then(|version| version_fault(version)));
    if let Some(pod_security) = environment.pod_security.as_ref().filter(|version| *version != LATEST) {
        report.at(&root.key("pod_security"), version_fault(pod_security));
    }
    let Some(targets) = &environment.targets else { return };
    let ranges = [
        ("kyverno-cluster-policy", &targets.kyverno_cluster_policy),
        ("kyverno-validating-policy", &targets.kyverno_validating_policy),
        ("gatekeeper", &targets.gatekeeper),
        ("validating-admission-policy", &targets.validating_admission_policy),
    ];
    if ranges.iter().all(|(_, range)| range.is_none()) {
        let fault = Diagnostic::error("no-target", "the environment has no target")
            .label(format!("expected at least one of {}", listed(ranges.map(|(name, _)| name), "and")));
        report.at_key(&root.key("targets"), fault);
    }
    for (name, range) in ranges {
        if let Some(range) = range {
            check_range(report, range, &root.key("targets").key(name));
        }
    }
}

fn check_range(report: &mut Report<Environment>, range: &VersionRange, place: &Place) {
    report.at(&place.key("from"), version_fault(&range.from));
    report.at(&place.key("to"), version_fault(&range.to));
    if let (Some(from), Some(to)) = (version(&range.from), version(&range.to))
        && to < from
    {
        let message = format!("the range ends with `{}`, before its begin `{}`", range.to, range.from);
        let fault = Diagnostic::error("empty-version-range", message)
            .label(format!("expected `{}` or later", range.from));
        report.at(&place.key("to"), fault);
    }
    if range.packed_actions.is_some() && range.layout != Layout::Packed {
        let fault =
            Diagnostic::error("nothing-packed", "`packed_actions` says nothing, since nothing is packed")
                .label("expected `layout: packed` beside it");
        report.at(&place.key("packed_actions"), fault);
    }
}

fn check_namespaces(report: &mut Report<Environment>) {
    let Some(scopes) = &report.value().namespaces else { return };
    let root = Place::root().key("namespaces");
    let mut earlier: BTreeMap<&str, Place> = BTreeMap::new();
    for (index, scope) in scopes.iter().enumerate() {
        let place = root.index(index);
        check_scope(report, scope, &place, index + 1 == scopes.len());
        for (position, name) in scope.names.iter().flatten().enumerate() {
            let at = place.key("names").index(position);
            match earlier.get(name.as_str()) {
                Some(first) => report.twice(first, &at, name, "the namespace"),
                None => drop(earlier.insert(name, at)),
            }
        }
        if let Some(first) = scopes.iter().take(index).position(|other| other.name == scope.name) {
            report.twice(
                &root.index(first).key("name"),
                &place.key("name"),
                &scope.name,
                "the namespace scope",
            );
        }
    }
}

fn check_scope(report: &mut Report<Environment>, scope: &NamespaceScope, place: &Place, last: bool) {
    let name = &scope.name;
    report.at(&place.key("name"), slug_fault("the namespace scope", name, LONGEST_SCOPE));
    let is_reserved = |word: &str| name == word || name.ends_with(&format!("-{word}"));
    if let Some((word, whom)) = RESERVED.into_iter().find(|(word, _)| is_reserved(word)) {
        let fault = Diagnostic::error("reserved-name", format!("a namespace scope can't be called `{name}`"))
            .label("expected another name")
            .help(format!("names of objects that end with `{word}` are those for {whom}"));
        report.at(&place.key("name"), fault);
    }
    check_action(report, &scope.action, &place.key("action"));
    let help = "the first scope that fits wins, and the last takes all namespaces that are left";
    match (&scope.names, &scope.label) {
        (None, None) if !last => {
            let fault = Diagnostic::error(
                "no-selector",
                format!("the namespace scope `{name}` has neither `names` nor `label`"),
            )
            .label("expected one of them, since this is not the last scope")
            .help(help);
            report.at(&place.key("name"), fault);
        }
        (Some(_), Some(_)) => {
            let fault = Diagnostic::error(
                "two-selectors",
                format!("the namespace scope `{name}` has both `names` and `label`"),
            )
            .label("expected only one of them")
            .help("make it two scopes, each with its own name");
            report.at_key(&place.key("label"), fault);
        }
        (Some(_), None) if last => {
            report.at_key(&place.key("names"), last_with_selector(name, "names").help(help))
        }
        (None, Some(_)) if last => {
            report.at_key(&place.key("label"), last_with_selector(name, "label").help(help))
        }
        (None, None) | (Some(_), None) | (None, Some(_)) => {}
    }
    for (index, namespace) in scope.names.iter().flatten().enumerate() {
        report.at(&place.key("names").index(index), namespace_fault(namespace));
    }
}

fn last_with_selector(name: &str, field: &str) -> Diagnostic {
    Diagnostic::error("no-last-scope", format!("the last namespace scope `{name}` has `{field}`"))
        .label("expected neither `names` nor `label` in the last scope")
}

/// Groups that everybody is in.
const EVERYBODY: [&str; 3] = ["system:authenticated", "system:unauthenticated", "system:serviceaccounts"];

fn check_break_glass(report: &mut Report<Environment>) {
    let Some(glass) = &report.value().break_glass else { return };
    let place = Place::root().key("break_glass");
    report.at(&place.key("label"), label_fault(&glass.label));
    if glass.label == NAME_LABEL {
        let fault =
            Diagnostic::error("label-of-all", format!("every namespace carries the label `{NAME_LABEL}`"))
                .label("expected a label of your own, as in `platform.example.com/break-glass`");
        report.at(&place.key("label"), fault);
    }
    let groups = place.key("groups");
    for (index, group) in glass.groups.iter().enumerate() {
        report.at(&groups.index(index), line_fault("the group", group));
        if EVERYBODY.contains(&group.as_str()) {
            let fault = Diagnostic::error("group-of-everybody", format!("`{group}` is a group of everybody"))
                .label("expected a group of those who are on call");
            report.at(&groups.index(index), fault);
        }
    }
    report.repeated(&groups, glass.groups.iter().map(String::as_str), "the group");
}

/// A label that selects a scope can't also take the scope's denials away.
fn check_break_glass_label(report: &mut Report<Environment>, layers: &Layers<'_>) {
    let Some(glass) = layers.nearest(|one| Some((one.break_glass.as_ref()?, Place::root()))) else { return };
    let Some(namespaces) = layers.namespaces() else { return };
    let key = |scope: &&NamespaceScope| scope.label.as_ref().map(|label| label.key.clone());
    if let Some(scope) = namespaces.value.iter().find(|scope| key(scope).as_ref() == Some(&glass.value.label))
    {
        let message = format!("the label `{}` selects the scope `{}`", glass.value.label, scope.name);
        let fault = Diagnostic::error("label-of-a-scope", message).label("expected another label");
        let place = Place::root().key("break_glass").key("label");
        report.sink.push(glass.by.mark(fault, &place));
    }
}

/// Whoever may label a namespace chooses its action.
fn warn_of_labels(report: &mut Report<Environment>, names: &Names) {
    let Some(protected) = &names.protected_labels else { return };
    for (index, scope) in report.value().namespaces.iter().flatten().enumerate() {
        let Some(label) = scope.label.as_ref().filter(|label| !protected.contains(&label.key)) else {
            continue;
        };
        let key = &label.key;
        let warning = Diagnostic::warning(
            "unprotected-label",
            format!("whoever may label a namespace with `{key}` chooses what happens there"),
        )
        .label("isn't protected, as far as the project says")
        .help("select namespaces by `names`, or name the label in `palisade.yaml` under `protected_labels`, with what protects it");
        let place = Place::root().key("namespaces").index(index).key("label").key("key");
        report.at(&place, warning);
        report.at(&place, label_fault(key));
    }
}

/// A scope says what happens to all objects: there is nothing behind it that would say the rest.
fn check_action(report: &mut Report<Environment>, actions: &Actions, place: &Place) {
    let Actions::Apart(apart) = actions else { return };
    let missing = match (apart.workloads, apart.pods) {
        (Some(_), Some(_)) => return,
        (None, Some(_)) => "`workloads`",
        (Some(_), None) => "`pods`",
        (None, None) => "`workloads` and `pods`",
    };
    let fault = Diagnostic::error("no-action", format!("the action doesn't say what happens to {missing}"))
        .label(format!("expected {missing} too"))
        .help("`workloads` are all objects but Pods; write the action alone if it is the same for both");
    report.at(place, fault);
}

fn check_rule_names(report: &mut Report<Environment>, names: &Names) {
    for (rule, settings) in &report.value().rules {
        let place = Place::root().key("rules").key(rule);
        if !names.has_rule(rule) {
            report.at_key(&place, names.unknown_rule(rule));
        }
        let in_scopes =
            settings.actions.iter().map(|(scope, actions)| (place.key("actions").key(scope), actions));
        let own = settings.action.iter().map(|actions| (place.key("action"), actions));
        for (place, actions) in own.chain(in_scopes) {
            if *actions == Actions::Apart(ActionsApart::default()) {
                let fault = Diagnostic::error("no-action", "the action says nothing")
                    .label("expected `workloads`, `pods` or both");
                report.at(&place, fault);
            }
        }
    }
}

/// Whether a fault of layers may come of a file that couldn't be read.
fn is_lost(code: &str, environment: &Environment, names: &Names) -> bool {
    code == "unknown-environment"
        && environment.extends.as_ref().is_some_and(|name| names.environments.contains(name))
}

/// What nothing says that is to be built.
fn check_missing(report: &mut Report<Environment>, layers: &Layers<'_>) {
    if report.value().is_abstract {
        return;
    }
    let fields = [
        ("kubernetes", layers.kubernetes().is_none(), "the lowest Kubernetes version of its API servers"),
        ("namespaces", layers.namespaces().is_none(), "namespaces and their actions"),
        ("profile", layers.profile().is_none(), "the profile that rules and parameters come from"),
        ("targets", layers.targets().is_none(), "the engines that policies are written for"),
    ];
    let missing: Vec<(&str, &str)> = fields
        .into_iter()
        .filter(|(_, is_missing, _)| *is_missing)
        .map(|(name, _, what)| (name, what))
        .collect();
    if missing.is_empty() {
        return;
    }
    let word = if missing.len() == 1 { "field" } else { "fields" };
    let names = listed(missing.iter().map(|(name, _)| *name), "and");
    let described: Vec<String> = missing.iter().map(|(name, what)| format!("`{name}`: {what}")).collect();
    let fault = Diagnostic::error("missing-field", format!("missing {word} {names}"))
        .label(format!("expected {names} here"))
        .help(format!(
            "{}\nan environment that is only there to be extended says `abstract: true`",
            described.join("\n")
        ));
    report.at(&Place::root(), fault);
}

/// Settings that would have no effect. What is inherited may have none: others stand on the same environment.
fn check_rules(
    report: &mut Report<Environment>,
    names: &Names,
    layers: &Layers<'_>,
    held: &BTreeMap<&str, BTreeSet<&str>>,
) {
    let profile = layers.profile().map(|said| said.value.as_str());
    let held = profile.and_then(|profile| Some((profile, held.get(profile)?)));
    let scopes: Option<Vec<&str>> =
        layers.namespaces().map(|said| said.value.iter().map(|scope| scope.name.as_str()).collect());
    for (rule, settings) in &report.value().rules {
        let place = Place::root().key("rules").key(rule);
        let is_idle = |held: &BTreeSet<&str>| {
            !names.is_incomplete && names.has_rule(rule) && !held.contains(rule.as_str())
        };
        if let Some((profile, _)) = held.filter(|(_, held)| is_idle(held)) {
            report.at_key(&place, not_in_profile(profile, rule));
        }
        for scope in settings.actions.keys() {
            let Some(known) = scopes.as_ref().filter(|known| !known.contains(&scope.as_str())) else {
                continue;
            };
            let fault = unknown("unknown-namespace-scope", "namespace scope", scope, known.iter().copied());
            report.at_key(&place.key("actions").key(scope), fault);
        }
    }
}

fn not_in_profile(profile: &str, rule: &str) -> Diagnostic {
    let message = format!("the profile `{profile}` doesn't hold the rule `{rule}`");
    Diagnostic::error("rule-not-in-profile", message)
        .label("would have no effect")
        .help("add the rule to the profile, or remove its settings")
}
