//! The committed output and documentation: it is what the policies say, and nothing but objects to apply and kustomizations lies where a GitOps
//! controller looks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize as _;
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a recursive directory source reads: the YAML and JSON files of a folder.
fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() {
            manifests(&path, found);
        } else if ["yaml", "yml", "json"].contains(&ending) {
            found.push(path);
        }
    }
}

#[test]
fn the_output_is_fresh() {
    let build = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["build", "--check"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        build.status.success(),
        "run `cargo run -- build`\n{}{}",
        String::from_utf8_lossy(&build.stdout),
        String::from_utf8_lossy(&build.stderr)
    );
}

#[test]
fn the_documentation_is_fresh() {
    let docs = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["docs", "--check"])
        .current_dir(root())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&docs.stdout).into_owned() + &String::from_utf8_lossy(&docs.stderr);
    assert!(docs.status.success(), "run `cargo run -- docs`\n{told}");
}

#[test]
fn a_directory_source_finds_only_what_is_to_be_applied() {
    let applied: BTreeSet<&str> = [
        "ClusterPolicy",
        "ValidatingPolicy",
        "ConstraintTemplate",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ClusterRole",
        "Kustomization",
    ]
    .into();
    let mut count = 0;
    for environment in fs::read_dir(root().join("out")).unwrap() {
        let folder = environment.unwrap().path();
        if folder.file_name().unwrap() == ".palisade" {
            continue;
        }
        let mut found = Vec::new();
        manifests(&folder, &mut found);
        for path in found {
            for document in serde_yaml::Deserializer::from_str(&fs::read_to_string(&path).unwrap()) {
                let object = Value::deserialize(document).unwrap();
                let kind = object["kind"].as_str().unwrap_or_default();
                let group = object["apiVersion"].as_str().unwrap_or_default();
                let is_constraint =
                    group.starts_with("constraints.gatekeeper.sh/") && kind.starts_with("Palisade");
                assert!(applied.contains(kind) || is_constraint, "{}: `{kind}` of `{group}`", path.display());
                let is_named = kind == "Kustomization" || object["metadata"]["name"].is_string();
                assert!(is_named, "{}: an object without a name", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 200, "only {count} objects were found");
}
