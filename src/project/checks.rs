//! Structural checks: what a schema can't say, and needs no meaning of conditions.
//!
//! Names, references between files, dates, coherence of parameters and examples. Paths, conditions, kinds, values of
//! parameters and placeholders are `ir::lower`'s.

mod environment;
mod exemption;
mod kinds;
mod names;
mod parameter;
mod rule;
mod set;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{named_rule, stem};
use super::{Definitions, Located, Place};
use crate::diagnostic::{Diagnostic, Sink, did_you_mean};

/// Longest name of a thing whose name becomes a label's value or part of a file name.
const LONGEST_NAME: usize = 63;

/// Names that are defined somewhere, also in files that could not be read as a whole: one fault is told once.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub rules: BTreeSet<String>,
    pub profiles: BTreeSet<String>,
    pub exemptions: BTreeSet<String>,
    pub sets: BTreeSet<String>,
}

/// Reports every structural fault; `unread` are the names in files that could not be read.
pub(super) fn check(definitions: &Definitions, unread: &Names, sink: &mut Sink) {
    let names = all_names(definitions, unread);
    names::check(definitions, sink);
    if let Some(project) = &definitions.project {
        names::check_project(&mut Report { located: project, sink });
    }
    kinds::check(&definitions.kinds, sink);
    for rule in &definitions.rules {
        rule::check(&mut Report { located: rule, sink });
    }
    for profile in &definitions.profiles {
        environment::check_profile(&mut Report { located: profile, sink }, &names);
    }
    let held: BTreeMap<&str, BTreeSet<&str>> = definitions
        .profiles
        .iter()
        .map(|profile| {
            (profile.value.name.as_str(), profile.value.rules.keys().map(String::as_str).collect())
        })
        .collect();
    for environment in &definitions.environments {
        environment::check(&mut Report { located: environment, sink }, &names, &held);
    }
    for set in &definitions.sets {
        set::check(&mut Report { located: set, sink }, &names);
    }
    for exemption in &definitions.exemptions {
        exemption::check(&mut Report { located: exemption, sink }, &names);
        exemption::warn_of_makers(&mut Report { located: exemption, sink }, definitions);
    }
}

/// The names that are said, and those that the files' names say: of two that differ only one is wrong.
fn all_names(definitions: &Definitions, unread: &Names) -> Names {
    let mut names = unread.clone();
    names.rules.extend(said(&definitions.rules, |rule| &rule.id, named_rule));
    names.profiles.extend(said(&definitions.profiles, |profile| &profile.name, |path| stem(path).to_owned()));
    names.exemptions.extend(said(
        &definitions.exemptions,
        |exemption| &exemption.name,
        |path| stem(path).to_owned(),
    ));
    names
}

fn said<T>(
    list: &[Located<T>],
    name: impl Fn(&T) -> &String,
    named_by_file: impl Fn(&str) -> String,
) -> impl Iterator<Item = String> {
    list.iter().flat_map(move |located| {
        let by_file = located.node.is_some().then(|| named_by_file(&located.name));
        [name(&located.value).clone()].into_iter().chain(by_file)
    })
}

/// The value that is checked, and where its faults go.
struct Report<'a, T> {
    located: &'a Located<T>,
    sink: &'a mut Sink,
}

impl<'a, T> Report<'a, T> {
    fn value(&self) -> &'a T {
        &self.located.value
    }

    /// Reports a fault, if there is one, at a value.
    fn at(&mut self, place: &Place, fault: impl Into<Option<Diagnostic>>) {
        if let Some(fault) = fault.into() {
            self.sink.push(self.located.mark(fault, place));
        }
    }

    /// Reports a fault, if there is one, at a field's name.
    fn at_key(&mut self, place: &Place, fault: impl Into<Option<Diagnostic>>) {
        if let Some(fault) = fault.into() {
            self.sink.push(self.located.mark_key(fault, place));
        }
    }

    /// Reports each text of a list that was there before.
    fn repeated<'b>(&mut self, list: &Place, texts: impl Iterator<Item = &'b str>, what: &str) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, text) in texts.enumerate() {
            match seen.get(text) {
                Some(first) => self.twice(&list.index(*first), &list.index(index), text, what),
                None => drop(seen.insert(text, index)),
            }
        }
    }

    /// Reports a name that two places of the same file have.
    fn twice(&mut self, first: &Place, second: &Place, name: &str, what: &str) {
        let mut fault = Diagnostic::error("duplicate-name", format!("{what} `{name}` is there twice"))
            .label("again here");
        if let Some(span) = self.located.span(first) {
            fault = fault.related(span, "first here");
        }
        self.at(second, fault);
    }
}

/// A name that is defined nowhere.
pub(super) fn unknown<'a>(
    code: &'static str,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let fault = Diagnostic::error(code, format!("there is no {what} `{name}`"));
    match did_you_mean(name, known.clone()) {
        Some(meant) => fault.label(format!("did you mean `{meant}`?")),
        None => {
            let fault = fault.label(format!("no such {what}"));
            let known: Vec<&str> = known.take(21).collect();
            match known.len() {
                0 => fault.help(format!("the project has no {what}")),
                1..=20 => fault.help(format!("known: {}", text::listed(known, "and"))),
                _ => fault,
            }
        }
    }
}
