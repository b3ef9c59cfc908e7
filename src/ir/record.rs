//! A release as the lock file keeps it: what it means, in one canonical and readable form of JSON.
//!
//! Two releases mean the same if their records are equal. Places in policy files are no part of a record, for they move without a
//! change of meaning. A reader takes unknown fields as they come, so that a later format can add some.

mod canonical;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::break_glass::BreakGlass;
use super::release::{
    Action, Direction, EngineRange, ExemptionRecord, FailurePolicy, LeftOut, Objects, Release, Requirement,
    Severity, Target,
};
use super::rule::{Check, Parameter, ParameterKind, Rule, Waiver};
use crate::parallel;

/// The rules of one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "the record of a release")]
pub struct ReleaseRecord {
    /// What is said of the environment as a whole.
    pub environment: EnvironmentRecord,
    /// The namespaces that no rule looks into, sorted.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// The exemptions that are granted, each with whether it holds, sorted by name.
    #[serde(default)]
    pub exemptions: Vec<ExemptionRecord>,
    /// Policies that are copied as they are, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub natives: Vec<NativeRecord>,
    /// The rules, sorted by id.
    #[serde(default)]
    pub rules: Vec<RuleRecord>,
}

/// A file of policies that is copied as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "the record of a native policy")]
pub struct NativeRecord {
    /// The path in the bundle.
    pub path: String,
    /// What the file holds.
    pub text: String,
}

/// What is said of an environment as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "the record of an environment")]
pub struct EnvironmentRecord {
    /// The environment's name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The project's name.
    pub project: String,
    /// The version of the catalogue's copy that rules come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<String>,
    /// The profile's name.
    pub profile: String,
    /// The lowest Kubernetes version: `1.33`.
    pub kubernetes: String,
    /// The version of the Pod Security Standards.
    pub pod_security: String,
    /// The last sentence of each denial.
    pub help: String,
    /// The label or annotation that names an object's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who may take denials away in an incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<BreakGlass>,
    /// The targets by name, each with the versions of its engine.
    pub engines: BTreeMap<String, EngineRecord>,
}

/// The versions of an engine, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "the versions of an engine")]
pub struct EngineRecord {
    /// The oldest.
    pub from: String,
    /// The newest.
    pub to: String,
    /// The actions whose rules stand together in one policy, sorted; none where each rule has its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packed: Vec<Action>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "the record of a rule")]
pub struct RuleRecord {
    /// The id.
    pub id: String,
    /// The title.
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// The folder of the rule.
    pub category: String,
    /// The governed kinds as `group/Kind`, each with the versions whose paths the rule knows.
    pub kinds: BTreeMap<String, Vec<String>>,
    /// Parameters by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterRecord>,
    /// Where the rule holds, with which action.
    pub placements: Vec<PlacementRecord>,
    /// The objects that the rule is silent about.
    pub spared: Json,
    /// Exemptions that waive the whole rule.
    #[serde(default)]
    pub waivers: Vec<WaiverRecord>,
    /// What must be a map or a list for the rest to be read.
    #[serde(default)]
    pub shapes: Vec<Json>,
    /// What must hold, in the order written.
    pub checks: Vec<CheckRecord>,
    /// The parts of an object whose change makes an UPDATE be judged.
    #[serde(default)]
    pub governed: Vec<String>,
}

/// A parameter with its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "the record of a parameter")]
pub struct ParameterRecord {
    /// The declared type.
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    /// What growing (or `true`) does.
    pub direction: Direction,
    /// For a choice: the options, from the laxest to the strictest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The value as a person wrote it.
    pub written: Json,
    /// The value in normal form.
    pub value: Json,
}

/// Where a rule holds, and what happens there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "the record of a place")]
pub struct PlacementRecord {
    /// What stands behind the rule's id in names; absent for the place without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Whether this is for cluster-scoped kinds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cluster: bool,
    /// Which objects in namespaces this is for; absent if it is for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<On>,
    /// Requirements on the namespace's labels; all must hold.
    #[serde(default)]
    pub selector: Vec<Requirement>,
    /// What happens.
    pub action: Action,
    /// What happens when the policy can't be asked.
    pub failure_policy: FailurePolicy,
}

/// A part of the objects in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// All but Pods.
    Workloads,
    /// Pods.
    Pods,
}

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "the record of a check")]
pub struct CheckRecord {
    /// The id.
    pub id: String,
    /// The kinds that it looks at, where these aren't all that the rule governs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
    /// The loops, each inside the one before.
    pub each: Vec<Json>,
    /// What must hold for each subject.
    pub ok: Json,
    /// Exemptions that waive a violation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverRecord>,
    /// How a subject is named, and what is wrong with it.
    pub message: String,
}

/// An exemption, compiled for a rule or a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "the record of a waiver")]
pub struct WaiverRecord {
    /// The exemption's name.
    pub exemption: String,
    /// When it waives.
    pub holds: Json,
}

impl ReleaseRecord {
    /// The record of a release.
    pub fn of(release: &Release) -> Self {
        let engine = |target: &Target, range: &EngineRange| EngineRecord {
            from: range.from.to_string(),
            to: range.to.to_string(),
            packed: release.packed.get(target).into_iter().flatten().copied().collect(),
        };
        Self {
            environment: EnvironmentRecord {
                name: release.environment.clone(),
                description: release.description.clone(),
                project: release.project.clone(),
                catalogue: release.catalogue.clone(),
                profile: release.profile.clone(),
                kubernetes: release.kubernetes.to_string(),
                pod_security: release.pod_security.to_string(),
                help: release.help.clone(),
                owner: release.owner.clone(),
                break_glass: release.break_glass.clone(),
                engines: release
                    .engines
                    .iter()
                    .map(|(target, range)| (target.name().to_owned(), engine(target, range)))
                    .collect(),
            },
            left_out: release.left_out.clone(),
            exemptions: release.exemptions.clone(),
            natives: release
                .natives
                .iter()
                .map(|native| NativeRecord { path: native.path.clone(), text: native.text.clone() })
                .collect(),
            rules: parallel::each(&release.rules, RuleRecord::of),
        }
    }
}

impl RuleRecord {
    /// The record of a rule.
    pub fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            category: rule.category.clone(),
            kinds: rule.kinds.iter().map(|kind| (canonical::kind(kind), kind.versions.clone())).collect(),
            parameters: rule
                .parameters
                .iter()
                .map(|(name, parameter)| (name.clone(), parameter_record(parameter)))
                .collect(),
            placements: rule.placements.iter().map(placement_record).collect(),
            spared: canonical::condition(&rule.spared),
            waivers: waiver_records(&rule.waivers),
            shapes: rule.shapes.iter().map(|shape| canonical::shape(shape, rule)).collect(),
            checks: rule.checks.iter().map(|check| check_record(check, rule)).collect(),
            governed: canonical::governed(rule),
        }
    }
}

fn parameter_record(parameter: &Parameter) -> ParameterRecord {
    ParameterRecord {
        kind: parameter.declaration.kind,
        direction: parameter.declaration.direction,
        options: parameter.declaration.options.clone(),
        written: parameter.written.clone(),
        value: parameter.value.to_json(),
    }
}

fn placement_record(placement: &super::Placement) -> PlacementRecord {
    let (cluster, on) = match placement.objects {
        Objects::Namespaced => (false, None),
        Objects::Workloads => (false, Some(On::Workloads)),
        Objects::Pods => (false, Some(On::Pods)),
        Objects::ClusterWide => (true, None),
    };
    PlacementRecord {
        suffix: placement.suffix(),
        cluster,
        on,
        selector: placement.selector.clone(),
        action: placement.action,
        failure_policy: placement.failure_policy,
    }
}

fn waiver_records(waivers: &[Waiver]) -> Vec<WaiverRecord> {
    waivers
        .iter()
        .map(|waiver| WaiverRecord {
            exemption: waiver.exemption.clone(),
            holds: canonical::condition(&waiver.holds),
        })
        .collect()
}

fn check_record(check: &Check, rule: &Rule) -> CheckRecord {
    CheckRecord {
        id: check.id.clone(),
        kinds: canonical::narrowed_kinds(&check.kinds, rule),
        each: check.each.iter().map(canonical::each).collect(),
        ok: canonical::condition(&check.ok),
        waivers: waiver_records(&check.waivers),
        message: canonical::message(check),
    }
}
