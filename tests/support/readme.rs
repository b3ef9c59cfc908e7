//! The tour of the README, held against what commands print: whoever follows it sees what it shows.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::fs;
use std::path::Path;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The README has this text.
pub fn shows(printed: &str) {
    assert!(readme().contains(printed.trim()), "the README shows something else:\n{printed}");
}

/// The README has a block of this language that is this text and nothing else.
pub fn shows_block(language: &str, text: &str) {
    shows(&format!("```{language}\n{text}```\n"));
}

/// Below this command the README has what it printed. An `…` of the README stands for anything.
pub fn shows_in_part(command: &str, printed: &str) {
    let readme = readme();
    let (_, rest) = readme
        .split_once(&format!("\n$ {command}\n"))
        .unwrap_or_else(|| panic!("the README has no `{command}`"));
    let end = ["\n$ ", "\n```"].iter().filter_map(|end| rest.find(end)).min().unwrap();
    let told = printed.trim();
    let is_shown = {
        let mut pieces = rest[..end].split('…');
        let first = pieces.next().unwrap_or_default();
        let mut left = told.strip_prefix(first);
        let mut last = first;
        for piece in pieces {
            left = left.and_then(|left| left.split_once(piece)).map(|(_, after)| after);
            last = piece;
        }
        left.is_some() && told.ends_with(last)
    };
    assert!(is_shown, "below `{command}` the README shows\n{}\nand printed was\n{told}", &rest[..end]);
}
