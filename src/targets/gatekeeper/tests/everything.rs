//! What the other rules don't use: each predicate in both forms, loops over everything, names that mean something in Rego.

use super::builders::*;
use crate::ir::{
    Argument, Arguments, Condition, Container, Count, GovernedPart, Literal, LiteralType, Predicate, Reading,
    Root, Rule, Source, Value as Normal,
};

pub(super) fn everything() -> Rule {
    let value = |field: &str| path(Root::Object, &["spec", field]);
    let literals = |items: &[&str]| Arguments::Literals(items.iter().map(|item| text(item)).collect());
    let predicates = [
        ("set", Predicate::Set),
        ("empty", Predicate::Empty),
        ("is", is_text("a\"\\\n`{{ x }}$(y)\u{2028}")),
        (
            "is-whole",
            Predicate::Is { of: LiteralType::Integer, value: Argument::Literal(Literal::Integer(4)) },
        ),
        ("is-path", Predicate::Is { of: LiteralType::Text, value: Argument::Path(value("other")) }),
        ("in", Predicate::In { of: LiteralType::Text, values: literals(&["a", "b"]) }),
        ("starts", Predicate::StartsWith(literals(&["a", "b/"]))),
        ("ends", Predicate::EndsWith(literals(&["a", "/b"]))),
        ("matches", Predicate::Matches(Arguments::Literals(vec![Literal::Pattern("^(?:a.*)$".to_owned())]))),
        ("within", Predicate::Within(literals(&["a/b/"]))),
        ("covers", Predicate::Covers(literals(&["a/b/"]))),
        ("least", Predicate::AtLeast(Argument::Literal(Literal::Integer(4)))),
        ("most", Predicate::AtMost(Argument::Literal(Literal::Integer(4)))),
        ("any", Predicate::ContainsAny(literals(&["a", "b"]))),
        ("all", Predicate::ContainsAll(literals(&["a", "b"]))),
        ("all-of-none", Predicate::ContainsAll(literals(&[]))),
        ("subset", Predicate::SubsetOf(literals(&["a", "b"]))),
        ("has", Predicate::HasAtLeast(Count::Literal(2))),
        ("has-none", Predicate::HasAtLeast(Count::Literal(0))),
        ("distinct", Predicate::Distinct),
    ];
    let mut checks = Vec::new();
    for (name, predicate) in &predicates {
        for holds in [true, false] {
            let ok = raw(value("value"), predicate.clone(), holds);
            checks.push(check(
                &format!("{name}-{holds}"),
                vec![object()],
                ok,
                message(&format!("{name}-{holds} "), Some(value("value"))),
            ));
        }
    }
    for (name, reading, argument) in [
        ("quantity", Reading::Quantity, Literal::Quantity("1Gi".to_owned())),
        ("integer", Reading::Integer, Literal::Integer(600)),
        ("duration", Reading::Duration, Literal::Duration("1h30m".to_owned())),
    ] {
        for holds in [true, false] {
            let operand = || read(reading, &[value("value"), value("other")], Some(argument.clone()));
            let of = argument.literal_type();
            let argument = || Argument::Literal(argument.clone());
            let least = leaf(operand(), Predicate::AtLeast(argument()), holds);
            let is = leaf(operand(), Predicate::Is { of, value: argument() }, holds);
            checks.push(check(
                &format!("{name}-least-{holds}"),
                vec![object()],
                least,
                message(&format!("{name}-least-{holds} "), None),
            ));
            checks.push(check(
                &format!("{name}-is-{holds}"),
                vec![object()],
                is,
                message(&format!("{name}-is-{holds} "), None),
            ));
        }
    }
    let fields = each(Source::Fields(vec![value("a"), value("b.c")]), "input", "", &[]);
    checks.push(check(
        "fields",
        vec![fields],
        raw(of("input", &[]), is_text("x"), true),
        message("% of ", Some(of("input", &[]))),
    ));
    let inner = |name: &str, satisfies| Condition::Some {
        each: items(value("list"), name, &[]),
        satisfies: Box::new(satisfies),
    };
    let twice = Condition::All(vec![
        inner("item", raw(of("item", &[]), is_text("x"), true)),
        inner("item", raw(of("item", &["some"]), is_text("y"), false)),
        Condition::Every {
            each: each(Source::Entries(value("map")), "every", "", &[]),
            satisfies: Box::new(Condition::Any(vec![
                raw(path(Root::EntryKey("every".to_owned()), &[]), is_text("x"), true),
                Condition::All(Vec::new()),
                Condition::Any(Vec::new()),
            ])),
        },
        Condition::Every {
            each: each(Source::Literals(vec![Normal::Literal(text("x"))]), "literal", "", &[]),
            satisfies: Box::new(Condition::True),
        },
        Condition::Any(vec![Condition::False, raw(path(Root::Group, &[]), is_text("example.dev"), true)]),
    ]);
    checks.push(check(
        "twice",
        vec![items(value("outer"), "import", &["name"])],
        twice,
        message("twice", None),
    ));
    checks.push(check(
        "never",
        vec![items(value("never"), "never", &["name"])],
        Condition::False,
        message("never", None),
    ));
    checks.push(check("always", vec![object()], Condition::True, message("always", None)));
    let shapes = vec![
        shape(Vec::new(), value("a-b"), Container::Map),
        shape(Vec::new(), path(Root::Object, &["spec"]), Container::Map),
    ];
    Rule {
        governed_in_pods: Vec::new(),
        governed_in_objects: vec![GovernedPart::Field("spec".to_owned()), GovernedPart::OwnerReferences],
        ..rule("ALL-001", vec![kind("example.dev", "Widget", true, None)], shapes, checks)
    }
}
