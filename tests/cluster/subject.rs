//! What the verdicts are asked about: examples of rules, as objects of a cluster that were there before the policies.

use std::collections::{BTreeMap, BTreeSet};

use palisade::evaluator::example::{self, Completed};
use palisade::ir::{Example, Kind, Rule};
use serde_json::{Value, json};

use crate::choice::Numbers;
use crate::project::Project;
use crate::reference::{Labels, labelled};
use crate::rig::Cluster;
use crate::rig::api::Mode;

/// An example as one object, in one namespace.
pub struct Subject {
    /// The rule, the example's name, and the place.
    pub name: String,
    /// Whether the example breaks its rule.
    pub is_bad: bool,
    pub kind: Kind,
    /// Empty for kinds without one.
    pub namespace: String,
    /// The object as it is written, with a name of its own.
    pub written: Value,
    /// The object as the API server keeps it, without what only comes through a subresource; or why it keeps none.
    pub stored: Result<Value, String>,
}

impl Subject {
    /// The collection that the object belongs to.
    pub fn collection(&self) -> String {
        collection(&self.kind, &self.namespace)
    }

    /// Whether the object is a Pod, and doesn't make one.
    pub fn is_pod(&self) -> bool {
        self.kind.pod_template.as_ref().is_some_and(Vec::is_empty)
    }

    /// The containers of the example that only an update of `pods/ephemeralcontainers` can bring; null if there are none.
    pub fn debuggers(&self) -> &Value {
        if self.is_pod() { &self.written["spec"]["ephemeralContainers"] } else { &Value::Null }
    }
}

/// The path of the objects of a kind in a namespace.
pub fn collection(kind: &Kind, namespace: &str) -> String {
    let group = if kind.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", kind.group) };
    let version = kind.versions.first().map_or("v1", String::as_str);
    let place = if kind.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    format!("{group}/{version}{place}/{}", kind.plural)
}

/// For each check of each rule a bad and a good example, as a Pod and as one other kind, in its own namespace and in those of
/// `places`; all examples as all kinds if `full`. Which ones, the numbers say.
pub fn subjects(
    project: &Project,
    places: &[(String, Labels)],
    numbers: &mut Numbers,
    full: bool,
) -> Result<Vec<Subject>, String> {
    let mut subjects = Vec::new();
    for id in project.rule_ids() {
        let releases = project.proofs(id)?;
        let examples: Vec<Written<'_>> = releases
            .iter()
            .flat_map(|release| &release.rules)
            .flat_map(|rule| rule.examples.iter().map(move |example| Written { rule, example }))
            .collect();
        for Written { rule, example } in if full { examples } else { choose(&examples, numbers) } {
            let name = format!("{id} {}", example.name);
            let is_bad = !example.gives.is_empty();
            for made in carriers(example::complete(rule, example), numbers, full) {
                add(&mut subjects, (&name, is_bad), &made, places);
            }
        }
    }
    Ok(subjects)
}

/// An example, with the rule that it is written for.
#[derive(Clone, Copy)]
struct Written<'a> {
    rule: &'a Rule,
    example: &'a Example,
}

/// One bad and one good example for each check that the examples name, no example twice.
fn choose<'a>(examples: &[Written<'a>], numbers: &mut Numbers) -> Vec<Written<'a>> {
    let (good, bad): (Vec<Written<'a>>, Vec<Written<'a>>) =
        examples.iter().partition(|written| written.example.gives.is_empty());
    let checks: BTreeSet<&str> =
        bad.iter().flat_map(|written| &written.example.gives).map(|finding| finding.check.as_str()).collect();
    let mut chosen: BTreeMap<&str, Written<'a>> = BTreeMap::new();
    for check in checks {
        let gives =
            |written: &&Written<'a>| written.example.gives.iter().any(|finding| finding.check == check);
        let of_check: Vec<Written<'a>> = bad.iter().filter(gives).copied().collect();
        let picked = [numbers.pick(&of_check), numbers.pick(&good)];
        chosen.extend(picked.into_iter().flatten().map(|written| (written.example.name.as_str(), *written)));
    }
    chosen.into_values().collect()
}

/// The Pod and one other kind among the objects of an example. Ephemeral containers only come to a Pod that runs: in a template the
/// API server refuses them.
fn carriers(mut completed: Vec<Completed>, numbers: &mut Numbers, full: bool) -> Vec<Completed> {
    let is_pod = |made: &Completed| made.kind.pod_template.as_ref().is_some_and(Vec::is_empty);
    let pod = completed.iter().position(is_pod).map(|place| completed.swap_remove(place));
    let debugs = pod.as_ref().is_some_and(|pod| pod.object["spec"].get("ephemeralContainers").is_some());
    if debugs {
        return pod.into_iter().collect();
    }
    if full {
        return pod.into_iter().chain(completed).collect();
    }
    let other = numbers.pick(&completed).cloned();
    pod.into_iter().chain(other).collect()
}

/// Adds an object in its own namespace and in each of the places, with a name of its own; the example's name comes with whether it
/// breaks its rule.
fn add(
    subjects: &mut Vec<Subject>,
    (name, is_bad): (&str, bool),
    made: &Completed,
    places: &[(String, Labels)],
) {
    let own = made.object["metadata"]["namespace"].as_str().unwrap_or("default").to_owned();
    let namespaces: Vec<String> = if made.kind.namespaced {
        std::iter::once(own).chain(places.iter().map(|(name, _)| name.clone())).collect()
    } else {
        vec![String::new()]
    };
    for namespace in namespaces {
        let mut written = made.object.clone();
        let called = written["metadata"]["name"].as_str().unwrap_or("example");
        written["metadata"]["name"] = Value::from(format!("{called}-{}", subjects.len()));
        if made.kind.namespaced {
            written["metadata"]["namespace"] = Value::from(namespace.as_str());
        }
        subjects.push(Subject {
            name: format!("{name}, as {} in `{namespace}`", made.kind.kind),
            is_bad,
            kind: made.kind.clone(),
            namespace,
            written,
            stored: Err("it wasn't sent".to_owned()),
        });
    }
}

/// Makes the namespaces of the subjects, and the subjects themselves. Gives the labels of each namespace.
pub fn store(
    cluster: &Cluster,
    subjects: &mut [Subject],
    places: &[(String, Labels)],
) -> Result<BTreeMap<String, Labels>, String> {
    let mut labels: BTreeMap<String, Labels> = places.iter().cloned().collect();
    for subject in subjects.iter().filter(|subject| !subject.namespace.is_empty()) {
        labels.entry(subject.namespace.clone()).or_insert_with(|| labelled(&subject.namespace, &[]));
    }
    for (name, labels) in &labels {
        make_namespace(cluster, name, labels)?;
    }
    for subject in subjects {
        let mut object = subject.written.clone();
        if subject.debuggers().is_array()
            && let Some(spec) = object["spec"].as_object_mut()
        {
            spec.remove("ephemeralContainers");
        }
        let reply = cluster.api.create(&subject.collection(), &object, Mode::Stored)?;
        subject.stored = reply.object();
    }
    labels.insert(String::new(), Labels::new());
    Ok(labels)
}

/// Makes a namespace, unless there is one of the name.
pub fn make_namespace(cluster: &Cluster, name: &str, labels: &Labels) -> Result<(), String> {
    const ALREADY_THERE: u16 = 409;
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
    let reply = cluster.api.create("/api/v1/namespaces", &namespace, Mode::Stored)?;
    if reply.is_success() || reply.code == ALREADY_THERE { Ok(()) } else { Err(reply.message()) }
}
