//! What a very large Pod costs each ValidatingAdmissionPolicy, by the API server's own account of CEL; and that the texts about it are
//! the evaluator's.
//!
//! Half of each limit is left, so that what users add (parameters, exemptions) has room.

use std::collections::{BTreeMap, BTreeSet};

use palisade::ir::{Kind, Release, Target};
use serde::Deserialize;
use serde_json::json;

use crate::engines::{Engine, Request, Surroundings};
use crate::reference::{self, Reference};
use crate::{catalogue, project, workload};

/// What one expression may cost: half of the API server's `PerCallLimit`.
const OF_EXPRESSION: u64 = 500_000;
/// What one policy may cost through one binding: half of the API server's `RuntimeCELCostBudget`.
const OF_POLICY: u64 = 5_000_000;

#[derive(Deserialize)]
struct Judged {
    verdicts: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Verdict {
    violations: Vec<Violation>,
    #[serde(default)]
    refused: String,
    #[serde(default)]
    costs: Vec<PolicyCost>,
}

#[derive(Deserialize)]
struct Violation {
    message: String,
    error: bool,
}

#[derive(Deserialize)]
struct PolicyCost {
    policy: String,
    verdict: u64,
    annotations: u64,
    expressions: BTreeMap<String, u64>,
}

/// The worst that was seen of a policy, each with the request in which it was.
#[derive(Default)]
struct Worst {
    /// Of the validations and messages, or of the audit annotations, which have a budget of their own.
    budget: (u64, String),
    expression: (u64, String, String),
}

/// The oldest API server that the policies are for.
const KUBERNETES: &str = "1.33";

/// Prints a table for each release, and gives each expression and each policy that costs too much.
pub fn faults(engine: &mut Engine) -> Result<Vec<String>, String> {
    let requests = workload::requests();
    let mut faults = Vec::new();
    for (of, release) in &catalogue::shipped(KUBERNETES)? {
        let mut worst: BTreeMap<String, Worst> = BTreeMap::new();
        let references: Vec<Reference<'_>> =
            release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
        let packs = reference::packs(release, Target::ValidatingAdmissionPolicy)?;
        for ((name, request), verdict) in requests.iter().zip(judged(engine, release, &requests)?) {
            let kind = kind_of(release, request)?;
            let labels = reference::labelled(&request.namespace, &[]);
            let expected = reference::expected_in_packs(&references, &packs, request, kind, &labels);
            let told: BTreeSet<&String> =
                verdict.violations.iter().map(|violation| &violation.message).collect();
            let wanted: BTreeSet<&String> = expected.texts.iter().map(|(_, text)| text).collect();
            // What has no order may be told in any words.
            let is_exact = expected.unreadable.is_empty();
            let differing = told.symmetric_difference(&wanted).filter(|_| is_exact);
            faults.extend(
                differing.map(|text| format!("{of}, {name}: engine and evaluator differ about: {text}")),
            );
            if !verdict.refused.is_empty() {
                faults.push(format!("{name}: the request reached no policy: {}", verdict.refused));
            }
            let failed = verdict.violations.iter().filter(|violation| violation.error);
            faults.extend(
                failed.map(|violation| format!("{name}: an expression failed: {}", violation.message)),
            );
            for cost in &verdict.costs {
                worst.entry(cost.policy.clone()).or_default().take(name, cost);
            }
        }
        print(of, &worst);
        faults.extend(worst.iter().flat_map(|(policy, worst)| worst.faults(policy)));
    }
    Ok(faults)
}

/// The kind that a request is about.
fn kind_of<'release>(release: &'release Release, request: &Request) -> Result<&'release Kind, String> {
    let mut kinds = release.rules.iter().flat_map(|rule| &rule.kinds);
    kinds
        .find(|kind| kind.plural == request.resource)
        .ok_or_else(|| format!("no rule governs {}", request.resource))
}

/// What all policies of a release say to the requests.
fn judged(
    engine: &mut Engine,
    release: &Release,
    requests: &[(String, Request)],
) -> Result<Vec<Verdict>, String> {
    let target = Target::ValidatingAdmissionPolicy;
    let namespaces = workload::NAMESPACES.map(|name| project::namespace(name, &[])).to_vec();
    let around = Surroundings { untyped: true, ..project::surroundings(release, namespaces) };
    engine.load(target, &catalogue::documents(release, target)?, &around)?;
    let asked: Vec<_> = requests.iter().map(|(_, request)| Request::to_json(request)).collect();
    let judged: Judged = engine.ask(&json!({
        "op": "judge", "set": target.name(), "requests": asked, "costs": true,
    }))?;
    Ok(judged.verdicts)
}

impl Worst {
    fn take(&mut self, request: &str, cost: &PolicyCost) {
        let budget = cost.verdict.max(cost.annotations);
        if budget >= self.budget.0 {
            self.budget = (budget, request.to_owned());
        }
        for (place, cost) in &cost.expressions {
            if *cost > self.expression.0 {
                self.expression = (*cost, place.clone(), request.to_owned());
            }
        }
    }

    fn faults(&self, policy: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let (cost, place, request) = &self.expression;
        if *cost > OF_EXPRESSION {
            faults.push(format!(
                "{policy}: `{place}` costs {cost} in `{request}`; at most {OF_EXPRESSION} are wanted"
            ));
        }
        let (cost, request) = &self.budget;
        if *cost > OF_POLICY {
            faults.push(format!(
                "{policy}: all expressions cost {cost} in `{request}`; at most {OF_POLICY} are wanted"
            ));
        }
        faults
    }
}

fn print(of: &str, worst: &BTreeMap<String, Worst>) {
    println!("\n{of}");
    println!("{:<24} {:<28} {:>9} {:>9}  worst in", "policy", "dearest expression", "its cost", "budget");
    for (policy, Worst { budget, expression: (cost, place, _) }) in worst {
        println!("{policy:<24} {place:<28} {cost:>9} {:>9}  {}", budget.0, budget.1);
    }
}
