//! The standards' own library, behind its Go program: what holds at which level and version, what it says of Pods, and how often
//! each of its conditions came to which outcome.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::engines::{Engine, Program};
use crate::standard::{Standard, VERSIONS};

/// The library's version that the standards are taken from.
const VERSION: &str = "v0.37.2";

/// The library.
pub struct Library {
    engine: Engine,
    /// The revisions of checks that hold, by standard.
    active: BTreeMap<Standard, Vec<Revision>>,
}

/// A check as it is from one version of the standards on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Revision {
    /// The check's id.
    pub check: String,
    /// The id and the version: `procMount@1.35`.
    #[serde(rename = "revision")]
    pub name: String,
}

/// A condition in the library's source, with its outcomes.
#[derive(Clone, Debug, Deserialize)]
pub struct Condition {
    pub function: String,
    /// File and line.
    pub place: String,
    pub text: String,
    /// How often the function ran.
    pub entered: u64,
    #[serde(rename = "true")]
    pub yes: u64,
    /// Absent for a case of a switch over a value.
    #[serde(rename = "false")]
    pub no: Option<u64>,
}

#[derive(Deserialize)]
struct StandardsAnswer {
    library: String,
    active: BTreeMap<String, BTreeMap<String, Vec<Revision>>>,
}

#[derive(Deserialize)]
struct JudgeAnswer {
    verdicts: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Verdict {
    forbidden: Vec<String>,
    #[serde(default)]
    unreadable: String,
    #[serde(default)]
    fault: String,
}

#[derive(Deserialize)]
struct ConditionsAnswer {
    conditions: Vec<Condition>,
}

impl Library {
    /// Starts the program, and asks which checks hold.
    pub fn start() -> Result<Self, String> {
        let mut engine = Engine::start(Program::PodSecurity)?;
        let answer: StandardsAnswer = engine.ask(&json!({"op": "standards", "versions": VERSIONS}))?;
        if answer.library != VERSION {
            return Err(format!("the library is {}, but {VERSION} was expected", answer.library));
        }
        let active = Standard::all()
            .map(|standard| (standard, answer.active[standard.level][standard.version].clone()))
            .collect();
        Ok(Self { engine, active })
    }

    /// The revisions that hold.
    pub fn active(&self, standard: Standard) -> &[Revision] {
        &self.active[&standard]
    }

    /// The names of the revisions that forbid each of the Pods.
    pub fn judge(&mut self, pods: &[Value]) -> Result<Vec<Vec<String>>, String> {
        let mut revisions: Vec<&String> = self.active.values().flatten().map(|one| &one.name).collect();
        revisions.sort_unstable();
        revisions.dedup();
        let asked = json!({"op": "judge", "revisions": revisions, "pods": pods});
        let answer: JudgeAnswer = self.engine.ask(&asked)?;
        let said = answer.verdicts.into_iter().zip(pods).map(|(verdict, pod)| {
            if verdict.unreadable.is_empty() && verdict.fault.is_empty() {
                Ok(verdict.forbidden)
            } else {
                Err(format!("the library: {}{} in {pod}", verdict.unreadable, verdict.fault))
            }
        });
        said.collect()
    }

    /// The conditions, with what was counted so far.
    pub fn conditions(&mut self) -> Result<Vec<Condition>, String> {
        let answer: ConditionsAnswer = self.engine.ask(&json!({"op": "conditions"}))?;
        if answer.conditions.is_empty() {
            return Err("the library's program was built without counts".to_owned());
        }
        Ok(answer.conditions)
    }
}
