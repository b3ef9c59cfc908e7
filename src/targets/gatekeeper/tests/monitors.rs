//! The rule with records as a parameter.

use std::collections::BTreeMap;

use super::builders::*;
use crate::ir::{
    Argument, Arguments, Condition, Container, Literal, LiteralType, ParameterKind, Path, Predicate, Reading,
    Root, Rule, Source, Value as Normal,
};

pub(super) fn monitors() -> Rule {
    let monitor = || each(Source::Parameter("monitors".to_owned()), "monitor", "monitor", &[]);
    let is_path = |from: Path| Predicate::Is { of: LiteralType::Text, value: Argument::Path(from) };
    let fits = || {
        Condition::All(vec![
            raw(path(Root::Namespace, &[]), is_path(of("monitor", &["identity", "namespace"])), true),
            raw(
                path(Root::ServiceAccount, &[]),
                is_path(of("monitor", &["identity", "service_account"])),
                true,
            ),
            Condition::Every {
                each: containers(),
                satisfies: Box::new(Condition::Any(vec![
                    leaf(
                        read(Reading::Image, &[of("container", &["image"])], None),
                        Predicate::Within(Arguments::Path(of("monitor", &["identity", "images"]))),
                        true,
                    ),
                    leaf(
                        read(Reading::Image, &[of("container", &["image"])], None),
                        Predicate::Within(Arguments::Path(of("monitor", &["identity", "sidecars"]))),
                        true,
                    ),
                ])),
            },
        ])
    };
    let allowed = |own: Condition| Condition::Some {
        each: monitor(),
        satisfies: Box::new(Condition::all([fits(), own])),
    };
    let capability = items(of("container", &["securityContext", "capabilities", "add"]), "capability", &[]);
    let listed = Predicate::In {
        of: LiteralType::Text,
        values: Arguments::Path(of("monitor", &["features", "capabilities"])),
    };
    let host_path = leaf(
        read(Reading::HostPath, &[of("volume", &["hostPath", "path"])], None),
        Predicate::Within(Arguments::Path(of("monitor", &["features", "host_paths"]))),
        true,
    );
    let privileged = Condition::Any(vec![
        raw(of("container", &["securityContext", "privileged"]), is_true(), false),
        allowed(raw(of("monitor", &["features", "privileged"]), is_true(), true)),
    ]);
    let checks = vec![
        check(
            "capability",
            vec![containers(), capability],
            allowed(raw(of("capability", &[]), listed, true)),
            message("isn't in the monitor's record", None),
        ),
        check(
            "privileged",
            vec![containers()],
            privileged,
            message("is privileged, unlike its record", None),
        ),
        check(
            "path",
            vec![volumes()],
            Condition::Any(vec![raw(of("volume", &["hostPath"]), Predicate::Set, false), allowed(host_path)]),
            message("mounts ", Some(of("volume", &["hostPath", "path"]))),
        ),
    ];
    let mut shapes = pod_shapes();
    shapes.extend(host_path_shapes().into_iter().skip(1));
    shapes.push(shape(vec![containers()], of("container", &["securityContext"]), Container::Map));
    shapes.push(shape(
        vec![containers()],
        of("container", &["securityContext", "capabilities"]),
        Container::Map,
    ));
    shapes.push(shape(
        vec![containers()],
        of("container", &["securityContext", "capabilities", "add"]),
        Container::List,
    ));
    let map = |entries: &[(&str, Normal)]| {
        Normal::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    };
    let boolean = |value| Normal::Literal(Literal::Boolean(value));
    let record = map(&[
        (
            "identity",
            map(&[
                ("namespace", Normal::Literal(text("falco"))),
                ("service_account", Normal::Literal(text("falco"))),
                ("images", list(vec![Literal::Image("^docker\\.io/falcosecurity/falco/".to_owned())])),
                ("sidecars", list(Vec::new())),
            ]),
        ),
        (
            "features",
            map(&[
                ("privileged", boolean(false)),
                ("host_network", boolean(false)),
                ("host_pid", boolean(true)),
                ("host_ipc", boolean(false)),
                ("run_as_root", boolean(true)),
                ("capabilities", texts(&["SYS_PTRACE"])),
                ("host_paths", list(vec![Literal::HostPath("/proc/".to_owned())])),
                ("selinux_types", texts(&[])),
            ]),
        ),
    ]);
    Rule {
        parameters: BTreeMap::from([(
            "monitors".to_owned(),
            parameter(ParameterKind::Monitors, Normal::List(vec![record])),
        )]),
        spared: Condition::Every {
            each: monitor(),
            satisfies: Box::new(Condition::Any(vec![
                raw(path(Root::Namespace, &[]), is_path(of("monitor", &["identity", "namespace"])), false),
                raw(
                    path(Root::ServiceAccount, &[]),
                    is_path(of("monitor", &["identity", "service_account"])),
                    false,
                ),
            ])),
        },
        ..rule("RUN-003", pods(), shapes, checks)
    }
}
