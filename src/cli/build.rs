//! `palisade build`: writes the bundles, or says what is stale.

mod folder;
mod natives;
mod readback;
mod rendering;
mod stage;
mod stale;
mod suites;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use self::folder::{Deviation, Fault, Folder};
use self::readback::ReadBack;
use self::rendering::Rendering;
use self::stage::{Stage, Written};
use super::date::Date;
use super::expiry::{Calendar, Granted};
use super::project::{Project, listed};
use super::{Console, Exit, Failure, examples, files};
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

/// What a build came to, environment by environment. Only what is to be written or told is kept: a large estate's bundles don't fit
/// into memory together.
#[derive(Default)]
struct Work {
    environments: Vec<String>,
    targets: BTreeSet<Target>,
    granted: Granted,
    rendering: Rendering,
    read_back: ReadBack,
    unsayable: Unsayable,
    faults: Vec<Diagnostic>,
    /// What is to be done, with how many files the bundle has.
    stages: Vec<(Stage, usize)>,
    /// For `--check`: the differences, and a line on each.
    differences: String,
    told: Vec<String>,
}

impl Build {
    /// Builds, or checks.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let environments = project.environments(&self.environment)?;
        if !self.check {
            self.refuse_a_foreign_folder()?;
        }
        let mut work = Work::default();
        match self.gather(&project, &environments, &mut work, console) {
            Ok(()) if self.check => self.tell(work, console),
            Ok(()) => self.write(work, console),
            Err(failure) => {
                work.stages.into_iter().for_each(|(stage, _)| stage.discard());
                Err(failure)
            }
        }
    }

    /// Goes through the environments, one after the other. After a fault no file is in its place yet.
    fn gather(
        &self,
        project: &Project,
        environments: &[String],
        work: &mut Work,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let calendar = Calendar::of(&project.definitions, Date::or_today(self.as_of)?);
        let expired = |environment: &str| match self.check {
            true => calendar.expired_by_lock(&self.out, environment),
            false => calendar.expired(),
        };
        let faults = examples::each_release(&project.definitions, expired, |release| {
            match environments.contains(&release.environment) {
                true => self.take(&release, work, console),
                false => Ok(()),
            }
        })?;
        if !faults.is_empty() {
            return Err(Failure::of(faults, Arc::clone(&project.sources)));
        }
        self.refuse_targets_without_use(&work.targets)?;
        console.diagnostics(&calendar.warnings(&work.granted), &project.sources);
        stop_at(told(std::mem::take(&mut work.unsayable)))?;
        stop_at(std::mem::take(&mut work.faults))
    }

    /// Renders one environment, and finds what is to be written or told.
    fn take(&self, release: &Release, work: &mut Work, console: &mut Console) -> Result<(), Failure> {
        let environment = &release.environment;
        work.environments.push(environment.clone());
        work.targets.extend(release.engines.keys());
        work.granted.insert(environment.clone(), release.exemptions.clone());
        let files = match work.rendering.files(release)? {
            Ok(files) => files,
            Err(unsupported) => {
                for fault in unsupported {
                    let target = fault.target.map_or("the cluster", Target::name);
                    let where_to = format!("`{target}` of `{environment}`");
                    work.unsayable.entry((fault.rule, fault.reason)).or_default().push(where_to);
                }
                return Ok(());
            }
        };
        work.faults.extend(natives::collisions(release, &files));
        let folder = Folder::open(&self.out, environment)?;
        if self.check {
            return self.compare(&folder, &files, work);
        }
        let links = folder.links(&files);
        if !links.is_empty() {
            work.faults.extend(links.iter().map(|link| self.link(link)));
            return Ok(());
        }
        if let Some(cause) = &folder.unreadable_lock {
            console.note(&format!("warning: {cause}; it is written anew"));
        }
        let deviations = folder.deviations(&files, |path| self.is_asked(environment, path))?;
        let mut faults = work.read_back.faults(release, &files, &deviations);
        faults.extend(self.in_the_way(&deviations));
        if faults.is_empty() {
            let stage = Stage::prepare(&folder, &files, &deviations, !self.target.is_empty())?;
            work.stages.push((stage, files.len()));
        }
        work.faults.extend(faults);
        Ok(())
    }

    /// A folder with something in it that no build has written into is somebody else's.
    fn refuse_a_foreign_folder(&self) -> Result<(), Failure> {
        // What a person puts there for Git is no sign of another owner.
        let others = files::names(&self.out)?.into_iter().filter(|name| !name.starts_with(".git"));
        let others: Vec<String> = others.collect();
        if others.is_empty() || self.out.join(".palisade").exists() {
            return Ok(());
        }
        let shown = others.iter().take(3).map(String::as_str);
        let more = if others.len() > 3 { " and more" } else { "" };
        let message = format!(
            "`{}` holds {}{more}, and nothing says that a build has written it",
            self.out.display(),
            listed(shown)
        );
        Err(Failure::new("foreign-folder", message)
            .help("name a new folder, or an empty one, with `--out`; or move away what is in it"))
    }

    fn link(&self, path: &str) -> Diagnostic {
        let message = format!("`{}` is a symbolic link", self.out.join(path).display());
        Diagnostic::error("link", message).help(
            "a build writes into its own folder only: remove the link, or name the folder that it leads to with `--out`",
        )
    }

    /// The files of somebody else's that stand where this build would write.
    fn in_the_way<'a>(&'a self, deviations: &'a [Deviation]) -> impl Iterator<Item = Diagnostic> + 'a {
        let in_the_way = deviations.iter().filter(|deviation| deviation.fault == Fault::InTheWay);
        in_the_way.map(|deviation| {
            let path = self.out.join(&deviation.path);
            let message = format!("`{}` is in the way: no build wrote it", path.display());
            Diagnostic::error("in-the-way", message).help("move it elsewhere, or remove it")
        })
    }

    /// A target that none of the environments has is a mistake.
    fn refuse_targets_without_use(&self, used: &BTreeSet<Target>) -> Result<(), Failure> {
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

    /// Puts everything in its place.
    fn write(&self, work: Work, console: &mut Console) -> Result<Exit, Failure> {
        for ((stage, all), environment) in work.stages.into_iter().zip(&work.environments) {
            let count = stage.finish()?;
            console.note(&summary(&self.out.join(environment), all, count));
        }
        if self.is_whole() {
            self.remove_former_environments(&work.environments, console)?;
        }
        Ok(Exit::Success)
    }

    /// Whether all environments and targets are asked for.
    fn is_whole(&self) -> bool {
        self.environment.is_empty() && self.target.is_empty()
    }

    /// Removes what builds wrote for environments that are gone, the lock file last.
    fn remove_former_environments(
        &self,
        environments: &[String],
        console: &mut Console,
    ) -> Result<(), Failure> {
        for environment in former_environments(&self.out, environments)? {
            let folder = Folder::open(&self.out, &environment)?;
            let links = folder.links(&Files::new());
            stop_at(links.iter().map(|link| self.link(link)).collect())?;
            let deviations = folder.deviations(&Files::new(), |_| true)?;
            let left_over = deviations.iter().filter(|deviation| deviation.fault == Fault::LeftOver);
            let mut removed = 0;
            for deviation in left_over {
                files::remove(&self.out, &self.out.join(&deviation.path))?;
                removed += 1;
            }
            files::remove_folder(&self.out, &self.out.join(stage::unfinished_path(&environment)))?;
            files::remove(&self.out, &self.out.join(lock_path(&environment)))?;
            console.note(&format!(
                "{}: the environment is gone, {removed} files removed",
                self.out.join(environment).display()
            ));
        }
        Ok(())
    }

    /// For `--check`: what is otherwise in one environment.
    fn compare(&self, folder: &Folder<'_>, files: &Files, work: &mut Work) -> Result<(), Failure> {
        let out = self.out.display().to_string();
        for deviation in folder.deviations(files, |path| self.is_asked(folder.environment, path))? {
            let expected = files.get(&deviation.path).map(Vec::as_slice);
            work.differences.push_str(&stale::difference(&deviation, expected, &out));
            work.told.push(format!("{out}/{}: {}", deviation.path, stale::word(deviation.fault)));
        }
        if folder.unfinished.is_some() {
            let path = stage::unfinished_path(folder.environment);
            work.told.push(format!("{out}/{path}: a build was interrupted, or wrote a part only"));
        }
        Ok(())
    }

    fn tell(&self, mut work: Work, console: &mut Console) -> Result<Exit, Failure> {
        let out = self.out.display();
        console.result(&work.differences);
        if self.is_whole() {
            for environment in former_environments(&self.out, &work.environments)? {
                work.told.push(format!("{out}/{environment}: the environment is gone"));
            }
        }
        if work.told.is_empty() {
            console.note(&format!("{out} is what the policies say"));
            return Ok(Exit::Success);
        }
        work.told.iter().for_each(|line| console.note(line));
        console.note(&format!("{out} is not what the policies say: run `palisade build`"));
        Ok(Exit::Findings)
    }
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

/// The environments that builds have written and the project doesn't have.
fn former_environments(out: &Path, environments: &[String]) -> Result<Vec<String>, Failure> {
    let mut former = files::names(&out.join(".palisade"))?;
    former.retain(|name| {
        let is_written = |path: String| out.join(path).exists();
        !environments.contains(name)
            && (is_written(lock_path(name)) || is_written(stage::unfinished_path(name)))
    });
    Ok(former)
}

/// The targets that can't say something, by the rule (empty for an engine) and the reason.
type Unsayable = BTreeMap<(String, String), Vec<String>>;

fn told(unsayable: Unsayable) -> Vec<Diagnostic> {
    let told = |((rule, reason), targets): ((String, String), Vec<String>)| {
        let of = if rule.is_empty() { String::new() } else { format!("{rule}: ") };
        Diagnostic::error("unsupported", of + &reason).label(format!("so it is with {}", targets.join(", ")))
    };
    unsayable.into_iter().map(told).collect()
}

fn stop_at(faults: Vec<Diagnostic>) -> Result<(), Failure> {
    if faults.is_empty() { Ok(()) } else { Err(Failure::of(faults, Sources::new())) }
}
