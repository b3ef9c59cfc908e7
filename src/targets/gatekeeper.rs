//! Gatekeeper: a ConstraintTemplate with the rule in Rego, and a constraint with the parameters for each placement.
//!
//! Prints no condition: `expression::rego` does.

mod library;
mod pack;
mod schema;
mod tree;

use std::collections::BTreeMap;

use minijinja::{Value, context};
pub(super) use pack::render_packs;

use super::{Artefact, break_glass, frame, names};
use crate::expression::rego;
use crate::ir::{Action, BreakGlass, Kind, Objects, Placement, Release, Requirement, Rule};

/// The longest name of a kind of which Gatekeeper can make a resource: with `List` behind it 63 characters.
const LONGEST_KIND: usize = 59;
/// The longest name of a constraint.
const LONGEST_NAME: usize = 63;

/// The files of one rule, or why it can't be said; none if the rule holds nowhere.
pub(super) fn render(release: &Release, rule: &Rule) -> Result<Vec<Artefact>, String> {
    let kind = names::constraint_kind(release, rule);
    check_kind(&kind)?;
    let parameters: serde_json::Map<_, _> = values(rule);
    let parameters = (!parameters.is_empty()).then(|| tree::indented(&parameters.into(), 4));
    let constraints = constraints(release, rule, parameters.as_deref())?;
    if constraints.is_empty() {
        return Ok(Vec::new());
    }
    let template = template(release, rule, &kind)?;
    let constraints = documents(names::header(rule), &kind, annotations(rule), constraints)?;
    let artefact =
        |folder: &str, text| Artefact::of_rule(format!("gatekeeper/{folder}/{}.yaml", rule.id), text);
    Ok(vec![artefact("templates", template), artefact("constraints", constraints)])
}

/// Whether Gatekeeper can make a resource of a kind.
fn check_kind(kind: &str) -> Result<(), String> {
    if kind.len() > LONGEST_KIND {
        return Err(format!(
            "the kind `{kind}` is longer than {LONGEST_KIND} characters: shorten the project's name"
        ));
    }
    Ok(())
}

/// The ConstraintTemplate.
fn template(release: &Release, rule: &Rule, kind: &str) -> Result<String, String> {
    template_of(release, rule, kind, &module(release, rule)?)
}

/// The ConstraintTemplate around a module.
fn template_of(release: &Release, rule: &Rule, kind: &str, module: &str) -> Result<String, String> {
    let library = library::used_by(module);
    let schema = (!rule.parameters.is_empty()).then(|| tree::indented(&schema::of_parameters(rule), 10));
    frame::render(
        "gatekeeper/template.yaml.j2",
        context! {
            header => names::header(rule),
            name => kind.to_lowercase(),
            kind,
            labels => names::labels(release, rule, None),
            annotations => annotations(rule),
            schema => schema.map(frame::code),
            module => frame::code(tree::block(module, 14)),
            libraries => vec![frame::code(tree::block(&library, 16))],
        },
    )
}

/// The Rego module of a rule.
fn module(release: &Release, rule: &Rule) -> Result<String, String> {
    let module = rego::module(rule).map_err(|error| format!("it can't be said in Rego: {error}"))?;
    frame::render(
        "gatekeeper/module.rego.j2",
        context! {
            package => frame::code(rule.id.to_lowercase().replace('-', "")),
            rule => frame::code(rego::text(&rule.id)),
            help => frame::code(rego::text(&release.help.replace("<< rule >>", &rule.id))),
            governed => frame::code(module.governed),
            is_sparing => module.is_sparing,
            passes => passing(release, rule).map(frame::code),
            rules => frame::code(module.rules),
        },
    )
}

/// The files of the guard over the label that breaks the glass.
pub(super) fn render_guard(
    release: &Release,
    glass: &BreakGlass,
    guard: &Rule,
) -> Result<Vec<Artefact>, String> {
    let kind = names::constraint_kind(release, guard);
    check_kind(&kind)?;
    let module = frame::render(
        "gatekeeper/guard.rego.j2",
        context! {
            key => frame::code(rego::text(&glass.label)),
            groups => frame::code(break_glass::rego_texts(glass.groups.iter().map(String::as_str))),
            rule => frame::code(rego::text(&guard.id)),
            refusal => frame::code(rego::text(&glass.refusal())),
        },
    )?;
    let template = template_of(release, guard, &kind, &module)?;
    let kinds: Vec<&Kind> = guard.kinds.iter().collect();
    let mut constraints = Vec::new();
    for placement in &guard.placements {
        let labels = names::labels(release, guard, Some(placement.action));
        constraints.push(constraint(names::rule_name(release, guard), labels, placement, &kinds, None)?);
    }
    let constraints = documents(names::header(guard), &kind, annotations(guard), constraints)?;
    let artefact =
        |folder: &str, text| Artefact::of_rule(format!("gatekeeper/{folder}/{}.yaml", guard.id), text);
    Ok(vec![artefact("templates", template), artefact("constraints", constraints)])
}

/// The rule that is true of somebody whom the rule lets pass. A template serves all placements: those that don't deny refuse nobody.
fn passing(release: &Release, rule: &Rule) -> Option<String> {
    break_glass::rego_passing(release, rule, &[Action::Deny])
}

/// The values of a rule's parameters.
fn values(rule: &Rule) -> serde_json::Map<String, serde_json::Value> {
    rule.parameters.iter().map(|(name, parameter)| (name.clone(), parameter.value.to_json())).collect()
}

/// The file of constraints.
fn documents(
    header: String,
    kind: &str,
    annotations: BTreeMap<String, String>,
    constraints: Vec<Value>,
) -> Result<String, String> {
    frame::render("gatekeeper/constraint.yaml.j2", context! { header, kind, annotations, constraints })
}

/// What the constraints say, one for each placement with kinds: without kinds a constraint would match them all.
fn constraints(release: &Release, rule: &Rule, parameters: Option<&str>) -> Result<Vec<Value>, String> {
    let mut constraints = Vec::new();
    for placement in &rule.placements {
        let kinds: Vec<&Kind> = rule.kinds.iter().filter(|kind| placement.is_for(kind)).collect();
        if !kinds.is_empty() {
            let name = names::object_name(release, rule, placement);
            let labels = names::labels(release, rule, Some(placement.action));
            constraints.push(constraint(name, labels, placement, &kinds, parameters)?);
        }
    }
    Ok(constraints)
}

/// What the constraint of a placement says.
fn constraint(
    name: String,
    labels: BTreeMap<String, String>,
    placement: &Placement,
    kinds: &[&Kind],
    parameters: Option<&str>,
) -> Result<Value, String> {
    if name.len() > LONGEST_NAME {
        return Err(format!(
            "the name `{name}` is longer than {LONGEST_NAME} characters: shorten the project's or the scope's name"
        ));
    }
    Ok(context! {
        name,
        labels,
        action => action(placement.action),
        scope => scope(placement.objects),
        kinds => by_group(kinds),
        selector => placement.selector.iter().map(requirement).collect::<Vec<_>>(),
        parameters => parameters.map(|parameters| frame::code(parameters.to_owned())),
    })
}

/// The annotations of both objects. Gatekeeper's library also has `metadata.gatekeeper.sh/version`, the semantic version of a template.
/// A rule has none: it says since which release it is there, which stays the same when the rule changes, and so would be a wrong answer.
fn annotations(rule: &Rule) -> BTreeMap<String, String> {
    renamed(names::annotations(rule))
}

/// The annotations under the names that Gatekeeper's library has for some of them.
fn renamed(mut annotations: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (own, usual) in
        [("palisade.dev/description", "description"), ("palisade.dev/title", "metadata.gatekeeper.sh/title")]
    {
        if let Some(text) = annotations.remove(own) {
            annotations.insert(usual.to_owned(), text);
        }
    }
    annotations
}

/// Gatekeeper's word for what is in namespaces, or isn't.
fn scope(objects: Objects) -> &'static str {
    match objects {
        Objects::Namespaced | Objects::Workloads | Objects::Pods => "Namespaced",
        Objects::ClusterWide => "Cluster",
    }
}

/// Gatekeeper's word for an action.
fn action(action: Action) -> &'static str {
    match action {
        Action::Audit => "dryrun",
        Action::Warn => "warn",
        Action::Deny => "deny",
    }
}

/// Kinds under the group that they are in.
fn by_group(kinds: &[&Kind]) -> Vec<Value> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in kinds {
        groups.entry(kind.group.clone()).or_default().push(kind.kind.clone());
    }
    groups.into_iter().map(|(group, kinds)| context! { group, kinds }).collect()
}

/// A requirement on the labels of namespaces.
fn requirement(requirement: &Requirement) -> Value {
    context! { key => &requirement.key, operator => requirement.operator.name(), values => &requirement.values }
}

#[cfg(test)]
mod tests;
