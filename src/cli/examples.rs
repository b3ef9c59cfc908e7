//! The proof of rules by their own examples: `test` runs it, and `build` asks for it before it writes anything.

use super::project::Project;
use crate::diagnostic::Diagnostic;
use crate::evaluator::example::prove;
use crate::ir::{Release, lower};
use crate::model::Rule;
use crate::project::{Located, Place};

/// How many mismatches of one example are told.
const TOLD: usize = 3;

/// What the examples of a rule come to.
pub(super) struct Proof {
    /// How many examples there are.
    pub(super) examples: usize,
    /// Each that gives something else than it says, at its place.
    pub(super) wrong: Vec<Diagnostic>,
}

/// Runs the examples of a rule; fails with its faults.
pub(super) fn proof(project: &Project, rule: &Located<Rule>) -> Result<Proof, Vec<Diagnostic>> {
    let releases = lower::proofs(&project.definitions, &rule.value.id)?;
    let rules = releases.iter().flat_map(|release| &release.rules);
    Ok(Proof {
        examples: rules.map(|rule| rule.examples.len()).sum(),
        wrong: releases.iter().flat_map(|release| in_release(rule, release)).collect(),
    })
}

/// Each example of a rule that gives something else than it says, at its place; or the rule's faults.
pub(super) fn faults(project: &Project, rule: &Located<Rule>) -> Vec<Diagnostic> {
    proof(project, rule).map_or_else(|faults| faults, |proof| proof.wrong)
}

fn in_release(written: &Located<Rule>, release: &Release) -> Vec<Diagnostic> {
    let examples = release.rules.iter().flat_map(|rule| rule.examples.iter().map(move |one| (rule, one)));
    examples
        .filter_map(|(rule, example)| {
            let mismatches = prove(rule, example);
            (!mismatches.is_empty()).then(|| fault(written, &example.name, &mismatches))
        })
        .collect()
}

fn fault(written: &Located<Rule>, example: &str, mismatches: &[String]) -> Diagnostic {
    let (told, rest) = mismatches.split_at(TOLD.min(mismatches.len()));
    let mut label = told.join("; ");
    if !rest.is_empty() {
        label.push_str(&format!("; and {} more", rest.len()));
    }
    let message = format!("example `{example}` of rule `{}` does not give what it says", written.value.id);
    let diagnostic = Diagnostic::error("wrong-example", message)
        .label(label)
        .help("mend the rule, or say what the example really gives");
    written.mark(diagnostic, &place(&written.value, example))
}

/// Where an example's name stands.
fn place(rule: &Rule, name: &str) -> Place {
    let lists = [("good", &rule.examples.good), ("bad", &rule.examples.bad)];
    let found = lists.into_iter().find_map(|(list, examples)| {
        let index = examples.iter().position(|example| example.name == name)?;
        Some(Place::root().key("examples").key(list).index(index).key("name"))
    });
    found.unwrap_or_else(Place::root)
}
