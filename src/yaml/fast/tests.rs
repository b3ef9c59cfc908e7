//! The short way reads what the complete way reads.

use std::collections::BTreeMap;

use crate::diagnostic::Sources;
use crate::yaml::{Budget, Dialect, Documents, Reading, loader, split, syntax};

/// Manifests of many forms; the short way takes all of their documents but those that say `complete`.
const MANIFESTS: &str = include_str!("../../../tests/yaml/manifests.yaml");

const READING: &str = include_str!("../../../tests/yaml/reading.jsonl");

/// Pieces of which documents are made up.
const PIECES: [&str; 60] = [
    "a",
    "b",
    "key",
    "on",
    "y",
    "1",
    "0x1f",
    "1e3",
    "-1",
    "~",
    "é",
    " ",
    "  ",
    "    ",
    "\n",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\n\n",
    ":",
    ": ",
    ": ",
    ": ",
    ":\n",
    ":\n  ",
    "- ",
    "- ",
    "\n- ",
    "\n  - ",
    "-",
    " #",
    "# c\n",
    "'",
    "\"",
    "'a'",
    "\"b\"",
    "''",
    "|",
    "|\n",
    "|-\n",
    " |\n  a\n  ",
    ">",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "[a, b]",
    "{a: b}",
    "[]",
    "{}",
    "&a ",
    "*a",
    "!",
    "?",
    "\\",
    "\t",
    "...",
    "<<",
];

/// Reads the documents of a text in both ways; counts those that the short way took.
fn compare(text: &str) -> usize {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text.to_owned());
    let reading = Reading { file, text, dialect: Dialect::Manifest, budget: &Budget::MANIFEST };
    let mut taken = 0;
    for range in split::documents(text, 0) {
        if syntax::forbidden_character(&reading, range.start, range.end).is_some() {
            continue;
        }
        let Some(short) = super::read(&reading, range.start, range.end) else { continue };
        let mut complete = Documents::default();
        loader::read_completely(&reading, range, &mut complete);
        assert_eq!(complete, Documents { documents: vec![short], diagnostics: Vec::new() }, "{text}");
        taken += 1;
    }
    taken
}

/// Numbers that are the same in every run (a linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

#[test]
fn manifests_go_the_short_way() {
    for document in split::documents(MANIFESTS, 0) {
        let text = &MANIFESTS[document];
        assert_eq!(compare(text), usize::from(!text.contains("# complete")), "{text}");
    }
}

#[test]
fn single_cases_are_read_alike() {
    for line in READING.lines() {
        let case: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        compare(case["yaml"].as_str().unwrap());
    }
}

#[test]
fn made_up_documents_are_read_alike() {
    let mut numbers = Numbers(1);
    let mut taken = 0;
    for _ in 0..60_000 {
        let text: String = (0..1 + numbers.below(14)).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
        taken += compare(&text);
    }
    assert!(taken > 400, "{taken}");
}

#[test]
fn changed_manifests_are_read_alike() {
    let mut numbers = Numbers(2);
    let documents: Vec<&str> =
        split::documents(MANIFESTS, 0).into_iter().map(|range| &MANIFESTS[range]).collect();
    let mut taken = 0;
    for _ in 0..20_000 {
        let document = documents[numbers.below(documents.len())];
        let mut lines: Vec<&str> = document.split_inclusive('\n').collect();
        let first = numbers.below(lines.len());
        let mut lines = lines.split_off(first);
        lines.truncate(1 + numbers.below(12));
        let mut text = lines.concat();
        for _ in 0..numbers.below(3) {
            let offset = text.floor_char_boundary(numbers.below(text.len() + 1));
            match numbers.below(3) {
                0 if offset < text.len() => drop(text.remove(offset)),
                _ => text.insert_str(offset, PIECES[numbers.below(PIECES.len())]),
            }
        }
        taken += compare(&text);
    }
    assert!(taken > 1_500, "{taken}");
}
