//! The examples of the rules: which of them the API server takes, and which are asked about.
//!
//! Some bad examples no cluster can hold: the API server's own validation refuses them, so no policy ever sees them. They stand in a
//! table, which is held against the API server in each run, before any policy is there: it refuses what the table names, in these
//! words, and nothing else but what has a wrong type.

use std::collections::{BTreeMap, BTreeSet};

use palisade::evaluator::example::{self, Completed};
use palisade::ir::{Example, Release, Rule};
use serde_json::Value;

use crate::choice::Numbers;
use crate::parallel::in_parallel;
use crate::project::Project;
use crate::reference::Reference;
use crate::rig::api::{Api, Mode};
use crate::subject::{collection, without_debuggers};
use crate::verdicts::creation;

/// The rule, the example, and the API server's words.
type Refused = (&'static str, &'static str, &'static str);

/// The examples that no cluster can hold, whatever their kind.
const REFUSED: [Refused; 10] = [
    ("GOV-001", "a Secret whose namespace is empty", "metadata.namespace: Required value"),
    ("GOV-002", "versions that are none", "must be \"latest\" or \"v1.x\""),
    ("GOV-002", "words are compared exactly", "must be one of privileged, baseline, restricted"),
    ("NOD-003", "in days, which is no unit of a duration", "should match '^(([0-9]+(s|m|h))+|Never)$'"),
    ("POD-011", "an empty type, and one in other case", "Unsupported value: \"runtimedefault\""),
    ("POD-012", "an empty type, and one in other case", "Unsupported value: \"localhost\""),
    ("POD-012", "annotations, of a container that need not exist", "container not found"),
    ("POD-015", "one container of each list", "`hostUsers` must be false to use `Unmasked`"),
    ("POD-015", "other words", "Unsupported value: \"default\""),
    ("POD-015", "the host's users", "`hostUsers` must be false to use `Unmasked`"),
];

/// The checks all of whose bad examples are among them: the API server asks the same itself.
const NEVER_BROKEN: [(&str, &str); 1] = [("GOV-002", "version")];

/// What the API server says when a field has another type than its own: of a built-in kind, and of a custom one.
const WRONG_TYPE: [&str; 2] = ["json: cannot unmarshal", " must be of type "];

/// An example, as objects of each kind that can carry it.
pub struct Candidate {
    /// The rule's id.
    pub rule: String,
    /// What it shows.
    pub name: String,
    /// The checks that it breaks; none for a good one.
    pub checks: BTreeSet<String>,
    pub completed: Vec<Completed>,
    /// Whether the release that is proved finds a violation of the rule too: an example can be written for other parameters.
    bites: bool,
    /// Whether there is a value in it that the rule can't read.
    is_unreadable: bool,
    /// Why the API server refuses it, if it does.
    refusal: Option<String>,
}

impl Candidate {
    /// Whether it has a wrong type, by the API server's own words.
    pub fn is_of_wrong_type(&self) -> bool {
        self.refusal.as_ref().is_some_and(|reason| is_of_wrong_type(reason))
    }
}

/// Whether a reason of the API server's is that a field has a wrong type.
pub fn is_of_wrong_type(reason: &str) -> bool {
    WRONG_TYPE.iter().any(|words| reason.contains(words))
}

/// All examples of a project, for the proof of this release. The API server hasn't been asked yet.
pub fn candidates(project: &Project, release: &Release) -> Result<Vec<Candidate>, String> {
    let mut candidates = Vec::new();
    for id in project.rule_ids() {
        let found = release.rules.iter().find(|rule| rule.id == id);
        let reference = found.map(|rule| Reference::new(release, rule));
        for proof in project.proofs(id)? {
            for rule in &proof.rules {
                candidates
                    .extend(rule.examples.iter().map(|example| candidate(rule, example, reference.as_ref())));
            }
        }
    }
    Ok(candidates)
}

/// An example of a rule; the reference is the same rule in the release that is proved.
fn candidate(rule: &Rule, example: &Example, reference: Option<&Reference<'_>>) -> Candidate {
    let completed = example::complete(rule, example);
    let expected = reference.zip(completed.first()).map(|(reference, made)| {
        // In whichever namespace: there is a placement for namespaces, or one for kinds without.
        reference.expected(&creation(made), |_| true)
    });
    let expected = expected.unwrap_or_default();
    Candidate {
        rule: rule.id.clone(),
        name: example.name.clone(),
        checks: example.gives.iter().map(|finding| finding.check.clone()).collect(),
        completed,
        bites: !expected.texts.is_empty() || !expected.unreadable.is_empty(),
        is_unreadable: !expected.unreadable.is_empty(),
        refusal: None,
    }
}

/// Asks the API server about each example, as one object; no policy may be there. Nothing is stored.
pub fn ask(api: &Api, candidates: &mut [Candidate]) -> Result<(), String> {
    let refusals = in_parallel(candidates, |candidate| {
        let Some(made) = candidate.completed.first() else { return Ok(None) };
        let mut object = without_debuggers(&made.object);
        let name = object["metadata"]["name"].as_str().unwrap_or("example");
        object["metadata"]["name"] = Value::from(format!("{name}-asked"));
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
        let reply = api.create(&collection(&made.kind, namespace), &object, Mode::DryRun)?;
        Ok(reply.object().err())
    })?;
    for (candidate, refusal) in candidates.iter_mut().zip(refusals) {
        candidate.refusal = refusal;
    }
    Ok(())
}

/// Where the tables and the API server disagree.
pub fn faults(candidates: &[Candidate]) -> Vec<String> {
    let mut faults = Vec::new();
    let listed = |candidate: &Candidate| {
        REFUSED.iter().find(|(rule, name, _)| *rule == candidate.rule && *name == candidate.name)
    };
    for candidate in candidates {
        let what = format!("{} {}", candidate.rule, candidate.name);
        match (listed(candidate), &candidate.refusal) {
            (None, Some(_)) if candidate.is_of_wrong_type() && candidate.is_unreadable => {}
            (None, Some(reason)) => {
                faults.push(format!("{what}: the API server itself refuses it: {reason}"));
            }
            (Some(_), None) => faults.push(format!("{what}: the API server takes it, and the table says no")),
            (Some((_, _, words)), Some(reason)) if !reason.contains(words) => {
                faults.push(format!("{what}: not refused with `{words}`: {reason}"));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    let is_there = |(rule, name, _): &Refused| {
        candidates.iter().any(|candidate| candidate.rule == *rule && candidate.name == *name)
    };
    let gone = REFUSED.iter().filter(|entry| !is_there(entry));
    faults.extend(gone.map(|(rule, name, _)| format!("{rule} has no example `{name}`")));
    let never: BTreeSet<(&str, &str)> = NEVER_BROKEN.into();
    let unbroken = checks(candidates).into_iter().filter(|(_, bad)| bad.is_empty());
    let unbroken: BTreeSet<(&str, &str)> = unbroken.map(|(check, _)| check).collect();
    let differing = unbroken.symmetric_difference(&never);
    faults.extend(differing.map(|(rule, check)| {
        format!(
            "{rule} {check}: its bad examples are refused by the API server, or the table says so: not both"
        )
    }));
    faults
}

/// The bad examples of each check that the API server takes.
fn checks(candidates: &[Candidate]) -> BTreeMap<(&str, &str), Vec<&Candidate>> {
    let mut checks: BTreeMap<(&str, &str), Vec<&Candidate>> = BTreeMap::new();
    for candidate in candidates {
        for check in &candidate.checks {
            let bad = checks.entry((&candidate.rule, check)).or_default();
            bad.extend(candidate.refusal.is_none().then_some(candidate));
        }
    }
    checks
}

/// One bad and one good example for each check, no example twice, and each that has a wrong type; or, if `full`, all that can be there.
/// A bad one is taken among those that this release refuses, if there are any.
pub fn choose<'a>(candidates: &'a [Candidate], numbers: &mut Numbers, full: bool) -> Vec<&'a Candidate> {
    let is_possible = |candidate: &&Candidate| candidate.refusal.is_none() || candidate.is_of_wrong_type();
    if full {
        return candidates.iter().filter(is_possible).collect();
    }
    let mut chosen: BTreeMap<(&str, &str), &Candidate> = BTreeMap::new();
    let mut add = |candidate: &'a Candidate| {
        chosen.insert((&candidate.rule, &candidate.name), candidate);
    };
    candidates.iter().filter(|candidate| candidate.is_of_wrong_type()).for_each(&mut add);
    for ((rule, _), bad) in checks(candidates) {
        let biting: Vec<&Candidate> = bad.iter().filter(|candidate| candidate.bites).copied().collect();
        let good: Vec<&Candidate> = candidates
            .iter()
            .filter(|other| other.rule == rule && other.checks.is_empty() && other.refusal.is_none())
            .collect();
        let bad = numbers.pick(if biting.is_empty() { &bad } else { &biting });
        [bad, numbers.pick(&good)].into_iter().flatten().for_each(|candidate| add(candidate));
    }
    chosen.into_values().collect()
}
