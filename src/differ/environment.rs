//! What changed in an environment as a whole: versions, targets, namespaces left out, records of exemptions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Aspect, Change, Class};
use crate::ir::break_glass::BreakGlass;
use crate::ir::record::{EngineRecord, EnvironmentRecord, NativeRecord, ReleaseRecord};
use crate::ir::release::{ExemptionRecord, ExemptionState};

pub(super) fn changes(old: &ReleaseRecord, new: &ReleaseRecord) -> Vec<Change> {
    let mut changes = versions(&old.environment, &new.environment);
    changes.extend(renamed(&old.environment.project, &new.environment.project));
    changes.extend(engines(&old.environment.engines, &new.environment.engines));
    changes.extend(layouts(&old.environment.engines, &new.environment.engines));
    changes.extend(words(&old.environment, &new.environment));
    changes.extend(break_glass(old.environment.break_glass.as_ref(), new.environment.break_glass.as_ref()));
    changes.extend(left_out(old, new));
    changes.extend(exemptions(&old.exemptions, &new.exemptions));
    changes.extend(natives(&old.natives, &new.natives));
    changes
}

fn versions(old: &EnvironmentRecord, new: &EnvironmentRecord) -> Vec<Change> {
    let pairs = [
        ("kubernetes", &old.kubernetes, &new.kubernetes),
        ("pod_security", &old.pod_security, &new.pod_security),
    ];
    pairs
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| {
            let text = format!("`{name}`: {old} → {new}");
            let change = Change::new(Aspect::Versions, Class::Moved, text);
            change.named(name).from(old.as_str()).to(new.as_str())
        })
        .collect()
}

fn engines(old: &BTreeMap<String, EngineRecord>, new: &BTreeMap<String, EngineRecord>) -> Vec<Change> {
    let range = |engine: &EngineRecord| format!("{} to {}", engine.from, engine.to);
    let gone = old.iter().filter(|(target, _)| !new.contains_key(*target)).map(|(target, engine)| {
        let text = format!("no policies for `{target}` any more");
        Change::new(Aspect::Versions, Class::Moved, text).named(target).from(range(engine))
    });
    let others = new.iter().filter_map(|(target, engine)| match old.get(target) {
        None => {
            let text = format!("policies for `{target}` too");
            Some(Change::new(Aspect::Versions, Class::Moved, text).named(target).to(range(engine)))
        }
        Some(before) if range(before) == range(engine) => None,
        Some(before) => {
            let text = format!("`{target}`: {} → {}", range(before), range(engine));
            let change = Change::new(Aspect::Versions, Class::Moved, text);
            Some(change.named(target).from(range(before)).to(range(engine)))
        }
    });
    gone.chain(others).collect()
}

/// Which policies there are: what they mean doesn't change, but the names of objects do, and the texts of denials.
fn layouts(old: &BTreeMap<String, EngineRecord>, new: &BTreeMap<String, EngineRecord>) -> Vec<Change> {
    let layout = |engine: &EngineRecord| match engine.packed.as_slice() {
        [] => "one policy for each rule".to_owned(),
        actions => {
            let names: Vec<&str> = actions.iter().map(|action| action.name()).collect();
            format!("one policy for all rules that {}", names.join(", and one for all that "))
        }
    };
    let both = new.iter().filter_map(|(target, engine)| Some((target, old.get(target)?, engine)));
    both.filter(|(_, before, engine)| before.packed != engine.packed)
        .map(|(target, before, engine)| {
            let (from, to) = (layout(before), layout(engine));
            let text = format!("`{target}`: {from} → {to}; objects have other names");
            let change = Change::new(Aspect::Layout, Class::Editorial, text);
            change.named(target).from(from).to(to)
        })
        .collect()
}

/// The project's name is the beginning of each object's name: what a client would compare goes, and comes anew.
fn renamed(old: &str, new: &str) -> Option<Change> {
    let text = format!("`project`: {old} → {new}, so every object has another name");
    let change = || Change::new(Aspect::Environment, Class::Moved, text).named("project").from(old).to(new);
    (old != new).then(change)
}

fn words(old: &EnvironmentRecord, new: &EnvironmentRecord) -> Vec<Change> {
    let texts = [
        ("description", Some(&old.description), Some(&new.description)),
        ("catalogue", old.catalogue.as_ref(), new.catalogue.as_ref()),
        ("profile", Some(&old.profile), Some(&new.profile)),
        ("help", Some(&old.help), Some(&new.help)),
        ("owner", old.owner.as_ref(), new.owner.as_ref()),
    ];
    texts
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| {
            let text = match name {
                "catalogue" => format!("`catalogue`: {} → {}", shown(old), shown(new)),
                _ => format!("`{name}` changed"),
            };
            let change = Change::new(Aspect::Text, Class::Editorial, text);
            Change {
                old: old.cloned().map(Json::from),
                new: new.cloned().map(Json::from),
                ..change.named(name)
            }
        })
        .collect()
}

/// Who may take denials away. (The guard, and what is audited where the glass is broken, come and go with that.)
fn break_glass(old: Option<&BreakGlass>, new: Option<&BreakGlass>) -> Option<Change> {
    let groups = |glass: &BreakGlass| quoted(&glass.groups);
    let (class, text) = match (old, new) {
        (None, None) => return None,
        (Some(before), Some(after)) if before == after => return None,
        (None, Some(glass)) => {
            let text =
                format!("members of {} may break the glass with the label `{}`", groups(glass), glass.label);
            (Class::Loosened, text)
        }
        (Some(glass), None) => {
            let text = format!("nobody may break the glass any more, as members of {} could", groups(glass));
            (Class::Tightened, text)
        }
        (Some(before), Some(after)) if before.label != after.label => {
            let text = format!(
                "the glass is broken with the label `{}`, no longer with `{}`",
                after.label, before.label
            );
            (Class::Moved, text)
        }
        (Some(before), Some(after)) => {
            let has_all = |one: &BreakGlass, other: &BreakGlass| {
                one.groups.iter().all(|group| other.groups.contains(group))
            };
            let class = match (has_all(before, after), has_all(after, before)) {
                (true, _) => Class::Loosened,
                (false, true) => Class::Tightened,
                (false, false) => Class::Moved,
            };
            (
                class,
                format!(
                    "members of {} may break the glass, before those of {}",
                    groups(after),
                    groups(before)
                ),
            )
        }
    };
    let json = |glass: &BreakGlass| serde_json::to_value(glass).unwrap_or_default();
    let change = Change::new(Aspect::BreakGlass, class, text);
    Some(Change { old: old.map(json), new: new.map(json), ..change.named("break_glass") })
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn shown(text: Option<&String>) -> &str {
    text.map_or("none", String::as_str)
}

fn left_out(old: &ReleaseRecord, new: &ReleaseRecord) -> Vec<Change> {
    let reasons = |release: &ReleaseRecord| -> BTreeMap<String, String> {
        let entries = release.left_out.iter();
        entries.map(|left| (left.namespace.clone(), left.reason.clone())).collect()
    };
    let (old, new) = (reasons(old), reasons(new));
    let gone =
        old.iter().filter(|(namespace, _)| !new.contains_key(*namespace)).map(|(namespace, reason)| {
            let text = format!("namespace `{namespace}` is no longer left out");
            Change::new(Aspect::LeftOut, Class::Tightened, text).named(namespace).from(reason.as_str())
        });
    let others = new.iter().filter_map(|(namespace, reason)| match old.get(namespace) {
        None => {
            let text = format!("namespace `{namespace}` is left out: {reason}");
            let change = Change::new(Aspect::LeftOut, Class::Loosened, text);
            Some(change.named(namespace).to(reason.as_str()))
        }
        Some(before) if before == reason => None,
        Some(before) => {
            let text = format!("namespace `{namespace}` is left out for another reason: {reason}");
            let change = Change::new(Aspect::LeftOut, Class::Editorial, text);
            Some(change.named(namespace).from(before.as_str()).to(reason.as_str()))
        }
    });
    gone.chain(others).collect()
}

fn exemptions(old: &[ExemptionRecord], new: &[ExemptionRecord]) -> Vec<Change> {
    let by_name = |records: &[ExemptionRecord]| -> BTreeMap<String, ExemptionRecord> {
        records.iter().map(|record| (record.name.clone(), record.clone())).collect()
    };
    let (old, new) = (by_name(old), by_name(new));
    let gone = old.iter().filter(|(name, _)| !new.contains_key(*name)).map(|(name, record)| {
        let (class, text) = gone_exemption(record);
        Change::new(Aspect::Exemption, class, text).named(name).from(json(record))
    });
    let others = new.iter().filter_map(|(name, record)| match old.get(name) {
        None => {
            let (class, text) = new_exemption(record);
            Some(Change::new(Aspect::Exemption, class, text).named(name).to(json(record)))
        }
        Some(before) if before == record => None,
        Some(before) => {
            let (class, text) = changed_exemption(before, record);
            let change = Change::new(Aspect::Exemption, class, text);
            Some(change.named(name).from(json(before)).to(json(record)))
        }
    });
    gone.chain(others).collect()
}

/// What is copied has no meaning here: the texts are compared, and which way they turn isn't known.
fn natives(old: &[NativeRecord], new: &[NativeRecord]) -> Vec<Change> {
    let by_path = |records: &[NativeRecord]| -> BTreeMap<String, String> {
        records.iter().map(|record| (record.path.clone(), record.text.clone())).collect()
    };
    let (old, new) = (by_path(old), by_path(new));
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change = |path: &String| {
        let (before, after) = (old.get(path), new.get(path));
        let what = match (before, after) {
            (Some(before), Some(after)) if before == after => return None,
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "is gone",
            (None, _) => "is new",
        };
        let text = format!("`{path}`, which is copied as it is, {what}");
        let change = Change::new(Aspect::Native, Class::Unclear, text).named(path);
        Some(Change { old: before.cloned().map(Json::from), new: after.cloned().map(Json::from), ..change })
    };
    paths.into_iter().filter_map(change).collect()
}

fn gone_exemption(record: &ExemptionRecord) -> (Class, String) {
    let name = &record.name;
    match record.state {
        ExemptionState::Holds => {
            let text = format!("exemption `{name}` is gone: {}, {}", record.identity, record.waives);
            (Class::Tightened, text)
        }
        ExemptionState::Expired => {
            (Class::Editorial, format!("exemption `{name}` is gone; it had expired on {}", record.expires))
        }
    }
}

fn new_exemption(record: &ExemptionRecord) -> (Class, String) {
    let (name, until) = (&record.name, &record.expires);
    match record.state {
        ExemptionState::Holds => {
            let (identity, waives) = (&record.identity, &record.waives);
            (Class::Loosened, format!("exemption `{name}` is new: {identity}, {waives}, until {until}"))
        }
        ExemptionState::Expired => {
            (Class::Editorial, format!("exemption `{name}` is new, and had expired on {until} already"))
        }
    }
}

/// Later is looser, and so is what holds. What the exemption waives where is the rules' own change.
fn changed_exemption(old: &ExemptionRecord, new: &ExemptionRecord) -> (Class, String) {
    let (name, until) = (&new.name, &new.expires);
    match (old.state, new.state) {
        (ExemptionState::Holds, ExemptionState::Expired) => {
            let (ticket, owner) = (&new.ticket, &new.owner);
            let text = format!(
                "exemption `{name}` expired on {until}, and waives nothing any more ({owner}, {ticket})"
            );
            return (Class::Tightened, text);
        }
        (ExemptionState::Expired, ExemptionState::Holds) => {
            return (
                Class::Loosened,
                format!("exemption `{name}` had expired, and holds again until {until}"),
            );
        }
        (ExemptionState::Holds, ExemptionState::Holds)
        | (ExemptionState::Expired, ExemptionState::Expired) => {}
    }
    match Class::of_order(&old.expires, &new.expires).reversed() {
        Class::Editorial => (Class::Editorial, format!("exemption `{name}` is described in other words")),
        class @ (Class::Tightened | Class::Loosened | Class::Moved | Class::Unclear) => {
            (class, format!("exemption `{name}` ends on {} → {}", old.expires, new.expires))
        }
    }
}

fn json(record: &ExemptionRecord) -> Json {
    serde_json::to_value(record).unwrap_or_default()
}
