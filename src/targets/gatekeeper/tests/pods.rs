//! Rules about Pods.

use std::collections::BTreeMap;

use super::builders::*;
use crate::ir::sample;
use crate::ir::{
    Argument, Arguments, Condition, Container, Literal, LiteralType, Operand, ParameterKind, Predicate,
    Reading, Root, Rule, Source, Value as Normal, Waiver,
};

pub(super) fn privileged() -> Rule {
    let privileged = raw(of("container", &["securityContext", "privileged"]), is_true(), false);
    let mut shapes = pod_shapes();
    shapes.push(shape(vec![containers()], of("container", &["securityContext"]), Container::Map));
    rule(
        "POD-001",
        pods(),
        shapes,
        vec![check("privileged", vec![containers()], privileged, message("may not be privileged", None))],
    )
}

pub(super) fn non_root() -> Rule {
    let from = [
        of("container", &["securityContext", "runAsNonRoot"]),
        path(Root::Pod, &["securityContext", "runAsNonRoot"]),
    ];
    let ok = leaf(read(Reading::Raw, &from, None), is_true(), true);
    let root = Predicate::Is { of: LiteralType::Integer, value: Argument::Literal(Literal::Integer(0)) };
    let contexts = each(Source::SecurityContexts, "security_context", "security_context", &[]);
    let user = raw(of("security_context", &["runAsUser"]), root, false);
    let mut shapes = pod_shapes();
    shapes.push(shape(Vec::new(), path(Root::Pod, &["securityContext"]), Container::Map));
    shapes.push(shape(vec![contexts.clone()], of("security_context", &[]), Container::Map));
    let checks = vec![
        check(
            "non-root",
            vec![containers()],
            ok,
            message("must set `securityContext.runAsNonRoot` to true", None),
        ),
        check(
            "user",
            vec![contexts],
            user,
            message("may not run as user ", Some(of("security_context", &["runAsUser"]))),
        ),
    ];
    Rule {
        spared: Condition::All(vec![
            leaf(Operand::Parameter("relax".to_owned()), is_true(), true),
            raw(path(Root::Pod, &["hostUsers"]), is_true(), false),
            raw(path(Root::Pod, &["hostUsers"]), Predicate::Set, true),
        ]),
        parameters: BTreeMap::from([(
            "relax".to_owned(),
            parameter(ParameterKind::Boolean, Normal::Literal(Literal::Boolean(true))),
        )]),
        ..rule("POD-010", pods(), shapes, checks)
    }
}

pub(super) fn host_paths() -> Rule {
    let host_path = || read(Reading::HostPath, &[of("volume", &["hostPath", "path"])], None);
    let arguments = |name: &str| Arguments::Parameters(vec![name.to_owned()]);
    let no_host_path = || raw(of("volume", &["hostPath"]), Predicate::Set, false);
    let denied = Condition::Any(vec![
        no_host_path(),
        Condition::All(vec![
            leaf(host_path(), Predicate::Within(arguments("denied")), false),
            leaf(host_path(), Predicate::Covers(arguments("denied")), false),
        ]),
    ]);
    let allowed = Condition::Any(vec![
        no_host_path(),
        leaf(host_path(), Predicate::Within(arguments("allowed")), true),
    ]);
    let found = || Some(of("volume", &["hostPath", "path"]));
    let waiver = Waiver {
        exemption: "node-agent".to_owned(),
        holds: Condition::All(vec![
            raw(path(Root::Namespace, &[]), is_text("monitoring"), true),
            raw(path(Root::ServiceAccount, &[]), is_text("agent"), true),
            Condition::Every {
                each: containers(),
                satisfies: Box::new(leaf(
                    read(Reading::Image, &[of("container", &["image"])], None),
                    Predicate::Within(Arguments::Literals(vec![Literal::Image(
                        "^docker\\.io/falcosecurity/".to_owned(),
                    )])),
                    true,
                )),
            },
            leaf(
                host_path(),
                Predicate::Within(Arguments::Literals(vec![Literal::HostPath("/proc/".to_owned())])),
                true,
            ),
        ]),
    };
    let mut checks = vec![
        check("denied", vec![volumes()], denied, message("mounts the sensitive host path ", found())),
        check(
            "allowed",
            vec![volumes()],
            allowed,
            message("mounts a host path that isn't allowed: ", found()),
        ),
    ];
    for check in &mut checks {
        check.waivers.push(waiver.clone());
    }
    let paths =
        |paths: &[&str]| list(paths.iter().map(|path| Literal::HostPath((*path).to_owned())).collect());
    let mut shapes = host_path_shapes();
    shapes.extend(pod_shapes().into_iter().skip(1));
    Rule {
        parameters: BTreeMap::from([
            (
                "denied".to_owned(),
                parameter(ParameterKind::HostPaths, paths(&["/run/api.sock/", "/etc/kubernetes/"])),
            ),
            ("allowed".to_owned(), parameter(ParameterKind::HostPaths, paths(&["/var/log/", "/proc/"]))),
        ]),
        ..rule("POD-005", pods(), shapes, checks)
    }
}

pub(super) fn capabilities() -> Rule {
    let add = of("container", &["securityContext", "capabilities", "add"]);
    let all = Arguments::Literals(vec![text("ALL")]);
    let drop =
        raw(of("container", &["securityContext", "capabilities", "drop"]), Predicate::ContainsAll(all), true);
    let capability = items(add.clone(), "capability", &[]);
    let mut shapes = pod_shapes();
    shapes.push(shape(vec![containers()], of("container", &["securityContext"]), Container::Map));
    shapes.push(shape(
        vec![containers()],
        of("container", &["securityContext", "capabilities"]),
        Container::Map,
    ));
    shapes.push(shape(vec![containers()], add, Container::List));
    let checks = vec![
        check("drop-all", vec![containers()], drop, message("must drop `ALL`, 100%", None)),
        check(
            "add",
            vec![containers(), capability],
            raw(of("capability", &[]), is_in("allowed"), true),
            message("may not be added", None),
        ),
    ];
    Rule {
        parameters: BTreeMap::from([("allowed".to_owned(), sample::allow(&["NET_BIND_SERVICE"]))]),
        spared: raw(path(Root::Pod, &["os", "name"]), is_text("windows"), true),
        ..rule("POD-008", pods(), shapes, checks)
    }
}

pub(super) fn variables() -> Rule {
    let env = || items(of("container", &["env"]), "env", &["name"]);
    let secret = Arguments::Literals(vec![Literal::Pattern("^(?:AKIA[A-Z0-9]{16})$".to_owned())]);
    let ok = Condition::Any(vec![
        raw(of("env", &["name"]), is_in("names"), false),
        raw(of("env", &["value"]), Predicate::Matches(secret), false),
    ]);
    let mut shapes = pod_shapes();
    shapes.push(shape(vec![containers()], of("container", &["env"]), Container::List));
    shapes.push(shape(vec![containers(), env()], of("env", &[]), Container::Map));
    Rule {
        parameters: BTreeMap::from([(
            "names".to_owned(),
            parameter(ParameterKind::Strings, texts(&["AWS_ACCESS_KEY_ID"])),
        )]),
        ..rule(
            "IDN-003",
            pods(),
            shapes,
            vec![check("static", vec![containers(), env()], ok, message("holds a static credential", None))],
        )
    }
}

pub(super) fn images() -> Rule {
    let image = each(Source::Images, "image", "image", &[]);
    let allowed = Predicate::Within(Arguments::Parameters(vec!["allowed".to_owned(), "more".to_owned()]));
    let ok = leaf(read(Reading::Image, &[of("image", &[])], None), allowed, true);
    let mut shapes = pod_shapes();
    shapes.push(shape(Vec::new(), path(Root::Pod, &["volumes"]), Container::List));
    shapes.push(shape(vec![volumes()], of("volume", &["image"]), Container::Map));
    let patterns = |patterns: &[&str]| {
        list(patterns.iter().map(|pattern| Literal::Image((*pattern).to_owned())).collect())
    };
    Rule {
        parameters: BTreeMap::from([
            (
                "allowed".to_owned(),
                parameter(
                    ParameterKind::Images,
                    patterns(&["^[^./:]+\\.dkr\\.ecr\\.[^./:]+\\.amazonaws\\.com/"]),
                ),
            ),
            ("more".to_owned(), parameter(ParameterKind::Images, patterns(&["^public\\.ecr\\.aws/"]))),
        ]),
        ..rule(
            "IMG-001",
            pods(),
            shapes,
            vec![check("registry", vec![image], ok, message("comes from ", Some(of("image", &[]))))],
        )
    }
}

pub(super) fn mounts() -> Rule {
    let mount = || items(of("container", &["volumeMounts"]), "mount", &["mountPath", "name"]);
    let ok = Condition::Any(vec![
        raw(path(Root::VolumeOf("mount".to_owned()), &["hostPath"]), Predicate::Set, false),
        raw(of("mount", &["readOnly"]), is_true(), true),
    ]);
    let mut shapes = pod_shapes();
    shapes.extend(host_path_shapes());
    shapes.push(shape(vec![containers()], of("container", &["volumeMounts"]), Container::List));
    shapes.push(shape(vec![containers(), mount()], of("mount", &[]), Container::Map));
    rule(
        "POD-021",
        pods(),
        shapes,
        vec![check(
            "read-only",
            vec![containers(), mount()],
            ok,
            message("must mount the host path read-only", None),
        )],
    )
}
