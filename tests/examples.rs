//! Every example of every rule, judged by the evaluator in each kind that can carry it: good ones give nothing, bad ones exactly what
//! they say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/projects.rs"]
mod projects;

use std::fs;
use std::path::{Path, PathBuf};

use palisade::diagnostic::{Sources, Span};
use palisade::evaluator::example::{complete, prove};
use palisade::evaluator::{Request, Violation, compile, judge};
use palisade::ir::lower::{faults, proofs};
use palisade::yaml::Node;

/// The folders of all projects, relative to the root; the shipped policies first.
fn folders() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("policies")];
    let mut others: Vec<PathBuf> = fs::read_dir(projects::root().join("tests/projects"))
        .into_iter()
        .flatten()
        .map(|entry| Path::new("tests/projects").join(entry.unwrap().file_name()))
        .collect();
    others.sort();
    folders.extend(others);
    folders
}

#[test]
fn every_example_gives_what_it_says() {
    let mut mismatches = Vec::new();
    let mut judged = 0;
    for folder in folders() {
        let (definitions, sources) = projects::definitions(&folder);
        let faults = faults(&definitions);
        assert!(faults.is_empty(), "{}", projects::told(&faults, &sources));
        for rule in &definitions.rules {
            for release in proofs(&definitions, &rule.value.id).unwrap() {
                for (rule, example) in
                    release.rules.iter().flat_map(|rule| rule.examples.iter().map(move |one| (rule, one)))
                {
                    judged += 1;
                    let place = format!("{}/{}: {}", folder.display(), rule.id, example.name);
                    mismatches
                        .extend(prove(rule, example).into_iter().map(|what| format!("{place}: {what}")));
                }
            }
        }
    }
    assert!(mismatches.is_empty(), "{} of {judged} examples:\n{}", mismatches.len(), mismatches.join("\n"));
}

/// Whatever makes a Pod is found to have the same faults as the Pod: only the object and the place in it differ.
#[test]
fn a_finding_is_the_same_on_whatever_makes_the_pod() {
    let nowhere = Span::new(Sources::new().add("example", String::new()), 0, 0);
    let (definitions, _) = projects::definitions(Path::new("policies"));
    let mut compared = 0;
    for rule in definitions.rules.iter().flat_map(|rule| proofs(&definitions, &rule.value.id).unwrap()) {
        for rule in &rule.rules {
            let compiled = compile(rule);
            for example in &rule.examples {
                let mut first: Option<(String, Vec<Violation>)> = None;
                for completed in complete(rule, example) {
                    let Some(steps) = completed.kind.pod_spec() else { continue };
                    let node = Node::from_json(&completed.object, nowhere);
                    let mut found = judge(&compiled, &Request::audit(&node)).violations;
                    for violation in &mut found {
                        violation.object_path = below_pod(&violation.object_path, &steps);
                    }
                    match &first {
                        None => first = Some((completed.kind.kind.clone(), found)),
                        Some((kind, of_first)) => {
                            let pair = format!("{} as {kind} and {}", example.name, completed.kind.kind);
                            assert_eq!(of_first, &found, "{}: {pair}", rule.id);
                            compared += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(compared > 500, "only {compared} pairs were compared");
}

/// A place in an object as one in its Pod: `pod.containers[0]`, or what stands beside the Pod's spec.
fn below_pod(path: &str, spec: &[String]) -> String {
    let spec = spec.join(".");
    let template = spec.strip_suffix("spec").unwrap_or_default();
    match path.strip_prefix(&spec) {
        Some(rest) => format!("pod{rest}"),
        None => path.strip_prefix(template).unwrap_or(path).to_owned(),
    }
}
