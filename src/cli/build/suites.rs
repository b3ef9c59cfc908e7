//! Which examples become native tests, and what is expected of them: what the evaluator says in this very environment, whose
//! parameters need not be those that the examples were written for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::bundle::suite::Case;
use crate::diagnostic::{Sources, Span};
use crate::evaluator::example::{Completed, complete_one};
use crate::evaluator::{self, CompiledRule, Judged, Request, Verdict};
use crate::ir::{Objects, Operator, Placement, Release, Rule, Target};
use crate::yaml::Node;

/// How many good examples a rule's suite has at most.
const GOOD: usize = 2;
/// The label that the API server puts on each namespace: its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// The namespace in the placement without a name, where it isn't the first.
const ELSEWHERE: &str = "elsewhere";
/// The targets that have a tool.
const TESTED: [Target; 3] =
    [Target::Gatekeeper, Target::KyvernoClusterPolicy, Target::KyvernoValidatingPolicy];

/// Whether an environment has suites: one of its targets has a tool.
pub(super) fn are_in(release: &Release) -> bool {
    TESTED.iter().any(|target| release.engines.contains_key(target))
}

/// What the suites of a rule ask, alike in each environment that has the same rule.
pub(super) fn cases(rule: &Rule) -> Vec<Case> {
    let mut chooser = Chooser::new(rule);
    chooser.choose();
    chooser.cases
}

/// An example as one object.
struct Candidate<'a> {
    about: &'a str,
    made: Completed,
}

struct Chooser<'a> {
    rule: &'a Rule,
    compiled: CompiledRule,
    candidates: Vec<Candidate<'a>>,
    cases: Vec<Case>,
}

impl<'a> Chooser<'a> {
    fn new(rule: &'a Rule) -> Self {
        let candidates = rule
            .examples
            .iter()
            .filter_map(|example| {
                let made = complete_one(rule, example).filter(is_askable)?;
                Some(Candidate { about: &example.name, made })
            })
            .collect();
        Self { rule, compiled: evaluator::compile(rule), candidates, cases: Vec::new() }
    }

    /// In the first placement an object for each check that breaks it, and some that break nothing; in the others one that breaks
    /// the rule.
    fn choose(&mut self) {
        let rule = self.rule;
        for (position, placement) in rule.placements.iter().enumerate() {
            let is_first = |(other, _): &(usize, &Placement)| *other == position;
            let is_alike = |other: &Placement| is_cluster_wide(other) == is_cluster_wide(placement);
            let mut alike = rule.placements.iter().enumerate().filter(|(_, other)| is_alike(other));
            let is_home = alike.next().as_ref().is_some_and(is_first);
            let mut broken = BTreeSet::new();
            let mut good = 0;
            for index in 0..self.candidates.len() {
                let wants_good = is_home && good < GOOD;
                if !wants_good && !self.wants_bad(&broken, is_home) {
                    break;
                }
                let Some((case, verdict)) = self.tried(index, position, placement, is_home) else { continue };
                let breaks: Vec<&str> = checks(&verdict).collect();
                let (name, is_wanted) = match breaks.iter().find(|check| !broken.contains(**check)) {
                    Some(check) => (format!("bad-{check}"), is_home || broken.is_empty()),
                    None => (format!("good-{}", good + 1), wants_good && breaks.is_empty()),
                };
                if is_wanted && self.add(case, &name, placement, is_home) {
                    good += usize::from(breaks.is_empty());
                    broken.extend(breaks.into_iter().map(str::to_owned));
                }
            }
        }
    }

    /// Whether an object would be taken that breaks a check which is none of these.
    fn wants_bad(&self, broken: &BTreeSet<String>, is_home: bool) -> bool {
        match is_home {
            true => self.rule.checks.iter().any(|check| !broken.contains(&check.id)),
            false => broken.is_empty(),
        }
    }

    /// An example in a namespace of a placement, and what the rule says of it; nothing if it can't be there, or isn't judged.
    fn tried(
        &self,
        index: usize,
        position: usize,
        placement: &Placement,
        is_home: bool,
    ) -> Option<(Case, Verdict)> {
        let candidate = self.candidates.get(index)?;
        if !placement.is_for(&candidate.made.kind) {
            return None;
        }
        let mut object = candidate.made.object.clone();
        let namespace = match is_cluster_wide(placement) {
            true => None,
            false => Some(moved(&mut object, placement, is_home)?),
        };
        let verdict = self.verdict(&object);
        if verdict.judged != Judged::Judged {
            return None;
        }
        let about = candidate.about.to_owned();
        let is_violated = verdict.denies();
        Some((
            Case { name: String::new(), about, object, namespace, placement: position, is_violated },
            verdict,
        ))
    }

    fn verdict(&self, object: &Value) -> Verdict {
        let nowhere = Span::new(Sources::new().add("example", String::new()), 0, 0);
        evaluator::judge(&self.compiled, &Request::audit(&Node::from_json(object, nowhere)))
    }

    /// Adds a case under a name that no other has. Its object is named after it, unless its own name is what the rule looks at.
    fn add(&mut self, mut case: Case, name: &str, placement: &Placement, is_home: bool) -> bool {
        case.name = match placement.suffix() {
            Some(suffix) if !is_home => format!("{name}-{suffix}"),
            Some(_) | None if !is_home => format!("{name}-{ELSEWHERE}"),
            Some(_) | None => name.to_owned(),
        };
        let mut named = case.object.clone();
        if set(&mut named, "name", &case.name).is_some() && self.verdict(&named).denies() == case.is_violated
        {
            case.object = named;
        }
        if self.cases.iter().any(|other| clash(other, &case)) {
            return false;
        }
        self.cases.push(case);
        true
    }
}

fn is_cluster_wide(placement: &Placement) -> bool {
    placement.objects == Objects::ClusterWide
}

/// Whether two cases can't stand beside each other: a tool couldn't tell them apart, or their namespace would be two.
fn clash(one: &Case, other: &Case) -> bool {
    let are_two = match (&one.namespace, &other.namespace) {
        (Some((one, labels)), Some((other, others))) => one == other && labels != others,
        (_, _) => false,
    };
    are_two || one.name == other.name || identity(one) == identity(other)
}

/// What a tool tells objects apart by.
fn identity(case: &Case) -> (Option<&Value>, Option<&str>, Option<&Value>) {
    let namespace = case.namespace.as_ref().map(|(name, _)| name.as_str());
    (case.object.get("kind"), namespace, case.object.pointer("/metadata/name"))
}

/// The checks that an object breaks.
fn checks(verdict: &Verdict) -> impl Iterator<Item = &str> {
    let denying = verdict.violations.iter().filter(|violation| violation.denies());
    denying.map(|violation| violation.check.as_str())
}

/// Whether the tools can be asked about an object: it has a name of its own.
fn is_askable(made: &Completed) -> bool {
    made.object.pointer("/metadata/name").is_some_and(Value::is_string)
}

/// Puts an object into a namespace of the placement: the one that the selector names, else its own, which in other placements than
/// the first has another name. Gives the namespace with its labels.
fn moved(
    object: &mut Value,
    placement: &Placement,
    is_home: bool,
) -> Option<(String, BTreeMap<String, String>)> {
    let own = object.pointer("/metadata/namespace").and_then(Value::as_str);
    let own = own.filter(|own| !own.is_empty()).unwrap_or("default");
    let suffix = placement.suffix();
    let elsewhere = suffix.as_deref().unwrap_or(ELSEWHERE);
    let named = placement.selector.iter().find_map(|requirement| {
        let is_name = requirement.key == NAME_LABEL && requirement.operator == Operator::In;
        requirement.values.first().filter(|_| is_name)
    });
    let name = named.map_or(if is_home { own } else { elsewhere }, String::as_str).to_owned();
    let mut labels = BTreeMap::from([(NAME_LABEL.to_owned(), name.clone())]);
    for requirement in &placement.selector {
        match requirement.operator {
            Operator::In if requirement.key != NAME_LABEL => {
                labels.insert(requirement.key.clone(), requirement.values.first()?.clone());
            }
            Operator::Exists => {
                labels.insert(requirement.key.clone(), "yes".to_owned());
            }
            Operator::In | Operator::NotIn | Operator::DoesNotExist => {}
        }
    }
    let holds = placement.selector.iter().all(|requirement| {
        let value = labels.get(&requirement.key);
        let is_among = value.is_some_and(|value| requirement.values.contains(value));
        match requirement.operator {
            Operator::In => is_among,
            Operator::NotIn => !is_among,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    });
    if !holds {
        return None;
    }
    set(object, "namespace", &name)?;
    Some((name, labels))
}

/// Sets a field of an object's metadata; nothing if it has none.
fn set(object: &mut Value, field: &str, value: &str) -> Option<()> {
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut)?;
    metadata.insert(field.to_owned(), Value::from(value));
    Some(())
}
