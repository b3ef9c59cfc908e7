//! Rules, their checks and their examples.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::{Condition, Operand};
use super::exemption::{Features, Identity};
use super::parameter::Parameter;

/// How bad a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good practice
    Low,
    /// Weakens a defence
    Medium,
    /// Opens a way that an attacker would take
    High,
    /// Gives up the node, the account or the cluster
    Critical,
}

/// A control of a published framework that the rule serves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceTo {
    /// The framework: `pss`, `cis-eks`, `nsa`, `guardduty`, `eks-best-practices` …
    pub framework: String,
    /// The control's name or number in it
    pub control: String,
}

/// The kinds that a rule governs: `pods`, or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Governs {
    /// The word `pods`: each declared kind that is or makes a Pod
    Word(PodsWord),
    /// Kinds by name, and perhaps those that are or make a Pod
    Kinds(GovernedKinds),
}

/// The word `pods`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PodsWord {
    /// Each declared kind that is or makes a Pod
    Pods,
}

/// Kinds by name, and perhaps those that are or make a Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GovernedKinds {
    /// Also each declared kind that is or makes a Pod
    #[serde(default)]
    pub pods: bool,
    /// Kinds, as `Kind` or `group/Kind`, declared in `kinds.yaml`
    #[serde(default)]
    pub kinds: Vec<String>,
}

/// The lists of containers of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum ContainerList {
    /// `containers`
    #[serde(rename = "containers")]
    Containers,
    /// `initContainers`, sidecars among them
    #[serde(rename = "initContainers")]
    InitContainers,
    /// `ephemeralContainers`, for debugging
    #[serde(rename = "ephemeralContainers")]
    EphemeralContainers,
}

/// A built-in subject; its name is the name of the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The object itself
    Object,
    /// The Pod's spec; `pod.labels` and `pod.annotations` are the template's
    Pod,
    /// Each container of the three lists; `container.list` is the list's name
    Container,
    /// The Pod's `securityContext`, and each container's
    SecurityContext,
    /// Each volume of the Pod
    Volume,
    /// Each volume mount of each container; `mount.volume` is the volume of that name
    Mount,
    /// Each environment variable of each container
    Env,
    /// Each `envFrom` source of each container
    EnvFrom,
    /// Each port of each container
    Port,
    /// Each toleration of the Pod
    Toleration,
    /// Each image reference: of each container, and of each image volume, as `image.reference`
    Image,
}

/// Where the items of a loop come from: a path, or a list parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Items {
    /// The path of a list (or of a map, for `entries`)
    Path(String),
    /// A parameter of the rule
    Parameter {
        /// The parameter's name
        parameter: String,
    },
}

/// A loop over a list, a map or several fields, with the name of its element.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoopSource {
    /// Each item of this list
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
    /// Each entry of this map, as `NAME.key` and `NAME.value`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<Items>,
    /// Those of these fields that have a value; `{a,b}` in a step means each of them
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// The element's name, with which paths to it begin
    #[serde(rename = "as")]
    pub name: String,
}

/// A built-in subject, or a loop with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Loop {
    /// A built-in subject
    Subject(Subject),
    /// A loop over a list, a map or several fields
    Source(LoopSource),
}

/// What a check looks at, one by one: a loop, or a chain of loops, each inside the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Each {
    /// One loop
    One(Loop),
    /// Loops, each inside the one before
    Chain(Vec<Loop>),
}

/// A feature that has no value of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureFlag {
    /// A privileged container
    Privileged,
    /// The host's network
    HostNetwork,
    /// The host's process ids
    HostPid,
    /// The host's inter-process communication
    HostIpc,
    /// Running as root
    RunAsRoot,
}

/// A feature with a value; exactly one key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedFeature {
    /// The path of the capability that is added
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// The path of the host path that is mounted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_path: Option<String>,
    /// The path of the SELinux type that is asked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selinux_type: Option<String>,
}

/// What a check forbids, in the words of exemptions: an exemption that waives this feature waives the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FeatureUse {
    /// A feature that has no value of its own
    Flag(FeatureFlag),
    /// A feature with a value
    Listed(ListedFeature),
}

/// One thing that must hold for each of its subjects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// A slug, unique in the rule, never used again for another meaning
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// The kinds that this check looks at, where it isn't all that the rule governs
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
    /// What the check looks at, one by one
    pub each: Each,
    /// For containers: the lists that are looked at
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Vec<ContainerList>>,
    /// The subjects that the check is about
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub applies: Option<Condition>,
    /// What must hold; either this or `forbid`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require: Option<Condition>,
    /// What must not hold; either this or `require`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forbid: Option<Condition>,
    /// The feature whose waiver in an exemption waives this check
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<FeatureUse>,
    /// The path that a finding points to, where it isn't the first field of what must hold
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What is wrong with the subject, in one line: "may not add `<< capability >>`"
    #[schemars(length(min = 1))]
    pub message: String,
}

/// What a bad example must give, no more and no less.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFinding {
    /// The check's id
    pub check: String,
    /// The subject's label: `containers/app`, `pod`, `volume data`
    pub subject: String,
    /// The place, beginning with `pod` or `object`: `pod.containers[0].securityContext.privileged`
    pub path: String,
}

/// A Pod inside an example, to be wrapped in each kind that can carry it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PodExample {
    /// The Pod's spec
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub spec: serde_json::Value,
    /// The Pod's (or the template's) labels
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, serde_json::Value>,
    /// The Pod's (or the template's) annotations
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, serde_json::Value>,
}

/// An exemption that holds in an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleExemption {
    /// For whom
    pub identity: Identity,
    /// The features that are waived
    #[serde(default)]
    pub features: Features,
    /// Whether the whole rule is waived
    #[serde(default)]
    pub whole_rule: bool,
}

/// An example: a Pod or an object, and what the rule says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What the example shows, in a few words; unique in the rule
    #[schemars(length(min = 1))]
    pub name: String,
    /// A Pod, wrapped in each kind that can carry it; either this or `object`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<PodExample>,
    /// A whole object; either this or `pod`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    pub object: Option<serde_json::Value>,
    /// The namespace, `team-a` when it isn't said
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Parameters that differ from the rule's defaults
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The version of the Pod Security Standards and of Kubernetes, where it matters
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub version: Option<String>,
    /// Exemptions that hold in the example
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<ExampleExemption>,
    /// For a bad example: each violation that it gives
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives: Vec<ExpectedFinding>,
}

/// Good and bad examples of a rule. They are executed by the evaluator and by each engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Examples without a violation
    #[schemars(length(min = 1))]
    pub good: Vec<Example>,
    /// Examples that give exactly the violations they name
    #[schemars(length(min = 1))]
    pub bad: Vec<Example>,
}

/// A rule: what it means, why, and what proves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Two to six capital letters, a dash, three digits; the file's name begins with it
    #[schemars(regex(pattern = r"^[A-Z]{2,6}-[0-9]{3}$"))]
    pub id: String,
    /// What holds where the rule is kept, in one line
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// How bad a violation is
    pub severity: Severity,
    /// The folder that the rule lies in
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub category: String,
    /// The version that brought the rule: of the catalogue, or of your own policies
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub since: String,
    /// Whether the rule takes the place of the catalogue's rule with the same id
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overrides_catalogue: bool,
    /// Why the rule exists
    #[schemars(length(min = 1))]
    pub why: String,
    /// What to do about a violation
    #[schemars(length(min = 1))]
    pub fix: String,
    /// Controls of published frameworks that the rule serves
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<ReferenceTo>,
    /// The kinds that the rule governs
    pub governs: Governs,
    /// Typed parameters by name
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// Values with a name, which paths of the rule's conditions may begin with
    #[serde(default, rename = "let", skip_serializing_if = "BTreeMap::is_empty")]
    pub bindings: BTreeMap<String, Operand>,
    /// The objects that the rule is about, in terms of `object`, `pod`, `workload` and parameters
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub applies: Option<Condition>,
    /// The objects that the rule spares, in terms of `object`, `pod`, `workload` and parameters
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<Condition>,
    /// What must hold
    #[schemars(length(min = 1))]
    pub checks: Vec<Check>,
    /// Good and bad examples
    pub examples: Examples,
}
