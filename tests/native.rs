//! The native suites of the bundles, run by the engines' own tools: Gatekeeper's `gator verify` and Kyverno's `kyverno test`.
//!
//! ```sh
//! cargo test --test native                # both tools
//! cargo test --test native -- gator       # one of them
//! PALISADE_SKIP=native cargo test         # everything but this
//! ```

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

#[path = "support/folder.rs"]
mod folder;
#[path = "support/go.rs"]
mod go;
#[path = "native/suites.rs"]
mod suites;
#[path = "native/tool.rs"]
mod tool;

use folder::{Folder, tests};
use tool::Tool;

/// The bundles: a project, its environments with suites, and the least number of questions that each tool is asked about them.
const BUNDLES: [(&str, &str, [usize; 2]); 4] = [
    ("policies", "production", [90, 220]),
    ("policies", "staging", [90, 220]),
    ("tests/projects/small", "production", [5, 15]),
    ("tests/projects/language", "everything", [100, 200]),
];

fn main() -> ExitCode {
    if std::env::var("PALISADE_SKIP").is_ok_and(|skipped| skipped.split(',').any(|part| part == "native")) {
        println!("SKIPPED: native (PALISADE_SKIP)");
        return ExitCode::SUCCESS;
    }
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let tools =
        Tool::ALL.into_iter().filter(|tool| asked.is_empty() || asked.iter().any(|one| one == tool.name()));
    let tools: Vec<(Tool, PathBuf)> =
        tools.map(|tool| (tool, tool.build().unwrap_or_else(|fault| panic!("{fault}")))).collect();
    assert!(!tools.is_empty(), "there are `gator` and `kyverno`");
    for (project, environment, least) in BUNDLES {
        let folder = built(project);
        let suites = folder.path(&format!("out/.palisade/{environment}/tests"));
        for (tool, executable) in &tools {
            prove(*tool, executable, (project, environment), &suites, least);
        }
    }
    let folder = built("tests/projects/small");
    for (tool, executable) in &tools {
        a_wrong_expectation_is_found(*tool, executable, &folder);
    }
    ExitCode::SUCCESS
}

/// A folder with the bundles of a project.
fn built(project: &str) -> Folder {
    let folder = Folder::empty();
    let project = tests().join("..").join(project);
    let ran = folder.palisade(&["build", "--project", project.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.told());
    folder
}

/// A tool finds in each suite what is expected, and was really asked each question.
fn prove(
    tool: Tool,
    executable: &Path,
    (project, environment): (&str, &str),
    suites: &Path,
    least: [usize; 2],
) {
    let began = Instant::now();
    let expected = suites::questions(tool, suites);
    let found = tool.run(executable, suites);
    let shown = format!("{} on `{environment}` of {project}", tool.name());
    assert!(found.is_success, "{shown}:\n{}", found.told);
    assert_eq!(found.answers, expected.all(), "{shown}: a question wasn't asked:\n{}", found.told);
    assert!(expected.bad > 0 && expected.good > 0, "{shown}: {expected:?}");
    let least = if tool == Tool::Gator { least[0] } else { least[1] };
    assert!(expected.all() >= least, "{shown}: only {expected:?}, and once there were {least}");
    println!("{shown}: {} bad, {} good, {:.1} s", expected.bad, expected.good, began.elapsed().as_secs_f32());
}

/// The tool fails if a suite expects what isn't so: each object that breaks the rule is said to be good.
fn a_wrong_expectation_is_found(tool: Tool, executable: &Path, folder: &Folder) {
    let rule = folder.path("out/.palisade/production/tests/ACM-002");
    for suite in suites::below(&rule, tool) {
        let text = fs::read_to_string(&suite).unwrap();
        let (right, wrong) = tool.wrong_expectation();
        assert!(text.contains(right), "{}: nothing to falsify", suite.display());
        fs::write(&suite, text.replace(right, wrong)).unwrap();
        let found = tool.run(executable, suite.parent().unwrap());
        assert!(
            !found.is_success,
            "{} doesn't find the wrong expectation in {}",
            tool.name(),
            suite.display()
        );
        fs::write(&suite, text).unwrap();
    }
}

/// Runs a command in a folder, and gives its output and whether it succeeded.
fn run(command: &mut Command, folder: &Path) -> (String, bool) {
    let ran = command.current_dir(folder).env("NO_COLOR", "1").output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (told, ran.status.success())
}
