//! How changes are classed, tried on releases built by hand.

use crate::differ::{Aspect, Change, Class, compare};
use crate::ir::number;
use crate::ir::record::ReleaseRecord;
use crate::ir::{
    Action, BreakGlass, Condition, Direction, ExemptionState, LeftOut, Literal, Objects, Operator, Parameter,
    ParameterKind, Placement, Release, Requirement, Target, Value, sample,
};

/// The changes between the sample and what `edit` makes of it.
fn changes(edit: impl Fn(&mut Release)) -> Vec<Change> {
    let old = sample::release();
    let mut new = sample::release();
    edit(&mut new);
    let mut differences = compare(&[ReleaseRecord::of(&old)], &[ReleaseRecord::of(&new)]);
    assert_eq!(differences.len(), 1);
    differences.remove(0).changes
}

/// `class aspect: text` of each change.
fn told(edit: impl Fn(&mut Release)) -> Vec<String> {
    let tell = |change: Change| format!("{} {:?}: {}", change.class.name(), change.aspect, change.text);
    changes(edit).into_iter().map(tell).collect()
}

#[test]
fn a_release_does_not_differ_from_itself() {
    assert_eq!(changes(|_| {}), []);
}

#[test]
fn places_in_files_are_no_change() {
    assert_eq!(changes(|new| new.rules[0].placements[0].set_by = "elsewhere".to_owned()), []);
}

#[test]
fn another_layout_is_no_other_meaning() {
    let packed = told(|new| {
        new.packed.insert(Target::ValidatingAdmissionPolicy, [Action::Deny, Action::Warn].into());
    });
    assert_eq!(
        packed,
        [
            "editorial Layout: `validating-admission-policy`: one policy for each rule → one policy for all rules that warn, and \
          one for all that deny; objects have other names"
        ]
    );
}

#[test]
fn an_added_rule_tightens_and_a_removed_one_loosens() {
    let added = told(|new| new.rules.push(sample::rule("POD-010")));
    assert_eq!(added, ["tightened Rule: added (deny, audit): Containers add few capabilities (POD-010)"]);
    let removed = told(|new| drop(new.rules.remove(0)));
    assert_eq!(removed, ["loosened Rule: removed (deny, audit): Containers add few capabilities (POD-008)"]);
}

#[test]
fn an_action_is_compared_namespace_by_namespace() {
    let warned = told(|new| {
        new.rules[0].placements[0] =
            sample::placement(Some("sandbox"), &[("team", Operator::In, &["sandbox"])], Action::Warn);
    });
    assert_eq!(warned, ["tightened Action: namespaces where `team` is `sandbox`: audit → warn"]);
    let moved = told(|new| {
        new.rules[0].placements = vec![
            sample::placement(
                Some("sandbox"),
                &[("team", Operator::In, &["play", "sandbox"])],
                Action::Audit,
            ),
            sample::placement(None, &[("team", Operator::NotIn, &["play", "sandbox"])], Action::Deny),
        ];
    });
    assert_eq!(
        moved,
        ["loosened Action: namespaces where `team` is `play`: deny → audit, failure policy Fail → Ignore"]
    );
}

#[test]
fn a_scope_with_another_name_is_the_same_scope() {
    let renamed = told(|new| new.rules[0].placements[0].scope = Some("play".to_owned()));
    assert_eq!(
        renamed,
        ["editorial Text: the generated objects have other names, for the scopes of namespaces have"]
    );
}

#[test]
fn a_disabled_place_is_a_change_of_scope() {
    let gone = told(|new| drop(new.rules[0].placements.remove(0)));
    assert_eq!(gone, ["loosened Scope: namespaces where `team` is `sandbox`: audit → not there"]);
}

#[test]
fn a_namespace_left_out_is_told_once() {
    let left_out = told(|new| {
        new.left_out.push(LeftOut { namespace: "kyverno".to_owned(), reason: "the engine".to_owned() });
        for placement in new.rules.iter_mut().flat_map(|rule| &mut rule.placements) {
            placement.selector[0].values.push("kyverno".to_owned());
        }
    });
    assert_eq!(left_out, ["loosened LeftOut: namespace `kyverno` is left out: the engine"]);
}

#[test]
fn a_list_of_what_is_allowed_loosens_when_it_grows() {
    let allowed = |values: &'static [&'static str]| {
        told(move |new| {
            new.rules[0].parameters.insert("allowed".to_owned(), sample::allow(values));
        })
    };
    assert_eq!(allowed(&["CHOWN", "NET_BIND_SERVICE"]), ["loosened Parameter: `allowed`: + `CHOWN`"]);
    assert_eq!(allowed(&[]), ["tightened Parameter: `allowed`: - `NET_BIND_SERVICE`"]);
    assert_eq!(allowed(&["CHOWN"]), ["moved Parameter: `allowed`: + `CHOWN`, - `NET_BIND_SERVICE`"]);
}

/// The class of a parameter of this kind that goes from `old` to `new`.
fn class_of(kind: ParameterKind, direction: Direction, old: Value, new: Value) -> Class {
    let release = |value: &Value| {
        let mut release = sample::release();
        let mut parameter: Parameter = sample::allow(&[]);
        parameter.declaration.kind = kind;
        parameter.declaration.direction = direction;
        parameter.declaration.options = vec!["baseline".to_owned(), "restricted".to_owned()];
        parameter.written = value.to_json();
        parameter.value = value.clone();
        release.rules[0].parameters.insert("allowed".to_owned(), parameter);
        ReleaseRecord::of(&release)
    };
    let differences = compare(&[release(&old)], &[release(&new)]);
    differences[0].changes.iter().map(|change| change.class).next().unwrap()
}

fn one(literal: Literal) -> Value {
    Value::Literal(literal)
}

fn list(items: &[&str], of: fn(String) -> Literal) -> Value {
    Value::List(items.iter().map(|item| one(of((*item).to_owned()))).collect())
}

#[test]
fn scalars_are_compared_by_value() {
    let quantity = |text: &str| one(Literal::Quantity(text.to_owned()));
    let duration = |text: &str| one(Literal::Duration(text.to_owned()));
    let boolean = |value| one(Literal::Boolean(value));
    let (tightens, loosens) = (Direction::Tightens, Direction::Loosens);
    let class = class_of(ParameterKind::Quantity, loosens, quantity("1Gi"), quantity("2000Mi"));
    assert_eq!(class, Class::Loosened);
    let class = class_of(ParameterKind::Quantity, tightens, quantity("1Gi"), quantity("1024Mi"));
    assert_eq!(class, Class::Editorial);
    let class = class_of(ParameterKind::Duration, loosens, duration("336h"), duration("20160m1s"));
    assert_eq!(class, Class::Loosened);
    let class = class_of(ParameterKind::Duration, tightens, duration("336h"), duration("1h"));
    assert_eq!(class, Class::Loosened);
    assert_eq!(class_of(ParameterKind::Boolean, tightens, boolean(false), boolean(true)), Class::Tightened);
    assert_eq!(class_of(ParameterKind::Boolean, loosens, boolean(false), boolean(true)), Class::Loosened);
    let integer = |value| one(Literal::Integer(value));
    assert_eq!(class_of(ParameterKind::Integer, tightens, integer(-1), integer(-2)), Class::Loosened);
    let option = |text: &str| one(Literal::Text(text.to_owned()));
    let class = class_of(ParameterKind::Choice, tightens, option("baseline"), option("restricted"));
    assert_eq!(class, Class::Tightened);
}

#[test]
fn both_is_unclear_where_items_may_contain_each_other() {
    let paths = |items: &[&str]| list(items, Literal::HostPath);
    let class = |old: &[&str], new: &[&str]| {
        class_of(ParameterKind::HostPaths, Direction::Loosens, paths(old), paths(new))
    };
    assert_eq!(class(&["/run/x/"], &["/run/"]), Class::Unclear);
    assert_eq!(class(&["/run/"], &["/runx/"]), Class::Moved);
    let images = |items: &[&str]| list(items, Literal::Image);
    let class = class_of(ParameterKind::Images, Direction::Loosens, images(&["*.io/a"]), images(&["x.io/b"]));
    assert_eq!(class, Class::Unclear);
}

#[test]
fn quantities_are_exact() {
    use std::cmp::Ordering::{Equal, Greater, Less};
    assert_eq!(number::compare_quantities("0.1", "100m"), Some(Equal));
    assert_eq!(number::compare_quantities("1Ki", "1k"), Some(Greater));
    assert_eq!(number::compare_quantities("9007199254740992", "9007199254740993"), Some(Less));
    assert_eq!(number::compare_quantities("1e3", "1k"), Some(Equal));
    assert_eq!(number::compare_quantities("1e99", "1"), None);
    assert_eq!(number::compare_quantities("1Q", "1"), None);
    assert_eq!(number::compare_durations("1h30m", "5400s"), Some(Equal));
}

#[test]
fn a_changed_condition_is_unclear() {
    let condition = told(|new| new.rules[0].checks[0].ok = Condition::False);
    assert_eq!(condition, ["unclear Condition: what check `add` asks changed"]);
    let spared = told(|new| new.rules[0].spared = new.rules[0].checks[0].ok.clone());
    assert_eq!(spared, ["loosened Condition: now spares some objects"]);
}

#[test]
fn a_waiver_loosens() {
    let gone = told(|new| {
        new.rules[0].checks[0].waivers.clear();
        new.exemptions.clear();
    });
    assert_eq!(
        gone,
        [
            "tightened Exemption: exemption `node-agent` is gone: namespace monitoring, capability BPF",
            "tightened Waiver: exemption `node-agent` no longer waives check `add`"
        ]
    );
    let later = told(|new| new.exemptions[0].expires = "2027-06-01".to_owned());
    assert_eq!(later, ["loosened Exemption: exemption `node-agent` ends on 2027-05-01 → 2027-06-01"]);
}

#[test]
fn an_exemption_that_expired_tightens() {
    let expired = told(|new| {
        new.rules[0].checks[0].waivers.clear();
        new.exemptions[0].state = ExemptionState::Expired;
    });
    assert_eq!(
        expired,
        [
            "tightened Exemption: exemption `node-agent` expired on 2027-05-01, and waives nothing any more \
             (observability, SEC-12)",
            "tightened Waiver: exemption `node-agent` no longer waives check `add`"
        ]
    );
    let mut old = sample::release();
    old.exemptions[0].state = ExemptionState::Expired;
    let old = ReleaseRecord::of(&old);
    let told_from = |new: &Release| {
        let changes = compare(std::slice::from_ref(&old), &[ReleaseRecord::of(new)]).remove(0).changes;
        changes
            .into_iter()
            .map(|change| format!("{} {}", change.class.name(), change.text))
            .collect::<Vec<_>>()
    };
    let mut new = sample::release();
    new.exemptions[0].expires = "2027-08-01".to_owned();
    assert_eq!(
        told_from(&new),
        ["loosened exemption `node-agent` had expired, and holds again until 2027-08-01"]
    );
    new.exemptions.clear();
    assert_eq!(told_from(&new), ["editorial exemption `node-agent` is gone; it had expired on 2027-05-01"]);
}

#[test]
fn words_are_editorial() {
    let words = told(|new| {
        new.rules[0].title = "Few capabilities".to_owned();
        new.help = String::new();
    });
    assert_eq!(words, ["editorial Text: `help` changed", "editorial Text: title: Few capabilities"]);
}

#[test]
fn an_environment_that_is_new_tightens() {
    let differences = compare(&[], &[ReleaseRecord::of(&sample::release())]);
    assert_eq!(differences[0].changes[0].class, Class::Tightened);
    assert_eq!(differences[0].changes[0].aspect, Aspect::Environment);
}

#[test]
fn pods_are_told_apart_where_they_differ() {
    let apart = |new: &mut Release| {
        let rule = &mut new.rules[0];
        rule.kinds.push(sample::kind("Deployment", true));
        let pods = Placement { objects: Objects::Pods, ..sample::placement(None, &[], Action::Audit) };
        let selector = rule.placements[1].selector.clone();
        rule.placements[1].objects = Objects::Workloads;
        rule.placements.push(Placement { selector, ..pods });
    };
    let told = told(apart);
    assert!(
        told.contains(&"loosened Action: Pods in namespaces where `team` is not `sandbox`: deny → audit, failure policy Fail → Ignore".to_owned()),
        "{told:?}"
    );
    assert!(!told.iter().any(|change| change.contains("all but Pods")), "{told:?}");
}

#[test]
fn who_may_break_the_glass_is_told_once() {
    let glass = |groups: &[&str]| BreakGlass {
        label: "acme.example/break-glass".to_owned(),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    };
    let begun = |new: &mut Release| {
        new.break_glass = Some(glass(&["oncall"]));
        for rule in &mut new.rules {
            let requirement = |operator| Requirement {
                key: "acme.example/break-glass".to_owned(),
                operator,
                values: Vec::new(),
            };
            let mut audited =
                Placement { broken_glass: true, action: Action::Audit, ..rule.placements[1].clone() };
            audited.selector.push(requirement(Operator::Exists));
            rule.placements[1].selector.push(requirement(Operator::DoesNotExist));
            rule.placements.push(audited);
        }
    };
    assert_eq!(
        told(begun),
        [
            "loosened BreakGlass: members of `oncall` may break the glass with the label `acme.example/break-glass`"
        ]
    );
}
