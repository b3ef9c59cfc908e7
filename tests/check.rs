//! `palisade check` and `palisade test` as processes: one snapshot for each, with its exit code and what it prints.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't run fails")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[path = "support/readme.rs"]
mod readme;

const PROJECT: &str = "tests/projects/small";

/// What a command gives: the command, its exit code, standard output and standard error.
fn run(arguments: &[&str], input: &str) -> String {
    let mut process = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(arguments)
        .current_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    format!(
        "$ palisade {}\nexit code {}\n\n{}----- standard error -----\n{}",
        arguments.join(" "),
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap()
    )
}

fn check(arguments: &[&str]) -> String {
    check_input(arguments, "")
}

fn check_input(arguments: &[&str], input: &str) -> String {
    run(&[&["check", "--project", PROJECT], arguments].concat(), input)
}

#[test]
fn an_estate() {
    insta::assert_snapshot!(check(&["-e", "production", "tests/check/estate"]));
}

/// A Pod that adds a capability, made by hand and by a Deployment, in a namespace.
fn adding(namespace: &str) -> String {
    let spec = "{containers: [{name: app, securityContext: {capabilities: {add: [SYS_ADMIN]}}}]}";
    let metadata = format!("{{name: app, namespace: {namespace}}}");
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec: {spec}\n---\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata: {metadata}\nspec: {{template: {{spec: {spec}}}}}\n---\n"
    )
}

#[test]
fn pods_apart_and_a_broken_glass() {
    let broken = "apiVersion: v1\nkind: Namespace\nmetadata: {name: incident, labels: {acme.example/break-glass: INC-1}}\n";
    let input = ["shop", "jobs", "incident"].map(adding).concat() + broken;
    insta::assert_snapshot!(check_input(&["-e", "rollout", "-"], &input));
}

#[test]
fn an_estate_as_json() {
    insta::assert_snapshot!(check(&[
        "-e",
        "production",
        "--format",
        "json",
        "tests/check/estate/cluster.json"
    ]));
}

#[test]
fn known_namespaces_and_owned_objects() {
    let namespaces = ["--namespaces", "tests/check/namespaces.yaml", "--include-owned", "--rule", "ACM-001"];
    insta::assert_snapshot!(check(
        &[&["-e", "production", "tests/check/estate/apps"], namespaces.as_slice()].concat()
    ));
}

#[test]
fn a_bad_document_does_not_hide_the_others() {
    insta::assert_snapshot!(check(&["-e", "production", "tests/check/broken", "tests/check/absent.yaml"]));
}

#[test]
fn a_profile_denies_everywhere() {
    let profile = ["--profile", "acme", "--kubernetes", "1.34", "tests/check/estate/apps/places.yml"];
    insta::assert_snapshot!(check(&profile));
}

#[test]
fn standard_input_and_an_output_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("findings.txt");
    let pool = "{\"apiVersion\": \"karpenter.sh/v1\", \"kind\": \"NodePoolList\", \"items\": [{\"metadata\": {\"name\": \"a\"}}]}";
    let printed = check_input(&["-e", "production", "-", "--output", file.to_str().unwrap()], pool);
    assert!(printed.contains("exit code 1\n\n----- standard error -----\n"), "{printed}");
    insta::assert_snapshot!(std::fs::read_to_string(file).unwrap());
}

/// The exit code and the first line of standard error.
fn outcome(arguments: &[&str]) -> String {
    let text = check(arguments);
    let code = text.lines().nth(1).unwrap().strip_prefix("exit code ").unwrap();
    let (_, told) = text.split_once("----- standard error -----\n").unwrap();
    format!("{code} {}", told.lines().next().unwrap_or_default()).trim().to_owned()
}

#[test]
fn exit_codes() {
    let accounts = "tests/check/estate/apps/web.yaml";
    let warns = ["-e", "production", "--rule", "ACM-002", accounts];
    let with = |more: &[&'static str]| outcome(&[warns.as_slice(), more].concat());
    assert_eq!(with(&[]), "0");
    assert_eq!(with(&["--fail-on", "warn"]), "1");
    assert_eq!(with(&["--fail-on", "audit"]), "1");
    assert_eq!(with(&["--fail-on", "warn", "--min-severity", "high"]), "0");
    assert_eq!(outcome(&["-e", "staging", accounts]), "0");
    assert_eq!(outcome(&["-e", "staging", "--fail-on", "audit", accounts]), "1");
    assert_eq!(outcome(&[accounts]), "2 error[which-environment]: the project has several environments");
    assert_eq!(
        outcome(&["-e", "produktion", accounts]),
        "2 error[unknown-environment]: there is no environment `produktion`"
    );
    assert_eq!(
        outcome(&["-e", "production", "--rule", "ACM-004", accounts]),
        "2 error[unknown-rule]: the rule `ACM-004` doesn't hold here"
    );
    assert_eq!(
        outcome(&["--profile", "acme", "--kubernetes", "new", accounts]),
        "2 error[unknown-version]: `new` is no version that --kubernetes knows"
    );
}

#[test]
fn the_examples_of_rules() {
    insta::assert_snapshot!(run(&["test", "--project", PROJECT], ""));
    insta::assert_snapshot!(run(&["test", "--project", PROJECT, "--rule", "ACM-01"], ""));
}

#[test]
fn the_examples_of_one_rule() {
    let told = run(&["test", "--project", PROJECT, "--rule", "ACM-001"], "");
    assert!(told.contains(" examples of 1 rule give what they say\n"), "{told}");
}

/// What the README shows is what the command prints.
#[test]
fn the_tour() {
    let told = run(&["check", "--environment", "production", "tests/check/tour/app.yaml"], "");
    let printed =
        told.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n").replace("tests/check/tour/", "");
    let printed = printed.split("----- standard error").next().unwrap();
    readme::shows(printed);
}

#[test]
fn the_tour_shows_what_explain_prints() {
    let arguments = ["explain", "POD-008", "--environment", "production"];
    let ran = run(&arguments, "");
    let (_, printed) = ran.split_once("exit code 0\n\n").unwrap();
    let (printed, _) = printed.split_once("----- standard error").unwrap();
    readme::shows_in_part(&format!("palisade {}", arguments.join(" ")), printed);
}
