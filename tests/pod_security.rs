//! The oracle: the profiles `pod-security-baseline` and `pod-security-restricted` are equal to the Pod Security Standards, check by
//! check, level by level, version by version; and the engines say the same of the same Pods.
//!
//! The standards' own library judges beside the evaluator: Pods drawn along the edges of what it looks at, and every Pod that once got
//! two verdicts. How often each condition in the library's source came to which outcome is counted, and must be often enough.
//!
//! ```text
//! cargo test --test pod_security                      all of it
//! cargo test --test pod_security -- oracle            the library and the evaluator alone
//! cargo test --test pod_security -- gatekeeper        Pods through some targets alone
//! PALISADE_SEED=7        other Pods
//! PALISADE_MATRIX=full   ten times as many of them, and each in every form through the engines
//! ```
//! A disagreement is also written to a folder `disagreements` of the target folder, as a file of `tests/pod_security/regressions`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

#[path = "pod_security/aspect.rs"]
mod aspect;
#[path = "matrix/case.rs"]
#[expect(dead_code, reason = "the matrix has other cases")]
mod case;
#[path = "matrix/choice.rs"]
#[expect(dead_code, reason = "the matrix chooses more")]
mod choice;
#[path = "pod_security/coverage.rs"]
mod coverage;
#[path = "pod_security/disagreement.rs"]
mod disagreement;
#[path = "support/engines.rs"]
mod engines;
#[path = "pod_security/evaluation.rs"]
mod evaluation;
#[path = "pod_security/generate.rs"]
mod generate;
#[path = "pod_security/impossible.rs"]
mod impossible;
#[path = "matrix/judging.rs"]
mod judging;
#[path = "pod_security/library.rs"]
mod library;
#[path = "pod_security/oracle.rs"]
mod oracle;
#[path = "pod_security/plan.rs"]
mod plan;
#[path = "matrix/project.rs"]
#[expect(dead_code, reason = "the matrix judges rule by rule")]
mod project;
#[path = "matrix/reference.rs"]
#[expect(dead_code, reason = "the matrix knows more namespaces")]
mod reference;
#[path = "pod_security/regression.rs"]
mod regression;
#[path = "matrix/requests.rs"]
#[expect(dead_code, reason = "the matrix makes more requests")]
mod requests;
#[path = "pod_security/standard.rs"]
mod standard;
#[path = "matrix/tally.rs"]
mod tally;
#[path = "pod_security/through.rs"]
mod through;

use std::process::ExitCode;

use plan::Plan;
use standard::Profiles;
use tally::Tally;

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
    let Some(plan) = Plan::of(std::env::args().skip(1))? else {
        println!("the oracle: no part and no target of these names; nothing to do");
        return Ok(true);
    };
    println!("the oracle: seed {}", plan.seed);
    let profiles = Profiles::read()?;
    let mut tally = Tally::new(&plan.targets, false);
    if plan.oracle {
        oracle::prove(&plan, &profiles, &mut tally)?;
    }
    if !plan.targets.is_empty() {
        through::prove(&plan, &profiles, &mut tally)?;
    }
    Ok(tally.report())
}
