//! Exemptions over time, as a person meets them: what expires, what is warned of, what the lock file keeps, what is listed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

#[path = "support/folder.rs"]
mod folder;

use folder::{Folder, Ran, files_below, tests};
use serde_json::Value;

const PROFILER: &str = "policies/exemptions/observability/profiler.yaml";
const PRODUCTION: &str = "policies/environments/production.yaml";
const LOCK: &str = "out/.palisade/production/lock.json";
/// The last day of the small project's exemption, and days around it.
const LAST: &str = "2099-05-01";
const AFTER: &str = "2099-05-02";
const LONG_AFTER: &str = "2105-01-01";
const SOON: &str = "2099-04-05";
const LONG_BEFORE: &str = "2099-03-31";

/// What only the exemption lets in.
const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: profiler, namespace: observability}
spec:
  serviceAccountName: profiler
  containers:
    - name: profiler
      image: quay.io/acme/profiler:1
      securityContext: {capabilities: {add: [SYS_PTRACE]}}
";

fn snapshot(name: &str, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(tests().join("commands"));
    settings.bind(|| insta::assert_snapshot!(name, told));
}

fn as_of(folder: &Folder, arguments: &[&str], day: &str) -> Ran {
    folder.palisade(&[arguments, &["--as-of", day]].concat())
}

fn built_on(day: &str) -> Folder {
    let folder = Folder::new();
    assert_eq!(as_of(&folder, &["build"], day).code, 0);
    folder
}

/// The state of the exemption in production's lock file.
fn state(folder: &Folder) -> String {
    let lock: Value = serde_json::from_str(&folder.read(LOCK)).unwrap();
    lock["exemptions"][0]["state"].as_str().unwrap().to_owned()
}

/// How many generated policies name the exemption.
fn policies_that_waive(folder: &Folder) -> usize {
    let files = files_below(&folder.path("out/production"));
    let named = |(path, bytes): (&String, &Vec<u8>)| {
        path.ends_with(".yaml") && String::from_utf8_lossy(bytes).contains("acme/profiler")
    };
    files.iter().filter(|(path, bytes)| named((path, bytes))).count()
}

#[test]
fn a_build_after_the_last_day_leaves_the_exemption_out() {
    let folder = built_on(LAST);
    assert_eq!((state(&folder).as_str(), policies_that_waive(&folder)), ("holds", 4));
    snapshot("exemptions-build-expired", &as_of(&folder, &["build", "-e", "production"], AFTER).told());
    assert_eq!((state(&folder).as_str(), policies_that_waive(&folder)), ("expired", 0));
    let readme = folder.read("out/production/README.md");
    let (_, expired) = readme.split_once("Expired, and no part of the policies any more:").unwrap();
    assert!(expired.contains("| `profiler` |"), "{expired}");
}

#[test]
fn a_build_warns_of_what_expires_soon() {
    let warned = |day: &str| as_of(&Folder::new(), &["build"], day).stderr;
    snapshot("exemptions-build-expiring", &as_of(&Folder::new(), &["build"], SOON).told());
    assert!(warned("2099-04-01").contains("expires in 30 days"), "{}", warned("2099-04-01"));
    assert!(warned(LAST).contains("expires today"));
    assert!(warned("2099-04-30").contains("expires tomorrow"));
    assert!(!warned(LONG_BEFORE).contains("warning"), "{}", warned(LONG_BEFORE));
}

#[test]
fn a_project_says_how_early_it_is_warned() {
    let folder = Folder::new();
    let project = folder.read("policies/palisade.yaml");
    folder.write("policies/palisade.yaml", &format!("{project}warn_days_before_expiry: 3\n"));
    assert!(!as_of(&folder, &["build"], "2099-04-27").stderr.contains("warning"));
    assert!(as_of(&folder, &["build"], "2099-04-28").stderr.contains("expires in 3 days"));
    assert_eq!(as_of(&folder, &["exemptions", "--expiring"], "2099-04-27").code, 0);
    assert_eq!(as_of(&folder, &["exemptions", "--expiring"], "2099-04-28").code, 1);
}

#[test]
fn a_bundle_does_not_turn_stale_by_the_clock() {
    let folder = built_on(LAST);
    let checked = as_of(&folder, &["build", "--check"], LONG_AFTER);
    snapshot("exemptions-check-expired", &checked.told());
    assert_eq!(checked.code, 0);
    // Nor does one that was built without the exemption, and is looked at by a clock that is behind.
    assert_eq!(as_of(&folder, &["build"], LONG_AFTER).code, 0);
    assert_eq!(as_of(&folder, &["build", "--check"], LONG_BEFORE).code, 0);
}

#[test]
fn other_dates_make_a_bundle_stale() {
    for day in [LONG_BEFORE, LONG_AFTER] {
        for expires in ["2098-01-01", "2104-01-01", "2110-01-01"] {
            let folder = built_on(day);
            folder.edit(PROFILER, LAST, expires);
            let before = as_of(&folder, &["build", "--check"], day);
            assert_eq!(before.code, 1, "{day} {expires}: {}", before.told());
            assert_eq!(as_of(&folder, &["build"], day).code, 0);
            let after = as_of(&folder, &["build", "--check"], day);
            assert_eq!(after.code, 0, "{day} {expires}: {}", after.told());
            assert_eq!(state(&folder), if expires < day { "expired" } else { "holds" });
        }
    }
}

#[test]
fn a_lock_file_of_before_says_that_all_hold() {
    let folder = built_on(LAST);
    folder.edit(LOCK, ",\"state\":\"holds\"", "");
    // It isn't what is written today, but what it means is read from it: no policy is stale.
    let checked = as_of(&folder, &["build", "--check"], AFTER);
    let stale: Vec<&str> = checked.stderr.lines().filter(|line| line.contains(": stale")).collect();
    assert_eq!(stale, ["out/.palisade/production/lock.json: stale"], "{}", checked.told());
}

#[test]
fn a_difference_shows_what_expired() {
    let folder = built_on(LAST);
    assert_eq!(as_of(&folder, &["diff", "out", "policies"], LAST).code, 0);
    snapshot("exemptions-diff-expired", &as_of(&folder, &["diff", "out", "policies"], AFTER).told());
    let before = folder.read(LOCK);
    folder.write("before.json", &before);
    assert_eq!(as_of(&folder, &["build"], AFTER).code, 0);
    let locks = folder.palisade(&["diff", "before.json", LOCK]);
    assert!(locks.stdout.contains("exemption `profiler` expired on 2099-05-01"), "{}", locks.stdout);
    assert_eq!(as_of(&folder, &["diff", "out", "policies"], AFTER).code, 0);
}

#[test]
fn what_has_expired_is_told_as_expired() {
    let folder = built_on(LAST);
    let told = |arguments: &[&str], format: &str, day: &str| {
        let ran = as_of(&folder, &[arguments, &["-e", "production", "--format", format]].concat(), day);
        assert_eq!(ran.code, 0, "{}", ran.told());
        ran.stdout
    };
    for format in ["human", "markdown", "json", "html"] {
        for arguments in [&["explain", "ACM-001"][..], &["coverage"]] {
            let (before, after) = (told(arguments, format, LAST), told(arguments, format, AFTER));
            assert!(!before.contains("expired on"), "{before}");
            assert!(after.contains("expired on 2099-05-01"), "{after}");
        }
    }
    let explained = |day: &str| {
        let told = told(&["explain", "ACM-001"], "human", day);
        told.lines().filter(|line| line.contains("exemption `")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(explained(LAST), ["  exemption `profiler` waives check `add`"]);
    assert_eq!(
        explained(AFTER),
        ["  exemption `profiler` expired on 2099-05-01, and no longer waives check `add`"]
    );
    let covered = |day: &str| {
        let told = told(&["coverage"], "human", day);
        let line = told.lines().find(|line| line.contains("exemptions.profiler")).unwrap().to_owned();
        line.split_whitespace()
            .skip(1)
            .take_while(|word| !word.contains(".yaml"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!((covered(LAST).as_str(), covered(AFTER).as_str()), ("holds", "expired on 2099-05-01"));
}

#[test]
fn check_judges_as_the_next_build_would() {
    let folder = Folder::new();
    folder.write("pod.yaml", POD);
    let check =
        |day: &str| as_of(&folder, &["check", "-e", "production", "--rule", "ACM-001", "pod.yaml"], day);
    assert_eq!((check(LAST).code, check(AFTER).code), (0, 1));
}

#[test]
fn exemptions_are_listed_by_their_last_day() {
    let folder = Folder::new();
    let profiler = folder.read(PROFILER);
    std::fs::create_dir_all(folder.path("policies/exemptions/teams/edge/proxies")).unwrap();
    for (path, name, expires) in
        [("teams/edge/proxies/proxy", "proxy", "2099-04-20"), ("teams/edge/router", "router", "2098-12-31")]
    {
        let text = profiler.replace("name: profiler", &format!("name: {name}")).replace(LAST, expires);
        let schema = text.lines().next().unwrap();
        folder.write(&format!("policies/exemptions/{path}.yaml"), &text.replace(schema, "# An exemption"));
    }
    folder.edit(PRODUCTION, "[profiler]", "[profiler, proxy]");
    snapshot("exemptions", &as_of(&folder, &["exemptions"], SOON).told());
    snapshot("exemptions-environment", &as_of(&folder, &["exemptions", "-e", "packed"], SOON).told());
    snapshot("exemptions-markdown", &as_of(&folder, &["exemptions", "--format", "markdown"], SOON).told());
    snapshot(
        "exemptions-json",
        &as_of(&folder, &["exemptions", "--expired", "--format", "json"], SOON).told(),
    );
    let ran = |arguments: &[&str], day: &str| {
        let ran = as_of(&folder, &[&["exemptions", "--format", "json"], arguments].concat(), day);
        let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
        let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
        (ran.code, listed["exemptions"].as_array().unwrap().iter().map(name).collect::<Vec<_>>())
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(ran(&["--expired"], SOON), (1, names(&["router"])));
    assert_eq!(ran(&["--expired", "-e", "production"], SOON), (0, names(&[])));
    assert_eq!(ran(&["--expired"], LONG_AFTER), (1, names(&["router", "proxy", "profiler"])));
    assert_eq!(ran(&["--expiring"], SOON), (1, names(&["proxy", "profiler"])));
    assert_eq!(ran(&["--expiring", "15"], SOON), (1, names(&["proxy"])));
    assert_eq!(ran(&["--expiring", "2"], SOON), (0, names(&[])));
    snapshot("exemptions-two-questions", &folder.palisade(&["exemptions", "--expired", "--expiring"]).told());
}

#[test]
fn what_nothing_needs_is_told() {
    let folder = Folder::new();
    let unused = |paths: &[&str]| {
        let ran = as_of(&folder, &[&["exemptions", "--unused"], paths].concat(), LONG_BEFORE);
        (ran.code, ran.told())
    };
    folder.write("pod.yaml", POD);
    assert_eq!(unused(&["pod.yaml"]).0, 0);
    // The same workload without what is waived, and a workload that is somebody else's.
    folder.write("idle.yaml", &POD.replace("{add: [SYS_PTRACE]}", "{}"));
    folder.write("other.yaml", &POD.replace("serviceAccountName: profiler", "serviceAccountName: other"));
    let (code, told) = unused(&["idle.yaml", "other.yaml"]);
    snapshot("exemptions-unused", &told);
    assert_eq!(code, 1);
    // One environment needs it, another one leaves its namespace out.
    let packed = folder.read("policies/environments/packed.yaml");
    folder.write(
        "policies/environments/packed.yaml",
        &format!("{packed}left_out: {{also: [{{namespace: observability, reason: A test.}}]}}\n"),
    );
    let (code, told) = unused(&["pod.yaml"]);
    assert!(code == 1 && told.contains("nothing needs it in packed\n"), "{told}");
    // An exemption that no environment grants is of no use, and one that has expired may still be needed.
    assert_eq!(unused(&["pod.yaml", "broken.yaml"]).0, 2, "a file that isn't there");
    let needed = as_of(&folder, &["exemptions", "--unused", "pod.yaml", "-e", "production"], LONG_AFTER);
    assert_eq!(needed.code, 0, "{}", needed.told());
}

/// What a review by CODEOWNERS relies on: an exemption lies in any folder, and means the same there; no two have one name.
#[test]
fn folders_are_for_people_alone() {
    let folder = built_on(LONG_BEFORE);
    let before: BTreeMap<String, Vec<u8>> = files_below(&folder.path("out"));
    std::fs::create_dir_all(folder.path("policies/exemptions/teams/a/observability")).unwrap();
    let moved = folder.path("policies/exemptions/teams/a/observability/profiler.yaml");
    std::fs::rename(folder.path(PROFILER), &moved).unwrap();
    assert_eq!(as_of(&folder, &["build"], LONG_BEFORE).code, 0);
    assert_eq!(files_below(&folder.path("out")), before);
    std::fs::copy(moved, folder.path(PROFILER)).unwrap();
    let twice = as_of(&folder, &["build"], LONG_BEFORE);
    assert!(
        twice.code == 2 && twice.stderr.contains("the exemption `profiler` is used twice"),
        "{}",
        twice.told()
    );
}

/// A project with so many exemptions, each for a namespace of its own; `granted` of them in staging.
fn with_exemptions(count: usize, granted: usize) -> Folder {
    let folder = Folder::new();
    let profiler = folder.read(PROFILER);
    std::fs::create_dir_all(folder.path("policies/exemptions/many")).unwrap();
    let name = |index: usize| format!("agent-{index}");
    for index in 0..count {
        let text = profiler
            .replace("name: profiler", &format!("name: {}", name(index)))
            .replace("namespace: observability", &format!("namespace: team-{index}"));
        folder.write(&format!("policies/exemptions/many/{}.yaml", name(index)), &text);
    }
    let names: Vec<String> = (0..granted).map(name).collect();
    let staging = folder.read("policies/environments/staging.yaml");
    folder.write(
        "policies/environments/staging.yaml",
        &format!("{staging}exemptions: [{}]\n", names.join(", ")),
    );
    folder
}

/// Runs a command in less than 500 MB of addresses, and so of memory.
#[cfg(target_os = "linux")]
fn in_little_memory(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let script = "ulimit -v 512000; exec \"$0\" \"$@\"";
    let program = ["-c", script, env!("CARGO_BIN_EXE_palisade")];
    let output = folder.command("sh", &[&program, arguments].concat()).output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn five_thousand_exemptions_are_built_with() {
    let folder = with_exemptions(5_000, 20);
    let (code, told) = in_little_memory(&folder, &["build", "--as-of", LONG_BEFORE]);
    assert_eq!(code, 0, "{told}");
    let listed = as_of(&folder, &["exemptions"], LONG_BEFORE);
    assert!(listed.stdout.ends_with("5001 exemptions\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn five_thousand_exemptions_in_one_environment_are_too_much_for_a_cluster() {
    let folder = with_exemptions(5_000, 5_000);
    let gatekeeper = "targets:\n  gatekeeper: {from: \"3.19\", to: \"3.23\"}\n";
    folder.edit("policies/environments/staging.yaml", "targets:\n", gatekeeper);
    let (code, told) = in_little_memory(&folder, &["build", "--as-of", LONG_BEFORE]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("error[unsupported]: ACM-001: one of its expressions has"), "{told}");
    assert!(told.contains("error[unsupported]: ACM-001: its policy would have"), "{told}");
    assert!(told.contains("fewer exemptions in one environment (5000 are granted here)"), "{told}");
    assert!(!folder.path("out").exists());
}
