//! Rules and releases in words: what a rule means, what is enforced where. Gives text; never prints it, and reads no file.

mod coverage;
mod effective;
mod explain;
mod markdown;
mod pages;
mod sheet;
mod table;
mod words;

pub use explain::Use;
pub use pages::{
    Documented, DocumentedExample, DocumentedProfile, DocumentedRule, DocumentedSet, DocumentedSource, MARK,
    pages,
};
pub use table::table;

use std::collections::BTreeMap;

use crate::ir::{Release, Rule};

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As text for people.
    Human,
    /// As Markdown.
    Markdown,
    /// As JSON, for programs.
    Json,
    /// As HTML.
    Html,
}

/// What is enforced where by these releases. `rules` are the ids and titles of all rules that there are.
///
/// # Errors
/// Faults of Palisade's own templates.
pub fn coverage(
    rules: &BTreeMap<String, String>,
    releases: &[Release],
    form: Form,
) -> Result<String, String> {
    match form {
        Form::Human => Ok(coverage::sheet(rules, releases).human()),
        Form::Markdown => Ok(coverage::sheet(rules, releases).markdown()),
        Form::Json => Ok(coverage::coverage_as_json(rules, releases)),
        Form::Html => coverage::sheet(rules, releases).html(),
    }
}

/// One rule: why it is there, what it asks, and how it is set in each environment.
///
/// # Errors
/// Faults of Palisade's own templates.
pub fn explain(rule: &Rule, uses: &[Use<'_>], form: Form) -> Result<String, String> {
    match form {
        Form::Human => Ok(explain::explain(rule, uses)),
        Form::Markdown => Ok(explain::sheet(rule, uses).markdown()),
        Form::Json => Ok(explain::explain_as_json(rule, uses)),
        Form::Html => explain::sheet(rule, uses).html(),
    }
}
