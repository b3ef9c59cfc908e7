//! `palisade update`: the catalogue of this release beside those that the project has.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::{Catalogue, Console, Exit, Failure, files};
use crate::project::{self, SourceFile, catalogue};

/// The arguments of `update`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 the catalogue is there, 2 an error.

No environment changes by this: each draws on the catalogue that it names, or that `palisade.yaml` names. To try the new one,
say `catalogue: \"VERSION\"` in one environment, build, and look at what `palisade diff git:HEAD policies` says.")]
pub struct Update {
    /// The folder with the policies
    #[arg(long, value_name = "FOLDER", default_value = "policies")]
    project: PathBuf,
}

impl Update {
    /// Writes what is missing of the catalogue, and the schemas; changes no other file.
    pub(super) fn run(&self, catalogue: Catalogue, console: &mut Console) -> Result<Exit, Failure> {
        let folder = &self.project;
        if !folder.join("palisade.yaml").is_file() {
            let message = format!("there is no project in `{}`", folder.display());
            return Err(Failure::new("no-project", message)
                .help("name its folder with `--project`; `palisade init` makes a new one"));
        }
        let version = catalogue::own_version();
        let copied = catalogue::copy(&catalogue());
        let missing = self.missing(&copied)?;
        for file in &missing {
            files::replace(&folder.join(&file.path), &file.bytes)?;
        }
        let schemas = self.update_schemas()?;
        let shown = folder.join("catalogue").join(version);
        console.note(&match missing.len() {
            0 => format!("{}: up to date", shown.display()),
            written => format!("{}: {} files, {written} written", shown.display(), copied.len()),
        });
        if schemas > 0 {
            console.note(&format!("{}: {schemas} files written", folder.join("schemas").display()));
        }
        if !missing.is_empty() {
            console.note(&format!("an environment draws on it once it says `catalogue: \"{version}\"`"));
        }
        Ok(Exit::Success)
    }

    /// The files of the copy that aren't there, the lock last, so that an interrupted update is seen. Files that differ are an error.
    fn missing<'a>(&self, copied: &'a [SourceFile]) -> Result<Vec<&'a SourceFile>, Failure> {
        let version = catalogue::own_version();
        let expected: BTreeMap<&str, &SourceFile> =
            copied.iter().map(|file| (file.path.as_str(), file)).collect();
        let inside = format!("catalogue/{version}");
        let (mut missing, mut told) = (Vec::new(), Vec::new());
        for file in copied {
            let path = self.project.join(&file.path);
            match files::read_if_there(&path)? {
                None => missing.push(file),
                Some(found) if found != file.bytes => told.push(format!("changed: `{}`", path.display())),
                Some(_) => {}
            }
        }
        for path in files::below(&self.project.join(&inside))? {
            let is_hidden = path.split('/').any(|step| step.starts_with('.'));
            if !is_hidden && !expected.contains_key(format!("{inside}/{path}").as_str()) {
                told.push(format!("added: `{}`", self.project.join(&inside).join(&path).display()));
            }
        }
        missing.sort_by_key(|file| file.path.ends_with(".lock"));
        if told.is_empty() {
            return Ok(missing);
        }
        told.push("nothing was written; take them back with Git, or remove the folder and run `palisade update` again".to_owned());
        let message = format!(
            "the catalogue `{version}` is there, but is not what this release of palisade has inside"
        );
        Err(Failure::new("edited-catalogue", message).help(told.join("\n")))
    }

    /// The schemas are this release's, where the project has any; gives how many were written.
    fn update_schemas(&self) -> Result<usize, Failure> {
        let folder = self.project.join("schemas");
        let mut written = 0;
        if folder.is_dir() {
            for (file, text) in project::schemas() {
                let path = folder.join(file);
                if files::read_if_there(&path)?.as_deref() != Some(text.as_bytes()) {
                    files::replace(&path, text.as_bytes())?;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}
