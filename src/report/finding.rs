//! What `check` found: findings in the order of files, documents and rules, and their numbers.

use serde::Serialize;

use crate::evaluator::{Status, Violation};
use crate::ir::text::shown;
use crate::ir::{Action, Kind, Rule};

/// What a finding comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What must hold doesn't.
    Violated,
    /// A value that decides it can't be read.
    Unreadable,
    /// It is violated, and waived.
    Exempted,
    /// It can't be judged offline.
    NotJudged,
}

/// The object of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectName {
    /// As the object says it: `apps/v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; absent for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// The name, or the beginning of the name that it will get; absent if it says neither.
    pub name: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilePlace {
    /// The file, as it was named or found.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What it comes to.
    pub outcome: Outcome,
    /// What the engines do about a violation.
    pub action: Action,
    /// Whether the action is only the strictest that may apply, since the namespace's labels aren't known.
    pub action_assumed: bool,
    /// The check, or `unreadable`; absent if nothing was judged.
    pub check: Option<String>,
    /// The checks of the profile's standard for which that check stands, sorted; empty without a standard.
    pub standards: Vec<String>,
    /// The object.
    pub object: ObjectName,
    /// Who owns the object, as its label or annotation says, or its namespace's.
    pub owner: Option<String>,
    /// The deepest node on the way to the path that exists.
    pub place: FilePlace,
    /// The place in the object: `spec.template.spec.containers[0].image`; absent if nothing was judged.
    pub path: Option<String>,
    /// The subject's label; absent if nothing was judged, or nothing could be read.
    pub subject: Option<String>,
    /// What is wrong.
    pub message: String,
    /// The exemptions that waive it.
    pub exempted_by: Vec<String>,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The environment, or `profile NAME`.
    pub environment: String,
    /// How many files were read.
    pub files: usize,
    /// How many objects there were in them.
    pub objects: usize,
    /// How many documents or items of lists were no objects.
    pub no_objects: usize,
    /// How many objects some rules left to their controllers, which they govern too.
    pub owned: usize,
    /// How many objects are in namespaces that no rule looks into.
    pub left_out: usize,
    /// How many files could not be read, or not as a whole.
    pub unread: usize,
}

/// Numbers of findings. A violation is one of `deny`, `warn`, `audit`; unreadable ones are counted among them, and apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Violations of rules that deny.
    pub deny: usize,
    /// Violations of rules that warn.
    pub warn: usize,
    /// Violations of rules that audit.
    pub audit: usize,
    /// How many of the violations are of values that can't be read.
    pub unreadable: usize,
    /// Waived violations.
    pub exempted: usize,
    /// Objects that a rule couldn't judge.
    pub not_judged: usize,
}

impl Finding<'_> {
    /// Whether it counts as a violation.
    pub fn is_violation(&self) -> bool {
        match self.outcome {
            Outcome::Violated | Outcome::Unreadable => true,
            Outcome::Exempted | Outcome::NotJudged => false,
        }
    }
}

impl<'a> Finding<'a> {
    /// The object's kind, as the rule governs it.
    pub fn kind(&self) -> Option<&'a Kind> {
        let group = self.object.api_version.rsplit_once('/').map_or("", |(group, _)| group);
        self.rule.kinds.iter().find(|kind| kind.kind == self.object.kind && kind.group == group)
    }

    /// A finding of a violation, or of an object that a rule couldn't judge.
    pub fn new(
        rule: &'a Rule,
        action: Action,
        action_assumed: bool,
        object: ObjectName,
        violation: Option<Violation>,
        place: FilePlace,
    ) -> Self {
        let mut finding = Self {
            rule,
            outcome: Outcome::NotJudged,
            action,
            action_assumed,
            check: None,
            standards: Vec::new(),
            owner: None,
            place,
            path: None,
            subject: None,
            message: format!(
                "{} isn't among the versions of {} that the rule knows",
                shown(&object.api_version),
                shown(&object.kind)
            ),
            exempted_by: Vec::new(),
            object,
        };
        if let Some(violation) = violation {
            (finding.outcome, finding.exempted_by) = match violation.status {
                Status::Violated => (Outcome::Violated, Vec::new()),
                Status::Unreadable => (Outcome::Unreadable, Vec::new()),
                Status::Exempted(exemptions) => (Outcome::Exempted, exemptions),
            };
            let judged_by = rule.checks.iter().find(|check| check.id == violation.check);
            finding.standards = judged_by.map(|check| check.standards.clone()).unwrap_or_default();
            finding.check = Some(violation.check);
            finding.path = Some(violation.object_path);
            finding.subject = Some(violation.subject).filter(|subject| !subject.is_empty());
            finding.message = violation.message;
        }
        finding
    }
}

impl Counts {
    /// Counts findings.
    pub fn of(findings: &[Finding<'_>]) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            match finding.outcome {
                Outcome::Violated => {}
                Outcome::Unreadable => counts.unreadable += 1,
                Outcome::Exempted => counts.exempted += 1,
                Outcome::NotJudged => counts.not_judged += 1,
            }
            if finding.is_violation() {
                match finding.action {
                    Action::Deny => counts.deny += 1,
                    Action::Warn => counts.warn += 1,
                    Action::Audit => counts.audit += 1,
                }
            }
        }
        counts
    }
}
