//! The meaning, case by case: objects written as YAML, rules built by hand.

mod examples;
mod logic;
mod predicates;
mod verdicts;

use std::collections::BTreeMap;

use crate::diagnostic::Sources;
use crate::ir::*;
use crate::yaml::{self, Budget, Dialect, Node};

/// The only document of a text.
pub(super) fn object(text: &str) -> Node {
    let mut sources = Sources::new();
    let file = sources.add("object.yaml", text.to_owned());
    let read = yaml::read(&sources, file, Dialect::Manifest, &Budget::MANIFEST);
    assert_eq!(read.diagnostics, [], "{text}");
    read.documents
        .into_iter()
        .next()
        .unwrap_or_else(|| Node::from_json(&serde_json::Value::Null, super::example::nowhere()))
}

fn kind(group: &str, kind: &str, template: Option<&[&str]>) -> Kind {
    KindFields {
        group: group.to_owned(),
        kind: kind.to_owned(),
        plural: format!("{}s", kind.to_lowercase()),
        namespaced: kind != "NodePool",
        versions: vec!["v1".to_owned()],
        pod_template: template.map(|steps| steps.iter().map(|step| (*step).to_owned()).collect()),
    }
    .into()
}

fn pod() -> Kind {
    kind("", "Pod", Some(&[]))
}

fn deployment() -> Kind {
    kind("apps", "Deployment", Some(&["spec", "template"]))
}

fn cron_job() -> Kind {
    kind("batch", "CronJob", Some(&["spec", "jobTemplate", "spec", "template"]))
}

fn node_pool() -> Kind {
    kind("karpenter.sh", "NodePool", None)
}

/// A path out of `pod.a.b`, `object.a`, or `name.a` for an element.
fn path(text: &str) -> Path {
    let mut steps = text.split('.').map(str::to_owned);
    let root = match steps.next().unwrap().as_str() {
        "object" => Root::Object,
        "pod" => Root::Pod,
        "metadata" => Root::PodMetadata,
        "namespace" => Root::Namespace,
        "service_account" => Root::ServiceAccount,
        element => match element.split_once('#') {
            Some((name, "list")) => Root::ContainerList(name.to_owned()),
            Some((name, "volume")) => Root::VolumeOf(name.to_owned()),
            Some((name, "key")) => Root::EntryKey(name.to_owned()),
            Some((name, _)) => Root::EntryValue(name.to_owned()),
            None => Root::Element(element.to_owned()),
        },
    };
    Path { root, steps: steps.collect() }
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn texts(texts: &[&str]) -> Arguments {
    Arguments::Literals(texts.iter().map(|item| text(item)).collect())
}

fn is_text(value: &str) -> Predicate {
    Predicate::Is { of: LiteralType::Text, value: Argument::Literal(text(value)) }
}

fn is_true() -> Predicate {
    Predicate::Is { of: LiteralType::Boolean, value: Argument::Literal(Literal::Boolean(true)) }
}

/// A leaf over a path with a reading.
fn reads(reading: Reading, from: &str, predicate: Predicate, holds: bool) -> Condition {
    let read = Read { reading, from: vec![path(from)], default: None };
    Condition::Leaf(Leaf { operand: Operand::Read(read), predicate, holds })
}

fn asks(from: &str, predicate: Predicate) -> Condition {
    reads(Reading::Raw, from, predicate, true)
}

fn each(name: &str, source: Source, fields: &[&str]) -> Loop {
    let label =
        Label { word: name.to_owned(), fields: fields.iter().map(|field| (*field).to_owned()).collect() };
    Loop { source, name: name.to_owned(), label }
}

fn items(name: &str, from: &str) -> Loop {
    each(name, Source::Items(path(from)), &["name", "key"])
}

fn containers() -> Loop {
    each("container", Source::Containers(ContainerList::ALL.to_vec()), &["name"])
}

/// A check with the id `c` and the message `is wrong`.
fn check(loops: Vec<Loop>, at: &str, ok: Condition) -> Check {
    Check {
        id: "c".to_owned(),
        kinds: Vec::new(),
        each: loops,
        ok,
        waivers: Vec::new(),
        message: vec![Text::Literal("is wrong".to_owned())],
        at: path(at),
        standards: Vec::new(),
    }
}

fn shape(loops: Vec<Loop>, at: &str, must_be: Container) -> Shape {
    Shape { kinds: Vec::new(), each: loops, path: path(at), must_be }
}

/// A rule for these kinds, which all its checks and shapes look at.
fn rule(kinds: Vec<Kind>, checks: Vec<Check>, shapes: Vec<Shape>) -> Rule {
    let mut rule = sample::rule("TST-001");
    rule.checks = checks.into_iter().map(|check| Check { kinds: kinds.clone(), ..check }).collect();
    rule.shapes = shapes.into_iter().map(|shape| Shape { kinds: kinds.clone(), ..shape }).collect();
    rule.kinds = kinds;
    rule.parameters = BTreeMap::new();
    rule
}

/// The violations of an object as `check|subject|path|object path|message`.
fn found(rule: &Rule, object: &Node) -> Vec<String> {
    let verdict = super::judge(&super::compile(rule), &super::Request::audit(object));
    let line = |violation: &super::Violation| {
        [&violation.check, &violation.subject, &violation.path, &violation.object_path, &violation.message]
            .map(String::as_str)
            .join("|")
    };
    verdict.violations.iter().map(line).collect()
}
