//! `palisade docs`: writes the documentation that is made from the policies, or says what of it is stale.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::profile::{everywhere, versions};
use super::project::Project;
use super::{Catalogue, Console, Exit, Failure, files};
use crate::diagnostic::Diagnostic;
use crate::documentation::{
    Documented, DocumentedExample, DocumentedProfile, DocumentedRule, DocumentedSet, DocumentedSource, MARK,
    pages,
};
use crate::ir::{Expected, Release};
use crate::model::{self, ExemptionSet, Profile, ProfileRule, SetSource};
use crate::project::{Definitions, Located};

/// The arguments of `docs`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all is written (or up to date), 1 stale (with --check), 2 an error.")]
pub struct Docs {
    /// The folder with the policies; `policies` if there is one, else the catalogue inside the binary
    #[arg(long, value_name = "FOLDER")]
    project: Option<PathBuf>,
    /// The folder that the pages are written to; pages that are no longer made are removed
    #[arg(short, long, value_name = "FOLDER", default_value = "docs/rules")]
    output: PathBuf,
    /// The environment whose generated policies the pages link to; the first by name if it isn't said
    #[arg(short, long, value_name = "NAME")]
    environment: Option<String>,
    /// The folder that bundles are written to, for the links
    #[arg(long, value_name = "FOLDER", default_value = "out")]
    out: PathBuf,
    /// Write nothing; name the pages that are stale, missing or left over
    #[arg(long)]
    check: bool,
}

/// What is to be done with one page.
enum Change {
    /// It is missing, or says something else.
    Write(String),
    /// It is no longer made.
    Remove,
}

impl Docs {
    /// Writes the pages, or tells which are stale.
    pub(super) fn run(&self, catalogue: Catalogue, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::at_hand(self.project.as_deref(), catalogue, console)?;
        let pages = self.pages(&project)?;
        let count = pages.len();
        let changes = self.changes(pages)?;
        let shown = self.output.display();
        if self.check {
            for (page, change) in &changes {
                let what = match change {
                    Change::Write(_) => "stale",
                    Change::Remove => "left over",
                };
                console.result(&format!("{what}: {shown}/{page}\n"));
            }
            if !changes.is_empty() {
                console.note("the documentation is stale: run `palisade docs`");
            }
            return Ok(if changes.is_empty() { Exit::Success } else { Exit::Findings });
        }
        let changed = changes.len();
        for (page, change) in changes {
            let path = self.output.join(page);
            match change {
                Change::Write(text) => files::replace(&path, text.as_bytes())?,
                Change::Remove => files::remove(&self.output, &path)?,
            }
        }
        console.result(&match changed {
            0 => format!("{shown}: {count} pages, up to date\n"),
            changed => format!("{shown}: {count} pages, {changed} changed\n"),
        });
        Ok(Exit::Success)
    }

    /// The pages of a project.
    fn pages(&self, project: &Project) -> Result<BTreeMap<String, String>, Failure> {
        let linked = self.linked(project)?;
        let folder = linked.as_ref().map(|release| self.way_to(release)).transpose()?;
        let failure = |faults| Failure::of(faults, Arc::clone(&project.sources));
        let definitions = &project.definitions;
        let versions = by_version(everything(definitions), ALL).map_err(failure)?;
        let view = definitions.default_view();
        let profiles = view.profiles.iter().map(|profile| documented(definitions, &profile.value));
        let profiles = profiles.collect::<Result<Vec<_>, _>>().map_err(failure)?;
        let rules = view.rules.iter().map(|rule| &rule.value);
        let written = rules.map(|rule| (rule.id.clone(), written(rule))).collect();
        let sets = view.sets.iter().map(|set| documented_set(&set.value)).collect::<Result<Vec<_>, _>>()?;
        Ok(pages(&Documented {
            versions: &versions,
            profiles: &profiles,
            written: &written,
            sets: &sets,
            environment: linked.as_ref().zip(folder.as_deref()),
        }))
    }

    /// The release whose policies the pages link to.
    fn linked(&self, project: &Project) -> Result<Option<Release>, Failure> {
        let wanted: Vec<String> = self.environment.iter().cloned().collect();
        let first: Vec<String> = project.environments(&wanted)?.into_iter().take(1).collect();
        Ok(project.releases(&first)?.pop())
    }

    /// The way from the pages to the folder of a release's bundle.
    fn way_to(&self, release: &Release) -> Result<String, Failure> {
        let whole =
            |path: &Path| std::path::absolute(path).map_err(|cause| Failure::io("find", path, &cause));
        let (from, to) = (whole(&self.output)?, whole(&self.out.join(&release.environment))?);
        let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
            (from.components().collect(), to.components().collect());
        let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        let up = from.iter().skip(common).map(|_| "..".to_owned());
        let down = to.iter().skip(common).map(|step| step.as_os_str().to_string_lossy().into_owned());
        Ok(up.chain(down).collect::<Vec<_>>().join("/"))
    }

    /// What must be done for exactly these pages to be there. Files that `docs` didn't write are left alone.
    fn changes(&self, pages: BTreeMap<String, String>) -> Result<BTreeMap<String, Change>, Failure> {
        let mut changes = BTreeMap::new();
        for path in files::below(&self.output)?.into_iter().filter(|path| !pages.contains_key(path)) {
            let found = files::read_if_there(&self.output.join(&path))?;
            if found.is_some_and(|bytes| bytes.starts_with(MARK.as_bytes())) {
                changes.insert(path, Change::Remove);
            }
        }
        for (path, text) in pages {
            let found = files::read_if_there(&self.output.join(&path))?;
            if found.as_deref() != Some(text.as_bytes()) {
                changes.insert(path, Change::Write(text));
            }
        }
        Ok(changes)
    }
}

/// The name of a profile that has all rules.
const ALL: &str = "all";

/// The definitions with one profile, which has all rules.
fn everything(definitions: &Definitions) -> Definitions {
    let view = definitions.default_view();
    let rules = view.rules.iter().map(|rule| (rule.value.id.clone(), ProfileRule::default()));
    let profile = Profile {
        name: ALL.to_owned(),
        description: "All rules".to_owned(),
        extends: None,
        rules: rules.collect(),
        standard: None,
    };
    Definitions { profiles: vec![Located::in_code(profile, ALL)], ..definitions.clone() }
}

/// The releases of a profile, one for each version of the Pod Security Standards.
fn by_version(definitions: Definitions, profile: &str) -> Result<Vec<Release>, Vec<Diagnostic>> {
    versions().map(|version| everywhere(definitions.clone(), profile, version, Some(version))).collect()
}

fn documented(definitions: &Definitions, profile: &Profile) -> Result<DocumentedProfile, Vec<Diagnostic>> {
    let standard = profile.standard.as_ref();
    Ok(DocumentedProfile {
        name: profile.name.clone(),
        description: profile.description.clone(),
        standard: standard.map(|standard| (standard.framework.clone(), standard.level.clone())),
        versions: by_version(definitions.clone(), &profile.name)?,
    })
}

/// What a rule's file says and its lowered form doesn't.
fn written(rule: &model::Rule) -> DocumentedRule {
    let bounds = rule
        .parameters
        .iter()
        .map(|(name, parameter)| (name.clone(), [parameter.min.clone(), parameter.max.clone()]));
    DocumentedRule { examples: examples(rule), bounds: bounds.collect() }
}

fn documented_set(set: &ExemptionSet) -> Result<DocumentedSet, Failure> {
    // A flag that isn't set says nothing.
    let mut features = serde_json::to_value(&set.features).unwrap_or_default();
    if let Some(features) = features.as_object_mut() {
        features.retain(|_, value| *value != serde_json::Value::Bool(false));
    }
    let grants = serde_json::json!({"identity": set.identity, "features": features, "rules": set.rules});
    let grants = serde_yaml::to_string(&grants)
        .map_err(|cause| Failure::new("internal", format!("`{}` can't be written: {cause}", set.id)))?;
    let source = |source: &SetSource| DocumentedSource {
        project: source.project.clone(),
        version: source.version.clone(),
        file: source.file.clone(),
        commit: source.commit.clone(),
        read: source.read.clone(),
        says: source.says.clone(),
    };
    Ok(DocumentedSet {
        id: set.id.clone(),
        title: set.title.clone(),
        why: set.why.clone(),
        grants,
        sources: set.sources.iter().map(source).collect(),
    })
}

/// The examples of a rule, the good ones first, as a person wrote them.
fn examples(rule: &model::Rule) -> Vec<DocumentedExample> {
    let all = rule.examples.good.iter().chain(&rule.examples.bad);
    all.map(|example| {
        let written = serde_json::to_value(example).unwrap_or_default();
        let fields = written.as_object().into_iter().flatten();
        let is_setting = |name: &str| ["namespace", "parameters", "version", "exemptions"].contains(&name);
        DocumentedExample {
            name: example.name.clone(),
            subject: subject(example),
            setting: fields
                .filter(|(name, _)| is_setting(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            gives: example
                .gives
                .iter()
                .map(|given| Expected {
                    check: given.check.clone(),
                    subject: given.subject.clone(),
                    path: given.path.clone(),
                })
                .collect(),
        }
    })
    .collect()
}

/// What an example is about: an object, or the parts of a Pod that it says.
fn subject(example: &model::Example) -> serde_json::Value {
    let Some(pod) = &example.pod else { return example.object.clone().unwrap_or_default() };
    let mut parts = serde_json::Map::new();
    let mut metadata = serde_json::Map::new();
    for (name, entries) in [("labels", &pod.labels), ("annotations", &pod.annotations)] {
        if !entries.is_empty() {
            metadata.insert(name.to_owned(), entries.clone().into_iter().collect());
        }
    }
    if !metadata.is_empty() {
        parts.insert("metadata".to_owned(), metadata.into());
    }
    parts.insert("spec".to_owned(), pod.spec.clone());
    parts.into()
}
