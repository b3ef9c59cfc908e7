//! Engines installed as their charts do it: they enforce everything but what `palisade::bundle::unseen` says, which the bundle's README
//! prints.

use palisade::bundle::{Area, unseen};
use palisade::evaluator::example::{self, Completed};
use palisade::ir::{Kind, Release, Target};
use serde_json::{Value, json};

use crate::bundle::Bundle;
use crate::folder;
use crate::reference::labelled;
use crate::rig::Cluster;
use crate::rig::api::Mode;
use crate::rig::gatekeeper::WebhookFailure;
use crate::rig::kyverno::Filters;
use crate::rig::waiting::wait_for;
use crate::saying::Saying;
use crate::subject::{collection, make_namespace};

/// The rules whose bad examples are tried: one about Pods, one about a cluster-scoped kind. Other rules may be audited meanwhile.
const RULES: [&str; 2] = ["POD-002", "NOD-003"];
/// The namespaces that an engine might leave out, and one that none does.
const NAMESPACES: [&str; 6] =
    ["team-a", "kube-system", "kube-public", "kube-node-lease", "kyverno", "gatekeeper-system"];

/// A bad object, and where it is.
struct Probe {
    kind: Kind,
    namespace: String,
    object: Value,
}

/// What is enforced, or isn't, otherwise than `unseen` says; of a release that denies everywhere. It is applied target by target and
/// removed again. Leaves the engines as their charts install them.
pub fn prove(cluster: &mut Cluster, mut release: Release, targets: &[Target]) -> Result<Vec<String>, String> {
    release.rules.retain(|rule| RULES.contains(&rule.id.as_str()));
    let bundle = Bundle::write(&release, &folder("unfiltered"))?;
    cluster.filter_for_kyverno(Filters::Chart)?;
    cluster.on_gatekeeper_failure(WebhookFailure::Ignore)?;
    for namespace in NAMESPACES {
        make_namespace(&cluster.api, namespace, &labelled(namespace, &[]))?;
    }
    let probes = probes(&release);
    let mut faults = Vec::new();
    for target in targets {
        faults.extend(bundle.apply(cluster, *target)?);
        let first = probes.first().ok_or("no probe")?;
        wait_for(&format!("{} to deny", target.name()), || {
            if is_denied(cluster, first)? { Ok(()) } else { Err("it doesn't".to_owned()) }
        })?;
        for probe in &probes {
            let is_left_out = unseen(*target).iter().any(|unseen| probe.lies_in(unseen.area));
            if is_denied(cluster, probe)? == is_left_out {
                let what = if is_left_out { "is denied, but is said to be left out" } else { "isn't denied" };
                faults.push(format!(
                    "{}: {} in `{}` {what}",
                    target.name(),
                    probe.kind.kind,
                    probe.namespace
                ));
            }
        }
        if *target == Target::Gatekeeper {
            faults.extend(without_webhook(cluster, first)?);
        }
        bundle.remove(cluster, *target)?;
    }
    Ok(faults)
}

/// The chart's failure policy lets in what Gatekeeper can't be asked about; the other one doesn't.
fn without_webhook(cluster: &mut Cluster, probe: &Probe) -> Result<Vec<String>, String> {
    cluster.end_gatekeeper_webhook()?;
    let mut faults = Vec::new();
    for (failure, lets_in) in [(WebhookFailure::Fail, false), (WebhookFailure::Ignore, true)] {
        cluster.on_gatekeeper_failure(failure)?;
        let path = collection(&probe.kind, &probe.namespace);
        let told = wait_for(&format!("{failure:?} to take effect"), || {
            let reply = cluster.api.create(&path, &probe.object, Mode::DryRun)?;
            if reply.is_success() == lets_in { Ok(()) } else { Err(reply.message()) }
        });
        faults.extend(told.err());
    }
    Ok(faults)
}

/// The first bad example of each rule, in each kind that can carry it and each namespace.
fn probes(release: &Release) -> Vec<Probe> {
    let mut probes = Vec::new();
    for rule in &release.rules {
        let bad = rule.examples.iter().find(|example| {
            !example.gives.is_empty() && example::complete(rule, example).len() == rule.kinds.len()
        });
        for Completed { kind, object } in bad.map(|bad| example::complete(rule, bad)).unwrap_or_default() {
            let namespaces: &[&str] = if kind.namespaced { &NAMESPACES } else { &[""] };
            for namespace in namespaces {
                let mut object = object.clone();
                object["metadata"]["name"] = json!("probe");
                if kind.namespaced {
                    object["metadata"]["namespace"] = Value::from(*namespace);
                }
                probes.push(Probe { kind: kind.clone(), namespace: (*namespace).to_owned(), object });
            }
        }
    }
    probes
}

impl Probe {
    fn lies_in(&self, area: Area) -> bool {
        match area {
            Area::Namespace(name) => self.namespace == name,
            Area::Kind(group, kind) => self.kind.group == group && self.kind.kind == kind,
        }
    }
}

/// Whether a policy refuses a probe. Anything else that refuses it is an error.
fn is_denied(cluster: &Cluster, probe: &Probe) -> Result<bool, String> {
    let path = collection(&probe.kind, &probe.namespace);
    let saying = Saying::of(&cluster.api.create(&path, &probe.object, Mode::DryRun)?);
    match saying.refused {
        Some(reason) => Err(format!("a probe isn't as the API server wants it: {reason}")),
        None => Ok(saying.denial.is_some()),
    }
}
