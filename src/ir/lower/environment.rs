//! One environment: its profile's rules with their parameters, actions and exemptions.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::context::Versions;
use super::parameter::{self, Setting};
use super::placement::Placed;
use super::rule::{self, Surroundings};
use super::waiver::{self, Exempting};
use super::{engines, example, placement, settings, standard};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{BreakGlass, Disabled, ExemptionRecord, Kind, LeftOut, Release, Rule};
use crate::model::{self, Exemption, Profile};
use crate::project::{Definitions, Layers, Located, Place};

/// The release of the environment of this name.
pub(super) fn release(
    definitions: &Definitions,
    kinds: &[Kind],
    name: &str,
) -> Result<Release, Vec<Diagnostic>> {
    let Some(environment) = definitions.environments.iter().find(|one| one.value.name == name) else {
        return Err(vec![unknown(definitions, name)]);
    };
    let mut faults = Vec::new();
    let Some(project) = &definitions.project else {
        return Err(vec![Diagnostic::error("no-project", "the file `palisade.yaml` is missing")]);
    };
    let layers = Layers::of(&definitions.environments, environment).map_err(|fault| vec![*fault])?;
    let profile = profile(definitions, environment, &layers)?;
    let versions = engines::versions(&layers, &mut faults);
    let engines = engines::engines(&layers, &mut faults);
    let is_held = |name: &String| layers.iter().any(|layer| layer.value.exemptions.contains(name));
    let exemptions: Vec<&Located<Exemption>> =
        definitions.exemptions.iter().filter(|exemption| is_held(&exemption.value.name)).collect();
    for exemption in &exemptions {
        faults.extend(exemption_faults(exemption, kinds));
    }
    let left_out = left_out(project, &layers);
    let mut disabled = Vec::new();
    let rules = rules(
        definitions,
        kinds,
        profile,
        &layers,
        versions,
        &exemptions,
        &left_out,
        &mut disabled,
        &mut faults,
    );
    if !faults.is_empty() {
        return Err(faults);
    }
    let break_glass = placement::break_glass(&layers);
    let mut release = Release {
        project: project.value.name.clone(),
        environment: environment.value.name.clone(),
        description: environment.value.description.clone(),
        profile: profile.value.name.clone(),
        kubernetes: versions.kubernetes,
        pod_security: versions.pod_security,
        help: project.value.help.clone(),
        owner: project.value.owner.clone(),
        engines,
        packed: engines::packed(&layers),
        left_out,
        scopes: placement::scopes(&layers),
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
        exemptions: exemptions.iter().map(|exemption| record(&exemption.value)).collect(),
        rules,
    };
    release.settings = settings::settings(project, &layers, &release);
    Ok(release)
}

fn unknown(definitions: &Definitions, name: &str) -> Diagnostic {
    let known: Vec<&str> = definitions.environments.iter().map(|one| one.value.name.as_str()).collect();
    let listed = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let diagnostic = Diagnostic::error("unknown-environment", format!("there is no environment `{name}`"));
    match did_you_mean(name, known.into_iter()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`? there are {listed}")),
        None => diagnostic.help(format!("there are {listed}")),
    }
}

/// The profile that an environment takes its rules from.
fn profile<'a>(
    definitions: &'a Definitions,
    environment: &Located<model::Environment>,
    layers: &Layers<'_>,
) -> Result<&'a Located<Profile>, Vec<Diagnostic>> {
    let Some(said) = layers.profile() else {
        let fault = Diagnostic::error("missing-field", "missing field `profile`");
        return Err(vec![environment.mark(fault, &Place::root())]);
    };
    definitions.profiles.iter().find(|one| one.value.name == *said.value).ok_or_else(|| {
        vec![said.mark(Diagnostic::error("unknown-profile", format!("there is no profile `{}`", said.value)))]
    })
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

/// What is wrong with an exemption's identity and features.
pub(super) fn exemption_faults(exemption: &Located<Exemption>, kinds: &[Kind]) -> Vec<Diagnostic> {
    let wrong = waiver::faults(&exemption.value.identity, &exemption.value.features, kinds, &Place::root());
    wrong.into_iter().map(|(place, fault)| exemption.mark(fault, &place)).collect()
}

/// What is wrong with the values that a profile gives to parameters.
pub(super) fn profile_faults(profile: &Located<Profile>, rules: &[Located<model::Rule>]) -> Vec<Diagnostic> {
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
    definitions: &Definitions,
    kinds: &[Kind],
    profile: &Located<Profile>,
    layers: &Layers<'_>,
    versions: Versions,
    exemptions: &[&Located<Exemption>],
    left_out: &[LeftOut],
    disabled: &mut Vec<Disabled>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Rule> {
    let exemptions: Vec<Exempting> = exemptions
        .iter()
        .map(|exemption| Exempting {
            name: exemption.value.name.clone(),
            identity: exemption.value.identity.clone(),
            features: exemption.value.features.clone(),
            rules: exemption.value.rules.clone(),
        })
        .collect();
    let left_out: Vec<String> = left_out.iter().map(|one| one.namespace.clone()).collect();
    let mut rules = Vec::new();
    for written in &definitions.rules {
        if !standard::holds(&profile.value, &written.value.id, versions.pod_security) {
            continue;
        }
        let surroundings = Surroundings {
            kinds,
            settings: settings(written, profile, layers, faults),
            versions,
            exemptions: exemptions.clone(),
        };
        match rule::rule(written, &surroundings) {
            Ok(mut rule) => {
                standard::mark(&profile.value, versions.pod_security, &mut rule);
                let placed = Placed { id: &rule.id, severity: rule.severity, kinds: &rule.kinds };
                let placements = placement::placements(layers, &left_out, &placed, disabled, faults);
                if !placements.is_empty() {
                    rules.push(Rule { placements, examples: example::examples(&written.value), ..rule });
                }
            }
            Err(more) => faults.extend(more),
        }
    }
    rules
}

/// What the profile and the environment say of a rule's parameters; the environment wins, and over what it extends.
fn settings(
    written: &Located<model::Rule>,
    profile: &Located<Profile>,
    layers: &Layers<'_>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Setting> {
    let id = &written.value.id;
    let of_profile = profile.value.rules.get(id).map(|rule| &rule.parameters);
    let mut settings = settings_of(profile, written, of_profile, faults);
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

fn record(exemption: &Exemption) -> ExemptionRecord {
    let identity = &exemption.identity;
    let who = match &identity.object {
        Some(object) => match &object.namespace {
            Some(namespace) => format!("{} {namespace}/{}", object.kind, object.name),
            None => format!("{} {}", object.kind, object.name),
        },
        None => {
            let sidecars = match identity.sidecars.as_slice() {
                [] => String::new(),
                sidecars => format!(", beside {}", sidecars.join(", ")),
            };
            format!(
                "service account {}/{}, images {}{sidecars}",
                identity.namespace.as_deref().unwrap_or_default(),
                identity.service_account.as_deref().unwrap_or_default(),
                identity.images.join(", "),
            )
        }
    };
    ExemptionRecord {
        name: exemption.name.clone(),
        owner: exemption.owner.clone(),
        approved_by: exemption.approved_by.clone(),
        reason: exemption.reason.clone(),
        ticket: exemption.ticket.clone(),
        created: exemption.created.clone(),
        expires: exemption.expires.clone(),
        identity: who,
        waives: waives(exemption),
    }
}

fn waives(exemption: &Exemption) -> String {
    let features = &exemption.features;
    let flags = [
        ("privileged containers", features.privileged),
        ("host network", features.host_network),
        ("host PIDs", features.host_pid),
        ("host IPC", features.host_ipc),
        ("running as root", features.run_as_root),
    ];
    let lists = [
        ("capabilities", &features.capabilities),
        ("host paths", &features.host_paths),
        ("SELinux types", &features.selinux_types),
        ("rules", &exemption.rules),
    ];
    let flags = flags.iter().filter(|(_, waived)| *waived).map(|(name, _)| (*name).to_owned());
    let lists = lists.iter().filter(|(_, values)| !values.is_empty());
    let lists = lists.map(|(name, values)| format!("{name} {}", values.join(", ")));
    flags.chain(lists).collect::<Vec<_>>().join("; ")
}
