//! `palisade coverage`: what is enforced where, and what isn't.

use std::path::PathBuf;

use clap::Args;

use super::date::Date;
use super::expiry::Calendar;
use super::format::Format;
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
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// The day for which it is told: exemptions whose last day was before waive nothing; today (UTC) if it isn't said
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
}

impl Coverage {
    /// Prints rules by environments, targets, and what isn't enforced.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let expired = Calendar::of(&project.definitions, Date::or_today(self.as_of)?).expired();
        let releases = project.releases_without(&project.environments(&self.environment)?, &expired)?;
        let views = project.definitions.views();
        let rules = views.iter().rev().flat_map(|view| &view.rules);
        let titles = rules.map(|rule| (rule.value.id.clone(), rule.value.title.clone())).collect();
        let text = documentation::coverage(&titles, &releases, self.format.form())
            .map_err(|cause| Failure::new("internal", cause))?;
        console.result(&text);
        Ok(Exit::Success)
    }
}
