//! The sets: each workload is refused without its set and let in with it, and would miss anything that were taken out of it.
//!
//! Judged by the evaluator; the matrix asks the engines the same of each set.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use palisade::diagnostic::{Sources, render};
use palisade::evaluator::{Inspector, Namespaces};
use palisade::ir::{Release, lower};
use palisade::model::{Exemption, ExemptionSet, Features};
use palisade::project::{Definitions, Located, SourceFile, load};
use palisade::yaml::{self, Budget, Dialect, Node};
use serde_json::{Value, json};

/// Rules whose parameters a project sets for all of its workloads: from where images come.
const OF_THE_PROJECT: [&str; 1] = ["IMG-001"];

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// The shipped project, with one environment in which everything denies and no namespace is left out.
fn definitions() -> Definitions {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let is_catalogue = |path: &String| !path.starts_with("environments/") && !path.starts_with("exemptions/");
    let mut files: Vec<SourceFile> = files_below(&root)
        .iter()
        .map(|path| SourceFile {
            path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
            bytes: fs::read(path).unwrap(),
        })
        .filter(|file| is_catalogue(&file.path))
        .collect();
    files.push(SourceFile { path: "environments/sets.yaml".to_owned(), bytes: ENVIRONMENT.into() });
    files.push(SourceFile { path: "exemptions/adopted.yaml".to_owned(), bytes: ADOPTED.into() });
    let loaded = load(&files);
    let faults: Vec<String> =
        loaded.diagnostics.iter().map(|fault| render(fault, &loaded.sources, false)).collect();
    assert_eq!(faults, [""; 0]);
    loaded.definitions
}

const ENVIRONMENT: &str = r#"
name: sets
description: Everything denies
kubernetes: "1.37"
targets: {gatekeeper: {from: "3.23", to: "3.23"}}
profile: eks-auto-mode
namespaces: [{name: everywhere, action: deny}]
left_out: {shipped: false}
exemptions: [adopted]
rules: {RUN-003: {parameters: {monitors: [{exemption: adopted}]}}}
"#;

/// An exemption that adopts a set, and installs its workload elsewhere.
const ADOPTED: &str = r#"
name: adopted
owner: platform
approved_by: security
reason: A test
ticket: TEST-1
created: "2026-11-27"
expires: "2027-11-27"
adopts: EX-CSI-efs-node
identity: {namespace: storage, images: [registry.example.com/efs]}
"#;

/// An exemption that grants these features and rules to the set's identity.
fn granting(set: &ExemptionSet, features: Features, rules: Vec<String>) -> Exemption {
    Exemption {
        name: "adopted".to_owned(),
        owner: "platform".to_owned(),
        approved_by: "security".to_owned(),
        reason: "A test".to_owned(),
        ticket: "TEST-1".to_owned(),
        created: "2026-11-27".to_owned(),
        expires: "2027-11-27".to_owned(),
        adopts: None,
        identity: set.identity.clone(),
        features,
        rules,
        keyed_by_author_controlled_fields: false,
    }
}

/// The release in which this exemption is granted.
fn release(definitions: &Definitions, exemption: Exemption) -> Release {
    let exemptions = vec![Located::in_code(exemption, "adopted")];
    lower::lower(&Definitions { exemptions, ..definitions.clone() }, "sets").unwrap()
}

fn node(object: &Value) -> Node {
    let mut sources = Sources::new();
    let id = sources.add("pod.yaml", object.to_string());
    yaml::read(&sources, id, Dialect::Manifest, &Budget::MANIFEST).documents.remove(0)
}

fn pod(set: &ExemptionSet) -> Value {
    let namespace = set.identity.namespace.as_deref().unwrap();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "node", "namespace": namespace}, "spec": set.pod})
}

/// What is violated and not waived: the texts by the rule.
fn violated(release: &Release, object: &Value) -> BTreeMap<String, Vec<String>> {
    let inspector = Inspector::new(release, |_| true, true);
    let inspected = inspector.inspect(&node(object), &Namespaces::default());
    let denied = inspected.inspections.into_iter().filter(|inspection| inspection.verdict.denies());
    denied
        .map(|inspection| (inspection.rule.id.clone(), inspection.verdict.texts()))
        .filter(|(rule, _)| !OF_THE_PROJECT.contains(&rule.as_str()))
        .collect()
}

#[test]
fn each_workload_is_refused_without_its_set_and_let_in_with_it() {
    let definitions = definitions();
    assert!(definitions.sets.len() >= 5);
    for set in definitions.sets.iter().map(|set| &set.value) {
        let nothing = release(&definitions, granting(set, Features::default(), Vec::new()));
        assert!(violated(&nothing, &pod(set)).len() > 3, "{} needs hardly anything", set.id);
        let adopted = release(&definitions, granting(set, set.features.clone(), set.rules.clone()));
        let left = violated(&adopted, &pod(set));
        assert!(left.is_empty(), "{} lacks {left:#?}", set.id);
        for (why, other) in strangers(set) {
            assert!(!violated(&adopted, &other).is_empty(), "{}: {why} is let in too", set.id);
        }
    }
}

/// The same Pod, but of another namespace, of another service account, with a foreign container.
fn strangers(set: &ExemptionSet) -> Vec<(&'static str, Value)> {
    let mut namespace = pod(set);
    namespace["metadata"]["namespace"] = json!("team-a");
    let mut account = pod(set);
    account["spec"]["serviceAccountName"] = json!("default");
    let mut container = pod(set);
    let shell = json!({"name": "shell", "image": "public.ecr.aws/acme/shell:1"});
    container["spec"]["containers"].as_array_mut().unwrap().push(shell.clone());
    let mut debugged = pod(set);
    debugged["spec"]["ephemeralContainers"] = json!([shell]);
    vec![
        ("another namespace", namespace),
        ("another service account", account),
        ("a foreign container", container),
        ("a foreign debug container", debugged),
    ]
}

#[test]
fn a_set_holds_nothing_that_its_workload_does_not_need() {
    let definitions = definitions();
    for set in definitions.sets.iter().map(|set| &set.value) {
        for (part, features, rules) in without_each_part(set) {
            let lacking = release(&definitions, granting(set, features, rules));
            assert!(!violated(&lacking, &pod(set)).is_empty(), "{} doesn't need {part}", set.id);
        }
    }
}

/// The set without each of its parts: a flag, an item of a list, a rule.
fn without_each_part(set: &ExemptionSet) -> Vec<(String, Features, Vec<String>)> {
    let mut lacking = Vec::new();
    let written = serde_json::to_value(&set.features).unwrap();
    for (name, value) in written.as_object().unwrap() {
        match value {
            Value::Bool(true) => {
                let mut less = written.clone();
                less[name] = json!(false);
                lacking.push((name.clone(), less));
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let mut less = written.clone();
                    less[name].as_array_mut().unwrap().remove(index);
                    lacking.push((format!("{name} {item}"), less));
                }
            }
            other => assert_eq!(other, &json!(false), "{name}"),
        }
    }
    let features = lacking
        .into_iter()
        .map(|(part, less)| (part, serde_json::from_value(less).unwrap(), set.rules.clone()));
    let rules = set.rules.iter().map(|rule| {
        let others = set.rules.iter().filter(|other| *other != rule).cloned().collect();
        (rule.clone(), set.features.clone(), others)
    });
    features.chain(rules).collect()
}

#[test]
fn an_exemption_adopts_what_a_set_says() {
    let definitions = definitions();
    let set = definitions.sets.iter().map(|set| &set.value).find(|set| set.id == "EX-CSI-efs-node").unwrap();
    let adopted = &definitions.exemptions[0].value;
    assert_eq!((&adopted.features, &adopted.rules), (&set.features, &set.rules));
    let identity = &adopted.identity;
    assert_eq!(identity.namespace.as_deref(), Some("storage"));
    assert_eq!(identity.images, ["registry.example.com/efs"]);
    assert_eq!(
        (&identity.service_account, &identity.sidecars),
        (&set.identity.service_account, &set.identity.sidecars)
    );
}

/// A monitor is recorded once: RUN-003 holds it to what its exemption grants.
#[test]
fn a_monitor_is_held_to_the_exemption_that_it_refers_to() {
    let definitions = definitions();
    let release = lower::lower(&definitions, "sets").unwrap();
    let workload = json!({
        "serviceAccountName": "efs-csi-node-sa",
        "hostNetwork": true,
        "containers": [{"name": "efs", "image": "registry.example.com/efs:1"}],
    });
    let object = |spec: &Value| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "storage"}, "spec": spec});
    assert_eq!(violated(&release, &object(&workload)).get("RUN-003"), None);
    let mut greedy = workload.clone();
    greedy["hostPID"] = json!(true);
    let told = violated(&release, &object(&greedy)).remove("RUN-003").unwrap();
    assert_eq!(
        told,
        ["pod: shares the host's process ids; the monitor's record must say so with `host_pid`"]
    );
}

#[test]
fn each_set_is_of_a_known_group() {
    let groups: BTreeSet<&str> = ["EX-CSI", "EX-MIX", "EX-MON", "EX-OBS"].into();
    for set in &definitions().sets {
        assert!(groups.contains(&set.value.id[..6]), "{}", set.value.id);
        assert!(!set.value.why.contains('\n'), "{}", set.value.id);
    }
}
