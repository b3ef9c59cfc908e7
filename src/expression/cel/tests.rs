//! What CEL prints, tried on rules built by hand.

use super::printer::Printer;
use super::scope::{Bound, Scope};
use super::syntax::Expression;
use super::{Variable, packed_variables, quoted, suspicion, variables};
use crate::ir::*;

/// A condition on `container`, printed.
fn printed(condition: Condition) -> String {
    let scope =
        Scope::new(&[]).bind("container", Bound::Record { variable: "container".to_owned(), of: None });
    let shapes = [path(&[]), path(&["securityContext"])].map(|path| Shape {
        kinds: Vec::new(),
        each: Vec::new(),
        path,
        must_be: Container::Map,
    });
    let mut printer = Printer { shapes: &shapes, ..Printer::default() };
    printer.condition(&condition, &scope).unwrap().print()
}

fn path(steps: &[&str]) -> Path {
    let steps = steps.iter().map(|step| (*step).to_owned()).collect();
    Path { root: Root::Element("container".to_owned()), steps }
}

fn read(reading: Reading, from: Vec<Path>, default: Option<Literal>) -> Operand {
    Operand::Read(Read { reading, from, default })
}

fn leaf(operand: Operand, predicate: Predicate, holds: bool) -> Condition {
    Condition::Leaf(Leaf { operand, predicate, holds })
}

fn privileged(predicate: Predicate, holds: bool) -> Condition {
    leaf(read(Reading::Raw, vec![path(&["securityContext", "privileged"])], None), predicate, holds)
}

fn is(literal: Literal) -> Predicate {
    Predicate::Is { of: literal.literal_type(), value: Argument::Literal(literal) }
}

fn texts(texts: &[&str]) -> Arguments {
    Arguments::Literals(texts.iter().map(|text| Literal::Text((*text).to_owned())).collect())
}

#[test]
fn one_comparison_stays_one_comparison() {
    let text = printed(privileged(is(Literal::Boolean(true)), true));
    assert_eq!(text, "container.value.?securityContext.?privileged.orValue(null) == true");
}

#[test]
fn a_wrong_type_fails_both_forms() {
    let text = printed(privileged(is(Literal::Text("x".to_owned())), false));
    assert_eq!(
        text,
        "[container.value.?securityContext.?privileged.orValue(null)].exists(value,\n  \
         value == null || type(value) == string && value != 'x'\n)"
    );
}

#[test]
fn an_inherited_value_comes_second() {
    let inherited = Path { root: Root::Object, steps: vec!["hostUsers".to_owned()] };
    let operand = read(Reading::Raw, vec![path(&["x"]), inherited], Some(Literal::Boolean(false)));
    assert_eq!(
        printed(leaf(operand, is(Literal::Boolean(true)), true)),
        "(\n  container.value.?x.orValue(null) != null ? container.value.?x.orValue(null)\n  : \
         object.?hostUsers.orValue(null) != null ? object.?hostUsers.orValue(null)\n  : dyn(false)\n) == true"
    );
}

#[test]
fn what_is_found_has_a_name_where_it_is_read_twice() {
    let found = |predicate, holds| {
        let text = Read { reading: Reading::Raw, from: vec![path(&["x"])], default: None };
        printed(leaf(Operand::Find { text, pattern: "c[0-9]+".to_owned() }, predicate, holds))
    };
    assert_eq!(
        found(Predicate::HasAtLeast(Count::Literal(2)), true),
        "[container.value.?x.orValue(null)].exists(value, type(value) == string && size(value.findAll('c[0-9]+')) >= 2)"
    );
    assert_eq!(
        found(Predicate::Distinct, false),
        "[container.value.?x.orValue(null)].exists(value,\n  type(value) == string\n  \
         && [value.findAll('c[0-9]+')].exists(found, !found.all(item, found.exists_one(other, other == item)))\n)"
    );
}

#[test]
fn looser_operators_get_parentheses() {
    let x = || Expression::code("x");
    let any = Expression::any([x(), Expression::all([x(), x()])]);
    assert_eq!(any.print(), "x || x && x");
    let all = Expression::all([any, Expression::sum([x(), x()]).equals(x()).negate()]);
    assert_eq!(all.print(), "(x || x && x) && x + x != x");
    assert_eq!(all.clone().negate().print(), "!((x || x && x) && x + x != x)");
    assert_eq!(all.clone().choose(x(), x()).print(), "x");
    let choice = all.choose(x(), Expression::code("z"));
    assert_eq!(choice.field("y").print(), "((x || x && x) && x + x != x ? x : z).y");
    assert_eq!(x().compare("in", x()).negate().print(), "!(x in x)");
}

#[test]
fn steps_that_are_no_names_are_keys() {
    let operand = read(Reading::Raw, vec![path(&["securityContext", "a/b"])], None);
    let text = printed(leaf(operand, Predicate::Set, true));
    assert_eq!(text, "container.value.?securityContext[?'a/b'].orValue(dyn(null)) != null");
}

#[test]
fn a_step_goes_into_a_map_or_nowhere() {
    let operand = read(Reading::Raw, vec![path(&["resources", "limits"])], None);
    let text = printed(leaf(operand, Predicate::Set, true));
    assert_eq!(
        text,
        "(\n  type(container.value.?resources.orValue(null)) == map ? \
         container.value.?resources.?limits.orValue(null)\n  : null\n) != null"
    );
}

#[test]
fn literals_hold_nothing_that_kyverno_reads() {
    assert_eq!(quoted("plain"), "'plain'");
    assert_eq!(quoted("it's"), "\"it's\"");
    assert_eq!(quoted("it's \"so\""), "'it\\'s \"so\"'");
    assert_eq!(quoted("{{ a }} $(b) ${c}"), "'{\\u007b a }} $\\u0028b) ${c}'");
    assert_eq!(quoted("a\\b\n\u{7}\u{202e}é"), "'a\\\\b\\n\\u0007\\u202eé'");
}

#[test]
fn nothing_is_asked_of_what_it_does_not_suit() {
    let operand = read(Reading::Quantity, vec![path(&["x"])], None);
    let error = Printer::default()
        .condition(&leaf(operand, Predicate::StartsWith(texts(&["a"])), true), &Scope::new(&[]))
        .unwrap_err();
    assert!(error.what.contains("StartsWith"), "{error}");
}

#[test]
fn a_parameter_that_was_not_replaced_is_an_error() {
    let mut rule = sample::rule("POD-008");
    rule.checks[0].ok = leaf(Operand::Parameter("allowed".to_owned()), Predicate::Empty, true);
    assert_eq!(
        variables(&rule).unwrap_err().what,
        "the parameter `allowed`, which should have been replaced by its value"
    );
}

#[test]
fn variables_come_before_their_use() {
    let mut rule = sample::rule("POD-008");
    let capability = Path { root: Root::Element("capability".to_owned()), steps: Vec::new() };
    let allowed = Predicate::In { of: LiteralType::Text, values: texts(&["NET_BIND_SERVICE"]) };
    rule.checks[0].ok = leaf(read(Reading::Raw, vec![capability], None), allowed, true);
    let variables = variables(&rule).unwrap();
    let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "template",
            "old_template",
            "pod",
            "object_namespace",
            "containers",
            "unchanged",
            "unreadable",
            "check_add",
            "places",
            "found",
            "count",
            "starts",
            "violations",
            "waived"
        ]
    );
    are_in_order(&variables);
}

/// That no variable uses itself or a later one.
fn are_in_order(variables: &[Variable]) {
    for (index, variable) in variables.iter().enumerate() {
        for later in variables[index..].iter().map(|variable| &variable.name) {
            let used = format!("variables.{later}");
            let is_used = variable.expression.match_indices(&used).any(|(at, _)| {
                !variable.expression[at + used.len()..]
                    .starts_with(|next: char| next == '_' || next.is_alphanumeric())
            });
            assert!(!is_used, "{} uses {later}", variable.name);
        }
    }
}

#[test]
fn rules_that_stand_together_share_what_they_read() {
    let rule = |id: &str| {
        let mut rule = sample::rule(id);
        rule.checks[0].ok = Condition::False;
        rule
    };
    let (one, other) = (rule("POD-008"), rule("POD-009"));
    let kinds = one.kinds.clone();
    let variables = packed_variables(&[one.clone(), other], &kinds).unwrap();
    are_in_order(&variables);
    let named = |part: &str| {
        let names = variables.iter().map(|variable| variable.name.as_str());
        names.filter(|name| name.contains(part)).collect::<Vec<_>>()
    };
    assert_eq!(named("unchanged"), ["unchanged"]);
    assert_eq!(named("unreadable"), ["unreadable"]);
    assert_eq!(named("check"), ["pod_008_check_add", "pod_009_check_add"]);
    assert_eq!(named("waived"), ["pod_008_waived", "pod_009_waived", "waived"]);
    let traces = variables.iter().filter(|variable| variable.is_trace);
    assert_eq!(traces.map(|variable| variable.name.as_str()).collect::<Vec<_>>(), named("waived"));
    let twice = packed_variables(&[one.clone(), one], &kinds).unwrap_err();
    assert!(twice.what.starts_with("two variables called"), "{twice}");
}

#[test]
fn a_long_sum_is_grouped() {
    let terms = (0..250).map(|number| Expression::code(format!("a{number}")));
    let sum = Expression::sum(terms).print();
    let longest = sum.split(['(', ')']).map(|group| group.matches('+').count()).max();
    assert_eq!(longest, Some(99));
    assert_eq!(sum.matches('+').count(), 249);
    assert_eq!(Expression::sum((0..100).map(Expression::number)).print().matches('(').count(), 0);
}

#[test]
fn what_is_computed_once_has_a_name_of_its_own() {
    let mut printer = Printer::default();
    let mut name = |wished, value: usize| printer.once(wished, &Expression::number(value)).print();
    assert_eq!(name("fits_node_2", 1), "variables.fits_node_2");
    assert_eq!(name("fits_node", 2), "variables.fits_node");
    assert_eq!(name("fits_node", 3), "variables.fits_node_3");
    assert_eq!(name("fits_node", 2), "variables.fits_node");
}

/// A rule by the sample's name, with one check on each container.
fn on_containers(ok: Condition) -> Rule {
    let mut rule = sample::rule("POD-008");
    rule.checks.truncate(1);
    rule.checks[0].each.truncate(1);
    rule.checks[0].ok = ok;
    rule.kinds.retain(|kind| kind.kind == "Pod");
    rule.checks[0].kinds = rule.kinds.clone();
    rule.shapes = [path(&[]), path(&["securityContext"])]
        .map(|path| Shape {
            kinds: rule.kinds.clone(),
            each: rule.checks[0].each.clone(),
            path,
            must_be: Container::Map,
        })
        .to_vec();
    rule
}

#[test]
fn one_question_holds_a_whole_rule() {
    let rule = on_containers(privileged(is(Literal::Boolean(true)), false));
    let text = suspicion(std::slice::from_ref(&rule), &rule.kinds).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn rules_that_stand_together_walk_a_list_once() {
    let one = on_containers(privileged(is(Literal::Boolean(true)), false));
    let other = on_containers(privileged(is(Literal::Boolean(false)), true));
    let text = suspicion(&[one.clone(), other.clone()], &one.kinds).unwrap();
    assert_eq!(text.matches(".exists(container,").count(), 1, "{text}");
    for rule in [one, other] {
        let alone = suspicion(std::slice::from_ref(&rule), &rule.kinds).unwrap();
        let asked = alone.lines().find(|line| line.contains("privileged")).unwrap().trim();
        assert!(text.contains(asked), "{asked} is not in {text}");
    }
}

/// How a condition is asked where it may say yes too often.
fn suspected(condition: Condition) -> String {
    let rule = on_containers(condition);
    let text = suspicion(std::slice::from_ref(&rule), &rule.kinds).unwrap();
    let asked =
        text.lines().filter(|line| line.contains("'x'") || line.contains("x.") || line.contains(".?x"));
    asked.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_question_before_all_else_reads_a_value_once() {
    let x = |predicate, holds| leaf(read(Reading::Raw, vec![path(&["x"])], None), predicate, holds);
    let default = |predicate, holds| {
        leaf(read(Reading::Raw, vec![path(&["x"])], Some(Literal::Text("a".to_owned()))), predicate, holds)
    };
    assert_eq!(suspected(x(Predicate::Empty, true)), "|| container.?x.orValue(null) != null");
    let is_other = suspected(x(is(Literal::Integer(0)), false));
    assert_eq!(
        is_other,
        "|| !(container.?x.orValue(null) == null || type(container.?x.orValue(null)) == int && container.x != 0)"
    );
    let starts = Predicate::StartsWith(texts(&["a"]));
    assert_eq!(
        suspected(x(starts, true)),
        "|| !(type(container.?x.orValue(null)) == string && container.x.startsWith('a'))"
    );
    assert_eq!(
        suspected(default(is(Literal::Text("b".to_owned())), true)),
        "|| container.?x.orValue('a') != 'b'"
    );
    // A null that is written counts as the default, which only the closer look knows.
    assert!(!suspected(default(Predicate::Set, false)).contains("== null"));
}
