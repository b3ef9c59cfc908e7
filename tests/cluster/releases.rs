//! From one release to the next, as a GitOps controller goes: applies what is new, then removes what is gone. In the meantime a client
//! keeps trying to get in what both releases deny.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use palisade::ir::Target;
use serde_json::{Value, json};

use crate::bundle::{Bundle, path_of};
use crate::rig::Cluster;
use crate::rig::api::{Api, Mode};

const OURS: &str = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dpalisade";

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
    let mut faults = new.apply(cluster, to)?;
    let wanted = paths(&new.objects(to)?)?;
    let mut known = paths(&old.objects(from)?)?;
    known.extend(wanted.iter().cloned());
    for path in live(&cluster.api, &known)?.difference(&wanted) {
        let reply = cluster.api.delete(path, Mode::Stored)?;
        // A constraint is gone once its template is.
        if !reply.is_success() && reply.code != 404 {
            faults.push(format!("`{path}` can't be removed: {}", reply.message()));
        }
    }
    faults.extend(new.drift(cluster, to)?);
    let now = live(&cluster.api, &known)?;
    faults.extend(now.difference(&wanted).map(|path| format!("`{path}` is still there")));
    faults.extend(wanted.difference(&now).map(|path| format!("`{path}` isn't there")));
    Ok(faults)
}

fn paths(objects: &[Value]) -> Result<BTreeSet<String>, String> {
    objects.iter().map(path_of).collect()
}

/// The objects of ours in all collections that these paths belong to.
fn live(api: &Api, known: &BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    let collections: BTreeSet<&str> =
        known.iter().filter_map(|path| path.rsplit_once('/').map(|(collection, _)| collection)).collect();
    let mut found = BTreeSet::new();
    for collection in collections {
        let reply = api.get(&format!("{collection}?{OURS}"))?;
        // The kind of a constraint is gone with its template.
        if reply.code == 404 {
            continue;
        }
        let list = reply.object()?;
        let names = list["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item["metadata"]["name"].as_str());
        found.extend(names.map(|name| format!("{collection}/{name}")));
    }
    Ok(found)
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
        let reply = api.create("/api/v1/namespaces/team-a/pods", &pod, Mode::DryRun)?;
        tries += 1;
        let_in += usize::from(reply.is_success());
    }
    Ok((tries, let_in))
}
