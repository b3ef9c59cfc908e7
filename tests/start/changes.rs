//! Six changes that a team makes, and the files that a reviewer sees in each commit: those that the change is about, and no others.

use super::folder::Folder;
use super::{BEFORE, VERSION, build, commit, committed, readme, snapshot, started_before, well};

const PRODUCTION: &str = "policies/environments/production.yaml";
const STAGING: &str = "policies/environments/staging.yaml";

/// Builds and commits; gives the files of the commit, and what `diff` says of it. The README's tour shows the latter.
fn reviewed(folder: &Folder, what: &str) -> String {
    let told = folder.palisade(&["diff", "git:main", "policies"]);
    assert_eq!(told.code, 1, "{}", told.told());
    readme::shows_block("console", &format!("$ palisade diff git:main policies\n{}", told.stdout));
    build(folder);
    commit(folder, what);
    well(folder, &["build", "--check", "--as-of", "2026-11-25"]);
    well(folder, &["diff", "git:main", "policies"]);
    format!("{}\n{}", committed(folder).replace(VERSION, "[version]"), told.stdout)
}

/// What Git prints of the last commit.
fn shown(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.command("git", &[&["show", "--format="], arguments].concat()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The README's tour shows the lines that were edited in the last commit.
fn edit_is_shown(folder: &Folder) {
    let changes = shown(folder, &["--unified=0", "--", PRODUCTION, STAGING]);
    let is_line =
        |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++ ") && !line.starts_with("--- ");
    let lines: String = changes.lines().filter(is_line).map(|line| format!("{line}\n")).collect();
    assert!(!lines.is_empty());
    readme::shows_block("diff", &lines);
}

/// The README's tour shows the generated files of the last commit.
fn files_are_shown(folder: &Folder) {
    let files = shown(folder, &["--name-only", "--no-renames", "--", "out"]);
    readme::shows_block("console", &format!("$ git show --format= --name-only out\n{files}"));
}

#[test]
fn each_change_shows_what_it_is_about() {
    let folder = started_before();
    folder.git(&["init", "--quiet", "--initial-branch=main"]);
    commit(&folder, "base");
    let mut told = Vec::new();

    folder.edit(
        PRODUCTION,
        "  # IMG-001:\n  #   parameters:\n  #     allowed: [",
        "  IMG-001:\n    parameters:\n      allowed: [",
    );
    told.push(reviewed(&folder, "a new parameter"));
    edit_is_shown(&folder);
    files_are_shown(&folder);

    well(&folder, &["new", "exemption", "node-probe", "--folder", "team-a", "--as-of", "2026-11-24"]);
    folder.edit(PRODUCTION, "  - node-logs\n", "  - node-logs\n  - node-probe\n");
    told.push(reviewed(&folder, "a new exemption"));
    edit_is_shown(&folder);

    folder.edit(
        PRODUCTION,
        "TEAM-001: {action: audit}",
        "TEAM-001: {action: audit, actions: {onboarding: deny}}",
    );
    told.push(reviewed(&folder, "a rule from audit to deny in one namespace"));
    edit_is_shown(&folder);

    folder.edit(PRODUCTION, "{from: \"1.33\", to: \"1.37\"}", "{from: \"1.34\", to: \"1.37\"}");
    folder.edit(PRODUCTION, "kubernetes: \"1.33\"", "kubernetes: \"1.34\"");
    told.push(reviewed(&folder, "an engine upgraded"));
    edit_is_shown(&folder);

    let rule = "policies/rules/ownership/TEAM-001-team-label.yaml";
    std::fs::remove_file(folder.path(rule)).unwrap();
    folder.edit("policies/profiles/platform.yaml", "rules:\n  TEAM-001: {}\n", "rules: {}\n");
    folder.edit(PRODUCTION, "  TEAM-001: {action: audit, actions: {onboarding: deny}}\n", "");
    let settings = "rules:\n  # People see at once what a new rule says, and are not stopped by it.\n  TEAM-001: {action: warn}\n\n";
    folder.edit(STAGING, settings, "");
    told.push(reviewed(&folder, "a rule removed"));

    well(&folder, &["update"]);
    commit(&folder, "the next catalogue, which nothing draws on");
    assert!(!committed(&folder).contains("\tout/"), "{}", committed(&folder));
    folder.edit(STAGING, "\nprofile:", &format!("\ncatalogue: \"{VERSION}\"\nprofile:"));
    told.push(reviewed(&folder, "the next catalogue for staging only"));
    edit_is_shown(&folder);
    files_are_shown(&folder);

    snapshot("changes", &told.join("\n"));
    assert!(
        folder.read("out/.palisade/production/lock.json").contains(&format!("\"catalogue\": \"{BEFORE}\""))
    );
}
