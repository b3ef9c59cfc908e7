//! Our reader and writer of YAML against kubectl's own code (`tests/engines/admission`, operation `yaml`).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/engines.rs"]
#[expect(dead_code, reason = "these tests judge nothing")]
mod engines;

use engines::{Engine, Program};
use palisade::diagnostic::{Severity, Sources};
use palisade::yaml::{Budget, Dialect, Documents, Node, read, write};
use serde::Deserialize;
use serde_json::{Value, json};

const READING: &str = include_str!("yaml/reading.jsonl");
const TEXTS: &str = include_str!("yaml/texts.jsonl");
const MANIFESTS: &str = include_str!("yaml/manifests.yaml");

/// What is put into manifests to change them. No `...`: kubectl does not read on behind it, and we do.
const PIECES: [&str; 28] = [
    " ", "  ", "\n", "\n  ", ":", ": ", "- ", "\n- ", "#", " #", "'", "\"", "|", ">", "[", "]", "{", "}",
    ", ", "&a ", "*a", "!", "?", "\\", "\t", "<<: ", "yes", "0x1",
];

/// Each document's JSON, or why kubectl refuses it.
#[derive(Deserialize)]
struct Answer {
    documents: Vec<Value>,
}

fn read_text(text: &str) -> Documents {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text.to_owned());
    read(&sources, file, Dialect::Manifest, &Budget::MANIFEST)
}

fn ours(text: &str) -> Vec<Value> {
    read_text(text).documents.iter().map(Node::to_json).collect()
}

/// What kubectl reads, and whether it refuses something; numbers as the API server decodes them.
fn kubectls(engine: &mut Engine, text: &str) -> (Vec<Value>, bool) {
    let answer: Answer = engine.ask(&json!({"op": "yaml", "text": text})).unwrap();
    let values = answer.documents.iter().filter_map(|document| document.get("json"));
    let documents = values
        .flat_map(|value| ours(&format!("{{\"a\": {value}}}")))
        .map(|value| value["a"].clone())
        .collect();
    (documents, answer.documents.iter().any(|document| document.get("error").is_some()))
}

#[test]
fn kubectl_reads_what_we_read() {
    let mut engine = Engine::start(Program::Admission).unwrap();
    for line in READING.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["yaml"].as_str().unwrap();
        let (documents, refuses) = kubectls(&mut engine, text);
        match case.get("kubectl").and_then(Value::as_str) {
            None => {
                assert_eq!(refuses, case.get("errors").is_some(), "{line}");
                assert!(refuses || documents == ours(text), "{line}");
            }
            Some("refuses") => assert!(refuses, "{line}"),
            Some("takes") => assert!(!refuses && case.get("errors").is_some(), "{line}"),
            Some(_) => assert!(!refuses && documents != ours(text), "{line}"),
        }
    }
}

#[test]
fn kubectl_reads_what_we_write() {
    let mut engine = Engine::start(Program::Admission).unwrap();
    for line in TEXTS.lines() {
        let text: Value = serde_json::from_str(line).unwrap();
        let value = json!({"a": text, text.as_str().unwrap(): [text, [text]]});
        assert_eq!(kubectls(&mut engine, &write(&value)), (vec![value.clone()], false), "{value}");
    }
}

/// Where we read a changed manifest without a complaint, kubectl reads the same, or refuses it. Texts that are nothing
/// but a scalar are no manifests; what stands behind `...` kubectl leaves out.
#[test]
fn kubectl_never_reads_otherwise() {
    let mut engine = Engine::start(Program::Admission).unwrap();
    let lines: Vec<&str> = MANIFESTS.split_inclusive('\n').filter(|line| !line.starts_with("---")).collect();
    let mut state = 1_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut compared = 0;
    for _ in 0..5_000 {
        let first = below(lines.len());
        let last = (first + 1 + below(10)).min(lines.len());
        let mut text = lines[first..last].concat();
        for _ in 0..below(3) {
            text.insert_str(text.floor_char_boundary(below(text.len() + 1)), PIECES[below(PIECES.len())]);
        }
        let read = read_text(&text);
        let complains = read.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        let (documents, refuses) = kubectls(&mut engine, &text);
        let scalar = documents.iter().any(|document| !document.is_object() && !document.is_array());
        if !complains && !refuses && !scalar && !text.contains("...") {
            assert_eq!(ours(&text), documents, "{text}");
            compared += 1;
        }
    }
    assert!(compared > 1_000, "{compared}");
}
