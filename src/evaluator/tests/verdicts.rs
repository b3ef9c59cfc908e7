//! Subjects, places, shapes, waivers, versions, updates and denials.

use super::*;
use crate::evaluator::{Judged, Operation, Request, Status, compile, judge};

/// Containers must not be privileged; the shapes that come with it.
fn privileged(kinds: Vec<Kind>) -> Rule {
    let ok = reads(Reading::Raw, "container.securityContext.privileged", is_true(), false);
    let shapes = vec![
        shape(vec![], "pod", Container::Map),
        shape(vec![], "pod.containers", Container::List),
        shape(vec![containers()], "container", Container::Map),
        shape(vec![containers()], "container.securityContext", Container::Map),
    ];
    rule(kinds, vec![check(vec![containers()], "container.securityContext.privileged", ok)], shapes)
}

#[test]
fn subjects_are_found_in_every_workload() {
    let spec = "{containers: [{name: a, securityContext: {privileged: true}}, {name: b}], initContainers: [{securityContext: {privileged: true}}]}";
    let rule = privileged(vec![pod(), deployment(), cron_job()]);
    let at = |prefix: &str| {
        vec![
            format!(
                "c|containers/a|pod.containers[0].securityContext.privileged|{prefix}.containers[0].securityContext.privileged|is wrong"
            ),
            format!(
                "c|initContainers/?|pod.initContainers[0].securityContext.privileged|{prefix}.initContainers[0].securityContext.privileged|is wrong"
            ),
        ]
    };
    let pod = object(&format!("{{apiVersion: v1, kind: Pod, spec: {spec}}}"));
    assert_eq!(found(&rule, &pod), at("spec"));
    let deployment =
        object(&format!("{{apiVersion: apps/v1, kind: Deployment, spec: {{template: {{spec: {spec}}}}}}}"));
    assert_eq!(found(&rule, &deployment), at("spec.template.spec"));
    let cron_job = format!(
        "{{apiVersion: batch/v1, kind: CronJob, spec: {{jobTemplate: {{spec: {{template: {{spec: {spec}}}}}}}}}}}"
    );
    assert_eq!(found(&rule, &object(&cron_job)), at("spec.jobTemplate.spec.template.spec"));
}

#[test]
fn the_span_is_the_deepest_node_that_exists() {
    let text =
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    securityContext: {other: 1}\n";
    let ok = asks("container.securityContext.runAsNonRoot", is_true());
    let rule = rule(
        vec![pod()],
        vec![check(vec![containers()], "container.securityContext.runAsNonRoot", ok)],
        vec![],
    );
    let node = object(text);
    let verdict = judge(&compile(&rule), &Request::audit(&node));
    let span = verdict.violations[0].span;
    assert_eq!(&text[span.start..span.end], "{other: 1}");
}

#[test]
fn shapes_are_violations_each_place_once() {
    let rule = privileged(vec![pod(), deployment()]);
    let cases = [
        (
            "containers: x",
            "pod.containers|spec.containers",
            "`pod.containers` can't be read: a list was expected",
        ),
        (
            "containers: {}",
            "pod.containers|spec.containers",
            "`pod.containers` can't be read: a list was expected",
        ),
        (
            "containers: [{name: a, securityContext: x}]",
            "pod.containers[0].securityContext|spec.containers[0].securityContext",
            "`container.securityContext` can't be read: a map was expected",
        ),
        (
            "containers: [x]",
            "pod.containers[0]|spec.containers[0]",
            "`container` can't be read: a map was expected",
        ),
    ];
    for (spec, place, message) in cases {
        let node = object(&format!("{{apiVersion: v1, kind: Pod, spec: {{{spec}}}}}"));
        let shapes: Vec<String> =
            found(&rule, &node).into_iter().filter(|line| line.starts_with("unreadable")).collect();
        assert_eq!(shapes, [format!("unreadable||{place}|{message}")], "{spec}");
    }
    let broken_above = object("{apiVersion: apps/v1, kind: Deployment, spec: {template: x}}");
    assert_eq!(
        found(&rule, &broken_above),
        ["unreadable||pod|spec.template.spec|`pod` can't be read: a map was expected"]
    );
    for spec in [
        "null",
        "{}",
        "{containers: null}",
        "{containers: [null]}",
        "{containers: [{securityContext: null}]}",
    ] {
        let node = object(&format!("{{apiVersion: v1, kind: Pod, spec: {spec}}}"));
        assert_eq!(found(&rule, &node), [""; 0], "{spec}");
    }
}

#[test]
fn a_wrong_type_is_unreadable_and_denies() {
    let rule = privileged(vec![pod()]);
    let node = object(
        "{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, securityContext: {privileged: 'true'}}]}}",
    );
    let verdict = judge(&compile(&rule), &Request::audit(&node));
    assert_eq!(verdict.violations[0].status, Status::Unreadable);
    assert!(verdict.denies());
    assert_eq!(verdict.texts(), ["containers/a: is wrong"]);
}

#[test]
fn waivers_exempt_subjects_and_rules() {
    let mut rule = privileged(vec![pod()]);
    let waiver = |name: &str, holds| Waiver { exemption: name.to_owned(), holds };
    rule.checks[0].waivers = vec![
        waiver("z", asks("container.image", is_text("agent"))),
        waiver("a", asks("container.image", Predicate::Set)),
        waiver("unreadable", asks("container.image", is_true())),
    ];
    let node = object(
        "{apiVersion: v1, kind: Pod, metadata: {namespace: falco}, spec: {containers: [{name: a, image: agent, securityContext: {privileged: true}}, {name: b, securityContext: {privileged: true}}, 1]}}",
    );
    let statuses = |rule: &Rule| -> Vec<Status> {
        judge(&compile(rule), &Request::audit(&node))
            .violations
            .into_iter()
            .map(|violation| violation.status)
            .collect()
    };
    let exempted = |names: &[&str]| Status::Exempted(names.iter().map(|name| (*name).to_owned()).collect());
    let broken = [Status::Unreadable, exempted(&["a", "z"]), Status::Violated, Status::Unreadable];
    assert_eq!(statuses(&rule), broken);
    rule.waivers = vec![waiver("whole", asks("namespace", is_text("falco")))];
    let whole = || exempted(&["whole"]);
    assert_eq!(statuses(&rule), [whole(), exempted(&["a", "whole", "z"]), whole(), whole()]);
    assert!(!judge(&compile(&rule), &Request::audit(&node)).denies());
}

#[test]
fn kinds_versions_and_operations() {
    let compiled = compile(&privileged(vec![pod(), deployment()]));
    let judged = |text: &str, operation, subresource| {
        let node = object(text);
        judge(&compiled, &Request { operation, subresource, object: Some(&node), old_object: None }).judged
    };
    let pod = "{apiVersion: v1, kind: Pod}";
    for (text, operation, subresource, expected) in [
        (pod, Operation::Create, "", Judged::Judged),
        (pod, Operation::Update, "", Judged::Judged),
        (pod, Operation::Audit, "", Judged::Judged),
        (pod, Operation::Update, "ephemeralcontainers", Judged::Judged),
        (pod, Operation::Update, "status", Judged::NotGoverned),
        (pod, Operation::Delete, "", Judged::NotGoverned),
        (pod, Operation::Connect, "exec", Judged::NotGoverned),
        ("{apiVersion: v2, kind: Pod}", Operation::Create, "", Judged::OtherVersion),
        ("{apiVersion: apps/v1beta1, kind: Deployment}", Operation::Create, "", Judged::OtherVersion),
        (
            "{apiVersion: apps/v1, kind: Deployment}",
            Operation::Update,
            "ephemeralcontainers",
            Judged::NotGoverned,
        ),
        ("{apiVersion: v1, kind: Deployment}", Operation::Create, "", Judged::NotGoverned),
        ("{apiVersion: 1, kind: Pod}", Operation::Create, "", Judged::OtherVersion),
        ("{kind: [Pod]}", Operation::Create, "", Judged::NotGoverned),
        ("[]", Operation::Create, "", Judged::NotGoverned),
    ] {
        assert_eq!(judged(text, operation, subresource), expected, "{text} {operation:?} {subresource}");
    }
    let node = object(pod);
    let deleted =
        Request { operation: Operation::Delete, subresource: "", object: None, old_object: Some(&node) };
    assert_eq!(judge(&compiled, &deleted).judged, Judged::NotGoverned);
}

#[test]
fn what_is_spared_gives_nothing() {
    let mut rule = privileged(vec![pod()]);
    rule.spared = asks("pod.os.name", is_text("windows"));
    let judged = |os: &str| {
        let node = object(&format!("{{apiVersion: v1, kind: Pod, spec: {{os: {os}, containers: x}}}}"));
        let verdict = judge(&compile(&rule), &Request::audit(&node));
        (verdict.judged, verdict.denies())
    };
    assert_eq!(judged("{name: windows}"), (Judged::Spared, false));
    for os in ["{name: linux}", "{name: 1}", "x", "null"] {
        assert_eq!(judged(os), (Judged::Judged, true), "{os}");
    }
}

#[test]
fn an_update_is_judged_if_a_governed_part_changes() {
    let mut rule = privileged(vec![pod(), node_pool()]);
    rule.governed_in_pods = vec![GovernedPart::PodSpec, GovernedPart::TemplateAnnotations];
    rule.governed_in_objects = vec![GovernedPart::Field("spec".to_owned()), GovernedPart::OwnerReferences];
    let compiled = compile(&rule);
    let judged = |old: &str, new: &str| {
        let (old, new) = (object(old), object(new));
        let request = Request {
            operation: Operation::Update,
            subresource: "",
            object: Some(&new),
            old_object: Some(&old),
        };
        judge(&compiled, &request).judged
    };
    let pod = |rest: &str| format!("{{apiVersion: v1, kind: Pod, {rest}}}");
    let pool = |rest: &str| format!("{{apiVersion: karpenter.sh/v1, kind: NodePool, {rest}}}");
    for (old, new, expected) in [
        (
            pod("spec: {a: 1, b: [1, 2]}"),
            pod("spec: {b: [1.0, 2], c: null, a: 1}, metadata: {labels: {x: z}}"),
            Judged::Unchanged,
        ),
        (pod("spec: {a: 1}"), pod("spec: {a: '1'}"), Judged::Judged),
        (pod("spec: {a: 1}"), pod("spec: {a: 1, b: {}}"), Judged::Judged),
        (pod("spec: {a: 1, b: {}}"), pod("spec: {a: 1}"), Judged::Judged),
        (pod("spec: {b: [1, 2]}"), pod("spec: {b: [2, 1]}"), Judged::Judged),
        (pod("metadata: {annotations: {a: b}}"), pod("metadata: {annotations: {a: c}}"), Judged::Judged),
        (pod("metadata: x"), pod("metadata: x"), Judged::Unchanged),
        (pool("spec: {a: 1}"), pool("spec: {a: 1}, status: {a: 2}"), Judged::Unchanged),
        (pool("spec: {a: 1}"), pool("spec: {a: 1}, metadata: {ownerReferences: [{}]}"), Judged::Judged),
    ] {
        assert_eq!(judged(&old, &new), expected, "{old} {new}");
    }
    rule.governed_in_pods = Vec::new();
    let compiled = compile(&rule);
    let (old, new) = (object(&pod("spec: {a: 1}")), object(&pod("spec: {a: 2}")));
    let request =
        Request { operation: Operation::Update, subresource: "", object: Some(&new), old_object: Some(&old) };
    assert_eq!(judge(&compiled, &request).judged, Judged::Unchanged);
}

#[test]
fn every_source_names_its_subjects_and_places() {
    let never = || Condition::False;
    let security = each("security_context", Source::SecurityContexts, &[]);
    let mounts = items("mount", "container.volumeMounts");
    let fields = Source::Fields(vec![
        path("security_context.seLinuxOptions.user"),
        path("security_context.runAsUser"),
    ]);
    let values = vec![Value::Literal(text("Ingress"))];
    let pods = rule(
        vec![pod()],
        vec![
            check(vec![each("pod", Source::Pod, &[])], "pod", never()),
            check(vec![each("object", Source::Object, &[])], "namespace", never()),
            check(vec![security.clone()], "security_context.runAsUser", never()),
            check(vec![security, each("value", fields, &[])], "value", never()),
            check(vec![each("image", Source::Images, &[])], "image", never()),
            check(vec![containers(), mounts], "mount#volume.hostPath", never()),
            check(
                vec![
                    each("object", Source::Object, &[]),
                    each("label", Source::Entries(path("metadata.labels")), &[]),
                ],
                "label#key",
                never(),
            ),
            check(vec![each("type", Source::Literals(values), &[])], "type", never()),
            check(
                vec![each("", Source::Items(path("pod.tolerations")), &["key"])],
                "service_account",
                never(),
            ),
        ],
        vec![],
    );
    let node = object(
        "{apiVersion: v1, kind: Pod, metadata: {labels: {b/c: x, a: z}}, spec: {securityContext: {runAsUser: 0}, containers: [{name: app, image: i, \
         securityContext: {seLinuxOptions: {user: u}}, volumeMounts: [{name: v}, {name: w}]}], volumes: [{name: u}, {name: v, image: {reference: r}}], \
         tolerations: [{key: k}, {operator: Exists}, text]}}",
    );
    let lines: Vec<String> = found(&pods, &node)
        .iter()
        .map(|line| line.split('|').skip(1).take(2).collect::<Vec<_>>().join(" at "))
        .collect();
    assert_eq!(
        lines,
        [
            "pod at pod",
            "object at object.metadata.namespace",
            "pod at pod.securityContext.runAsUser",
            "containers/app at pod.containers[0].securityContext.runAsUser",
            "pod runAsUser at pod.securityContext.runAsUser",
            "containers/app seLinuxOptions.user at pod.containers[0].securityContext.seLinuxOptions.user",
            "containers/app at pod.containers[0].image",
            "volume v at pod.volumes[1].image.reference",
            "containers/app mount v at pod.volumes[1].hostPath",
            "containers/app mount w at pod.containers[0].volumeMounts[1].hostPath",
            "label a at pod.labels.a",
            "label b/c at pod.labels[\"b/c\"]",
            "type Ingress at pod",
            "k at pod.serviceAccountName",
            "? at pod.serviceAccountName",
            "text at pod.serviceAccountName",
        ]
    );
}

#[test]
fn messages_show_what_was_found() {
    let mut found_values = check(vec![containers()], "container", Condition::False);
    let names = [
        "container.a",
        "container.b",
        "container.c",
        "container.d",
        "container.e",
        "container.f",
        "container#list",
        "namespace",
        "service_account",
    ];
    found_values.message =
        names.iter().flat_map(|name| [Text::Value(path(name)), Text::Literal(";".to_owned())]).collect();
    let rule = rule(vec![pod()], vec![found_values], vec![]);
    let node = object(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccount: s, containers: [{name: x, a: \"t\\nu\", b: 1.0, c: 1.5, d: [1], e: yes}]}}",
    );
    let verdict = judge(&compile(&rule), &Request::audit(&node));
    assert_eq!(verdict.texts(), ["containers/x: t u;1;a number;a list;true;nothing;containers;default;s;"]);
    let release = sample::release();
    assert_eq!(
        verdict.denial(&release, &rule, &node),
        "TST-001 Pod/p: containers/x: t u;1;a number;a list;true;nothing;containers;default;s;. Ask in #platform about TST-001"
    );
}
