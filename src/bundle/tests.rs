//! What a bundle holds, tried on a release built by hand.

use super::*;
use crate::ir::{EngineRange, KindFields, Version, sample};

fn release() -> Release {
    let mut release = sample::release();
    let range = EngineRange { from: Version { major: 1, minor: 17 }, to: Version { major: 1, minor: 19 } };
    release.engines = Target::ALL.into_iter().map(|target| (target, range)).collect();
    release.rules[0].kinds.push(
        KindFields {
            kind: "Secret".to_owned(),
            plural: "secrets".to_owned(),
            pod_template: None,
            ..(*sample::pod()).clone()
        }
        .into(),
    );
    release.rules[1].kinds.push(
        KindFields {
            group: "karpenter.sh".to_owned(),
            kind: "NodePool".to_owned(),
            plural: "nodepools".to_owned(),
            namespaced: false,
            versions: vec!["v1".to_owned()],
            pod_template: None,
        }
        .into(),
    );
    release
}

fn artefact(path: &str) -> Artefact {
    Artefact { path: path.to_owned(), text: format!("# {path}\n"), is_packed: false }
}

fn files() -> Files {
    let artefacts = [
        "kyverno-cluster-policy/POD-008.yaml",
        "gatekeeper/templates/POD-008.yaml",
        "gatekeeper/constraints/POD-009.yaml",
        "gatekeeper/constraints/POD-008.yaml",
    ];
    assemble(&release(), artefacts.into_iter().map(artefact).collect()).unwrap()
}

fn text(path: &str) -> String {
    String::from_utf8(files()[path].clone()).unwrap()
}

#[test]
fn the_paths() {
    let paths: Vec<String> = files().into_keys().collect();
    insta::assert_snapshot!(paths.join("\n"));
}

#[test]
fn the_readme() {
    insta::assert_snapshot!(text("production/README.md"));
}

#[test]
fn a_kustomization_lists_what_lies_beside_it() {
    let lists = |path: &str| text(path).split_once("resources:\n").unwrap().1.to_owned();
    assert_eq!(
        lists("production/gatekeeper/constraints/kustomization.yaml"),
        "- POD-008.yaml\n- POD-009.yaml\n"
    );
    assert_eq!(
        lists("production/kyverno-cluster-policy/kustomization.yaml"),
        "- POD-008.yaml\n- reports-role.yaml\n"
    );
}

#[test]
fn kyverno_may_read_what_its_chart_does_not_let_it_read() {
    let role = text("production/kyverno-validating-policy/reports-role.yaml");
    insta::assert_snapshot!(role);
}

#[test]
fn the_lock_knows_every_file_but_itself() {
    let files = files();
    let lock = Lock::parse(&text(".palisade/production/lock.json")).unwrap();
    let mut paths: Vec<&String> = files.keys().collect();
    paths.retain(|path| **path != lock_path("production"));
    assert_eq!(lock.files.keys().collect::<Vec<_>>(), paths);
    let known = lock.files["production/kyverno-cluster-policy/POD-008.yaml"].clone().unwrap();
    assert_eq!(known, digest(&files["production/kyverno-cluster-policy/POD-008.yaml"]));
    assert_eq!(lock.files["production/README.md"], None);
}

#[test]
fn two_files_with_one_path_are_an_error() {
    let twice = vec![artefact("gatekeeper/templates/POD-008.yaml"); 2];
    assert_eq!(
        assemble(&release(), twice),
        Err(BundleError::SamePath("production/gatekeeper/templates/POD-008.yaml".to_owned()))
    );
}

#[test]
fn the_suites_of_a_rule() {
    let release = release();
    let case = |name: &str, is_violated| suite::Case {
        name: name.to_owned(),
        about: "a Pod".to_owned(),
        object: serde_json::json!({"kind": "Pod", "metadata": {"name": name, "namespace": "team-a"}}),
        namespace: Some(("team-a".to_owned(), BTreeMap::from([("stage".to_owned(), "trial".to_owned())]))),
        placement: 0,
        is_violated,
    };
    let cases = [case("good-1", false), case("bad-add", true)];
    let write = |value: &serde_json::Value| serde_yaml::to_string(value).unwrap();
    let files = suite::files(&release, &release.rules[0], &cases, &write);
    let texts: Vec<String> = files.iter().map(|file| format!("== {}\n{}", file.path, file.text)).collect();
    insta::assert_snapshot!(texts.join("\n"));
    assert_eq!(suite::files(&release, &release.rules[0], &[], &write), []);
}

#[test]
fn tests_are_locked_beside_the_lock_file() {
    let test =
        Artefact { path: "POD-008/suite.yaml".to_owned(), text: "a: b\n".to_owned(), is_packed: false };
    let files = assemble_with(&release(), Vec::new(), vec![test]).unwrap();
    let lock = String::from_utf8(files[&lock_path("production")].clone()).unwrap();
    let lock = Lock::parse(&lock).unwrap();
    let path = ".palisade/production/tests/POD-008/suite.yaml";
    assert_eq!(lock.files[path], Some(digest(&files[path])));
    assert_eq!(lock.files[".palisade/production/tests/README.md"], None);
}
