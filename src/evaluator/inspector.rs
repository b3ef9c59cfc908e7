//! Many rules over many objects: each object meets the rules that govern its kind, where they hold.

use std::collections::{BTreeMap, BTreeSet};

use super::break_glass;
use super::namespaces::{Namespaces, Placed};
use super::{CompiledRule, Judged, Request, Verdict, compile, judge, objects, type_of};
use crate::ir::{Action, BreakGlass, Kind, Release, Rule};
use crate::yaml::Node;

/// The rules of a release, ready to judge objects as they lie in files.
#[derive(Debug)]
pub struct Inspector<'a> {
    rules: Vec<(&'a Rule, CompiledRule)>,
    /// The rules that govern a kind, by the kind's name; in the order of the rules.
    by_kind: BTreeMap<String, Vec<(usize, Kind)>>,
    /// The namespaces that no rule looks into.
    left_out: BTreeSet<&'a str>,
    includes_owned: bool,
    /// The guard over the label that breaks the glass, if it is wanted.
    guard: Option<(&'a BreakGlass, &'a Rule)>,
}

/// What all rules say of one object.
#[derive(Clone, Debug, Default)]
pub struct Inspected<'a> {
    /// What each rule says that holds there and has something to say.
    pub inspections: Vec<Inspection<'a>>,
    /// Why rules that govern the object's kind didn't look at it; absent if all did that hold there.
    pub passed_over: Option<PassedOver>,
}

/// Why rules that govern an object's kind didn't look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// Its controller is of a kind that the rule governs too: the fault, if there is one, is the controller's.
    Owned,
    /// It is in a namespace that is left out.
    LeftOut,
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
        let left_out = release.left_out.iter().map(|left_out| left_out.namespace.as_str()).collect();
        let guard = release.break_glass.as_ref().zip(release.guard.as_ref());
        let guard = guard.filter(|(_, guard)| wanted(guard));
        Self { rules, by_kind, left_out, includes_owned, guard }
    }

    /// What the guard says of a Namespace that carries the label: it asks who set it.
    fn guarded(&self, object: &Node) -> Option<Inspection<'a>> {
        let (glass, rule) = self.guard?;
        let verdict = Verdict { judged: Judged::UnknownUser, violations: Vec::new() };
        let placed = Placed::At(Action::Deny);
        break_glass::is_broken(glass, object).then_some(Inspection { rule, namespace: None, placed, verdict })
    }

    /// What the rules say of an object.
    pub fn inspect(&self, object: &Node, namespaces: &Namespaces) -> Inspected<'a> {
        let (group, _, kind) = type_of(object);
        let governing = self.by_kind.get(kind).into_iter().flatten().filter(|(_, kind)| kind.group == group);
        let controller = if self.includes_owned { None } else { objects::controller(object) };
        let request = Request::audit(object);
        let mut inspected = Inspected::default();
        inspected.inspections.extend(self.guarded(object));
        for (index, kind) in governing {
            let Some((rule, compiled)) = self.rules.get(*index) else { continue };
            let namespace =
                kind.namespaced.then(|| objects::metadata(object, "namespace").unwrap_or("default"));
            if namespace.is_some_and(|namespace| self.left_out.contains(namespace)) {
                inspected.passed_over = Some(PassedOver::LeftOut);
                return inspected;
            }
            let placed = namespaces.place(rule, kind, namespace);
            if placed == Placed::Nowhere {
                continue;
            }
            let is_owned = controller.is_some_and(|(group, name)| {
                rule.kinds.iter().any(|kind| kind.kind == name && kind.group == group)
            });
            if is_owned {
                inspected.passed_over = Some(PassedOver::Owned);
                continue;
            }
            let verdict = judge(compiled, &request);
            if verdict.judged == Judged::OtherVersion || !verdict.violations.is_empty() {
                let namespace = namespace.map(str::to_owned);
                inspected.inspections.push(Inspection { rule, namespace, placed, verdict });
            }
        }
        inspected
    }
}
