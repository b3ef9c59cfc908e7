//! What a commit of a bundle looks like: small, and without a conflict with another branch's.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

#[path = "support/folder.rs"]
mod folder;

use folder::{Folder, files_below};

const TOKENS: &str = "policies/rules/identity/ACM-002-tokens.yaml";
const CAPABILITIES: &str = "policies/rules/pods/ACM-001-capabilities.yaml";

/// A file, what stands in it, and what will.
type Edit = (&'static str, &'static str, &'static str);

/// A folder in which a bundle was built and committed.
fn committed() -> Folder {
    let folder = Folder::built();
    folder.git(&["init", "--quiet", "--initial-branch=main"]);
    commit(&folder, "base");
    folder
}

/// Builds, and commits everything.
fn commit(folder: &Folder, message: &str) {
    let ran = folder.palisade(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.told());
    folder.git(&["add", "--all", "."]);
    folder.git(&["commit", "--quiet", "-m", message]);
}

/// What a `git` command prints, a line each.
fn lines(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let output = folder.command("git", arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Merges a branch; a conflict fails, with where it is.
fn merge(folder: &Folder, branch: &str) {
    let merge = ["-c", "user.name=test", "-c", "user.email=test@example.com", "merge", "--no-edit", branch];
    let ran = folder.command("git", &merge).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout).into_owned();
    let diff = if ran.status.success() { Vec::new() } else { lines(folder, &["diff"]) };
    assert!(ran.status.success(), "{told}\n{}", diff.join("\n"));
}

/// The lines of a file that the last commit took away and added.
fn changed_lines(folder: &Folder, path: &str) -> Vec<String> {
    let diff = lines(folder, &["diff", "--unified=0", "HEAD~1", "HEAD", "--", path]);
    let is_change =
        |line: &&String| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    diff.iter().filter(is_change).cloned().collect()
}

#[test]
fn a_changed_rule_changes_its_own_files_and_lines() {
    let folder = committed();
    folder.edit(
        TOKENS,
        "title: Service accounts put no token into Pods",
        "title: No Pod gets a token of its service account",
    );
    folder.edit(TOKENS, "severity: medium", "severity: high");
    commit(&folder, "change");
    let changed = lines(&folder, &["diff", "--name-only", "HEAD~1", "HEAD", "--", "out"]);
    assert!(changed.len() > 10, "{changed:?}");
    for path in &changed {
        let of_rule = path.contains("ACM-002");
        // In the packed layout the rule stands in a policy with others, in a part of its own.
        let of_pack = path.starts_with("out/packed/");
        let of_all = path.ends_with("/README.md") || path.ends_with("/lock.json");
        assert!(of_rule || of_pack || of_all, "{path} has nothing to do with the rule");
        assert!(!path.ends_with("kustomization.yaml"), "no file came or went");
        if of_all {
            for line in changed_lines(&folder, path) {
                assert!(line.contains("ACM-002"), "{path} changed in another line: {line}");
            }
        }
    }
    for environment in ["production", "staging"] {
        let readme = changed_lines(&folder, &format!("out/{environment}/README.md"));
        assert_eq!(readme.len(), 2, "the rule's row: {readme:?}");
    }
}

#[test]
fn a_rule_that_goes_takes_its_lines_along() {
    let folder = committed();
    folder.git(&["rm", "--quiet", "policies/rules/nodes/ACM-003-limits.yaml"]);
    folder.edit("policies/profiles/acme.yaml", "  ACM-003: {parameters: {most: 512Gi}}\n", "");
    commit(&folder, "remove");
    let paths = lines(
        &folder,
        &["diff", "--name-only", "HEAD~1", "HEAD", "--", "out/production", "out/.palisade/production"],
    );
    let others: Vec<&String> = paths.iter().filter(|path| !path.contains("ACM-003")).collect();
    let may_change = |path: &str| {
        path.ends_with("kustomization.yaml")
            || path.ends_with("README.md")
            || path.ends_with("lock.json")
            || path.ends_with("reports-role.yaml")
    };
    assert!(others.iter().all(|path| may_change(path)), "{others:?}");
    for path in others.iter().filter(|path| path.ends_with("kustomization.yaml") && !path.contains("kyverno"))
    {
        for line in changed_lines(&folder, path) {
            assert!(line.starts_with("-- ACM-003"), "{path}: {line}");
        }
    }
}

#[test]
fn branches_that_change_neighbours_merge() {
    let folder = committed();
    let changes: [(&str, Vec<Edit>); 3] = [
        (
            "one",
            vec![
                (TOKENS, "severity: medium", "severity: high"),
                (
                    TOKENS,
                    "title: Service accounts put no token into Pods",
                    "title: No Pod gets a token of its service account",
                ),
            ],
        ),
        (
            "two",
            vec![
                (
                    CAPABILITIES,
                    "title: Containers add few capabilities",
                    "title: Containers add hardly any capability",
                ),
                (CAPABILITIES, "; allowed are", "; it may add"),
            ],
        ),
        (
            "three",
            vec![
                ("policies/rules/nodes/ACM-003-limits.yaml", "severity: low", "severity: medium"),
                ("policies/profiles/acme.yaml", "512Gi", "256Gi"),
            ],
        ),
    ];
    for (branch, edits) in &changes {
        folder.git(&["checkout", "--quiet", "-b", branch, "main"]);
        for (path, from, to) in edits {
            folder.edit(path, from, to);
        }
        commit(&folder, branch);
    }
    folder.git(&["checkout", "--quiet", "main"]);
    for (branch, _) in &changes {
        merge(&folder, branch);
    }
    let ran = folder.palisade(&["build", "--check"]);
    assert_eq!(ran.code, 0, "what was merged is what a build would write\n{}", ran.told());
}

#[test]
fn an_output_without_change_makes_no_commit() {
    let folder = committed();
    let before = files_below(&folder.path("out"));
    // A comment says nothing to a cluster.
    folder.edit(TOKENS, "severity: medium", "severity: medium # for now");
    assert_eq!(folder.palisade(&["build"]).code, 0);
    assert_eq!(files_below(&folder.path("out")), before);
    let touched: BTreeSet<String> = lines(&folder, &["status", "--porcelain"]).into_iter().collect();
    assert_eq!(touched, BTreeSet::from([format!(" M {TOKENS}")]));
}
