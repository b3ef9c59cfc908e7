//! A rule: when it speaks, what must hold, what is waived, and what proves it.
//!
//! ```text
//! rule is violated by an object  ⇔  the object's kind is governed
//!                                   and `spared` is not true, and no rule waiver holds
//!                                   and (a shape is broken, or a check has a subject for which neither `ok` nor a waiver holds)
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::kind::{Kind, Version};
use super::literal::Value;
use super::path::{Loop, Path};
use super::release::Placement;
pub use crate::ir::release::{ContainerList, Direction, ReferenceTo, Severity};

/// A rule in an environment.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id: `POD-001`.
    pub id: String,
    /// One line without `{{` and `$(`.
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// The folder of the rule: `pod-security`.
    pub category: String,
    /// The catalogue's version that brought the rule.
    pub since: String,
    /// Why the rule exists.
    pub why: String,
    /// What to do about a violation.
    pub fix: String,
    /// Controls of published frameworks.
    pub references: Vec<ReferenceTo>,
    /// The rule's file, relative to the project: `rules/pod-security/POD-001-privileged.yaml`; empty for one built in code. A
    /// catalogue's is named without the version, `catalogue/rules/…`: a newer copy of the same rule changes no generated file.
    pub source_file: String,
    /// The governed kinds, sorted; never empty.
    pub kinds: Vec<Kind>,
    /// Parameters by name, with their values here.
    pub parameters: BTreeMap<String, Parameter>,
    /// The objects that the rule is silent about, in terms of the object, the Pod, the workload and parameters.
    pub spared: Condition,
    /// Exemptions that waive the whole rule.
    pub waivers: Vec<Waiver>,
    /// What must be a map or a list (or absent) for the rest to be read.
    pub shapes: Vec<Shape>,
    /// What must hold, in the order written.
    pub checks: Vec<Check>,
    /// For kinds that are or make a Pod: the parts whose change makes an UPDATE be judged; sorted.
    pub governed_in_pods: Vec<GovernedPart>,
    /// For other kinds: the same.
    pub governed_in_objects: Vec<GovernedPart>,
    /// Where the rule holds, with which action; none `Disabled`.
    pub placements: Vec<Placement>,
    /// Examples, good and bad.
    pub examples: Vec<Example>,
}

impl Rule {
    /// Whether a rule of another environment is this one. In which file and line it says so is of no matter.
    pub fn is_same(&self, other: &Rule) -> bool {
        // All fields by name, so that a new one isn't forgotten.
        let Rule {
            id,
            title,
            severity,
            category,
            since,
            why,
            fix,
            references,
            source_file,
            kinds,
            parameters,
            spared,
            waivers,
            shapes,
            checks,
            governed_in_pods,
            governed_in_objects,
            placements,
            examples,
        } = self;
        parameters.len() == other.parameters.len()
            && parameters.iter().zip(&other.parameters).all(|((name, one), (another, other))| {
                name == another && *one == Parameter { set_by: one.set_by.clone(), ..other.clone() }
            })
            && placements.len() == other.placements.len()
            && placements
                .iter()
                .zip(&other.placements)
                .all(|(one, other)| *one == Placement { set_by: one.set_by.clone(), ..other.clone() })
            && (id, title, severity, category, since, why, fix)
                == (
                    &other.id,
                    &other.title,
                    &other.severity,
                    &other.category,
                    &other.since,
                    &other.why,
                    &other.fix,
                )
            && (references, source_file, kinds, spared, waivers)
                == (&other.references, &other.source_file, &other.kinds, &other.spared, &other.waivers)
            && (shapes, checks, governed_in_pods, governed_in_objects, examples)
                == (
                    &other.shapes,
                    &other.checks,
                    &other.governed_in_pods,
                    &other.governed_in_objects,
                    &other.examples,
                )
    }
}

/// A parameter with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// What the parameter decides.
    pub description: String,
    /// The type and the schema's bounds, as the model says them.
    pub declaration: ParameterDeclaration,
    /// The value as a person wrote it; of a table by version what it comes to here.
    pub written: serde_json::Value,
    /// The value in normal form.
    pub value: Value,
    /// The place that set the value: `environments/production.yaml:12`, or `default`.
    pub set_by: String,
    /// Where the value grows with the Pod Security Standards: what each version adds, from the oldest. A release that was read from a
    /// lock file has only what it comes to.
    pub by_version: Vec<Addition>,
}

/// What a version of the Pod Security Standards adds to a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Addition {
    /// The version from which on it counts.
    pub since: Version,
    /// What is added, as written.
    pub add: Vec<serde_json::Value>,
    /// Where that is said: a check of the standard and its version.
    pub source: String,
}

/// The declared type of a parameter, for schemas and for the direction of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterDeclaration {
    /// The type.
    pub kind: ParameterKind,
    /// What growing (or `true`) does.
    pub direction: Direction,
    /// For a choice: the options, from the laxest to the strictest.
    pub options: Vec<String>,
    /// The least integer.
    pub min: Option<i64>,
    /// The greatest integer.
    pub max: Option<i64>,
    /// The least number of items.
    pub min_items: Option<u32>,
    /// What the whole of each item must match (RE2, without anchors).
    pub pattern: Option<String>,
}

/// The types of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// A boolean.
    Boolean,
    /// One of the options.
    Choice,
    /// Texts.
    Strings,
    /// [`super::Literal::Pattern`]s.
    Patterns,
    /// [`super::Literal::Image`]s.
    Images,
    /// [`super::Literal::HostPath`]s.
    HostPaths,
    /// A whole number.
    Integer,
    /// Whole numbers.
    Integers,
    /// A quantity.
    Quantity,
    /// A duration.
    Duration,
    /// A map from text to a list of texts.
    Map,
    /// Records `{identity: {namespace, service_account, images, sidecars}, features: {privileged, host_network, host_pid, host_ipc,
    /// run_as_root, capabilities, host_paths, selinux_types}}`, all fields present.
    Monitors,
}

impl ParameterKind {
    /// Whether values are lists.
    pub fn is_list(self) -> bool {
        match self {
            ParameterKind::Strings
            | ParameterKind::Patterns
            | ParameterKind::Images
            | ParameterKind::HostPaths
            | ParameterKind::Integers
            | ParameterKind::Monitors => true,
            ParameterKind::Boolean
            | ParameterKind::Choice
            | ParameterKind::Integer
            | ParameterKind::Quantity
            | ParameterKind::Duration
            | ParameterKind::Map => false,
        }
    }
}

/// One thing that must hold for each of its subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// A slug, unique in the rule.
    pub id: String,
    /// The governed kinds that the check looks at, sorted; a subset of the rule's.
    pub kinds: Vec<Kind>,
    /// The loops, each inside the one before; never empty.
    pub each: Vec<Loop>,
    /// A subject violates if this is not true.
    pub ok: Condition,
    /// A subject that violates is exempted if one of these is true.
    pub waivers: Vec<Waiver>,
    /// What is wrong with the subject. One line.
    pub message: Vec<Text>,
    /// The path that a finding points to.
    pub at: Path,
    /// The checks of the profile's standard for which this one stands in the release, sorted: `capabilities_restricted`. A release that
    /// was read from a lock file has none.
    pub standards: Vec<String>,
}

/// An exemption, compiled for a check or a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The exemption's name.
    pub exemption: String,
    /// True if the exemption fits the subject and waives what it does.
    pub holds: Condition,
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// Fixed text.
    Literal(String),
    /// A value found, as the evaluator's `shown` writes it.
    Value(Path),
}

/// What must be at the end of a path, or the path be absent, for each element of these loops.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// The governed kinds that it is asked of, sorted.
    pub kinds: Vec<Kind>,
    /// The loops around the path.
    pub each: Vec<Loop>,
    /// The path.
    pub path: Path,
    /// What it must be.
    pub must_be: Container,
}

/// A container that a path steps into or that a loop walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Container {
    /// A map.
    Map,
    /// A list.
    List,
}

/// A whole part of an object whose change makes an UPDATE be judged (design, rule 9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GovernedPart {
    /// The Pod's spec.
    PodSpec,
    /// The labels of the Pod or of its template.
    TemplateLabels,
    /// The annotations of the Pod or of its template.
    TemplateAnnotations,
    /// `metadata.labels`.
    Labels,
    /// `metadata.annotations`.
    Annotations,
    /// `metadata.ownerReferences`.
    OwnerReferences,
    /// A top-level field: `spec`.
    Field(String),
}

/// An example, as written; the same completion function makes it whole for the evaluator and for each engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// A Pod's `{metadata: {labels, annotations}, spec}`, to be wrapped in each kind that can carry it; or a whole object.
    pub subject: ExampleSubject,
    /// The namespace; absent for cluster-scoped objects.
    pub namespace: Option<String>,
    /// The versions, where they differ from the environment's.
    pub version: Option<Version>,
    /// What it must give, sorted; empty for a good example.
    pub gives: Vec<Expected>,
}

/// What an example is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExampleSubject {
    /// A Pod, for each kind that is or makes one.
    Pod {
        /// Labels, annotations.
        metadata: serde_json::Value,
        /// The Pod's spec.
        spec: serde_json::Value,
    },
    /// An object, as it is.
    Object(serde_json::Value),
}

/// A violation that an example gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The check's id.
    pub check: String,
    /// The subject's label.
    pub subject: String,
    /// The place, beginning with `pod` or `object`.
    pub path: String,
}
