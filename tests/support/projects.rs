//! The projects that tests work on: the shipped policies, and those below `tests/projects`.

use std::fs;
use std::path::{Path, PathBuf};

use palisade::diagnostic::{Diagnostic, Severity, Sources, render};
use palisade::project::{Definitions, SourceFile, load_from};

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder, as the command line hands them in.
pub fn sources(folder: &Path) -> Vec<SourceFile> {
    fn walk(base: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(base, &path, files);
            } else {
                let relative = path.strip_prefix(base).unwrap().to_str().unwrap().to_owned();
                files.push(SourceFile { path: relative, bytes: fs::read(&path).unwrap() });
            }
        }
    }
    let folder = root().join(folder);
    let mut files = Vec::new();
    walk(&folder, &folder, &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// The definitions of a project that must be without fault.
pub fn definitions(folder: &Path) -> (Definitions, Sources) {
    let loaded = load_from(folder.to_str().unwrap(), &sources(folder));
    let errors: Vec<Diagnostic> =
        loaded.diagnostics.into_iter().filter(|told| told.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{}", told(&errors, &loaded.sources));
    (loaded.definitions, loaded.sources)
}

/// Diagnostics as a person reads them.
pub fn told(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| render(diagnostic, sources, false) + "\n").collect()
}
