//! The real engines, in process behind Go programs (`tests/engines`): started once, asked over pipes, ended with the test.
//!
//! Knows the protocol (`tests/engines/*/protocol.go`) and no rule.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use palisade::ir::Target;
use serde::Deserialize;
use serde_json::{Value, json};

#[path = "go.rs"]
pub mod go;
#[path = "engines/program.rs"]
mod program;

pub use program::Program;

/// What makes a Go program collect garbage seldom, and keep no account of what it allocates.
const THRIFT: [(&str, &str); 2] = [("GOGC", "400"), ("GODEBUG", "memprofilerate=0")];

/// A Go program that is running.
pub struct Engine {
    program: Program,
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// A write to a cluster, as the API server would send it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub operation: &'static str,
    /// Empty for the object itself.
    pub subresource: &'static str,
    /// The API group, the version, the kind and its plural.
    pub group: String,
    pub version: String,
    pub kind: String,
    pub resource: String,
    /// Empty for cluster-scoped kinds.
    pub namespace: String,
    pub name: String,
    /// Null on DELETE.
    pub object: Value,
    /// Null on CREATE.
    pub old_object: Value,
    /// Whether the API server's own types read the object first (ValidatingAdmissionPolicy only).
    pub typed: bool,
    /// The groups of who asks, beside those that everybody is in.
    pub groups: Vec<String>,
}

/// What the policies of a set find around them.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Kinds that the cluster serves, as the protocol has them.
    pub kinds: Vec<Value>,
    /// The Namespaces that exist.
    pub namespaces: Vec<Value>,
    /// The API server in whose environment expressions must compile: `1.33`.
    pub kubernetes: String,
    /// Whether ValidatingAdmissionPolicies are left without the API server's check of their types, which only warns, and takes most of
    /// a load's time.
    pub untyped: bool,
}

/// What an engine says to a request.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// Whether the request goes through.
    pub allowed: bool,
    /// Each policy that had something against it.
    pub violations: Vec<Violation>,
    /// Why the request reached no policy; empty if it did.
    #[serde(default)]
    pub refused: String,
    /// The exemptions that the policies leave a trace of; absent for an engine that can leave none.
    pub exempted: Option<BTreeSet<String>>,
}

/// A policy that had something against a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Violation {
    /// What the policy does: `deny`, `warn` or `audit`.
    pub action: String,
    /// The policy's own text.
    pub message: String,
    /// Whether an expression failed, and not the object.
    pub error: bool,
}

#[derive(Deserialize)]
struct LoadAnswer {
    errors: Vec<String>,
    warnings: Vec<String>,
    defaulted: Vec<String>,
}

#[derive(Deserialize)]
struct RegoAnswer {
    formatted: Vec<Option<String>>,
    errors: Vec<String>,
}

#[derive(Deserialize)]
struct JudgeAnswer {
    verdicts: Vec<Answer>,
}

impl Engine {
    /// Builds the program if it isn't in the cache, and starts it with little work on its memory. The error says what to install.
    pub fn start(program: Program) -> Result<Self, String> {
        Self::start_with(program, &THRIFT)
    }

    /// The same, with nothing set: as it is when it is timed.
    #[allow(dead_code, reason = "the benchmark alone times it")]
    pub fn start_plain(program: Program) -> Result<Self, String> {
        Self::start_with(program, &[])
    }

    fn start_with(program: Program, environment: &[(&str, &str)]) -> Result<Self, String> {
        let executable = program.build()?;
        let mut process = Command::new(&executable)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(program.log()?)
            .spawn()
            .map_err(|error| format!("`{}` can't be started: {error}", executable.display()))?;
        let questions = process.stdin.take();
        let answers = process.stdout.take().ok_or("the engine has no standard output")?;
        Ok(Self { program, process, questions, answers: BufReader::new(answers) })
    }

    /// Replaces the set by these policies. What the cluster would refuse, warn of or add to them is the error.
    pub fn load(&mut self, target: Target, documents: &[Value], around: &Surroundings) -> Result<(), String> {
        let answer: LoadAnswer = self.ask(&json!({
            "op": "load", "set": target.name(), "engine": target.name(), "documents": documents,
            "kinds": around.kinds, "namespaces": around.namespaces, "kubernetes": around.kubernetes, "type_check": !around.untyped,
        }))?;
        let said = [("error", answer.errors), ("warning", answer.warnings), ("defaulted", answer.defaulted)];
        let faults: Vec<String> = said
            .into_iter()
            .flat_map(|(word, texts)| texts.into_iter().map(move |text| format!("{word}: {text}")))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }

    /// Whether modules of Rego are as `opa fmt` prints them, and pass `opa check --strict` together; each with its path. The error
    /// says what isn't right.
    fn check_rego(&mut self, modules: &[(String, String)]) -> Result<(), String> {
        let asked: Vec<Value> =
            modules.iter().map(|(path, text)| json!({"path": path, "text": text})).collect();
        let answer: RegoAnswer = self.ask(&json!({"op": "opa", "modules": asked}))?;
        let mut faults = answer.errors;
        for ((path, text), formatted) in modules.iter().zip(&answer.formatted) {
            if formatted.as_ref() != Some(text) {
                let printed = formatted.as_deref().unwrap_or("nothing");
                faults.push(format!("{path}: `opa fmt` prints something else:\n{printed}"));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }

    /// As [`Engine::check_rego`], of all modules of a ConstraintTemplate.
    pub fn check_template(&mut self, template: &Value) -> Result<(), String> {
        let name = template["metadata"]["name"].as_str().unwrap_or_default();
        let source = &template["spec"]["targets"][0]["code"][0]["source"];
        let rego = [&source["rego"]].into_iter().chain(source["libs"].as_array().into_iter().flatten());
        let modules: Vec<(String, String)> = rego
            .enumerate()
            .map(|(index, text)| {
                (format!("{name}-{index}.rego"), text.as_str().unwrap_or_default().to_owned())
            })
            .collect();
        self.check_rego(&modules)
    }

    /// What the set that was loaded says to each request.
    pub fn judge<'a>(
        &mut self,
        target: Target,
        requests: impl Iterator<Item = &'a Request>,
    ) -> Result<Vec<Answer>, String> {
        let requests: Vec<Value> = requests.map(Request::to_json).collect();
        let count = requests.len();
        let answer: JudgeAnswer =
            self.ask(&json!({"op": "judge", "set": target.name(), "requests": requests}))?;
        if answer.verdicts.len() == count {
            Ok(answer.verdicts)
        } else {
            Err(format!("{count} requests, but {} answers", answer.verdicts.len()))
        }
    }

    /// Sends one line and reads one.
    pub fn ask<T: for<'de> Deserialize<'de>>(&mut self, question: &Value) -> Result<T, String> {
        let broken = |error: std::io::Error| {
            format!(
                "the engine `{}` has ended: {error}; see {}",
                self.program.name(),
                self.program.log_path()
            )
        };
        let questions = self.questions.as_mut().ok_or("the engine was ended")?;
        writeln!(questions, "{question}").and_then(|()| questions.flush()).map_err(broken)?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(broken)?;
        if line.is_empty() {
            return Err(broken(std::io::ErrorKind::UnexpectedEof.into()));
        }
        let answer: Value = serde_json::from_str(&line).map_err(|error| format!("{error} in `{line}`"))?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(format!("the engine `{}`: {error}", self.program.name())),
            None => serde_json::from_value(answer).map_err(|error| format!("{error} in `{line}`")),
        }
    }
}

impl Drop for Engine {
    /// The programs end with their input.
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}

impl Request {
    /// The request in the protocol's words.
    pub fn to_json(&self) -> Value {
        let everybody = ["system:serviceaccounts", "system:serviceaccounts:test", "system:authenticated"];
        let groups: Vec<&str> = everybody.into_iter().chain(self.groups.iter().map(String::as_str)).collect();
        json!({
            "user": {"username": "system:serviceaccount:test:writer", "groups": groups},
            "operation": self.operation, "subresource": self.subresource, "group": self.group,
            "version": self.version, "kind": self.kind, "resource": self.resource, "namespace": self.namespace,
            "name": self.name, "object": self.object, "old_object": self.old_object, "typed": self.typed,
        })
    }
}
