//! The documentation: what pages that are made say of every part of the language, and that those written by hand speak of what there is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn palisade(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_palisade")).args(arguments).current_dir(root()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The Markdown files of the repository that people read: the README, and all below `docs`.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// Each predicate, operand and loop in words.
#[test]
fn every_part_of_the_language_has_words() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    palisade(&["docs", "--project", "tests/projects/language", "--output", output]);
    let mut pages: Vec<PathBuf> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let mut told = String::new();
    for page in pages.iter().filter(|page| page.file_name().unwrap() != "README.md") {
        let text = fs::read_to_string(page).unwrap();
        let (head, rest) = text.split_once("## What it means").unwrap();
        told.push_str(head.lines().find(|line| line.starts_with("# ")).unwrap());
        let said = rest.split("\n## ").next().unwrap();
        // The newest version is enough: what changes with the version has a snapshot of its own.
        told.push_str(said.split("\n### ").take(2).collect::<Vec<_>>().join("\n### ").as_str());
        told.push('\n');
    }
    insta::assert_snapshot!(told);
}

#[test]
fn every_link_inside_the_repository_leads_somewhere() {
    let mut faults = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        // What stands in code is no link.
        let text: String = text.split('`').step_by(2).collect();
        for rest in text.split("](").skip(1) {
            let link = rest.split(')').next().unwrap();
            let path = link.split('#').next().unwrap();
            if path.is_empty() || link.starts_with("http") {
                continue;
            }
            if !page.parent().unwrap().join(path).exists() {
                faults.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The rules and profiles that a page written by hand names are those of the catalogue.
#[test]
fn what_a_page_names_is_there() {
    let listed = palisade(&["list"]);
    let rules: BTreeSet<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let profile = |name: &str| root().join(format!("policies/profiles/{name}.yaml")).exists();
    let mut faults = Vec::new();
    let text = fs::read_to_string(root().join("docs/coming-from.md")).unwrap();
    let words = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'));
    for word in words {
        if is_rule(word) && !rules.contains(word) {
            faults.push(format!("there is no rule {word}"));
        }
    }
    for name in text.split('`').skip(1).step_by(2) {
        let is_named = name.starts_with("pod-security-") || name.starts_with("eks-");
        if is_named && !name.contains('/') && !profile(name) {
            faults.push(format!("there is no profile {name}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Whether a word is a rule's id of the catalogue: `POD-001`.
fn is_rule(word: &str) -> bool {
    let is_prefix = |prefix: &str| ["POD", "GOV", "IDN", "IMG", "NOD", "RUN"].contains(&prefix);
    word.split_once('-').is_some_and(|(prefix, number)| {
        is_prefix(prefix) && number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
