//! `palisade explain`: one rule, and where each of its settings comes from.

use std::path::PathBuf;

use clap::Args;

use super::date::Date;
use super::expiry::Calendar;
use super::format::Format;
use super::project::Project;
use super::{Catalogue, Console, Exit, Failure};
use crate::documentation::{self, Use};

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule's id
    rule: String,
    /// The folder with the policies; `policies` if there is one, else the catalogue inside the binary
    #[arg(long, value_name = "FOLDER")]
    project: Option<PathBuf>,
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

impl Explain {
    /// Prints the rule, then its settings in each environment.
    pub(super) fn run(&self, catalogue: Catalogue, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::at_hand(self.project.as_deref(), catalogue, console)?;
        let rule = project.rule(&self.rule)?;
        let environments = project.environments(&self.environment)?;
        let expired = Calendar::of(&project.definitions, Date::or_today(self.as_of)?).expired();
        let releases = project.releases_without(&environments, &expired)?;
        let unexpired = project.releases(&environments)?;
        let uses: Vec<Use<'_>> = releases
            .iter()
            .zip(&unexpired)
            .map(|(release, unexpired)| Use {
                release,
                rule: release.rules.iter().find(|used| used.id == rule.id),
                unexpired: unexpired.rules.iter().find(|used| used.id == rule.id),
            })
            .collect();
        let text = documentation::explain(&rule, &uses, self.format.form())
            .map_err(|cause| Failure::new("internal", cause))?;
        console.result(&text);
        Ok(Exit::Success)
    }
}
