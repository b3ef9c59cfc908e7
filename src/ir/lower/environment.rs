//! One environment: its profile's rules with their parameters, actions and exemptions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::context::Versions;
use super::parameter::{self, Setting};
use super::placement::Placed;
use super::rule::{self, Surroundings};
use super::waiver::Exempting;
use super::{engines, example, exemption, placement, settings, standard};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{BreakGlass, Disabled, EngineRange, Kind, LeftOut, Native, Release, Rule, Target};
use crate::model::{self, Environment, Exemption, Profile};
use crate::parallel;
use crate::project::{self, Definitions, Layers, Located, Place, View, held};

/// The release of an environment.
pub(super) fn release(
    view: &View<'_>,
    kinds: &[Kind],
    layers: &Layers<'_>,
    expired: &BTreeSet<String>,
) -> Result<Release, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let Some(project) = view.project else {
        return Err(vec![Diagnostic::error("no-project", "the file `palisade.yaml` is missing")]);
    };
    let environment = layers.own();
    let profiles = profiles(view, environment, layers)?;
    let versions = engines::versions(layers, &mut faults);
    let engines = engines::engines(layers, &mut faults);
    let is_held = |name: &String| layers.iter().any(|layer| layer.value.exemptions.contains(name));
    let exemptions: Vec<&Located<Exemption>> =
        view.exemptions.iter().filter(|exemption| is_held(&exemption.value.name)).collect();
    for exemption in &exemptions {
        faults.extend(exemption::faults(exemption, kinds));
    }
    let waiving: Vec<Exempting> = exemption::waiving(&exemptions, expired);
    let left_out = left_out(project, layers);
    let mut disabled = Vec::new();
    let rules =
        rules(view, kinds, &profiles, layers, versions, &waiving, &left_out, &mut disabled, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let natives = natives(view, &engines);
    let break_glass = placement::break_glass(layers);
    let mut release = Release {
        project: project.value.name.clone(),
        environment: environment.value.name.clone(),
        description: environment.value.description.clone(),
        catalogue: view.catalogue.map(str::to_owned),
        profile: profiles.first().map(|profile| profile.value.name.clone()).unwrap_or_default(),
        kubernetes: versions.kubernetes,
        pod_security: versions.pod_security,
        help: project.value.help.clone(),
        owner: project.value.owner.clone(),
        engines,
        packed: engines::packed(layers),
        left_out,
        scopes: placement::scopes(layers),
        guard: break_glass.as_ref().map(BreakGlass::guard),
        break_glass,
        settings: Vec::new(),
        disabled,
        protected_labels: project
            .value
            .protected_labels
            .iter()
            .map(|label| (label.key.clone(), label.reason.clone()))
            .collect(),
        exemptions: exemption::records(&exemptions, expired),
        natives,
        rules,
    };
    release.settings = settings::settings(project, layers, &release);
    Ok(release)
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

/// The profile that an environment takes its rules from, and those that this one extends.
fn profiles<'a>(
    view: &View<'a>,
    environment: &Located<Environment>,
    layers: &Layers<'_>,
) -> Result<Vec<&'a Located<Profile>>, Vec<Diagnostic>> {
    let Some(said) = layers.profile() else {
        let fault = Diagnostic::error("missing-field", "missing field `profile`");
        return Err(vec![environment.mark(fault, &Place::root())]);
    };
    let profiles = view.chain(said.value);
    if profiles.is_empty() {
        let fault = Diagnostic::error("unknown-profile", format!("there is no profile `{}`", said.value));
        return Err(vec![said.mark(fault)]);
    }
    Ok(profiles)
}

fn left_out(project: &Located<model::Project>, layers: &Layers<'_>) -> Vec<LeftOut> {
    let shipped = layers.nearest(|one| Some((one.left_out.shipped?, Place::root())));
    let has_shipped = shipped.is_none_or(|said| said.value);
    let shipped = project.value.left_out.iter().filter(|_| has_shipped);
    let mut left_out: Vec<LeftOut> = shipped
        .chain(layers.iter().flat_map(|layer| &layer.value.left_out.also))
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
    layers: &Layers<'_>,
    versions: Versions,
    exemptions: &[Exempting],
    left_out: &[LeftOut],
    disabled: &mut Vec<Disabled>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Rule> {
    let left_out: Vec<String> = left_out.iter().map(|one| one.namespace.clone()).collect();
    let held = held(profiles);
    let is_held = |written: &&Located<model::Rule>| {
        let said = held.get(written.value.id.as_str());
        said.is_some_and(|said| standard::holds(said, versions.pod_security))
    };
    let written: Vec<&Located<model::Rule>> = view.rules.iter().copied().filter(is_held).collect();
    let lowered = parallel::each(&written, |written| {
        let mut lowered = Lowered::default();
        let settings = settings(written, profiles, layers, &mut lowered.faults);
        let surroundings = Surroundings { kinds, settings, versions, exemptions: exemptions.to_vec() };
        match rule::rule(written, &surroundings) {
            Ok(mut rule) => {
                for profile in profiles {
                    standard::mark(&profile.value, versions.pod_security, &mut rule);
                }
                lowered.place(
                    Rule { examples: example::examples(&written.value), ..rule },
                    layers,
                    &left_out,
                );
            }
            Err(more) => lowered.faults.extend(more),
        }
        lowered
    });
    let mut rules = Vec::new();
    for lowered in lowered {
        rules.extend(lowered.rule);
        disabled.extend(lowered.disabled);
        faults.extend(lowered.faults);
    }
    rules
}

/// What comes of one rule.
#[derive(Default)]
struct Lowered {
    /// Absent if it holds nowhere, or has faults.
    rule: Option<Rule>,
    disabled: Vec<Disabled>,
    faults: Vec<Diagnostic>,
}

impl Lowered {
    /// Gives a rule its places, if it has any.
    fn place(&mut self, rule: Rule, layers: &Layers<'_>, left_out: &[String]) {
        let placed = Placed { id: &rule.id, severity: rule.severity, kinds: &rule.kinds };
        let placements =
            placement::placements(layers, left_out, &placed, &mut self.disabled, &mut self.faults);
        self.rule = (!placements.is_empty()).then(|| Rule { placements, ..rule });
    }
}

/// What the profiles, the nearest first, and the environment say of a rule's parameters; the environment wins, and over what it extends,
/// then the nearest profile.
fn settings(
    written: &Located<model::Rule>,
    profiles: &[&Located<Profile>],
    layers: &Layers<'_>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Setting> {
    let id = &written.value.id;
    let mut settings = BTreeMap::new();
    for profile in profiles.iter().rev() {
        let of_profile = profile.value.rules.get(id).map(|rule| &rule.parameters);
        settings.extend(settings_of(profile, written, of_profile, faults));
    }
    for layer in layers.iter().rev() {
        let of_layer = layer.value.rules.get(id).map(|rule| &rule.parameters);
        settings.extend(settings_of(layer, written, of_layer, faults));
    }
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
        let setting = Setting { written: value.clone(), set_by: file.shown(&place) };
        settings.insert(name.clone(), setting);
    }
    settings
}
