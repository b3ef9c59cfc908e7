//! Profiles and environments: everything that they name exists, and of the namespaces exactly the last takes the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{line_fault, listed, namespace_fault, slug_fault, version, version_fault};
use super::{Names, Report, unknown};
use crate::diagnostic::Diagnostic;
use crate::model::{Environment, Layout, NamespaceScope, Profile, VersionRange};
use crate::project::{Place, View};

/// Longest name of a namespace scope: `<project>-<rule id>-<scope>` has at most 63 characters.
const LONGEST_SCOPE: usize = 30;

/// The scope of cluster-scoped kinds in the names of generated objects.
const RESERVED_SCOPE: &str = "cluster";

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

/// `held` are the rules of each profile.
pub(super) fn check(report: &mut Report<Environment>, names: &Names, held: &BTreeMap<&str, BTreeSet<&str>>) {
    let (environment, root) = (report.value(), Place::root());
    report.at(&root.key("description"), line_fault("the description", &environment.description));
    check_versions(report);
    if !names.has_profile(&environment.profile) {
        report.at(&root.key("profile"), names.unknown_profile(&environment.profile));
    }
    check_namespaces(report);
    let also = environment.left_out.also.iter().map(|left_out| left_out.namespace.as_str());
    report.repeated(&root.key("left_out").key("also"), also, "the namespace");
    check_rules(report, names, held.get(environment.profile.as_str()));
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
    report.at(&root.key("kubernetes"), version_fault(&environment.kubernetes));
    if let Some(pod_security) = environment.pod_security.as_ref().filter(|version| *version != "latest") {
        report.at(&root.key("pod_security"), version_fault(pod_security));
    }
    let targets = &environment.targets;
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
    let scopes = &report.value().namespaces;
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
    if name == RESERVED_SCOPE {
        let fault = Diagnostic::error(
            "reserved-name",
            format!("a namespace scope can't be called `{RESERVED_SCOPE}`"),
        )
        .label("expected another name")
        .help("the objects for cluster-scoped kinds have this name");
        report.at(&place.key("name"), fault);
    }
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

fn check_rules(report: &mut Report<Environment>, names: &Names, held: Option<&BTreeSet<&str>>) {
    let environment = report.value();
    for (rule, settings) in &environment.rules {
        let place = Place::root().key("rules").key(rule);
        if !names.has_rule(rule) {
            report.at_key(&place, names.unknown_rule(rule));
        } else if !names.is_incomplete && held.is_some_and(|held| !held.contains(rule.as_str())) {
            let profile = &environment.profile;
            let fault = Diagnostic::error(
                "rule-not-in-profile",
                format!("the profile `{profile}` doesn't hold the rule `{rule}`"),
            )
            .label("would have no effect")
            .help("add the rule to the profile, or remove its settings");
            report.at_key(&place, fault);
        }
        for scope in settings.actions.keys() {
            let known = environment.namespaces.iter().map(|scope| scope.name.as_str());
            if !known.clone().any(|name| name == scope) {
                let fault = unknown("unknown-namespace-scope", "namespace scope", scope, known);
                report.at_key(&place.key("actions").key(scope), fault);
            }
        }
    }
}
