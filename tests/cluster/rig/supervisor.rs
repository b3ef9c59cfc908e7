//! The program that starts the cluster's processes and ends them (`tests/cluster/supervisor`), asked over pipes.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

/// How many of a log's last lines are shown when its process has ended.
const LAST_LINES: usize = 25;

/// The supervisor, running.
pub struct Supervisor {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    logs: PathBuf,
    memory: Memory,
}

/// How the processes, which are all written in Go, deal with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// As they are installed.
    AsInstalled,
    /// They collect garbage seldom, and keep no account of what they allocate: a third of the time, in Kyverno's case.
    Plenty,
}

impl Memory {
    /// The variables of a Go program's environment.
    fn variables(self) -> Vec<(String, String)> {
        match self {
            Memory::AsInstalled => Vec::new(),
            Memory::Plenty => [("GOGC", "400"), ("GODEBUG", "memprofilerate=0")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }
}

/// A process to start.
pub struct Process<'a> {
    /// Its name, and that of its log.
    pub name: &'a str,
    pub executable: &'a Path,
    pub arguments: Vec<String>,
    /// The environment, beside `PATH` and `HOME`.
    pub environment: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    error: String,
    #[serde(default)]
    pid: u32,
    #[serde(default)]
    ended: Vec<String>,
}

impl Supervisor {
    /// Starts it. `data` is removed when it ends; `logs` stays.
    pub fn start(executable: &Path, data: &Path, logs: &Path, memory: Memory) -> Result<Self, String> {
        let mut process = Command::new(executable)
            .arg("-data")
            .arg(data)
            .arg("-logs")
            .arg(logs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{}` can't be started: {error}", executable.display()))?;
        let questions = process.stdin.take();
        let answers = process.stdout.take().ok_or("the supervisor has no standard output")?;
        Ok(Self { process, questions, answers: BufReader::new(answers), logs: logs.to_owned(), memory })
    }

    /// The number of its own process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Starts a process; gives its number.
    pub fn launch(&mut self, process: &Process<'_>) -> Result<u32, String> {
        let inherited = ["PATH", "HOME"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)));
        let environment: Vec<String> = inherited
            .chain(self.memory.variables())
            .chain(process.environment.iter().cloned())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = self.ask(&json!({
            "op": "start", "name": process.name, "path": process.executable,
            "args": process.arguments, "env": environment,
        }))?;
        Ok(answer.pid)
    }

    /// Ends a process.
    pub fn end(&mut self, name: &str) -> Result<(), String> {
        self.ask(&json!({"op": "end", "name": name})).map(|_| ())
    }

    /// Writes the certificates of the cluster into a folder: `ca.crt`, `tls.crt`, `tls.key`, `sa.key`.
    pub fn write_certificates(&mut self, folder: &Path) -> Result<(), String> {
        self.ask(&json!({"op": "certificates", "path": folder})).map(|_| ())
    }

    /// Fails with the end of the log of each process that has ended by itself.
    pub fn check(&mut self) -> Result<(), String> {
        let ended = self.ask(&json!({"op": "ended"}))?.ended;
        if ended.is_empty() {
            return Ok(());
        }
        let told = ended.iter().map(|process| {
            let name = process.split(':').next().unwrap_or_default();
            format!("a process of the cluster has ended: {process}\n{}", self.end_of_log(name))
        });
        Err(told.collect::<Vec<_>>().join("\n"))
    }

    /// The last lines of a process's log.
    pub fn end_of_log(&self, name: &str) -> String {
        let path = self.logs.join(format!("{name}.log"));
        let text =
            fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
        format!("the end of `{}`:\n{}", path.display(), last.join("\n"))
    }

    fn ask(&mut self, question: &Value) -> Result<Answer, String> {
        let broken = |error: std::io::Error| format!("the cluster's supervisor has ended: {error}");
        let questions = self.questions.as_mut().ok_or("the supervisor was ended")?;
        writeln!(questions, "{question}").and_then(|()| questions.flush()).map_err(broken)?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(broken)?;
        let answer: Answer = serde_json::from_str(&line).map_err(|error| format!("{error} in `{line}`"))?;
        if answer.error.is_empty() { Ok(answer) } else { Err(answer.error) }
    }
}

impl Drop for Supervisor {
    /// It ends, and all processes with it, when its input does.
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}
