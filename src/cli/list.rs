//! `palisade list`: the rules of a project, and the sets that exemptions may adopt.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::project::{Project, listed};
use super::{Catalogue, Console, Exit, Failure};
use crate::diagnostic::did_you_mean;
use crate::documentation;
use crate::model::{Rule, Severity};

/// The arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// The folder with the policies; `policies` if there is one, else the catalogue inside the binary
    #[arg(long, value_name = "FOLDER")]
    project: Option<PathBuf>,
    /// Only rules of this category; may be given several times
    #[arg(long, value_name = "NAME")]
    category: Vec<String>,
}

impl List {
    /// Prints one line for each rule, and for each set.
    pub(super) fn run(&self, catalogue: Catalogue, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::at_hand(self.project.as_deref(), catalogue, console)?;
        self.refuse_unknown_categories(&project)?;
        let rows: Vec<Vec<String>> = project
            .definitions
            .default_view()
            .rules
            .iter()
            .map(|rule| &rule.value)
            .filter(|rule| self.category.is_empty() || self.category.contains(&rule.category))
            .map(|rule| {
                vec![rule.id.clone(), severity(rule).to_owned(), rule.category.clone(), rule.title.clone()]
            })
            .collect();
        console.result(&documentation::table(&rows));
        let sets = project.definitions.default_view().sets;
        let sets = sets.iter().map(|set| vec![set.value.id.clone(), set.value.title.clone()]);
        let sets: Vec<Vec<String>> = sets.filter(|_| self.category.is_empty()).collect();
        if !sets.is_empty() {
            console.result(&format!("\nSets, for `adopts` in an exemption\n{}", documentation::table(&sets)));
        }
        Ok(Exit::Success)
    }
}

impl List {
    fn refuse_unknown_categories(&self, project: &Project) -> Result<(), Failure> {
        let view = project.definitions.default_view();
        let known: BTreeSet<&str> = view.rules.iter().map(|rule| rule.value.category.as_str()).collect();
        let Some(unknown) = self.category.iter().find(|wanted| !known.contains(wanted.as_str())) else {
            return Ok(());
        };
        let failure = Failure::new("unknown-category", format!("no rule is of the category `{unknown}`"));
        Err(match did_you_mean(unknown, known.iter().copied()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help(format!("there are {}", listed(known.into_iter()))),
        })
    }
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}
