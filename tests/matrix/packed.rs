//! All rules of an environment in the packed layout: examples and generated objects of each rule, in each write, against all packs.
//! What a rule says must not depend on the rules that it stands together with.

use std::collections::BTreeMap;

use palisade::evaluator::example::{self, Completed};
use palisade::ir::{Action, Kind, Release, Rule, Target};
use palisade::targets::Packed;
use serde_json::Value;

use crate::case::{Case, Origin};
use crate::choice::{Choice, Numbers};
use crate::engines::Request;
use crate::judging::{Bench, Question};
use crate::project::{self, Project};
use crate::reference::{Labels, Reference, expected_in_packs, labelled, namespaces, packs};
use crate::tally::Tally;
use crate::{generate, requests};

/// How many generated objects each rule has.
const GENERATED: usize = 40;
/// One in so many cases goes to ClusterPolicy, which compiles all of a pack in each request.
const SAMPLE: usize = 8;

/// An object to be judged, of which kind, and the rule that it comes from.
struct Subject<'a> {
    rule: &'a Rule,
    kind: Kind,
    object: Value,
    origin: Origin,
}

/// Proves the packs of an environment, whatever its own layout is.
pub fn prove(
    project: &Project,
    environment: &str,
    choice: &Choice,
    bench: &mut Bench,
    tally: &mut Tally,
) -> Result<(), String> {
    let mut release = project.release(environment)?;
    let actions = [Action::Warn, Action::Deny];
    release.packed = choice.targets.iter().map(|target| (*target, actions.into())).collect();
    let name = format!("packs of {environment}");
    let places = namespaces(&release);
    let mut numbers = Numbers::new(choice.seed, &name);
    let writes = writes(&release, &places, project, choice, &mut numbers)?;
    let mut labels: BTreeMap<String, Labels> = places.into_iter().collect();
    for (_, request, _) in &writes {
        labels.entry(request.namespace.clone()).or_insert_with(|| labelled(&request.namespace, &[]));
    }
    let asked = Asked { release: &release, name: &name, writes: &writes, labels: &labels, sample: SAMPLE };
    ask(&asked, choice, bench, tally)
}

/// What is asked of the policies of a release, in the layout that it has.
pub struct Asked<'a> {
    pub release: &'a Release,
    /// What it is called among rules.
    pub name: &'a str,
    pub writes: &'a [Write],
    /// The labels of each namespace that is written into.
    pub labels: &'a BTreeMap<String, Labels>,
    /// One in so many cases goes to ClusterPolicy.
    pub sample: usize,
}

/// Asks each target.
pub fn ask(asked: &Asked<'_>, choice: &Choice, bench: &mut Bench, tally: &mut Tally) -> Result<(), String> {
    let Asked { release, name, writes, labels, sample } = *asked;
    let existing = labels.iter().filter(|(name, _)| !name.is_empty()).map(|(name, labels)| {
        let labels: Vec<(&str, &str)> =
            labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        project::namespace(name, &labels)
    });
    let around = project::surroundings(release, existing.collect());
    let offset = Numbers::new(choice.seed, name).below(sample);
    let mut known: Vec<(Policies, Vec<Case>)> = Vec::new();
    let mut asked = Vec::new();
    for target in &choice.targets {
        let packs = packs(release, *target)?;
        let mut documents = project::documents(*target, release, release.rules.iter())?;
        documents.extend(project::guard(*target, release)?);
        for packed in &packs {
            documents.extend(project::read(&packed.artefacts)?);
        }
        let policies: Policies =
            packs.iter().map(|packed| (packed.suffix.clone(), packed.rules.clone())).collect();
        let place = known.iter().position(|(other, _)| *other == policies).unwrap_or_else(|| {
            known.push((policies, cases(release, &packs, writes, labels)));
            known.len() - 1
        });
        asked.push((*target, documents, place));
    }
    let taken = |target: Target, place: usize| {
        let is_slow = target == Target::KyvernoClusterPolicy && !choice.full;
        let is_taken = move |index: usize| !is_slow || index % sample == offset;
        known[place].1.iter().enumerate().filter(move |(index, _)| is_taken(*index)).map(|(_, case)| case)
    };
    let questions = asked.iter().map(|(target, documents, place)| Question {
        target: *target,
        documents: documents.clone(),
        around: &around,
        cases: taken(*target, *place).collect(),
    });
    for (target, said) in bench.ask(&questions.collect::<Vec<_>>()) {
        let of_target = asked.iter().filter(|(other, _, _)| *other == target);
        match said {
            Err(fault) => tally.fault(&format!("{} {name}: {fault}", target.name())),
            Ok(answers) => {
                for (case, answer) in
                    of_target.flat_map(|(target, _, place)| taken(*target, *place)).zip(&answers)
                {
                    tally.count(target, name, case, answer);
                }
            }
        }
    }
    Ok(())
}

/// Which rules stand together, place by place.
type Policies = Vec<(Option<Option<String>>, Vec<String>)>;

/// A request about an object of a kind, and where it comes from.
pub type Write = (Kind, Request, Origin);

/// The requests with what must come of them.
fn cases(
    release: &Release,
    packs: &[Packed],
    writes: &[Write],
    labels: &BTreeMap<String, Labels>,
) -> Vec<Case> {
    let references: Vec<Reference<'_>> =
        release.rules.iter().map(|rule| Reference::new(release, rule)).collect();
    let case = |(kind, request, origin): &Write| Case {
        origin: origin.clone(),
        request: request.clone(),
        expected: expected_in_packs(&references, packs, request, kind, &labels[&request.namespace]),
    };
    writes.iter().map(case).collect()
}

/// Every example in its making and in one other write, generated objects in one of them; each sometimes in a namespace that the
/// environment tells apart.
fn writes(
    release: &Release,
    places: &[(String, Labels)],
    project: &Project,
    choice: &Choice,
    numbers: &mut Numbers,
) -> Result<Vec<Write>, String> {
    let mut writes = Vec::new();
    for rule in &release.rules {
        let written = written(project, rule, numbers)?;
        let generated = generated(rule, &written, choice, numbers);
        for mut subject in written.into_iter().chain(generated) {
            let place = numbers.pick(places);
            if let (true, true, Some((name, _))) = (subject.kind.namespaced, numbers.below(4) == 0, place) {
                subject.object["metadata"]["namespace"] = Value::from(name.as_str());
            }
            let made = requests::create(&subject.kind, &subject.object);
            let others = requests::others(subject.rule, &subject.kind, &subject.object);
            let other = numbers.pick(&others).map(|(request, _)| request.clone());
            let is_written = matches!(subject.origin, Origin::Written(_));
            let both = match (is_written, numbers.below(2)) {
                (true, _) => vec![Some(made), other],
                (false, 0) => vec![Some(made)],
                (false, _) => vec![other],
            };
            let both = both.into_iter().flatten();
            writes.extend(both.map(|request| (subject.kind.clone(), request, subject.origin.clone())));
        }
    }
    Ok(writes)
}

/// The examples of a rule in all settings of its parameters, as a Pod and as one other kind.
fn written<'a>(project: &Project, rule: &'a Rule, numbers: &mut Numbers) -> Result<Vec<Subject<'a>>, String> {
    let mut subjects = Vec::new();
    for release in project.proofs(&rule.id)? {
        for proved in &release.rules {
            for written in &proved.examples {
                let mut completed = example::complete(proved, written);
                let is_pod =
                    |completed: &Completed| completed.kind.pod_template.as_ref().is_some_and(Vec::is_empty);
                let pod = completed.iter().position(is_pod).map(|place| completed.swap_remove(place));
                let other = numbers.pick(&completed).cloned();
                subjects.extend([pod, other].into_iter().flatten().map(|made| Subject {
                    rule,
                    kind: made.kind,
                    object: made.object,
                    origin: Origin::Written(format!("{} {}", rule.id, written.name)),
                }));
            }
        }
    }
    Ok(subjects)
}

/// Objects made out of these along the edges of what the rule reads.
fn generated<'a>(
    rule: &'a Rule,
    written: &[Subject<'_>],
    choice: &Choice,
    numbers: &mut Numbers,
) -> Vec<Subject<'a>> {
    let mut examples: BTreeMap<&Kind, Vec<Value>> = BTreeMap::new();
    for subject in written {
        examples.entry(&subject.kind).or_default().push(subject.object.clone());
    }
    let most = if choice.full { GENERATED * 20 } else { GENERATED };
    let share = most / examples.len().max(1);
    let mut subjects = Vec::new();
    for (kind, examples) in examples {
        let objects = generate::objects(rule, kind, &examples, share, numbers);
        subjects.extend(objects.into_iter().map(|generated| Subject {
            rule,
            kind: kind.clone(),
            object: generated.object,
            origin: Origin::Generated(format!("{}: {}", rule.id, generated.how)),
        }));
    }
    subjects
}
