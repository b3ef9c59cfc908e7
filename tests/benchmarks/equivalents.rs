//! Policies for the Pod Security Standards at the level Restricted as libraries write them, one for each control, to compare with: what
//! they are made of, and that each refuses what its control forbids. They were written for this, from the standard's text.

use std::fs;
use std::path::Path;

use palisade::ir::Target;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::engines::{Engine, Request};

/// Where they lie, in a folder for each target.
const FOLDER: &str = "tests/benchmarks/equivalents";

/// A control, the place in a Pod that breaks it, and what stands there.
type Breaking = (&'static str, &'static str, fn() -> Value);

/// Each control with a change that breaks it: where in a Pod, and what stands there.
const BROKEN: [Breaking; 19] = [
    ("host-processes", "/spec/containers/1/securityContext/windowsOptions", || json!({"hostProcess": true})),
    ("host-namespaces", "/spec/hostPID", || json!(true)),
    ("privileged", "/spec/containers/1/securityContext/privileged", || json!(true)),
    ("host-ports", "/spec/containers/1/ports", || json!([{"containerPort": 80, "hostPort": 80}])),
    (
        "host-probes",
        "/spec/containers/1/livenessProbe",
        || json!({"httpGet": {"port": 80, "host": "169.254.169.254"}}),
    ),
    (
        "host-probes",
        "/spec/containers/1/lifecycle",
        || json!({"preStop": {"tcpSocket": {"port": 80, "host": "10.0.0.1"}}}),
    ),
    ("apparmor", "/spec/containers/1/securityContext/appArmorProfile", || json!({"type": "Unconfined"})),
    (
        "apparmor",
        "/metadata/annotations",
        || json!({"container.apparmor.security.beta.kubernetes.io/app-1": "unconfined"}),
    ),
    ("selinux", "/spec/securityContext/seLinuxOptions", || json!({"type": "spc_t"})),
    ("proc-mount", "/spec/containers/1/securityContext/procMount", || json!("Unmasked")),
    ("sysctls", "/spec/securityContext/sysctls", || json!([{"name": "kernel.msgmax", "value": "1"}])),
    ("volume-types", "/spec/volumes/0", || json!({"name": "data", "hostPath": {"path": "/var/lib"}})),
    ("privilege-escalation", "/spec/containers/1/securityContext/allowPrivilegeEscalation", || json!(true)),
    ("non-root", "/spec/containers/1/securityContext/runAsNonRoot", || json!(false)),
    ("non-root-user", "/spec/containers/1/securityContext/runAsUser", || json!(0)),
    ("seccomp", "/spec/containers/1/securityContext/seccompProfile", || json!({"type": "Unconfined"})),
    ("seccomp", "/spec/securityContext/seccompProfile", || json!({"type": "Unconfined"})),
    ("capabilities", "/spec/containers/1/securityContext/capabilities/drop", || json!(["NET_RAW"])),
    ("capabilities", "/spec/containers/1/securityContext/capabilities/add", || json!(["SYS_ADMIN"])),
];

/// The policies for a target, by the control's name.
pub fn policies(target: Target) -> Result<Vec<(String, Vec<Value>)>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER).join(target.name());
    let mut policies = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let text = fs::read_to_string(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        let documents: Vec<Value> = serde_yaml::Deserializer::from_str(&text)
            .map(|document| {
                Value::deserialize(document).map_err(|error| format!("`{}`: {error}", path.display()))
            })
            .collect::<Result<_, _>>()?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        policies.push((name, documents));
    }
    policies.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(policies)
}

/// Where a policy allows a Pod that its control forbids, or forbids one that all controls allow.
pub fn faults(engine: &mut Engine, target: Target) -> Result<Vec<String>, String> {
    let good = pod(3);
    let mut faults = Vec::new();
    for (name, documents) in policies(target)? {
        load(engine, target, &name, &documents)?;
        let broken: Vec<Value> = BROKEN
            .iter()
            .filter(|(control, _, _)| *control == name)
            .map(|(_, place, value)| with(&good, place, value()))
            .collect();
        let requests: Vec<Value> =
            std::iter::once(&good).chain(&broken).map(|object| request(object).to_json()).collect();
        let answer: Value = engine.ask(&json!({"op": "judge", "set": name, "requests": requests}))?;
        let allowed: Vec<bool> = (0..requests.len())
            .filter_map(|index| answer.pointer(&format!("/verdicts/{index}/allowed"))?.as_bool())
            .collect();
        let expected: Vec<bool> = (0..requests.len()).map(|index| index == 0).collect();
        if broken.is_empty() || allowed != expected {
            faults.push(format!(
                "{} {name}: allowed are {allowed:?}, expected {expected:?}: {answer}",
                target.name()
            ));
        }
    }
    Ok(faults)
}

/// Loads policies under a name of their own. What only warns is of no matter here.
pub fn load(engine: &mut Engine, target: Target, name: &str, documents: &[Value]) -> Result<(), String> {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}});
    let answer: Value = engine.ask(&json!({
        "op": "load", "set": name, "engine": target.name(), "documents": documents, "kinds": [],
        "namespaces": [namespace], "type_check": false,
    }))?;
    match answer["errors"].as_array() {
        Some(errors) if errors.is_empty() => Ok(()),
        _ => Err(format!("{} {name}: {}", target.name(), answer["errors"])),
    }
}

/// A Pod with so many containers that breaks no control.
pub fn pod(containers: usize) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata(),
        "spec": pod_spec(containers),
    })
}

/// A Deployment of the same.
pub fn deployment(containers: usize) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(),
        "spec": {
            "replicas": 3, "selector": {"matchLabels": {"app": "app"}},
            "template": {"metadata": {"labels": {"app": "app"}}, "spec": pod_spec(containers)},
        },
    })
}

/// Making an object.
pub fn request(object: &Value) -> Request {
    let is_pod = object["kind"] == "Pod";
    Request {
        operation: "CREATE",
        subresource: "",
        group: if is_pod { "" } else { "apps" }.to_owned(),
        version: "v1".to_owned(),
        kind: if is_pod { "Pod" } else { "Deployment" }.to_owned(),
        resource: if is_pod { "pods" } else { "deployments" }.to_owned(),
        namespace: "team-a".to_owned(),
        name: "app".to_owned(),
        object: object.clone(),
        old_object: Value::Null,
        typed: false,
        groups: Vec::new(),
    }
}

fn metadata() -> Value {
    json!({"name": "app", "namespace": "team-a", "labels": {"app": "app"}, "annotations": {"example.com/team": "a"}})
}

fn pod_spec(containers: usize) -> Value {
    let container = |index: usize| {
        json!({
            "name": format!("app-{index}"),
            "image": format!("111122223333.dkr.ecr.eu-central-1.amazonaws.com/app:1.{index}"),
            "args": ["--listen", ":8080"],
            "env": [{"name": "LEVEL", "value": "info"}, {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
            "livenessProbe": {"httpGet": {"port": 8080, "path": "/health"}},
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
            "securityContext": {
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsUser": 1000, "runAsGroup": 1000,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [{"name": "data", "mountPath": "/data"}],
        })
    };
    json!({
        "serviceAccountName": "app",
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": (0..containers).map(container).collect::<Vec<Value>>(),
        "volumes": [{"name": "data", "emptyDir": {}}, {"name": "settings", "configMap": {"name": "settings"}}],
    })
}

/// An object with another value at a place; the map around it is there.
fn with(object: &Value, place: &str, value: Value) -> Value {
    let mut changed = object.clone();
    let (around, last) = place.rsplit_once('/').unwrap_or_default();
    match changed.pointer_mut(around) {
        Some(Value::Object(fields)) => drop(fields.insert(last.to_owned(), value)),
        Some(Value::Array(items)) => {
            if let Some(item) = last.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                *item = value;
            }
        }
        _ => {}
    }
    changed
}
