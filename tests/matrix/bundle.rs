//! All rules of an environment at once: every example against the whole bundle, in a namespace of each kind that the environment
//! tells apart.

use std::collections::BTreeMap;

use palisade::evaluator::example::{self, Completed};
use palisade::ir::{Kind, Target};
use serde_json::Value;

use crate::case::{Case, Origin};
use crate::choice::{Choice, Numbers};
use crate::judging::{Bench, Question};
use crate::project::{self, Project};
use crate::reference::{Labels, Reference, expected_in_packs, labelled, namespaces};
use crate::requests;
use crate::tally::Tally;

/// The environment whose bundle is proved.
const ENVIRONMENT: &str = "production";
/// One in so many cases goes to ClusterPolicy, which compiles the expressions of all rules anew in each request.
const SAMPLE: usize = 24;
/// The name that the bundle has among rules.
const NAME: &str = "the bundle";

/// Proves the bundle.
pub fn prove(project: &Project, choice: &Choice, bench: &mut Bench, tally: &mut Tally) -> Result<(), String> {
    let release = project.release(ENVIRONMENT)?;
    let places = namespaces(&release);
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(&release, rule)).collect();
    let mut cases = Vec::new();
    let mut labels_of: BTreeMap<String, Labels> = places.iter().cloned().collect();
    for (name, kind, object) in objects(project, choice)? {
        for moved in in_each_namespace(&kind, &object, &places) {
            let request = requests::create(&kind, &moved);
            let labels = labels_of
                .entry(request.namespace.clone())
                .or_insert_with(|| labelled(&request.namespace, &[]));
            let expected = expected_in_packs(&references, &[], &request, &kind, labels);
            cases.push(Case { origin: Origin::Written(name.clone()), request, expected });
        }
    }
    labels_of.remove("");
    let existing = labels_of.iter().map(|(name, labels)| {
        let labels: Vec<(&str, &str)> =
            labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        project::namespace(name, &labels)
    });
    let around = project::surroundings(&release, existing.collect());
    let offset = Numbers::new(choice.seed, NAME).below(SAMPLE);
    let taken = |target: Target| {
        let is_slow = target == Target::KyvernoClusterPolicy && !choice.full;
        let is_taken = move |index: usize| !is_slow || index % SAMPLE == offset;
        cases.iter().enumerate().filter(move |(index, _)| is_taken(*index)).map(|(_, case)| case)
    };
    let mut questions = Vec::new();
    for target in &choice.targets {
        let documents = project::documents(*target, &release, release.rules.iter())?;
        questions.push(Question {
            target: *target,
            documents,
            around: &around,
            cases: taken(*target).collect(),
        });
    }
    for (target, said) in bench.ask(&questions) {
        match said {
            Err(fault) => tally.fault(&format!("{} {NAME}: {fault}", target.name())),
            Ok(answers) => {
                for (case, answer) in taken(target).zip(&answers) {
                    tally.count(target, NAME, case, answer);
                }
            }
        }
    }
    Ok(())
}

/// Every example of every rule, as a Pod and as one other kind.
fn objects(project: &Project, choice: &Choice) -> Result<Vec<(String, Kind, Value)>, String> {
    let mut objects = Vec::new();
    for id in project.rule_ids() {
        let mut numbers = Numbers::new(choice.seed, id);
        for release in project.proofs(id)? {
            for rule in &release.rules {
                for written in &rule.examples {
                    let mut completed = example::complete(rule, written);
                    let is_pod = |completed: &Completed| {
                        completed.kind.pod_template.as_ref().is_some_and(Vec::is_empty)
                    };
                    let pod = completed.iter().position(is_pod).map(|place| completed.swap_remove(place));
                    let other = numbers.pick(&completed).cloned();
                    let both = [pod, other].into_iter().flatten();
                    objects
                        .extend(both.map(|made| (format!("{id} {}", written.name), made.kind, made.object)));
                }
            }
        }
    }
    Ok(objects)
}

/// The object as it is, and moved to each of these namespaces.
fn in_each_namespace(kind: &Kind, object: &Value, namespaces: &[(String, Labels)]) -> Vec<Value> {
    let mut moved = vec![object.clone()];
    if kind.namespaced {
        for (name, _) in namespaces {
            let mut object = object.clone();
            object["metadata"]["namespace"] = Value::from(name.as_str());
            moved.push(object);
        }
    }
    moved
}
