//! What suites ask, read from their files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::tool::Tool;

/// How many objects are expected to break a rule, and how many not to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Questions {
    pub bad: usize,
    pub good: usize,
}

impl Questions {
    pub fn all(self) -> usize {
        self.bad + self.good
    }
}

/// The suites of a tool below a folder.
pub fn below(folder: &Path, tool: Tool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path, tool));
        } else if path.file_name().is_some_and(|name| name == tool.suite()) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What the suites of a tool ask together.
pub fn questions(tool: Tool, folder: &Path) -> Questions {
    let mut questions = Questions::default();
    for path in below(folder, tool) {
        let suite: Value = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let expectations: Vec<bool> = match tool {
            Tool::Gator => list(&suite["tests"][0]["cases"])
                .map(|case| case["assertions"][0]["violations"] == 1)
                .collect(),
            Tool::Kyverno => list(&suite["results"]).map(|result| result["result"] == "fail").collect(),
        };
        assert!(!expectations.is_empty(), "{} asks nothing", path.display());
        questions.bad += expectations.iter().filter(|is_bad| **is_bad).count();
        questions.good += expectations.iter().filter(|is_bad| !**is_bad).count();
    }
    questions
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
