//! The bundle of `production`: target by target accepted, kept, enforced and followed by the next release; then all targets at once.

use std::collections::BTreeMap;

use palisade::ir::{Action, Release, Target};

use crate::bundle::Bundle;
use crate::choice::Numbers;
use crate::plan::{Plan, Proof};
use crate::project::Project;
use crate::reference::{Labels, namespaces, packs};
use crate::releases;
use crate::report::Report;
use crate::rig::Cluster;
use crate::subject::{self, Subject};
use crate::traces::{Logs, Made};
use crate::verdicts::{self, Case};
use crate::{examples, folder};

const ENVIRONMENT: &str = "production";
/// The target that takes longest to apply: the others are put beside it when it is its turn, and ValidatingPolicies take over from it.
const SLOWEST: Target = Target::KyvernoClusterPolicy;
const SUCCESSOR: Target = Target::KyvernoValidatingPolicy;

/// How many writes of each rule's examples ClusterPolicies are asked about: they compile their expressions anew in each request.
const BY_CLUSTER_POLICIES: usize = 1;
/// How many all targets at once are asked about.
const BY_ALL_TOGETHER: usize = 1;
/// How many the packed layout is asked about; that of ClusterPolicies about half as many.
const BY_PACKED: usize = 4;

/// The releases, as bundles.
struct Bundles {
    now: Bundle,
    /// The release after it.
    next: Bundle,
}

/// What the targets are asked.
struct Bench<'a> {
    release: Release,
    cases: Vec<Case<'a>>,
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
    let release = project.release(ENVIRONMENT)?;
    let bundles = write_bundles(&release)?;
    let (subjects, labels) = store_examples(plan, project, &release, cluster, report)?;
    let cases = verdicts::cases(&release, &subjects, &labels, plan.full)?;
    let missing = verdicts::missing(&cases, namespaces(&release).len());
    report.part(&format!("{} writes are to be asked about, of each sort everywhere", cases.len()), missing);
    let bench = Bench { release, cases, labels };
    let mut is_there = false;
    for target in if plan.applies_targets() { plan.targets.as_slice() } else { &[] } {
        is_there = prove_target(plan, (&bench, &bundles), (*target, is_there), cluster, report)?;
    }
    if plan.has(Proof::Together) && !(plan.applies_targets() && plan.targets.contains(&SLOWEST)) {
        prove_together(plan, (&bench, &bundles), &[], cluster, report)?;
    }
    if plan.has(Proof::Packed) {
        let release = packed(&bench.release);
        let bundle = Bundle::write(&release, &folder("packed"))?;
        for target in &plan.targets {
            prove_packed(plan, &bench, (&release, &bundle), *target, cluster, report)?;
        }
    }
    subject::remove(&cluster.api, &subjects)
}

fn write_bundles(release: &Release) -> Result<Bundles, String> {
    let next = [("environments/production.yaml", include_str!("environments/production-next.yaml"))];
    let next = Project::read_with("policies", &next)?.ok_or("there is no folder `policies`")?;
    Ok(Bundles {
        now: Bundle::write(release, &folder("now"))?,
        next: Bundle::write(&next.release(ENVIRONMENT)?, &folder("next"))?,
    })
}

/// Makes the objects that are asked about, out of those examples that the API server takes, before any policy is there. Gives the labels
/// of their namespaces too.
fn store_examples(
    plan: &Plan,
    project: &Project,
    release: &Release,
    cluster: &Cluster,
    report: &mut Report,
) -> Result<(Vec<Subject>, BTreeMap<String, Labels>), String> {
    let places = namespaces(release);
    let mut candidates = examples::candidates(project, release)?;
    let labels = subject::make_namespaces(&cluster.api, &candidates, &places)?;
    examples::ask(&cluster.api, &mut candidates)?;
    let what = format!("of {} examples the API server takes all but those that are named", candidates.len());
    report.part(&what, examples::faults(&candidates));
    let mut numbers = Numbers::new(plan.seed, "cluster");
    let chosen = examples::choose(&candidates, &mut numbers, plan.full);
    let mut subjects = subject::subjects(&chosen, &places, &mut numbers, plan.full);
    subject::store(&cluster.api, &mut subjects)?;
    Ok((subjects, labels))
}

/// Proves one target, whose bundle may be there already; gives whether the next one's is there afterwards.
fn prove_target(
    plan: &Plan,
    (bench, bundles): (&Bench<'_>, &Bundles),
    (target, is_there): (Target, bool),
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<bool, String> {
    let (name, Bundles { now, next }) = (target.name(), bundles);
    if !is_there {
        report.part(&format!("{name} is accepted"), now.apply(cluster, target)?);
    }
    let replaced = plan.has(Proof::Releases).then_some(next);
    report.part(&format!("{name} is kept as it is"), now.drift_and_changes(cluster, target, replaced)?);
    if plan.has(Proof::Verdicts) {
        let asked = if target == SLOWEST {
            sample(plan, bench, (name, BY_CLUSTER_POLICIES))
        } else {
            bench.cases.clone()
        };
        let made = Made { release: &bench.release, packs: &[], labels: &bench.labels };
        report.verdicts(&format!("{name} judges"), ask(cluster, target, &asked, made)?);
    }
    if plan.has(Proof::Together) && target == SLOWEST {
        prove_together(plan, (bench, bundles), &[target], cluster, report)?;
    }
    if !plan.has(Proof::Releases) {
        now.remove(cluster, target)?;
        return Ok(false);
    }
    let change = releases::change(cluster, (target, now), (target, next))?;
    report_change(report, &format!("{name} follows the next release"), target, change);
    if target != SLOWEST {
        next.remove(cluster, target)?;
        return Ok(false);
    }
    // What a team does that leaves ClusterPolicies behind.
    let change = releases::change(cluster, (target, next), (SUCCESSOR, now))?;
    report_change(report, &format!("{} takes over from {name}", SUCCESSOR.name()), SUCCESSOR, change);
    let follows = plan.targets.iter().skip_while(|other| **other != target).nth(1) == Some(&SUCCESSOR);
    if !follows {
        now.remove(cluster, SUCCESSOR)?;
    }
    Ok(follows)
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
    (bench, bundles): (&Bench<'_>, &Bundles),
    applied: &[Target],
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), String> {
    let others: Vec<Target> = Target::ALL.into_iter().filter(|target| !applied.contains(target)).collect();
    let mut faults = Vec::new();
    for target in &others {
        faults.extend(bundles.now.apply(cluster, *target)?);
    }
    faults.extend(bundles.now.drift(cluster, &Target::ALL)?);
    report.part("all targets together are accepted and kept", faults);
    let asked = sample(plan, bench, ("together", BY_ALL_TOGETHER));
    report.verdicts("all targets together judge", verdicts::ask(&cluster.api, &asked, Target::ALL.len())?);
    others.iter().try_for_each(|target| bundles.now.remove(cluster, *target))
}

/// The release with all that denies or warns in packs, for each target.
fn packed(release: &Release) -> Release {
    let actions = [Action::Warn, Action::Deny];
    Release { packed: Target::ALL.map(|target| (target, actions.into())).into(), ..release.clone() }
}

/// The packed layout of one target: accepted, kept, and enforced as the other layout is.
fn prove_packed(
    plan: &Plan,
    bench: &Bench<'_>,
    (release, bundle): (&Release, &Bundle),
    target: Target,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), String> {
    let name = format!("packed {}", target.name());
    let mut faults = bundle.apply(cluster, target)?;
    faults.extend(bundle.drift_and_changes(cluster, target, None)?);
    report.part(&format!("{name} is accepted and kept as it is"), faults);
    let packs = packs(release, target)?;
    let count = if target == SLOWEST { BY_PACKED / 2 } else { BY_PACKED };
    let asked = sample(plan, bench, (&name, count));
    let asked = verdicts::in_packs(asked, (release, &packs), &bench.labels);
    let made = Made { release, packs: &packs, labels: &bench.labels };
    report.verdicts(&format!("{name} judges"), ask(cluster, target, &asked, made)?);
    bundle.remove(cluster, target)
}

/// What one target says to these writes, and what traces it leaves.
fn ask(
    cluster: &Cluster,
    target: Target,
    cases: &[Case<'_>],
    made: Made<'_>,
) -> Result<verdicts::Outcome, String> {
    let logs = Logs::now(cluster)?;
    let mut outcome = verdicts::ask(&cluster.api, cases, 1)?;
    let differences = logs.differences(cluster, target, (cases, &outcome.audit_ids), made)?;
    outcome.faults.extend(differences);
    Ok(outcome)
}

/// So many writes of each rule's examples; all if everything is wanted. Which, the seed and the purpose say.
fn sample<'a>(plan: &Plan, bench: &Bench<'a>, (purpose, count): (&str, usize)) -> Vec<Case<'a>> {
    if plan.full {
        return bench.cases.clone();
    }
    verdicts::of_each_rule(&bench.cases, count, &mut Numbers::new(plan.seed, purpose))
}
