//! From one release to the next, as a GitOps controller goes: applies what is new, then removes what is gone. In the meantime a client
//! keeps trying to get in what both releases deny.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use palisade::ir::Target;
use serde_json::json;

use crate::bundle::{Bundle, changes, live, paths};
use crate::rig::Cluster;
use crate::rig::api::{Api, Mode};

/// What came of a change of release.
pub struct Change {
    /// What isn't as the new release says.
    pub faults: Vec<String>,
    /// How often the client tried.
    pub tries: usize,
    /// How often it got in.
    pub let_in: usize,
}

/// Goes from a release's bundle to the next one's. The targets differ where a team moves from one kind of policy to another.
pub fn change(
    cluster: &mut Cluster,
    (from, old): (Target, &Bundle),
    (to, new): (Target, &Bundle),
) -> Result<Change, String> {
    let done = AtomicBool::new(false);
    let api = cluster.api.clone();
    let (faults, client) = thread::scope(|scope| {
        let client = scope.spawn(|| keep_trying(&api, &done));
        let faults = replace(cluster, (from, old), (to, new));
        done.store(true, Ordering::Relaxed);
        (faults, client.join().unwrap())
    });
    let (tries, let_in) = client?;
    Ok(Change { faults: faults?, tries, let_in })
}

fn replace(
    cluster: &mut Cluster,
    (from, old): (Target, &Bundle),
    (to, new): (Target, &Bundle),
) -> Result<Vec<String>, String> {
    let before = if from == to { old.alike(cluster, to, new)? } else { Vec::new() };
    let mut faults = new.apply(cluster, to)?;
    let wanted = paths(new.objects(to))?;
    let mut known = paths(old.objects(from))?;
    known.extend(wanted.iter().cloned());
    let there = |cluster: &Cluster| -> Result<BTreeSet<String>, String> {
        Ok(live(&cluster.api, &known)?.into_keys().collect())
    };
    for path in there(cluster)?.difference(&wanted) {
        let reply = cluster.api.delete(path, Mode::Stored)?;
        // A constraint is gone once its template is.
        if !reply.is_success() && reply.code != 404 {
            faults.push(format!("`{path}` can't be removed: {}", reply.message()));
        }
    }
    faults.extend(new.drift(cluster, &[to])?);
    if from == to {
        faults.extend(changes(&before, &old.alike(cluster, to, new)?));
    }
    let now = there(cluster)?;
    faults.extend(now.difference(&wanted).map(|path| format!("`{path}` is still there")));
    faults.extend(wanted.difference(&now).map(|path| format!("`{path}` isn't there")));
    Ok(faults)
}

/// Tries to make a Pod whose image no release approves, until told to stop: how often it tried, and how often it got in.
fn keep_trying(api: &Api, done: &AtomicBool) -> Result<(usize, usize), String> {
    let pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "patient"},
        "spec": {
            "securityContext": {"runAsNonRoot": true},
            "containers": [{
                "name": "app",
                "image": "registry.example/unknown:1",
                "securityContext": {"capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true},
            }],
        },
    });
    let (mut tries, mut let_in) = (0, 0);
    while !done.load(Ordering::Relaxed) {
        let began = Instant::now();
        let reply = api.create("/api/v1/namespaces/team-a/pods", &pod, Mode::DryRun)?;
        tries += 1;
        let_in += usize::from(reply.is_success());
        // An answer can cost an engine more than a policy does; it is to have time for that above all.
        thread::sleep(began.elapsed() * 2);
    }
    Ok((tries, let_in))
}
