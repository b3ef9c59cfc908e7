//! Rules: checks with ids, and examples that can be executed.

use std::collections::BTreeSet;

use super::parameter;
use super::text::{is_identifier, line_fault, listed, slug_fault, version_fault};
use super::{LONGEST_NAME, Report, exemption, unknown};
use crate::diagnostic::Diagnostic;
use crate::model::{Check, Example, ExpectedFinding, Governs, Rule};
use crate::project::Place;

pub(super) fn check(report: &mut Report<Rule>) {
    let (rule, root) = (report.value(), Place::root());
    report.at(&root.key("title"), line_fault("the title", &rule.title));
    report.at(&root.key("since"), version_fault(&rule.since));
    check_governs(report);
    for (name, declared) in &rule.parameters {
        let place = root.key("parameters").key(name);
        if !is_identifier(name) {
            report.at_key(&place, not_an_identifier("parameter", name));
        }
        parameter::check(report, declared, &place);
    }
    for name in rule.bindings.keys().filter(|name| !is_identifier(name)) {
        report.at_key(&root.key("let").key(name), not_an_identifier("name", name));
    }
    for (index, check) in rule.checks.iter().enumerate() {
        check_check(report, check, &root.key("checks").index(index));
    }
    unique_checks(report);
    check_examples(report);
}

fn not_an_identifier(what: &str, name: &str) -> Diagnostic {
    Diagnostic::error("not-an-identifier", format!("`{name}` can't be the name of a {what}"))
        .label("expected lower-case letters, digits and underscores, a letter first, as in `read_only`")
}

fn check_governs(report: &mut Report<Rule>) {
    if let Governs::Kinds(kinds) = &report.value().governs {
        let place = Place::root().key("governs");
        if !kinds.pods && kinds.kinds.is_empty() {
            let fault = Diagnostic::error("governs-nothing", "the rule governs no kind")
                .label("expected `pods: true`, or `kinds` with at least one kind")
                .help("for everything that is or makes a Pod write `governs: pods`");
            report.at(&place, fault);
        }
        report.repeated(&place.key("kinds"), kinds.kinds.iter().map(String::as_str), "the kind");
    }
}

fn check_check(report: &mut Report<Rule>, check: &Check, place: &Place) {
    report.at(&place.key("id"), slug_fault("the check's id", &check.id, LONGEST_NAME));
    report.at(&place.key("message"), line_fault("the message", &check.message));
    let id = &check.id;
    match (&check.require, &check.forbid) {
        (Some(_), None) | (None, Some(_)) => {}
        (None, None) => {
            let fault = Diagnostic::error(
                "no-condition",
                format!("the check `{id}` says neither `require` nor `forbid`"),
            )
            .label("expected one of them in this check")
            .help("`require` says what must hold for each subject, `forbid` what must not");
            report.at(&place.key("id"), fault);
        }
        (Some(_), Some(_)) => {
            let mut fault = Diagnostic::error(
                "two-conditions",
                format!("the check `{id}` says both `require` and `forbid`"),
            )
            .label("expected only one of them")
            .help("make it two checks, or move `forbid` into `require` as `not`");
            if let Some(entry) = report.located.key_span(&place.key("require")) {
                fault = fault.related(entry, "`require` is here");
            }
            report.at_key(&place.key("forbid"), fault);
        }
    }
}

fn unique_checks(report: &mut Report<Rule>) {
    let checks = &report.value().checks;
    for (index, check) in checks.iter().enumerate() {
        if let Some(first) = checks.iter().take(index).position(|earlier| earlier.id == check.id) {
            let place = |index: usize| Place::root().key("checks").index(index).key("id");
            report.twice(&place(first), &place(index), &check.id, "the check's id");
        }
    }
}

fn check_examples(report: &mut Report<Rule>) {
    let examples = &report.value().examples;
    let root = Place::root().key("examples");
    let good =
        examples.good.iter().enumerate().map(|(index, example)| (example, root.key("good").index(index)));
    let bad = examples.bad.iter().enumerate().map(|(index, example)| (example, root.key("bad").index(index)));
    let all: Vec<(&Example, Place)> = good.chain(bad).collect();
    for (position, (example, place)) in all.iter().enumerate() {
        check_example(report, example, place);
        if let Some((_, first)) = all.iter().take(position).find(|(earlier, _)| earlier.name == example.name)
        {
            report.twice(&first.key("name"), &place.key("name"), &example.name, "the example");
        }
        let is_bad = position >= examples.good.len();
        check_findings(report, example, place, is_bad);
    }
}

fn check_example(report: &mut Report<Rule>, example: &Example, place: &Place) {
    let name = &example.name;
    match (&example.pod, &example.object) {
        (Some(_), None) | (None, Some(_)) => {}
        (None, None) => {
            let fault = Diagnostic::error(
                "empty-example",
                format!("the example `{name}` has neither `pod` nor `object`"),
            )
            .label("expected one of them in this example")
            .help("`pod: {spec: …}` is wrapped in each kind that makes Pods, `object` is taken as it is");
            report.at(&place.key("name"), fault);
        }
        (Some(_), Some(_)) => {
            let fault = Diagnostic::error(
                "ambiguous-example",
                format!("the example `{name}` has both `pod` and `object`"),
            )
            .label("expected only one of them")
            .help("make it two examples");
            report.at_key(&place.key("object"), fault);
        }
    }
    if let Some(version) = &example.version {
        report.at(&place.key("version"), version_fault(version));
    }
    for (index, exempted) in example.exemptions.iter().enumerate() {
        let place = place.key("exemptions").index(index);
        exemption::check_identity(report, &exempted.identity, &place.key("identity"));
        exemption::waives_something(
            report,
            &exempted.features,
            exempted.whole_rule,
            &place,
            "`whole_rule: true`",
        );
    }
}

fn check_findings(report: &mut Report<Rule>, example: &Example, place: &Place, is_bad: bool) {
    let (name, gives) = (&example.name, place.key("gives"));
    if is_bad && example.gives.is_empty() {
        let fault = Diagnostic::error(
            "no-finding",
            format!("the bad example `{name}` doesn't say what it gives"),
        )
        .label("expected `gives` in this example")
        .help("name each violation, as in `gives: [{check: drop-all, subject: containers/app, path: …}]`");
        return report.at(&place.key("name"), fault);
    }
    if !is_bad && !example.gives.is_empty() {
        let fault =
            Diagnostic::error("good-example-gives", format!("the good example `{name}` gives a violation"))
                .label("a good example gives none")
                .help("move it to `bad`, or remove `gives`");
        return report.at_key(&gives, fault);
    }
    let checks = &report.value().checks;
    let mut seen: BTreeSet<&ExpectedFinding> = BTreeSet::new();
    for (index, finding) in example.gives.iter().enumerate() {
        let place = gives.index(index);
        let known = checks.iter().map(|check| check.id.as_str());
        if !known.clone().any(|id| id == finding.check) {
            let fault = unknown("unknown-check", "check", &finding.check, known);
            report.at(&place.key("check"), fault);
        }
        if !seen.insert(finding) {
            let words = [finding.check.as_str(), finding.subject.as_str(), finding.path.as_str()];
            let fault = Diagnostic::error(
                "duplicate-finding",
                format!("the finding {} is there twice", listed(words, "at")),
            )
            .label("again here")
            .help("violations are a set: name it once");
            report.at(&place, fault);
        }
    }
}
