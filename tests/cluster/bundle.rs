//! A bundle on the cluster: written, applied with kubectl as its README says, ready, compared with what the API server keeps, and
//! removed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use palisade::bundle;
use palisade::ir::{Release, Target};
use serde_json::Value;

use crate::rig::api::Mode;
use crate::rig::waiting::{Not, wait_for, wait_until_calm};
use crate::rig::{Cluster, documents};

/// What Kyverno says to each ClusterPolicy since 1.19.
const DEPRECATION: &str = "Warning: kyverno.io/v1 ClusterPolicy is deprecated";
/// How long nothing may change before the controllers count as done.
const CALM: Duration = Duration::from_millis(1500);

/// A bundle as files.
pub struct Bundle {
    folder: PathBuf,
}

impl Bundle {
    /// A bundle that is there, in the folder of its environment.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Writes the bundle of a release into this folder, which is emptied first.
    pub fn write(release: &Release, folder: &Path) -> Result<Self, String> {
        let artefacts = bundle::render(release).map_err(|faults| {
            faults.iter().map(|fault| fault.reason.clone()).collect::<Vec<_>>().join("; ")
        })?;
        let files = bundle::assemble(release, artefacts).map_err(|fault| fault.to_string())?;
        let unable = |path: &Path, error: std::io::Error| format!("`{}`: {error}", path.display());
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| unable(folder, error))?;
        }
        for (path, bytes) in files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(|error| unable(parent, error))?;
            }
            fs::write(&path, bytes).map_err(|error| unable(&path, error))?;
        }
        Ok(Self { folder: folder.join(&release.environment) })
    }

    /// The folders of a target that are applied, one after the other.
    pub fn folders(&self, target: Target) -> Vec<PathBuf> {
        let folder = self.folder.join(target.name());
        match target {
            Target::Gatekeeper => vec![folder.join("templates"), folder.join("constraints")],
            Target::KyvernoClusterPolicy
            | Target::KyvernoValidatingPolicy
            | Target::ValidatingAdmissionPolicy => vec![folder],
        }
    }

    /// The objects of a target, as its files say them.
    pub fn objects(&self, target: Target) -> Result<Vec<Value>, String> {
        let mut objects = Vec::new();
        for folder in self.folders(target) {
            for entry in fs::read_dir(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))? {
                let path = entry.map_err(|error| error.to_string())?.path();
                if path.file_name().is_some_and(|name| name != "kustomization.yaml") {
                    objects.extend(documents(&path)?);
                }
            }
        }
        Ok(objects)
    }

    /// Applies a target, and waits until it is ready. Gives what was said beside "applied": no warning is wanted but one.
    pub fn apply(&self, cluster: &mut Cluster, target: Target) -> Result<Vec<String>, String> {
        let mut faults = Vec::new();
        for folder in self.folders(target) {
            let printed =
                cluster.kubectl.run(&["apply", "--server-side", "-k", &folder.to_string_lossy()])?;
            let is_expected =
                |line: &&str| target == Target::KyvernoClusterPolicy && line.starts_with(DEPRECATION);
            faults.extend(printed.errors.lines().filter(|line| !is_expected(line)).map(str::to_owned));
            if folder.ends_with("templates") {
                // As docs/gitops.md and the bundle's README say.
                cluster.kubectl.run(&[
                    "wait",
                    "--for=jsonpath={.status.created}=true",
                    "constrainttemplates",
                    "-l",
                    "app.kubernetes.io/managed-by=palisade",
                    "--timeout=180s",
                ])?;
            }
        }
        let objects = self.objects(target)?;
        let ready = wait_for(&format!("the objects of {} to be ready", target.name()), || {
            cluster.check_processes().map_err(Not::Ever)?;
            objects.iter().try_for_each(|object| {
                let live = cluster.api.get(&path_of(object)?)?.object();
                let ready = live.and_then(|live| readiness(&live));
                ready.map_err(|reason| Not::Yet(format!("{}: {reason}", name_of(object))))
            })
        });
        faults.extend(ready.err());
        Ok(faults)
    }

    /// What of a target's objects the API server keeps otherwise than the files say, once the controllers have done what they do.
    pub fn drift(&self, cluster: &Cluster, target: Target) -> Result<Vec<String>, String> {
        let objects = self.objects(target)?;
        Ok(all_differences(&objects, &at_rest(cluster, &objects)?))
    }

    /// The same, and what changes when the files are applied again.
    pub fn drift_and_changes(&self, cluster: &Cluster, target: Target) -> Result<Vec<String>, String> {
        let objects = self.objects(target)?;
        let before = at_rest(cluster, &objects)?;
        for folder in self.folders(target) {
            cluster.kubectl.run(&["apply", "--server-side", "-k", &folder.to_string_lossy()])?;
        }
        let after = at_rest(cluster, &objects)?;
        let mut faults = all_differences(&objects, &before);
        let pairs = objects.iter().zip(before.iter().zip(&after));
        let changed = pairs.filter(|(_, (before, after))| version(before) != version(after));
        faults
            .extend(changed.map(|(object, _)| format!("{}: applying it again changes it", name_of(object))));
        Ok(faults)
    }

    /// Removes a target's policies, and waits until they are gone. The roles stay: Kyverno asks for a right that it doesn't have only
    /// every half minute.
    pub fn remove(&self, cluster: &Cluster, target: Target) -> Result<(), String> {
        let objects = self.objects(target)?;
        let policies = objects.iter().rev().filter(|object| object["kind"] != "ClusterRole");
        let paths: Vec<String> = policies.map(path_of).collect::<Result<_, _>>()?;
        for path in &paths {
            cluster.api.delete(path, Mode::Stored)?;
        }
        wait_for(&format!("{} to be gone", target.name()), || {
            let there = |path: &&String| cluster.api.get(path).is_ok_and(|reply| reply.is_success());
            paths.iter().find(there).map_or(Ok(()), |path| Err(format!("`{path}` is there")))
        })
    }
}

/// The objects as the API server has them, once nothing changes them any more.
fn at_rest(cluster: &Cluster, objects: &[Value]) -> Result<Vec<Value>, String> {
    let read = || -> Result<Vec<Value>, String> {
        objects.iter().map(|object| cluster.api.get(&path_of(object)?)?.object()).collect()
    };
    wait_until_calm("the controllers", CALM, read)
}

fn version(live: &Value) -> Value {
    live["metadata"]["resourceVersion"].clone()
}

/// Where the API server has an object of a bundle; none of them has a namespace.
pub fn path_of(object: &Value) -> Result<String, String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let kind = text("/kind");
    let plural = match kind {
        "ClusterPolicy" => "clusterpolicies".to_owned(),
        "ValidatingPolicy" => "validatingpolicies".to_owned(),
        "ValidatingAdmissionPolicy" => "validatingadmissionpolicies".to_owned(),
        "ValidatingAdmissionPolicyBinding" => "validatingadmissionpolicybindings".to_owned(),
        "ConstraintTemplate" => "constrainttemplates".to_owned(),
        "ClusterRole" => "clusterroles".to_owned(),
        // Gatekeeper's kinds have the same word for one and for many.
        _ if text("/apiVersion").starts_with("constraints.gatekeeper.sh/") => kind.to_lowercase(),
        _ => return Err(format!("a bundle has an object of kind `{kind}`, which the test doesn't know")),
    };
    Ok(format!("/apis/{}/{plural}/{}", text("/apiVersion"), text("/metadata/name")))
}

fn name_of(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// Whether the engine has taken an object; the error says what its status says instead.
fn readiness(live: &Value) -> Result<(), String> {
    let status = &live["status"];
    let kind = live["kind"].as_str().unwrap_or_default();
    let of_pods = || status["byPod"].as_array().into_iter().flatten();
    let generation = &live["metadata"]["generation"];
    let is_ready = match kind {
        "ClusterPolicy" => conditions(&status["conditions"]),
        "ValidatingPolicy" => {
            status["conditionStatus"]["ready"] == true && conditions(&status["conditionStatus"]["conditions"])
        }
        "ValidatingAdmissionPolicy" => {
            status["observedGeneration"] == *generation
                && status["typeChecking"].get("expressionWarnings").is_none()
        }
        "ValidatingAdmissionPolicyBinding" | "ClusterRole" => true,
        "ConstraintTemplate" => {
            status["created"] == true
                && of_pods().count() > 0
                && of_pods()
                    .all(|pod| pod["observedGeneration"] == *generation && pod.get("errors").is_none())
        }
        // A constraint.
        _ => {
            of_pods().count() > 0
                && of_pods().all(|pod| {
                    pod["observedGeneration"] == *generation
                        && pod["enforced"] == true
                        && pod.get("errors").is_none()
                })
        }
    };
    if is_ready { Ok(()) } else { Err(format!("its status is {status}")) }
}

/// Whether there are conditions, and all are true.
fn conditions(of: &Value) -> bool {
    of.as_array()
        .is_some_and(|all| !all.is_empty() && all.iter().all(|condition| condition["status"] == "True"))
}

fn all_differences(written: &[Value], live: &[Value]) -> Vec<String> {
    written.iter().zip(live).flat_map(|(written, live)| differences(written, live)).collect()
}

/// How a live object differs from a written one: in any field but the status and the metadata, in our labels and annotations.
fn differences(written: &Value, live: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let without_status = |object: &Value| -> BTreeMap<String, Value> {
        let fields = object.as_object().into_iter().flatten();
        let ours = fields.filter(|(name, _)| !["metadata", "status"].contains(&name.as_str()));
        ours.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let (ours, theirs) = (without_status(written), without_status(live));
    for name in ours.keys().chain(theirs.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (ours, theirs) = (ours.get(name), theirs.get(name));
        if ours != theirs {
            let place = first_difference(name, ours.unwrap_or(&Value::Null), theirs.unwrap_or(&Value::Null));
            faults.push(format!("{}: {place}", name_of(written)));
        }
    }
    for part in ["labels", "annotations"] {
        for (key, value) in written["metadata"][part].as_object().into_iter().flatten() {
            if live["metadata"][part].get(key) != Some(value) {
                faults.push(format!("{}: its {part} have no `{key}: {value}`", name_of(written)));
            }
        }
    }
    faults
}

/// The first place where two values differ.
fn first_difference(place: &str, ours: &Value, theirs: &Value) -> String {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            let differing = names.into_iter().find(|name| ours.get(*name) != theirs.get(*name));
            let name = differing.map(String::as_str).unwrap_or_default();
            let of =
                |fields: &serde_json::Map<String, Value>| fields.get(name).cloned().unwrap_or(Value::Null);
            first_difference(&format!("{place}.{name}"), &of(ours), &of(theirs))
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let differing = ours.iter().zip(theirs).enumerate().find(|(_, (ours, theirs))| ours != theirs);
            match differing {
                Some((index, (ours, theirs))) => first_difference(&format!("{place}[{index}]"), ours, theirs),
                None => place.to_owned(),
            }
        }
        _ => format!("`{place}` is {theirs} on the cluster, and {ours} in the file"),
    }
}
