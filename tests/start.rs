//! A project from its first day on: `init`, `new` and `update` as a person runs them, and environments on two catalogues.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;

use serde::Deserialize as _;
use sha2::{Digest, Sha256};

#[path = "support/folder.rs"]
mod folder;
#[path = "support/readme.rs"]
mod readme;

#[path = "start/changes.rs"]
mod changes;
#[path = "start/native.rs"]
mod native;

use folder::{Folder, Ran, files_below, tests};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A version that no release has had: a catalogue of before.
const BEFORE: &str = "0.0.9";

/// What is printed, with every version of the binary.
fn snapshot(name: &str, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(tests().join("start"));
    settings.add_filter(r"\d+ files", "[count] files");
    settings.add_filter(r"\d+ written", "[count] written");
    settings.bind(|| insta::assert_snapshot!(name, told.replace(VERSION, "[version]")));
}

fn init(folder: &Folder) -> Ran {
    folder.palisade(&["init", "--name", "acme", "--as-of", "2026-11-24"])
}

/// A project as `init` makes it.
fn started() -> Folder {
    let folder = Folder::empty();
    assert_eq!(init(&folder).code, 0);
    folder
}

/// Runs a command that has nothing to complain of.
fn well(folder: &Folder, arguments: &[&str]) -> Ran {
    let ran = folder.palisade(arguments);
    assert_eq!(ran.code, 0, "{}", ran.told());
    assert!(!ran.stderr.contains("warning") && !ran.stderr.contains("error"), "{}", ran.told());
    ran
}

fn build(folder: &Folder) -> Ran {
    well(folder, &["build", "--as-of", "2026-11-25"])
}

/// Writes the lock of a catalogue's copy anew, as a release with these files would have.
fn lock(folder: &Folder, version: &str) {
    let inside = format!("policies/catalogue/{version}");
    let files = files_below(&folder.path(&inside));
    let hexadecimal =
        |bytes: &[u8]| -> String { Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect() };
    let lines = files.iter().filter(|(path, _)| *path != "catalogue.lock");
    let text: String = lines.map(|(path, bytes)| format!("{}  {path}\n", hexadecimal(bytes))).collect();
    folder.write(&format!("{inside}/catalogue.lock"), &text);
}

/// A project whose catalogue is of before, in which POD-009 had another severity, and POD-019 and the sets weren't there yet.
fn started_before() -> Folder {
    let folder = started();
    let (now, before) = (format!("policies/catalogue/{VERSION}"), format!("policies/catalogue/{BEFORE}"));
    fs::rename(folder.path(&now), folder.path(&before)).unwrap();
    let rules = format!("{before}/rules/pod-security");
    folder.edit(&format!("{rules}/POD-009-privilege-escalation.yaml"), "severity: high", "severity: medium");
    fs::remove_file(folder.path(&format!("{rules}/POD-019-read-only-root.yaml"))).unwrap();
    folder.edit(&format!("{before}/profiles/eks-auto-mode.yaml"), "  POD-019: {}\n", "");
    fs::remove_dir_all(folder.path(&format!("{before}/sets"))).unwrap();
    lock(&folder, BEFORE);
    folder.edit("policies/palisade.yaml", &format!("\"{VERSION}\""), &format!("\"{BEFORE}\""));
    build(&folder);
    folder
}

/// The files of the last commit, each with whether it was added, changed or deleted.
fn committed(folder: &Folder) -> String {
    let shown =
        folder.command("git", &["show", "--format=%s", "--name-status", "--no-renames", "HEAD"]).output();
    String::from_utf8(shown.unwrap().stdout).unwrap()
}

fn commit(folder: &Folder, what: &str) {
    folder.git(&["add", "--all"]);
    folder.git(&["commit", "--quiet", "-m", what]);
}

#[test]
fn a_started_project_builds_at_once() {
    let folder = Folder::empty();
    let begun = init(&folder);
    readme::shows_in_part("palisade init --name acme", &begun.stderr);
    snapshot("init", &begun.told());
    let files = files_below(&folder.path("."));
    let own: Vec<&str> =
        files.keys().map(String::as_str).filter(|path| !path.starts_with("policies/catalogue/")).collect();
    snapshot("init-files", &own.join("\n"));
    let built = build(&folder);
    readme::shows_in_part("palisade build", &built.stderr);
    snapshot("init-build", &built.told());
    let out = files_below(&folder.path("out"));
    assert!(out.keys().any(|path| path == "production/validating-admission-policy/TEAM-001.yaml"), "{out:?}");
    build(&folder);
    assert_eq!(files_below(&folder.path("out")), out, "the same bytes again");
    assert_eq!(
        files_below(&folder.path("policies")).len(),
        files.keys().filter(|path| path.starts_with("policies/")).count()
    );
    well(&folder, &["build", "--check"]);
    well(&folder, &["test"]);
    well(&folder, &["coverage"]);
    well(&folder, &["list"]);
    well(&folder, &["docs"]);
    well(&folder, &["explain", "TEAM-001"]);
    well(&folder, &["diff", "out", "policies"]);
    folder.write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {hostNetwork: true, containers: [{name: web, image: web}]}\n");
    let checked = folder.palisade(&[
        "check",
        "--environment",
        "production",
        "--rule",
        "POD-003",
        "--rule",
        "TEAM-001",
        "pod.yaml",
    ]);
    snapshot("init-check", &checked.told());
}

#[test]
fn every_commented_target_works() {
    let folder = started();
    for environment in ["staging", "production"] {
        folder.edit(&format!("policies/environments/{environment}.yaml"), "  # kyverno", "  kyverno");
        folder.edit(&format!("policies/environments/{environment}.yaml"), "  # gatekeeper", "  gatekeeper");
    }
    build(&folder);
    for target in
        ["kyverno-validating-policy", "kyverno-cluster-policy", "gatekeeper", "validating-admission-policy"]
    {
        assert!(folder.path(&format!("out/staging/{target}")).is_dir(), "{target}");
    }
}

#[test]
fn the_started_files_are_the_same_each_time_and_yaml() {
    let (one, other) = (started(), started());
    assert_eq!(files_below(&one.path(".")), files_below(&other.path(".")));
    for (path, bytes) in files_below(&one.path(".")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!path.ends_with(".yaml") || !text.contains("<<") || text.contains("<< "), "{path}");
        if path.ends_with(".yaml") {
            let documents: Vec<Result<serde_json::Value, _>> =
                serde_yaml::Deserializer::from_str(&text).map(serde_json::Value::deserialize).collect();
            assert!(
                matches!(documents.as_slice(), [Ok(value)] if value.is_object()),
                "{path}: {documents:?}"
            );
        }
    }
    let attributes = one.read(".gitattributes");
    assert!(attributes.lines().any(|line| line.starts_with("out/** linguist-generated")), "{attributes}");
}

#[test]
fn nothing_is_started_over_something() {
    let folder = started();
    folder.edit("README.md", "# Admission policies", "# Ours");
    let before = files_below(&folder.path("."));
    snapshot("init-not-empty", &init(&folder).told());
    assert_eq!(files_below(&folder.path(".")), before);
    let ran = folder.palisade(&["init", "policies/palisade.yaml"]);
    snapshot("init-no-folder", &ran.told());
    snapshot("init-no-name", &folder.palisade(&["init", "other", "--name", "9lives"]).told());
    assert!(!folder.path("other").exists());
    // A folder that isn't there yet gives the project its name; one whose name can't be a project's doesn't.
    well(&folder, &["init", "made/here"]);
    assert!(folder.read("made/here/policies/palisade.yaml").contains("\nname: here\n"));
    well(&folder, &["init", "Made Here"]);
    assert!(folder.read("Made Here/policies/palisade.yaml").contains("\nname: platform\n"));
}

#[test]
fn an_update_brings_this_catalogue_and_changes_nothing_else() {
    let folder = started_before();
    let before = files_below(&folder.path("policies"));
    snapshot("update", &well(&folder, &["update"]).told());
    let mut after = files_below(&folder.path("policies"));
    let brought: Vec<String> =
        after.keys().filter(|path| path.starts_with(&format!("catalogue/{VERSION}/"))).cloned().collect();
    assert!(brought.len() > 30, "{brought:?}");
    for path in brought {
        after.remove(&path);
    }
    assert_eq!(after, before);
    well(&folder, &["build", "--check", "--as-of", "2026-11-25"]);
    snapshot("update-again", &well(&folder, &["update"]).told());
    // What an interrupted update left out is completed.
    let kinds = format!("policies/catalogue/{VERSION}/kinds.yaml");
    let text = folder.read(&kinds);
    fs::remove_file(folder.path(&kinds)).unwrap();
    fs::remove_file(folder.path("policies/schemas/rule.json")).unwrap();
    snapshot("update-completes", &well(&folder, &["update"]).told());
    assert_eq!(folder.read(&kinds), text);
    // What was edited is told, and stays.
    folder.edit(&kinds, "kind: NodePool", "kind: NodePond");
    folder.write(&format!("policies/catalogue/{VERSION}/rules/mine.yaml"), "");
    let before = files_below(&folder.path("policies"));
    snapshot("update-edited", &folder.palisade(&["update"]).told());
    assert_eq!(files_below(&folder.path("policies")), before);
    snapshot("update-no-project", &folder.palisade(&["update", "--project", "out"]).told());
}

#[test]
fn staging_takes_the_next_catalogue_before_production() {
    let folder = started_before();
    folder.git(&["init", "--quiet", "--initial-branch=main"]);
    commit(&folder, "base");
    well(&folder, &["update"]);
    folder.edit(
        "policies/environments/staging.yaml",
        "\nprofile: platform\n",
        &format!("\ncatalogue: \"{VERSION}\"\nprofile: platform\n"),
    );
    snapshot("diff-next-catalogue", &folder.palisade(&["diff", "git:main", "policies"]).told());
    build(&folder);
    commit(&folder, "staging on the next catalogue");
    let changed = folder
        .command("git", &["diff", "--name-only", "HEAD~1", "--", "out", "policies/environments"])
        .output()
        .unwrap();
    let changed = String::from_utf8(changed.stdout).unwrap();
    snapshot("files-next-catalogue", &changed);
    assert!(!changed.contains("production"), "{changed}");
    assert!(!folder.path("out/production/validating-admission-policy/POD-019.yaml").exists());
    // A profile for the next catalogue alone names what only that has.
    folder.write(
        "policies/profiles/next.yaml",
        "name: next\ndescription: What comes next\nextends: platform\nrules:\n  POD-019: {parameters: {}}\n",
    );
    let refused = folder.palisade(&["build"]);
    assert!(refused.code == 2 && refused.stderr.contains("there is no rule `POD-019`"), "{}", refused.told());
    folder.edit("policies/environments/staging.yaml", "\nprofile: platform\n", "\nprofile: next\n");
    build(&folder);
    let (staging, production) = ("out/.palisade/staging/lock.json", "out/.palisade/production/lock.json");
    let ran = folder.palisade(&["diff", production, staging]);
    assert!(ran.stdout.contains(&format!("`catalogue`: {BEFORE} → {VERSION}")), "{}", ran.told());
    assert!(ran.stdout.contains("POD-019"), "{}", ran.told());
    // Each rule is proved in both catalogues, but one that is the same file only once.
    let told = well(&folder, &["test"]).stdout;
    let told_alone = well(&started(), &["test"]).stdout;
    let rules = |told: &str| {
        told.split(" rules").next().unwrap().split(' ').next_back().unwrap().parse::<usize>().unwrap()
    };
    assert_eq!(rules(&told), 2 * rules(&told_alone) - 2, "{told}{told_alone}");
}

#[test]
fn a_rule_of_the_catalogue_is_overridden_only_by_one_that_says_so() {
    let folder = started();
    build(&folder);
    let before = files_below(&folder.path("out"));
    let theirs = format!("policies/catalogue/{VERSION}/rules/pod-security/POD-003-host-network.yaml");
    let text = folder.read(&theirs).replace("severity: critical", "severity: high");
    assert!(text.contains("severity: high"));
    fs::create_dir_all(folder.path("policies/rules/pod-security")).unwrap();
    let ours = "policies/rules/pod-security/POD-003-host-network.yaml";
    folder.write(ours, &text);
    let refused = folder.palisade(&["build"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("[taken-rule-id]"), "{}", refused.told());
    folder.write(ours, &text.replace("\nseverity:", "\noverrides_catalogue: true\nseverity:"));
    build(&folder);
    let after = files_below(&folder.path("out"));
    let changed: Vec<&String> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(path, _)| path).collect();
    let of_rule = changed.iter().filter(|path| path.contains("POD-003")).count();
    let lists =
        changed.iter().filter(|path| path.ends_with("README.md") || path.ends_with("lock.json")).count();
    assert!(of_rule > 0 && of_rule + lists == changed.len(), "{changed:?}");
    well(&folder, &["explain", "POD-003"]);
}

#[test]
fn a_catalogue_that_was_edited_is_refused() {
    let folder = started();
    folder.edit(
        &format!("policies/catalogue/{VERSION}/rules/pod-security/POD-003-host-network.yaml"),
        "severity: critical",
        "severity: low",
    );
    let refused = folder.palisade(&["build"]);
    snapshot("build-edited-catalogue", &refused.told());
    assert!(!folder.path("out").exists());
}

#[test]
fn new_files_build_as_they_are() {
    let folder = started();
    snapshot(
        "new-rule",
        &well(&folder, &["new", "rule", "TEAM-002", "--title", "Pods stay off the host's \"network\""])
            .told(),
    );
    snapshot("new-environment", &well(&folder, &["new", "environment", "canary"]).told());
    snapshot(
        "new-exemption",
        &well(
            &folder,
            &["new", "exemption", "node-probe", "--folder", "team-a/monitoring", "--as-of", "2026-11-24"],
        )
        .told(),
    );
    for file in [
        "rules/own/TEAM-002-pods-stay-off-the-host-s-network.yaml",
        "environments/canary.yaml",
        "exemptions/team-a/monitoring/node-probe.yaml",
    ] {
        snapshot(
            &format!("new-file-{}", file.split('/').next().unwrap()),
            &folder.read(&format!("policies/{file}")),
        );
    }
    build(&folder);
    folder.edit("policies/profiles/platform.yaml", "  TEAM-001: {}\n", "  TEAM-001: {}\n  TEAM-002: {}\n");
    folder.edit("policies/environments/staging.yaml", "  - node-logs\n", "  - node-logs\n  - node-probe\n");
    build(&folder);
    assert!(folder.path("out/canary/validating-admission-policy/TEAM-002.yaml").exists());
    let schema = folder.path("policies/exemptions/team-a/monitoring").join("../../../schemas/exemption.json");
    assert!(
        folder
            .read("policies/exemptions/team-a/monitoring/node-probe.yaml")
            .contains("=../../../schemas/exemption.json")
            && schema.exists()
    );
}

#[test]
fn a_new_file_that_would_not_build_is_not_written() {
    let folder = started();
    let before = files_below(&folder.path("."));
    for (name, arguments) in [
        ("new-taken-rule", &["new", "rule", "POD-001"][..]),
        ("new-bad-id", &["new", "rule", "team-2"]),
        ("new-reserved-prefix", &["new", "rule", "STO-099"]),
        ("new-bad-category", &["new", "rule", "TEAM-002", "--category", "../../elsewhere"]),
        ("new-taken-environment", &["new", "environment", "staging"]),
        ("new-bad-name", &["new", "environment", "a/b"]),
        ("new-bad-environment", &["new", "environment", "Canary"]),
        ("new-no-profile", &["new", "environment", "canary", "--profile", "eks-auto"]),
        ("new-taken-exemption", &["new", "exemption", "node-logs"]),
        ("new-outside", &["new", "exemption", "probe", "--folder", "../../../elsewhere"]),
        ("new-no-project", &["new", "exemption", "probe", "--project", "nowhere"]),
    ] {
        let ran = folder.palisade(arguments);
        assert_eq!(ran.code, 2, "{}", ran.told());
        snapshot(name, &ran.told());
    }
    assert_eq!(files_below(&folder.path(".")), before);
}
