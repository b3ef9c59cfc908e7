//! The engines' own tools: how they are built, run and read.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::go::GoProgram;
use crate::run;

/// A tool that runs suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Gatekeeper's.
    Gator,
    /// Kyverno's.
    Kyverno,
}

/// What a tool said of the suites below a folder.
pub struct Found {
    /// Whether all was as expected.
    pub is_success: bool,
    /// How many questions it answered by a policy that governs the object.
    pub answers: usize,
    /// What it printed.
    pub told: String,
}

impl Tool {
    pub const ALL: [Tool; 2] = [Tool::Gator, Tool::Kyverno];

    pub fn name(self) -> &'static str {
        match self {
            Tool::Gator => "gator",
            Tool::Kyverno => "kyverno",
        }
    }

    /// The name of its suites.
    pub fn suite(self) -> &'static str {
        match self {
            Tool::Gator => "suite.yaml",
            Tool::Kyverno => "kyverno-test.yaml",
        }
    }

    /// The executable, built if the cache has none. The error says what to install.
    pub fn build(self) -> Result<PathBuf, String> {
        let (module, package) = match self {
            Tool::Gator => {
                ("tests/native/modules/gator", "github.com/open-policy-agent/gatekeeper/v3/cmd/gator")
            }
            Tool::Kyverno => {
                ("tests/native/modules/kyverno", "github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno")
            }
        };
        let name = match self {
            Tool::Gator => "gator",
            Tool::Kyverno => "kyverno-cli",
        };
        GoProgram { name, module, package, overlay: None }.build()
    }

    /// Runs all suites below a folder.
    pub fn run(self, executable: &Path, folder: &Path) -> Found {
        let mut command = Command::new(executable);
        match self {
            Tool::Gator => command.args(["verify", "./...", "-v"]),
            Tool::Kyverno => command.args(["test", ".", "--remove-color", "--require-tests"]),
        };
        let (told, is_success) = run(&mut command, folder);
        let is_answer = |line: &&str| match self {
            Tool::Gator => line.trim_start().starts_with("--- PASS") && line.starts_with("    "),
            // A policy that doesn't govern the object is `Excluded`, which the tool takes for any expectation.
            Tool::Kyverno => line.contains("│ Pass   │ Ok     │"),
        };
        let answers = told.lines().filter(is_answer).count();
        Found { is_success, answers, told }
    }

    /// What a suite says of an object that breaks a rule, and what it would say if the object were good.
    pub fn wrong_expectation(self) -> (&'static str, &'static str) {
        match self {
            Tool::Gator => ("violations: 1", "violations: 0"),
            Tool::Kyverno => ("result: fail", "result: pass"),
        }
    }
}
