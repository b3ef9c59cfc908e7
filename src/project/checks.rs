//! Structural checks: what a schema can't say, and needs no meaning of conditions.
//!
//! Names, references between files, dates, coherence of parameters and examples. Paths, conditions, kinds, values of
//! parameters and placeholders are `ir::lower`'s.

mod catalogue;
mod environment;
mod exemption;
mod kinds;
mod names;
mod parameter;
mod rule;
mod set;
mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use text::{is_rule_id, is_slug};

use super::layout::{named_rule, stem};
use super::{Definitions, Layers, Located, Place, View, held};
use crate::diagnostic::{Diagnostic, Sink, did_you_mean};
use crate::model::{Environment, Project};

/// Longest name of a thing whose name becomes a label's value or part of a file name.
const LONGEST_NAME: usize = 63;

/// Names that are defined somewhere, also in files that could not be read as a whole: one fault is told once.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub rules: BTreeSet<String>,
    pub profiles: BTreeSet<String>,
    pub exemptions: BTreeSet<String>,
    pub sets: BTreeSet<String>,
    pub environments: BTreeSet<String>,
    /// The labels that the project protects; absent if its file could not be read.
    pub protected_labels: Option<BTreeSet<String>>,
    /// The versions of the catalogue's copies, whether or not something draws on them.
    pub catalogues: BTreeSet<String>,
    /// The versions of the catalogue that something names.
    pub drawn_on: BTreeSet<String>,
    /// Whether these are the project's own names alone, while there are copies of the catalogue.
    pub lack_a_catalogue: bool,
    /// Whether names are missing, since the catalogue that is named isn't there.
    pub is_incomplete: bool,
}

impl Names {
    fn has_rule(&self, rule: &str) -> bool {
        self.is_incomplete || self.rules.contains(rule)
    }

    fn has_profile(&self, profile: &str) -> bool {
        self.is_incomplete || self.profiles.contains(profile)
    }

    /// A rule that is defined nowhere.
    fn unknown_rule(&self, rule: &str) -> Diagnostic {
        self.hinted(unknown("unknown-rule", "rule", rule, self.rules.iter().map(String::as_str)))
    }

    /// A profile that is defined nowhere.
    fn unknown_profile(&self, profile: &str) -> Diagnostic {
        self.hinted(unknown("unknown-profile", "profile", profile, self.profiles.iter().map(String::as_str)))
    }

    /// What is missing may be in the catalogue.
    fn hinted(&self, fault: Diagnostic) -> Diagnostic {
        match self.catalogues.last() {
            Some(version) if self.lack_a_catalogue => fault.help(format!(
                "nothing is taken from the catalogue: to draw on it, say `catalogue: \"{version}\"` in `palisade.yaml` or in the environment"
            )),
            Some(_) | None => fault,
        }
    }
}

/// Reports every structural fault; `unread` are the names in files that could not be read.
pub(super) fn check(definitions: &Definitions, unread: &Names, sink: &mut Sink) {
    names::check(definitions, sink);
    if let Some(project) = &definitions.project {
        names::check_project(&mut Report { located: project, sink });
    }
    kinds::check(&definitions.kinds, sink);
    for rule in &definitions.rules {
        rule::check(&mut Report { located: rule, sink });
    }
    catalogue::check(definitions, unread, sink);
    let mut anywhere = unread.clone();
    let mut of_views = Sink::new();
    for view in &definitions.views() {
        let names = all_names(view, &definitions.environments, unread);
        anywhere.rules.extend(names.rules.iter().cloned());
        anywhere.is_incomplete |= names.is_incomplete;
        check_view(definitions, view, &names, &mut of_views);
        for exemption in &definitions.exemptions {
            exemption::warn_of_makers(&mut Report { located: exemption, sink }, view);
        }
    }
    sink.extend(each_once(of_views.into_vec()));
    for exemption in &definitions.exemptions {
        exemption::check(&mut Report { located: exemption, sink }, &anywhere);
    }
}

/// What is missing in several views, told once: only what to do about it may differ.
fn each_once(faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut unique: Vec<Diagnostic> = Vec::new();
    for fault in faults {
        let is_same = |other: &Diagnostic| (other.code, &other.message) == (fault.code, &fault.message);
        let before =
            unique.iter().rev().take_while(|other| (other.span, &other.path) == (fault.span, &fault.path));
        if !before.into_iter().any(is_same) {
            unique.push(fault);
        }
    }
    unique
}

/// Reports what refers to nothing in a view: in its profiles, and in the environments that draw on it.
fn check_view(definitions: &Definitions, view: &View<'_>, names: &Names, sink: &mut Sink) {
    for profile in definitions.profiles_of(view) {
        environment::check_profile(&mut Report { located: profile, sink }, names, view);
    }
    let held: BTreeMap<&str, BTreeSet<&str>> = view
        .profiles
        .iter()
        .map(|profile| {
            let name = profile.value.name.as_str();
            (name, held(&view.chain(name)).into_keys().collect())
        })
        .collect();
    for environment in definitions.environments_of(view) {
        let layers = Layers::of(&definitions.environments, environment);
        environment::check(&mut Report { located: environment, sink }, names, &held, layers);
    }
    for set in &view.sets {
        set::check(&mut Report { located: set, sink }, names);
    }
}

/// The names that are said, and those that the files' names say: of two that differ only one is wrong.
fn all_names(view: &View<'_>, environments: &[Located<Environment>], unread: &Names) -> Names {
    let mut names = unread.clone();
    names.lack_a_catalogue = view.named.is_none() && !unread.catalogues.is_empty();
    names.is_incomplete = view.is_incomplete();
    let labels = |project: &Project| project.protected_labels.iter().map(|label| label.key.clone()).collect();
    names.protected_labels = view.project.map(|project| labels(&project.value));
    names.environments.extend(said(
        environments.iter(),
        |environment| &environment.name,
        |path| stem(path).to_owned(),
    ));
    names.rules.extend(said(view.rules.iter().copied(), |rule| &rule.id, named_rule));
    names.profiles.extend(said(
        view.profiles.iter().copied(),
        |profile| &profile.name,
        |path| stem(path).to_owned(),
    ));
    let exemptions = view.exemptions.iter();
    names.exemptions.extend(said(exemptions, |exemption| &exemption.name, |path| stem(path).to_owned()));
    names
}

fn said<'a, T: 'a>(
    list: impl Iterator<Item = &'a Located<T>>,
    name: impl Fn(&T) -> &String,
    named_by_file: impl Fn(&str) -> String,
) -> impl Iterator<Item = String> {
    list.flat_map(move |located| {
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
