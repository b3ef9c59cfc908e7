//! The bundle of `production`: target by target accepted, kept, enforced and followed by the next release; then all targets at once.

use std::collections::BTreeMap;

use palisade::ir::{Action, Release, Target};

use crate::bundle::Bundle;
use crate::choice::Numbers;
use crate::folder;
use crate::plan::{Plan, Proof};
use crate::project::Project;
use crate::reference::{Labels, namespaces, packs};
use crate::releases;
use crate::report::Report;
use crate::rig::Cluster;
use crate::subject::{self, Subject};
use crate::verdicts;

const ENVIRONMENT: &str = "production";
/// Of how many writes a ClusterPolicy is asked about one: it compiles its expressions anew in each request.
const CLUSTER_POLICY_SHARE: usize = 40;
/// The target that takes longest to apply: the others are put beside it when it is its turn.
const SLOWEST: Target = Target::KyvernoClusterPolicy;
/// Of how many writes all targets at once are asked about one.
const TOGETHER_SHARE: usize = 50;

/// Of how many writes the packed layout is asked about one; a ClusterPolicy about half as many.
const PACKED_SHARE: usize = 8;

/// What the targets are asked about.
struct Bench {
    release: Release,
    bundle: Bundle,
    /// The release after it.
    next: Bundle,
    subjects: Vec<Subject>,
    /// The labels of each namespace.
    labels: BTreeMap<String, Labels>,
}

/// Proves the bundle, as far as planned.
pub fn prove(
    plan: &Plan,
    project: &Project,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), String> {
    if !plan.applies_targets() && !plan.has(Proof::Together) && !plan.has(Proof::Packed) {
        return Ok(());
    }
    let bench = prepare(plan, project, cluster)?;
    let in_turn: &[Target] = if plan.applies_targets() { &plan.targets } else { &[] };
    for target in in_turn {
        prove_target(plan, &bench, *target, cluster, report)?;
    }
    if plan.has(Proof::Together) && !in_turn.contains(&SLOWEST) {
        prove_together(plan, &bench, &[], cluster, report)?;
    }
    if plan.has(Proof::Packed) {
        let release = packed(&bench.release);
        let bundle = Bundle::write(&release, &folder("packed"))?;
        for target in &plan.targets {
            prove_packed(plan, &bench, (&release, &bundle), *target, cluster, report)?;
        }
    }
    for subject in &bench.subjects {
        if let Ok(stored) = &subject.stored {
            let name = stored["metadata"]["name"].as_str().unwrap_or_default();
            cluster.api.delete(&format!("{}/{name}", subject.collection()), crate::rig::api::Mode::Stored)?;
        }
    }
    Ok(())
}

fn prepare(plan: &Plan, project: &Project, cluster: &Cluster) -> Result<Bench, String> {
    let release = project.release(ENVIRONMENT)?;
    let bundle = Bundle::write(&release, &folder("now"))?;
    let next = [("environments/production.yaml", include_str!("environments/production-next.yaml"))];
    let next = Project::read_with("policies", &next)?.ok_or("there is no folder `policies`")?;
    let next = Bundle::write(&next.release(ENVIRONMENT)?, &folder("next"))?;
    let places = namespaces(&release);
    let mut numbers = Numbers::new(plan.seed, "cluster");
    let mut subjects = subject::subjects(project, &places, &mut numbers, plan.full)?;
    let labels = subject::store(cluster, &mut subjects, &places)?;
    Ok(Bench { release, bundle, next, subjects, labels })
}

fn prove_target(
    plan: &Plan,
    bench: &Bench,
    target: Target,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), String> {
    let name = target.name();
    report.part(&format!("{name} is accepted"), bench.bundle.apply(cluster, target)?);
    report.part(&format!("{name} is kept as it is"), bench.bundle.drift_and_changes(cluster, target)?);
    if plan.has(Proof::Verdicts) {
        let share = if target == Target::KyvernoClusterPolicy { CLUSTER_POLICY_SHARE } else { 1 };
        report.verdicts(&format!("{name} judges"), ask(plan, bench, cluster, (1, share))?);
    }
    if plan.has(Proof::Together) && target == SLOWEST {
        prove_together(plan, bench, &[target], cluster, report)?;
    }
    if !plan.has(Proof::Releases) {
        return bench.bundle.remove(cluster, target);
    }
    let change = releases::change(cluster, (target, &bench.bundle), (target, &bench.next))?;
    report_change(report, &format!("{name} follows the next release"), target, change);
    if target != Target::KyvernoClusterPolicy {
        return bench.next.remove(cluster, target);
    }
    // What a team does that leaves ClusterPolicies behind.
    let successor = Target::KyvernoValidatingPolicy;
    let change = releases::change(cluster, (target, &bench.next), (successor, &bench.next))?;
    report_change(report, &format!("{} takes over from {name}", successor.name()), successor, change);
    bench.next.remove(cluster, successor)
}

/// A client that keeps trying never gets past the API server's own policies. How often it gets past the others', the report says.
fn report_change(report: &mut Report, what: &str, target: Target, change: releases::Change) {
    let releases::Change { mut faults, tries, let_in } = change;
    if target == Target::ValidatingAdmissionPolicy && let_in > 0 {
        faults.push("what both releases deny got in".to_owned());
    }
    report.part(&format!("{what}; {let_in} of {tries} tries got in what both deny"), faults);
}

/// All targets at once; those that `applied` names are there already, and stay.
fn prove_together(
    plan: &Plan,
    bench: &Bench,
    applied: &[Target],
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), String> {
    let others: Vec<Target> = Target::ALL.into_iter().filter(|target| !applied.contains(target)).collect();
    let mut faults = Vec::new();
    for target in &others {
        faults.extend(bench.bundle.apply(cluster, *target)?);
    }
    for target in Target::ALL {
        faults.extend(bench.bundle.drift(cluster, target)?);
    }
    report.part("all targets together are accepted and kept", faults);
    let share = (Target::ALL.len(), TOGETHER_SHARE);
    report.verdicts("all targets together judge", ask(plan, bench, cluster, share)?);
    others.iter().try_for_each(|target| bench.bundle.remove(cluster, *target))
}

/// The release with all that denies or warns in packs, for each target.
fn packed(release: &Release) -> Release {
    let actions = [Action::Warn, Action::Deny];
    Release { packed: Target::ALL.map(|target| (target, actions.into())).into(), ..release.clone() }
}

/// The packed layout of one target: accepted, kept, and enforced as the other layout is.
fn prove_packed(
    plan: &Plan,
    bench: &Bench,
    (release, bundle): (&Release, &Bundle),
    target: Target,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), String> {
    let name = format!("packed {}", target.name());
    let mut faults = bundle.apply(cluster, target)?;
    faults.extend(bundle.drift_and_changes(cluster, target)?);
    report.part(&format!("{name} is accepted and kept as it is"), faults);
    let share = if target == Target::KyvernoClusterPolicy { 2 * PACKED_SHARE } else { PACKED_SHARE };
    let takes = share_of(plan, share);
    let packs = packs(release, target)?;
    let judged = verdicts::ask(&cluster.api, (release, &packs), &bench.subjects, &bench.labels, 1, takes)?;
    report.verdicts(&format!("{name} judges"), judged);
    bundle.remove(cluster, target)
}

/// The verdicts of so many engines on one of so many writes, or on all if everything is wanted; which, the seed says.
fn ask(
    plan: &Plan,
    bench: &Bench,
    cluster: &Cluster,
    (engines, share): (usize, usize),
) -> Result<verdicts::Outcome, String> {
    let takes = share_of(plan, share);
    verdicts::ask(&cluster.api, (&bench.release, &[]), &bench.subjects, &bench.labels, engines, takes)
}

/// Which writes are one of so many; all if everything is wanted.
fn share_of(plan: &Plan, share: usize) -> impl Fn(usize) -> bool {
    let share = if plan.full { 1 } else { share };
    let first = usize::try_from(plan.seed % share as u64).unwrap_or_default();
    move |number| number % share == first
}
