//! What is asked of the evaluator, and what it answers.

use super::{objects, type_of};
use crate::diagnostic::Span;
use crate::ir::{Release, Rule, text};
use crate::yaml::Node;

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is removed; no rule judges that.
    Delete,
    /// Something is connected to it; no rule judges that.
    Connect,
    /// It is looked at, by `check` or in the background: judged as if it were made.
    Audit,
}

/// What is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is done.
    pub operation: Operation,
    /// The subresource, such as `ephemeralcontainers`; empty for the object itself.
    pub subresource: &'a str,
    /// The object as it would be; absent for DELETE.
    pub object: Option<&'a Node>,
    /// The object as it is; present for UPDATE and DELETE.
    pub old_object: Option<&'a Node>,
}

impl<'a> Request<'a> {
    /// An object that lies in a file, or is found in the cluster.
    pub fn audit(object: &'a Node) -> Self {
        Self { operation: Operation::Audit, subresource: "", object: Some(object), old_object: None }
    }
}

/// Whether a rule judged an object, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judged {
    /// The rule doesn't speak of this kind, operation or subresource.
    NotGoverned,
    /// The rule speaks of the kind, but doesn't know this version of it: whether it is violated can't be said.
    OtherVersion,
    /// It depends on who asks, which nobody knows of an object that lies in a file.
    UnknownUser,
    /// The update leaves everything that the rule governs as it was.
    Unchanged,
    /// The rule spares the object.
    Spared,
    /// The rule judged the object.
    Judged,
}

/// What a violation comes to. Both of the first deny.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// What must hold doesn't.
    Violated,
    /// A value that decides it can't be read.
    Unreadable,
    /// Waived, by these exemptions, sorted.
    Exempted(Vec<String>),
}

impl Status {
    /// The exemptions that waive the violation.
    pub fn into_exemptions(self) -> Vec<String> {
        match self {
            Status::Violated | Status::Unreadable => Vec::new(),
            Status::Exempted(names) => names,
        }
    }
}

/// One subject that breaks one check, or one shape that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The check's id; [`super::UNREADABLE`] for a broken shape.
    pub check: String,
    /// The subject's label; empty for a broken shape.
    pub subject: String,
    /// The place as rules name it: `pod.containers[0].image`.
    pub path: String,
    /// The place in the object: `spec.template.spec.containers[0].image`.
    pub object_path: String,
    /// The deepest node on the way to the place that exists.
    pub span: Span,
    /// What it comes to.
    pub status: Status,
    /// What is wrong, with the values that were found.
    pub message: String,
}

impl Violation {
    /// The violation in a denial: `<subject>: <message>`.
    pub fn text(&self) -> String {
        if self.subject.is_empty() {
            self.message.clone()
        } else {
            format!("{}: {}", self.subject, self.message)
        }
    }

    /// Whether it isn't waived.
    pub fn denies(&self) -> bool {
        match self.status {
            Status::Violated | Status::Unreadable => true,
            Status::Exempted(_) => false,
        }
    }
}

/// What a rule says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it judged.
    pub judged: Judged,
    /// Broken shapes, then each check's, in the order of the object's lists.
    pub violations: Vec<Violation>,
}

impl Verdict {
    pub(super) fn without_violations(judged: Judged) -> Self {
        Self { judged, violations: Vec::new() }
    }

    /// Whether a violation isn't waived.
    pub fn denies(&self) -> bool {
        self.violations.iter().any(Violation::denies)
    }

    /// The texts of the violations that aren't waived, in order.
    pub fn texts(&self) -> Vec<String> {
        self.violations.iter().filter(|violation| violation.denies()).map(Violation::text).collect()
    }

    /// The text with which a request is refused by several rules that stand in one policy: those that are violated, sorted by id.
    pub fn packed_denial(release: &Release, violated: &[(&Rule, &Verdict)], object: &Node) -> String {
        let (_, _, kind) = type_of(object);
        let name = objects::name(object).unwrap_or("?");
        let first = violated.first().map_or("", |(rule, _)| rule.id.as_str());
        let help = release.help.replace("<< rule >>", first);
        let texts: Vec<(String, Vec<String>)> =
            violated.iter().map(|(rule, verdict)| (rule.id.clone(), verdict.texts())).collect();
        text::packed_denial(&texts, kind, name, &help)
    }

    /// The text with which a request is refused.
    pub fn denial(&self, release: &Release, rule: &Rule, object: &Node) -> String {
        let (_, _, kind) = type_of(object);
        let name = objects::name(object).unwrap_or("?");
        let help = release.help.replace("<< rule >>", &rule.id);
        text::denial(&rule.id, kind, name, &self.texts(), &help)
    }
}
