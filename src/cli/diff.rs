//! `palisade diff`: what changed between two releases, by meaning.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::date::Date;
use super::expiry::Calendar;
use super::project::Project;
use super::{Console, Exit, Failure, git};
use crate::bundle::Lock;
use crate::differ;
use crate::ir::record::ReleaseRecord;
use crate::report;

/// The arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 nothing changed, 1 something changed, 2 an error.

Examples:
  palisade diff git:origin/main policies   what this branch's policies change
  palisade diff git:v1.4.0 git:v1.5.0      what a release changed: its committed lock files tell
  palisade diff out/.palisade/production/lock.json policies
                                           only that environment")]
pub struct Diff {
    /// What was: a project folder, a lock file, an output folder, or `git:REVISION`
    old: String,
    /// What is: the same forms
    new: String,
    /// How the changes are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The output folder whose lock files a `git:REVISION` holds, relative to the current folder
    #[arg(long, value_name = "FOLDER", default_value = "out")]
    out: PathBuf,
    /// The day for a project folder: exemptions whose last day was before have expired; today (UTC) if it isn't said
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
}

/// How changes are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// For a comment on a pull request
    Markdown,
}

impl Diff {
    /// Prints the changes.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let mut old = self.releases(&self.old, console)?;
        let mut new = self.releases(&self.new, console)?;
        compare_two_lock_files(&mut old, &mut new);
        let mut differences = differ::compare(&old.releases, &new.releases);
        for side in [&old, &new].into_iter().filter(|side| side.is_lock_file) {
            let is_named = |name: &str| side.releases.iter().any(|release| release.environment.name == name);
            differences.retain(|difference| is_named(&difference.environment));
        }
        console.result(&match self.format {
            Format::Human => report::difference::human(&differences),
            Format::Json => report::difference::json(&differences),
            Format::Markdown => report::difference::markdown(&differences),
        });
        let same = differences.iter().all(|difference| difference.changes.is_empty());
        Ok(if same { Exit::Success } else { Exit::Findings })
    }

    fn releases(&self, named: &str, console: &mut Console) -> Result<Side, Failure> {
        let all = |releases| Side { releases, is_lock_file: false };
        if let Some(revision) = named.strip_prefix("git:") {
            return at_revision(revision, &self.out).map(all);
        }
        let path = Path::new(named);
        if path.join(".palisade").is_dir() {
            return in_output_folder(path).map(all);
        }
        if path.join("palisade.yaml").is_file() {
            return self.of_project(path, console).map(all);
        }
        if path.is_dir() {
            let message = format!("`{named}` is neither a project folder nor an output folder");
            return Err(Failure::new("not-a-release", message).help(
                "a project folder holds `palisade.yaml`, an output folder `.palisade`; a lock file and `git:REVISION` will do too",
            ));
        }
        Ok(Side { releases: vec![lock(named, &read(path)?)?], is_lock_file: true })
    }

    /// What `build` would write of a project on that day.
    fn of_project(&self, folder: &Path, console: &mut Console) -> Result<Vec<ReleaseRecord>, Failure> {
        let project = Project::read(folder, console)?;
        let expired = Calendar::of(&project.definitions, Date::or_today(self.as_of)?).expired();
        let releases = project.releases_without(&project.environments(&[])?, &expired)?;
        Ok(releases.iter().map(ReleaseRecord::of).collect())
    }
}

/// Two lock files are compared whatever environments they are of: staging with production, say.
fn compare_two_lock_files(old: &mut Side, new: &mut Side) {
    if !(old.is_lock_file && new.is_lock_file) {
        return;
    }
    if let ([old], [new]) = (old.releases.as_mut_slice(), new.releases.as_mut_slice())
        && old.environment.name != new.environment.name
    {
        let both = format!("{} → {}", old.environment.name, new.environment.name);
        old.environment.name.clone_from(&both);
        new.environment.name = both;
    }
}

/// One of the two that are compared.
struct Side {
    releases: Vec<ReleaseRecord>,
    /// Whether it is one lock file, which says nothing of other environments.
    is_lock_file: bool,
}

fn in_output_folder(folder: &Path) -> Result<Vec<ReleaseRecord>, Failure> {
    let locks = folder.join(".palisade");
    let entries = std::fs::read_dir(&locks).map_err(|cause| Failure::io("read", &locks, &cause))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|cause| Failure::io("read", &locks, &cause))?.path().join("lock.json");
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| lock(&path.display().to_string(), &read(path)?)).collect()
}

fn at_revision(revision: &str, out: &Path) -> Result<Vec<ReleaseRecord>, Failure> {
    let folder = out.join(".palisade");
    let mut paths = git::files(revision, &folder)?;
    paths.retain(|path| path.ends_with("lock.json"));
    if paths.is_empty() {
        let message = format!("there is no lock file below `{}` at `{revision}`", folder.display());
        return Err(Failure::new("git", message)
            .help("`palisade build` writes it; commit the output folder, or name another one with `--out`"));
    }
    paths
        .iter()
        .map(|path| lock(&format!("{}` at `{revision}", path.display()), &git::text(revision, path)?))
        .collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|cause| Failure::io("read", path, &cause))
}

fn lock(name: &str, text: &str) -> Result<ReleaseRecord, Failure> {
    let lock = Lock::parse(text);
    lock.map(|lock| lock.release)
        .map_err(|cause| Failure::new("lock", format!("can't read `{name}`: {cause}")))
}
