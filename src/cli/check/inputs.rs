//! What `check` reads: files, the manifests below folders, standard input.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::cli::{Failure, files};

/// The endings of files that are read in folders.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];
/// What messages call standard input.
const STANDARD_INPUT: &str = "<standard input>";

/// One text to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) enum Input {
    /// Standard input.
    Standard,
    /// A file.
    File(PathBuf),
}

/// A text that was read.
pub(super) struct File {
    /// What messages call it.
    pub(super) name: String,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

impl Input {
    /// What messages call it.
    pub(super) fn path(&self) -> &Path {
        match self {
            Input::Standard => Path::new(STANDARD_INPUT),
            Input::File(path) => path,
        }
    }
}

/// The inputs that paths name, each once: in the order of the paths, those of a folder sorted. Also what couldn't be listed.
pub(in crate::cli) fn list(paths: &[PathBuf]) -> (Vec<Input>, Vec<Failure>) {
    let mut inputs = Vec::new();
    let mut failures = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            inputs.push(Input::Standard);
        } else if path.is_dir() {
            inputs.extend(below(path, &mut failures).into_iter().map(Input::File));
        } else {
            inputs.push(Input::File(path.clone()));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    inputs.retain(|input| seen.insert(input.clone()));
    (inputs, failures)
}

/// The manifests below a folder, hidden ones too, sorted.
fn below(folder: &Path, failures: &mut Vec<Failure>) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for found in files::walk(folder) {
        match found {
            Ok(path) => {
                if ENDINGS.iter().any(|ending| path.extension().is_some_and(|own| own == *ending)) {
                    paths.push(path);
                }
            }
            Err(failure) => failures.push(failure),
        }
    }
    paths
}

/// Reads an input.
pub(super) fn read(input: &Input) -> io::Result<File> {
    let mut bytes = Vec::new();
    match input {
        Input::Standard => {
            io::stdin().lock().read_to_end(&mut bytes)?;
        }
        Input::File(path) => bytes = std::fs::read(path)?,
    }
    Ok(File { name: input.path().display().to_string(), bytes })
}
