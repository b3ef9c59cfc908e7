//! The catalogue inside the binary: commands in a folder without a project.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

#[path = "support/folder.rs"]
mod folder;

use folder::{Folder, Ran, tests};
use serde_json::Value;

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: shell, namespace: team-a}
spec:
  containers:
    - name: shell
      image: busybox
      securityContext: {privileged: true}
";

fn snapshot(name: &str, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(tests().join("commands"));
    settings.bind(|| insta::assert_snapshot!(name, told));
}

/// A folder that holds a manifest, and no project.
fn without_project() -> Folder {
    let folder = Folder::empty();
    folder.write("pod.yaml", POD);
    folder
}

fn told(name: &str, arguments: &[&str]) {
    snapshot(name, &without_project().palisade(arguments).told());
}

const PROFILE: [&str; 6] = ["--profile", "eks-auto-mode", "--kubernetes", "1.37", "--rule", "POD-001"];

#[test]
fn a_profile_alone_judges() {
    told("catalogue-check", &[&["check", "pod.yaml"], PROFILE.as_slice()].concat());
}

/// A Pod, and what makes the same one.
const WORKLOADS: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: team-a}
spec: POD
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: POD
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: web, namespace: team-a}
spec:
  schedule: 0 0 * * *
  jobTemplate: {spec: {template: {spec: POD}}}
";

/// The same Pod in several kinds.
fn workloads() -> String {
    let pod = "{hostNetwork: true, containers: [{name: web, image: nginx, ports: [{containerPort: 80, hostPort: 80}], \
               securityContext: {capabilities: {add: [SYS_ADMIN]}, seccompProfile: {type: Unconfined}}, \
               readinessProbe: {httpGet: {host: 10.0.0.1, port: 80}}}]}";
    WORKLOADS.replace("POD", pod)
}

const RESTRICTED: [&str; 4] = ["--profile", "pod-security-restricted", "--kubernetes", "latest"];

/// What a finding says beside the object and the places.
fn said(finding: &Value) -> Value {
    let mut finding = finding.clone();
    let fields = finding.as_object_mut().unwrap();
    for place in ["object", "file", "line", "column"] {
        fields.remove(place).unwrap();
    }
    let path = fields["path"].as_str().unwrap();
    let (_, in_pod) = path.split_once("spec.").unwrap();
    let in_pod =
        in_pod.trim_start_matches("jobTemplate.spec.").trim_start_matches("template.spec.").to_owned();
    fields["path"] = in_pod.into();
    finding
}

#[test]
fn a_level_of_the_standards_names_their_checks() {
    let folder = without_project();
    folder.write("workloads.yaml", &workloads());
    let one_rule = [&["check", "workloads.yaml", "--rule", "POD-008"], RESTRICTED.as_slice()].concat();
    snapshot("catalogue-standards", &folder.palisade(&one_rule).told());
    let ran = folder.palisade(&[&["check", "workloads.yaml", "-f", "json"], RESTRICTED.as_slice()].concat());
    let again =
        folder.palisade(&[&["check", "workloads.yaml", "-f", "json"], RESTRICTED.as_slice()].concat());
    assert_eq!(ran.stdout, again.stdout);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let of = |kind: &str| -> Vec<Value> {
        findings.iter().filter(|finding| finding["object"]["kind"] == kind).map(said).collect()
    };
    let of_pod = of("Pod");
    assert!(of_pod.len() > 6, "{of_pod:?}");
    assert!(of_pod.iter().all(|finding| !finding["standards"].as_array().unwrap().is_empty()));
    assert_eq!(of("Deployment"), of_pod);
    assert_eq!(of("CronJob"), of_pod);
}

#[test]
fn standard_input_is_judged_alike() {
    let folder = without_project();
    let of_file = folder.palisade(&[&["check", "pod.yaml"], PROFILE.as_slice()].concat());
    let arguments = [&["check", "-"], PROFILE.as_slice()].concat();
    let mut command = folder.command(env!("CARGO_BIN_EXE_palisade"), &arguments);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(POD.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        of_file.stdout.replace("pod.yaml", "<standard input>")
    );
}

#[test]
fn each_version_is_known() {
    let folder = without_project();
    let exit = |version: &str, more: &[&str]| {
        let arguments = ["check", "pod.yaml", "--profile", "eks-auto-mode", "--kubernetes", version];
        folder.palisade(&[arguments.as_slice(), more].concat()).code
    };
    for minor in 29..=37 {
        assert_eq!(exit(&format!("1.{minor}"), &[]), 1);
    }
    assert_eq!(exit("latest", &["--pod-security", "1.29"]), 1);
    for unknown in ["1.28", "1.38", "1", "newest", ""] {
        assert_eq!(exit(unknown, &[]), 2, "{unknown}");
        assert_eq!(exit("1.37", &["--pod-security", unknown]), 2, "{unknown}");
    }
}

#[test]
fn what_is_not_there() {
    told(
        "catalogue-check-unknown-profile",
        &["check", "pod.yaml", "--profile", "pod-security-restriced", "--kubernetes", "1.37"],
    );
    told(
        "catalogue-check-unknown-version",
        &["check", "pod.yaml", "--profile", "eks-auto-mode", "--kubernetes", "1.9"],
    );
    told("catalogue-check-no-project", &["check", "pod.yaml"]);
    told("catalogue-explain-unknown", &["explain", "POD-01"]);
}

/// What the binary lists and explains without a project is what lies in the repository: nothing in it is of an older build.
#[test]
fn it_is_that_of_the_repository() {
    let in_repository = |arguments: &[&str]| -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let output = command.args(arguments).current_dir(root).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let folder = without_project();
    let listed = folder.palisade(&["list"]);
    assert_eq!(listed.stdout, in_repository(&["list"]), "touch src/main.rs, and build again");
    let explained = folder.palisade(&["explain", "POD-001"]).stdout;
    assert!(in_repository(&["explain", "POD-001"]).starts_with(&explained), "{explained}");
}

#[test]
fn a_rule_is_explained_with_its_defaults() {
    let explained = without_project().palisade(&["explain", "POD-016"]).stdout;
    let (_, defaults) = explained.split_once("\nBy default\n").unwrap();
    snapshot("catalogue-explain-defaults", defaults);
}

#[test]
fn a_folder_of_somebody_elses_is_no_project() {
    let folder = without_project();
    std::fs::create_dir(folder.path("policies")).unwrap();
    folder.write("policies/kyverno.yaml", "kind: ClusterPolicy\n");
    assert_eq!(folder.palisade(&["list"]).code, 0);
}

#[test]
fn a_project_has_its_own_profiles() {
    let folder = Folder::new();
    let judge = |profile: &str| -> Ran {
        folder.palisade(&["check", "policies/kinds.yaml", "--profile", profile, "--kubernetes", "1.37"])
    };
    assert_eq!(judge("acme").code, 0);
    let unknown = judge("eks-auto-mode");
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("the project has `acme`"), "{}", unknown.stderr);
}
