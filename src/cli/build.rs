//! `palisade build`: writes the bundles, or says what is stale.

mod folder;
mod natives;
mod readback;
mod stale;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;

use self::folder::{Deviation, Fault, Folder};
use self::readback::misread;
use super::date::Date;
use super::expiry::Calendar;
use super::project::{Project, listed};
use super::{Console, Exit, Failure, files, parallel};
use crate::bundle::{self, Files, lock_path};
use crate::diagnostic::{Diagnostic, Sources};
use crate::ir::{Release, Target};

/// The arguments of `build`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all is written (or up to date), 1 stale (with --check), 2 an error.

Examples:
  palisade build                            all environments, all targets
  palisade build --check                    in CI: fail if the committed output is stale
  palisade build -e staging -t gatekeeper   only one folder, to look at")]
pub struct Build {
    /// The folder with the policies
    #[arg(long, value_name = "FOLDER", default_value = "policies")]
    project: PathBuf,
    /// The folder that the bundles are written to
    #[arg(long, value_name = "FOLDER", default_value = "out")]
    out: PathBuf,
    /// Only this environment; may be given several times
    #[arg(short, long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only this target's folders, and neither README nor lock file; may be given several times
    #[arg(short, long, value_name = "TARGET", value_parser = target_parser())]
    target: Vec<Target>,
    /// The day on which it is built: exemptions whose last day was before are left out; today (UTC) if it isn't said
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Write nothing; print what is stale, missing, edited by hand, left over or unknown
    #[arg(long)]
    check: bool,
}

/// Reads a target's name.
fn target_parser() -> impl clap::builder::TypedValueParser<Value = Target> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(Target::ALL.map(Target::name)).map(|name| {
        Target::ALL.into_iter().find(|target| target.name() == name).unwrap_or(Target::Gatekeeper)
    })
}

/// One environment's bundle.
struct Bundle {
    release: Release,
    files: Files,
}

impl Build {
    /// Builds, or checks.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let environments = project.environments(&self.environment)?;
        let calendar = Calendar::of(&project.definitions, Date::or_today(self.as_of)?);
        let releases = project.proved_releases(&environments, |environment| match self.check {
            true => calendar.expired_by_lock(&self.out, environment),
            false => calendar.expired(),
        })?;
        self.refuse_targets_without_use(&releases)?;
        console.diagnostics(&calendar.warnings(&releases), &project.sources);
        let bundles = bundles(releases)?;
        match self.check {
            true => self.tell(&bundles, console),
            false => self.write(&bundles, console),
        }
    }

    /// A target that none of the environments has is a mistake.
    fn refuse_targets_without_use(&self, releases: &[Release]) -> Result<(), Failure> {
        let used: BTreeSet<Target> =
            releases.iter().flat_map(|release| release.engines.keys()).copied().collect();
        match self.target.iter().find(|target| !used.contains(target)) {
            None => Ok(()),
            Some(unused) => {
                let message = format!("no environment has the target `{}`", unused.name());
                let help = format!("there are {}", listed(used.iter().map(|target| target.name())));
                Err(Failure::new("unused-target", message).help(help))
            }
        }
    }

    /// Whether a path is asked for: all, or those in the folders of `--target`.
    fn is_asked(&self, environment: &str, path: &str) -> bool {
        self.target.is_empty()
            || self.target.iter().any(|target| bundle::belongs_to(path, environment, *target))
    }

    fn write(&self, bundles: &[Bundle], console: &mut Console) -> Result<Exit, Failure> {
        let mut work = Vec::new();
        for bundle in bundles {
            let environment = &bundle.release.environment;
            let folder = Folder::open(&self.out, environment)?;
            if let Some(cause) = &folder.unreadable_lock {
                console.note(&format!("warning: {cause}; nothing is removed, and it is written anew"));
            }
            let deviations = folder.deviations(&bundle.files, |path| self.is_asked(environment, path))?;
            work.push((bundle, deviations));
        }
        let unreadable = work.iter().flat_map(|(bundle, deviations)| read_back(bundle, deviations)).collect();
        stop_at(unreadable)?;
        for (bundle, deviations) in work {
            let count = self.replace(&bundle.files, &deviations)?;
            let environment = &bundle.release.environment;
            console.note(&summary(&self.out.join(environment), bundle.files.len(), count));
        }
        if self.environment.is_empty() && self.target.is_empty() {
            self.remove_former_environments(bundles, console)?;
        }
        Ok(Exit::Success)
    }

    /// Writes and removes, the lock file last: an interrupted build shows as stale, and the next one completes it.
    fn replace(&self, expected: &Files, deviations: &[Deviation]) -> Result<Written, Failure> {
        let mut count = Written::default();
        for deviation in deviations {
            let path = self.out.join(&deviation.path);
            match (expected.get(&deviation.path), deviation.fault) {
                (Some(bytes), _) => {
                    files::replace(&path, bytes)?;
                    count.written += 1;
                }
                (None, Fault::LeftOver) => {
                    files::remove(&self.out, &path)?;
                    count.removed += 1;
                }
                (None, Fault::Missing | Fault::Stale | Fault::Edited | Fault::Unknown) => count.unknown += 1,
            }
        }
        Ok(count)
    }

    /// Removes what builds wrote for environments that are gone.
    fn remove_former_environments(&self, bundles: &[Bundle], console: &mut Console) -> Result<(), Failure> {
        for environment in former_environments(&self.out, bundles)? {
            let folder = Folder::open(&self.out, &environment)?;
            if let Some(cause) = &folder.unreadable_lock {
                console.note(&format!("warning: {cause}; the environment is gone, but nothing is removed"));
                continue;
            }
            let deviations = folder.deviations(&Files::new(), |_| true)?;
            let count = self.replace(&Files::new(), &deviations)?;
            files::remove(&self.out, &self.out.join(lock_path(&environment)))?;
            let removed = count.removed;
            console.note(&format!(
                "{}: the environment is gone, {removed} files removed",
                self.out.join(environment).display()
            ));
        }
        Ok(())
    }

    fn tell(&self, bundles: &[Bundle], console: &mut Console) -> Result<Exit, Failure> {
        let out = self.out.display().to_string();
        let mut told = Vec::new();
        for bundle in bundles {
            let environment = &bundle.release.environment;
            let folder = Folder::open(&self.out, environment)?;
            for deviation in folder.deviations(&bundle.files, |path| self.is_asked(environment, path))? {
                let expected = bundle.files.get(&deviation.path).map(Vec::as_slice);
                console.result(&stale::difference(&deviation, expected, &out));
                told.push(format!("{out}/{}: {}", deviation.path, stale::word(deviation.fault)));
            }
        }
        if self.environment.is_empty() && self.target.is_empty() {
            for environment in former_environments(&self.out, bundles)? {
                told.push(format!("{out}/{environment}: the environment is gone"));
            }
        }
        if told.is_empty() {
            console.note(&format!("{out} is what the policies say"));
            return Ok(Exit::Success);
        }
        told.iter().for_each(|line| console.note(line));
        console.note(&format!("{out} is not what the policies say: run `palisade build`"));
        Ok(Exit::Findings)
    }
}

/// What a build did.
#[derive(Default)]
struct Written {
    written: usize,
    removed: usize,
    unknown: usize,
}

fn summary(folder: &Path, all: usize, count: Written) -> String {
    let mut text = format!("{}: {all} files", folder.display());
    let parts =
        [(count.written, "written"), (count.removed, "removed"), (count.unknown, "unknown and left alone")];
    match parts.iter().all(|(count, _)| *count == 0) {
        true => text.push_str(", up to date"),
        false => {
            for (count, what) in parts.iter().filter(|(count, _)| *count > 0) {
                text.push_str(&format!(", {count} {what}"));
            }
        }
    }
    text
}

/// The environments with a lock file that the project doesn't have.
fn former_environments(out: &Path, bundles: &[Bundle]) -> Result<Vec<String>, Failure> {
    let paths = files::below(&out.join(".palisade"))?;
    let names = paths.iter().filter_map(|path| path.strip_suffix("/lock.json"));
    let is_former = |name: &&str| {
        !name.contains('/') && !bundles.iter().any(|bundle| bundle.release.environment == *name)
    };
    Ok(names.filter(is_former).map(str::to_owned).collect())
}

/// The bundles of all releases; all that a target can't say is the failure.
fn bundles(releases: Vec<Release>) -> Result<Vec<Bundle>, Failure> {
    let mut bundles = Vec::new();
    let mut faults = Unsayable::new();
    let rendered = parallel::each(&releases, |release| {
        bundle::render(release).map(|artefacts| bundle::assemble(release, artefacts))
    });
    for (release, rendered) in releases.into_iter().zip(rendered) {
        match rendered {
            Ok(files) => {
                let files = files.map_err(|cause| Failure::new("internal", cause.to_string()))?;
                bundles.push(Bundle { release, files });
            }
            Err(unsupported) => {
                for fault in unsupported {
                    let target = fault.target.map_or("the cluster", Target::name);
                    let where_to = format!("`{target}` of `{}`", release.environment);
                    faults.entry((fault.rule, fault.reason)).or_default().push(where_to);
                }
            }
        }
    }
    let told = |((rule, reason), targets): ((String, String), Vec<String>)| {
        let of = if rule.is_empty() { String::new() } else { format!("{rule}: ") };
        Diagnostic::error("unsupported", of + &reason).label(format!("so it is with {}", targets.join(", ")))
    };
    stop_at(faults.into_iter().map(told).collect())?;
    stop_at(bundles.iter().flat_map(|bundle| natives::collisions(&bundle.release, &bundle.files)).collect())?;
    Ok(bundles)
}

/// The targets that can't say something, by the rule (empty for an engine) and the reason.
type Unsayable = BTreeMap<(String, String), Vec<String>>;

/// The faults of the YAML that is about to be written. What is copied as it is was read when it came in, as kubectl will read it.
fn read_back(bundle: &Bundle, deviations: &[Deviation]) -> Vec<Diagnostic> {
    let copied: BTreeSet<String> = natives::paths(&bundle.release).collect();
    deviations
        .iter()
        .filter(|deviation| deviation.path.ends_with(".yaml") && !copied.contains(&deviation.path))
        .filter_map(|deviation| {
            let text = String::from_utf8_lossy(bundle.files.get(&deviation.path)?);
            let fault = misread(&deviation.path, &text)?;
            let message = format!("`{}` can't be written: {fault}", deviation.path);
            Some(Diagnostic::error("internal", message).help("this is a fault of palisade: please report it"))
        })
        .collect()
}

fn stop_at(faults: Vec<Diagnostic>) -> Result<(), Failure> {
    if faults.is_empty() { Ok(()) } else { Err(Failure::of(faults, Sources::new())) }
}
