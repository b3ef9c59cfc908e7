//! The workload of each set through all rules of `eks-auto-mode`, which deny: with the set adopted and without, and by others than
//! those whom the set is for.

use std::collections::BTreeMap;

use palisade::ir::{Kind, Release};
use palisade::model::ExemptionSet;
use serde_json::{Value, json};

use crate::case::{Case, Expected, Origin};
use crate::choice::Choice;
use crate::engines::Request;
use crate::judging::{Bench, Question};
use crate::project::{self, Project};
use crate::reference::{Labels, Reference, expected_in_packs, labelled};
use crate::requests;
use crate::tally::Tally;

/// The project whose sets are proved.
const PROJECT: &str = "policies";
/// The environment, before the exemptions that it grants.
const ENVIRONMENT: &str = r#"
name: sets
description: Everything denies
kubernetes: "1.33"
targets:
  kyverno-cluster-policy: {from: "1.17", to: "1.19"}
  kyverno-validating-policy: {from: "1.17", to: "1.19"}
  gatekeeper: {from: "3.19", to: "3.23"}
  validating-admission-policy: {from: "1.33", to: "1.37"}
profile: eks-auto-mode
namespaces: [{name: everywhere, action: deny}]
left_out: {shipped: false}
rules: {IMG-001: {parameters: {allowed: [docker.io, public.ecr.aws, quay.io]}}}
exemptions: "#;
/// The name that the sets have among rules.
const NAME: &str = "the sets";

/// Proves the sets: once with all of them adopted, once with none.
pub fn prove(choice: &Choice, bench: &mut Bench, tally: &mut Tally) -> Result<(), String> {
    let shipped = Project::read(PROJECT)?.ok_or("there is no project")?;
    let sets: Vec<&ExemptionSet> = shipped.sets().collect();
    for adopted in [true, false] {
        let project = adopting(&sets, adopted)?;
        let release = project.release("sets")?;
        let cases = cases(&release, &sets, adopted, tally)?;
        judge(&release, &cases, choice, bench, tally)?;
    }
    Ok(())
}

/// The project with an exemption for each set, which the environment grants or doesn't.
fn adopting(sets: &[&ExemptionSet], granted: bool) -> Result<Project, String> {
    let names: Vec<String> = sets.iter().map(|set| set.id.to_lowercase()).collect();
    let mut files: Vec<(String, String)> = sets
        .iter()
        .zip(&names)
        .map(|(set, name)| {
            let text = format!(
                "name: {name}\nowner: platform\napproved_by: security\nreason: A test\nticket: TEST-1\n\
                 created: \"2026-11-27\"\nexpires: \"2027-11-27\"\nadopts: {}\n",
                set.id
            );
            (format!("exemptions/sets/{name}.yaml"), text)
        })
        .collect();
    let list = if granted { names.join(", ") } else { String::new() };
    files.push(("environments/sets.yaml".to_owned(), format!("{ENVIRONMENT}[{list}]\n")));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::read_with(PROJECT, &files)?.ok_or_else(|| "there is no project".to_owned())
}

/// The requests, each with what the evaluator says; it must let in exactly what adopts its set.
fn cases(
    release: &Release,
    sets: &[&ExemptionSet],
    adopted: bool,
    tally: &mut Tally,
) -> Result<Vec<Case>, String> {
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
    let mut cases = Vec::new();
    for set in sets {
        for (what, is_its_own, kind, request) in requests_of(release, set)? {
            let labels: Labels = labelled(&request.namespace, &[]);
            let expected = expected_in_packs(&references, &[], &request, &kind, &labels);
            if is_refused(&expected) == (is_its_own && adopted) {
                tally.fault(&format!(
                    "{}, {what}: adopted: {adopted}, and the evaluator says {expected}",
                    set.id
                ));
            }
            cases.push(Case { origin: Origin::Written(format!("{} {what}", set.id)), request, expected });
        }
    }
    Ok(cases)
}

fn is_refused(expected: &Expected) -> bool {
    !expected.texts.is_empty() || !expected.unreadable.is_empty()
}

/// The workload as a Pod and as a DaemonSet, and what is like it and isn't it; each with whether the set is for it.
fn requests_of(
    release: &Release,
    set: &ExemptionSet,
) -> Result<Vec<(&'static str, bool, Kind, Request)>, String> {
    let (pod, daemon_set) = (kind(release, "Pod")?, kind(release, "DaemonSet")?);
    let namespace = set.identity.namespace.as_deref().unwrap_or_default();
    let labels = json!({"app": "node"});
    let of_pod = |spec: &Value, namespace: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "node", "namespace": namespace}, "spec": spec});
    let of_daemon_set = json!({
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "node", "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": set.pod}},
    });
    let mut other_account = set.pod.clone();
    other_account["serviceAccountName"] = json!("default");
    let mut with_shell = set.pod.clone();
    let shell = json!({"name": "shell", "image": "public.ecr.aws/acme/shell:1"});
    if let Some(containers) = with_shell["containers"].as_array_mut() {
        containers.push(shell.clone());
    }
    let mut debugged = set.pod.clone();
    debugged["ephemeralContainers"] = json!([shell]);
    let create = |object: &Value| requests::create(&pod, object);
    let debugging = Request {
        operation: "UPDATE",
        subresource: "ephemeralcontainers",
        object: of_pod(&debugged, namespace),
        old_object: of_pod(&set.pod, namespace),
        ..create(&of_pod(&set.pod, namespace))
    };
    Ok(vec![
        ("as a Pod", true, pod.clone(), create(&of_pod(&set.pod, namespace))),
        ("as a DaemonSet", true, daemon_set.clone(), requests::create(&daemon_set, &of_daemon_set)),
        ("in another namespace", false, pod.clone(), create(&of_pod(&set.pod, "team-a"))),
        ("with another service account", false, pod.clone(), create(&of_pod(&other_account, namespace))),
        ("with a foreign container", false, pod.clone(), create(&of_pod(&with_shell, namespace))),
        ("with a foreign debug container", false, pod.clone(), debugging),
    ])
}

fn kind(release: &Release, name: &str) -> Result<Kind, String> {
    let kinds = release.rules.iter().flat_map(|rule| &rule.kinds);
    kinds.into_iter().find(|kind| kind.kind == name).cloned().ok_or(format!("no rule governs {name}"))
}

fn judge(
    release: &Release,
    cases: &[Case],
    choice: &Choice,
    bench: &mut Bench,
    tally: &mut Tally,
) -> Result<(), String> {
    let namespaces: BTreeMap<&str, Value> = cases
        .iter()
        .map(|case| case.request.namespace.as_str())
        .map(|name| (name, project::namespace(name, &[])))
        .collect();
    let around = project::surroundings(release, namespaces.into_values().collect());
    let mut questions = Vec::new();
    for target in &choice.targets {
        let documents = project::documents(*target, release, release.rules.iter())?;
        questions.push(Question {
            target: *target,
            documents,
            around: &around,
            cases: cases.iter().collect(),
        });
    }
    for (target, said) in bench.ask(&questions) {
        match said {
            Err(fault) => tally.fault(&format!("{} {NAME}: {fault}", target.name())),
            Ok(answers) => {
                for (case, answer) in cases.iter().zip(&answers) {
                    tally.count(target, NAME, case, answer);
                }
            }
        }
    }
    Ok(())
}
