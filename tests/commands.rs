//! Each command as a person runs it, on the small project: one snapshot of what is printed for each.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::io::Read;
use std::process::Stdio;

#[path = "support/folder.rs"]
mod folder;

use folder::{Folder, files_below, tests};

const TOKENS: &str = "policies/rules/identity/ACM-002-tokens.yaml";
const CAPABILITIES: &str = "policies/rules/pods/ACM-001-capabilities.yaml";

fn snapshot(name: &str, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(tests().join("commands"));
    settings.bind(|| insta::assert_snapshot!(name, told));
}

/// The snapshot of one command in a folder in which a bundle was built.
fn told(name: &str, arguments: &[&str]) {
    snapshot(name, &Folder::built().palisade(arguments).told());
}

#[test]
fn build() {
    let folder = Folder::new();
    snapshot("build", &folder.palisade(&["build"]).told());
    snapshot("build-again", &folder.palisade(&["build"]).told());
    snapshot("build-check", &folder.palisade(&["build", "--check"]).told());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(files_below(&Folder::built().path("out")), files_below(&Folder::built().path("out")));
}

#[test]
fn check_tells_what_is_stale_edited_missing_or_unknown() {
    let folder = Folder::built();
    folder.edit(TOKENS, "accounts put no", "accounts may put no");
    folder.write("out/production/gatekeeper/constraints/ACM-001.yaml", "edited: by hand\n");
    fs::remove_file(folder.path("out/staging/README.md")).unwrap();
    folder.write("out/staging/stray.yaml", "a: b\n");
    let before = files_below(&folder.path("out"));
    snapshot("build-check-stale", &folder.palisade(&["build", "--check", "--environment", "staging"]).told());
    let ran = folder.palisade(&["build", "--check", "--target", "gatekeeper"]);
    snapshot("build-check-edited", &ran.told());
    assert_eq!(files_below(&folder.path("out")), before, "a check writes nothing");
    snapshot("build-mends", &folder.palisade(&["build"]).told());
    snapshot("build-check-unknown", &folder.palisade(&["build", "--check"]).told());
}

#[test]
fn an_interrupted_build_is_stale_and_the_next_one_completes_it() {
    let folder = Folder::built();
    folder.edit(TOKENS, "severity: medium", "severity: high");
    let lock = folder.read("out/.palisade/production/lock.json");
    assert_eq!(folder.palisade(&["build"]).code, 0);
    let complete = files_below(&folder.path("out"));
    // As it is when the build is killed before its last step.
    folder.write("out/.palisade/production/lock.json", &lock);
    assert_eq!(folder.palisade(&["build", "--check"]).code, 1);
    assert_eq!(folder.palisade(&["build"]).code, 0);
    assert_eq!(files_below(&folder.path("out")), complete);
}

#[test]
fn build_removes_what_it_wrote_and_nothing_else() {
    let folder = Folder::built();
    fs::remove_file(folder.path("policies/rules/nodes/ACM-003-limits.yaml")).unwrap();
    folder.edit("policies/profiles/acme.yaml", "  ACM-003: {parameters: {most: 512Gi}}\n", "");
    folder.write("out/production/gatekeeper/templates/mine.yaml", "a: b\n");
    snapshot("build-removes", &folder.palisade(&["build"]).told());
    let left: Vec<String> =
        files_below(&folder.path("out")).into_keys().filter(|path| path.contains("ACM-003")).collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(folder.read("out/production/gatekeeper/templates/mine.yaml"), "a: b\n");
}

#[test]
fn build_removes_an_environment_that_is_gone() {
    let folder = Folder::built();
    fs::remove_file(folder.path("policies/environments/staging.yaml")).unwrap();
    snapshot("build-check-former-environment", &folder.palisade(&["build", "--check"]).told());
    snapshot("build-former-environment", &folder.palisade(&["build"]).told());
    let paths = files_below(&folder.path("out"));
    assert!(paths.keys().all(|path| !path.contains("staging")), "{paths:?}");
    assert!(!folder.path("out/staging").exists());
}

#[test]
fn a_lock_file_can_not_make_a_build_remove_files_elsewhere() {
    let folder = Folder::built();
    folder.write("precious", "");
    folder.edit(
        "out/.palisade/production/lock.json",
        "\"production/README.md\": null",
        "\"production/../../precious\": null,\n\n    \"../precious\": null",
    );
    assert_eq!(folder.palisade(&["build"]).code, 0);
    assert!(folder.path("precious").exists());
}

#[test]
fn a_lock_file_in_conflict_is_written_anew() {
    let folder = Folder::built();
    folder.edit("out/.palisade/production/lock.json", "\"format\": 1,", "<<<<<<< ours");
    snapshot("build-conflict", &folder.palisade(&["build"]).told());
    assert_eq!(folder.palisade(&["build", "--check"]).code, 0);
}

#[test]
fn wrong_policies_write_nothing() {
    let folder = Folder::built();
    folder.edit(TOKENS, "require:", "required:");
    folder.edit("policies/environments/staging.yaml", "profile: acme", "profile: acm");
    let before = files_below(&folder.path("out"));
    snapshot("build-errors", &folder.palisade(&["build"]).told());
    assert_eq!(files_below(&folder.path("out")), before);
}

#[test]
fn a_wrong_example_stops_a_build() {
    let folder = Folder::new();
    folder.edit(CAPABILITIES, "{add: [NET_BIND_SERVICE]}", "{add: [SYS_TIME]}");
    snapshot("build-wrong-example", &folder.palisade(&["build"]).told());
    assert!(!folder.path("out").exists());
}

#[test]
fn build_in_the_wrong_way() {
    told("build-unknown-environment", &["build", "--environment", "prodution"]);
    told("build-abstract-environment", &["build", "--environment", "base"]);
    told("build-unknown-target", &["build", "--target", "gatekeper"]);
    told("build-unused-target", &["build", "--environment", "staging", "--target", "gatekeeper"]);
    told("build-no-project", &["build", "--project", "nowhere"]);
    told("build-no-day", &["build", "--as-of", "tomorrow"]);
}

#[test]
fn diff() {
    let folder = Folder::built();
    folder.git(&["init", "--quiet", "--initial-branch=main"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "--quiet", "-m", "base"]);
    snapshot("diff-same", &folder.palisade(&["diff", "git:main", "policies"]).told());
    let production = "policies/environments/production.yaml";
    folder.edit(production, "action: warn", "action: deny");
    folder.edit(production, "[NET_BIND_SERVICE, CHOWN]", "[NET_BIND_SERVICE, SYS_TIME]");
    folder.edit(production, "exemptions: [profiler]\n", "");
    folder.edit(production, "{sandbox: disabled}", "{sandbox: audit}");
    folder.edit("policies/profiles/acme.yaml", "most: 512Gi", "most: 1Ti");
    folder.edit(TOKENS, "severity: medium", "severity: high");
    snapshot("diff-human", &folder.palisade(&["diff", "git:HEAD", "policies"]).told());
    snapshot("diff-json", &folder.palisade(&["diff", "out", "policies", "--format", "json"]).told());
    snapshot(
        "diff-markdown",
        &folder.palisade(&["diff", "git:HEAD", "policies", "--format", "markdown"]).told(),
    );
    let lock = "out/.palisade/production/lock.json";
    snapshot("diff-lock", &folder.palisade(&["diff", lock, "out"]).told());
    let staging = "out/.palisade/staging/lock.json";
    snapshot("diff-two-environments", &folder.palisade(&["diff", staging, lock]).told());
    snapshot("diff-unknown-revision", &folder.palisade(&["diff", "git:--output=x", "out"]).told());
    folder.edit(lock, "\"format\": 1", "\"format\": 9");
    snapshot("diff-newer-lock", &folder.palisade(&["diff", "git:HEAD", "out"]).told());
    snapshot("diff-no-release", &folder.palisade(&["diff", "git:HEAD", "policies/rules"]).told());
}

#[test]
fn documentation() {
    let folder = Folder::built();
    snapshot("docs", &folder.palisade(&["docs"]).told());
    snapshot("docs-rule", &folder.read("docs/rules/ACM-001.md"));
    snapshot("docs-index", &folder.read("docs/rules/README.md"));
    snapshot("docs-again", &folder.palisade(&["docs"]).told());
    // A page that is no longer made goes; a file of somebody else's stays.
    folder.write("docs/rules/ACM-009.md", &folder.read("docs/rules/ACM-001.md"));
    folder.write("docs/rules/notes.md", "Ours.\n");
    folder.edit(CAPABILITIES, "Containers add few capabilities", "Containers add hardly any capability");
    snapshot("docs-check-stale", &folder.palisade(&["docs", "--check"]).told());
    assert_eq!(folder.palisade(&["docs"]).code, 0);
    assert!(!folder.path("docs/rules/ACM-009.md").exists());
    assert_eq!(folder.read("docs/rules/notes.md"), "Ours.\n");
    snapshot("docs-unknown-environment", &folder.palisade(&["docs", "--environment", "prodution"]).told());
}

#[test]
fn what_is_there() {
    told("list", &["list"]);
    for format in ["markdown", "json", "html"] {
        told(&format!("coverage-{format}"), &["coverage", "-e", "rollout", "--format", format]);
        told(&format!("explain-{format}"), &["explain", "ACM-001", "-e", "rollout", "--format", format]);
    }
    told("list-category", &["list", "--category", "nodes"]);
    told("list-unknown-category", &["list", "--category", "node"]);
    told("check-which-environment", &["check", "policies"]);
    told("check-unknown-version", &["check", "--profile", "acme", "--kubernetes", "9.99", "policies"]);
    told("coverage", &["coverage"]);
    told("explain", &["explain", "ACM-001"]);
    told("explain-one-environment", &["explain", "ACM-003", "--environment", "staging"]);
    told("explain-unknown", &["explain", "ACM-01"]);
    told("schema-unknown", &["schema", "enviroment"]);
}

#[test]
fn help() {
    for verb in [
        "",
        "build",
        "check",
        "test",
        "diff",
        "list",
        "explain",
        "coverage",
        "exemptions",
        "docs",
        "schema",
        "init",
        "update",
        "new",
        "completions",
        "man",
    ] {
        let arguments: Vec<&str> =
            [verb, "--help"].into_iter().filter(|argument| !argument.is_empty()).collect();
        let name = format!("help-{}", if verb.is_empty() { "palisade" } else { verb });
        snapshot(&name, &Folder::new().palisade(&arguments).told());
    }
}

#[test]
fn schemas_are_json() {
    let folder = Folder::new();
    let one: serde_json::Value = serde_json::from_str(&folder.palisade(&["schema", "rule"]).stdout).unwrap();
    let all: serde_json::Value = serde_json::from_str(&folder.palisade(&["schema"]).stdout).unwrap();
    assert_eq!(all["rule"], one);
    assert_eq!(folder.palisade(&["schema", "--output", "schemas"]).code, 0);
    assert_eq!(folder.read("schemas/rule.json"), folder.palisade(&["schema", "rule"]).stdout);
}

#[test]
fn completions_and_the_manual_name_every_verb() {
    let folder = Folder::new();
    for arguments in [["completions", "bash"].as_slice(), &["completions", "fish"], &["man"]] {
        let ran = folder.palisade(arguments);
        assert_eq!(ran.code, 0);
        for verb in ["build", "diff", "coverage"] {
            assert!(ran.stdout.contains(verb), "{arguments:?} doesn't name {verb}");
        }
    }
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let folder = Folder::built();
    folder.edit("out/.palisade/production/lock.json", "\"severity\":\"medium\"", "\"severity\":\"low\"");
    let forced = |name: &str, value: &str| {
        let mut command = folder.command(env!("CARGO_BIN_EXE_palisade"), &["diff", "out", "policies"]);
        let output = command.env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap().contains('\u{1b}')
    };
    assert!(forced("CLICOLOR_FORCE", "1"));
    assert!(!forced("CLICOLOR_FORCE", ""), "standard output is no terminal here");
    assert!(!forced("NO_COLOR", "1"));
}

#[test]
fn a_reader_who_goes_is_no_panic() {
    let folder = Folder::new();
    let mut command = folder.command(env!("CARGO_BIN_EXE_palisade"), &["schema"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((stderr.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}
