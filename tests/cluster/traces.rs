//! What engines leave behind beside their answers: the annotations of ValidatingAdmissionPolicies in the API server's audit log, the
//! details of violations in Gatekeeper's log. In both layouts they must be what the evaluator says.

use std::collections::{BTreeMap, BTreeSet};

use palisade::evaluator::Verdict;
use palisade::ir::{Release, Rule, Target};
use palisade::targets::Packed;
use serde_json::Value;

use crate::reference::{Labels, Reference, exempted_by, pack_of};
use crate::rig::Cluster;
use crate::verdicts::Case;

/// The annotations that are compared, by the end of their keys; a policy's name stands before it.
const ANNOTATIONS: [&str; 3] = ["severity", "rules", "exempted"];
/// The process whose log has details.
const GATEKEEPER: &str = "gatekeeper";
/// What stands before a denial in that log.
const DENIED: &str = "denied admission: ";

/// Annotations without the name of their policy, each with its value; several policies can have the same.
type Annotations = Vec<(String, String)>;
/// A kind, the name of an object of it, and a rule that is violated.
type Detail = (String, String, String);

/// Where the logs end.
pub struct Logs {
    api_server: usize,
    gatekeeper: usize,
}

/// What the policies on the cluster are made from.
#[derive(Clone, Copy)]
pub struct Made<'a> {
    pub release: &'a Release,
    pub packs: &'a [Packed],
    /// The labels of each namespace.
    pub labels: &'a BTreeMap<String, Labels>,
}

impl Logs {
    /// As they are now.
    pub fn now(cluster: &Cluster) -> Result<Self, String> {
        Ok(Self { api_server: cluster.audit_log()?.len(), gatekeeper: cluster.log(GATEKEEPER).len() })
    }

    /// How the traces of these writes differ from what the evaluator says; each has its id in the audit log, but for those that came to no
    /// policy. Nothing else was asked since, and only this target; some targets leave no traces here.
    pub fn differences(
        &self,
        cluster: &Cluster,
        target: Target,
        (cases, audit_ids): (&[Case<'_>], &[Option<String>]),
        made: Made<'_>,
    ) -> Result<Vec<String>, String> {
        let references: Vec<Reference<'_>> =
            made.release.rules.iter().map(|rule| Reference::new(made.release, rule)).collect();
        let asked = cases.iter().zip(audit_ids).filter_map(|(case, id)| Some((case, id.as_ref()?)));
        match target {
            Target::ValidatingAdmissionPolicy => {
                let log = cluster.audit_log()?;
                let said = said_by_api_server(log.get(self.api_server..).unwrap_or_default());
                let differing = asked.filter_map(|(case, id)| {
                    let (said, meant) = (said.get(id), annotations(&judged(&references, case, made)));
                    let name = case.name();
                    (said != Some(&meant))
                        .then(|| format!("{name}\nthe evaluator: {meant:?}\nthe audit log: {said:?}"))
                });
                Ok(differing.collect())
            }
            Target::Gatekeeper => {
                let log = cluster.log(GATEKEEPER);
                let log = log.get(self.gatekeeper..).unwrap_or_default();
                let (said, mut faults) = said_by_gatekeeper(log, !made.packs.is_empty());
                let meant: BTreeSet<Detail> =
                    asked.flat_map(|(case, _)| details(case, &judged(&references, case, made))).collect();
                let tells = |detail: &Detail| if said.contains(detail) { "tells" } else { "doesn't tell" };
                let differing = said.symmetric_difference(&meant);
                faults.extend(
                    differing.map(|detail| format!("Gatekeeper's log {} of {detail:?}", tells(detail))),
                );
                Ok(faults)
            }
            Target::KyvernoClusterPolicy | Target::KyvernoValidatingPolicy => Ok(Vec::new()),
        }
    }
}

/// What one rule says of a write, and in which pack it stands.
struct Judged<'a> {
    pack: Option<usize>,
    rule: &'a Rule,
    verdict: Verdict,
}

/// The rules that judge a write.
fn judged<'a>(references: &[Reference<'a>], case: &Case<'_>, made: Made<'_>) -> Vec<Judged<'a>> {
    let none = Labels::new();
    let labels = made.labels.get(&case.subject.namespace).unwrap_or(&none);
    let of_rule = |reference: &Reference<'a>| {
        let (placement, verdict) = reference.judged_in(&case.request, &case.subject.kind, labels)?;
        let rule = reference.rule;
        Some(Judged { pack: pack_of(made.packs, rule, placement), rule, verdict })
    };
    references.iter().filter_map(of_rule).collect()
}

/// The annotations that policies leave, sorted.
fn annotations(judged: &[Judged<'_>]) -> Annotations {
    let mut annotations = Annotations::new();
    let mut violated: BTreeMap<usize, Vec<&Rule>> = BTreeMap::new();
    for Judged { pack, rule, verdict } in judged {
        let prefix = pack.map(|_| format!("{}: ", rule.id)).unwrap_or_default();
        let exempted = exempted_by(verdict).into_iter();
        annotations.extend(exempted.map(|name| ("exempted".to_owned(), format!("{prefix}{name}"))));
        match pack {
            _ if !verdict.denies() => {}
            Some(pack) => violated.entry(*pack).or_default().push(rule),
            None => annotations.push(("severity".to_owned(), rule.severity.name().to_owned())),
        }
    }
    for rules in violated.into_values() {
        let worst = rules.iter().map(|rule| rule.severity).max();
        annotations.extend(worst.map(|worst| ("severity".to_owned(), worst.name().to_owned())));
        let ids = rules.iter().map(|rule| ("rules".to_owned(), rule.id.clone()));
        annotations.extend(ids);
    }
    annotations.sort();
    annotations
}

/// The annotations of each event, by its id; a list is taken apart.
fn said_by_api_server(log: &str) -> BTreeMap<String, Annotations> {
    let mut said = BTreeMap::new();
    for event in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let mut annotations = Annotations::new();
        for (key, value) in event["annotations"].as_object().into_iter().flatten() {
            let name = key.rsplit_once('/').map(|(_, name)| name).unwrap_or_default();
            if ANNOTATIONS.contains(&name) && key.starts_with("palisade-") {
                let values = value.as_str().unwrap_or_default().split(", ");
                annotations.extend(values.map(|value| (name.to_owned(), value.to_owned())));
            }
        }
        annotations.sort();
        said.insert(event["auditID"].as_str().unwrap_or_default().to_owned(), annotations);
    }
    said
}

/// What Gatekeeper must tell of a write.
fn details(case: &Case<'_>, judged: &[Judged<'_>]) -> Vec<Detail> {
    let violated = judged.iter().filter(|judged| judged.verdict.denies());
    let (kind, name) = (&case.request.kind, &case.request.name);
    violated.map(|judged| (kind.clone(), name.clone(), judged.rule.id.clone())).collect()
}

/// What Gatekeeper tells, and the lines whose details aren't those of their text. In the packed layout the details name the rule, for the
/// constraint doesn't.
fn said_by_gatekeeper(log: &str, is_packed: bool) -> (BTreeSet<Detail>, Vec<String>) {
    let (mut said, mut faults) = (BTreeSet::new(), Vec::new());
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let Some(text) = line["msg"].as_str().and_then(|text| text.strip_prefix(DENIED)) else { continue };
        let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rule = text.split(' ').next().unwrap_or_default();
        let is_named = !is_packed || line["details"]["rule"] == rule;
        let is_told = line["details"]["violations"].as_array().is_some_and(|told| !told.is_empty());
        if !is_named || !is_told {
            faults.push(format!("Gatekeeper's details aren't those of its text: {line}"));
        }
        said.insert((text_of(&line["resource_kind"]), text_of(&line["resource_name"]), rule.to_owned()));
    }
    (said, faults)
}
