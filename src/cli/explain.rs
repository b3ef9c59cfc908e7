//! `palisade explain`: one rule, and where each of its settings comes from.

use std::path::PathBuf;

use clap::Args;

use super::project::Project;
use super::{Console, Exit, Failure};
use crate::documentation::{self, Use};

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule's id
    rule: String,
    /// The folder with the policies
    #[arg(long, value_name = "FOLDER", default_value = "policies")]
    project: PathBuf,
    /// Only this environment; may be given several times
    #[arg(short, long, value_name = "NAME")]
    environment: Vec<String>,
}

impl Explain {
    /// Prints the rule, then its settings in each environment.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let rule = project.rule(&self.rule)?;
        let releases = project.releases(&project.environments(&self.environment)?)?;
        let uses: Vec<Use<'_>> = releases
            .iter()
            .map(|release| Use { release, rule: release.rules.iter().find(|used| used.id == rule.id) })
            .collect();
        console.result(&documentation::explain(&rule, &uses));
        Ok(Exit::Success)
    }
}
