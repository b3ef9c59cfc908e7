//! One rule, in each setting of parameters that its examples have: its examples, what is generated from them, and past failures,
//! through every engine.

use std::collections::BTreeMap;

use palisade::evaluator::example::{self, Completed};
use palisade::ir::{Kind, Release, Rule, Target};
use serde_json::Value;

use crate::case::{Case, Expected, Origin};
use crate::choice::{Choice, Numbers};
use crate::engines::Request;
use crate::judging::{Bench, Question};
use crate::project::{self, Project};
use crate::reference::Reference;
use crate::requests::{self, Must};
use crate::tally::Tally;
use crate::{generate, regression};

/// How many generated objects a rule has for each of the quick targets.
const GENERATED: usize = 350;
/// How many of them go to ClusterPolicy, which costs some milliseconds for each.
const SAMPLE: usize = 45;
/// One in so many generated objects is also judged in other writes than its making.
const OTHER_WRITES: usize = 4;

/// Proves one rule.
pub fn prove(
    project: &Project,
    id: &str,
    choice: &Choice,
    bench: &mut Bench,
    tally: &mut Tally,
) -> Result<(), String> {
    let releases = project.proofs(id)?;
    let share = releases.len().max(1);
    for (index, release) in releases.iter().enumerate() {
        let Some(rule) = release.rules.first() else { continue };
        let mut cases =
            Cases { reference: Reference::new(release, rule), rule, cases: Vec::new(), faults: Vec::new() };
        cases.written();
        let mut numbers = Numbers::new(choice.seed, &format!("{id} {index}"));
        cases.generated(
            if choice.full { usize::MAX / 8 } else { GENERATED / share },
            choice.full,
            &mut numbers,
        );
        if index == 0 {
            cases.regressions()?;
        }
        for fault in &cases.faults {
            tally.fault(&format!("{id}: {fault}"));
        }
        let sample = if choice.full { usize::MAX } else { SAMPLE / share };
        judge(release, rule, &cases.cases, sample, choice, bench, tally)?;
    }
    Ok(())
}

/// Sends the cases to each engine, and counts the answers.
fn judge(
    release: &Release,
    rule: &Rule,
    cases: &[Case],
    sample: usize,
    choice: &Choice,
    bench: &mut Bench,
    tally: &mut Tally,
) -> Result<(), String> {
    let mut namespaces: Vec<&str> =
        cases.iter().map(|case| case.request.namespace.as_str()).filter(|name| !name.is_empty()).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let around = project::surroundings(
        release,
        namespaces.into_iter().map(|name| project::namespace(name, &[])).collect(),
    );
    let mut questions = Vec::new();
    for target in &choice.targets {
        let documents = project::documents(*target, release, std::iter::once(rule))?;
        questions.push(Question {
            target: *target,
            documents,
            around: &around,
            cases: cases_for(*target, cases, sample),
        });
    }
    for (target, said) in bench.ask(&questions) {
        match said {
            Err(fault) => tally.fault(&format!("{} {}: {fault}", target.name(), rule.id)),
            Ok(answers) => {
                for (case, answer) in cases_for(target, cases, sample).into_iter().zip(&answers) {
                    tally.count(target, &rule.id, case, answer);
                }
            }
        }
    }
    Ok(())
}

/// The cases that a target is asked: ClusterPolicy a sample of the generated ones.
fn cases_for(target: Target, cases: &[Case], sample: usize) -> Vec<&Case> {
    let mut generated = 0;
    cases
        .iter()
        .filter(|case| {
            let is_generated = matches!(case.origin, Origin::Generated(_));
            generated += usize::from(is_generated);
            let fits = target == Target::ValidatingAdmissionPolicy || !case.request.typed;
            fits && (target != Target::KyvernoClusterPolicy || !is_generated || generated <= sample)
        })
        .collect()
}

/// The cases of a rule in one release, growing.
struct Cases<'a> {
    reference: Reference<'a>,
    rule: &'a Rule,
    cases: Vec<Case>,
    faults: Vec<String>,
}

impl Cases<'_> {
    /// Every example in each kind that can carry it, in every write.
    fn written(&mut self) {
        for example in &self.rule.examples {
            for mismatch in example::prove(self.rule, example) {
                self.faults.push(format!("example `{}`: {mismatch}", example.name));
            }
            for Completed { kind, object } in example::complete(self.rule, example) {
                let origin = Origin::Written(example.name.clone());
                let made = requests::create(&kind, &object);
                let created = self.expected(&kind, &made);
                self.writes(&kind, &object, &origin, &created, |_| true);
                if is_built_in(&kind) {
                    let request = Request { typed: true, ..made.clone() };
                    self.cases.push(Case { origin: origin.clone(), request, expected: created.clone() });
                }
                self.cases.push(Case { origin, request: made, expected: created });
            }
        }
    }

    /// Objects made out of the examples, in order of chance.
    fn generated(&mut self, most: usize, every_kind: bool, numbers: &mut Numbers) {
        let mut examples: BTreeMap<Kind, Vec<Value>> = BTreeMap::new();
        for example in &self.rule.examples {
            for Completed { kind, object } in example::complete(self.rule, example) {
                examples.entry(kind).or_default().push(object);
            }
        }
        let kinds: Vec<Kind> = examples.keys().cloned().collect();
        let chosen = if every_kind { kinds } else { chosen_kinds(kinds, numbers) };
        let mut made = Vec::new();
        for kind in &chosen {
            let objects = generate::objects(self.rule, kind, &examples[kind], most / chosen.len(), numbers);
            made.extend(objects.into_iter().map(|generated| (kind, generated)));
        }
        numbers.shuffle(&mut made);
        for (kind, generated) in made {
            let origin = Origin::Generated(generated.how);
            let request = requests::create(kind, &generated.object);
            let created = self.expected(kind, &request);
            if numbers.below(OTHER_WRITES) == 0 {
                let chance = numbers.below(2);
                self.writes(kind, &generated.object, &origin, &created, |index| index % 2 == chance);
            }
            self.cases.push(Case { origin, request, expected: created });
        }
    }

    /// What once went wrong.
    fn regressions(&mut self) -> Result<(), String> {
        for past in regression::of(&self.rule.id)? {
            let Some(kind) = self.rule.kinds.iter().find(|kind| past.is_of(kind)) else {
                self.faults.push(format!("{}: the rule governs no such kind", past.file));
                continue;
            };
            let request = past.request(kind);
            let expected = self.expected(kind, &request);
            self.cases.push(Case { origin: Origin::Regression(past.file), request, expected });
        }
        Ok(())
    }

    /// The other writes of an object, with what the design says of them.
    fn writes(
        &mut self,
        kind: &Kind,
        object: &Value,
        origin: &Origin,
        created: &Expected,
        wanted: impl Fn(usize) -> bool,
    ) {
        for (index, (request, must)) in requests::others(self.rule, kind, object).into_iter().enumerate() {
            if !wanted(index) {
                continue;
            }
            let expected = self.expected(kind, &request);
            let right = match must {
                Must::BeLikeCreate => expected == *created,
                Must::Pass => expected == Expected::default(),
            };
            if !right {
                self.faults.push(format!(
                    "the evaluator says of {} of {} ({origin:?}), where {must:?} holds: {expected}",
                    request.operation, request.resource
                ));
            }
            self.cases.push(Case { origin: origin.clone(), request, expected });
        }
    }

    fn expected(&self, kind: &Kind, request: &Request) -> Expected {
        self.reference.expected(request, |placement| placement.is_for(kind))
    }
}

/// Whether the API server reads objects of this kind into a type of its own.
fn is_built_in(kind: &Kind) -> bool {
    !kind.group.contains('.') || kind.group.ends_with(".k8s.io")
}

/// Pods and one kind that makes them; every kind that has no Pod.
fn chosen_kinds(kinds: Vec<Kind>, numbers: &mut Numbers) -> Vec<Kind> {
    let is_pod = |kind: &Kind| kind.pod_template.as_ref().is_some_and(Vec::is_empty);
    let (makers, mut chosen): (Vec<Kind>, Vec<Kind>) =
        kinds.into_iter().partition(|kind| kind.has_pod() && !is_pod(kind));
    chosen.extend(numbers.pick(&makers).cloned());
    chosen
}
