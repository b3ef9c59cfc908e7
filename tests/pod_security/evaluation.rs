//! What the evaluator says of Pods: for each standard, the checks of the library's that are violated.

use std::collections::{BTreeMap, BTreeSet};

use palisade::diagnostic::{Sources, Span};
use palisade::evaluator::{self, CompiledRule, Operation, Request, UNREADABLE};
use palisade::ir::{Release, Rule};
use palisade::yaml::Node;
use serde_json::Value;

use crate::standard::{Profiles, Standard};

/// The rules of all standards, each that is another but once.
pub struct Evaluation {
    rules: Vec<Asked>,
    /// The rules of each standard, by their places.
    of: BTreeMap<Standard, Vec<usize>>,
}

/// A rule, and what its checks stand for.
struct Asked {
    rule: CompiledRule,
    stands_for: BTreeMap<String, Vec<String>>,
}

/// What each of the rules says of a Pod: the checks of the library's that it finds violated.
pub struct Said(Vec<Result<BTreeSet<String>, String>>);

impl Evaluation {
    /// The rules of all standards. Most are the same in several: each is asked once.
    pub fn new(profiles: &Profiles) -> Result<Self, String> {
        let (mut rules, mut of) = (Vec::new(), BTreeMap::new());
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for standard in Standard::all() {
            let release = profiles.release(standard)?;
            let places = release.rules.iter().map(|rule| {
                *known.entry(meaning(rule)).or_insert_with(|| {
                    rules.push(Asked::new(rule));
                    rules.len() - 1
                })
            });
            of.insert(standard, places.collect());
        }
        Ok(Self { rules, of })
    }

    /// How many rules there are that differ.
    pub fn rules(&self) -> usize {
        self.rules.len()
    }

    /// What the rules say of a Pod.
    pub fn judge(&self, pod: &Value) -> Said {
        let node = Node::from_json(pod, Span::new(Sources::new().add("pod", String::new()), 0, 0));
        Said(self.rules.iter().map(|asked| asked.judge(&node)).collect())
    }

    /// The violated checks of a standard. An error is a value that a rule can't read although the API server can.
    pub fn violated(&self, said: &Said, standard: Standard) -> Result<BTreeSet<String>, String> {
        let mut violated = BTreeSet::new();
        for place in &self.of[&standard] {
            violated.extend(said.0[*place].clone()?);
        }
        Ok(violated)
    }
}

/// What a rule means, and stands for, in a text: two rules that have the same say the same.
fn meaning(rule: &Rule) -> String {
    let folded = palisade::ir::fold::fold(rule);
    format!("{} {:?} {:?} {:?}", folded.id, folded.spared, folded.shapes, folded.checks)
}

/// The checks of the library's for which something stands in a release.
pub fn stood_for(release: &Release) -> BTreeSet<String> {
    let checks = release.rules.iter().flat_map(|rule| &rule.checks);
    checks.flat_map(|check| check.standards.iter().cloned()).collect()
}

impl Asked {
    fn new(rule: &Rule) -> Self {
        let stands_for =
            rule.checks.iter().map(|check| (check.id.clone(), check.standards.clone())).collect();
        Self { rule: evaluator::compile(rule), stands_for }
    }

    fn judge(&self, pod: &Node) -> Result<BTreeSet<String>, String> {
        let request =
            Request { operation: Operation::Create, subresource: "", object: Some(pod), old_object: None };
        let mut violated = BTreeSet::new();
        for violation in evaluator::judge(&self.rule, &request).violations {
            if violation.check == UNREADABLE {
                return Err(format!("{}: {}", self.rule.rule().id, violation.message));
            }
            violated.extend(self.stands_for.get(&violation.check).into_iter().flatten().cloned());
        }
        Ok(violated)
    }
}
