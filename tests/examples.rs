//! Every example of every rule, judged by the evaluator in each kind that can carry it: good ones give nothing, bad ones exactly what
//! they say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/projects.rs"]
mod projects;

use std::fs;
use std::path::{Path, PathBuf};

use palisade::evaluator::example::prove;
use palisade::ir::lower::{faults, proofs};

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
