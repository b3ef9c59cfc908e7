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
mod exemption;
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

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Sink};
use crate::ir::{Kind, KindFields, Release};
use crate::model::{KindDeclaration, Rule, Scope};
use crate::project::{Definitions, Layers, Located, View};
pub use example::NAMESPACE;
pub use exemption::record as exemption_record;

/// The release of one environment, or everything that is wrong with the definitions that it is made of.
///
/// # Errors
/// Gives the faults, each with its place. An environment that isn't defined is a fault without a place.
pub fn lower(definitions: &Definitions, environment: &str) -> Result<Release, Vec<Diagnostic>> {
    lower_without(definitions, environment, &BTreeSet::new())
}

/// Like [`lower()`], but these exemptions, by name, have expired: the release tells of them, and they waive nothing.
///
/// # Errors
/// Those of [`lower()`].
pub fn lower_without(
    definitions: &Definitions,
    environment: &str,
    expired: &BTreeSet<String>,
) -> Result<Release, Vec<Diagnostic>> {
    let Some(environment) = definitions.environments.iter().find(|one| one.value.name == environment) else {
        return Err(vec![environment::unknown(definitions, environment)]);
    };
    let layers = Layers::of(&definitions.environments, environment).map_err(|fault| vec![*fault])?;
    let view = definitions.view_of(environment);
    environment::release(&view, &kinds(&view.kinds), &layers, expired).map_err(sorted)
}

/// Releases of one rule alone, denying everywhere: one for each set of parameters, versions and exemptions that its examples
/// have, with those examples. They are what a rule's examples are proved in, by the evaluator and by each engine.
///
/// # Errors
/// Gives the faults of the rule and of its examples, each with its place.
pub fn proofs(definitions: &Definitions, rule: &str) -> Result<Vec<Release>, Vec<Diagnostic>> {
    let view = definitions.default_view();
    match view.rule(rule) {
        Some(rule) => proofs_in(&view, rule),
        None => Err(vec![Diagnostic::error("unknown-rule", format!("there is no rule `{rule}`"))]),
    }
}

/// Like [`proofs`], for a rule of a view.
///
/// # Errors
/// Gives the faults of the rule and of its examples, each with its place.
pub fn proofs_in(view: &View<'_>, rule: &Located<Rule>) -> Result<Vec<Release>, Vec<Diagnostic>> {
    let kinds = kinds(&view.kinds);
    let project = view.project;
    let name = project.map_or("palisade", |project| project.value.name.as_str());
    let help = project.map_or("", |project| project.value.help.as_str());
    example::proofs(name, help, rule, &kinds).map_err(sorted)
}

/// Everything that is wrong with any profile or exemption, whether or not an environment has it.
pub fn setting_faults(definitions: &Definitions) -> Vec<Diagnostic> {
    let mut sink = Sink::new();
    for view in definitions.views() {
        let kinds = kinds(&view.kinds);
        for profile in definitions.profiles_of(&view) {
            sink.extend(environment::profile_faults(profile, &view.rules));
        }
        for exemption in definitions.exemptions_of(&view) {
            sink.extend(exemption::faults(exemption, &kinds));
        }
    }
    sink.into_vec()
}

/// Each rule of each view, with its view: what is to be proved. A rule of several views that have the same kinds is there once.
pub fn to_prove<'v, 'd>(views: &'v [View<'d>]) -> Vec<(&'v View<'d>, &'d Located<Rule>)> {
    let mut kinds_of: Vec<(Vec<Kind>, Vec<&Located<Rule>>)> = Vec::new();
    let mut all = Vec::new();
    for view in views {
        let kinds = kinds(&view.kinds);
        let position = kinds_of.iter().position(|(known, _)| *known == kinds).unwrap_or_else(|| {
            kinds_of.push((kinds, Vec::new()));
            kinds_of.len() - 1
        });
        let Some((_, proved)) = kinds_of.get_mut(position) else { continue };
        let before: BTreeSet<*const Located<Rule>> =
            proved.iter().map(|rule| std::ptr::from_ref(*rule)).collect();
        let new = view.rules.iter().copied().filter(|rule| !before.contains(&std::ptr::from_ref(*rule)));
        for rule in new {
            proved.push(rule);
            all.push((view, rule));
        }
    }
    all
}

/// Everything that is wrong with any rule, profile, exemption or environment.
pub fn faults(definitions: &Definitions) -> Vec<Diagnostic> {
    let mut sink = Sink::new();
    sink.extend(setting_faults(definitions));
    for (view, rule) in to_prove(&definitions.views()) {
        sink.extend(proofs_in(view, rule).err().into_iter().flatten());
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

fn kinds(declared: &[&Located<KindDeclaration>]) -> Vec<Kind> {
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
