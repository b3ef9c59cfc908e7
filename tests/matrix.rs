//! The proof: the real engines judge as the evaluator does.
//!
//! Every example of every rule, in each kind that can carry it, and objects generated along the edges of what the rule reads, go as
//! admission requests through each engine; so do all examples through the whole bundle of `production`, and through packs of all rules; and an environment with many actions.
//!
//! ```text
//! cargo test --test matrix                           all of it
//! cargo test --test matrix -- POD-001 gatekeeper     some rules, some targets
//! cargo test --test matrix -- bundle                 all examples through the whole bundle
//! cargo test --test matrix -- packed                 all rules in the packed layout
//! cargo test --test matrix -- actions                many actions in one environment
//! cargo test --test matrix -- sets                   the workload of each set, with the set and without
//! PALISADE_SEED=7        another sample of the generated objects
//! PALISADE_MATRIX=full   all of the generated objects, for ClusterPolicy too
//! ```
//! A disagreement is also written to a folder `disagreements` of the target folder, as a file of `tests/matrix/regressions`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "matrix/actions.rs"]
mod actions;
#[path = "matrix/bundle.rs"]
mod bundle;
#[path = "matrix/case.rs"]
mod case;
#[path = "matrix/change.rs"]
mod change;
#[path = "matrix/choice.rs"]
mod choice;
#[path = "support/engines.rs"]
mod engines;
#[path = "matrix/found.rs"]
mod found;
#[path = "matrix/generate.rs"]
mod generate;
#[path = "matrix/judging.rs"]
mod judging;
#[path = "matrix/packed.rs"]
mod packed;
#[path = "matrix/place.rs"]
mod place;
#[path = "matrix/project.rs"]
mod project;
#[path = "matrix/reference.rs"]
mod reference;
#[path = "matrix/regression.rs"]
mod regression;
#[path = "matrix/requests.rs"]
mod requests;
#[path = "matrix/rule.rs"]
mod rule;
#[path = "matrix/sets.rs"]
mod sets;
#[path = "matrix/tally.rs"]
mod tally;
#[path = "matrix/value.rs"]
mod value;

use std::io::IsTerminal;
use std::process::ExitCode;

use choice::Choice;
use judging::Bench;
use project::Project;
use tally::Tally;

/// The projects whose rules are proved; the first is the shipped one.
const PROJECTS: [&str; 2] = ["policies", "tests/projects/language"];
/// The environments whose rules are packed, project by project.
const ENVIRONMENTS: [&str; 2] = ["production", "everything"];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything agreed.
fn run() -> Result<bool, String> {
    let projects: Vec<Project> =
        PROJECTS.iter().filter_map(|folder| Project::read(folder).transpose()).collect::<Result<_, _>>()?;
    let known: Vec<&str> = projects.iter().flat_map(Project::rule_ids).collect();
    let Some(choice) = Choice::of(std::env::args().skip(1), &known)? else {
        println!("the matrix: no rule and no target of these names; nothing to do");
        return Ok(true);
    };
    let mut bench = Bench::start(&choice.targets)?;
    let mut tally = Tally::new(&choice.targets, choice.is_whole());
    println!("the matrix: seed {}", choice.seed);
    for project in &projects {
        for id in project.rule_ids().filter(|id| choice.takes_rule(id)) {
            progress(&format!("{} {id}", project.folder));
            rule::prove(project, id, &choice, &mut bench, &mut tally)?;
        }
    }
    if choice.bundle {
        progress("the whole bundle of production");
        bundle::prove(&projects[0], &choice, &mut bench, &mut tally)?;
    }
    if choice.actions {
        progress("the actions of an environment that has many");
        actions::prove(&choice, &mut bench, &mut tally)?;
    }
    if choice.packed {
        for (project, environment) in projects.iter().zip(ENVIRONMENTS) {
            progress(&format!("{} packed", project.folder));
            packed::prove(project, environment, &choice, &mut bench, &mut tally)?;
        }
    }
    if choice.sets {
        progress("the sets");
        sets::prove(&choice, &mut bench, &mut tally)?;
    }
    progress("");
    Ok(tally.report())
}

/// Says on a terminal what is being proved.
fn progress(what: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{what}");
    }
}
