//! A case: a request, and what the evaluator says of it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::engines::{Answer, Request};

/// Where a case comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An example of the rule.
    Written(String),
    /// An object made out of an example of the rule.
    Generated(String),
    /// A file of `tests/matrix/regressions`.
    Regression(String),
}

/// A request with what must come of it.
#[derive(Clone, Debug)]
pub struct Case {
    pub origin: Origin,
    pub request: Request,
    pub expected: Expected,
}

/// What must come of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The denials, as (action, text).
    pub texts: BTreeSet<(String, String)>,
    /// The rules that must deny in whatever words, since a value can't be read, as (action, id).
    pub unreadable: BTreeSet<(String, String)>,
    /// The exemptions without which there would be more of them.
    pub exempted: BTreeSet<String>,
}

impl Expected {
    /// Whether the request goes through.
    pub fn allowed(&self) -> bool {
        let denies = |of: &BTreeSet<(String, String)>| of.iter().any(|(action, _)| action == "deny");
        !denies(&self.texts) && !denies(&self.unreadable)
    }

    /// How an answer differs, if it does.
    pub fn difference(&self, answer: &Answer) -> Option<String> {
        if !answer.refused.is_empty() {
            return Some(format!("the request reached no policy: {}", answer.refused));
        }
        let mut said: BTreeSet<(String, String)> = BTreeSet::new();
        let mut failed: Vec<&str> = Vec::new();
        for violation in &answer.violations {
            if violation.error {
                failed.push(&violation.message);
            }
            said.insert((violation.action.clone(), violation.message.clone()));
        }
        let about = |(action, text): &(String, String)| (action.clone(), head(text).to_owned());
        let (in_any_words, exact): (BTreeSet<_>, BTreeSet<_>) =
            said.into_iter().partition(|violation| self.unreadable.contains(&about(violation)));
        let any_rules: BTreeSet<_> = in_any_words.iter().map(about).collect();
        // What can't be read is refused in whatever words, and nothing is said of exemptions.
        let traced = answer.exempted.as_ref();
        let is_traced = traced.is_none_or(|traced| *traced == self.exempted || !self.unreadable.is_empty());
        let agrees = exact == self.texts
            && any_rules == self.unreadable
            && answer.allowed == self.allowed()
            && is_traced;
        match (agrees, failed.is_empty()) {
            (true, true) => None,
            (_, false) => Some(format!("an expression failed: {}", failed.join("; "))),
            (false, true) => Some(describe(answer)),
        }
    }
}

/// The id of the rule that a text begins with; of several that stand in one policy all: `POD-001, POD-008`.
pub fn head(text: &str) -> &str {
    let mut end = 0;
    for word in text.split(' ') {
        end += word.len();
        if !word.ends_with(',') {
            break;
        }
        end += 1;
    }
    text.get(..end).unwrap_or(text)
}

/// An answer for people.
fn describe(answer: &Answer) -> String {
    let mut lines = vec![(if answer.allowed { "allowed" } else { "denied" }).to_owned()];
    lines.extend(
        answer.violations.iter().map(|violation| format!("{}: {}", violation.action, violation.message)),
    );
    lines.extend(answer.exempted.iter().flatten().map(|exemption| format!("exempted by: {exemption}")));
    lines.join("\n")
}

impl std::fmt::Display for Expected {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.allowed() { "allowed" } else { "denied" })?;
        for (action, text) in &self.texts {
            write!(formatter, "\n{action}: {text}")?;
        }
        for (action, rule) in &self.unreadable {
            write!(formatter, "\n{action}: {rule}, in any words")?;
        }
        for exemption in &self.exempted {
            write!(formatter, "\nexempted by: {exemption}")?;
        }
        Ok(())
    }
}

/// The object that the request is about.
pub fn subject(request: &Request) -> &Value {
    if request.object.is_null() { &request.old_object } else { &request.object }
}
