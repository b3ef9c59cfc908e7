//! Where a rule holds with which action, compared namespace by namespace.
//!
//! The labels that the selectors of both releases name divide all namespaces into finitely many sorts. Each sort has one action before
//! and one after, so that a namespace that moves from one scope to another is seen as what it is: another action for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Aspect, Change, Class};
use crate::ir::record::{On, PlacementRecord, ReleaseRecord, RuleRecord};
use crate::ir::release::{Action, FailurePolicy, Operator, Requirement};

/// The label by which a namespace is selected by its name.
const NAME: &str = "kubernetes.io/metadata.name";
/// More sorts than this aren't compared.
const SORTS: usize = 20_000;

/// A sort of namespaces: for each label its value, or absent for any value that no selector names.
type Sort = BTreeMap<String, Option<String>>;

pub(super) fn changes(
    old_release: &ReleaseRecord,
    new_release: &ReleaseRecord,
    old: &RuleRecord,
    new: &RuleRecord,
) -> Vec<Change> {
    let (old_places, new_places) = (with_whole_glass(&old.placements), with_whole_glass(&new.placements));
    if old_places == new_places {
        return Vec::new();
    }
    let left_out: BTreeSet<&str> = [old_release, new_release]
        .into_iter()
        .flat_map(|release| release.left_out.iter().map(|left| left.namespace.as_str()))
        .collect();
    let labels = labels(old_places.iter().chain(&new_places), &left_out);
    let Some(sorts) = sorts(&labels) else {
        let text = "the namespaces changed, and are of too many sorts to be compared";
        return vec![Change::new(Aspect::Scope, Class::Unclear, text)];
    };
    let everywhere = [Sort::new()];
    let mut changes = in_namespaces(&old_places, &new_places, &sorts, &labels);
    let of_cluster = moved(&old_places, &new_places, Part::ClusterWide, &everywhere);
    changes.extend(
        of_cluster
            .into_keys()
            .map(|(before, after)| change(before, after, "objects without a namespace".to_owned())),
    );
    if changes.is_empty() && suffixes(&old_places) != suffixes(&new_places) {
        let text = "the generated objects have other names, for the scopes of namespaces have";
        changes.push(Change::new(Aspect::Text, Class::Editorial, text));
    }
    changes
}

/// The places as they are where no glass is broken: who may break it is told once, of the environment.
fn with_whole_glass(placements: &[PlacementRecord]) -> Vec<PlacementRecord> {
    let asks = |requirement: &Requirement, operator| requirement.operator == operator;
    placements
        .iter()
        .filter(|placement| !placement.selector.iter().any(|one| asks(one, Operator::Exists)))
        .map(|placement| {
            let mut whole = placement.clone();
            whole.selector.retain(|one| !asks(one, Operator::DoesNotExist));
            whole
        })
        .collect()
}

fn suffixes(placements: &[PlacementRecord]) -> BTreeSet<Option<&str>> {
    placements.iter().map(|placement| placement.suffix.as_deref()).collect()
}

/// The values that selectors name, by label; without the namespaces that are left out, which are a change of the environment.
fn labels<'a>(
    placements: impl Iterator<Item = &'a PlacementRecord>,
    left_out: &BTreeSet<&str>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for requirement in placements.flat_map(|placement| &placement.selector) {
        let governed = |value: &&String| requirement.key != NAME || !left_out.contains(value.as_str());
        let values = requirement.values.iter().filter(governed).cloned();
        labels.entry(requirement.key.clone()).or_default().extend(values);
    }
    labels
}

fn sorts(labels: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<Sort>> {
    let mut sorts = vec![Sort::new()];
    for (key, values) in labels {
        if sorts.len().saturating_mul(values.len() + 1) > SORTS {
            return None;
        }
        let values: Vec<Option<String>> = values.iter().cloned().map(Some).chain([None]).collect();
        sorts = sorts
            .iter()
            .flat_map(|sort| {
                values.iter().map(|value| {
                    let mut extended = sort.clone();
                    extended.insert(key.clone(), value.clone());
                    extended
                })
            })
            .collect();
    }
    Some(sorts)
}

/// What holds for a sort; absent if the rule isn't there.
type Effect = Option<(Action, FailurePolicy)>;

/// A part of a rule's objects: what may happen to one part isn't said of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Workloads,
    Pods,
    ClusterWide,
}

impl Part {
    fn is_of(self, placement: &PlacementRecord) -> bool {
        match (self, placement.on) {
            (Part::ClusterWide, _) => placement.cluster,
            (Part::Workloads | Part::Pods, None) => !placement.cluster,
            (Part::Workloads, Some(on)) => on == On::Workloads,
            (Part::Pods, Some(on)) => on == On::Pods,
        }
    }
}

/// The sorts of namespaces by what holds there before and after, where that differs.
type Moved<'s> = BTreeMap<(Effect, Effect), Vec<&'s Sort>>;

fn moved<'s>(old: &[PlacementRecord], new: &[PlacementRecord], part: Part, sorts: &'s [Sort]) -> Moved<'s> {
    let mut moved: Moved<'s> = BTreeMap::new();
    for sort in sorts {
        let pair = (effect(old, part, sort), effect(new, part, sort));
        if pair.0 != pair.1 {
            moved.entry(pair).or_default().push(sort);
        }
    }
    moved
}

/// What changed for objects in namespaces: for Pods and others at once where it is the same.
fn in_namespaces(
    old: &[PlacementRecord],
    new: &[PlacementRecord],
    sorts: &[Sort],
    labels: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<Change> {
    let of = |part| moved(old, new, part, sorts);
    let (workloads, pods) = (of(Part::Workloads), of(Part::Pods));
    let mut changes = Vec::new();
    for ((before, after), found) in &workloads {
        let place = place(found, sorts.len(), labels);
        let is_same = pods.get(&(*before, *after)) == Some(found);
        let place = if is_same { place } else { format!("all but Pods in {place}") };
        changes.push(change(*before, *after, place));
    }
    for ((before, after), found) in &pods {
        if workloads.get(&(*before, *after)) != Some(found) {
            changes.push(change(*before, *after, format!("Pods in {}", place(found, sorts.len(), labels))));
        }
    }
    changes
}

fn effect(placements: &[PlacementRecord], part: Part, sort: &Sort) -> Effect {
    placements
        .iter()
        .find(|placement| {
            part.is_of(placement) && placement.selector.iter().all(|requirement| fits(requirement, sort))
        })
        .map(|placement| (placement.action, placement.failure_policy))
}

fn fits(requirement: &Requirement, sort: &Sort) -> bool {
    let named = match sort.get(&requirement.key) {
        Some(Some(value)) => requirement.values.contains(value),
        Some(None) | None => false,
    };
    match requirement.operator {
        Operator::In => named,
        Operator::NotIn => !named,
        Operator::Exists => sort.contains_key(&requirement.key),
        Operator::DoesNotExist => !sort.contains_key(&requirement.key),
    }
}

/// The sorts in words. For each label the values that occur; that is exact, for the sorts of one change are those of whole scopes.
fn place(found: &[&Sort], all: usize, labels: &BTreeMap<String, BTreeSet<String>>) -> String {
    if found.len() == all {
        return "every namespace".to_owned();
    }
    let mut name = "namespaces".to_owned();
    let mut conditions = Vec::new();
    for (key, values) in labels {
        let occurring: BTreeSet<&Option<String>> = found.iter().filter_map(|sort| sort.get(key)).collect();
        let has = |value: &&String| occurring.iter().any(|found| found.as_ref() == Some(*value));
        let (inside, outside): (Vec<&String>, Vec<&String>) = values.iter().partition(has);
        let others_too = occurring.contains(&None);
        let list = quoted(if others_too { &outside } else { &inside });
        match (key == NAME, others_too) {
            (_, true) if outside.is_empty() => {}
            (true, true) => name = format!("namespaces but {list}"),
            (true, false) if inside.len() == 1 => name = format!("namespace {list}"),
            (true, false) => name = format!("namespaces {list}"),
            (false, true) => conditions.push(format!("`{key}` is not {list}")),
            (false, false) => conditions.push(format!("`{key}` is {list}")),
        }
    }
    match (conditions.is_empty(), name.as_str()) {
        (true, "namespaces") => "some namespaces".to_owned(),
        (true, _) => name,
        (false, _) => format!("{name} where {}", conditions.join(" and ")),
    }
}

fn quoted(values: &[&String]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

fn change(before: Effect, after: Effect, place: String) -> Change {
    let (aspect, class, text) = match (before, after) {
        (Some((old_action, old_policy)), Some((new_action, new_policy))) if old_action == new_action => {
            let text = format!("{place}: failure policy {} → {}", old_policy.name(), new_policy.name());
            (Aspect::FailurePolicy, strictness(old_policy, new_policy), text)
        }
        (Some((old_action, old_policy)), Some((new_action, new_policy))) => {
            let class = Class::of_order(&old_action, &new_action).and(strictness(old_policy, new_policy));
            let policy = match old_policy == new_policy {
                true => String::new(),
                false => format!(", failure policy {} → {}", old_policy.name(), new_policy.name()),
            };
            let text = format!("{place}: {} → {}{policy}", old_action.name(), new_action.name());
            (Aspect::Action, class, text)
        }
        (Some((action, _)), None) => {
            (Aspect::Scope, Class::Loosened, format!("{place}: {} → not there", action.name()))
        }
        (None, Some((action, _))) => {
            (Aspect::Scope, Class::Tightened, format!("{place}: not there → {}", action.name()))
        }
        (None, None) => (Aspect::Scope, Class::Editorial, place.clone()),
    };
    let json = |effect: Effect| effect.map(|(action, policy)| json(action, policy));
    Change { old: json(before), new: json(after), ..Change::new(aspect, class, text).named(place) }
}

fn json(action: Action, policy: FailurePolicy) -> Json {
    serde_json::json!({"action": action.name(), "failure_policy": policy.name()})
}

fn strictness(old: FailurePolicy, new: FailurePolicy) -> Class {
    let strict = |policy: FailurePolicy| match policy {
        FailurePolicy::Fail => true,
        FailurePolicy::Ignore => false,
    };
    Class::of_order(&strict(old), &strict(new))
}
