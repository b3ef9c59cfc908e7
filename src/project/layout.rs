//! Which file of a project holds what: the path decides. Never looks into a file.

use super::{catalogue, native};
use crate::diagnostic::did_you_mean;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FileKind {
    Project,
    Kinds,
    Rule,
    Profile,
    Environment,
    Exemption,
    Set,
}

impl FileKind {
    pub(super) const ALL: [Self; 7] = [
        Self::Project,
        Self::Kinds,
        Self::Rule,
        Self::Profile,
        Self::Environment,
        Self::Exemption,
        Self::Set,
    ];

    /// The name of the schema, and what messages call the file.
    pub(super) fn schema_name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Kinds => "kinds",
            Self::Rule => "rule",
            Self::Profile => "profile",
            Self::Environment => "environment",
            Self::Exemption => "exemption",
            Self::Set => "set",
        }
    }
}

/// What is to be done with a file.
pub(super) enum Role<'a> {
    /// It is read.
    Read(FileKind),
    /// It is copied as it is into the bundles with this target, and has this path below the target's folder.
    Native(&'a str, &'a str),
    /// It belongs to the copy of the catalogue of this version, and has this path in it.
    Catalogue(&'a str, &'a str),
    /// It is no policy file, and may lie here: a README, a generated schema, a hidden file.
    Ignored,
    /// It has no place in a project; what to do about it.
    Stray(String),
}

const EXPECTED: &str = "a project holds `palisade.yaml`, `kinds.yaml`, `rules/<category>/<ID>-<slug>.yaml`,
`profiles/<name>.yaml`, `environments/<name>.yaml`, `exemptions/<team>/<name>.yaml`, `sets/<ID>.yaml`,
copies of the catalogue (`catalogue/<version>/`), policies that are copied as they are (`native/<target>/`)
and README files (`*.md`)";

/// What a path, relative to the project's folder, stands for.
pub(super) fn role(path: &str) -> Role<'_> {
    if let Some((version, inside)) = in_catalogue(path) {
        return Role::Catalogue(version, inside);
    }
    let steps: Vec<&str> = path.split('/').collect();
    let name = steps.last().copied().unwrap_or_default();
    if steps.iter().any(|step| step.starts_with('.')) || name.ends_with(".md") {
        return Role::Ignored;
    }
    if let Some(rest) = path.strip_prefix("native/") {
        return native::role(rest);
    }
    match steps.as_slice() {
        ["palisade.yaml"] => Role::Read(FileKind::Project),
        ["kinds.yaml"] => Role::Read(FileKind::Kinds),
        ["schemas", file] if file.ends_with(".json") => Role::Ignored,
        ["rules", _, file] if file.ends_with(".yaml") => Role::Read(FileKind::Rule),
        ["profiles", file] if file.ends_with(".yaml") => Role::Read(FileKind::Profile),
        ["environments", file] if file.ends_with(".yaml") => Role::Read(FileKind::Environment),
        ["exemptions", .., file] if file.ends_with(".yaml") => Role::Read(FileKind::Exemption),
        ["sets", file] if file.ends_with(".yaml") => Role::Read(FileKind::Set),
        _ => Role::Stray(stray(path, &steps)),
    }
}

/// The version of a copy of the catalogue, and the path in it.
fn in_catalogue(path: &str) -> Option<(&str, &str)> {
    let (version, inside) = path.strip_prefix(catalogue::FOLDER)?.strip_prefix('/')?.split_once('/')?;
    catalogue::version(version).map(|_| (version, inside))
}

fn stray(path: &str, steps: &[&str]) -> String {
    let folders = ["rules", "profiles", "environments", "exemptions", "sets", "native", catalogue::FOLDER];
    let meant = |name: &str, known: &[&'static str]| did_you_mean(name, known.iter().copied());
    match steps {
        [folder, .., file] if folders.contains(folder) && file.ends_with(".yml") => {
            format!("policy files end with `.yaml`: rename it to `{}.yaml`", path.trim_end_matches(".yml"))
        }
        ["rules", file] => format!("a rule lies in the folder of its category: `rules/<category>/{file}`"),
        ["rules", category, .., file] if file.ends_with(".yaml") => {
            format!("rules lie directly in the folder of their category: `rules/{category}/{file}`")
        }
        [catalogue::FOLDER, ..] => {
            "a copy of the catalogue lies in the folder of its version, as in `catalogue/0.1.0/`; `palisade update` writes it".to_owned()
        }
        [folder @ ("profiles" | "environments" | "sets"), _, .., file] if file.ends_with(".yaml") => {
            format!("{folder} have no folders of their own: move it to `{folder}/{file}`")
        }
        [file] => match meant(file, &["palisade.yaml", "kinds.yaml"]) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => EXPECTED.to_owned(),
        },
        [folder, ..] => match meant(folder, &folders).filter(|meant| meant != folder) {
            Some(meant) => format!("did you mean the folder `{meant}`?"),
            None => EXPECTED.to_owned(),
        },
        [] => EXPECTED.to_owned(),
    }
}

/// The rule's id that a file's name begins with.
pub(super) fn named_rule(path: &str) -> String {
    stem(path).splitn(3, '-').take(2).collect::<Vec<_>>().join("-")
}

/// The file's name without its folders and its ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".yaml").unwrap_or(name)
}
