//! Rules built by hand, printed whole.

mod builders;
mod everything;
mod monitors;
mod others;
mod pods;

use super::*;
use crate::ir::sample;

/// Rules that use every part of the language.
fn rules() -> Vec<Rule> {
    vec![
        pods::privileged(),
        pods::non_root(),
        pods::host_paths(),
        pods::capabilities(),
        others::annotations(),
        pods::variables(),
        pods::images(),
        others::expiry(),
        others::accounts(),
        others::default_namespace(),
        others::twins(),
        pods::mounts(),
        monitors::monitors(),
        everything::everything(),
    ]
}

#[test]
fn rules_become_templates_and_constraints() {
    let release = sample::release();
    for rule in rules() {
        for artefact in render(&release, &rule).unwrap() {
            insta::assert_snapshot!(artefact.path.replace('/', "-").trim_end_matches(".yaml"), artefact.text);
        }
    }
}

#[test]
fn every_document_is_yaml() {
    let release = sample::release();
    for artefact in rules().iter().flat_map(|rule| render(&release, rule).unwrap()) {
        for document in artefact.text.split("---\n") {
            let value: serde_json::Value = serde_yaml::from_str(document).unwrap();
            assert!(value["metadata"]["name"].is_string(), "{}", artefact.path);
        }
    }
}

#[test]
fn names_that_are_too_long_are_refused() {
    let release = Release { project: "p".repeat(60), ..sample::release() };
    assert!(render(&release, &pods::privileged()).unwrap_err().contains("longer than 59 characters"));
}

#[test]
fn a_placement_without_kinds_has_no_constraint() {
    let everywhere = sample::cluster_placement(Action::Deny);
    let rule = Rule { placements: vec![everywhere], ..pods::privileged() };
    assert_eq!(render(&sample::release(), &rule), Ok(Vec::new()));
}
