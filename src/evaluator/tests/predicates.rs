//! What each predicate says of absent, null, empty, wrong and right values, in both forms.

use super::*;
use crate::evaluator::condition::{Judge, Truth};
use crate::evaluator::pattern::Patterns;
use crate::evaluator::scene::{Frames, Scene};

/// The truth of a leaf over `spec.x` of a Pod whose spec is given, in a shorthand: `T`, `F`, `?`.
fn truth(spec: &str, condition: &Condition) -> char {
    let node = object(&format!("{{apiVersion: v1, kind: Pod, spec: {spec}}}"));
    let kind = pod();
    let mut rule = rule(vec![pod()], Vec::new(), Vec::new());
    rule.spared = condition.clone();
    let patterns = Patterns::of(&rule);
    let judge = Judge { scene: Scene::new(&kind, &node), patterns: &patterns };
    match judge.truth(condition, &mut Frames::new()) {
        Truth::True => 'T',
        Truth::False => 'F',
        Truth::Unknown => '?',
    }
}

/// Checks the truth of a predicate of `x` for each value, and that the negative form is its complement.
fn table(reading: Reading, predicate: &Predicate, cases: &[(&str, char)]) {
    for (value, expected) in cases {
        let spec = if *value == "-" { "{}".to_owned() } else { format!("{{x: {value}}}") };
        let leaf = reads(reading, "pod.x", predicate.clone(), true);
        assert_eq!(truth(&spec, &leaf), *expected, "{predicate:?} of {value}");
        let complement = match expected {
            'T' => 'F',
            'F' => 'T',
            other => *other,
        };
        assert_eq!(truth(&spec, &leaf.negate()), complement, "not {predicate:?} of {value}");
    }
}

fn raw(predicate: Predicate, cases: &[(&str, char)]) {
    table(Reading::Raw, &predicate, cases);
}

fn integer(value: i64) -> Argument {
    Argument::Literal(Literal::Integer(value))
}

#[test]
fn set_and_empty() {
    raw(Predicate::Set, &[("-", 'F'), ("null", 'F'), ("''", 'T'), ("0", 'T'), ("[]", 'T'), ("{a: 1}", 'T')]);
    raw(
        Predicate::Empty,
        &[
            ("-", 'T'),
            ("null", 'T'),
            ("''", 'T'),
            ("[]", 'T'),
            ("{}", 'T'),
            ("0", 'F'),
            ("false", 'F'),
            ("[null]", 'F'),
        ],
    );
}

#[test]
fn is_and_in() {
    raw(
        is_text("a"),
        &[("-", 'F'), ("null", 'F'), ("a", 'T'), ("A", 'F'), ("1", '?'), ("[a]", '?'), ("true", '?')],
    );
    raw(is_true(), &[("true", 'T'), ("yes", 'T'), ("false", 'F'), ("'true'", '?'), ("1", '?'), ("-", 'F')]);
    let one = Predicate::Is { of: LiteralType::Integer, value: integer(1) };
    raw(one, &[("1", 'T'), ("1.0", 'T'), ("1.5", '?'), ("'1'", '?'), ("2", 'F'), ("1e300", '?')]);
    let in_texts = Predicate::In { of: LiteralType::Text, values: texts(&["a", "b"]) };
    raw(in_texts, &[("-", 'F'), ("b", 'T'), ("c", 'F'), ("{}", '?')]);
    raw(Predicate::In { of: LiteralType::Text, values: texts(&[]) }, &[("-", 'F'), ("b", 'F'), ("1", '?')]);
}

#[test]
fn a_value_of_the_object_as_argument() {
    let same = Predicate::Is { of: LiteralType::Text, value: Argument::Path(path("pod.w")) };
    let leaf = reads(Reading::Raw, "pod.x", same, true);
    let cases = [
        ("{x: a, w: a}", 'T'),
        ("{x: a, w: b}", 'F'),
        ("{x: a}", 'F'),
        ("{}", 'F'),
        ("{w: a}", 'F'),
        ("{x: a, w: 1}", '?'),
    ];
    for (spec, expected) in cases {
        assert_eq!(truth(spec, &leaf), expected, "{spec}");
    }
    let least = Predicate::AtLeast(Argument::Path(path("pod.w")));
    let quantity = reads(Reading::Quantity, "pod.x", least, true);
    for (spec, expected) in
        [("{x: 1Gi, w: 1024Mi}", 'T'), ("{x: 1, w: 1001m}", 'F'), ("{x: 1}", 'F'), ("{x: 1, w: a}", '?')]
    {
        assert_eq!(truth(spec, &quantity), expected, "{spec}");
    }
}

#[test]
fn texts_and_segments() {
    raw(
        Predicate::StartsWith(texts(&["ab", "c"])),
        &[("-", 'F'), ("abc", 'T'), ("c", 'T'), ("a", 'F'), ("1", '?')],
    );
    raw(
        Predicate::PrefixOf(texts(&["ab", "c"])),
        &[("-", 'F'), ("''", 'T'), ("a", 'T'), ("ab", 'T'), ("abc", 'F'), ("b", 'F'), ("1", '?')],
    );
    raw(Predicate::EndsWith(texts(&["b"])), &[("ab", 'T'), ("ba", 'F'), ("[b]", '?')]);
    let pattern = Arguments::Literals(vec![Literal::Pattern(r"^(?:a.*)$".to_owned())]);
    raw(Predicate::Matches(pattern), &[("-", 'F'), ("ab", 'T'), ("ba", 'F'), ("\"a\\n\"", 'F'), ("1", '?')]);
    raw(
        Predicate::Within(texts(&["role/", "a/b/"])),
        &[("role/x", 'T'), ("role", 'T'), ("roles", 'F'), ("a/b/", 'T'), ("a", 'F'), ("1", '?')],
    );
    raw(
        Predicate::Covers(texts(&["a/b/"])),
        &[("a", 'T'), ("a/b", 'T'), ("a/b/c", 'F'), ("''", 'F'), ("b", 'F')],
    );
}

#[test]
fn host_paths_and_images() {
    let paths = |paths: &[&str]| {
        Arguments::Literals(paths.iter().map(|path| Literal::HostPath((*path).to_owned())).collect())
    };
    let within = Predicate::Within(paths(&["/run/api.sock/", "/etc/kubernetes/"]));
    table(
        Reading::HostPath,
        &within,
        &[
            ("/var/run/api.sock", 'T'),
            ("/etc//kubernetes/x/", 'T'),
            ("/etc/kubernetesx", 'F'),
            ("/etc", 'F'),
            ("etc", '?'),
            ("/a/..", '?'),
            ("-", 'F'),
            ("1", '?'),
        ],
    );
    let covers = Predicate::Covers(paths(&["/run/api.sock/"]));
    table(
        Reading::HostPath,
        &covers,
        &[("/", 'T'), ("/var/run/", 'T'), ("/run/api.sock/x", 'F'), ("/ru", 'F')],
    );
    let images = [r"^public\.ecr\.aws/", r"^[^./:]+\.dkr\.ecr\.[^./:]+\.amazonaws\.com/"];
    let images =
        Arguments::Literals(images.iter().map(|image| Literal::Image((*image).to_owned())).collect());
    table(
        Reading::Image,
        &Predicate::Within(images),
        &[
            ("public.ecr.aws/nginx/nginx:1.27", 'T'),
            ("public.ecr.aws.evil.example/nginx:1", 'F'),
            ("1.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:00", 'T'),
            ("nginx", 'F'),
            ("-", 'F'),
            ("' nginx'", '?'),
            ("''", '?'),
        ],
    );
}

#[test]
fn numbers() {
    let at_least = |literal| Predicate::AtLeast(Argument::Literal(literal));
    let at_most = |literal| Predicate::AtMost(Argument::Literal(literal));
    raw(
        at_least(Literal::Integer(2)),
        &[("-", 'F'), ("1", 'F'), ("2", 'T'), ("2.0", 'T'), ("2.5", '?'), ("'2'", '?')],
    );
    raw(at_most(Literal::Integer(2)), &[("-", 'F'), ("3", 'F'), ("2", 'T'), ("true", '?')]);
    let number = [("'2'", 'T'), ("2", 'T'), ("'1'", 'F'), ("2.5", '?'), ("'2.0'", '?'), ("'+2'", '?')];
    table(Reading::Integer, &at_least(Literal::Integer(2)), &number);
    let quantity = [
        ("1Gi", 'T'),
        ("1024Mi", 'T'),
        ("'1073741825'", 'F'),
        ("1", 'T'),
        ("1.5", '?'),
        ("'1.5'", 'T'),
        ("-1", '?'),
        ("[1]", '?'),
    ];
    table(Reading::Quantity, &at_most(Literal::Quantity("1Gi".to_owned())), &quantity);
    let duration = [
        ("336h", 'T'),
        ("336h1s", 'F'),
        ("20160m", 'T'),
        ("Never", '?'),
        ("''", '?'),
        ("1", '?'),
        ("-", 'F'),
    ];
    table(Reading::Duration, &at_most(Literal::Duration("336h".to_owned())), &duration);
}

#[test]
fn lists_and_lengths() {
    raw(
        Predicate::ContainsAny(texts(&["a", "b"])),
        &[("-", 'F'), ("[]", 'F'), ("[x, b]", 'T'), ("[1, null, [a]]", 'F'), ("a", '?'), ("{a: 1}", '?')],
    );
    raw(
        Predicate::ContainsAll(texts(&["a", "b"])),
        &[("-", 'F'), ("[b, a, c]", 'T'), ("[a]", 'F'), ("a", '?')],
    );
    raw(Predicate::ContainsAll(texts(&[])), &[("-", 'F'), ("[]", 'T')]);
    raw(
        Predicate::SubsetOf(texts(&["a", "b"])),
        &[("-", 'T'), ("[]", 'T'), ("[a, a]", 'T'), ("[a, 1]", 'F'), ("a", '?')],
    );
    raw(
        Predicate::HasAtLeast(Count::Literal(2)),
        &[
            ("-", 'F'),
            ("[1]", 'F'),
            ("[1, 2]", 'T'),
            ("{a: 1, b: 1}", 'T'),
            ("ä", 'F'),
            ("äö", 'T'),
            ("10", '?'),
        ],
    );
    raw(Predicate::HasAtLeast(Count::Literal(0)), &[("-", 'T'), ("''", 'T')]);
    raw(
        Predicate::Distinct,
        &[
            ("-", 'T'),
            ("null", 'T'),
            ("[]", 'T'),
            ("[a, b, 1, '1', true]", 'T'),
            ("[a, b, a]", 'F'),
            ("[1, 1.0]", 'F'),
            ("[a, a, null]", '?'),
            ("[[a], [b]]", '?'),
            ("[{a: 1}]", '?'),
            ("[1.5]", '?'),
            ("ab", '?'),
            ("{a: 1}", '?'),
        ],
    );
}

#[test]
fn what_is_found_in_a_text() {
    let leaf = |predicate| {
        let text = Read {
            reading: Reading::Raw,
            from: vec![path("pod.x"), path("pod.w")],
            default: Some(text("c7")),
        };
        let operand = Operand::Find { text, pattern: "c[0-9]+".to_owned() };
        Condition::Leaf(Leaf { operand, predicate, holds: true })
    };
    let two = Predicate::HasAtLeast(Count::Literal(2));
    let sevens = Predicate::SubsetOf(texts(&["c7", "c8"]));
    for (spec, predicate, expected) in [
        ("{x: 'c1,c2'}", &two, 'T'),
        ("{x: 'c12'}", &two, 'F'),
        ("{x: c1c1}", &two, 'T'),
        ("{x: c1c1}", &Predicate::Distinct, 'F'),
        ("{x: c1c11}", &Predicate::Distinct, 'T'),
        ("{x: none}", &Predicate::Empty, 'T'),
        ("{x: '', w: c7}", &Predicate::Empty, 'T'),
        ("{w: c8c7}", &sevens, 'T'),
        ("{}", &sevens, 'T'),
        ("{}", &Predicate::ContainsAll(texts(&["c7"])), 'T'),
        ("{x: [c7]}", &sevens, '?'),
        ("{x: 7}", &Predicate::Distinct, '?'),
    ] {
        let leaf = leaf(predicate.clone());
        assert_eq!(truth(spec, &leaf), expected, "{predicate:?} of {spec}");
        let complement = match expected {
            'T' => 'F',
            'F' => 'T',
            other => other,
        };
        assert_eq!(truth(spec, &leaf.negate()), complement, "not {predicate:?} of {spec}");
    }
}

#[test]
fn entries_of_a_map_by_key() {
    let entries = vec![("A".to_owned(), vec![text("1")]), ("B".to_owned(), Vec::new())];
    let values = Arguments::LiteralEntries { entries, key: path("pod.name") };
    let leaf = asks("pod.x", Predicate::In { of: LiteralType::Text, values });
    let cases = [
        ("{name: A, x: '1'}", 'T'),
        ("{name: B, x: '1'}", 'F'),
        ("{name: C, x: '1'}", 'F'),
        ("{x: '1'}", 'F'),
    ];
    for (spec, expected) in cases {
        assert_eq!(truth(spec, &leaf), expected, "{spec}");
    }
}

#[test]
fn operands_with_alternatives_defaults_and_sums() {
    let operand = Operand::Read(Read {
        reading: Reading::Raw,
        from: vec![path("pod.x"), path("pod.w.z")],
        default: Some(text("d")),
    });
    for (spec, value, expected) in [
        ("{x: a, w: {z: b}}", "a", 'T'),
        ("{x: null, w: {z: b}}", "b", 'T'),
        ("{x: '', w: {z: b}}", "", 'T'),
        ("{w: {z: null}}", "d", 'T'),
        ("{w: 1}", "d", '?'),
        ("{x: 1, w: {z: b}}", "b", '?'),
    ] {
        let leaf = Condition::Leaf(Leaf { operand: operand.clone(), predicate: is_text(value), holds: true });
        assert_eq!(truth(spec, &leaf), expected, "{spec}");
    }
    let part = |from: &str, default: Option<&str>| Read {
        reading: Reading::Duration,
        from: vec![path(from)],
        default: default.map(|text| Literal::Duration(text.to_owned())),
    };
    let most = Predicate::AtMost(Argument::Literal(Literal::Duration("504h".to_owned())));
    let sum = Operand::Sum(vec![part("pod.x", None), part("pod.w", Some("24h"))]);
    let leaf = Condition::Leaf(Leaf { operand: sum, predicate: most, holds: true });
    for (spec, expected) in
        [("{x: 480h}", 'T'), ("{x: 481h}", 'F'), ("{x: 1h, w: 503h}", 'T'), ("{w: 1h}", 'F'), ("{w: x}", '?')]
    {
        assert_eq!(truth(spec, &leaf), expected, "{spec}");
    }
}

#[test]
fn a_parameter_that_is_left_open_is_unreadable() {
    let leaf = |operand, predicate| Condition::Leaf(Leaf { operand, predicate, holds: true });
    assert_eq!(truth("{}", &leaf(Operand::Parameter("p".to_owned()), Predicate::Empty)), '?');
    let named = Predicate::Is { of: LiteralType::Text, value: Argument::Parameter("p".to_owned()) };
    assert_eq!(truth("{x: a}", &asks("pod.x", named)), '?');
    let counted = Predicate::HasAtLeast(Count::Parameter("p".to_owned()));
    assert_eq!(truth("{x: a}", &asks("pod.x", counted)), '?');
}
