//! Each write of each subject, against what the evaluator says of it by all rules of the release.

use std::collections::BTreeMap;
use std::thread;

use palisade::ir::Release;
use palisade::targets::Packed;
use serde_json::{Value, json};

use crate::case::Expected;
use crate::engines::Request;
use crate::reference::{Labels, Reference, expected_in_packs};
use crate::rig::api::{Api, Mode, Reply};
use crate::saying::Saying;
use crate::subject::Subject;

/// How many writes are under way at a time.
const AT_A_TIME: usize = 4;

/// What came of all writes.
#[derive(Default)]
pub struct Outcome {
    /// How many were judged.
    pub judged: usize,
    /// How many were denied, as they had to be.
    pub denied: usize,
    /// How many the API server itself refused.
    pub refused: Vec<String>,
    /// What disagrees.
    pub faults: Vec<String>,
}

/// A write, and what must come of it.
struct Case<'a> {
    subject: &'a Subject,
    request: Request,
    expected: Expected,
}

/// Asks so many engines at once, in which some rules of the release may stand in packs, for the verdict on each write of the subjects
/// that `takes` takes, by its number; none of them changes anything.
pub fn ask(
    api: &Api,
    (release, packs): (&Release, &[Packed]),
    subjects: &[Subject],
    labels: &BTreeMap<String, Labels>,
    engines: usize,
    takes: impl Fn(usize) -> bool,
) -> Result<Outcome, String> {
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
    let none = Labels::new();
    let mut cases = Vec::new();
    for request_of in subjects.iter().flat_map(writes).enumerate().filter(|(number, _)| takes(*number)) {
        let (_, (subject, request)) = request_of;
        let labels = labels.get(&subject.namespace).unwrap_or(&none);
        let expected = expected_in_packs(&references, packs, &request, &subject.kind, labels);
        cases.push(Case { subject, request, expected });
    }
    let share = cases.len().div_ceil(AT_A_TIME).max(1);
    let outcomes: Vec<Result<Outcome, String>> = thread::scope(|scope| {
        let running: Vec<_> =
            cases.chunks(share).map(|share| scope.spawn(move || judge(api, share, engines))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut all = Outcome::default();
    for outcome in outcomes {
        let outcome = outcome?;
        all.judged += outcome.judged;
        all.denied += outcome.denied;
        all.refused.extend(outcome.refused);
        all.faults.extend(outcome.faults);
    }
    Ok(all)
}

fn judge(api: &Api, cases: &[Case<'_>], engines: usize) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    for Case { subject, request, expected } in cases {
        let saying = Saying::of(&send(api, subject, request)?);
        let what = format!("{} {}", request.operation, subject.name);
        if let Some(reason) = saying.refused {
            outcome.refused.push(format!("{what}: {reason}"));
            // What can't be read by the API server's types never comes to a policy, nor does a bad example that its own validation refuses:
            // neither gets in where a policy would deny it. Anything else should come to one.
            let is_both = subject.is_bad && is_invalid(&reason);
            if expected.unreadable.is_empty() && !is_both {
                outcome.faults.push(format!("{what}: the API server itself refuses it: {reason}"));
            }
            continue;
        }
        outcome.judged += 1;
        outcome.denied += usize::from(!expected.allowed());
        if let Some(difference) = saying.difference(expected, engines) {
            outcome.faults.push(format!("{what}\nthe evaluator: {expected}\nthe cluster: {difference}"));
        }
    }
    Ok(outcome)
}

/// Whether the API server's validation of its own kinds refused an object; the text is that of `apierrors.NewInvalid`.
fn is_invalid(reason: &str) -> bool {
    reason.contains(" is invalid: ")
}

fn send(api: &Api, subject: &Subject, request: &Request) -> Result<Reply, String> {
    let collection = subject.collection();
    let path = format!("{collection}/{}", request.name);
    match (request.operation, request.subresource) {
        ("CREATE", _) => api.create(&collection, &request.object, Mode::DryRun),
        ("UPDATE", "") => api.replace(&path, &request.object, Mode::DryRun),
        ("UPDATE", subresource) => {
            api.replace(&format!("{path}/{subresource}"), &request.object, Mode::DryRun)
        }
        (_, _) => api.delete(&path, Mode::DryRun),
    }
}

/// The writes of a subject: made anew; and if it is stored: changed in what is governed, changed elsewhere, given its ephemeral
/// containers, removed.
fn writes(subject: &Subject) -> Vec<(&Subject, Request)> {
    let mut requests = Vec::new();
    if subject.debuggers().is_null() {
        let mut new = subject.written.clone();
        let name = new["metadata"]["name"].as_str().unwrap_or_default();
        new["metadata"]["name"] = Value::from(format!("{name}-new"));
        requests.push(request(subject, "CREATE", "", new, Value::Null));
    }
    if let Ok(stored) = &subject.stored {
        let update = |subresource, object| request(subject, "UPDATE", subresource, object, stored.clone());
        requests.extend(changed(subject, stored).map(|object| update("", object)));
        let mut touched = stored.clone();
        touched["metadata"]["finalizers"] = json!(["cluster.palisade.dev/touched"]);
        requests.push(update("", touched));
        requests.extend(debugged(subject, stored).map(|object| update("ephemeralcontainers", object)));
        requests.push(request(subject, "DELETE", "", Value::Null, stored.clone()));
    }
    requests.into_iter().map(|request| (subject, request)).collect()
}

/// The object changed where rules look, in a way that the API server allows for its kind; none for a Job, whose Pods can't be changed.
fn changed(subject: &Subject, stored: &Value) -> Option<Value> {
    let mut object = stored.clone();
    match subject.kind.pod_spec() {
        Some(_) if subject.kind.kind == "Job" => return None,
        Some(steps) => {
            let pod = object.pointer_mut(&format!("/{}", steps.join("/")))?;
            let tolerations = pod.as_object_mut()?.entry("tolerations").or_insert_with(|| json!([]));
            tolerations
                .as_array_mut()?
                .push(json!({"key": "cluster.palisade.dev/changed", "operator": "Exists"}));
        }
        None => {
            object["metadata"]["annotations"]["cluster.palisade.dev/state"] = Value::from("changed");
            if subject.kind.kind == "NodePool" {
                object["spec"]["weight"] = Value::from(7);
            }
        }
    }
    Some(object)
}

/// The Pod with the example's ephemeral containers, or else with one that is like its first container; none for other kinds.
fn debugged(subject: &Subject, stored: &Value) -> Option<Value> {
    if !subject.is_pod() {
        return None;
    }
    let debuggers = match subject.debuggers() {
        Value::Array(debuggers) => debuggers.clone(),
        _ => vec![like_first_container(stored)?],
    };
    let mut object = stored.clone();
    object["spec"]["ephemeralContainers"] = Value::from(debuggers);
    Some(object)
}

/// A container like a Pod's first one, with the fields that an ephemeral container may have.
fn like_first_container(pod: &Value) -> Option<Value> {
    let first = pod["spec"]["containers"][0].as_object()?;
    let mut container = json!({"name": "debugger"});
    for field in ["image", "securityContext", "env"] {
        if let Some(value) = first.get(field) {
            container[field] = value.clone();
        }
    }
    Some(container)
}

fn request(
    subject: &Subject,
    operation: &'static str,
    subresource: &'static str,
    object: Value,
    old_object: Value,
) -> Request {
    let about = if object.is_null() { &old_object } else { &object };
    Request {
        operation,
        subresource,
        group: subject.kind.group.clone(),
        version: subject.kind.versions.first().cloned().unwrap_or_default(),
        kind: subject.kind.kind.clone(),
        resource: subject.kind.plural.clone(),
        namespace: subject.namespace.clone(),
        name: about["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
        object,
        old_object,
        typed: true,
        groups: Vec::new(),
    }
}
