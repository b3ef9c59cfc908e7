//! What the three targets that speak CEL share: variables, kinds, selectors, metadata.
//!
//! Knows no engine's format.

use std::cell::OnceCell;

use minijinja::{Value, context};

use super::{frame, names};
use crate::expression::cel;
use crate::ir::fold::fold;
use crate::ir::text::TEXT_LIMIT;
use crate::ir::{Action, Kind, Operator, Placement, Release, Rule};

/// The variables that give a denial's text, each before those that use it.
const TEXT_VARIABLES: [&str; 7] = ["places", "first", "ranked", "sorted", "fitting", "name", "text"];

/// The variables of a rule's policy, alike for all targets that speak CEL: printed when the first one asks.
pub(super) struct Variables<'a> {
    release: &'a Release,
    rule: &'a Rule,
    printed: OnceCell<Result<Vec<Value>, String>>,
}

impl<'a> Variables<'a> {
    /// Those of a rule.
    pub(super) fn of(release: &'a Release, rule: &'a Rule) -> Self {
        Self { release, rule, printed: OnceCell::new() }
    }

    /// The variables, or why CEL can't say the rule.
    pub(super) fn printed(&self) -> Result<Value, String> {
        self.all().map(Value::from)
    }

    /// The variables for an engine that can't leave a trace of an exemption, and compiles what it is given in each request.
    pub(super) fn without_trace(&self) -> Result<Value, String> {
        let is_trace =
            |variable: &Value| variable.get_attr("name").is_ok_and(|name| name.as_str() == Some(cel::WAIVED));
        Ok(self.all()?.into_iter().filter(|variable| !is_trace(variable)).collect())
    }

    fn all(&self) -> Result<Vec<Value>, String> {
        self.printed.get_or_init(|| variables(self.release, self.rule)).clone()
    }
}

/// The variables of a rule's policy: those of the rule, then those of its text.
fn variables(release: &Release, rule: &Rule) -> Result<Vec<Value>, String> {
    let own = cel::variables(&fold(rule)).map_err(|error| {
        format!("CEL can't say {error}; this is a bug of palisade, please report it with the rule")
    })?;
    let mut variables: Vec<Value> = own
        .into_iter()
        .map(|variable| context! { name => variable.name, expression => variable.expression })
        .collect();
    let given = context! {
        rule => rule.id.as_str(),
        name => frame::code(cel::object_name()),
        limit => TEXT_LIMIT,
        help => names::help(release, rule),
    };
    for name in TEXT_VARIABLES {
        let expression = frame::render(&format!("cel/{name}.cel.j2"), given.clone())?;
        variables.push(context! { name, expression => expression.trim_end() });
    }
    Ok(variables)
}

/// The rule's kinds of one scope: those without a namespace, or those with one.
pub(super) fn kinds_of<'rule>(rule: &'rule Rule, placement: &Placement) -> Vec<&'rule Kind> {
    rule.kinds.iter().filter(|kind| kind.is_cluster_wide() == placement.cluster).collect()
}

/// The operations that a rule judges.
pub(super) fn operations(rule: &Rule) -> Vec<&'static str> {
    if judges_updates(rule) { vec!["CREATE", "UPDATE"] } else { vec!["CREATE"] }
}

/// A rule whose governed parts never change judges no UPDATE.
fn judges_updates(rule: &Rule) -> bool {
    !rule.governed_in_pods.is_empty() || !rule.governed_in_objects.is_empty()
}

/// The subresource that brings ephemeral containers to a Pod that runs.
pub const EPHEMERAL_CONTAINERS: &str = "pods/ephemeralcontainers";

/// Whether a rule's policies in CEL name the subresource that brings ephemeral containers.
pub fn sees_ephemeral_containers(rule: &Rule) -> bool {
    judges_updates(rule) && rule.kinds.iter().any(is_pod)
}

fn is_pod(kind: &Kind) -> bool {
    kind.group.is_empty() && kind.kind == "Pod"
}

/// The resources of some of the rule's kinds, by group and versions; Pods with the subresource that brings ephemeral containers, which
/// is only ever updated.
pub(super) fn resource_rules(rule: &Rule, kinds: &[&Kind]) -> Value {
    let mut groups: Vec<(&str, &[String], Vec<&str>)> = Vec::new();
    for kind in kinds {
        let mut resources = vec![kind.plural.as_str()];
        if is_pod(kind) && judges_updates(rule) {
            resources.push(EPHEMERAL_CONTAINERS);
        }
        let same =
            groups.iter_mut().find(|(group, versions, _)| *group == kind.group && *versions == kind.versions);
        match same {
            Some((_, _, known)) => known.extend(resources),
            None => groups.push((&kind.group, &kind.versions, resources)),
        }
    }
    groups
        .into_iter()
        .map(|(group, versions, resources)| context! { group => group.to_owned(), versions => versions.to_vec(), resources => owned(resources) })
        .collect()
}

/// Texts of their own.
fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// The requirements on the namespace's labels.
pub(super) fn selector(placement: &Placement) -> Value {
    let operator = |operator| match operator {
        Operator::In => "In",
        Operator::NotIn => "NotIn",
    };
    placement
        .selector
        .iter()
        .map(|requirement| {
            context! {
                key => requirement.key.as_str(),
                operator => operator(requirement.operator),
                values => requirement.values.clone(),
            }
        })
        .collect()
}

/// Whether a rule's verdict may rest on an exemption, of which an engine may leave a trace.
pub(super) fn has_waivers(rule: &Rule) -> bool {
    !rule.waivers.is_empty() || rule.checks.iter().any(|check| !check.waivers.is_empty())
}

/// The labels of an object, as pairs.
pub(super) fn labels(release: &Release, rule: &Rule, action: Option<Action>) -> Value {
    pairs(names::labels(release, rule, action))
}

/// Names and values, sorted by name.
pub(super) fn pairs(of: impl IntoIterator<Item = (String, String)>) -> Value {
    of.into_iter().map(|(name, value)| context! { name, value }).collect()
}
