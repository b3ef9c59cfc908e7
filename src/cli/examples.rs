//! The proof of rules by their own examples: `test` runs it, and `build` asks for it before it writes anything.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::evaluator::example::{Mismatch, mismatches};
use crate::ir::{Release, lower};
use crate::model::Rule;
use crate::project::{Definitions, Located, Place};

/// How many mismatches of one example are told, and how many kinds of one mismatch.
const TOLD: usize = 3;

/// Everything that is wrong with what a project defines, once [`crate::project::load`] has found nothing: the faults of rules, profiles,
/// exemptions and environments, or else each example that gives something else than it says.
pub fn faults(definitions: &Definitions) -> Vec<Diagnostic> {
    let faults = lower::faults(definitions);
    if !faults.is_empty() {
        return faults;
    }
    let mut sink = Sink::new();
    for rule in &definitions.rules {
        sink.extend(proof(definitions, rule).map_or_else(|faults| faults, |proof| proof.wrong));
    }
    sink.into_vec()
}

/// What the examples of a rule come to.
pub(super) struct Proof {
    /// How many examples there are.
    pub(super) examples: usize,
    /// Each that gives something else than it says, at its place.
    pub(super) wrong: Vec<Diagnostic>,
}

/// Runs the examples of a rule; fails with its faults.
pub(super) fn proof(definitions: &Definitions, rule: &Located<Rule>) -> Result<Proof, Vec<Diagnostic>> {
    let releases = lower::proofs(definitions, &rule.value.id)?;
    let rules = releases.iter().flat_map(|release| &release.rules);
    Ok(Proof {
        examples: rules.map(|rule| rule.examples.len()).sum(),
        wrong: releases.iter().flat_map(|release| in_release(rule, release)).collect(),
    })
}

fn in_release(written: &Located<Rule>, release: &Release) -> Vec<Diagnostic> {
    let examples = release.rules.iter().flat_map(|rule| rule.examples.iter().map(move |one| (rule, one)));
    examples
        .filter_map(|(rule, example)| {
            let mismatches = mismatches(rule, example);
            (!mismatches.is_empty()).then(|| fault(written, &example.name, mismatches))
        })
        .collect()
}

fn fault(written: &Located<Rule>, example: &str, mismatches: Vec<Mismatch>) -> Diagnostic {
    let mut by_what: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mismatch in mismatches {
        by_what.entry(mismatch.what).or_default().extend(mismatch.kind);
    }
    let told = by_what.into_iter().map(|(what, kinds)| match kinds.as_slice() {
        [] => what,
        kinds => format!("as {} it {what}", shortened(kinds, ", ")),
    });
    let label = shortened(&told.collect::<Vec<String>>(), "; ");
    let message = format!("example `{example}` of rule `{}` does not give what it says", written.value.id);
    let diagnostic = Diagnostic::error("wrong-example", message)
        .label(label)
        .help("mend the rule, or say what the example really gives");
    written.mark(diagnostic, &place(&written.value, example))
}

/// The first few of these, and how many more there are.
fn shortened(all: &[String], between: &str) -> String {
    let (told, rest) = all.split_at(TOLD.min(all.len()));
    let mut text = told.join(between);
    if !rest.is_empty() {
        text.push_str(&format!("{between}and {} more", rest.len()));
    }
    text
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
