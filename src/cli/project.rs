//! A project as commands take it: read from its folder, and lowered for its environments.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::{Catalogue, Console, Failure, examples, files};
use crate::diagnostic::{Severity, Sources, did_you_mean};
use crate::ir::{Release, Rule, lower};
use crate::project::{self, Definitions, SourceFile};
use crate::yaml::Budget;

/// The folder that a project lies in if it isn't said.
const FOLDER: &str = "policies";

/// A project without faults in its files.
pub(super) struct Project {
    /// What the files define.
    pub(super) definitions: Definitions,
    /// The files' texts.
    pub(super) sources: Arc<Sources>,
    /// Whether it is the catalogue, and no folder.
    pub(super) is_catalogue: bool,
}

impl Project {
    /// The project that was named, else that of the folder `policies`; without one the catalogue.
    pub(super) fn at_hand(
        named: Option<&Path>,
        catalogue: Catalogue,
        console: &mut Console,
    ) -> Result<Self, Failure> {
        match named {
            Some(folder) => Self::read(folder, console),
            None if is_project(Path::new(FOLDER)) => Self::read(Path::new(FOLDER), console),
            None => Self::of("catalogue", &catalogue(), true, console),
        }
    }

    /// Reads a project from its folder; warnings are printed, errors are the failure.
    pub(super) fn read(folder: &Path, console: &mut Console) -> Result<Self, Failure> {
        if !folder.is_dir() {
            let message = format!("there is no project folder `{}`", folder.display());
            return Err(Failure::new("no-project", message)
                .help("run the command where the folder is, or name the folder with `--project`"));
        }
        Self::of(&folder.display().to_string(), &sources(folder)?, false, console)
    }

    /// Fails if a project would have faults once it has one more file.
    pub(super) fn refuse_faults_with(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let mut files = sources(folder)?;
        files.push(SourceFile { path: path.to_owned(), bytes: bytes.to_vec() });
        let loaded = project::load_from(&folder.display().to_string(), &files);
        let mut faults = examples::all_faults(&loaded);
        faults.retain(|fault| fault.severity == Severity::Error);
        if faults.is_empty() { Ok(()) } else { Err(Failure::of(faults, loaded.sources)) }
    }

    fn of(
        folder: &str,
        files: &[SourceFile],
        is_catalogue: bool,
        console: &mut Console,
    ) -> Result<Self, Failure> {
        let loaded = project::load_from(folder, files);
        if loaded.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(Failure::of(examples::all_faults(&loaded), loaded.sources));
        }
        console.diagnostics(&loaded.diagnostics, &loaded.sources);
        Ok(Self { definitions: loaded.definitions, sources: Arc::new(loaded.sources), is_catalogue })
    }

    /// The names of the environments; those that were asked for, or all.
    pub(super) fn environments(&self, wanted: &[String]) -> Result<Vec<String>, Failure> {
        let all = || self.definitions.environments.iter();
        let known =
            || all().filter(|one| !one.value.is_abstract).map(|environment| environment.value.name.as_str());
        if let Some(base) = all().find(|one| one.value.is_abstract && wanted.contains(&one.value.name)) {
            let message = format!("the environment `{}` is only there to be extended", base.value.name);
            return Err(Failure::new("abstract-environment", message)
                .help(format!("nothing is built of it; there are {}", listed(known()))));
        }
        if let Some(unknown) = wanted.iter().find(|name| !known().any(|known| known == name.as_str())) {
            let help = match did_you_mean(unknown, known()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are {}", listed(known())),
            };
            return Err(Failure::new("unknown-environment", format!("there is no environment `{unknown}`"))
                .help(help));
        }
        Ok(known()
            .filter(|name| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name))
            .map(str::to_owned)
            .collect())
    }

    /// A rule as it is by default, outside of any environment, with all of its examples.
    pub(super) fn rule(&self, id: &str) -> Result<Rule, Failure> {
        let views = self.definitions.views();
        let known = || views.iter().flat_map(|view| &view.rules).map(|rule| rule.value.id.as_str());
        let found = views.iter().find_map(|view| Some((view, view.rule(id)?)));
        let Some((view, rule)) = found else {
            let unknown = Failure::new("unknown-rule", format!("there is no rule `{id}`"));
            return Err(unknown.help(match did_you_mean(id, known()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "`palisade list` names the rules".to_owned(),
            }));
        };
        let proofs =
            lower::proofs_in(view, rule).map_err(|faults| Failure::of(faults, Arc::clone(&self.sources)))?;
        let mut rules: Vec<Rule> = proofs.into_iter().flat_map(|release| release.rules).collect();
        let examples = rules.iter().flat_map(|rule| rule.examples.clone()).collect();
        rules.sort_by_key(|rule| rule.parameters.values().filter(|value| value.set_by != "default").count());
        let Some(rule) = rules.into_iter().next() else {
            return Err(Failure::new("no-example", format!("rule `{id}` has no example"))
                .help("write a good and a bad one for each check"));
        };
        Ok(Rule { examples, ..rule })
    }

    /// The releases of these environments, in which every exemption holds.
    pub(super) fn releases(&self, environments: &[String]) -> Result<Vec<Release>, Failure> {
        self.releases_without(environments, &BTreeSet::new())
    }

    /// The releases of these environments, in which these exemptions have expired.
    pub(super) fn releases_without(
        &self,
        environments: &[String],
        expired: &BTreeSet<String>,
    ) -> Result<Vec<Release>, Failure> {
        environments.iter().map(|environment| self.release(environment, expired)).collect()
    }

    /// The release of an environment, on versions that policies are written for.
    fn release(&self, name: &str, expired: &BTreeSet<String>) -> Result<Release, Failure> {
        let definitions = &self.definitions;
        let failure = |faults| Failure::of(faults, Arc::clone(&self.sources));
        let release = lower::lower_without(definitions, name, expired).map_err(failure)?;
        let environment = definitions.environments.iter().find(|environment| environment.value.name == name);
        let faults: Vec<_> = environment
            .into_iter()
            .flat_map(|environment| examples::version_faults(&release, definitions, environment))
            .collect();
        if faults.is_empty() { Ok(release) } else { Err(failure(faults)) }
    }
}

/// The files of a project.
fn sources(folder: &Path) -> Result<Vec<SourceFile>, Failure> {
    let read = |path: String| {
        let file = folder.join(&path);
        let bytes = files::read_to_limit(&file, Budget::POLICY.bytes)?;
        Ok(SourceFile { path, bytes })
    };
    files::below(folder)?.into_iter().map(read).collect()
}

/// Whether a folder holds anything of a project: `policies` may be a folder of somebody else's.
fn is_project(folder: &Path) -> bool {
    ["palisade.yaml", "kinds.yaml", "rules", "profiles", "environments", "catalogue"]
        .iter()
        .any(|part| folder.join(part).exists())
}

/// `` `production`, `staging` ``.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}
