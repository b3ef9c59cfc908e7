//! Rules about other objects, and about mixed kinds.

use std::collections::BTreeMap;

use super::builders::*;
use crate::ir::sample;
use crate::ir::{
    Action, Argument, Arguments, Check, Condition, Container, GovernedPart, Kind, Literal, LiteralType,
    Operand, ParameterKind, Placement, Predicate, Read, Reading, Root, Rule, Shape, Source, Value as Normal,
    Waiver,
};

pub(super) fn annotations() -> Rule {
    let source = |root: Root, steps: &[&str]| each(Source::Entries(path(root, steps)), "annotation", "", &[]);
    let key = || path(Root::EntryKey("annotation".to_owned()), &[]);
    let value = path(Root::EntryValue("annotation".to_owned()), &[]);
    let values = Arguments::Entry { parameter: "forbidden".to_owned(), key: key() };
    let ok = || raw(value.clone(), Predicate::In { of: LiteralType::Text, values: values.clone() }, false);
    let others = vec![
        kind("", "Namespace", false, None),
        kind("apps", "DaemonSet", true, Some(&["spec", "template"])),
    ];
    let on_object = Check {
        kinds: vec![others[0].clone()],
        ..check(
            "object",
            vec![source(Root::Object, &["metadata", "labels"])],
            ok(),
            message("may not be ", Some(value.clone())),
        )
    };
    let on_pod = Check {
        kinds: vec![others[1].clone()],
        ..check(
            "pod",
            vec![pod(), source(Root::PodMetadata, &["annotations"])],
            ok(),
            message("may not be ", Some(value.clone())),
        )
    };
    let forbidden = BTreeMap::from([("a/b".to_owned(), texts(&["x", "y\"\\\n"]))]);
    let shapes = vec![
        Shape {
            kinds: vec![others[0].clone()],
            ..shape(Vec::new(), path(Root::Object, &["metadata", "labels"]), Container::Map)
        },
        Shape {
            kinds: vec![others[1].clone()],
            ..shape(Vec::new(), path(Root::PodMetadata, &["annotations"]), Container::Map)
        },
    ];
    Rule {
        parameters: BTreeMap::from([(
            "forbidden".to_owned(),
            parameter(ParameterKind::Map, Normal::Map(forbidden)),
        )]),
        governed_in_pods: vec![GovernedPart::TemplateAnnotations],
        governed_in_objects: vec![GovernedPart::Labels],
        placements: vec![sample::cluster_placement(Action::Warn), sample::placement(None, &[], Action::Deny)],
        spared: raw(path(Root::Namespace, &[]), is_text("spared"), true),
        ..rule("RUN-004", others, shapes, vec![on_object, on_pod])
    }
}

pub(super) fn expiry() -> Rule {
    let part = |field: &str, default: Option<&str>| Read {
        reading: Reading::Duration,
        from: vec![path(Root::Object, &["spec", "template", "spec", field])],
        default: default.map(|text| Literal::Duration(text.to_owned())),
    };
    let most = Predicate::AtMost(Argument::Parameter("maximum".to_owned()));
    let sum = Operand::Sum(vec![part("expireAfter", None), part("terminationGracePeriod", Some("24h"))]);
    let expire = path(Root::Object, &["spec", "template", "spec", "expireAfter"]);
    let ok = Condition::All(vec![raw(expire.clone(), is_text("Never"), false), leaf(sum, most, true)]);
    let pool = kind("karpenter.sh", "NodePool", false, None);
    let shapes = ["spec", "template", "spec"].iter().enumerate();
    let shapes = shapes.map(|(depth, _)| {
        shape(Vec::new(), path(Root::Object, &["spec", "template", "spec"][..=depth]), Container::Map)
    });
    Rule {
        parameters: BTreeMap::from([(
            "maximum".to_owned(),
            parameter(ParameterKind::Duration, Normal::Literal(Literal::Duration("336h".to_owned()))),
        )]),
        governed_in_pods: Vec::new(),
        governed_in_objects: vec![GovernedPart::Field("spec".to_owned())],
        placements: vec![sample::cluster_placement(Action::Deny)],
        ..rule(
            "NOD-003",
            vec![pool],
            shapes.collect(),
            vec![check("expiry", vec![object()], ok, message("lives longer than allowed: ", Some(expire)))],
        )
    }
}

pub(super) fn accounts() -> Rule {
    let role = path(Root::Object, &["metadata", "annotations", "eks.amazonaws.com/role-arn"]);
    let ok = raw(role.clone(), Predicate::Empty, true);
    let shapes = vec![shape(Vec::new(), path(Root::Object, &["metadata", "annotations"]), Container::Map)];
    Rule {
        governed_in_pods: Vec::new(),
        governed_in_objects: vec![GovernedPart::Annotations],
        waivers: vec![Waiver {
            exemption: "legacy".to_owned(),
            holds: raw(path(Root::Object, &["metadata", "name"]), is_text("legacy"), true),
        }],
        ..rule(
            "IDN-001",
            vec![kind("", "ServiceAccount", true, None)],
            shapes,
            vec![check("role", vec![object()], ok, message("assumes ", Some(role)))],
        )
    }
}

pub(super) fn default_namespace() -> Rule {
    let ok = raw(path(Root::Namespace, &[]), is_text("default"), false);
    Rule {
        governed_in_pods: Vec::new(),
        governed_in_objects: Vec::new(),
        ..rule(
            "GOV-001",
            pods(),
            Vec::new(),
            vec![check(
                "default",
                vec![object()],
                ok,
                message("may not be in the namespace `default`", None),
            )],
        )
    }
}

/// Many kinds, two of one name, some with a Pod, in a namespace or not.
pub(super) fn twins() -> Rule {
    let template: Option<&[&str]> = Some(&["spec", "template"]);
    let names = ["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];
    let mut kinds: Vec<Kind> = names.iter().map(|name| kind("apps", name, true, template)).collect();
    let twins = vec![kind("one.dev", "Widget", true, None), kind("two.dev", "Widget", false, template)];
    kinds.extend(twins.clone());
    let contexts = || each(Source::SecurityContexts, "security_context", "", &[]);
    let no_root = || raw(of("security_context", &["runAsNonRoot"]), is_true(), true);
    let everywhere = Condition::Any(vec![
        Condition::Every { each: contexts(), satisfies: Box::new(no_root()) },
        Condition::Some {
            each: pod(),
            satisfies: Box::new(raw(path(Root::ServiceAccount, &[]), is_text("x"), true)),
        },
        raw(path(Root::PodMetadata, &["labels", "a"]), is_text("x"), true),
        raw(path(Root::Namespace, &[]), is_text("x"), true),
    ]);
    let checks = vec![
        check("all", vec![object()], everywhere, message("all", None)),
        Check {
            kinds: vec![twins[1].clone()],
            ..check("one", vec![contexts()], no_root(), message("one", None))
        },
        check("each", vec![contexts()], no_root(), message("each", None)),
    ];
    let shapes = vec![
        Shape {
            kinds: vec![twins[0].clone()],
            ..shape(Vec::new(), path(Root::Object, &["spec"]), Container::Map)
        },
        Shape {
            kinds: kinds.iter().filter(|kind| kind.has_pod()).cloned().collect(),
            ..shape(Vec::new(), path(Root::Pod, &["securityContext"]), Container::Map)
        },
        Shape {
            kinds: kinds.iter().filter(|kind| kind.has_pod()).cloned().collect(),
            ..shape(Vec::new(), path(Root::PodMetadata, &["labels"]), Container::Map)
        },
    ];
    Rule {
        governed_in_pods: vec![GovernedPart::PodSpec, GovernedPart::TemplateLabels],
        governed_in_objects: Vec::new(),
        placements: vec![
            sample::cluster_placement(Action::Deny),
            Placement { selector: Vec::new(), ..sample::placement(None, &[], Action::Deny) },
        ],
        ..rule("ALL-002", kinds, shapes, checks)
    }
}
