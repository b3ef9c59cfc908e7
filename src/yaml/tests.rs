//! Tests of reading as a whole.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::*;
use crate::diagnostic::{Severity, render};

/// One case a line: a text, and what is read. `kubectl` tells where it decides otherwise; everything else was
/// compared with it.
const READING: &str = include_str!("../../tests/yaml/reading.jsonl");

fn read_text(text: &str, dialect: Dialect) -> (Sources, Documents) {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text.to_owned());
    let budget = if dialect == Dialect::Policy { Budget::POLICY } else { Budget::MANIFEST };
    let read = read(&sources, file, dialect, &budget);
    (sources, read)
}

fn codes(read: &Documents, severity: Severity) -> Vec<&'static str> {
    let found = read.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity);
    found.map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn texts_are_read_as_kubectl_reads_them() {
    for line in READING.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let expected = |field: &str| case.get(field).cloned().unwrap_or(json!([]));
        let (_, read) = read_text(case["yaml"].as_str().unwrap(), Dialect::Manifest);
        let documents: Json = read.documents.iter().map(Node::to_json).collect();
        assert_eq!(documents, expected("documents"), "{line}");
        assert_eq!(json!(codes(&read, Severity::Error)), expected("errors"), "{line}");
        assert_eq!(json!(codes(&read, Severity::Warning)), expected("warnings"), "{line}");
    }
}

#[test]
fn policies_may_not_be_ambiguous() {
    for (text, code) in [
        ("a: 1\na: 2", "duplicate-key"),
        ("a: 1\n<<: {a: 2}", "duplicate-key"),
        ("caps: {n: 300}", "ambiguous-key"),
        ("on: 1", "ambiguous-key"),
        ("1.10: 1", "ambiguous-key"),
        ("", "empty-file"),
        ("# c\n---\n", "empty-file"),
    ] {
        assert_eq!(codes(&read_text(text, Dialect::Policy).1, Severity::Error), [code], "{text}");
    }
    let (_, read) = read_text("\"n\": 1\n'on': 2\n17: x\n<<: {a: 1}\na: 2\n", Dialect::Policy);
    assert_eq!(read.diagnostics, []);
    assert_eq!(read.documents[0].to_json(), json!({"n": 1, "on": 2, "17": "x", "a": 2}));
}

#[test]
fn every_node_keeps_its_place() {
    let text = "---\r\nä: 'x y' # c\nlist:\n- 1\n- {b: c}\n  \nmap:\n  k: |\n    a\n    b\nempty:\nq: &q [1,\n  2]\nr: *q\n";
    let (sources, read) = read_text(text, Dialect::Manifest);
    let root = &read.documents[0];
    let at = |node: &Node| sources.slice(node.span).to_owned();
    assert_eq!(at(root.get("ä").unwrap()), "'x y'");
    assert_eq!(at(root.get("list").unwrap()), "1\n- {b: c}");
    assert_eq!(at(&root.get("list").unwrap().as_list().unwrap()[1]), "{b: c}");
    assert_eq!(at(root.get("map").unwrap()), "k: |\n    a\n    b");
    assert_eq!(at(root.get("empty").unwrap()), "");
    assert_eq!(at(root.get("q").unwrap()), "[1,\n  2]");
    assert_eq!(root.get("r").unwrap().span, root.get("q").unwrap().span);
    assert_eq!(sources.slice(root.entry("map").unwrap().key_span), "map");
    assert_eq!(sources.line_column(root.entry("empty").unwrap().key_span), (11, 1));
    assert!(at(root).ends_with("r: *q"));
    let plain: Vec<bool> = root.as_map().unwrap().iter().map(|entry| entry.value.plain).collect();
    assert_eq!(plain, [false, false, false, true, false, false]);
    let (sources, read) = read_text(" {\"a\": [1, \"ä\" ] }", Dialect::Manifest);
    let list = read.documents[0].get("a").unwrap();
    assert_eq!(sources.slice(list.span), "[1, \"ä\" ]");
    assert_eq!(sources.slice(list.as_list().unwrap()[1].span), "\"ä\"");
}

#[test]
fn a_bad_document_does_not_hide_the_others() {
    let (_, read) =
        read_text("a: 1\n---\nb: {\n---\nc: 3\n---\n\td: |\n---\ne: \u{1}\n--- x\n", Dialect::Manifest);
    let documents: Vec<Json> = read.documents.iter().map(Node::to_json).collect();
    assert_eq!(documents, [json!({"a": 1}), json!({"c": 3}), json!({"d": ""}), json!("x")]);
    assert_eq!(codes(&read, Severity::Error), ["yaml-syntax", "control-character"]);
    assert_eq!(codes(&read, Severity::Warning), ["text-behind-separator"]);
}

#[test]
fn too_much_is_refused_in_time() {
    let deep =
        |count: usize, open: &str, close: &str| format!("{}x{}", open.repeat(count), close.repeat(count));
    let laughs = (1..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        let below = level - 1;
        text + &format!("a{level}: &a{level} [*a{below}, *a{below}]\n")
    });
    let quadratic = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(20_000), "*a,".repeat(20_000));
    let nested_anchors = format!("{}x", (0..90).map(|level| format!("&a{level} [")).collect::<String>());
    for (text, code) in [
        (deep(101, "[", "]"), "too-deep"),
        (format!("a: {}", deep(100_000, "[", "]")), "too-deep"),
        (deep(100_000, "{a: ", "}"), "too-deep"),
        (deep(100_000, "{\"a\":", "}"), "too-deep"),
        (deep(100_000, "- ", ""), "too-deep"),
        ((0..3000).map(|level| format!("{}a:\n", " ".repeat(level))).collect(), "too-deep"),
        (
            format!("a: &a {}\nb: [[{}]]", deep(60, "[", "]"), deep(60, "[", "]").replace('x', "*a")),
            "too-deep",
        ),
        (laughs, "too-many-nodes"),
        (quadratic, "too-many-nodes"),
        (nested_anchors, "yaml-syntax"),
        ("? ".repeat(50_000), "too-deep"),
        ("&a ".repeat(50_000), "yaml-syntax"),
        ("[".repeat(100_000), "too-deep"),
        ("a: \"".to_owned() + &"x\n\n".repeat(200_000), "yaml-syntax"),
    ] {
        let start = Instant::now();
        let (_, read) = read_text(&text, Dialect::Manifest);
        let shown: String = text.chars().take(60).collect();
        assert_eq!(codes(&read, Severity::Error), [code], "{shown}");
        assert!(start.elapsed() < Duration::from_secs(60), "{shown}: {:?}", start.elapsed());
    }
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", "a: 1\n".repeat(3));
    let documents = read(&sources, file, Dialect::Policy, &Budget { bytes: 10, ..Budget::POLICY });
    assert_eq!(codes(&documents, Severity::Error), ["file-too-large"]);
    let file = sources.add("b.json", "{\"a\":".repeat(100_000));
    let documents =
        read(&sources, file, Dialect::Manifest, &Budget { depth: usize::MAX, ..Budget::MANIFEST });
    assert_eq!(codes(&documents, Severity::Error), ["too-deep"]);
}

#[test]
fn many_keys_are_read_in_time() {
    let start = Instant::now();
    let text: String = (0..100_000).map(|key| format!("k{key}: {key}\n")).collect();
    let (_, read) = read_text(&(text.clone() + &text), Dialect::Manifest);
    assert_eq!(read.documents[0].as_map().unwrap().len(), 100_000);
    assert_eq!(read.diagnostics.len(), 100_000);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn many_faults_are_told_in_time() {
    let start = Instant::now();
    let (sources, read) = read_text(&"- {~: 1}\n".repeat(100_000), Dialect::Manifest);
    assert_eq!(read.diagnostics.len(), 100_000);
    let last = read.diagnostics.last().and_then(|diagnostic| diagnostic.span).unwrap();
    assert_eq!(sources.line_column(last), (100_000, 4));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn diagnostics_tell_what_to_do() {
    for (text, parts) in [
        ("{{- if .a }}\nb: 1\n{{- end }}\n", &["helm template"][..]),
        ("a: b: c\n", &["a.yaml:1:5", "quotes"]),
        ("a:\n  b: 1\n c: 2\n", &["a.yaml:3:2", "indent"]),
        ("a: @b\n", &["a.yaml:1:4", "begin with this character", "quotes"]),
        ("a: 'b\n", &["not closed", "put the whole text in quotes"]),
        ("a: x\u{2028}y\n", &["U+2028", "`\\u2028`"]),
        ("a: *b\n", &["error[unknown-anchor]", "a.yaml:1:4"]),
        ("a: .inf\n", &["`.inf` is no number in JSON", "a.yaml:1:4"]),
        ("a: 1\nb: 2\na: 3\n", &["a.yaml:3:1", "a.yaml:1:1", "first set here"]),
    ] {
        let (sources, read) = read_text(text, Dialect::Policy);
        let rendered = render(&read.diagnostics[0], &sources, false);
        for part in parts {
            assert!(rendered.contains(part), "{part:?} in {rendered}");
        }
    }
}
