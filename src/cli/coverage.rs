//! `palisade coverage`: what is enforced where, and what isn't.

use std::path::PathBuf;

use clap::Args;

use super::project::Project;
use super::{Console, Exit, Failure};
use crate::documentation;

/// The arguments of `coverage`.
#[derive(Debug, Args)]
pub struct Coverage {
    /// The folder with the policies
    #[arg(long, value_name = "FOLDER", default_value = "policies")]
    project: PathBuf,
    /// Only this environment; may be given several times
    #[arg(short, long, value_name = "NAME")]
    environment: Vec<String>,
}

impl Coverage {
    /// Prints rules by environments, targets, and what isn't enforced.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let releases = project.releases(&project.environments(&self.environment)?)?;
        let views = project.definitions.views();
        let rules = views.iter().rev().flat_map(|view| &view.rules);
        let titles = rules.map(|rule| (rule.value.id.clone(), rule.value.title.clone())).collect();
        console.result(&documentation::coverage(&titles, &releases));
        Ok(Exit::Success)
    }
}
