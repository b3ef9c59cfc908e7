//! Each write of each subject, against what the evaluator says of it by all rules of the release.

use std::collections::{BTreeMap, BTreeSet};

use palisade::evaluator::example::Completed;
use palisade::ir::{Kind, Release};
use palisade::targets::Packed;
use serde_json::{Value, json};

use crate::case::Expected;
use crate::choice::Numbers;
use crate::engines::Request;
use crate::examples::is_of_wrong_type;
use crate::parallel::in_parallel;
use crate::reference::{Labels, Reference, expected_in_packs};
use crate::rig::api::{Api, Mode, Reply};
use crate::saying::Saying;
use crate::subject::Subject;

/// What came of all writes.
#[derive(Default)]
pub struct Outcome {
    /// How many were judged.
    pub judged: usize,
    /// How many were denied, as they had to be.
    pub denied: usize,
    /// What the API server itself refused.
    pub refused: Vec<String>,
    /// The id of each write in the API server's audit log; none of those that it refused itself.
    pub audit_ids: Vec<Option<String>>,
    /// What disagrees.
    pub faults: Vec<String>,
}

/// A write, and what must come of it.
#[derive(Clone)]
pub struct Case<'a> {
    pub subject: &'a Subject,
    pub request: Request,
    write: Write,
    expected: Expected,
}

impl Case<'_> {
    /// The operation, and what it is about.
    pub fn name(&self) -> String {
        format!("{} {}", self.request.operation, self.subject.name)
    }
}

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Write {
    /// Makes the object.
    Create,
    /// Changes what rules govern.
    Change,
    /// Changes something else.
    Touch,
    /// Adds ephemeral containers.
    Debug,
    /// Removes the object.
    Delete,
}

impl Write {
    const ALL: [Write; 5] = [Write::Create, Write::Change, Write::Touch, Write::Debug, Write::Delete];
}

/// A write, the place, whether it is about a Pod, and whether that breaks its rule: each combination must be asked.
type Combination = (Write, usize, bool, bool);

/// The writes of all subjects, with what all rules of the release say of each. Of each example and kind are asked, in its own namespace,
/// the creation and one of the other writes, in each other namespace one; which, goes round. All of them are, if `full`.
pub fn cases<'a>(
    release: &Release,
    subjects: &'a [Subject],
    labels: &BTreeMap<String, Labels>,
    full: bool,
) -> Result<Vec<Case<'a>>, String> {
    let none = Labels::new();
    let mut cases: Vec<Case<'a>> = Vec::new();
    for subject in subjects {
        let mut requests = writes(subject);
        if !full && requests.len() > 1 {
            let first = (subject.place == 0).then(|| requests.remove(0));
            let other = requests.remove((subject.turn + subject.place) % requests.len());
            requests = first.into_iter().chain([other]).collect();
        }
        let case = |(write, request)| Case { subject, write, request, expected: Expected::default() };
        cases.extend(requests.into_iter().map(case));
    }
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
    let expected = in_parallel(&cases, |case| {
        let labels = labels.get(&case.subject.namespace).unwrap_or(&none);
        Ok(expected_in_packs(&references, &[], &case.request, &case.subject.kind, labels))
    })?;
    cases.iter_mut().zip(expected).for_each(|(case, expected)| case.expected = expected);
    Ok(cases)
}

/// The same writes, where some rules of the release stand in packs.
pub fn in_packs<'a>(
    cases: Vec<Case<'a>>,
    (release, packs): (&Release, &[Packed]),
    labels: &BTreeMap<String, Labels>,
) -> Vec<Case<'a>> {
    let none = Labels::new();
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
    let again = |case: Case<'a>| {
        let labels = labels.get(&case.subject.namespace).unwrap_or(&none);
        let kind = &case.subject.kind;
        let expected = expected_in_packs(&references, packs, &case.request, kind, labels);
        Case { expected, ..case }
    };
    cases.into_iter().map(again).collect()
}

/// So many writes of the examples of each rule, by turns one that must be denied and one that must not, where there are both; and at least
/// one of each sort about a bad example in its own namespace. Which, the numbers say.
pub fn of_each_rule<'a>(cases: &[Case<'a>], count: usize, numbers: &mut Numbers) -> Vec<Case<'a>> {
    let mut by_rule: BTreeMap<&str, Vec<&Case<'a>>> = BTreeMap::new();
    for case in cases {
        by_rule.entry(&case.subject.rule).or_default().push(case);
    }
    let mut chosen = Vec::new();
    let mut is_denial_next = numbers.below(2) == 0;
    for mut of_rule in by_rule.into_values() {
        numbers.shuffle(&mut of_rule);
        for _ in 0..count.min(of_rule.len()) {
            let wanted = of_rule.iter().position(|case| case.expected.allowed() != is_denial_next);
            chosen.push(of_rule.remove(wanted.unwrap_or(0)).clone());
            is_denial_next = !is_denial_next;
        }
    }
    for write in Write::ALL {
        let is_of_sort =
            |case: &&Case<'a>| case.write == write && case.subject.place == 0 && case.subject.is_bad;
        if !chosen.iter().any(|case| is_of_sort(&case)) {
            let of_sort: Vec<&Case<'a>> = cases.iter().filter(is_of_sort).collect();
            chosen.extend(numbers.pick(&of_sort).map(|case| (*case).clone()));
        }
    }
    chosen
}

/// The combinations that no write has, with so many places beside the examples' own namespaces.
pub fn missing(cases: &[Case<'_>], places: usize) -> Vec<String> {
    let combination = |case: &Case<'_>| -> Combination {
        (case.write, case.subject.place, case.subject.is_pod(), case.subject.is_bad)
    };
    let asked: BTreeSet<Combination> = cases.iter().map(combination).collect();
    let mut missing = Vec::new();
    for write in Write::ALL {
        for place in 0..=places {
            for (is_pod, is_bad) in [(true, true), (true, false), (false, true), (false, false)] {
                let is_there = is_pod || write != Write::Debug;
                if is_there && !asked.contains(&(write, place, is_pod, is_bad)) {
                    let what = if is_bad { "bad" } else { "good" };
                    let kind = if is_pod { "Pod" } else { "object of another kind" };
                    missing.push(format!("{write:?} of a {what} {kind} in namespace {place} isn't asked"));
                }
            }
        }
    }
    missing
}

/// Asks so many engines at once for the verdict on each write; none of them changes anything.
pub fn ask(api: &Api, cases: &[Case<'_>], engines: usize) -> Result<Outcome, String> {
    let outcomes = in_parallel(cases, |case| judge(api, case, engines))?;
    let mut all = Outcome::default();
    for outcome in outcomes {
        all.judged += outcome.judged;
        all.denied += outcome.denied;
        all.audit_ids.extend(outcome.audit_ids);
        all.refused.extend(outcome.refused);
        all.faults.extend(outcome.faults);
    }
    Ok(all)
}

fn judge(api: &Api, case: &Case<'_>, engines: usize) -> Result<Outcome, String> {
    let Case { subject, request, expected, .. } = case;
    let reply = send(api, subject, request)?;
    let saying = Saying::of(&reply);
    let what = case.name();
    let mut outcome = Outcome::default();
    if let Some(reason) = saying.refused {
        // What isn't of the API server's types never comes to a policy. Anything else should come to one.
        if !subject.is_of_wrong_type || !is_of_wrong_type(&reason) {
            outcome.faults.push(format!("{what}: the API server itself refuses it: {reason}"));
        }
        outcome.refused.push(format!("{what}: {reason}"));
        outcome.audit_ids.push(None);
        return Ok(outcome);
    }
    outcome.audit_ids.push(Some(reply.audit_id));
    outcome.judged = 1;
    outcome.denied = usize::from(!expected.allowed());
    if let Some(difference) = saying.difference(expected, engines) {
        outcome.faults.push(format!("{what}\nthe evaluator: {expected}\nthe cluster: {difference}"));
    }
    Ok(outcome)
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

/// All writes of a subject: made anew; and if it is stored: changed in what is governed, changed elsewhere, given its ephemeral
/// containers, removed.
fn writes(subject: &Subject) -> Vec<(Write, Request)> {
    let mut requests = Vec::new();
    let request = |operation, subresource, object, old_object| {
        request(&subject.kind, &subject.namespace, (operation, subresource), (object, old_object))
    };
    if subject.debuggers().is_null() {
        let mut new = subject.written.clone();
        let name = new["metadata"]["name"].as_str().unwrap_or_default();
        new["metadata"]["name"] = Value::from(format!("{name}-new"));
        requests.push((Write::Create, request("CREATE", "", new, Value::Null)));
    }
    let Ok(stored) = &subject.stored else { return requests };
    let update = |subresource, object| request("UPDATE", subresource, object, stored.clone());
    // It comes first: ephemeral containers of an example are made by that.
    requests.extend(debugged(subject, stored).map(|pod| (Write::Debug, update("ephemeralcontainers", pod))));
    requests.extend(changed(subject, stored).map(|object| (Write::Change, update("", object))));
    let mut touched = stored.clone();
    touched["metadata"]["finalizers"] = json!(["cluster.palisade.dev/touched"]);
    requests.push((Write::Touch, update("", touched)));
    requests.push((Write::Delete, request("DELETE", "", Value::Null, stored.clone())));
    requests
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

/// The creation of an object.
pub fn creation(made: &Completed) -> Request {
    let namespace = made.object["metadata"]["namespace"].as_str().unwrap_or_default();
    request(&made.kind, namespace, ("CREATE", ""), (made.object.clone(), Value::Null))
}

fn request(
    kind: &Kind,
    namespace: &str,
    (operation, subresource): (&'static str, &'static str),
    (object, old_object): (Value, Value),
) -> Request {
    let about = if object.is_null() { &old_object } else { &object };
    Request {
        operation,
        subresource,
        group: kind.group.clone(),
        version: kind.versions.first().cloned().unwrap_or_default(),
        kind: kind.kind.clone(),
        resource: kind.plural.clone(),
        namespace: namespace.to_owned(),
        name: about["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
        object,
        old_object,
        typed: true,
        groups: Vec::new(),
    }
}
