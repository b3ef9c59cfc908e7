//! The evaluator beside the library: the map of checks, drawn Pods, and those that once got two verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use serde_json::Value;

use crate::coverage::{self, Verdicts};
use crate::disagreement::{self, Disagreement};
use crate::evaluation::{self, Evaluation, Said};
use crate::library::Library;
use crate::plan::Plan;
use crate::standard::{Profiles, Standard};
use crate::tally::Tally;
use crate::{generate, impossible, regression};

/// How many Pods are judged at a time.
const BLOCK: usize = 2_000;
/// How many Pods of one disagreement are made small and told.
const TOLD: usize = 3;
/// How often the two are asked to make a Pod small.
const TRIES: usize = 400;

/// Proves that the evaluator and the library agree.
pub fn prove(plan: &Plan, profiles: &Profiles, tally: &mut Tally) -> Result<(), String> {
    let library = Library::start()?;
    for fault in unmapped(profiles, &library)? {
        tally.fault(&fault);
    }
    let mut comparison = Comparison {
        library,
        evaluation: Evaluation::new(profiles)?,
        verdicts: Verdicts::default(),
        left_out: [0; impossible::ALL.len()],
        compared: 0,
        told: BTreeMap::new(),
        faults: Vec::new(),
    };
    comparison.compare(&regression::pods()?)?;
    let past = comparison.compared;
    for first in (0..plan.pods).step_by(BLOCK) {
        let numbers: Vec<usize> = (first..plan.pods.min(first + BLOCK)).collect();
        let pods = in_parallel(&numbers, |number| {
            (format!("seed {}, Pod {number}", plan.seed), generate::pod(plan.seed, *number))
        });
        comparison.compare(&pods)?;
    }
    comparison.end(plan, past, tally)
}

/// Where the profiles' maps name other checks than the library has.
fn unmapped(profiles: &Profiles, library: &Library) -> Result<Vec<String>, String> {
    let mut differ: BTreeMap<(&str, String, bool), Vec<&str>> = BTreeMap::new();
    for standard in Standard::all() {
        let mapped = evaluation::stood_for(&profiles.release(standard)?);
        let active: BTreeSet<String> =
            library.active(standard).iter().map(|revision| revision.check.clone()).collect();
        for check in mapped.symmetric_difference(&active) {
            let key = (standard.level, check.clone(), active.contains(check));
            differ.entry(key).or_default().push(standard.version);
        }
    }
    let faults = differ.into_iter().map(|((level, check, is_active), versions)| {
        let versions = versions.join(", ");
        if is_active {
            format!("pod-security-{level} maps nothing to {check}, which the standards of {versions} have")
        } else {
            format!("pod-security-{level} maps {check}, which the standards of {versions} haven't")
        }
    });
    Ok(faults.collect())
}

/// The two sides, and what came of comparing them.
struct Comparison {
    library: Library,
    evaluation: Evaluation,
    verdicts: Verdicts,
    /// How many Pods each predicate left out.
    left_out: [usize; impossible::ALL.len()],
    /// How many Pods were compared.
    compared: usize,
    /// How many Pods disagree, by check and by whether the library forbids them.
    told: BTreeMap<(String, bool), usize>,
    faults: Vec<String>,
}

impl Comparison {
    /// Compares what the two say of Pods.
    fn compare(&mut self, pods: &[(String, Value)]) -> Result<(), String> {
        let objects: Vec<Value> = pods.iter().map(|(_, pod)| pod.clone()).collect();
        let evaluation = &self.evaluation;
        let library = &mut self.library;
        let (said, forbidden) = thread::scope(|scope| {
            let asked = scope.spawn(|| library.judge(&objects));
            (in_parallel(&objects, |pod| evaluation.judge(pod)), asked.join().unwrap())
        });
        for (((origin, pod), said), forbidden) in pods.iter().zip(&said).zip(forbidden?) {
            if let Some(place) = impossible::of(pod) {
                self.left_out[place] += 1;
                continue;
            }
            self.compared += 1;
            self.count(&forbidden);
            for disagreement in self.disagreements(origin, said, &forbidden) {
                self.tell(&disagreement, pod);
            }
        }
        Ok(())
    }

    fn count(&mut self, forbidden: &[String]) {
        let mut counted = BTreeSet::new();
        for standard in Standard::all() {
            for revision in self.library.active(standard) {
                if counted.insert((standard.level, &revision.name)) {
                    let forbids = forbidden.contains(&revision.name);
                    self.verdicts.count(standard.level, &revision.name, forbids);
                }
            }
        }
    }

    /// The checks on which the two differ.
    fn disagreements(&self, origin: &str, said: &Said, forbidden: &[String]) -> Vec<Disagreement> {
        let mut differ: BTreeMap<(String, bool), Vec<Standard>> = BTreeMap::new();
        for standard in Standard::all() {
            let theirs: BTreeSet<String> = self
                .library
                .active(standard)
                .iter()
                .filter(|revision| forbidden.contains(&revision.name))
                .map(|revision| revision.check.clone())
                .collect();
            match self.evaluation.violated(said, standard) {
                Err(unreadable) => {
                    differ
                        .entry((format!("nothing that can be read ({unreadable})"), false))
                        .or_default()
                        .push(standard);
                }
                Ok(ours) => {
                    for check in ours.symmetric_difference(&theirs) {
                        let key = (check.clone(), theirs.contains(check));
                        differ.entry(key).or_default().push(standard);
                    }
                }
            }
        }
        differ
            .into_iter()
            .map(|((check, forbidden), standards)| Disagreement {
                origin: origin.to_owned(),
                check,
                forbidden,
                standards,
            })
            .collect()
    }

    /// Makes the Pod small and tells of it, unless enough was told of the same.
    fn tell(&mut self, disagreement: &Disagreement, pod: &Value) {
        let count = self.told.entry((disagreement.check.clone(), disagreement.forbidden)).or_default();
        *count += 1;
        if *count > TOLD {
            return;
        }
        let small = disagreement::minimised(pod, TRIES, &mut |tried| self.still(disagreement, tried));
        self.faults.push(disagreement.told(&small));
    }

    /// Whether the two differ over this Pod on the same check in the same way.
    fn still(&mut self, disagreement: &Disagreement, pod: &Value) -> bool {
        let Ok(forbidden) = self.library.judge(std::slice::from_ref(pod)) else { return false };
        let said = self.evaluation.judge(pod);
        impossible::of(pod).is_none()
            && self.disagreements("", &said, &forbidden[0]).iter().any(|other| {
                other.check == disagreement.check
                    && other.forbidden == disagreement.forbidden
                    && other.standards == disagreement.standards
            })
    }

    /// Tells what came of it.
    fn end(mut self, plan: &Plan, past: usize, tally: &mut Tally) -> Result<(), String> {
        let conditions = self.library.conditions()?;
        let disagreeing: usize = self.told.values().sum();
        println!(
            "the library and the evaluator: {} Pods and {past} regressions in {} versions of both levels, by {} rules; {disagreeing} disagreements",
            self.compared - past,
            crate::standard::VERSIONS.len(),
            self.evaluation.rules(),
        );
        println!("  {}", self.verdicts.summary());
        println!("  {}", coverage::summary(&conditions));
        for (impossible, count) in impossible::ALL.iter().zip(self.left_out) {
            println!("  left out: {count} Pods, since {}, which the API server refuses", impossible.name);
        }
        for ((check, forbidden), count) in &self.told {
            let who = if *forbidden { "library" } else { "evaluator" };
            println!("  {check}: {count} Pods that only the {who} forbids");
        }
        self.faults.extend(impossible::faults(&self.left_out, plan.pods));
        self.faults.extend(self.verdicts.faults());
        self.faults.extend(coverage::faults(&conditions));
        tally.pass(self.compared.saturating_sub(disagreeing));
        for fault in &self.faults {
            tally.fault(fault);
        }
        Ok(())
    }
}

/// What comes of the work on each item, in the order of the items; on all processors.
pub fn in_parallel<Item: Sync, Out: Send>(items: &[Item], work: impl Fn(&Item) -> Out + Sync) -> Vec<Out> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(workers).max(1);
    thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = items
            .chunks(share)
            .map(|chunk| scope.spawn(move || chunk.iter().map(work).collect::<Vec<Out>>()))
            .collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}
