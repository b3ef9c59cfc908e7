//! What policies cost a request, for `docs/performance.md`: `cargo bench --bench cluster`.
//!
//! A real API server with real controllers (`tests/cluster`) is asked to make a Pod with three containers that breaks no rule, with no
//! policy and with the bundle of `out/production` for each target, one after the other in one run. Nothing here passes or fails.

#![allow(clippy::indexing_slicing, reason = "indexing into JSON gives null, and never panics")]

#[path = "../cluster/bundle.rs"]
#[allow(dead_code, reason = "the test does more with a bundle")]
mod bundle;
#[path = "../support/go.rs"]
mod go;
#[path = "../cluster/parallel.rs"]
mod parallel;
#[path = "../cluster/rig.rs"]
#[allow(dead_code, reason = "the test does more with a cluster")]
mod rig;

use std::path::Path;
use std::time::{Duration, Instant};

use bundle::Bundle;
use palisade::ir::Target;
use rig::api::Mode;
use rig::gatekeeper::WebhookFailure;
use rig::{Cluster, Memory};
use serde_json::{Value, json};

/// How many requests are timed, after some that warm up.
const REQUESTS: usize = 500;
const WARMING_UP: usize = 50;

fn main() -> Result<(), String> {
    let logs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster-benchmark");
    let mut cluster = Cluster::start(&logs, Memory::AsInstalled)?;
    cluster.start_engines()?;
    cluster.on_gatekeeper_failure(WebhookFailure::Fail)?;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}});
    cluster.api.create("/api/v1/namespaces", &namespace, Mode::Stored)?.object()?;

    println!("a dry-run create of a Pod with three containers, {REQUESTS} times, one after the other:");
    print("no policy", &measure(&cluster)?);
    let bundle = Bundle::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("out/production"))?;
    for target in Target::ALL {
        bundle.apply(&mut cluster, target)?;
        bundle.drift(&cluster, &[target])?;
        print(target.name(), &measure(&cluster)?);
        bundle.remove(&cluster, target)?;
    }
    Ok(())
}

/// The times of all requests, the shortest first.
fn measure(cluster: &Cluster) -> Result<Vec<Duration>, String> {
    let mut times = Vec::with_capacity(REQUESTS);
    for number in 0..WARMING_UP + REQUESTS {
        let began = Instant::now();
        cluster.api.create("/api/v1/namespaces/team-a/pods", &pod(), Mode::DryRun)?.object()?;
        if number >= WARMING_UP {
            times.push(began.elapsed());
        }
    }
    times.sort();
    Ok(times)
}

fn print(what: &str, times: &[Duration]) {
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("{what:<28} {:>8.1?} median {:>8.1?} 99th percentile", at(50), at(99));
}

/// A Pod that breaks no rule.
fn pod() -> Value {
    let container = |name: &str| {
        json!({
            "name": name,
            "image": "public.ecr.aws/aws-observability/app:1",
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": true,
            },
        })
    };
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "timed"},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container("one"), container("two"), container("three")],
        },
    })
}
