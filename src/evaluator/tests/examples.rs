//! Examples made whole, and proved.

use serde_json::json;

use super::*;
use crate::evaluator::example::{complete, prove};

fn example(metadata: serde_json::Value, spec: serde_json::Value) -> Example {
    Example {
        name: "an example".to_owned(),
        subject: ExampleSubject::Pod { metadata, spec },
        namespace: Some("team-b".to_owned()),
        version: None,
        gives: Vec::new(),
    }
}

fn workloads() -> Rule {
    let ok = reads(Reading::Raw, "container.securityContext.privileged", is_true(), false);
    let check = check(vec![containers()], "container.securityContext.privileged", ok);
    rule(
        vec![
            pod(),
            deployment(),
            kind("apps", "StatefulSet", Some(&["spec", "template"])),
            kind("", "ReplicationController", Some(&["spec", "template"])),
            kind("batch", "Job", Some(&["spec", "template"])),
            cron_job(),
            node_pool(),
        ],
        vec![check],
        vec![],
    )
}

fn kinds_of(example: &Example) -> Vec<String> {
    complete(&workloads(), example).into_iter().map(|completed| completed.kind.kind.clone()).collect()
}

#[test]
fn a_pod_is_carried_by_each_kind_that_can() {
    assert_eq!(
        kinds_of(&example(json!({}), json!({}))),
        ["Pod", "Deployment", "StatefulSet", "ReplicationController", "Job", "CronJob"]
    );
    assert_eq!(kinds_of(&example(json!({}), json!({"restartPolicy": "Never"}))), ["Pod", "Job", "CronJob"]);
    assert_eq!(
        kinds_of(&example(json!({}), json!({"restartPolicy": "Always"}))),
        ["Pod", "Deployment", "StatefulSet", "ReplicationController"]
    );
    assert_eq!(kinds_of(&example(json!({}), json!({"ephemeralContainers": [{}]}))), ["Pod"]);
}

#[test]
fn what_is_not_said_is_filled_in() {
    let example =
        example(json!({"labels": {"app": "x"}}), json!({"initContainers": [{"name": "i"}, {"image": "y"}]}));
    let objects: BTreeMap<String, serde_json::Value> = complete(&workloads(), &example)
        .into_iter()
        .map(|completed| (completed.kind.kind.clone(), completed.object))
        .collect();
    insta::assert_json_snapshot!(objects);
}

#[test]
fn what_is_said_stays() {
    let spec = json!({"containers": [{"name": null, "image": 1}, "x"], "initContainers": "y", "restartPolicy": null});
    let completed = complete(&workloads(), &example(json!({}), spec.clone()));
    assert_eq!(completed[0].object["spec"], spec);
    let pool = |spec: serde_json::Value| json!({"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "x"}, "spec": spec});
    let completed = |object: serde_json::Value| {
        let object = Example { subject: ExampleSubject::Object(object), ..example(json!({}), json!({})) };
        complete(&workloads(), &object)[0].object.clone()
    };
    let said = pool(json!({"template": {"spec": {"nodeClassRef": "x", "requirements": null}}}));
    assert_eq!(completed(said.clone()), said);
    for no_map in [json!({"template": 1}), json!({"template": {"spec": []}})] {
        assert_eq!(completed(pool(no_map.clone())), pool(no_map));
    }
}

#[test]
fn what_the_api_server_demands_is_filled_in() {
    let pool = json!({"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "spec": {"weight": 1}});
    let pool = Example { subject: ExampleSubject::Object(pool), ..example(json!({}), json!({})) };
    let mounts = json!([{"name": "a", "mountPath": "/a", "mountPropagation": "Bidirectional"}]);
    let said = json!({"securityContext": {"privileged": false}, "volumeMounts": mounts});
    let pod = example(json!({}), json!({"containers": [{"volumeMounts": mounts}, said]}));
    let objects = [&pool, &pod].map(|example| complete(&workloads(), example)[0].object.clone());
    insta::assert_json_snapshot!(objects);
}

#[test]
fn examples_are_proved_for_each_kind() {
    let spec = json!({"restartPolicy": "Never", "containers": [{"name": "a", "securityContext": {"privileged": true}}]});
    let mut bad = example(json!({}), spec);
    let expected = Expected {
        check: "c".to_owned(),
        subject: "containers/a".to_owned(),
        path: "pod.containers[0].securityContext.privileged".to_owned(),
    };
    bad.gives = vec![expected.clone()];
    assert_eq!(prove(&workloads(), &bad), [""; 0]);
    bad.gives = vec![Expected { subject: "containers/b".to_owned(), ..expected }];
    let of = |name: &str| {
        format!("check `c` of `containers/{name}` at `pod.containers[0].securityContext.privileged`")
    };
    let both = |kind: &str| [format!("{kind} doesn't give {}", of("b")), format!("{kind} gives {}", of("a"))];
    assert_eq!(prove(&workloads(), &bad), ["Pod", "Job", "CronJob"].map(both).concat());
    let foreign =
        Example { subject: ExampleSubject::Object(json!({"apiVersion": "v1", "kind": "Secret"})), ..bad };
    assert_eq!(prove(&workloads(), &foreign), ["no kind that the rule governs can carry it"]);
}
