//! A Pod of which the evaluator and the library say different things: made as small as it can be, and told.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::standard::{Standard, VERSIONS};

/// A check on which the two differ over a Pod.
pub struct Disagreement {
    /// Where the Pod comes from.
    pub origin: String,
    /// The check.
    pub check: String,
    /// Whether the library forbids the Pod, and the evaluator doesn't; else it is the other way round.
    pub forbidden: bool,
    /// The standards in which they differ.
    pub standards: Vec<Standard>,
}

impl Disagreement {
    /// The text for people, with the Pod made small; it is also written to a file.
    pub fn told(&self, pod: &Value) -> String {
        let places = places_of(&self.standards);
        let (ours, theirs) = if self.forbidden { ("allows", "forbids") } else { ("forbids", "allows") };
        let yaml = serde_yaml::to_string(pod).unwrap_or_default();
        let said = format!("the evaluator {ours} what the library {theirs} by {}", self.check);
        let file = self.keep(&format!("# {}: {said}\n{yaml}", places));
        let indented: String = yaml.lines().map(|line| format!("    {line}\n")).collect();
        format!(
            "{}: {said}, at {}\n  made small:\n{indented}  once it is mended, move {file} to tests/pod_security/regressions",
            self.origin, places,
        )
    }

    /// Writes the Pod as a file of the regressions, and gives its path.
    fn keep(&self, text: &str) -> String {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disagreements");
        let name: String = format!("{} {}", self.check, self.origin)
            .split(|one: char| !one.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<&str>>()
            .join("-");
        let path = folder.join(format!("{name}.yaml"));
        match fs::create_dir_all(&folder).and_then(|()| fs::write(&path, text)) {
            Ok(()) => path.display().to_string(),
            Err(error) => format!("this (it couldn't be written: {error})"),
        }
    }
}

/// The standards for people: `baseline 1.29–1.31, restricted 1.35`.
fn places_of(standards: &[Standard]) -> String {
    let mut runs: Vec<(Standard, Standard)> = Vec::new();
    for standard in standards {
        let place = |version: &str| VERSIONS.iter().position(|known| *known == version);
        match runs.last_mut() {
            Some((first, last))
                if first.level == standard.level
                    && place(last.version).map(|place| place + 1) == place(standard.version) =>
            {
                *last = *standard;
            }
            Some(_) | None => runs.push((*standard, *standard)),
        }
    }
    let told = runs.iter().map(|(first, last)| {
        let Standard { level, version } = first;
        if first == last {
            format!("{level} {version}")
        } else {
            format!("{level} {version}–{}", last.version)
        }
    });
    told.collect::<Vec<String>>().join(", ")
}

/// Takes away from a Pod whatever can be taken away with the test still true. It is asked at most so many times.
pub fn minimised(pod: &Value, mut budget: usize, still: &mut dyn FnMut(&Value) -> bool) -> Value {
    let mut smallest = pod.clone();
    loop {
        let mut smaller = false;
        for pointer in places(&smallest, "") {
            let mut tried = smallest.clone();
            if !remove(&mut tried, &pointer) {
                continue;
            }
            if budget == 0 {
                return smallest;
            }
            budget -= 1;
            if still(&tried) {
                smallest = tried;
                smaller = true;
            }
        }
        if !smaller {
            return smallest;
        }
    }
}

/// The places in a value, outer ones first, later items of a list first.
fn places(value: &Value, below: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (format!("{below}/{}", key.replace('~', "~0").replace('/', "~1")), value))
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().rev().map(|(index, value)| (format!("{below}/{index}"), value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let mut all: Vec<String> = children.iter().map(|(pointer, _)| pointer.clone()).collect();
    all.extend(children.iter().flat_map(|(pointer, value)| places(value, pointer)));
    all
}

/// Takes away what is at a place, but for what each Pod must have. Gives whether there was something.
fn remove(value: &mut Value, pointer: &str) -> bool {
    let kept = ["/apiVersion", "/kind", "/metadata", "/metadata/name", "/spec"];
    let is_needed = kept.contains(&pointer) || pointer.ends_with("/name") || pointer.ends_with("/image");
    let Some((parent, last)) = pointer.rsplit_once('/').filter(|_| !is_needed) else { return false };
    match value.pointer_mut(parent) {
        Some(Value::Object(entries)) => {
            entries.shift_remove(&last.replace("~1", "/").replace("~0", "~")).is_some()
        }
        Some(Value::Array(items)) => match last.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            Ok(_) | Err(_) => false,
        },
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => false,
    }
}
