//! What changed between two releases, by meaning: each change is tightened, loosened, moved, editorial or unclear.
//!
//! It compares records, so that a project, a lock file and a past revision are alike. It doesn't guess: where the record alone
//! doesn't show which way a change turns, the class is *unclear*. It knows no target and reads no file.

mod environment;
mod parameter;
mod placement;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use crate::ir::record::ReleaseRecord;

/// Which way a change turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// What was refused or reported still is, and perhaps more.
    Tightened,
    /// What was let in still is, and perhaps more.
    Loosened,
    /// Some is tighter and some is looser; or what is judged stays, and its weight or the engine that judges moves.
    Moved,
    /// The record doesn't show which way.
    Unclear,
    /// The same objects pass with the same action; only words differ.
    Editorial,
}

impl Class {
    /// Every class, in the order in which they are counted.
    pub const ALL: [Class; 5] =
        [Class::Tightened, Class::Loosened, Class::Moved, Class::Unclear, Class::Editorial];

    /// The class's name.
    pub fn name(self) -> &'static str {
        match self {
            Class::Tightened => "tightened",
            Class::Loosened => "loosened",
            Class::Moved => "moved",
            Class::Unclear => "unclear",
            Class::Editorial => "editorial",
        }
    }

    /// The class of two changes that come together.
    pub fn and(self, other: Class) -> Class {
        match (self, other) {
            (Class::Editorial, only) | (only, Class::Editorial) => only,
            (Class::Unclear, _) | (_, Class::Unclear) => Class::Unclear,
            (Class::Tightened, Class::Tightened) => Class::Tightened,
            (Class::Loosened, Class::Loosened) => Class::Loosened,
            (Class::Moved | Class::Tightened | Class::Loosened, _) => Class::Moved,
        }
    }

    /// The class of a value on an ordered scale, of which more is stricter.
    fn of_order<Scale: Ord>(old: &Scale, new: &Scale) -> Class {
        match old.cmp(new) {
            std::cmp::Ordering::Less => Class::Tightened,
            std::cmp::Ordering::Equal => Class::Editorial,
            std::cmp::Ordering::Greater => Class::Loosened,
        }
    }

    /// The class of a set of which more is stricter.
    fn of_sets<Item: Ord>(old: &BTreeSet<Item>, new: &BTreeSet<Item>) -> Class {
        match (old.is_subset(new), new.is_subset(old)) {
            (true, true) => Class::Editorial,
            (true, false) => Class::Tightened,
            (false, true) => Class::Loosened,
            (false, false) => Class::Moved,
        }
    }

    /// Tightened for loosened, and the other way round.
    fn reversed(self) -> Class {
        match self {
            Class::Tightened => Class::Loosened,
            Class::Loosened => Class::Tightened,
            Class::Moved | Class::Unclear | Class::Editorial => self,
        }
    }
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// A whole environment.
    Environment,
    /// The Kubernetes version, the Pod Security version, a target or its engine's versions.
    Versions,
    /// Whether rules stand together in one policy.
    Layout,
    /// The namespaces that no rule looks into.
    LeftOut,
    /// Who may take denials away in an incident.
    BreakGlass,
    /// An exemption's record.
    Exemption,
    /// A policy that is copied as it is.
    Native,
    /// A whole rule.
    Rule,
    /// What happens to an object that violates the rule, somewhere.
    Action,
    /// Where the rule looks: kinds, namespaces.
    Scope,
    /// What happens when the policy can't be asked.
    FailurePolicy,
    /// A parameter's value.
    Parameter,
    /// What an exemption waives in a rule.
    Waiver,
    /// What must hold, or whom the rule spares.
    Condition,
    /// How bad a violation is.
    Severity,
    /// Words.
    Text,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The rule's id; absent for what is said of the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What the change is about.
    pub aspect: Aspect,
    /// The parameter, the check, the exemption or the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which way it turns.
    pub class: Class,
    /// One line for people.
    pub text: String,
    /// What it was; absent for what is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Json>,
    /// What it is; absent for what is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Json>,
}

impl Change {
    fn new(aspect: Aspect, class: Class, text: impl Into<String>) -> Self {
        Self { rule: None, aspect, name: None, class, text: text.into(), old: None, new: None }
    }

    fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    fn from(self, old: impl Into<Json>) -> Self {
        Self { old: Some(old.into()), ..self }
    }

    fn to(self, new: impl Into<Json>) -> Self {
        Self { new: Some(new.into()), ..self }
    }
}

/// What changed in one environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The environment's name.
    pub environment: String,
    /// The changes, those of the environment first, then rule by rule; empty if nothing changed.
    pub changes: Vec<Change>,
}

/// Compares two sets of releases, one release for each environment. Gives each environment of either, sorted by name.
pub fn compare(old: &[ReleaseRecord], new: &[ReleaseRecord]) -> Vec<Difference> {
    let old = by_name(old);
    let new = by_name(new);
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    names
        .into_iter()
        .map(|name| Difference {
            environment: name.to_owned(),
            changes: match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) => release(old, new),
                (Some(gone), None) => vec![whole(gone, Class::Loosened, "no longer there, with")],
                (None, Some(added)) => vec![whole(added, Class::Tightened, "new, with")],
                (None, None) => Vec::new(),
            },
        })
        .collect()
}

fn by_name(releases: &[ReleaseRecord]) -> BTreeMap<&str, &ReleaseRecord> {
    releases.iter().map(|release| (release.environment.name.as_str(), release)).collect()
}

fn whole(release: &ReleaseRecord, class: Class, what: &str) -> Change {
    let rules = match release.rules.len() {
        1 => "1 rule".to_owned(),
        count => format!("{count} rules"),
    };
    Change::new(Aspect::Environment, class, format!("the environment is {what} {rules}"))
}

fn release(old: &ReleaseRecord, new: &ReleaseRecord) -> Vec<Change> {
    let mut changes = environment::changes(old, new);
    changes.extend(rule::changes(old, new));
    changes
}

/// A value's text, the same for each order of a map's keys.
fn sorted(value: &Json) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}
