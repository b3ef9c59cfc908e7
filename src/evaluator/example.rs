//! Examples: made whole, so that the API server would take them, and judged.
//!
//! The evaluator's proof and each engine's use the same [`complete`], so that both judge the same objects.

use serde_json::{Map, Value, json};

use super::{CompiledRule, Judged, Request, UNREADABLE, compile, judge, type_of};
use crate::diagnostic::{Sources, Span};
use crate::ir::{ContainerList, Example, ExampleSubject, Expected, Kind, Rule};
use crate::yaml::Node;

/// The image of a container whose example says none.
const IMAGE: &str = "registry.example/app:1";
/// The name of an object whose example says none.
const NAME: &str = "example";
/// The namespace of an object whose example says none.
const NAMESPACE: &str = "team-a";

/// An example as an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Completed {
    /// The object's kind.
    pub kind: Kind,
    /// The object.
    pub object: Value,
}

/// Makes an example whole: a Pod as one object for each governed kind that can carry it, an object as itself. What the example says
/// is left as it is, also what the API server would refuse; only what it is silent about is filled in.
pub fn complete(rule: &Rule, example: &Example) -> Vec<Completed> {
    carriers(rule, example).collect()
}

/// Makes an example whole, in the first of the kinds that can carry it.
pub fn complete_one(rule: &Rule, example: &Example) -> Option<Completed> {
    carriers(rule, example).next()
}

fn carriers(rule: &Rule, example: &Example) -> impl Iterator<Item = Completed> {
    rule.kinds.iter().filter_map(|kind| {
        let object = match &example.subject {
            ExampleSubject::Pod { metadata, spec } => {
                carry(kind, kind.pod_template.as_deref()?, metadata, spec, namespace(example))?
            }
            ExampleSubject::Object(object) => {
                object.get("kind").filter(|said| **said == kind.kind.as_str())?;
                let node = Node::from_json(object, nowhere());
                let (group, _, name) = type_of(&node);
                if kind.kind != name || kind.group != group {
                    return None;
                }
                with_node_class(kind, named(kind, object.clone(), namespace(example)))
            }
        };
        Some(Completed { kind: kind.clone(), object })
    })
}

/// One thing that an example gives otherwise than it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The kind that carries the example; absent if none can.
    pub kind: Option<String>,
    /// What is otherwise: `doesn't give check …`.
    pub what: String,
}

/// What an example gives otherwise than it says, a line for each kind that carries it; empty if all is as it says.
pub fn prove(rule: &Rule, example: &Example) -> Vec<String> {
    let line = |mismatch: Mismatch| match mismatch.kind {
        Some(kind) => format!("{kind} {}", mismatch.what),
        None => mismatch.what,
    };
    mismatches(rule, &compile(rule), example).into_iter().map(line).collect()
}

/// What an example gives otherwise than it says, for each kind that carries it; empty if all is as it says. `compiled` is the
/// rule, ready for judging.
pub fn mismatches(rule: &Rule, compiled: &CompiledRule, example: &Example) -> Vec<Mismatch> {
    let completed = complete(rule, example);
    if completed.is_empty() {
        let what = "no kind that the rule governs can carry it".to_owned();
        return vec![Mismatch { kind: None, what }];
    }
    let mut mismatches = Vec::new();
    for Completed { kind, object } in completed {
        let node = Node::from_json(&object, nowhere());
        let verdict = judge(compiled, &Request::audit(&node));
        let mut given: Vec<Expected> = verdict
            .violations
            .iter()
            .filter(|violation| violation.denies())
            .map(|violation| Expected {
                check: violation.check.clone(),
                subject: violation.subject.clone(),
                path: violation.path.clone(),
            })
            .collect();
        given.sort();
        given.dedup();
        let otherwise = |what: String| Mismatch { kind: Some(kind.kind.clone()), what };
        let mismatch = |what: &str, expected: &Expected| otherwise(format!("{what} {}", described(expected)));
        mismatches.extend(match verdict.judged {
            Judged::OtherVersion | Judged::NotGoverned | Judged::UnknownUser => {
                Some(otherwise("isn't judged".to_owned()))
            }
            Judged::Judged | Judged::Spared | Judged::Unchanged => None,
        });
        let missing = example.gives.iter().filter(|expected| !given.contains(expected));
        mismatches.extend(missing.map(|expected| mismatch("doesn't give", expected)));
        let surplus = given.iter().filter(|violation| !example.gives.contains(violation));
        mismatches.extend(surplus.map(|violation| mismatch("gives", violation)));
    }
    mismatches
}

/// A violation in a line: check `add` of `containers/app` at `pod.containers[0]`.
fn described(violation: &Expected) -> String {
    if violation.check == UNREADABLE {
        return format!("`{UNREADABLE}` at `{}`", violation.path);
    }
    format!("check `{}` of `{}` at `{}`", violation.check, violation.subject, violation.path)
}

/// The place of what stands in no file.
pub(super) fn nowhere() -> Span {
    Span::new(Sources::new().add("example", String::new()), 0, 0)
}

fn namespace(example: &Example) -> &str {
    example.namespace.as_deref().unwrap_or(NAMESPACE)
}

/// An object with a name and, in a namespaced kind, a namespace.
fn named(kind: &Kind, mut object: Value, namespace: &str) -> Value {
    if let Value::Object(fields) = &mut object
        && let Value::Object(metadata) = fields.entry("metadata").or_insert_with(|| json!({}))
    {
        if !metadata.contains_key("generateName") {
            metadata.entry("name").or_insert_with(|| json!(NAME));
        }
        if kind.namespaced {
            metadata.entry("namespace").or_insert_with(|| json!(namespace));
        }
    }
    object
}

/// A NodePool with the class of its nodes and a requirement on them, which Karpenter's CustomResourceDefinition demands
/// (`karpenter.sh/v1`, 1.13); any other object as it is. What isn't a map on the way is left as it is.
fn with_node_class(kind: &Kind, mut object: Value) -> Value {
    if (kind.group.as_str(), kind.kind.as_str()) != ("karpenter.sh", "NodePool") {
        return object;
    }
    let mut steps = ["spec", "template", "spec"].into_iter();
    let nodes = steps.try_fold(&mut object, |node, step| {
        let Value::Object(fields) = node else { return None };
        Some(fields.entry(step).or_insert_with(|| json!({})))
    });
    if let Some(Value::Object(fields)) = nodes {
        let class = json!({"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "default"});
        fields.entry("nodeClassRef").or_insert(class);
        let on_demand =
            json!([{"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]}]);
        fields.entry("requirements").or_insert(on_demand);
    }
    object
}

/// A Pod in an object of the kind, whose template stands behind these steps; nothing if the kind can't carry it.
fn carry(kind: &Kind, steps: &[String], metadata: &Value, spec: &Value, namespace: &str) -> Option<Value> {
    let restart = restart_policy(kind, spec)?;
    let is_debugged = spec.get(ContainerList::EphemeralContainers.name()).is_some_and(|list| !list.is_null());
    if is_debugged && !steps.is_empty() {
        return None;
    }
    let mut template = map([("metadata", metadata.clone()), ("spec", whole_pod(spec, restart))]);
    let labels = selected_labels(&template);
    if !steps.is_empty()
        && let Some(Value::Object(metadata)) = template.get_mut("metadata")
    {
        metadata.entry("labels").or_insert_with(|| labels.clone());
    }
    let inner = steps.iter().rev().fold(template, |inside, step| map([(step.as_str(), inside)]));
    let mut object = map([("apiVersion", kind.api_version().into()), ("kind", kind.kind.as_str().into())]);
    merge(&mut object, inner);
    merge(&mut object, surroundings(kind, labels));
    Some(named(kind, object, namespace))
}

/// A map with these fields.
fn map<const COUNT: usize>(fields: [(&str, Value); COUNT]) -> Value {
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

/// The restart policy to fill in where the spec says none; nothing if it says one that the kind can't have.
fn restart_policy(kind: &Kind, spec: &Value) -> Option<Option<&'static str>> {
    let (allowed, filled): (&[&str], _) = match (kind.group.as_str(), kind.kind.as_str()) {
        ("batch", "Job" | "CronJob") => (&["Never", "OnFailure"], Some("Never")),
        ("apps", _) | ("", "ReplicationController") => (&["Always"], None),
        (_, _) => return Some(None),
    };
    match spec.get("restartPolicy").and_then(Value::as_str) {
        Some(said) if !allowed.contains(&said) => None,
        Some(_) | None => Some(filled),
    }
}

/// The labels by which a controller selects its Pods: the template's, or one that is filled in.
fn selected_labels(template: &Value) -> Value {
    match template.pointer("/metadata/labels") {
        Some(Value::Object(labels)) if !labels.is_empty() => Value::Object(labels.clone()),
        Some(_) | None => json!({"example": "true"}),
    }
}

/// What the API server demands of a kind beside the Pod's template.
fn surroundings(kind: &Kind, labels: Value) -> Value {
    let spec = match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "StatefulSet") => {
            map([("serviceName", NAME.into()), ("selector", map([("matchLabels", labels)]))])
        }
        ("apps", _) => map([("selector", map([("matchLabels", labels)]))]),
        ("", "ReplicationController") => map([("selector", labels)]),
        ("batch", "CronJob") => map([("schedule", "0 0 * * *".into())]),
        (_, _) => return map([]),
    };
    map([("spec", spec)])
}

/// The Pod's spec with at least one container, each with what it must have.
fn whole_pod(spec: &Value, restart: Option<&str>) -> Value {
    let mut spec = spec.clone();
    if let Value::Object(fields) = &mut spec {
        if let Some(restart) = restart {
            fields.entry("restartPolicy").or_insert_with(|| json!(restart));
        }
        fields.entry(ContainerList::Containers.name()).or_insert_with(|| json!([{}]));
        for list in ContainerList::ALL {
            if let Some(Value::Array(containers)) = fields.get_mut(list.name()) {
                containers.iter_mut().enumerate().for_each(|(index, container)| fill(container, list, index));
            }
        }
    }
    spec
}

/// Gives a container a name and an image, where it says none; and the privilege without which no mount propagates to the host.
fn fill(container: &mut Value, list: ContainerList, index: usize) {
    if let Value::Object(fields) = container {
        let word = match list {
            ContainerList::Containers => "app",
            ContainerList::InitContainers => "init",
            ContainerList::EphemeralContainers => "debug",
        };
        let name = if index == 0 { word.to_owned() } else { format!("{word}-{index}") };
        fields.entry("name").or_insert_with(|| json!(name));
        fields.entry("image").or_insert_with(|| json!(IMAGE));
        let mounts = fields.get("volumeMounts").and_then(Value::as_array);
        let propagates =
            |mount: &Value| mount.get("mountPropagation").is_some_and(|way| way == "Bidirectional");
        if mounts.is_some_and(|mounts| mounts.iter().any(propagates))
            && let Value::Object(context) = fields.entry("securityContext").or_insert_with(|| json!({}))
        {
            context.entry("privileged").or_insert(Value::Bool(true));
        }
    }
}

/// Puts the fields of one object into another, map into map.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        for (key, value) in from {
            merge_field(into, key, value);
        }
    }
}

fn merge_field(into: &mut Map<String, Value>, key: String, value: Value) {
    match into.get_mut(&key) {
        Some(existing) if existing.is_object() && value.is_object() => merge(existing, value),
        Some(_) | None => {
            into.insert(key, value);
        }
    }
}
