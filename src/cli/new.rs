//! `palisade new`: a file to fill in, which builds as it is.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use minijinja::context;

use super::date::Date;
use super::init::DAYS;
use super::project::Project;
use super::{Console, Exit, Failure, files, starter};
use crate::project::{is_rule_id, is_slug};

/// The arguments of `new`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 the file is there, 2 an error; then nothing was written.

Examples:
  palisade new rule TEAM-002 --title \"Services are not exposed\"
  palisade new environment canary
  palisade new exemption fluent-bit --folder observability")]
pub struct New {
    /// What the file is to hold.
    #[command(subcommand)]
    what: What,
    /// The folder with the policies
    #[arg(long, value_name = "FOLDER", default_value = "policies", global = true)]
    project: PathBuf,
}

/// What a new file holds.
#[derive(Debug, Subcommand)]
enum What {
    /// A rule of your own, with examples
    Rule {
        /// Two to six capital letters, a dash, three digits
        id: String,
        /// What holds where the rule is kept, in one line; the file's name is made of it
        #[arg(long, default_value = "Say what holds where this rule is kept")]
        title: String,
        /// The folder that the rule lies in
        #[arg(long, value_name = "NAME", default_value = "own")]
        category: String,
    },
    /// An environment that audits
    Environment {
        /// A slug; the file's name
        name: String,
        /// The profile that rules come from; the only one of the project, else `eks-auto-mode`, if it isn't said
        #[arg(long, value_name = "NAME")]
        profile: Option<String>,
    },
    /// An exemption for one workload
    Exemption {
        /// A slug; the file's name
        name: String,
        /// The folder below `exemptions`: the team's
        #[arg(long, value_name = "NAME", default_value = "platform")]
        folder: String,
        /// The day on which it is made; today (UTC) if it isn't said
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<Date>,
    },
}

/// A file that is to be written, and what to do then.
struct Draft {
    /// The path in the project.
    path: String,
    text: String,
    next: String,
}

impl New {
    /// Writes the file.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let draft = match &self.what {
            What::Rule { id, title, category } => rule(&project, id, title, category)?,
            What::Environment { name, profile } => environment(&project, name, profile.as_deref())?,
            What::Exemption { name, folder, as_of } => exemption(&project, name, folder, *as_of)?,
        };
        let path = self.project.join(&draft.path);
        if path.symlink_metadata().is_ok() {
            return Err(taken(format!("there is already a file `{}`", path.display())));
        }
        Project::refuse_faults_with(&self.project, &draft.path, draft.text.as_bytes())?;
        files::replace(&path, draft.text.as_bytes())?;
        console.note(&format!("{} written", path.display()));
        console.note(&draft.next);
        Ok(Exit::Success)
    }
}

/// A name that becomes part of a path leads nowhere else, and is one that the project takes.
fn refuse_unless_slug(what: &str, name: &str) -> Result<(), Failure> {
    if is_slug(name) {
        return Ok(());
    }
    Err(Failure::new("not-a-slug", format!("`{name}` can't be the name of {what}"))
        .help("it has lower-case letters, digits and single dashes, as in `team-a`"))
}

fn taken(message: String) -> Failure {
    Failure::new("taken-name", message).help("choose another name, or edit what is there")
}

fn rule(project: &Project, id: &str, title: &str, category: &str) -> Result<Draft, Failure> {
    let views = project.definitions.views();
    if let Some(known) = views.iter().find_map(|view| view.rule(id)) {
        return Err(taken(format!("there is already a rule `{id}`, in `{}`", known.name)));
    }
    refuse_unless_slug("a rule's folder", category)?;
    if !is_rule_id(id) {
        return Err(Failure::new("not-a-rule-id", format!("`{id}` is not a rule id"))
            .help("it has two to six capital letters, a dash and three digits, as in `TEAM-002`"));
    }
    let path = format!("rules/{category}/{id}-{}.yaml", slug(title));
    let text = starter::one(
        "rule",
        &context! { id => id, title => serde_json::Value::from(title).to_string(), category => category },
    )?;
    let profile = project.definitions.profiles.first().map_or("<name>", |profile| &profile.value.name);
    let next = format!(
        "next: write the rule and its examples, run `palisade test --rule {id}`, and add it to a profile (`profiles/{profile}.yaml`)"
    );
    Ok(Draft { path, text, next })
}

/// The beginning of a title as part of a file's name.
fn slug(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words.map(str::to_ascii_lowercase) {
        if slug.len() + word.len() > 40 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    if slug.is_empty() { "rule".to_owned() } else { slug }
}

fn environment(project: &Project, name: &str, profile: Option<&str>) -> Result<Draft, Failure> {
    if project.definitions.environments.iter().any(|known| known.value.name == name) {
        return Err(taken(format!("there is already an environment `{name}`")));
    }
    refuse_unless_slug("an environment", name)?;
    let profile = match (profile, project.definitions.profiles.as_slice()) {
        (Some(profile), _) => profile,
        (None, [only]) => &only.value.name,
        (None, _) => "eks-auto-mode",
    };
    let text = starter::one("environment", &context! { name => name, profile => profile })?;
    let next = format!(
        "next: say which clusters and engines these are, and run `palisade build --environment {name}`"
    );
    Ok(Draft { path: format!("environments/{name}.yaml"), text, next })
}

fn exemption(project: &Project, name: &str, folder: &str, as_of: Option<Date>) -> Result<Draft, Failure> {
    if project.definitions.exemptions.iter().any(|known| known.value.name == name) {
        return Err(taken(format!("there is already an exemption `{name}`")));
    }
    refuse_unless_slug("an exemption", name)?;
    folder.split('/').try_for_each(|step| refuse_unless_slug("a folder of exemptions", step))?;
    let created = Date::or_today(as_of)?;
    let context = context! {
        name => name,
        up => "../".repeat(folder.split('/').count() + 1),
        created => created.to_string(),
        expires => created.after(DAYS).to_string(),
    };
    let text = starter::one("exemption", &context)?;
    let next = format!(
        "next: say who, what and why, and name it under `exemptions` of each environment in which it is to hold: `- {name}`"
    );
    Ok(Draft { path: format!("exemptions/{folder}/{name}.yaml"), text, next })
}
