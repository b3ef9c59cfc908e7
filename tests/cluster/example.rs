//! A cluster to try policies on by hand: starts it, applies a bundle, prints its KUBECONFIG, and keeps it until Enter or Ctrl-C.
//!
//! ```text
//! cargo run --example cluster                                       no policies
//! cargo run --example cluster -- kyverno-validating-policy          with a bundle of `out/production`
//! cargo run --example cluster -- --environment staging gatekeeper
//! ```

#[path = "../support/go.rs"]
mod go;
#[path = "rig.rs"]
#[allow(dead_code, reason = "the test does more with a cluster")]
mod rig;

use std::io::Write;
use std::path::Path;

fn main() -> Result<(), String> {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/cluster");
    let mut cluster = rig::Cluster::start(&logs)?;
    cluster.start_kyverno()?;
    cluster.start_gatekeeper()?;
    println!("export KUBECONFIG={}", cluster.kubeconfig().display());
    std::io::stdout().flush().ok();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(())
}
