//! The project file, profiles and environments: which rules apply where, with which parameters and actions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an environment may say for the newest version of the Pod Security Standards that this release of Palisade knows.
pub const LATEST: &str = "latest";

/// What happens to an object that violates a rule, from the laxest to the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The rule isn't there
    Disabled,
    /// The object is let in, and the violation reported
    Audit,
    /// The object is let in, and whoever sent it is warned
    Warn,
    /// The object is refused
    Deny,
}

/// What happens to objects that violate a rule: the same to all, or something else to Pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Actions {
    /// The same to all objects
    Alike(Action),
    /// Something else to Pods
    Apart(ActionsApart),
}

impl From<Action> for Actions {
    fn from(action: Action) -> Self {
        Actions::Alike(action)
    }
}

/// What happens to Pods, and what to all other objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActionsApart {
    /// To all objects but Pods: Deployments, Jobs and others that make Pods, and whatever has nothing to do with Pods
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workloads: Option<Action>,
    /// To Pods themselves, whoever makes them: a node that is replaced has its Pods made anew
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<Action>,
}

/// Who may take denials away in an incident, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// The key of the label that takes them away in the namespace that carries it, with any value
    #[schemars(length(min = 1))]
    pub label: String,
    /// The groups of users who may set, change and remove the label, and whom rules for objects without a namespace let pass
    #[schemars(length(min = 1))]
    pub groups: Vec<String>,
}

/// The laxest action that rules of each severity may have, in all namespaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SeverityFloor {
    /// For critical rules
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical: Option<Action>,
    /// For rules of high severity
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<Action>,
    /// For rules of medium severity
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<Action>,
    /// For rules of low severity
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<Action>,
}

/// What happens to a request when the policy can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum FailurePolicy {
    /// The request is refused
    Fail,
    /// The request is let in
    Ignore,
}

/// The failure policy for each action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FailurePolicies {
    /// For rules that deny: `Fail` unless it is said
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deny: Option<FailurePolicy>,
    /// For rules that warn: `Ignore` unless it is said
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn: Option<FailurePolicy>,
    /// For rules that audit: `Ignore` unless it is said
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<FailurePolicy>,
}

/// How policies are laid out: one for each rule, or several rules in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// One policy for each rule
    #[default]
    PerRule,
    /// One policy for all rules with the same action in the same namespaces, which costs an engine much less
    Packed,
}

/// An action whose rules can be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackedAction {
    /// Rules that audit
    Audit,
    /// Rules that warn
    Warn,
    /// Rules that deny
    Deny,
}

/// Versions of an engine that the bundle must work on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionRange {
    /// The oldest version, as `1.17`
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub from: String,
    /// The newest version, as `1.19`
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub to: String,
    /// How policies are laid out
    #[serde(default)]
    pub layout: Layout,
    /// Which rules the layout `packed` is for: `[deny]` unless it is said; the others keep a policy each
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub packed_actions: Option<Vec<PackedAction>>,
}

/// The engines that policies are written for; one that is left out gets none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Engines {
    /// Kyverno's ClusterPolicy, by the versions of Kyverno; ends with 1.19
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kyverno_cluster_policy: Option<VersionRange>,
    /// Kyverno's ValidatingPolicy, by the versions of Kyverno
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kyverno_validating_policy: Option<VersionRange>,
    /// Gatekeeper's ConstraintTemplate and constraint, by the versions of Gatekeeper
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gatekeeper: Option<VersionRange>,
    /// Kubernetes' ValidatingAdmissionPolicy, by the versions of Kubernetes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validating_admission_policy: Option<VersionRange>,
}

/// A label of namespaces, and the values that are meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamespaceLabel {
    /// The label's key
    #[schemars(length(min = 1))]
    pub key: String,
    /// The values that are meant
    #[schemars(length(min = 1))]
    pub values: Vec<String>,
}

/// Some namespaces, and the action there. Of an ordered list the first that fits wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamespaceScope {
    /// A slug; it becomes part of the names of generated objects
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: String,
    /// The namespaces, by name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub names: Option<Vec<String>>,
    /// The namespaces, by a label
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<NamespaceLabel>,
    /// The action there; or `{workloads, pods}`, if Pods have another
    pub action: Actions,
}

/// A namespace that no rule looks into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOutNamespace {
    /// The namespace
    #[schemars(length(min = 1))]
    pub namespace: String,
    /// Why it is left out
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// The namespaces that no rule looks into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LeftOut {
    /// Whether the project's own list is among them: `true` unless it is said
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped: Option<bool>,
    /// Further ones; those of the environment that this one extends stay
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<LeftOutNamespace>,
}

/// What an environment says of one rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleSettings {
    /// The rule's own action, in place of the namespaces' actions; or `{workloads, pods}`, one or both of them
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Actions>,
    /// Actions by the name of a namespace scope; they win over `action`
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, Actions>,
    /// Values of parameters
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, serde_json::Value>,
}

/// One cluster, or clusters that are alike. What it doesn't say is what the environment says that it extends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// A slug; the file's name
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: String,
    /// What the environment is, in one line
    #[schemars(length(min = 1))]
    pub description: String,
    /// The environment that this one extends: what isn't said here is as it is there
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Whether it is only there to be extended, and nothing is built of it
    #[serde(default, rename = "abstract", skip_serializing_if = "std::ops::Not::not")]
    pub is_abstract: bool,
    /// The lowest Kubernetes version of its API servers, as `1.33`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub kubernetes: Option<String>,
    /// The version of the Pod Security Standards, as `1.33`, or `latest`; the same as `kubernetes` when it isn't said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^([0-9]+\.[0-9]+|latest)$"))]
    pub pod_security: Option<String>,
    /// The engines that policies are written for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Engines>,
    /// The copy of the catalogue that rules and profiles come from, as `"0.1.0"`; that of `palisade.yaml` when it isn't said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+$"))]
    pub catalogue: Option<String>,
    /// The profile that rules and parameters come from
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Namespaces and their actions; the first that fits wins, the last has neither `names` nor `label`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub namespaces: Option<Vec<NamespaceScope>>,
    /// The laxest action that rules of each severity may have, in all namespaces
    #[serde(default)]
    pub severity_floor: SeverityFloor,
    /// Who may take denials away in an incident, and how; nobody when it isn't said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<BreakGlass>,
    /// The namespaces that no rule looks into
    #[serde(default)]
    pub left_out: LeftOut,
    /// What happens when a policy can't be asked
    #[serde(default)]
    pub failure_policy: FailurePolicies,
    /// Settings of single rules
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, RuleSettings>,
    /// The exemptions that hold here, by name; those of the environment that this one extends hold too
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<String>,
}

/// What a profile says of one rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileRule {
    /// The version of the Pod Security Standards from which on the rule belongs to the profile; each when it isn't said
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub from: Option<String>,
    /// Values of parameters that differ from the rule's defaults
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, serde_json::Value>,
}

/// What stands for one check of a published standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardCheck {
    /// The first version of the standard with this check; each when it isn't said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub from: Option<String>,
    /// The last version of the standard with this check; each when it isn't said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub to: Option<String>,
    /// The rules of the profile that stand for it, each with the checks that do
    pub rules: BTreeMap<String, Vec<String>>,
}

/// A published standard that the profile is equal to: its checks, and what stands for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// The framework, as in a rule's references: `pss`
    #[schemars(length(min = 1))]
    pub framework: String,
    /// The level of the framework: `baseline`, `restricted`
    #[schemars(length(min = 1))]
    pub level: String,
    /// The standard's checks by the ids that it gives them
    pub checks: BTreeMap<String, StandardCheck>,
}

/// A named set of rules with parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// A slug; the file's name
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: String,
    /// What the profile is for, in one line
    #[schemars(length(min = 1))]
    pub description: String,
    /// The profile that this one builds on: its rules and parameters hold too, unless they are said otherwise here
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// The rules, by id, each with what differs from its defaults
    pub rules: BTreeMap<String, ProfileRule>,
    /// The published standard that the profile is equal to
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<Standard>,
}

/// A label of namespaces that not everybody who may write to a namespace can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectedLabel {
    /// The label's key
    #[schemars(length(min = 1))]
    pub key: String,
    /// What protects it: who may set it, and what keeps all others from it
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// The file `palisade.yaml`: what holds for the whole project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The project's name, a slug; names of generated objects begin with it
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: String,
    /// The last sentence of each denial; `<< rule >>` is the rule's id
    #[schemars(length(min = 1))]
    pub help: String,
    /// The copy of the catalogue that environments draw on unless they name another, as `"0.1.0"`: a folder of `catalogue/`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+$"))]
    pub catalogue: Option<String>,
    /// The label or annotation that names an object's owner
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The namespaces that environments leave out unless they say otherwise
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutNamespace>,
    /// The days before an exemption's last one on which `build` warns of it; 30 when it isn't said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_days_before_expiry: Option<u16>,
    /// Labels by which environments may select namespaces: whoever sets one chooses the actions there
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected_labels: Vec<ProtectedLabel>,
}
