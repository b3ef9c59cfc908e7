//! The engines' limits: what the generated policies cost, and that they use only what the oldest version of each engine has.
//!
//! ```text
//! cargo test --test limits                       all of it
//! cargo test --test limits -- cost               some parts
//! ```
//! The parts: `cost` (CEL's cost units for a very large Pod), `versions` (every expression in the environment of each API server),
//! `rego` (the oldest OPA's builtins, and no sets of whole containers).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "matrix/case.rs"]
#[expect(dead_code, reason = "the matrix compares answers")]
mod case;
#[path = "limits/catalogue.rs"]
mod catalogue;
#[path = "limits/cost.rs"]
mod cost;
#[path = "support/engines.rs"]
#[expect(dead_code, reason = "Kyverno isn't asked here")]
mod engines;
#[path = "matrix/project.rs"]
#[expect(dead_code, reason = "the matrix judges rule by rule")]
mod project;
#[path = "matrix/reference.rs"]
#[expect(dead_code, reason = "the matrix judges rule by rule")]
mod reference;
#[path = "limits/rego.rs"]
mod rego;
#[path = "limits/versions.rs"]
mod versions;
#[path = "limits/workload.rs"]
mod workload;

use std::process::ExitCode;

use engines::{Engine, Program};

/// A part: its name, and what gives its faults.
type Part = (&'static str, fn(&mut Engine) -> Result<Vec<String>, String>);

const PARTS: [Part; 3] = [("cost", cost::faults), ("versions", versions::faults), ("rego", rego::faults)];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let parts: Vec<&Part> = PARTS
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|word| word == name))
        .collect();
    if parts.is_empty() {
        println!("the limits: no part of these names; nothing to do");
        return ExitCode::SUCCESS;
    }
    match run(&parts) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            eprintln!("\n{}", faults.join("\n"));
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// The faults of these parts.
fn run(parts: &[&Part]) -> Result<Vec<String>, String> {
    let mut engine = Engine::start(Program::Admission)?;
    let mut all = Vec::new();
    for (name, faults) in parts {
        println!("the limits: {name}");
        all.extend(faults(&mut engine)?);
    }
    Ok(all)
}
