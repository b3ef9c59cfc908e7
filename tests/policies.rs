//! The shipped policy files: what editors need to help with them is there and fresh.
//!
//! `INSTA_UPDATE=always cargo test --test policies` writes the schemas anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use palisade::diagnostic::render;
use palisade::project::{SourceFile, load_from, schemas};

fn policies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn the_schemas_are_fresh() {
    let folder = policies().join("schemas");
    let update = std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always");
    for (name, text) in schemas() {
        if update {
            fs::write(folder.join(&name), &text).unwrap();
        }
        let committed = fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(committed == text, "policies/schemas/{name} is stale: see the head of tests/policies.rs");
    }
    let known = schemas();
    for file in files_below(&folder) {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(known.contains_key(name), "policies/schemas/{name} is of no kind of file");
    }
}

/// Every fault of a project, as a person reads it.
fn faults(folder: &Path) -> String {
    let read = |path: &PathBuf| SourceFile {
        path: path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(),
        bytes: fs::read(path).unwrap(),
    };
    let files: Vec<SourceFile> = files_below(folder).iter().map(read).collect();
    let loaded = load_from(folder.file_name().unwrap().to_str().unwrap(), &files);
    let faults = palisade::cli::faults(&loaded.definitions);
    let told = loaded.diagnostics.iter().chain(&faults);
    told.map(|diagnostic| render(diagnostic, &loaded.sources, false) + "\n").collect()
}

#[test]
fn no_project_has_a_fault() {
    let projects = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects");
    let tested = fs::read_dir(projects).into_iter().flatten().map(|entry| entry.unwrap().path());
    for folder in tested.chain([policies()]) {
        let faults = faults(&folder);
        assert!(faults.is_empty(), "{}\n{faults}", folder.display());
    }
}

#[test]
fn every_file_names_its_schema() {
    for file in
        files_below(&policies()).iter().filter(|file| file.extension().is_some_and(|ending| ending == "yaml"))
    {
        let text = fs::read_to_string(file).unwrap();
        let named =
            text.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
        let named = named.unwrap_or_else(|| panic!("{} names no schema in its first line", file.display()));
        let schema = file.parent().unwrap().join(named);
        assert!(schema.is_file(), "{} names a schema that isn't there: {named}", file.display());
        let folder = file.strip_prefix(policies()).unwrap().components().next().unwrap();
        let kind = match folder.as_os_str().to_str().unwrap() {
            "palisade.yaml" => "project.json",
            "kinds.yaml" => "kinds.json",
            "rules" => "rule.json",
            "profiles" => "profile.json",
            "environments" => "environment.json",
            "exemptions" => "exemption.json",
            "sets" => "set.json",
            other => panic!("no schema for {other}"),
        };
        assert_eq!(schema.file_name().unwrap(), kind, "{}", file.display());
    }
}
