//! What changed in the rules: added, removed, and each rule's meaning, scope, waivers and words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Aspect, Change, Class, parameter, placement, sorted};
use crate::ir::record::{CheckRecord, ReleaseRecord, RuleRecord, WaiverRecord};

pub(super) fn changes(old: &ReleaseRecord, new: &ReleaseRecord) -> Vec<Change> {
    let (before, after) = (by_id(old), by_id(new));
    let ids: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    ids.into_iter()
        .flat_map(|id| {
            let changes = match (before.get(id), after.get(id)) {
                (Some(gone), None) => vec![whole(gone, Class::Loosened, "removed")],
                (None, Some(added)) => vec![whole(added, Class::Tightened, "added")],
                (Some(before), Some(after)) => one_rule(old, new, before, after),
                (None, None) => Vec::new(),
            };
            changes.into_iter().map(move |change| Change { rule: Some(id.to_owned()), ..change })
        })
        .collect()
}

fn by_id(release: &ReleaseRecord) -> BTreeMap<&str, &RuleRecord> {
    release.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect()
}

/// The text names the actions, the strictest first.
fn whole(rule: &RuleRecord, class: Class, what: &str) -> Change {
    let actions: BTreeSet<_> = rule.placements.iter().map(|placement| placement.action).collect();
    let names: Vec<&str> = actions.iter().rev().map(|action| action.name()).collect();
    let change = Change::new(Aspect::Rule, class, format!("{what} ({}): {}", names.join(", "), rule.title));
    match class {
        Class::Loosened => change.from(names),
        Class::Tightened | Class::Moved | Class::Unclear | Class::Editorial => change.to(names),
    }
}

fn one_rule(
    old_release: &ReleaseRecord,
    new_release: &ReleaseRecord,
    old: &RuleRecord,
    new: &RuleRecord,
) -> Vec<Change> {
    let mut changes = placement::changes(old_release, new_release, old, new);
    changes.extend(sets("kind", &kinds(old), &kinds(new)));
    changes.extend(parameter::changes(old, new));
    changes.extend(waivers("the whole rule", &old.waivers, &new.waivers));
    changes.extend(spared(old, new));
    changes.extend(checks(old, new));
    if !changes.iter().any(|change| change.aspect == Aspect::Condition) {
        changes.extend(what_is_derived(old, new));
    }
    changes.extend(severity(old, new));
    changes.extend(words(old, new));
    changes
}

fn kinds(rule: &RuleRecord) -> BTreeSet<String> {
    let named = |(kind, versions): (&String, &Vec<String>)| {
        versions.iter().map(|version| format!("{kind} {version}")).collect::<Vec<_>>()
    };
    rule.kinds.iter().flat_map(named).collect()
}

/// A change of scope, of which more is stricter.
fn sets(word: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Vec<Change> {
    let gone = old.difference(new).map(|name| {
        let text = format!("no longer governs {word} `{name}`");
        Change::new(Aspect::Scope, Class::Loosened, text).named(name)
    });
    let added = new.difference(old).map(|name| {
        let text = format!("also governs {word} `{name}`");
        Change::new(Aspect::Scope, Class::Tightened, text).named(name)
    });
    gone.chain(added).collect()
}

/// Whom the rule spares: nobody is the strictest; else the record doesn't show which way it turns.
fn spared(old: &RuleRecord, new: &RuleRecord) -> Option<Change> {
    if old.spared == new.spared {
        return None;
    }
    let (class, text) = match (&old.spared, &new.spared) {
        (Json::Bool(false), _) => (Class::Loosened, "now spares some objects"),
        (_, Json::Bool(false)) => (Class::Tightened, "no longer spares any object"),
        (_, _) => (Class::Unclear, "spares other objects"),
    };
    let change = Change::new(Aspect::Condition, class, text);
    Some(change.from(old.spared.clone()).to(new.spared.clone()))
}

fn checks(old: &RuleRecord, new: &RuleRecord) -> Vec<Change> {
    let by_id = |rule: &RuleRecord| -> BTreeMap<String, CheckRecord> {
        rule.checks.iter().map(|check| (check.id.clone(), check.clone())).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let gone = before.iter().filter(|(id, _)| !after.contains_key(*id)).map(|(id, check)| {
        let change = Change::new(Aspect::Condition, Class::Loosened, format!("check `{id}` is gone"));
        change.named(id).from(check.ok.clone())
    });
    let others = after.iter().flat_map(|(id, check)| match before.get(id) {
        None => {
            let change = Change::new(Aspect::Condition, Class::Tightened, format!("check `{id}` is new"));
            vec![change.named(id).to(check.ok.clone())]
        }
        Some(before) => one_check((old, before), (new, check)),
    });
    gone.chain(others).collect()
}

fn one_check(
    (old_rule, old): (&RuleRecord, &CheckRecord),
    (new_rule, new): (&RuleRecord, &CheckRecord),
) -> Vec<Change> {
    let id = &new.id;
    let mut changes = Vec::new();
    if old.kinds != new.kinds {
        let class = Class::of_sets(&looks_at(old_rule, old), &looks_at(new_rule, new));
        let text = format!("check `{id}` looks at other kinds");
        changes.push(Change::new(Aspect::Scope, class, text).named(id));
    }
    if (&old.each, &old.ok) != (&new.each, &new.ok) {
        let text = format!("what check `{id}` asks changed");
        let change = Change::new(Aspect::Condition, Class::Unclear, text).named(id);
        let asks = |check: &CheckRecord| serde_json::json!({"each": check.each, "ok": check.ok});
        changes.push(change.from(asks(old)).to(asks(new)));
    }
    changes.extend(waivers(&format!("check `{id}`"), &old.waivers, &new.waivers));
    // A message may name a parameter's value, and that change is told as the parameter's.
    if old.message != new.message && old_rule.parameters == new_rule.parameters {
        let change =
            Change::new(Aspect::Text, Class::Editorial, format!("the message of check `{id}` changed"));
        changes.push(change.named(id).from(old.message.as_str()).to(new.message.as_str()));
    }
    changes
}

fn looks_at(rule: &RuleRecord, check: &CheckRecord) -> BTreeSet<String> {
    match &check.kinds {
        Some(kinds) => kinds.iter().cloned().collect(),
        None => rule.kinds.keys().cloned().collect(),
    }
}

fn waivers(of: &str, old: &[WaiverRecord], new: &[WaiverRecord]) -> Vec<Change> {
    let by_name = |waivers: &[WaiverRecord]| {
        let mut named: BTreeMap<String, Vec<Json>> = BTreeMap::new();
        for waiver in waivers {
            named.entry(waiver.exemption.clone()).or_default().push(waiver.holds.clone());
        }
        named
    };
    let (old, new) = (by_name(old), by_name(new));
    let gone = old.iter().filter(|(name, _)| !new.contains_key(*name)).map(|(name, holds)| {
        let text = format!("exemption `{name}` no longer waives {of}");
        Change::new(Aspect::Waiver, Class::Tightened, text).named(name).from(holds.clone())
    });
    let others = new.iter().filter_map(|(name, holds)| match old.get(name) {
        None => {
            let text = format!("exemption `{name}` waives {of}");
            Some(Change::new(Aspect::Waiver, Class::Loosened, text).named(name).to(holds.clone()))
        }
        Some(before) if before == holds => None,
        Some(before) => {
            let text = format!("what exemption `{name}` waives of {of} changed");
            let change = Change::new(Aspect::Waiver, Class::Unclear, text).named(name);
            Some(change.from(before.clone()).to(holds.clone()))
        }
    });
    gone.chain(others).collect()
}

/// Shapes and governed parts follow from the conditions: they are told only if these are the same.
fn what_is_derived(old: &RuleRecord, new: &RuleRecord) -> Vec<Change> {
    let texts = |shapes: &[Json]| shapes.iter().map(sorted).collect::<BTreeSet<_>>();
    let mut changes = Vec::new();
    let class = Class::of_sets(&texts(&old.shapes), &texts(&new.shapes));
    if class != Class::Editorial {
        let change = Change::new(Aspect::Condition, class, "what must be a map or a list changed");
        changes.push(change.from(old.shapes.clone()).to(new.shapes.clone()));
    }
    if old.governed != new.governed {
        let text = "the parts whose change makes an update be judged changed";
        let change = Change::new(Aspect::Condition, Class::Unclear, text);
        changes.push(change.from(old.governed.clone()).to(new.governed.clone()));
    }
    changes
}

fn severity(old: &RuleRecord, new: &RuleRecord) -> Option<Change> {
    (old.severity != new.severity).then(|| {
        let text = format!("severity {} → {}", old.severity.name(), new.severity.name());
        let change = Change::new(Aspect::Severity, Class::Moved, text);
        change.from(old.severity.name()).to(new.severity.name())
    })
}

fn words(old: &RuleRecord, new: &RuleRecord) -> Vec<Change> {
    [("title", &old.title, &new.title), ("category", &old.category, &new.category)]
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| {
            let change = Change::new(Aspect::Text, Class::Editorial, format!("{name}: {new}"));
            change.named(name).from(old.as_str()).to(new.as_str())
        })
        .collect()
}
