//! A small release built by hand, for unit tests.

use std::collections::BTreeMap;

use crate::ir::*;

fn path(root: Root, steps: &[&str]) -> Path {
    Path { root, steps: steps.iter().map(|step| (*step).to_owned()).collect() }
}

fn element(name: &str, steps: &[&str]) -> Path {
    path(Root::Element(name.to_owned()), steps)
}

fn leaf(from: Path, predicate: Predicate) -> Condition {
    let read = Read { reading: Reading::Raw, from: vec![from], default: None };
    Condition::Leaf(Leaf { operand: Operand::Read(read), predicate, holds: true })
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

/// The kind Pod.
pub fn pod() -> Kind {
    KindFields {
        group: String::new(),
        kind: "Pod".to_owned(),
        plural: "pods".to_owned(),
        namespaced: true,
        versions: vec!["v1".to_owned()],
        pod_template: Some(Vec::new()),
    }
    .into()
}

/// A kind without a Pod.
pub fn kind(name: &str, namespaced: bool) -> Kind {
    KindFields {
        kind: name.to_owned(),
        plural: format!("{}s", name.to_lowercase()),
        namespaced,
        pod_template: None,
        ..(*pod()).clone()
    }
    .into()
}

/// Containers add nothing but the capabilities in `allowed`; one exemption waives it in one namespace.
pub fn rule(id: &str) -> Rule {
    let containers = Loop {
        source: Source::Containers(ContainerList::ALL.to_vec()),
        name: "container".to_owned(),
        label: Label { word: "container".to_owned(), fields: vec!["name".to_owned()] },
    };
    let capabilities = Loop {
        source: Source::Items(element("container", &["securityContext", "capabilities", "add"])),
        name: "capability".to_owned(),
        label: Label { word: "capability".to_owned(), fields: Vec::new() },
    };
    let allowed =
        Predicate::In { of: LiteralType::Text, values: Arguments::Parameters(vec!["allowed".to_owned()]) };
    let exempted = Predicate::Is { of: LiteralType::Text, value: Argument::Literal(text("monitoring")) };
    let check = Check {
        id: "add".to_owned(),
        kinds: vec![pod()],
        each: vec![containers.clone(), capabilities],
        ok: leaf(element("capability", &[]), allowed),
        waivers: vec![Waiver {
            exemption: "node-agent".to_owned(),
            holds: leaf(path(Root::Namespace, &[]), exempted),
        }],
        message: vec![Text::Literal("may not add ".to_owned()), Text::Value(element("capability", &[]))],
        at: element("capability", &[]),
        standards: Vec::new(),
    };
    let shape = Shape {
        kinds: vec![pod()],
        each: vec![containers],
        path: element("container", &["securityContext", "capabilities", "add"]),
        must_be: Container::List,
    };
    Rule {
        id: id.to_owned(),
        title: format!("Containers add few capabilities ({id})"),
        severity: Severity::Medium,
        category: "pod-security".to_owned(),
        since: "0.1.0".to_owned(),
        why: "A capability is a part of root.".to_owned(),
        fix: "Remove the capability.".to_owned(),
        references: Vec::new(),
        source_file: format!("rules/pod-security/{id}-capabilities.yaml"),
        kinds: vec![pod()],
        parameters: BTreeMap::from([("allowed".to_owned(), allow(&["NET_BIND_SERVICE"]))]),
        spared: Condition::False,
        waivers: Vec::new(),
        shapes: vec![shape],
        checks: vec![check],
        governed_in_pods: vec![GovernedPart::PodSpec],
        governed_in_objects: Vec::new(),
        placements: vec![
            placement(Some("sandbox"), &[("team", Operator::In, &["sandbox"])], Action::Audit),
            placement(None, &[("team", Operator::NotIn, &["sandbox"])], Action::Deny),
        ],
        examples: Vec::new(),
    }
}

/// A list parameter of what is allowed.
pub fn allow(values: &[&str]) -> Parameter {
    Parameter {
        description: "Capabilities that may be added.".to_owned(),
        declaration: ParameterDeclaration {
            kind: ParameterKind::Strings,
            direction: Direction::Loosens,
            options: Vec::new(),
            min: None,
            max: None,
            min_items: None,
            pattern: None,
        },
        written: values.iter().map(|value| serde_json::Value::from(*value)).collect(),
        value: Value::List(values.iter().map(|value| Value::Literal(text(value))).collect()),
        set_by: "default".to_owned(),
        by_version: Vec::new(),
    }
}

/// A place for all objects in namespaces, with the failure policy that the action has by default. The namespace `kube-system` is left
/// out.
pub fn placement(scope: Option<&str>, selector: &[(&str, Operator, &[&str])], action: Action) -> Placement {
    let requirement = |(key, operator, values): &(&str, Operator, &[&str])| Requirement {
        key: (*key).to_owned(),
        operator: *operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let left_out = ("kubernetes.io/metadata.name", Operator::NotIn, ["kube-system"].as_slice());
    Placement {
        scope: scope.map(str::to_owned),
        objects: Objects::Namespaced,
        broken_glass: false,
        selector: [left_out].iter().chain(selector).map(requirement).collect(),
        action,
        failure_policy: match action {
            Action::Deny => FailurePolicy::Fail,
            Action::Audit | Action::Warn => FailurePolicy::Ignore,
        },
        set_by: "environments/production.yaml:10".to_owned(),
    }
}

/// A place for objects without a namespace.
pub fn cluster_placement(action: Action) -> Placement {
    Placement { objects: Objects::ClusterWide, selector: Vec::new(), ..placement(None, &[], action) }
}

/// Two rules in the environment `production`.
pub fn release() -> Release {
    let range = EngineRange { from: Version { major: 1, minor: 30 }, to: Version { major: 1, minor: 37 } };
    Release {
        project: "palisade".to_owned(),
        environment: "production".to_owned(),
        description: "What customers use".to_owned(),
        catalogue: None,
        profile: "eks-auto-mode".to_owned(),
        kubernetes: Version { major: 1, minor: 33 },
        pod_security: Version { major: 1, minor: 33 },
        help: "Ask in #platform about << rule >>".to_owned(),
        owner: Some("team".to_owned()),
        engines: BTreeMap::from([(Target::ValidatingAdmissionPolicy, range)]),
        packed: BTreeMap::new(),
        left_out: vec![LeftOut {
            namespace: "kube-system".to_owned(),
            reason: "the cluster's own".to_owned(),
        }],
        scopes: vec![(
            "sandbox".to_owned(),
            Requirement {
                key: "team".to_owned(),
                operator: Operator::In,
                values: vec!["sandbox".to_owned()],
            },
        )],
        natives: Vec::new(),
        break_glass: None,
        guard: None,
        protected_labels: BTreeMap::new(),
        settings: Vec::new(),
        disabled: Vec::new(),
        exemptions: vec![ExemptionRecord {
            name: "node-agent".to_owned(),
            owner: "observability".to_owned(),
            approved_by: "security".to_owned(),
            reason: "reads the kernel's events".to_owned(),
            ticket: "SEC-12".to_owned(),
            created: "2026-11-01".to_owned(),
            expires: "2027-05-01".to_owned(),
            identity: "namespace monitoring".to_owned(),
            waives: "capability BPF".to_owned(),
            state: ExemptionState::Holds,
        }],
        rules: vec![rule("POD-008"), rule("POD-009")],
    }
}
