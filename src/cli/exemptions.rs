//! `palisade exemptions`: the exemptions of a project by the day they end.

mod unused;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::date::Date;
use super::expiry::Calendar;
use super::project::Project;
use super::{Console, Exit, Failure};
use crate::ir::lower::exemption_record;
use crate::ir::{ExemptionState, Release};
use crate::model::Exemption;
use crate::project::Located;
use crate::report::exemptions::{Listed, human, json, markdown};

/// The arguments of `exemptions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all is well, 1 there are exemptions of the kind that was asked for (--expired, --expiring,
--unused), 2 an error, or a manifest that can't be read.

Examples:
  palisade exemptions                       all, the first to end first
  palisade exemptions --expired || palisade build
                                            a scheduled job: rebuild without those that have expired
  palisade exemptions --expiring 60         whom to remind
  palisade exemptions --unused manifests/   which could go, since nothing in the manifests needs them"
)]
pub struct Exemptions {
    /// The folder with the policies
    #[arg(long, value_name = "FOLDER", default_value = "policies")]
    project: PathBuf,
    /// Only what this environment grants; may be given several times
    #[arg(short, long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only those that have expired; exits with 1 if there is one
    #[arg(long, conflicts_with_all = ["expiring", "unused"])]
    expired: bool,
    /// Only those that end within so many days, 30 if the project says nothing else; exits with 1 if there is one
    #[arg(long, value_name = "DAYS", num_args = 0..=1, conflicts_with = "unused")]
    expiring: Option<Option<u16>>,
    /// Only those without which no object in these manifests would violate more; exits with 1 if there is one
    #[arg(long, value_name = "PATH", num_args = 1..)]
    unused: Option<Vec<PathBuf>>,
    /// The day; today (UTC) if it isn't said
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// How they are written
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

/// How exemptions are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// A table, for a ticket or a wiki
    Markdown,
}

impl Exemptions {
    /// Lists them.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let day = Date::or_today(self.as_of)?;
        let calendar = Calendar::of(&project.definitions, day);
        let releases = project.releases(&project.environments(&self.environment)?)?;
        let mut listed = self.all(&project, &calendar, &releases);
        let mut is_complete = true;
        if self.expired {
            listed.retain(|one| one.days_left < 0);
        } else if let Some(days) = self.expiring {
            let days = i64::from(days.unwrap_or_else(|| calendar.warn_days()));
            listed.retain(|one| (0..=days).contains(&one.days_left));
        } else if let Some(paths) = &self.unused {
            is_complete = unused::retain(&mut listed, &releases, paths, console);
        }
        console.result(&match self.format {
            Format::Human => human(&listed),
            Format::Json => json(&day.to_string(), &listed),
            Format::Markdown => markdown(&listed),
        });
        let asks = self.expired || self.expiring.is_some() || self.unused.is_some();
        Ok(match (is_complete, asks && !listed.is_empty()) {
            (false, _) => Exit::Error,
            (true, true) => Exit::Findings,
            (true, false) => Exit::Success,
        })
    }

    /// The exemptions of the environments, or of the whole project, the first to end first.
    fn all(&self, project: &Project, calendar: &Calendar<'_>, releases: &[Release]) -> Vec<Listed> {
        let granted = granted(releases);
        let exemptions = project.definitions.exemptions.iter();
        let is_asked = |one: &&Located<Exemption>| {
            self.environment.is_empty() || granted.contains_key(one.value.name.as_str())
        };
        let mut listed: Vec<Listed> = exemptions
            .filter(is_asked)
            .map(|exemption| {
                let days_left = calendar.days_left(&exemption.value);
                let state = if days_left < 0 { ExemptionState::Expired } else { ExemptionState::Holds };
                Listed {
                    record: exemption_record(&exemption.value, state),
                    days_left,
                    environments: granted.get(exemption.value.name.as_str()).cloned().unwrap_or_default(),
                    unused_in: None,
                    file: self.project.join(&exemption.name).display().to_string(),
                }
            })
            .collect();
        listed.sort_by(|left, right| {
            (left.days_left, &left.record.name).cmp(&(right.days_left, &right.record.name))
        });
        listed
    }
}

/// The environments that grant an exemption, by its name.
fn granted(releases: &[Release]) -> BTreeMap<&str, Vec<String>> {
    let mut granted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for release in releases {
        for record in &release.exemptions {
            granted.entry(&record.name).or_default().push(release.environment.clone());
        }
    }
    granted
}
