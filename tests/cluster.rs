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
//! The proofs: `endings`, `verdicts`, `releases`, `together`, `packed`, `actions`, `glass`, `defaults`. That a bundle is accepted and kept is always
//! among them. The log of each process, and the bundles, are in the folder `cluster` of the target
//! folder's `tmp`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "cluster/actions.rs"]
mod actions;
#[path = "cluster/bundle.rs"]
mod bundle;
#[path = "matrix/case.rs"]
#[expect(dead_code, reason = "the matrix has more cases")]
mod case;
#[path = "matrix/choice.rs"]
#[expect(dead_code, reason = "the matrix chooses more")]
mod choice;
#[path = "cluster/defaults.rs"]
mod defaults;
#[path = "cluster/endings.rs"]
mod endings;
#[path = "support/engines.rs"]
#[expect(dead_code, reason = "no engine is asked in process here")]
mod engines;
#[path = "cluster/examples.rs"]
mod examples;
#[path = "cluster/glass.rs"]
mod glass;
#[path = "cluster/parallel.rs"]
mod parallel;
#[path = "cluster/plan.rs"]
mod plan;
#[path = "matrix/project.rs"]
#[expect(dead_code, reason = "the matrix judges rule by rule")]
mod project;
#[path = "matrix/reference.rs"]
mod reference;
#[path = "cluster/releases.rs"]
mod releases;
#[path = "cluster/report.rs"]
mod report;
#[path = "cluster/rig.rs"]
#[expect(dead_code, reason = "the example uses the KUBECONFIG")]
mod rig;
#[path = "cluster/saying.rs"]
mod saying;
#[path = "cluster/subject.rs"]
mod subject;
#[path = "cluster/targets.rs"]
mod targets;
#[path = "cluster/traces.rs"]
mod traces;
#[path = "cluster/verdicts.rs"]
mod verdicts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use engines::go;
use plan::{Plan, Proof};
use project::Project;
use report::Report;
use rig::gatekeeper::WebhookFailure;
use rig::kyverno::Filters;
use rig::{Cluster, Memory};

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

/// Whether everything is as it should be.
fn run() -> Result<bool, String> {
    if endings::hold_if_asked()? {
        return Ok(true);
    }
    let Some(plan) = Plan::of(std::env::args().skip(1))? else {
        println!("the cluster: no target and no proof of these names; nothing to do");
        return Ok(true);
    };
    if plan.is_skipped() {
        println!("the cluster: SKIPPED, as PALISADE_SKIP says; nothing was proved on a real API server");
        return Ok(true);
    }
    let mut report = Report::begin(plan.seed);
    prove(&plan, &mut report)?;
    Ok(report.end())
}

fn prove(plan: &Plan, report: &mut Report) -> Result<(), String> {
    let project = read_project()?;
    rig::build_programs()?;
    if plan.has(Proof::Endings) {
        report.part("processes end with the test", endings::prove()?);
    }
    if !plan.needs_cluster() {
        return Ok(());
    }
    let mut cluster = Cluster::start(&folder("logs"), Memory::Plenty)?;
    cluster.start_engines()?;
    cluster.filter_for_kyverno(Filters::None)?;
    cluster.on_gatekeeper_failure(WebhookFailure::Fail)?;
    report.part("the cluster is up", Vec::new());

    targets::prove(plan, &project, &mut cluster, report)?;
    if plan.has(Proof::Glass) {
        let release = project.release("incident")?;
        let faults = glass::prove(&mut cluster, release, &plan.targets)?;
        report.part("Pods have their own action, and only some may break the glass", faults);
    }
    // Controllers report after some ten seconds: the engines' defaults are proved in the meantime.
    let audited = match plan.has(Proof::Actions) {
        true => {
            let (release, packed) = (project.release("audited")?, project.release("audited-packed")?);
            Some(actions::begin(&mut cluster, release, packed)?)
        }
        false => None,
    };
    if plan.has(Proof::Defaults) {
        let release = project.release("unfiltered")?;
        let faults = defaults::prove(&mut cluster, release, &plan.targets)?;
        report.part("installed by default, the engines leave out what the README says", faults);
    }
    if let Some(audited) = audited {
        let faults = actions::prove(&cluster, audited)?;
        report.part("what is audited can be seen, and exemptions too", faults);
    }
    Ok(())
}

/// The shipped project, and the environments of this test.
fn read_project() -> Result<Project, String> {
    let environments = [
        ("environments/audited.yaml", include_str!("cluster/environments/audited.yaml")),
        ("environments/incident.yaml", include_str!("cluster/environments/incident.yaml")),
        ("environments/audited-packed.yaml", include_str!("cluster/environments/audited-packed.yaml")),
        ("environments/unfiltered.yaml", include_str!("cluster/environments/unfiltered.yaml")),
    ];
    Project::read_with("policies", &environments)?.ok_or_else(|| "there is no folder `policies`".to_owned())
}

/// A folder of this test that stays: for logs, and for bundles.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster").join(name)
}
