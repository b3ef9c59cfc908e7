//! A bundle on the cluster: written, applied with kubectl as its README says, ready, compared with what the API server keeps, and
//! removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use palisade::bundle;
use palisade::ir::{Release, Target};
use serde_json::Value;

use crate::parallel::in_parallel;
use crate::rig::api::{Api, Mode};
use crate::rig::waiting::{Not, wait_for, wait_until_calm};
use crate::rig::{Cluster, documents};

/// What Kyverno says to each ClusterPolicy since 1.19.
const DEPRECATION: &str = "Warning: kyverno.io/v1 ClusterPolicy is deprecated";
/// The label of what is generated.
const OURS: &str = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dpalisade";
/// How long nothing may change before the controllers count as done.
const CALM: Duration = Duration::from_millis(1500);

/// A bundle as files.
pub struct Bundle {
    folder: PathBuf,
    /// The objects in the files of each target that there is.
    objects: BTreeMap<Target, Vec<Value>>,
}

impl Bundle {
    /// A bundle that is there, in the folder of its environment.
    pub fn at(folder: PathBuf) -> Result<Self, String> {
        let mut objects = BTreeMap::new();
        for target in Target::ALL {
            let mut of_target = Vec::new();
            for folder in folders(&folder, target).into_iter().filter(|folder| folder.exists()) {
                of_target.extend(objects_in(&folder)?);
            }
            objects.insert(target, of_target);
        }
        Ok(Self { folder, objects })
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
        Self::at(folder.join(&release.environment))
    }

    /// The objects of a target, as its files say them.
    pub fn objects(&self, target: Target) -> &[Value] {
        self.objects.get(&target).map(Vec::as_slice).unwrap_or_default()
    }

    /// Applies a target, and waits until it is ready. Gives what was said beside "applied": no warning is wanted but one.
    pub fn apply(&self, cluster: &mut Cluster, target: Target) -> Result<Vec<String>, String> {
        let mut faults = Vec::new();
        for folder in folders(&self.folder, target) {
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
        let objects = self.objects(target);
        let mut waiting = objects.iter();
        let mut next = waiting.next();
        let ready = wait_for(&format!("the objects of {} to be ready", target.name()), || {
            cluster.check_processes().map_err(Not::Ever)?;
            while let Some(object) = next {
                let live = cluster.api.get(&path_of(object)?)?.object();
                let ready = live.and_then(|live| readiness(&live));
                ready.map_err(|reason| Not::Yet(format!("{}: {reason}", name_of(object))))?;
                next = waiting.next();
            }
            Ok::<(), Not>(())
        });
        faults.extend(ready.err());
        Ok(faults)
    }

    /// What of these targets' objects the API server keeps otherwise than the files say, once the controllers have done what they do.
    pub fn drift(&self, cluster: &Cluster, targets: &[Target]) -> Result<Vec<String>, String> {
        let objects: Vec<Value> = targets.iter().flat_map(|target| self.objects(*target)).cloned().collect();
        Ok(all_differences(&objects, &at_rest(cluster, &objects)?))
    }

    /// The same of one target, and what changes when its files are applied again: only those that the next release has otherwise, if
    /// there is one, for that is going to apply the others again.
    pub fn drift_and_changes(
        &self,
        cluster: &Cluster,
        target: Target,
        next: Option<&Bundle>,
    ) -> Result<Vec<String>, String> {
        let objects = self.objects(target);
        let before = at_rest(cluster, objects)?;
        match next {
            None => {
                for folder in folders(&self.folder, target) {
                    cluster.kubectl.run(&["apply", "--server-side", "-k", &folder.to_string_lossy()])?;
                }
            }
            Some(next) => {
                let next = next.objects(target);
                let again = objects.iter().filter(|object| !next.contains(object));
                cluster
                    .kubectl
                    .apply_text(&again.map(|object| format!("{object}\n---\n")).collect::<String>())?;
            }
        }
        // Nobody has anything to do with what didn't change.
        let after = read(cluster, objects)?;
        let mut faults = all_differences(objects, &before);
        faults.extend(changes(&before, &after));
        Ok(faults)
    }

    /// The objects of a target, as the API server has them now, that another bundle has as this one has them.
    pub fn alike(&self, cluster: &Cluster, target: Target, other: &Bundle) -> Result<Vec<Value>, String> {
        let others = other.objects(target);
        let both: Vec<Value> =
            self.objects(target).iter().filter(|object| others.contains(object)).cloned().collect();
        read(cluster, &both)
    }

    /// Removes a target's policies, and waits until they are gone. The roles stay: Kyverno asks for a right that it doesn't have only
    /// every half minute.
    pub fn remove(&self, cluster: &Cluster, target: Target) -> Result<(), String> {
        let objects = self.objects(target);
        let policies = objects.iter().rev().filter(|object| object["kind"] != "ClusterRole");
        let paths: Vec<String> = policies.map(path_of).collect::<Result<_, _>>()?;
        in_parallel(&paths, |path| cluster.api.delete(path, Mode::Stored))?;
        wait_for(&format!("{} to be gone", target.name()), || {
            let there = |path: &&String| cluster.api.get(path).is_ok_and(|reply| reply.is_success());
            paths.iter().find(there).map_or(Ok(()), |path| Err(format!("`{path}` is there")))
        })
    }
}

/// The folders of a target in a bundle's that are applied, one after the other.
fn folders(bundle: &Path, target: Target) -> Vec<PathBuf> {
    let folder = bundle.join(target.name());
    match target {
        Target::Gatekeeper => vec![folder.join("templates"), folder.join("constraints")],
        Target::KyvernoClusterPolicy
        | Target::KyvernoValidatingPolicy
        | Target::ValidatingAdmissionPolicy => vec![folder],
    }
}

fn objects_in(folder: &Path) -> Result<Vec<Value>, String> {
    let mut objects = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("`{}`: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.file_name().is_some_and(|name| name != "kustomization.yaml") {
            objects.extend(documents(&path)?);
        }
    }
    Ok(objects)
}

/// The objects as the API server has them, once nothing changes them any more.
fn at_rest(cluster: &Cluster, objects: &[Value]) -> Result<Vec<Value>, String> {
    let paths = paths(objects)?;
    wait_until_calm("the controllers", CALM, || live(&cluster.api, &paths))?;
    read(cluster, objects)
}

/// The objects as the API server has them now.
fn read(cluster: &Cluster, objects: &[Value]) -> Result<Vec<Value>, String> {
    objects.iter().map(|object| cluster.api.get(&path_of(object)?)?.object()).collect()
}

/// Where the API server has these objects.
pub fn paths(objects: &[Value]) -> Result<BTreeSet<String>, String> {
    objects.iter().map(path_of).collect()
}

/// The objects of ours in all collections that these paths belong to, each with its version.
pub fn live(api: &Api, known: &BTreeSet<String>) -> Result<BTreeMap<String, String>, String> {
    let collections: BTreeSet<&str> =
        known.iter().filter_map(|path| path.rsplit_once('/').map(|(collection, _)| collection)).collect();
    let mut found = BTreeMap::new();
    for collection in collections {
        // The kind of a constraint is gone with its template.
        for metadata in api.metadata(&format!("{collection}?{OURS}"))?.into_iter().flatten() {
            let text = |name: &str| metadata[name].as_str().unwrap_or_default();
            found.insert(format!("{collection}/{}", text("name")), text("resourceVersion").to_owned());
        }
    }
    Ok(found)
}

/// Which of the same objects have another version than before.
pub fn changes(before: &[Value], after: &[Value]) -> Vec<String> {
    let version = |live: &Value| live["metadata"]["resourceVersion"].clone();
    let changed = before.iter().zip(after).filter(|(before, after)| version(before) != version(after));
    changed.map(|(object, _)| format!("{}: applying it again changes it", name_of(object))).collect()
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
    for name in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
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
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
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
