//! The drawn Pods through the engines: each as a Pod, in a Deployment, in a CronJob and while its ephemeral containers arrive; two of
//! these forms are judged by a policy for each rule, two by packed ones.

use palisade::ir::{Action, Kind, Release, Target};
use palisade::targets::Packed;
use serde_json::{Map, Value, json};

use crate::case::{Case, Origin};
use crate::choice::Numbers;
use crate::engines::{Request, Surroundings};
use crate::judging::{Bench, Question};
use crate::oracle::in_parallel;
use crate::plan::Plan;
use crate::project;
use crate::reference::{Reference, expected_in_packs, labelled, packs};
use crate::standard::{LEVELS, Profiles, Standard, VERSIONS};
use crate::tally::Tally;
use crate::{generate, regression, requests};

/// How many Pods of each level go through the quick targets.
const PODS: usize = 2_000;
/// How many go through ClusterPolicy, which compiles all it is given in each request: one for each rule, and packed.
const SAMPLE: usize = 100;
const PACKED_SAMPLE: usize = 300;
/// How many versions of each level the Pods are shared among.
const VERSIONS_EACH: usize = 2;
/// One in so many Pods is also judged as the API server's own types hold it.
const TYPED: usize = 4;
/// The namespace that the Pods are in.
const NAMESPACE: &str = "apps";

/// How the policies are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// A policy for each rule.
    PerRule,
    /// One for all rules.
    Packed,
}

/// Proves that the engines agree with the evaluator.
pub fn prove(plan: &Plan, profiles: &Profiles, tally: &mut Tally) -> Result<(), String> {
    let mut bench = Bench::start(&plan.targets)?;
    for level in LEVELS {
        let versions = versions(plan, level);
        for (place, version) in versions.into_iter().enumerate() {
            let standard = Standard { level, version };
            let pods = pods(plan, place)?;
            for layout in [Layout::PerRule, Layout::Packed] {
                through(&pods, standard, profiles.release(standard)?, layout, plan, &mut bench, tally)?;
            }
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
    mut release: Release,
    layout: Layout,
    plan: &Plan,
    bench: &mut Bench,
    tally: &mut Tally,
) -> Result<(), String> {
    let word = match layout {
        Layout::PerRule => "",
        Layout::Packed => " packed",
    };
    let name = format!("{}@{}{word}", release.profile, standard.version);
    if layout == Layout::Packed {
        release.packed = plan.targets.iter().map(|target| (*target, [Action::Deny].into())).collect();
    }
    let around = project::surroundings(&release, vec![project::namespace(NAMESPACE, &[])]);
    // The matrix has the types checked, rule by rule.
    let around = Surroundings { untyped: true, ..around };
    let mut asked: Vec<(Target, Vec<Value>, Vec<Case>)> = Vec::new();
    for target in &plan.targets {
        let packs = packs(&release, *target)?;
        let mut documents = project::documents(*target, &release, release.rules.iter())?;
        for packed in &packs {
            documents.extend(project::read(&packed.artefacts)?);
        }
        let cases = cases(pods, &release, &packs, layout, plan)?;
        asked.push((*target, documents, cases_for(*target, layout, cases)));
    }
    let questions = asked.iter().map(|(target, documents, cases)| Question {
        target: *target,
        documents: documents.clone(),
        around: &around,
        cases: cases.iter().collect(),
    });
    for (target, said) in bench.ask(&questions.collect::<Vec<_>>()) {
        match said {
            Err(fault) => tally.fault(&format!("{} {name}: {fault}", target.name())),
            Ok(answers) => {
                let asked =
                    asked.iter().filter(|(other, _, _)| *other == target).flat_map(|(_, _, cases)| cases);
                for (case, answer) in asked.zip(&answers) {
                    tally.count(target, &name, case, answer);
                }
            }
        }
    }
    Ok(())
}

/// The cases that a target is asked: ClusterPolicy a sample, and ValidatingAdmissionPolicy those of the API server's own types too.
fn cases_for(target: Target, layout: Layout, cases: Vec<Case>) -> Vec<Case> {
    let sample = match layout {
        Layout::PerRule => SAMPLE / VERSIONS_EACH,
        Layout::Packed => PACKED_SAMPLE / VERSIONS_EACH,
    };
    let untyped: Vec<Case> = match target {
        Target::ValidatingAdmissionPolicy => return cases,
        Target::Gatekeeper | Target::KyvernoValidatingPolicy | Target::KyvernoClusterPolicy => {
            cases.into_iter().filter(|case| !case.request.typed).collect()
        }
    };
    if target != Target::KyvernoClusterPolicy {
        return untyped;
    }
    // An odd step, so that all forms are among the sample.
    let step = (untyped.len() / sample).saturating_sub(1) | 1;
    untyped.into_iter().step_by(step).take(sample).collect()
}

/// The requests, with what all rules of the release say of each.
fn cases(
    pods: &[(String, Value)],
    release: &Release,
    packs: &[Packed],
    layout: Layout,
    plan: &Plan,
) -> Result<Vec<Case>, String> {
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
    let labels = labelled(NAMESPACE, &[]);
    let kinds: Vec<Kind> = ["Pod", "Deployment", "CronJob"]
        .into_iter()
        .map(|kind| kind_of(release, kind))
        .collect::<Result<_, _>>()?;
    let numbered: Vec<(usize, &(String, Value))> = pods.iter().enumerate().collect();
    let made = in_parallel(&numbered, |(number, (origin, pod))| {
        let requests = requests_for(pod, &kinds, if plan.full { None } else { Some(*number) }, layout);
        let all = requests.into_iter().map(|(kind, request)| {
            let mut expected = expected_in_packs(&references, packs, &request, kind, &labels);
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

/// The forms in which a Pod goes through the engines: by policies for each rule as itself and, by its number, in one other form; by
/// packed ones in the two that are left; without a number in all. Some go as the API server's own types hold them, too.
fn requests_for<'a>(
    pod: &Value,
    kinds: &'a [Kind],
    number: Option<usize>,
    layout: Layout,
) -> Vec<(&'a Kind, Request)> {
    let mut requests: Vec<(&Kind, Request)> =
        kinds.iter().map(|kind| (kind, requests::create(kind, &within(kind, pod)))).collect();
    let of_pods = &kinds[0];
    requests.push((of_pods, requests::debug(of_pods, &debugged(pod))));
    let mut typed = requests[0].clone();
    typed.1.typed = true;
    if let Some(number) = number {
        let other = requests.remove(1 + number % (requests.len() - 1));
        requests = match layout {
            Layout::PerRule => vec![requests.swap_remove(0), other],
            Layout::Packed => requests.split_off(1),
        };
    }
    // The API server gives host ports to a Pod in the host's network: it is another Pod then.
    let is_same = pod["spec"]["hostNetwork"] != json!(true);
    let is_typed = layout == Layout::PerRule && number.is_none_or(|number| number % TYPED == 0);
    requests.extend((is_same && is_typed).then_some(typed));
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
