//! The policies that the benchmark of the engines compares with say what their controls say.

#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/engines.rs"]
#[expect(dead_code, reason = "other tests ask more")]
mod engines;
#[path = "benchmarks/equivalents.rs"]
#[expect(dead_code, reason = "the benchmark judges more objects")]
mod equivalents;

use std::process::ExitCode;

use engines::{Engine, Program};

fn main() -> ExitCode {
    match faults() {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            eprintln!("{}", faults.join("\n"));
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Where a policy says something else than its control.
fn faults() -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for program in Program::ENGINES {
        let mut engine = Engine::start(program)?;
        for target in program.targets() {
            all.extend(equivalents::faults(&mut engine, *target)?);
        }
    }
    Ok(all)
}
