//! The page on the sets that exemptions adopt: what each published workload needs, and where that is said.

use super::{Documented, section};
use crate::documentation::markdown::{block, code, table, text};

/// A set, as the page shows it.
pub struct DocumentedSet {
    /// The set's id.
    pub id: String,
    /// The workload.
    pub title: String,
    /// Why it needs what it needs.
    pub why: String,
    /// Identity, features and rules, as in an exemption.
    pub grants: String,
    /// The sources.
    pub sources: Vec<DocumentedSource>,
}

/// Where something of a set is said.
pub struct DocumentedSource {
    /// The project.
    pub project: String,
    /// The version.
    pub version: String,
    /// The file.
    pub file: String,
    /// The commit at which it was read.
    pub commit: String,
    /// The day on which it was read.
    pub read: String,
    /// What it says.
    pub says: Vec<String>,
}

/// The sections of the page; nothing if there is no set.
pub(super) fn body(documented: &Documented<'_>) -> Option<Vec<String>> {
    if documented.sets.is_empty() {
        return None;
    }
    let head = "# Sets\n\nWhat published workloads need of a node, and nothing more: an exemption adopts a set with `adopts`, and gives an owner, a \
                date and who agreed. Each was read in the project's own files; a newer version may need something else, and is then \
                refused until somebody has looked. The manifest as it is published is let in with the set; whatever may be set better in its \
                chart (a seccomp profile, `drop: [ALL]`) makes an exemption of your own smaller than the set.";
    let sets = documented.sets.iter().map(|set| section(&set.id, &set_of(set)));
    Some([head.to_owned()].into_iter().chain(sets).collect())
}

fn set_of(set: &DocumentedSet) -> String {
    let rows: Vec<Vec<String>> = set
        .sources
        .iter()
        .map(|source| {
            let says: Vec<String> = source.says.iter().map(|part| code(part)).collect();
            let commit: String = source.commit.chars().take(12).collect();
            vec![
                code(&source.project),
                text(&source.version),
                format!("{} at {}", code(&source.file), code(&commit)),
                text(&source.read),
                says.join(", "),
            ]
        })
        .collect();
    format!(
        "{}. {}\n\n{}\n{}",
        text(&set.title),
        text(&set.why),
        block("yaml", &set.grants),
        table(&["project", "version", "file", "read on", "says"], &rows)
    )
}
