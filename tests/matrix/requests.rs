//! The writes that an object is judged in: made, changed in what the rule governs, changed elsewhere, given its ephemeral
//! containers, removed.

use palisade::ir::{GovernedPart, Kind, Rule};
use serde_json::{Map, Value, json};

use crate::engines::Request;

/// What must come of a request, whatever the evaluator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// The same as of making the object.
    BeLikeCreate,
    /// Nothing.
    Pass,
}

/// Making the object.
pub fn create(kind: &Kind, object: &Value) -> Request {
    request(kind, "CREATE", object.clone(), Value::Null)
}

/// Every other write of the object.
pub fn others(rule: &Rule, kind: &Kind, object: &Value) -> Vec<(Request, Must)> {
    let mut requests: Vec<(Request, Must)> = changed(rule, kind, object)
        .into_iter()
        .map(|old| (request(kind, "UPDATE", object.clone(), old), Must::BeLikeCreate))
        .collect();
    requests.push((request(kind, "UPDATE", object.clone(), unchanged(rule, kind, object)), Must::Pass));
    requests.push((request(kind, "DELETE", Value::Null, object.clone()), Must::Pass));
    requests.extend(debugged(rule, kind, object));
    requests
}

/// The parts that a rule governs in objects of this kind.
fn governed<'a>(rule: &'a Rule, kind: &Kind) -> &'a [GovernedPart] {
    if kind.has_pod() { &rule.governed_in_pods } else { &rule.governed_in_objects }
}

/// The earlier states that differ in one governed part each.
fn changed(rule: &Rule, kind: &Kind, object: &Value) -> Vec<Value> {
    governed(rule, kind)
        .iter()
        .map(|part| {
            let mut old = object.clone();
            match part {
                GovernedPart::PodSpec => {
                    put(&mut old, &steps_of(part, kind), ("schedulerName", json!("before")));
                }
                GovernedPart::Field(_) => put(&mut old, &steps_of(part, kind), ("matrix", json!("before"))),
                GovernedPart::TemplateLabels
                | GovernedPart::TemplateAnnotations
                | GovernedPart::Labels
                | GovernedPart::Annotations => {
                    put(&mut old, &steps_of(part, kind), ("matrix.palisade/state", json!("before")));
                }
                GovernedPart::OwnerReferences => {
                    let owners =
                        json!([{"apiVersion": "example.com/v1", "kind": "Before", "name": "before", "uid": "0"}]);
                    put(&mut old, &["metadata".to_owned()], ("ownerReferences", owners));
                }
            }
            old
        })
        .collect()
}

/// The earlier state that differs in everything but the governed parts.
fn unchanged(rule: &Rule, kind: &Kind, object: &Value) -> Value {
    let mut old = object.clone();
    let governed = governed(rule, kind);
    let free = |steps: &[&str]| !governed.iter().any(|part| steps_of(part, kind) == steps);
    let metadata = ["metadata".to_owned()];
    for field in ["labels", "annotations"] {
        if free(&["metadata", field]) {
            let steps = ["metadata".to_owned(), field.to_owned()];
            put(&mut old, &steps, ("matrix.palisade/state", json!("before")));
        }
    }
    put(&mut old, &metadata, ("finalizers", json!(["matrix.palisade/before"])));
    if kind.pod_template.as_ref().is_some_and(|steps| !steps.is_empty()) && free(&["spec"]) {
        put(&mut old, &["spec".to_owned()], ("minReadySeconds", json!(7)));
    }
    old
}

/// Ephemeral containers arriving in a Pod that runs.
fn debugged(rule: &Rule, kind: &Kind, object: &Value) -> Option<(Request, Must)> {
    let is_pod = kind.pod_template.as_ref().is_some_and(Vec::is_empty);
    let debuggers = object.pointer("/spec/ephemeralContainers").and_then(Value::as_array);
    if !is_pod || debuggers.is_none_or(Vec::is_empty) {
        return None;
    }
    let request = debug(kind, object);
    let governs = rule.governed_in_pods.contains(&GovernedPart::PodSpec);
    Some((request, if governs { Must::BeLikeCreate } else { Must::Pass }))
}

/// The ephemeral containers of a Pod arriving.
pub fn debug(kind: &Kind, object: &Value) -> Request {
    let mut old = object.clone();
    old.pointer_mut("/spec").and_then(Value::as_object_mut).map(|spec| spec.remove("ephemeralContainers"));
    let mut request = request(kind, "UPDATE", object.clone(), old);
    request.subresource = "ephemeralcontainers";
    request
}

/// The steps to a part.
fn steps_of(part: &GovernedPart, kind: &Kind) -> Vec<String> {
    let template = |field: &str| {
        let steps = kind.pod_template.iter().flatten().cloned();
        steps.chain(["metadata".to_owned(), field.to_owned()]).collect()
    };
    let metadata = |field: &str| vec!["metadata".to_owned(), field.to_owned()];
    match part {
        GovernedPart::PodSpec => kind.pod_spec().unwrap_or_default(),
        GovernedPart::TemplateLabels => template("labels"),
        GovernedPart::TemplateAnnotations => template("annotations"),
        GovernedPart::Labels => metadata("labels"),
        GovernedPart::Annotations => metadata("annotations"),
        GovernedPart::OwnerReferences => metadata("ownerReferences"),
        GovernedPart::Field(name) => vec![name.clone()],
    }
}

/// Puts an entry into the map at the end of these steps; what is no map on the way becomes one.
fn put(node: &mut Value, steps: &[String], (key, value): (&str, Value)) {
    if !node.is_object() {
        *node = Value::Object(Map::new());
    }
    let Value::Object(entries) = node else { return };
    match steps.split_first() {
        None => {
            entries.insert(key.to_owned(), value);
        }
        Some((first, rest)) => put(entries.entry(first.clone()).or_insert(Value::Null), rest, (key, value)),
    }
}

fn request(kind: &Kind, operation: &'static str, object: Value, old_object: Value) -> Request {
    let about = if object.is_null() { &old_object } else { &object };
    let text = |pointer: &str| about.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
    let namespace = match (kind.namespaced, namespace.is_empty()) {
        (false, _) => String::new(),
        (true, true) => "default".to_owned(),
        (true, false) => namespace,
    };
    let version = text("/apiVersion").rsplit('/').next().unwrap_or_default().to_owned();
    Request {
        operation,
        subresource: "",
        group: kind.group.clone(),
        version,
        kind: kind.kind.clone(),
        resource: kind.plural.clone(),
        namespace,
        name,
        object,
        old_object,
        typed: false,
        groups: Vec::new(),
    }
}
