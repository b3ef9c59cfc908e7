//! Each form of a report over the same findings.

use super::finding::{FilePlace, Finding, ObjectName, Scope};
use super::{human, json};
use crate::diagnostic::{Sources, Span};
use crate::evaluator::{Status, Violation};
use crate::ir::{Action, ReferenceTo, Rule, sample};

fn rules() -> [Rule; 2] {
    let mut low = sample::rule("POD-008");
    low.references =
        vec![ReferenceTo { framework: "pss".to_owned(), control: "restricted/capabilities".to_owned() }];
    for check in &mut low.checks {
        check.standards = vec!["capabilities_restricted".to_owned()];
    }
    [low, sample::rule("POD-009")]
}

fn violation(subject: &str, status: Status) -> Option<Violation> {
    Some(Violation {
        check: if subject.is_empty() { "unreadable" } else { "add" }.to_owned(),
        subject: subject.to_owned(),
        path: "pod.containers[0]".to_owned(),
        object_path: "spec.template.spec.containers[0]".to_owned(),
        span: Span::new(Sources::new().add("a.yaml", String::new()), 0, 0),
        status,
        message: "may not add `BPF`".to_owned(),
    })
}

fn findings(rules: &[Rule; 2]) -> Vec<Finding<'_>> {
    let object = |namespace: Option<&str>, name: Option<&str>| ObjectName {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
    };
    let place = |line| FilePlace { file: "manifests/a.yaml".to_owned(), line, column: 9 };
    let web = || object(Some("team-a"), Some("web"));
    let [first, second] = rules;
    let exempted = Status::Exempted(vec!["node-agent".to_owned(), "whole".to_owned()]);
    let mut owned = Finding::new(
        first,
        Action::Deny,
        false,
        web(),
        violation("containers/app capability BPF", Status::Violated),
        place(12),
    );
    owned.owner = Some("shop".to_owned());
    vec![
        owned,
        Finding::new(
            first,
            Action::Deny,
            false,
            web(),
            violation("containers/b", Status::Unreadable),
            place(20),
        ),
        Finding::new(first, Action::Deny, false, web(), violation("containers/c", exempted), place(30)),
        Finding::new(second, Action::Warn, true, web(), violation("", Status::Unreadable), place(40)),
        Finding::new(first, Action::Audit, false, object(None, None), None, place(50)),
        Finding::new(second, Action::Audit, false, object(None, None), None, place(50)),
    ]
}

fn scope() -> Scope {
    Scope {
        environment: "production".to_owned(),
        files: 1,
        objects: 2,
        no_objects: 1,
        owned: 3,
        left_out: 4,
        unread: 1,
    }
}

#[test]
fn for_people() {
    let rules = rules();
    insta::assert_snapshot!(anstream::adapter::strip_str(&human::human(&scope(), &findings(&rules))));
    let nothing =
        Scope { environment: "profile strict".to_owned(), files: 3, objects: 1, ..Scope::default() };
    assert_eq!(human::human(&nothing, &[]), "1 object in 3 files against profile strict: no violation\n");
}

#[test]
fn for_programs() {
    let rules = rules();
    insta::assert_snapshot!(json::json(&scope(), &findings(&rules)));
}
