//! What the three targets that speak CEL share: variables, kinds, selectors, metadata.
//!
//! Knows no engine's format.

use std::sync::OnceLock;

use minijinja::{Value, context};

use super::pack::{self, Pack};
use super::{frame, names};
use crate::expression::{Unprintable, cel};
use crate::ir::fold::fold;
use crate::ir::text::TEXT_LIMIT;
use crate::ir::{Action, Kind, Placement, Release, Rule};

/// The variables that give a denial's text, each before those that use it.
const TEXT_VARIABLES: [&str; 5] = ["ranked", "sorted", "fitting", "name", "text"];
/// The most code points of an expression that CEL compiles.
const LONGEST_EXPRESSION: usize = 100_000;

/// The variables of a rule's policy in CEL, alike for all targets that speak it and for each release that has the same rule: printed
/// when the first one asks.
#[derive(Debug)]
pub struct Variables {
    rule: Rule,
    help: String,
    printed: OnceLock<Result<Vec<cel::Variable>, String>>,
    suspicion: OnceLock<Result<String, String>>,
}

impl Variables {
    /// Those of a rule in a release.
    pub fn of(release: &Release, rule: &Rule) -> Self {
        let (rule, help) = (rule.clone(), names::help(release, rule));
        Self { rule, help, printed: OnceLock::new(), suspicion: OnceLock::new() }
    }

    /// Whether those of a rule in a release are these.
    pub fn are_of(&self, release: &Release, rule: &Rule) -> bool {
        self.rule.is_same(rule) && self.help == names::help(release, rule)
    }

    /// The variables, or why CEL can't say the rule.
    pub(super) fn printed(&self) -> Result<Value, String> {
        self.all().map(|all| all.iter().map(value).collect())
    }

    /// The variables for an engine that can't leave a trace of an exemption, and compiles what it is given in each request.
    pub(super) fn without_trace(&self) -> Result<Value, String> {
        self.all().map(without_trace)
    }

    /// Whether the rule may be violated, as an expression that needs no variables; or why CEL can't say it.
    pub(super) fn suspicion(&self) -> Result<&str, String> {
        let printed = self.suspicion.get_or_init(|| {
            cel::suspicion(&[fold(&self.rule)], &self.rule.kinds).map_err(|error| unsayable(&error))
        });
        printed.as_deref().map_err(Clone::clone)
    }

    fn all(&self) -> Result<&[cel::Variable], String> {
        let printed = self.printed.get_or_init(|| variables(&self.rule, &self.help));
        printed.as_deref().map_err(Clone::clone)
    }
}

/// The variables of a pack's policy, alike for all targets that speak CEL.
#[derive(Clone, Debug)]
pub(super) struct PackedVariables {
    all: Vec<cel::Variable>,
    suspicion: String,
}

impl PackedVariables {
    /// Those of a pack: of its rules, then of their text.
    pub(super) fn of(release: &Release, pack: &Pack<'_>) -> Result<Self, String> {
        let kinds = pack.kinds();
        let rules: Vec<Rule> = pack.rules.iter().map(|rule| narrowed(fold(rule), &kinds)).collect();
        let mut all = cel::packed_variables(&rules, &kinds).map_err(|error| unsayable(&error))?;
        let suspicion = cel::suspicion(&rules, &kinds).map_err(|error| unsayable(&error))?;
        let given = context! {
            name => frame::code(cel::object_name()),
            limit => TEXT_LIMIT,
            help => frame::code(packed_help(release)),
        };
        all.extend(text_variables("packed_text", &given)?);
        Ok(Self { all, suspicion })
    }

    /// The variables.
    pub(super) fn printed(&self) -> Value {
        self.all.iter().map(value).collect()
    }

    /// The variables for an engine that can't leave a trace of an exemption.
    pub(super) fn without_trace(&self) -> Value {
        without_trace(&self.all)
    }

    /// Whether one of the rules may be violated, as an expression that needs no variables.
    pub(super) fn suspicion(&self) -> &str {
        &self.suspicion
    }

    /// How many bytes all expressions take in their object.
    pub(super) fn size(&self) -> usize {
        self.expressions().map(pack::size).sum()
    }

    /// Whether none of them is longer than CEL compiles.
    pub(super) fn can_be_compiled(&self) -> bool {
        self.expressions().all(|expression| expression.chars().count() < LONGEST_EXPRESSION)
    }

    fn expressions(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|variable| variable.expression.as_str()).chain([self.suspicion.as_str()])
    }

    /// Whether there is a trace of exemptions.
    pub(super) fn has_trace(&self) -> bool {
        self.all.iter().any(|variable| variable.is_trace)
    }
}

/// The rule as far as it governs these kinds.
fn narrowed(mut rule: Rule, kinds: &[Kind]) -> Rule {
    rule.kinds.retain(|kind| kinds.contains(kind));
    for check in &mut rule.checks {
        check.kinds.retain(|kind| kinds.contains(kind));
    }
    rule.checks.retain(|check| !check.kinds.is_empty());
    for shape in &mut rule.shapes {
        shape.kinds.retain(|kind| kinds.contains(kind));
    }
    rule.shapes.retain(|shape| !shape.kinds.is_empty());
    rule
}

/// The end of a denial's text, as an expression: about the first rule that is violated. (The text is worked out, and must not fail,
/// also where none is.)
fn packed_help(release: &Release) -> String {
    let help = if release.help.is_empty() { ".".to_owned() } else { format!(". {}", release.help) };
    let pieces: Vec<String> = help.split("<< rule >>").map(cel::quoted).collect();
    pieces.join(" + (variables.rules + ['?'])[0] + ")
}

/// The variables of a rule's policy: those of the rule, then those of its text.
fn variables(rule: &Rule, help: &str) -> Result<Vec<cel::Variable>, String> {
    let mut all = cel::variables(&fold(rule)).map_err(|error| unsayable(&error))?;
    let given = context! {
        rule => rule.id.as_str(),
        name => frame::code(cel::object_name()),
        limit => TEXT_LIMIT,
        help => help,
    };
    all.extend(text_variables("text", &given)?);
    let longest = all.iter().map(|variable| variable.expression.chars().count()).max().unwrap_or(0);
    if longest < LONGEST_EXPRESSION {
        return Ok(all);
    }
    Err(format!(
        "one of its expressions has {longest} characters, and CEL compiles fewer than {LONGEST_EXPRESSION}: give it fewer \
         conditions, values or exemptions"
    ))
}

/// The variables that give a denial's text; the last one comes out of a template of its own.
fn text_variables(last: &str, given: &Value) -> Result<Vec<cel::Variable>, String> {
    let variable = |name: &&str| {
        let template = if *name == "text" { last } else { name };
        let expression = frame::render(&format!("cel/{template}.cel.j2"), given.clone())?;
        let expression = expression.trim_end().to_owned();
        Ok(cel::Variable { name: (*name).to_owned(), expression, is_trace: false })
    };
    TEXT_VARIABLES.iter().map(variable).collect()
}

/// Why CEL can't say a rule.
fn unsayable(error: &Unprintable) -> String {
    format!("CEL can't say {error}; this is a bug of palisade, please report it with the rule")
}

/// A variable, for a template.
fn value(variable: &cel::Variable) -> Value {
    context! { name => variable.name.as_str(), expression => variable.expression.as_str() }
}

/// The variables on which a verdict and its text depend.
fn without_trace(all: &[cel::Variable]) -> Value {
    all.iter().filter(|variable| !variable.is_trace).map(value).collect()
}

/// The rule's kinds that a placement is for.
pub(super) fn kinds_of<'rule>(rule: &'rule Rule, placement: &Placement) -> Vec<&'rule Kind> {
    rule.kinds.iter().filter(|kind| placement.is_for(kind)).collect()
}

/// The operations that rules judge.
pub(super) fn operations(rules: &[&Rule]) -> Vec<&'static str> {
    if rules.iter().any(|rule| judges_updates(rule)) { vec!["CREATE", "UPDATE"] } else { vec!["CREATE"] }
}

/// A rule whose governed parts never change judges no UPDATE.
fn judges_updates(rule: &Rule) -> bool {
    !rule.governed_in_pods.is_empty() || !rule.governed_in_objects.is_empty()
}

/// The subresource that brings ephemeral containers to a Pod that runs.
pub const EPHEMERAL_CONTAINERS: &str = "pods/ephemeralcontainers";

/// Whether a rule's policies in CEL name the subresource that brings ephemeral containers.
pub fn sees_ephemeral_containers(rule: &Rule) -> bool {
    judges_updates(rule) && rule.kinds.iter().any(Kind::is_pod)
}

/// The resources of some of the rules' kinds, by group and versions; Pods with the subresource that brings ephemeral containers, which
/// is only ever updated.
pub(super) fn resource_rules(rules: &[&Rule], kinds: &[&Kind]) -> Value {
    let sees_containers = |kind: &Kind| {
        kind.is_pod() && rules.iter().any(|rule| rule.kinds.contains(kind) && judges_updates(rule))
    };
    let mut groups: Vec<(&str, &[String], Vec<&str>)> = Vec::new();
    for kind in kinds {
        let mut resources = vec![kind.plural.as_str()];
        if sees_containers(kind) {
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
    placement
        .selector
        .iter()
        .map(|requirement| {
            context! {
                key => requirement.key.as_str(),
                operator => requirement.operator.name(),
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
