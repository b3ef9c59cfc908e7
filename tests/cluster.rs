//! The proof on a real cluster: the API server, Kyverno and Gatekeeper take the bundle as it is, keep it, and enforce it as the
//! evaluator says.
//!
//! ```text
//! cargo test --test cluster                               all of it
//! cargo test --test cluster -- gatekeeper verdicts        some targets, some proofs
//! PALISADE_SEED=7          other examples
//! PALISADE_MATRIX=full     all examples, as all kinds
//! PALISADE_SKIP=cluster    none of it
//! ```
//! The log of each process is in the folder `cluster` of the target folder's `tmp`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "cluster/bundle.rs"]
mod bundle;
#[path = "matrix/case.rs"]
#[expect(dead_code, reason = "the matrix has more cases")]
mod case;
#[path = "matrix/choice.rs"]
#[expect(dead_code, reason = "the matrix chooses more")]
mod choice;
#[path = "support/engines.rs"]
#[expect(dead_code, reason = "no engine is asked in process here")]
mod engines;
#[path = "support/go.rs"]
mod go;
#[path = "matrix/project.rs"]
#[expect(dead_code, reason = "the matrix judges rule by rule")]
mod project;
#[path = "matrix/reference.rs"]
mod reference;
#[path = "cluster/rig.rs"]
mod rig;
#[path = "cluster/saying.rs"]
mod saying;
#[path = "cluster/subject.rs"]
mod subject;
#[path = "cluster/verdicts.rs"]
mod verdicts;

use std::path::Path;
use std::process::ExitCode;

use bundle::Bundle;
use choice::Numbers;
use palisade::ir::Target;
use project::Project;
use rig::Cluster;
use rig::gatekeeper::WebhookFailure;
use rig::kyverno::Filters;

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

fn run() -> Result<bool, String> {
    let began = std::time::Instant::now();
    let say = |text: &str| println!("{:>4} s  {text}", began.elapsed().as_secs());
    let project = Project::read("policies")?.unwrap();
    let release = project.release("production")?;
    let bundle = Bundle::write(&release, "production")?;
    let mut cluster = Cluster::start(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster"))?;
    cluster.start_kyverno()?;
    cluster.start_gatekeeper()?;
    cluster.filter_for_kyverno(Filters::None)?;
    cluster.on_gatekeeper_failure(WebhookFailure::Fail)?;
    say("started");
    let places = subject::places(&release);
    let mut subjects = subject::subjects(&project, &places, &mut Numbers::new(1, "cluster"), false)?;
    let labels = subject::store(&cluster, &mut subjects, &places)?;
    say(&format!("{} subjects", subjects.len()));
    for subject in &subjects {
        if let Err(e) = &subject.stored {
            println!("not stored: {}: {e}", subject.name);
        }
    }
    let wanted: Vec<Target> =
        Target::ALL.into_iter().filter(|t| std::env::args().skip(1).all(|a| a == t.name())).collect();
    for target in wanted {
        say(&format!("{}: applying", target.name()));
        for fault in bundle.apply(&mut cluster, target)? {
            println!("  {fault}");
        }
        say("applied");
        for fault in bundle.drift(&mut cluster, target)? {
            println!("  drift: {fault}");
        }
        say("drift");
        let outcome = verdicts::ask(&cluster.api, &release, &subjects, &labels, |_| true)?;
        say(&format!(
            "judged {} denied {} refused {} faults {}",
            outcome.judged,
            outcome.denied,
            outcome.refused.len(),
            outcome.faults.len()
        ));
        for fault in outcome.faults.iter().take(15) {
            println!("{fault}\n");
        }
        bundle.remove(&cluster, target)?;
        say("removed");
    }
    Ok(true)
}
