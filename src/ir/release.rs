//! A release: all rules of one environment, with their actions and places. Everything after lowering takes this.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::break_glass::BreakGlass;
use super::kind::{Kind, Version};
use super::rule::Rule;
use super::setting::{Disabled, Setting};

/// The rules of one environment, at one time.
#[derive(Clone, Debug)]
pub struct Release {
    /// The project's name; names of generated objects begin with it.
    pub project: String,
    /// The environment's name.
    pub environment: String,
    /// What the environment is.
    pub description: String,
    /// The version of the catalogue's copy that rules come from; absent for a project without one.
    pub catalogue: Option<String>,
    /// The profile's name.
    pub profile: String,
    /// The lowest Kubernetes version.
    pub kubernetes: Version,
    /// The version of the Pod Security Standards.
    pub pod_security: Version,
    /// The last sentence of each denial, with `<< rule >>` for the rule's id; one line.
    pub help: String,
    /// The label or annotation that names an object's owner.
    pub owner: Option<String>,
    /// The engines, each with the versions that it must work on.
    pub engines: BTreeMap<Target, EngineRange>,
    /// The targets in the packed layout, each with the actions whose rules are packed; the others have a policy for each rule.
    pub packed: BTreeMap<Target, BTreeSet<Action>>,
    /// Namespaces that no rule looks into, sorted by name.
    pub left_out: Vec<LeftOut>,
    /// The names of the namespace scopes in order, the last (without a name) left away, with their selectors.
    pub scopes: Vec<(String, Requirement)>,
    /// Who may take denials away in an incident; nobody if it is absent.
    pub break_glass: Option<BreakGlass>,
    /// The guard over the label that takes them away, as far as it is like a rule.
    pub guard: Option<Rule>,
    /// Labels of namespaces that not everybody can set, each with what protects it.
    pub protected_labels: BTreeMap<String, String>,
    /// What holds for the whole environment, for people; in the order of its file.
    pub settings: Vec<Setting>,
    /// Where rules are disabled, by rule.
    pub disabled: Vec<Disabled>,
    /// The exemptions that are granted here, those that have expired too, sorted by name.
    pub exemptions: Vec<ExemptionRecord>,
    /// Policies that are copied as they are, sorted by path.
    pub natives: Vec<Native>,
    /// The rules, sorted by id.
    pub rules: Vec<Rule>,
}

impl Release {
    /// Whether the rules with this action stand together in packs for this target.
    pub fn is_packed(&self, target: Target, action: Action) -> bool {
        self.packed.get(&target).is_some_and(|actions| actions.contains(&action))
    }

    /// Whether a placement is packed for this target. What denies is packed also where the glass is broken.
    pub fn packs(&self, target: Target, placement: &Placement) -> bool {
        self.is_packed(target, placement.action)
            || placement.broken_glass && self.is_packed(target, Action::Deny)
    }

    /// The exemption of this name if it is granted here and has expired.
    pub fn expired(&self, exemption: &str) -> Option<&ExemptionRecord> {
        let mut expired = self.exemptions.iter().filter(|record| record.state == ExemptionState::Expired);
        expired.find(|record| record.name == exemption)
    }
}

/// What policies are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Kyverno's ClusterPolicy.
    KyvernoClusterPolicy,
    /// Kyverno's ValidatingPolicy.
    KyvernoValidatingPolicy,
    /// Gatekeeper's ConstraintTemplate and constraint.
    Gatekeeper,
    /// Kubernetes' ValidatingAdmissionPolicy.
    ValidatingAdmissionPolicy,
}

impl Target {
    /// Every target, in the order of the documentation.
    pub const ALL: [Target; 4] = [
        Target::KyvernoClusterPolicy,
        Target::KyvernoValidatingPolicy,
        Target::Gatekeeper,
        Target::ValidatingAdmissionPolicy,
    ];

    /// The one spelling: folder, `--target`, templates.
    pub fn name(self) -> &'static str {
        match self {
            Target::KyvernoClusterPolicy => "kyverno-cluster-policy",
            Target::KyvernoValidatingPolicy => "kyverno-validating-policy",
            Target::Gatekeeper => "gatekeeper",
            Target::ValidatingAdmissionPolicy => "validating-admission-policy",
        }
    }
}

/// Versions of an engine that the bundle must work on, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineRange {
    /// The oldest.
    pub from: Version,
    /// The newest.
    pub to: Version,
}

/// A namespace that no rule looks into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftOut {
    /// The namespace.
    pub namespace: String,
    /// Why.
    pub reason: String,
}

/// A file of policies in an engine's own language, which is copied as it is. Nothing is known of its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Native {
    /// The target that it belongs to.
    pub target: Target,
    /// The path in the bundle: `gatekeeper/templates/native/images.yaml`.
    pub path: String,
    /// What the file holds.
    pub text: String,
    /// Its objects, as `Kind/name`.
    pub objects: Vec<String>,
}

/// An exemption as the README and `explain` show it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExemptionRecord {
    /// The exemption's name.
    pub name: String,
    /// The team that owns the workload.
    pub owner: String,
    /// Who agreed.
    pub approved_by: String,
    /// Why.
    pub reason: String,
    /// Where it was discussed.
    pub ticket: String,
    /// The day it was made.
    pub created: String,
    /// The day it ends.
    pub expires: String,
    /// For whom, in one line.
    pub identity: String,
    /// What is waived, in one line.
    pub waives: String,
    /// Whether it holds in this release.
    #[serde(default)]
    pub state: ExemptionState,
}

/// Whether an exemption holds in a release. Its day is compared when the release is made, and never afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExemptionState {
    /// It waives what it says.
    #[default]
    Holds,
    /// Its last day was over, and it waives nothing.
    Expired,
}

/// Where a rule holds, and what happens there. Placements of one rule never overlap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placement {
    /// The namespace scope; absent for the last one, which takes the rest, and for kinds without a namespace.
    pub scope: Option<String>,
    /// Which of the rule's objects it is for.
    pub objects: Objects,
    /// Whether it is for the namespaces in which the glass is broken: what is refused in the others is audited there.
    pub broken_glass: bool,
    /// The namespaces, as requirements on their labels that must all hold.
    pub selector: Vec<Requirement>,
    /// What happens.
    pub action: Action,
    /// What happens when the policy can't be asked.
    pub failure_policy: FailurePolicy,
    /// The place that set the action.
    pub set_by: String,
}

impl Placement {
    /// What stands behind the rule's id in names: the scope and the objects, where they are said; `cluster` for kinds without a
    /// namespace. The placement for workloads has the name that it would have for all objects in namespaces, so that it stays the same
    /// object when Pods get an action of their own.
    pub fn suffix(&self) -> Option<String> {
        let objects = match self.objects {
            Objects::Namespaced | Objects::Workloads => None,
            Objects::Pods => Some("pods"),
            Objects::ClusterWide => Some("cluster"),
        };
        let broken_glass = self.broken_glass.then_some("break-glass");
        let parts: Vec<&str> = self.scope.as_deref().into_iter().chain(objects).chain(broken_glass).collect();
        (!parts.is_empty()).then(|| parts.join("-"))
    }

    /// Whether it is for objects of a kind.
    pub fn is_for(&self, kind: &Kind) -> bool {
        self.objects.hold(kind)
    }
}

/// Which of the objects that a rule governs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Objects {
    /// All that are in a namespace.
    Namespaced,
    /// All that are in a namespace but Pods.
    Workloads,
    /// Pods.
    Pods,
    /// Those without a namespace; selectors of namespaces don't apply to them.
    ClusterWide,
}

impl Objects {
    /// Whether objects of a kind are among them.
    pub fn hold(self, kind: &Kind) -> bool {
        match self {
            Objects::Namespaced => !kind.is_cluster_wide(),
            Objects::Workloads => !kind.is_cluster_wide() && !kind.is_pod(),
            Objects::Pods => kind.is_pod(),
            Objects::ClusterWide => kind.is_cluster_wide(),
        }
    }
}

/// A requirement on a namespace's labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// Whether the value must be, or must not be, among the values.
    pub operator: Operator,
    /// The values, sorted; none where any value counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl Operator {
    /// The word in Kubernetes' API.
    pub fn name(self) -> &'static str {
        match self {
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
        }
    }
}

/// How a requirement compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// The label is there, and its value is one of these.
    In,
    /// The label is absent, or its value is none of these.
    NotIn,
    /// The label is there, with any value.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

/// What happens to an object that violates a rule. Lowering leaves out what is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Reported.
    Audit,
    /// Reported, and whoever sent it is warned.
    Warn,
    /// Refused.
    Deny,
}

impl Action {
    /// The action's name.
    pub fn name(self) -> &'static str {
        match self {
            Action::Audit => "audit",
            Action::Warn => "warn",
            Action::Deny => "deny",
        }
    }
}

/// What happens to a request when the policy can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FailurePolicy {
    /// Refused.
    Fail,
    /// Let in.
    Ignore,
}

impl FailurePolicy {
    /// The word in Kubernetes' API.
    pub fn name(self) -> &'static str {
        match self {
            FailurePolicy::Fail => "Fail",
            FailurePolicy::Ignore => "Ignore",
        }
    }
}

/// How bad a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good practice.
    Low,
    /// Weakens a defence.
    Medium,
    /// Opens a way that an attacker would take.
    High,
    /// Gives up the node, the account or the cluster.
    Critical,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Severity; 4] = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The severity's name.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// A control of a published framework.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReferenceTo {
    /// The framework.
    pub framework: String,
    /// The control.
    pub control: String,
}

/// The lists of containers of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerList {
    /// `containers`.
    Containers,
    /// `initContainers`.
    InitContainers,
    /// `ephemeralContainers`.
    EphemeralContainers,
}

impl ContainerList {
    /// Every list, in the order in which subjects are named.
    pub const ALL: [ContainerList; 3] =
        [ContainerList::Containers, ContainerList::InitContainers, ContainerList::EphemeralContainers];

    /// The field's name in a Pod's spec.
    pub fn name(self) -> &'static str {
        match self {
            ContainerList::Containers => "containers",
            ContainerList::InitContainers => "initContainers",
            ContainerList::EphemeralContainers => "ephemeralContainers",
        }
    }
}

/// What growing a parameter (or `true`) does to the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Growing tightens: what is denied, required, reached, or a lower bound.
    Tightens,
    /// Growing loosens: what is allowed, or an upper bound.
    Loosens,
}
