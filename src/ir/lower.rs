//! Definitions become releases: the only place that names the model and the project.
//!
//! Every fault of a definition is told at once, at its own place; a release is made of faultless definitions alone.

mod action;
mod argument;
mod check;
mod condition;
mod context;
mod engines;
mod environment;
mod example;
mod governed;
mod loops;
mod message;
mod normal;
mod operand;
mod parameter;
mod path;
mod placement;
mod record;
mod rule;
mod settings;
mod shape;
mod standard;
mod visit;
mod waiver;
mod words;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::ir::{Kind, KindFields, Release};
use crate::model::{KindDeclaration, Scope};
use crate::project::{Definitions, Located};
pub use example::NAMESPACE;

/// The release of one environment, or everything that is wrong with the definitions that it is made of.
///
/// # Errors
/// Gives the faults, each with its place. An environment that isn't defined is a fault without a place.
pub fn lower(definitions: &Definitions, environment: &str) -> Result<Release, Vec<Diagnostic>> {
    let kinds = kinds(&definitions.kinds);
    environment::release(definitions, &kinds, environment).map_err(sorted)
}

/// Releases of one rule alone, denying everywhere: one for each set of parameters, versions and exemptions that its examples
/// have, with those examples. They are what a rule's examples are proved in, by the evaluator and by each engine.
///
/// # Errors
/// Gives the faults of the rule and of its examples, each with its place.
pub fn proofs(definitions: &Definitions, rule: &str) -> Result<Vec<Release>, Vec<Diagnostic>> {
    let kinds = kinds(&definitions.kinds);
    let Some(rule) = definitions.rules.iter().find(|defined| defined.value.id == rule) else {
        return Err(vec![Diagnostic::error("unknown-rule", format!("there is no rule `{rule}`"))]);
    };
    let project = definitions.project.as_ref();
    let name = project.map_or("palisade", |project| project.value.name.as_str());
    let help = project.map_or("", |project| project.value.help.as_str());
    example::proofs(name, help, rule, &kinds).map_err(sorted)
}

/// Everything that is wrong with any profile or exemption, whether or not an environment has it.
pub fn setting_faults(definitions: &Definitions) -> Vec<Diagnostic> {
    let kinds = kinds(&definitions.kinds);
    let mut sink = Sink::new();
    for profile in &definitions.profiles {
        sink.extend(environment::profile_faults(profile, &definitions.rules));
    }
    for exemption in &definitions.exemptions {
        sink.extend(environment::exemption_faults(exemption, &kinds));
    }
    sink.into_vec()
}

/// Everything that is wrong with any rule, profile, exemption or environment.
pub fn faults(definitions: &Definitions) -> Vec<Diagnostic> {
    let mut sink = Sink::new();
    sink.extend(setting_faults(definitions));
    for rule in &definitions.rules {
        sink.extend(proofs(definitions, &rule.value.id).err().into_iter().flatten());
    }
    for environment in definitions.environments.iter().filter(|one| !one.value.is_abstract) {
        sink.extend(lower(definitions, &environment.value.name).err().into_iter().flatten());
    }
    sink.into_vec()
}

fn sorted(faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut sink = Sink::new();
    sink.extend(faults);
    sink.into_vec()
}

fn kinds(declared: &[Located<KindDeclaration>]) -> Vec<Kind> {
    let kinds: BTreeMap<(String, String), Kind> = declared
        .iter()
        .map(|kind| {
            let kind = &kind.value;
            let steps = kind
                .pod_template
                .as_ref()
                .map(|path| path.split('.').filter(|step| !step.is_empty()).map(str::to_owned).collect());
            let lowered = KindFields {
                group: kind.group.clone(),
                kind: kind.kind.clone(),
                plural: kind.plural.clone(),
                namespaced: kind.scope == Scope::Namespaced,
                versions: kind.versions.clone(),
                pod_template: steps,
            };
            ((kind.group.clone(), kind.kind.clone()), Kind::from(lowered))
        })
        .collect();
    kinds.into_values().collect()
}
