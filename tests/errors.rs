//! Every mistake in a policy file is told with its place, its line, what was expected and what to do: one case, one
//! snapshot of what a person reads.
//!
//! A case is a folder of `tests/errors/cases`: its files take the place of those of `tests/errors/base`, and a file
//! that ends with `.removed` takes one away. One more case is one more folder.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use palisade::cli::all_faults;
use palisade::diagnostic::render;
use palisade::project::{SourceFile, load_from};

/// What a person reads who builds these files.
fn diagnose(files: &[SourceFile]) -> String {
    let loaded = load_from("policies", files);
    all_faults(&loaded).iter().map(|diagnostic| render(diagnostic, &loaded.sources, false) + "\n").collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

/// All files below a folder by their path relative to it, with `/`.
fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            let below = files_below(&entry.path());
            files.extend(below.into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)));
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

/// The base project with the files of a case.
fn project(case: Option<&Path>) -> Vec<SourceFile> {
    let mut files = files_below(&root().join("base"));
    for (path, bytes) in case.map(files_below).unwrap_or_default() {
        match path.strip_suffix(".removed") {
            Some(removed) => assert!(files.remove(removed).is_some(), "no file {removed}"),
            None => drop(files.insert(path, bytes)),
        }
    }
    files.into_iter().map(|(path, bytes)| SourceFile { path, bytes }).collect()
}

fn cases() -> Vec<String> {
    let folders = fs::read_dir(root().join("cases")).unwrap();
    let mut names: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_base_project_has_no_fault() {
    assert_eq!(diagnose(&project(None)), "");
}

#[test]
fn every_mistake_is_told() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("errors/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let failed: Vec<String> = cases()
        .into_iter()
        .filter(|case| {
            let told = diagnose(&project(Some(&root().join("cases").join(case))));
            let compared =
                AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(case.as_str(), told)));
            let is_told = told.contains("error[") || told.contains("warning[");
            assert!(is_told, "the case {case} gives neither an error nor a warning:\n{told}");
            catch_unwind(compared).is_err()
        })
        .collect();
    assert!(failed.is_empty(), "other texts than in tests/errors/snapshots: {failed:?}");
}

#[test]
fn no_snapshot_is_left_over() {
    let cases = cases();
    for file in fs::read_dir(root().join("snapshots")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let case = name.trim_end_matches(".snap");
        assert!(cases.iter().any(|known| known == case), "{name} belongs to no case");
    }
}

/// Whatever a file holds, the walk against the schema finds what the reader would trip over, and nothing panics.
#[test]
fn a_mutilated_file_is_told_by_the_walk() {
    let base = project(None);
    for (position, file) in base.iter().enumerate() {
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        for mutilated in mutilations(&text) {
            let mut files = base.clone();
            files[position].bytes = mutilated.clone().into_bytes();
            let told = diagnose(&files);
            assert!(!told.contains("unreadable-file"), "{told}\n{mutilated}");
        }
    }
}

/// Each line left out, each value replaced by one of another type, and the text cut off at each line's middle.
fn mutilations(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let before = lines[..number].join("\n");
        let after = lines[number + 1..].join("\n");
        all.push(format!("{before}\n{after}"));
        all.push(format!("{before}\n{}", &line[..line.len() / 2]));
        for (colon, _) in line.match_indices(": ") {
            let end = line[colon + 2..].find([',', '}']).map_or(line.len(), |end| colon + 2 + end);
            for value in ["5", "-1.5", "yes", "", "x", "[]", "{}", "[{}]", "{a: 1}", "99999999999"] {
                all.push(format!("{before}\n{}{value}{}\n{after}", &line[..colon + 2], &line[end..]));
            }
        }
    }
    all
}
