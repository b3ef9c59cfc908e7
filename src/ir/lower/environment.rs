//! One environment: its profile's rules with their parameters, actions and exemptions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::context::Versions;
use super::parameter::{self, Setting};
use super::rule::{self, Surroundings};
use super::waiver::Exempting;
use super::{example, exemption, placement, standard};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{
    Action, EngineRange, Kind, LeftOut, NEWEST_POD_SECURITY, Native, OLDEST_POD_SECURITY, Release, Rule,
    Target, Version,
};
use crate::model::{self, Environment, Exemption, Layout, PackedAction, Profile, VersionRange};
use crate::project::{self, Definitions, Located, Place, View, held};

/// The newest version of the Pod Security Standards, as an environment may say it.
const LATEST: &str = "latest";

/// The release of an environment.
pub(super) fn release(
    view: &View<'_>,
    kinds: &[Kind],
    environment: &Located<Environment>,
    expired: &BTreeSet<String>,
) -> Result<Release, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let Some(project) = view.project else {
        return Err(vec![Diagnostic::error("no-project", "the file `palisade.yaml` is missing")]);
    };
    let profiles = view.chain(&environment.value.profile);
    let Some(profile) = profiles.first() else {
        return Err(vec![environment.mark(
            Diagnostic::error(
                "unknown-profile",
                format!("there is no profile `{}`", environment.value.profile),
            ),
            &Place::root().key("profile"),
        )]);
    };
    let versions = versions(environment, &mut faults);
    let engines = engines(environment, &mut faults);
    let exemptions: Vec<&Located<Exemption>> = view
        .exemptions
        .iter()
        .filter(|exemption| environment.value.exemptions.contains(&exemption.value.name))
        .collect();
    for exemption in &exemptions {
        faults.extend(exemption::faults(exemption, kinds));
    }
    let waiving: Vec<Exempting> = exemption::waiving(&exemptions, expired);
    let left_out = left_out(project, environment);
    let rules = rules(view, kinds, &profiles, environment, versions, &waiving, &left_out, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let natives = natives(view, &engines);
    Ok(Release {
        project: project.value.name.clone(),
        environment: environment.value.name.clone(),
        description: environment.value.description.clone(),
        catalogue: view.catalogue.map(str::to_owned),
        profile: profile.value.name.clone(),
        kubernetes: versions.kubernetes,
        pod_security: versions.pod_security,
        help: project.value.help.clone(),
        owner: project.value.owner.clone(),
        engines,
        packed: packed(&environment.value.targets),
        left_out,
        scopes: placement::scopes(&environment.value),
        exemptions: exemption::records(&exemptions, expired),
        natives,
        rules,
    })
}

/// The files that are copied for the environment's targets.
fn natives(view: &View<'_>, engines: &BTreeMap<Target, EngineRange>) -> Vec<Native> {
    let native = |target: &Target, written: &project::Native| Native {
        target: *target,
        path: written.bundled(),
        text: written.text.clone(),
        objects: written.objects.clone(),
    };
    let of = |target: &Target| {
        let written = view.natives.iter().filter(|written| written.target == target.name());
        written.map(|written| native(target, written)).collect::<Vec<_>>()
    };
    let mut natives: Vec<Native> = engines.keys().flat_map(of).collect();
    natives.sort_by(|one, other| one.path.cmp(&other.path));
    natives
}

/// There is no environment of this name.
pub(super) fn unknown(definitions: &Definitions, name: &str) -> Diagnostic {
    let known: Vec<&str> = definitions.environments.iter().map(|one| one.value.name.as_str()).collect();
    let listed = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let diagnostic = Diagnostic::error("unknown-environment", format!("there is no environment `{name}`"));
    match did_you_mean(name, known.into_iter()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`? there are {listed}")),
        None => diagnostic.help(format!("there are {listed}")),
    }
}

/// Reads a version that the project's structural check has seen already.
fn version(
    environment: &Located<Environment>,
    place: &Place,
    text: &str,
    faults: &mut Vec<Diagnostic>,
) -> Version {
    Version::parse(text).unwrap_or_else(|| {
        let diagnostic = Diagnostic::error("bad-version", format!("`{text}` is no version"))
            .label("expected a version such as `\"1.33\"`");
        faults.push(environment.mark(diagnostic, place));
        Version { major: 0, minor: 0 }
    })
}

fn versions(environment: &Located<Environment>, faults: &mut Vec<Diagnostic>) -> Versions {
    let place = |field: &str| Place::root().key(field);
    let kubernetes = version(environment, &place("kubernetes"), &environment.value.kubernetes, faults);
    let pod_security = match &environment.value.pod_security {
        Some(text) if text == LATEST => NEWEST_POD_SECURITY,
        Some(text) => {
            let pod_security = version(environment, &place("pod_security"), text, faults);
            if !(OLDEST_POD_SECURITY..=NEWEST_POD_SECURITY).contains(&pod_security) {
                faults.push(environment.mark(unknown_standard(text), &place("pod_security")));
            }
            pod_security
        }
        None => kubernetes,
    };
    Versions { kubernetes, pod_security }
}

/// A version of the Pod Security Standards that isn't known.
fn unknown_standard(text: &str) -> Diagnostic {
    let message = format!("the Pod Security Standards of `{text}` aren't known");
    Diagnostic::error("unknown-version", message)
        .label(format!("expected {OLDEST_POD_SECURITY} to {NEWEST_POD_SECURITY}, or `{LATEST}`"))
        .help(format!("`{LATEST}` is {NEWEST_POD_SECURITY} in this release of palisade"))
}

fn engines(
    environment: &Located<Environment>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<Target, EngineRange> {
    let written = &environment.value.targets;
    let mut engines = BTreeMap::new();
    for target in Target::ALL {
        let Some(range) = range(written, target) else { continue };
        let place = Place::root().key("targets").key(target.name());
        let from = version(environment, &place.key("from"), &range.from, faults);
        let to = version(environment, &place.key("to"), &range.to, faults);
        engines.insert(target, EngineRange { from, to });
    }
    engines
}

/// The targets in the packed layout, each with the actions that are packed.
fn packed(written: &model::Engines) -> BTreeMap<Target, BTreeSet<Action>> {
    let is_packed = |target: &Target| range(written, *target).filter(|range| range.layout == Layout::Packed);
    let packed = Target::ALL.into_iter().filter_map(|target| Some((target, is_packed(&target)?)));
    packed.map(|(target, range)| (target, packed_actions(range.packed_actions.as_deref()))).collect()
}

/// The actions that are packed; what denies if nothing is said.
fn packed_actions(written: Option<&[PackedAction]>) -> BTreeSet<Action> {
    let action = |written: &PackedAction| match written {
        PackedAction::Audit => Action::Audit,
        PackedAction::Warn => Action::Warn,
        PackedAction::Deny => Action::Deny,
    };
    written.unwrap_or(&[PackedAction::Deny]).iter().map(action).collect()
}

/// What an environment says of a target.
fn range(written: &model::Engines, target: Target) -> Option<&VersionRange> {
    let range = match target {
        Target::KyvernoClusterPolicy => &written.kyverno_cluster_policy,
        Target::KyvernoValidatingPolicy => &written.kyverno_validating_policy,
        Target::Gatekeeper => &written.gatekeeper,
        Target::ValidatingAdmissionPolicy => &written.validating_admission_policy,
    };
    range.as_ref()
}

fn left_out(project: &Located<model::Project>, environment: &Located<Environment>) -> Vec<LeftOut> {
    let written = &environment.value.left_out;
    let shipped = project.value.left_out.iter().filter(|_| written.shipped);
    let mut left_out: Vec<LeftOut> = shipped
        .chain(&written.also)
        .map(|one| LeftOut { namespace: one.namespace.clone(), reason: one.reason.clone() })
        .collect();
    left_out.sort();
    left_out.dedup_by(|one, other| one.namespace == other.namespace);
    left_out
}

/// What is wrong with the values that a profile gives to parameters.
pub(super) fn profile_faults(profile: &Located<Profile>, rules: &[&Located<model::Rule>]) -> Vec<Diagnostic> {
    let mut faults = standard::faults(profile, rules);
    for rule in rules {
        settings_of(
            profile,
            rule,
            profile.value.rules.get(&rule.value.id).map(|set| &set.parameters),
            &mut faults,
        );
    }
    faults
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is one definition that decides over the rules of an environment"
)]
fn rules(
    view: &View<'_>,
    kinds: &[Kind],
    profiles: &[&Located<Profile>],
    environment: &Located<Environment>,
    versions: Versions,
    exemptions: &[Exempting],
    left_out: &[LeftOut],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Rule> {
    let left_out: Vec<String> = left_out.iter().map(|one| one.namespace.clone()).collect();
    let held = held(profiles);
    let mut rules = Vec::new();
    for written in &view.rules {
        if !held
            .get(written.value.id.as_str())
            .is_some_and(|said| standard::holds(said, versions.pod_security))
        {
            continue;
        }
        let surroundings = Surroundings {
            kinds,
            settings: settings(written, profiles, environment, faults),
            versions,
            exemptions: exemptions.to_vec(),
        };
        match rule::rule(written, &surroundings) {
            Ok(mut rule) => {
                for profile in profiles {
                    standard::mark(&profile.value, versions.pod_security, &mut rule);
                }
                let placements = placement::placements(environment, &left_out, &rule.id, &rule.kinds);
                if !placements.is_empty() {
                    rules.push(Rule { placements, examples: example::examples(&written.value), ..rule });
                }
            }
            Err(more) => faults.extend(more),
        }
    }
    rules
}

/// What the profiles, the nearest first, and the environment say of a rule's parameters; the environment wins, then the nearest.
fn settings(
    written: &Located<model::Rule>,
    profiles: &[&Located<Profile>],
    environment: &Located<Environment>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Setting> {
    let id = &written.value.id;
    let mut settings = BTreeMap::new();
    for profile in profiles.iter().rev() {
        let of_profile = profile.value.rules.get(id).map(|rule| &rule.parameters);
        settings.extend(settings_of(profile, written, of_profile, faults));
    }
    let of_environment = environment.value.rules.get(id).map(|rule| &rule.parameters);
    settings.extend(settings_of(environment, written, of_environment, faults));
    settings
}

/// What one file says of a rule's parameters.
fn settings_of<T>(
    file: &Located<T>,
    written: &Located<model::Rule>,
    parameters: Option<&BTreeMap<String, Json>>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    for (name, value) in parameters.into_iter().flatten() {
        let place = Place::root().key("rules").key(&written.value.id).key("parameters").key(name);
        faults.extend(parameter::setting_faults(file, &written.value, name, value, &place));
        let setting = Setting { written: value.clone(), set_by: format!("{}: {place}", file.name) };
        settings.insert(name.clone(), setting);
    }
    settings
}
