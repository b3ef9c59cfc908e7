//! A release as files: what each target renders, the kustomizations, the README and the lock file.
//!
//! It gives an ordered map of paths and bytes; it never reads or writes a file.

mod actions;
mod applying;
mod kustomization;
mod limits;
mod lock;
mod readme;
mod reports_role;
mod runbook;
pub mod suite;

use std::collections::BTreeMap;

pub use actions::{actions, denies_pods};
pub use limits::{Area, Unseen, limits, unseen};
pub use lock::{FORMAT, Lock, LockError, digest};

use crate::ir::record::ReleaseRecord;
use crate::ir::{Release, Target};
use crate::parallel;
use crate::targets::{self, Artefact, Unsupported, VersionFault};

/// The files of a bundle by their paths below the output folder: `production/gatekeeper/templates/POD-001.yaml`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Why the files of a release can't be put together. Each is a fault of Palisade itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {
    /// Two files have one path.
    SamePath(String),
    /// A file of Palisade's own can't be written in its format.
    Unwritable(String),
}

impl std::fmt::Display for BundleError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BundleError::SamePath(path) => write!(formatter, "two generated files have the path `{path}`"),
            BundleError::Unwritable(cause) => write!(formatter, "a generated file can't be written: {cause}"),
        }
    }
}

impl std::error::Error for BundleError {}

/// Where an environment's lock file lies, below the output folder.
pub fn lock_path(environment: &str) -> String {
    format!(".palisade/{environment}/lock.json")
}

/// Where an environment's native tests lie, below the output folder.
pub fn tests_path(environment: &str) -> String {
    format!(".palisade/{environment}/tests")
}

/// What the targets of a release render for one rule, target by target.
pub type Rendered = Vec<Result<Vec<Artefact>, Unsupported>>;

/// What all targets of the release render, for all rules.
///
/// # Errors
/// All that a target can't say and all that an engine can't run.
pub fn render(release: &Release) -> Result<Vec<Artefact>, Vec<Unsupported>> {
    let rules = release.rules.iter().map(|rule| targets::render_all(release, rule));
    render_with(release, rules.collect())
}

/// Like [`render`], with what [`targets::render_all`] gave for each rule.
///
/// # Errors
/// All that a target can't say and all that an engine can't run.
pub fn render_with(release: &Release, rules: Vec<Rendered>) -> Result<Vec<Artefact>, Vec<Unsupported>> {
    let of_version = |fault: VersionFault| Unsupported {
        target: fault.target,
        rule: String::new(),
        reason: format!("{}: {}", fault.reason, fault.remedy),
    };
    let mut unsupported: Vec<Unsupported> =
        targets::check_engines(release).into_iter().map(of_version).collect();
    let mut artefacts = Vec::new();
    let packs = targets::render_packs(release).into_iter();
    let packs = packs.map(|packed| packed.map(|packed| packed.artefacts));
    let guards = targets::render_guards(release);
    for rendered in rules.into_iter().flatten().chain(packs).chain(guards) {
        match rendered {
            Ok(rendered) => artefacts.extend(rendered),
            Err(reason) => unsupported.push(reason),
        }
    }
    unsupported.extend(artefacts.iter().filter_map(|artefact| too_large(release, artefact)));
    if unsupported.is_empty() { Ok(artefacts) } else { Err(unsupported) }
}

/// How many bytes an object may have. etcd takes 1.5 MiB in one request, unless it was told otherwise; of that the API server needs some
/// for who has set which field, and JSON for each line's end.
const LARGEST: usize = 1_000_000;

/// An object that no cluster would keep. What makes one so large is hundreds of exemptions in one environment, or a huge condition.
fn too_large(release: &Release, artefact: &Artefact) -> Option<Unsupported> {
    let bytes = artefact.text.split("\n---\n").map(str::len).max()?;
    let file = artefact.path.rsplit('/').next()?;
    let target = release.engines.keys().find(|target| artefact.path.starts_with(target.name())).copied();
    (bytes > LARGEST).then(|| Unsupported {
        target,
        rule: file.split('.').next().unwrap_or(file).to_owned(),
        reason: format!(
            "its policy would have {bytes} bytes, and a cluster keeps none of much more than {LARGEST}: give it fewer conditions or \
             values, or fewer exemptions in one environment ({} are granted here)",
            release.exemptions.len()
        ),
    })
}

/// The bundle of a release: what was rendered, and all files around it, the lock file among them; without native tests.
///
/// # Errors
/// Faults of Palisade itself.
pub fn assemble(release: &Release, artefacts: Vec<Artefact>) -> Result<Files, BundleError> {
    assemble_with(release, artefacts, Vec::new())
}

/// Like [`assemble`], with the native tests of each rule that [`suite::files`] gave.
///
/// # Errors
/// Faults of Palisade itself.
pub fn assemble_with(
    release: &Release,
    artefacts: Vec<Artefact>,
    tests: Vec<Artefact>,
) -> Result<Files, BundleError> {
    let mut drafts = Drafts::new(release);
    if let Some(readme) = suite::readme(release).filter(|_| !tests.is_empty()) {
        drafts.add_test("README.md", readme, false);
    }
    for test in tests {
        drafts.add_test(&test.path, test.text, true);
    }
    let mut objects: Vec<String> = artefacts.iter().map(|artefact| artefact.path.clone()).collect();
    for artefact in artefacts {
        drafts.add(&artefact.path, artefact.text, !artefact.is_packed);
    }
    for target in release.engines.keys() {
        if let Some(role) = reports_role::text(release, *target).map_err(BundleError::Unwritable)? {
            let path = format!("{}/{}", target.name(), reports_role::FILE);
            drafts.add(&path, role, false);
            objects.push(path);
        }
    }
    for native in &release.natives {
        objects.push(native.path.clone());
        drafts.add(&native.path, native.text.clone(), true);
    }
    for (path, text) in kustomization::texts(&objects).map_err(unwritable)? {
        drafts.add(&path, text, false);
    }
    drafts.add("README.md", readme::text(release), false);
    drafts.into_files(release)
}

/// The files of a bundle as they come, but for the lock file, which names them all.
struct Drafts {
    /// The folder of what is applied, and that of the tests.
    folders: (String, String),
    all: Vec<Draft>,
}

struct Draft {
    path: String,
    text: String,
    /// Whether the lock has a digest of it.
    is_of_one_rule: bool,
}

impl Drafts {
    fn new(release: &Release) -> Self {
        let environment = &release.environment;
        Self { folders: (environment.clone(), tests_path(environment)), all: Vec::new() }
    }

    fn add(&mut self, path: &str, text: String, is_of_one_rule: bool) {
        let path = format!("{}/{path}", self.folders.0);
        self.all.push(Draft { path, text, is_of_one_rule });
    }

    fn add_test(&mut self, path: &str, text: String, is_of_one_rule: bool) {
        let path = format!("{}/{path}", self.folders.1);
        self.all.push(Draft { path, text, is_of_one_rule });
    }

    /// The files, with the lock.
    fn into_files(self, release: &Release) -> Result<Files, BundleError> {
        let digests = parallel::each(&self.all, |draft| {
            (draft.path.clone(), draft.is_of_one_rule.then(|| digest(draft.text.as_bytes())))
        });
        let lock = Lock {
            palisade: env!("CARGO_PKG_VERSION").to_owned(),
            release: ReleaseRecord::of(release),
            files: digests.into_iter().collect(),
        };
        let text = lock.to_text().map_err(|cause| BundleError::Unwritable(cause.to_string()))?;
        let lock = Draft { path: lock_path(&release.environment), text, is_of_one_rule: false };
        let mut files = Files::new();
        for Draft { path, text, .. } in self.all.into_iter().chain([lock]) {
            if files.insert(path.clone(), text.into_bytes()).is_some() {
                return Err(BundleError::SamePath(path));
            }
        }
        Ok(files)
    }
}

fn unwritable(cause: serde_yaml::Error) -> BundleError {
    BundleError::Unwritable(cause.to_string())
}

/// Whether a bundle's file belongs to a target: it lies in the target's folder.
pub fn belongs_to(path: &str, environment: &str, target: Target) -> bool {
    path.starts_with(&format!("{environment}/{}/", target.name()))
}

#[cfg(test)]
mod tests;
