//! The proof of rules by their own examples: `test` runs it, and `build` asks for it before it writes anything.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::evaluator::compile;
use crate::evaluator::example::{Mismatch, mismatches};
use crate::ir::{Release, lower};
use crate::model::{Environment, Rule};
use crate::parallel;
use crate::project::{Definitions, Loaded, Located, Place, View};
use crate::targets::{VersionFault, check_engines};

/// How many mismatches of one example are told, and how many kinds of one mismatch.
const TOLD: usize = 3;

/// Everything that is wrong with what a project defines, beside what [`crate::project::load`] finds: the faults of rules, profiles,
/// exemptions and environments, engines in versions that no policy is written for, and each example that gives something else
/// than it says.
pub fn faults(definitions: &Definitions) -> Vec<Diagnostic> {
    each_release(definitions, |_| BTreeSet::new(), |_| Ok::<(), Infallible>(())).unwrap_or_default()
}

/// Hands over the releases of all environments, one after the other, so that no two need be in memory at once; after a fault no more
/// of them. `expired` gives the exemptions that have expired in an environment. Gives everything that [`faults`] tells, or with what
/// the taker failed.
pub(super) fn each_release<E>(
    definitions: &Definitions,
    expired: impl Fn(&str) -> BTreeSet<String>,
    mut take: impl FnMut(Release) -> Result<(), E>,
) -> Result<Vec<Diagnostic>, E> {
    let mut sink = Sink::new();
    sink.extend(lower::setting_faults(definitions));
    for proof in parallel::each(&lower::to_prove(&definitions.views()), |(view, rule)| proof(view, rule)) {
        sink.extend(proof.map_or_else(|faults| faults, |proof| proof.wrong));
    }
    for environment in definitions.environments.iter().filter(|one| !one.value.is_abstract) {
        let name = &environment.value.name;
        match lower::lower_without(definitions, name, &expired(name)) {
            Ok(release) => {
                sink.extend(version_faults(&release, definitions, environment));
                if !sink.has_errors() {
                    take(release)?;
                }
            }
            Err(faults) => sink.extend(faults),
        }
    }
    Ok(sink.into_vec())
}

/// Everything that is wrong with a project that was read. What may only come of a fault that [`crate::project::load`] has told is left
/// out.
pub fn all_faults(loaded: &Loaded) -> Vec<Diagnostic> {
    let mut sink = Sink::new();
    sink.extend(loaded.diagnostics.iter().cloned());
    let further = faults(&loaded.definitions);
    sink.extend(further.into_iter().filter(|fault| !may_be_a_consequence(fault, loaded)));
    sink.into_vec()
}

/// Whether a fault may be gone once those are mended that reading has told: its place is told of, its rule or all kinds have a
/// fault, or a definition that it misses may stand in a file that couldn't be read.
fn may_be_a_consequence(fault: &Diagnostic, loaded: &Loaded) -> bool {
    const OF_A_LOST_FILE: [&str; 5] =
        ["unknown-kind", "no-kinds", "unknown-profile", "no-project", "unknown-environment"];
    const OF_THE_SAME_FILE: [&str; 2] = ["wrong-example", "no-pod"];
    let is_error = |told: &&Diagnostic| told.severity == Severity::Error;
    let mut errors = loaded.diagnostics.iter().filter(is_error).peekable();
    let has_errors = errors.peek().is_some();
    has_errors && OF_A_LOST_FILE.contains(&fault.code)
        || errors.any(|told| match (told.span, fault.span) {
            (Some(told), Some(place)) => {
                told == place
                    || told.file == place.file && OF_THE_SAME_FILE.contains(&fault.code)
                    || loaded.sources.path(told.file).ends_with("kinds.yaml")
            }
            (None, _) | (_, None) => false,
        })
}

/// The engines of an environment in versions that no policy is written for.
pub(super) fn version_faults(
    release: &Release,
    definitions: &Definitions,
    environment: &Located<Environment>,
) -> Vec<Diagnostic> {
    let layers = definitions.layers_of(environment);
    let fault = |fault: VersionFault| {
        let place = match fault.target {
            None => Place::root().key(fault.field),
            Some(target) => Place::root().key("targets").key(target.name()).key(fault.field),
        };
        let diagnostic = Diagnostic::error("unsupported-version", fault.reason).label(fault.remedy);
        let said = match fault.target {
            None => layers.kubernetes().map(|said| said.by),
            Some(_) => layers.targets().map(|said| said.by),
        };
        said.unwrap_or(environment).mark(diagnostic, &place)
    };
    check_engines(release).into_iter().map(fault).collect()
}

/// What the examples of a rule come to.
pub(super) struct Proof {
    /// How many examples there are.
    pub(super) examples: usize,
    /// Each that gives something else than it says, at its place.
    pub(super) wrong: Vec<Diagnostic>,
}

/// Runs the examples of a rule; fails with its faults.
pub(super) fn proof(view: &View<'_>, rule: &Located<Rule>) -> Result<Proof, Vec<Diagnostic>> {
    let releases = lower::proofs_in(view, rule)?;
    let rules = releases.iter().flat_map(|release| &release.rules);
    Ok(Proof {
        examples: rules.map(|rule| rule.examples.len()).sum(),
        wrong: releases.iter().flat_map(|release| in_release(rule, release)).collect(),
    })
}

fn in_release(written: &Located<Rule>, release: &Release) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    for rule in &release.rules {
        let compiled = compile(rule);
        for example in &rule.examples {
            let mismatches = mismatches(rule, &compiled, example);
            if !mismatches.is_empty() {
                wrong.push(fault(written, &example.name, mismatches));
            }
        }
    }
    wrong
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
