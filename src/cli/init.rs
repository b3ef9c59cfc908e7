//! `palisade init`: a project to start from.

use std::path::{Path, PathBuf};

use clap::Args;
use minijinja::context;

use super::date::Date;
use super::{Catalogue, Console, Exit, Failure, files, starter};
use crate::project::{self, catalogue, is_slug};

/// The folder of the project in the folder that is made.
const POLICIES: &str = "policies";
/// The project's name if the folder's can't be one.
const NAME: &str = "platform";
/// Longest name of a project.
const LONGEST_NAME: usize = 20;
/// For how many days the example of an exemption holds.
pub(super) const DAYS: i64 = 180;

/// The arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 the project is there, 2 an error; then nothing was written.

Examples:
  palisade init                     in the current folder
  palisade init policies-of-acme    in a folder of that name
  palisade init --name acme         generated objects are called `acme-…`")]
pub struct Init {
    /// The folder; it may be there already, without `policies` and the other files that are written
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The project's name, with which the names of all generated objects begin; the folder's name if it isn't said
    #[arg(long)]
    name: Option<String>,
    /// The day on which the example of an exemption is made; today (UTC) if it isn't said
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
}

impl Init {
    /// Writes the project.
    pub(super) fn run(&self, catalogue: Catalogue, console: &mut Console) -> Result<Exit, Failure> {
        let name = self.name()?;
        let created = Date::or_today(self.as_of)?;
        let context = context! {
            name => &name,
            catalogue => catalogue::own_version(),
            created => created.to_string(),
            expires => created.after(DAYS).to_string(),
        };
        let in_project = |path: &str| format!("{POLICIES}/{path}");
        let mut all: Vec<(String, Vec<u8>)> =
            starter::project(&context)?.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        let copied = catalogue::copy(&catalogue());
        let count = copied.len();
        all.extend(copied.into_iter().map(|file| (in_project(&file.path), file.bytes)));
        let schemas = project::schemas().into_iter();
        all.extend(schemas.map(|(file, text)| (in_project(&format!("schemas/{file}")), text.into_bytes())));
        self.refuse_what_is_there(&all)?;
        for (path, bytes) in &all {
            files::replace(&self.folder.join(path), bytes)?;
        }
        self.tell(&name, &all, count, console);
        Ok(Exit::Success)
    }

    /// The name that was given, or one that the folder's name gives.
    fn name(&self) -> Result<String, Failure> {
        let begins_well = |name: &str| name.starts_with(|letter: char| letter.is_ascii_lowercase());
        let is_name = |name: &str| name.len() <= LONGEST_NAME && begins_well(name) && is_slug(name);
        match &self.name {
            Some(name) if is_name(name) => Ok(name.clone()),
            Some(name) => Err(Failure::new("not-a-slug", format!("`{name}` can't be the name of a project")).help(
                format!(
                    "it has at most {LONGEST_NAME} lower-case letters, digits and single dashes, and begins with a letter"
                ),
            )),
            None => {
                let whole = std::path::absolute(&self.folder)
                    .map_err(|cause| Failure::io("find", &self.folder, &cause))?;
                let last = whole.components().next_back();
                let last = last.and_then(|step| step.as_os_str().to_str()).filter(|name| is_name(name));
                Ok(last.unwrap_or(NAME).to_owned())
            }
        }
    }

    /// Nothing that is there is changed: not a single file is written if one is there already.
    fn refuse_what_is_there(&self, all: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        if self.folder.exists() && !self.folder.is_dir() {
            let message = format!("`{}` is no folder", self.folder.display());
            return Err(Failure::new("not-empty", message).help("name a folder, which need not be there yet"));
        }
        let is_there = |path: &str| self.folder.join(path).symlink_metadata().is_ok();
        let policies = is_there(POLICIES).then(|| format!("{POLICIES}/"));
        let others = all.iter().map(|(path, _)| path.clone());
        let others = others.filter(|path| !path.starts_with(&format!("{POLICIES}/")) && is_there(path));
        let there: Vec<String> = policies.into_iter().chain(others).collect();
        if there.is_empty() {
            return Ok(());
        }
        let there: Vec<String> = there.iter().map(|path| format!("`{path}`")).collect();
        let message = format!("in `{}` there is already {}", self.folder.display(), there.join(", "));
        Err(Failure::new("not-empty", message)
            .help("nothing was written: choose another folder, or move away what is there"))
    }

    fn tell(&self, name: &str, all: &[(String, Vec<u8>)], count: usize, console: &mut Console) {
        let folder = &self.folder;
        let version = catalogue::own_version();
        let inside = |path: &str| folder.join(path).components().collect::<PathBuf>().display().to_string();
        console.note(&format!("{}: the project `{name}`, {} files", shown(folder), all.len()));
        for (path, what) in [
            (
                "policies/palisade.yaml",
                "the project; choose its name before you apply the first bundle".to_owned(),
            ),
            ("policies/environments/", "`staging` audits, `production` denies".to_owned()),
            (
                "policies/profiles/platform.yaml",
                "the rules: those for EKS Auto Mode, and one of your own".to_owned(),
            ),
            ("policies/rules/ownership/", "the rule of your own, an example".to_owned()),
            ("policies/exemptions/platform/", "an exemption, an example".to_owned()),
            (&format!("policies/catalogue/{version}/"), format!("the catalogue, a copy: {count} files")),
            (".github/, .gitlab/", "what CI runs on a change".to_owned()),
        ] {
            console.note(&format!("  {path:<34} {what}"));
        }
        let change =
            if folder.as_path() == Path::new(".") { String::new() } else { format!("cd {} && ", inside("")) };
        console.note(&format!("next: {change}palisade build"));
    }
}

/// A folder as people say it.
fn shown(folder: &Path) -> String {
    if folder == Path::new(".") { "here".to_owned() } else { folder.display().to_string() }
}
