//! A profile that is equal to a published standard: the rules that it has in each of the standard's versions, and which checks stand
//! for which of the standard's.
//!
//! That they are equal is no matter of lowering: the proof compares them with the standard's own library.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{Rule, Version};
use crate::model::{self, Profile, ProfileRule, StandardCheck};
use crate::project::{Located, Place};

/// Whether profiles that say this of a rule, the nearest first, have it in a version of the Pod Security Standards.
pub(super) fn holds(said: &[&ProfileRule], pod_security: Version) -> bool {
    let from = said.iter().find_map(|rule| rule.from.as_deref());
    is_between(from, None, pod_security)
}

/// Writes into each check of a rule for which checks of the standard it stands.
pub(super) fn mark(profile: &Profile, pod_security: Version, rule: &mut Rule) {
    let Some(standard) = &profile.standard else { return };
    let active = standard.checks.iter().filter(|(_, check)| is_active(check, pod_security));
    let named: Vec<(&String, &Vec<String>)> =
        active.filter_map(|(id, check)| Some((id, check.rules.get(&rule.id)?))).collect();
    for check in &mut rule.checks {
        let stands_for = named.iter().filter(|(_, checks)| checks.contains(&check.id));
        check.standards.extend(stands_for.map(|(id, _)| (*id).clone()));
    }
}

/// Whether a version of the standard has a check.
fn is_active(check: &StandardCheck, version: Version) -> bool {
    is_between(check.from.as_deref(), check.to.as_deref(), version)
}

/// Whether a version is in a range, open where nothing is said. What is no version has been told.
fn is_between(from: Option<&str>, to: Option<&str>, version: Version) -> bool {
    let is_after = from.and_then(Version::parse).is_none_or(|from| from <= version);
    is_after && to.and_then(Version::parse).is_none_or(|to| version <= to)
}

/// What is wrong with the versions of a profile's rules, and with its standard: rules and checks that aren't there.
pub(super) fn faults(profile: &Located<Profile>, rules: &[&Located<model::Rule>]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let root = Place::root();
    for (id, rule) in &profile.value.rules {
        faults.extend(version_fault(profile, rule.from.as_ref(), &root.key("rules").key(id).key("from")));
    }
    let Some(standard) = &profile.value.standard else { return faults };
    for (id, check) in &standard.checks {
        let place = root.key("standard").key("checks").key(id);
        for (field, version) in [("from", &check.from), ("to", &check.to)] {
            faults.extend(version_fault(profile, version.as_ref(), &place.key(field)));
        }
        for (rule, checks) in &check.rules {
            faults.extend(named_faults(profile, rules, rule, checks, &place.key("rules").key(rule)));
        }
    }
    faults
}

fn version_fault(profile: &Located<Profile>, written: Option<&String>, place: &Place) -> Option<Diagnostic> {
    let text = written.filter(|text| Version::parse(text).is_none())?;
    let fault = Diagnostic::error("bad-version", format!("`{text}` is no version"))
        .label("expected a version such as `\"1.33\"`");
    Some(profile.mark(fault, place))
}

/// What is wrong with a rule and checks of it that stand for a check of the standard.
fn named_faults(
    profile: &Located<Profile>,
    rules: &[&Located<model::Rule>],
    rule: &str,
    checks: &[String],
    place: &Place,
) -> Vec<Diagnostic> {
    if !profile.value.rules.contains_key(rule) {
        let known = profile.value.rules.keys().map(String::as_str);
        let fault =
            Diagnostic::error("rule-not-in-profile", format!("the profile doesn't hold the rule `{rule}`"));
        let fault = match did_you_mean(rule, known) {
            Some(near) => fault.label(format!("did you mean `{near}`?")),
            None => fault.label("expected a rule of the profile").help("add it under `rules` of the profile"),
        };
        return vec![profile.mark_key(fault, place)];
    }
    // A rule of the profile that isn't there has been told. One that takes the catalogue's place stands for what it has.
    let written = rules.iter().find(|one| one.value.id == rule && !one.value.overrides_catalogue);
    let Some(written) = written else { return Vec::new() };
    let known: BTreeSet<&str> = written.value.checks.iter().map(|check| check.id.as_str()).collect();
    let unknown = checks.iter().enumerate().filter(|(_, check)| !known.contains(check.as_str()));
    unknown
        .map(|(index, check)| {
            let fault =
                Diagnostic::error("unknown-check", format!("the rule `{rule}` has no check `{check}`"));
            let fault = match did_you_mean(check, known.iter().copied()) {
                Some(near) => fault.label(format!("did you mean `{near}`?")),
                None => fault.label("expected the id of a check of this rule"),
            };
            profile.mark(fault, &place.index(index))
        })
        .collect()
}
