//! The drawn Pods through the engines: each as a Pod, and in a Deployment, in a CronJob or while its ephemeral containers arrive.

use palisade::ir::{Kind, Release, Target};
use serde_json::{Map, Value, json};

use crate::case::{Case, Origin};
use crate::choice::Numbers;
use crate::engines::{Request, Surroundings};
use crate::judging::{Bench, Question};
use crate::oracle::in_parallel;
use crate::plan::Plan;
use crate::project;
use crate::reference::{Reference, expected_in_packs, labelled};
use crate::standard::{LEVELS, Profiles, Standard, VERSIONS};
use crate::tally::Tally;
use crate::{generate, regression, requests};

/// How many Pods of each level go through the quick targets.
const PODS: usize = 2_000;
/// How many go through ClusterPolicy, which costs some milliseconds for each rule.
const SAMPLE: usize = 100;
/// How many versions of each level the Pods are shared among.
const VERSIONS_EACH: usize = 2;
/// One in so many Pods is also judged as the API server's own types hold it.
const TYPED: usize = 4;
/// The namespace that the Pods are in.
const NAMESPACE: &str = "apps";

/// Proves that the engines agree with the evaluator.
pub fn prove(plan: &Plan, profiles: &Profiles, tally: &mut Tally) -> Result<(), String> {
    let mut bench = Bench::start(&plan.targets)?;
    for level in LEVELS {
        let versions = versions(plan, level);
        for (place, version) in versions.into_iter().enumerate() {
            let standard = Standard { level, version };
            let pods = pods(plan, place)?;
            through(&pods, standard, &profiles.release(standard)?, plan, &mut bench, tally)?;
        }
    }
    Ok(())
}

/// The newest version, and another that changes with the seed.
fn versions(plan: &Plan, level: &str) -> [&'static str; VERSIONS_EACH] {
    let (newest, others) = VERSIONS.split_last().unwrap();
    let mut numbers = Numbers::new(plan.seed, &format!("versions {level}"));
    [*newest, *numbers.pick(others).unwrap()]
}

/// The Pods of one version: a share of the drawn ones, and all that once got two verdicts.
fn pods(plan: &Plan, share: usize) -> Result<Vec<(String, Value)>, String> {
    let mut pods = regression::pods()?;
    let count = PODS / VERSIONS_EACH;
    let numbers: Vec<usize> = (share * count..(share + 1) * count).collect();
    pods.extend(in_parallel(&numbers, |number| {
        (format!("seed {}, Pod {number}", plan.seed), generate::pod(plan.seed, *number))
    }));
    Ok(pods)
}

/// Sends the Pods through each target by the policies of a release.
fn through(
    pods: &[(String, Value)],
    standard: Standard,
    release: &Release,
    plan: &Plan,
    bench: &mut Bench,
    tally: &mut Tally,
) -> Result<(), String> {
    let name = format!("{}@{}", release.profile, standard.version);
    let cases = cases(pods, release, plan)?;
    let around = project::surroundings(release, vec![project::namespace(NAMESPACE, &[])]);
    // The matrix has the types checked, rule by rule.
    let around = Surroundings { untyped: true, ..around };
    let asked: Vec<(Target, Vec<&Case>)> =
        plan.targets.iter().map(|target| (*target, cases_for(*target, &cases))).collect();
    let mut questions = Vec::new();
    for (target, cases) in &asked {
        let documents = project::documents(*target, release, release.rules.iter())?;
        questions.push(Question { target: *target, documents, around: &around, cases: cases.clone() });
    }
    for (target, said) in bench.ask(&questions) {
        match said {
            Err(fault) => tally.fault(&format!("{} {name}: {fault}", target.name())),
            Ok(answers) => {
                let asked = asked.iter().filter(|(other, _)| *other == target).flat_map(|(_, cases)| cases);
                for (case, answer) in asked.zip(&answers) {
                    tally.count(target, &name, case, answer);
                }
            }
        }
    }
    Ok(())
}

/// The cases that a target is asked: ClusterPolicy a sample, and ValidatingAdmissionPolicy those of the API server's own types too.
fn cases_for(target: Target, cases: &[Case]) -> Vec<&Case> {
    let untyped = cases.iter().filter(|case| !case.request.typed);
    match target {
        Target::ValidatingAdmissionPolicy => cases.iter().collect(),
        Target::Gatekeeper | Target::KyvernoValidatingPolicy => untyped.collect(),
        Target::KyvernoClusterPolicy => {
            let count = SAMPLE / VERSIONS_EACH;
            // An odd step, so that all forms are among the sample.
            let step = (untyped.clone().count() / count).saturating_sub(1) | 1;
            untyped.step_by(step).take(count).collect()
        }
    }
}

/// The requests, with what all rules of the release say of each.
fn cases(pods: &[(String, Value)], release: &Release, plan: &Plan) -> Result<Vec<Case>, String> {
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
    let labels = labelled(NAMESPACE, &[]);
    let kinds: Vec<Kind> = ["Pod", "Deployment", "CronJob"]
        .into_iter()
        .map(|kind| kind_of(release, kind))
        .collect::<Result<_, _>>()?;
    let numbered: Vec<(usize, &(String, Value))> = pods.iter().enumerate().collect();
    let made = in_parallel(&numbered, |(number, (origin, pod))| {
        let requests = requests_for(pod, &kinds, if plan.full { None } else { Some(*number) });
        let all = requests.into_iter().map(|(kind, request)| {
            let mut expected = expected_in_packs(&references, &[], &request, kind, &labels);
            if request.typed {
                // What isn't there may be `""` there: the same is forbidden, in other words.
                let rule = |text: String| text.split(' ').next().unwrap_or_default().to_owned();
                let texts = std::mem::take(&mut expected.texts);
                expected.unreadable.extend(texts.into_iter().map(|(action, text)| (action, rule(text))));
            }
            Case { origin: Origin::Generated(origin.clone()), request, expected }
        });
        all.collect::<Vec<Case>>()
    });
    Ok(made.into_iter().flatten().collect())
}

/// The kind of this name that the rules govern.
fn kind_of(release: &Release, name: &str) -> Result<Kind, String> {
    let mut kinds = release.rules.iter().flat_map(|rule| &rule.kinds);
    let kind = kinds.find(|kind| kind.kind == name && kind.has_pod());
    kind.cloned().ok_or_else(|| format!("no rule of {} governs the kind {name}", release.profile))
}

/// The forms in which a Pod goes through the engines: as itself, and, by its number, in one other; without a number in all others. Some
/// go as the API server's own types hold them, too.
fn requests_for<'a>(pod: &Value, kinds: &'a [Kind], number: Option<usize>) -> Vec<(&'a Kind, Request)> {
    let mut requests: Vec<(&Kind, Request)> =
        kinds.iter().map(|kind| (kind, requests::create(kind, &within(kind, pod)))).collect();
    let of_pods = &kinds[0];
    requests.push((of_pods, requests::debug(of_pods, &debugged(pod))));
    let mut typed = requests[0].clone();
    typed.1.typed = true;
    if let Some(number) = number {
        let other = 1 + number % (requests.len() - 1);
        requests = vec![requests[0].clone(), requests.swap_remove(other)];
    }
    // The API server gives host ports to a Pod in the host's network: it is another Pod then.
    let is_same = pod["spec"]["hostNetwork"] != json!(true);
    requests.extend((is_same && number.is_none_or(|number| number % TYPED == 0)).then_some(typed));
    requests
}

/// The Pod as the template of an object of this kind; as itself if it is of the kind.
fn within(kind: &Kind, pod: &Value) -> Value {
    let Some(steps) = kind.pod_template.as_ref().filter(|steps| !steps.is_empty()) else {
        return pod.clone();
    };
    let mut metadata = pod["metadata"].clone();
    for field in ["name", "namespace"] {
        metadata.as_object_mut().unwrap().shift_remove(field);
    }
    let template = json!({"metadata": metadata, "spec": pod["spec"]});
    let mut object = steps
        .iter()
        .rev()
        .fold(template, |inner, step| Value::Object(Map::from_iter([(step.clone(), inner)])));
    object["apiVersion"] = json!(kind.api_version());
    object["kind"] = json!(kind.kind);
    object["metadata"] = json!({"name": "drawn", "namespace": NAMESPACE});
    object
}

/// The Pod with an ephemeral container: if it has none, one like its first container.
fn debugged(pod: &Value) -> Value {
    let mut pod = pod.clone();
    let spec = &mut pod["spec"];
    if spec["ephemeralContainers"].as_array().is_none_or(Vec::is_empty) {
        let mut container = spec["containers"][0].clone();
        container["name"] = json!("debugger");
        spec["ephemeralContainers"] = json!([container]);
    }
    pod
}
