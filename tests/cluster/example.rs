//! A cluster to try policies on by hand: starts it, applies a bundle, prints its KUBECONFIG, and keeps it until Enter or Ctrl-C.
//!
//! ```text
//! cargo run --example cluster                                             no policies
//! cargo run --example cluster -- kyverno                                  out/production for Kyverno, as ValidatingPolicies
//! cargo run --example cluster -- gatekeeper validating-admission-policy   several at once
//! cargo run --example cluster -- --bundle out/staging gatekeeper          another bundle
//! ```

#![allow(clippy::indexing_slicing, reason = "indexing into JSON gives null, and never panics")]

#[path = "bundle.rs"]
#[allow(dead_code, reason = "the test does more with a bundle")]
mod bundle;
#[path = "../support/go.rs"]
mod go;
#[path = "parallel.rs"]
mod parallel;
#[path = "rig.rs"]
#[allow(dead_code, reason = "the test does more with a cluster")]
mod rig;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use bundle::Bundle;
use palisade::ir::Target;
use rig::{Cluster, Memory};

/// What was asked for.
struct Asked {
    bundle: PathBuf,
    targets: Vec<Target>,
}

fn main() -> ExitCode {
    match Asked::of(std::env::args().skip(1)).and_then(|asked| run(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::from(2)
        }
    }
}

impl Asked {
    fn of(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = Self { bundle: root.join("out/production"), targets: Vec::new() };
        while let Some(word) = arguments.next() {
            let target = Target::ALL.into_iter().find(|target| target.name() == word);
            match (word.as_str(), target) {
                (_, Some(target)) => asked.targets.push(target),
                ("kyverno", None) => asked.targets.push(Target::KyvernoValidatingPolicy),
                ("--bundle", None) => {
                    asked.bundle =
                        arguments.next().ok_or("`--bundle` needs the folder of an environment")?.into();
                }
                (_, None) => {
                    let names = Target::ALL.map(Target::name).join("`, `");
                    return Err(format!(
                        "`{word}` was not expected; what can be applied: `kyverno`, `{names}`"
                    ));
                }
            }
        }
        Ok(asked)
    }
}

fn run(asked: &Asked) -> Result<(), String> {
    let logs = std::env::temp_dir().join(format!("palisade-cluster-logs-{}", std::process::id()));
    eprintln!("starting; the logs are in `{}`", logs.display());
    let mut cluster = Cluster::start(&logs, Memory::AsInstalled)?;
    cluster.start_engines()?;
    cluster.start_kyverno_reports()?;
    cluster.start_gatekeeper_audit(60)?;
    let bundle = Bundle::at(asked.bundle.clone())?;
    for target in &asked.targets {
        let faults = bundle.apply(&mut cluster, *target)?;
        eprintln!("{} of `{}` is applied", target.name(), asked.bundle.display());
        faults.iter().for_each(|fault| eprintln!("  {fault}"));
    }
    println!("export KUBECONFIG={}", cluster.kubeconfig().display());
    eprintln!("kubectl of the cluster's version: {}", cluster.kubectl.executable().display());
    eprintln!("Enter or Ctrl-C ends it");
    let mut line = String::new();
    if std::io::stdin().read_line(&mut line).is_ok_and(|read| read > 0) {
        return Ok(());
    }
    // Nobody is there to press Enter: it runs until it is killed.
    loop {
        std::thread::sleep(Duration::from_secs(1));
        cluster.check_processes()?;
    }
}
