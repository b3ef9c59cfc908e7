//! What the verdicts are asked about: examples of rules, as objects of a cluster that were there before the policies.

use std::collections::BTreeMap;

use palisade::evaluator::example::Completed;
use palisade::ir::Kind;
use serde_json::{Value, json};

use crate::choice::Numbers;
use crate::examples::Candidate;
use crate::parallel::in_parallel;
use crate::reference::{Labels, labelled};
use crate::rig::api::{Api, Mode};

/// An example as one object, in one namespace.
pub struct Subject {
    /// The rule's id.
    pub rule: String,
    /// The rule, the example's name, and the place.
    pub name: String,
    /// Whether the example breaks its rule.
    pub is_bad: bool,
    /// Whether it has a value of a wrong type, which the API server itself refuses.
    pub is_of_wrong_type: bool,
    /// Whether it lies where the example has it, or in the first, the second … of the other namespaces.
    pub place: usize,
    /// The number of its example and kind: what is asked in which namespace goes round with it.
    pub turn: usize,
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

/// These examples, as a Pod and as one other kind, in their own namespace and in those of `places`; as all kinds if `full`. Which kinds,
/// the numbers say.
pub fn subjects(
    chosen: &[&Candidate],
    places: &[(String, Labels)],
    numbers: &mut Numbers,
    full: bool,
) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let mut turn = numbers.below(chosen.len().max(1));
    for candidate in chosen {
        for made in carriers(candidate.completed.clone(), numbers, full) {
            add(&mut subjects, candidate, (&made, turn), places);
            turn += 1;
        }
    }
    subjects
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

/// Adds an object in its own namespace and in each of the places, with a name of its own; its number comes with it.
fn add(
    subjects: &mut Vec<Subject>,
    candidate: &Candidate,
    (made, turn): (&Completed, usize),
    places: &[(String, Labels)],
) {
    let own = made.object["metadata"]["namespace"].as_str().unwrap_or("default").to_owned();
    let namespaces: Vec<String> = if made.kind.namespaced {
        std::iter::once(own).chain(places.iter().map(|(name, _)| name.clone())).collect()
    } else {
        vec![String::new()]
    };
    for (place, namespace) in namespaces.into_iter().enumerate() {
        let mut written = made.object.clone();
        let called = written["metadata"]["name"].as_str().unwrap_or("example");
        written["metadata"]["name"] = Value::from(format!("{called}-{}", subjects.len()));
        if made.kind.namespaced {
            written["metadata"]["namespace"] = Value::from(namespace.as_str());
        }
        let Candidate { rule, name, .. } = candidate;
        subjects.push(Subject {
            rule: rule.clone(),
            name: format!("{rule} {name}, as {} in `{namespace}`", made.kind.kind),
            is_bad: !candidate.checks.is_empty(),
            is_of_wrong_type: candidate.is_of_wrong_type(),
            place,
            turn,
            kind: made.kind.clone(),
            namespace,
            written,
            stored: Err("it wasn't sent".to_owned()),
        });
    }
}

/// Makes the namespaces of all examples, and these places. Gives the labels of each.
pub fn make_namespaces(
    api: &Api,
    candidates: &[Candidate],
    places: &[(String, Labels)],
) -> Result<BTreeMap<String, Labels>, String> {
    let mut labels: BTreeMap<String, Labels> = places.iter().cloned().collect();
    let made = candidates.iter().flat_map(|candidate| &candidate.completed);
    for made in made.filter(|made| made.kind.namespaced) {
        let name = made.object["metadata"]["namespace"].as_str().unwrap_or("default");
        if !name.is_empty() {
            labels.entry(name.to_owned()).or_insert_with(|| labelled(name, &[]));
        }
    }
    for (name, labels) in &labels {
        make_namespace(api, name, labels)?;
    }
    labels.insert(String::new(), Labels::new());
    Ok(labels)
}

/// Makes the subjects.
pub fn store(api: &Api, subjects: &mut [Subject]) -> Result<(), String> {
    let replies = in_parallel(subjects, |subject| {
        api.create(&subject.collection(), &without_debuggers(&subject.written), Mode::Stored)
    })?;
    for (subject, reply) in subjects.iter_mut().zip(replies) {
        subject.stored = reply.object();
    }
    Ok(())
}

/// Removes the subjects.
pub fn remove(api: &Api, subjects: &[Subject]) -> Result<(), String> {
    in_parallel(subjects, |subject| {
        let Ok(stored) = &subject.stored else { return Ok(()) };
        let name = stored["metadata"]["name"].as_str().unwrap_or_default();
        api.delete(&format!("{}/{name}", subject.collection()), Mode::Stored).map(|_| ())
    })
    .map(|_| ())
}

/// An object without the containers that only come through a subresource.
pub fn without_debuggers(object: &Value) -> Value {
    let mut object = object.clone();
    if object["kind"] == "Pod"
        && let Some(spec) = object["spec"].as_object_mut()
    {
        spec.remove("ephemeralContainers");
    }
    object
}

/// Makes a namespace, unless there is one of the name.
pub fn make_namespace(api: &Api, name: &str, labels: &Labels) -> Result<(), String> {
    const ALREADY_THERE: u16 = 409;
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
    let reply = api.create("/api/v1/namespaces", &namespace, Mode::Stored)?;
    if reply.is_success() || reply.code == ALREADY_THERE { Ok(()) } else { Err(reply.message()) }
}
