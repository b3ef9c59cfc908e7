//! Many rules over many objects: each object meets the rules that govern its kind, where they hold.

use std::collections::BTreeMap;

use super::namespaces::{Namespaces, Placed};
use super::{CompiledRule, Judged, Request, Verdict, compile, judge, objects, type_of};
use crate::ir::{Kind, Release, Rule};
use crate::yaml::Node;

/// The rules of a release, ready to judge objects as they lie in files.
#[derive(Debug)]
pub struct Inspector<'a> {
    rules: Vec<(&'a Rule, CompiledRule)>,
    /// The rules that govern a kind, by the kind's name; in the order of the rules.
    by_kind: BTreeMap<String, Vec<(usize, Kind)>>,
    includes_owned: bool,
}

/// What one rule says of one object.
#[derive(Clone, Debug)]
pub struct Inspection<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The object's namespace; absent for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// The action, as far as the labels of namespaces are known.
    pub placed: Placed,
    /// The verdict: at least one violation, or that the rule doesn't know the object's version.
    pub verdict: Verdict,
}

impl<'a> Inspector<'a> {
    /// Makes the rules ready. An object whose controller is of a kind that a rule governs too is inspected by that rule only if
    /// owned objects are included.
    pub fn new(release: &'a Release, wanted: impl Fn(&Rule) -> bool, includes_owned: bool) -> Self {
        let rules: Vec<_> =
            release.rules.iter().filter(|rule| wanted(rule)).map(|rule| (rule, compile(rule))).collect();
        let mut by_kind: BTreeMap<String, Vec<(usize, Kind)>> = BTreeMap::new();
        for (index, (rule, _)) in rules.iter().enumerate() {
            for kind in &rule.kinds {
                by_kind.entry(kind.kind.clone()).or_default().push((index, kind.clone()));
            }
        }
        Self { rules, by_kind, includes_owned }
    }

    /// What the rules say of an object; nothing of rules that hold nowhere near it or have nothing to say.
    pub fn inspect(&self, object: &Node, namespaces: &Namespaces) -> Vec<Inspection<'a>> {
        let (group, _, kind) = type_of(object);
        let governing = self.by_kind.get(kind).into_iter().flatten().filter(|(_, kind)| kind.group == group);
        let controller = if self.includes_owned { None } else { objects::controller(object) };
        let request = Request::audit(object);
        let mut inspections = Vec::new();
        for (index, kind) in governing {
            let Some((rule, compiled)) = self.rules.get(*index) else { continue };
            let namespace =
                kind.namespaced.then(|| objects::metadata(object, "namespace").unwrap_or("default"));
            let placed = namespaces.place(rule, namespace);
            let is_owned = controller.is_some_and(|(group, name)| {
                rule.kinds.iter().any(|kind| kind.kind == name && kind.group == group)
            });
            if placed == Placed::Nowhere || is_owned {
                continue;
            }
            let verdict = judge(compiled, &request);
            if verdict.judged == Judged::OtherVersion || !verdict.violations.is_empty() {
                let namespace = namespace.map(str::to_owned);
                inspections.push(Inspection { rule, namespace, placed, verdict });
            }
        }
        inspections
    }
}
