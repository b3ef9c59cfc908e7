//! Short ways to write the intermediate representation by hand.

use std::collections::BTreeMap;

use crate::ir::sample;
use crate::ir::{
    Argument, Arguments, Check, Condition, Container, ContainerList, Direction, Kind, KindFields, Label,
    Leaf, Literal, LiteralType, Loop, Operand, Parameter, ParameterDeclaration, ParameterKind, Path,
    Predicate, Read, Reading, Root, Rule, Shape, Source, Text, Value as Normal,
};

/// A path.
pub(super) fn path(root: Root, steps: &[&str]) -> Path {
    Path { root, steps: steps.iter().map(|step| (*step).to_owned()).collect() }
}

/// A path from a loop's element.
pub(super) fn of(element: &str, steps: &[&str]) -> Path {
    path(Root::Element(element.to_owned()), steps)
}

/// A read operand.
pub(super) fn read(reading: Reading, from: &[Path], default: Option<Literal>) -> Operand {
    Operand::Read(Read { reading, from: from.to_vec(), default })
}

/// A leaf.
pub(super) fn leaf(operand: Operand, predicate: Predicate, holds: bool) -> Condition {
    Condition::Leaf(Leaf { operand, predicate, holds })
}

/// A leaf of one path as it is.
pub(super) fn raw(from: Path, predicate: Predicate, holds: bool) -> Condition {
    leaf(read(Reading::Raw, &[from], None), predicate, holds)
}

pub(super) fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

pub(super) fn is_true() -> Predicate {
    Predicate::Is { of: LiteralType::Boolean, value: Argument::Literal(Literal::Boolean(true)) }
}

pub(super) fn is_text(value: &str) -> Predicate {
    Predicate::Is { of: LiteralType::Text, value: Argument::Literal(text(value)) }
}

pub(super) fn is_in(parameter: &str) -> Predicate {
    Predicate::In { of: LiteralType::Text, values: Arguments::Parameters(vec![parameter.to_owned()]) }
}

pub(super) fn each(source: Source, name: &str, word: &str, fields: &[&str]) -> Loop {
    Loop {
        source,
        name: name.to_owned(),
        label: Label {
            word: word.to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        },
    }
}

pub(super) fn containers() -> Loop {
    each(Source::Containers(ContainerList::ALL.to_vec()), "container", "container", &["name"])
}

pub(super) fn pod() -> Loop {
    each(Source::Pod, "pod", "pod", &[])
}

pub(super) fn object() -> Loop {
    each(Source::Object, "object", "object", &[])
}

pub(super) fn items(from: Path, name: &str, fields: &[&str]) -> Loop {
    each(Source::Items(from), name, name, fields)
}

pub(super) fn message(words: &str, value: Option<Path>) -> Vec<Text> {
    [Text::Literal(words.to_owned())].into_iter().chain(value.map(Text::Value)).collect()
}

pub(super) fn check(id: &str, each: Vec<Loop>, ok: Condition, message: Vec<Text>) -> Check {
    Check {
        id: id.to_owned(),
        kinds: Vec::new(),
        each,
        ok,
        waivers: Vec::new(),
        message,
        at: path(Root::Object, &[]),
        standards: Vec::new(),
    }
}

pub(super) fn kind(group: &str, kind: &str, namespaced: bool, template: Option<&[&str]>) -> Kind {
    KindFields {
        group: group.to_owned(),
        kind: kind.to_owned(),
        plural: format!("{}s", kind.to_lowercase()),
        namespaced,
        versions: vec!["v1".to_owned()],
        pod_template: template.map(|steps| steps.iter().map(|step| (*step).to_owned()).collect()),
    }
    .into()
}

pub(super) fn pods() -> Vec<Kind> {
    vec![
        kind("", "Pod", true, Some(&[])),
        kind("apps", "Deployment", true, Some(&["spec", "template"])),
        kind("batch", "CronJob", true, Some(&["spec", "jobTemplate", "spec", "template"])),
    ]
}

pub(super) fn shape(each: Vec<Loop>, path: Path, must_be: Container) -> Shape {
    Shape { kinds: Vec::new(), each, path, must_be }
}

/// The shapes that a rule about containers needs.
pub(super) fn pod_shapes() -> Vec<Shape> {
    let list = |field| shape(Vec::new(), path(Root::Pod, &[field]), Container::List);
    vec![
        shape(Vec::new(), path(Root::Pod, &[]), Container::Map),
        list("containers"),
        list("initContainers"),
        list("ephemeralContainers"),
        shape(vec![containers()], of("container", &[]), Container::Map),
    ]
}

pub(super) fn parameter(kind: ParameterKind, value: Normal) -> Parameter {
    Parameter {
        description: "What the parameter decides.".to_owned(),
        declaration: ParameterDeclaration {
            kind,
            direction: Direction::Loosens,
            options: Vec::new(),
            min: None,
            max: None,
            min_items: None,
            pattern: None,
        },
        written: serde_json::Value::Null,
        value,
        set_by: "default".to_owned(),
        by_version: Vec::new(),
    }
}

pub(super) fn list(literals: Vec<Literal>) -> Normal {
    Normal::List(literals.into_iter().map(Normal::Literal).collect())
}

pub(super) fn texts(texts: &[&str]) -> Normal {
    list(texts.iter().map(|item| text(item)).collect())
}

pub(super) fn rule(id: &str, kinds: Vec<Kind>, shapes: Vec<Shape>, checks: Vec<Check>) -> Rule {
    let fill = |of: Vec<Kind>| if of.is_empty() { kinds.clone() } else { of };
    Rule {
        title: format!("A rule for {id}"),
        parameters: BTreeMap::new(),
        shapes: shapes.into_iter().map(|shape| Shape { kinds: fill(shape.kinds.clone()), ..shape }).collect(),
        checks: checks.into_iter().map(|check| Check { kinds: fill(check.kinds.clone()), ..check }).collect(),
        kinds,
        ..sample::rule(id)
    }
}

pub(super) fn volumes() -> Loop {
    items(path(Root::Pod, &["volumes"]), "volume", &["name"])
}

pub(super) fn host_path_shapes() -> Vec<Shape> {
    vec![
        shape(Vec::new(), path(Root::Pod, &[]), Container::Map),
        shape(Vec::new(), path(Root::Pod, &["volumes"]), Container::List),
        shape(vec![volumes()], of("volume", &[]), Container::Map),
        shape(vec![volumes()], of("volume", &["hostPath"]), Container::Map),
    ]
}
