//! What a build is about to do to the files of one environment: put aside first, and done at once when all environments are ready.
//!
//! New files are written into a folder of their own beside the lock file, from where they are renamed to their places, the lock file
//! last. A list of the paths lies there from before the first change until after the last. So a build that was killed leaves each
//! file whole, is recognised by the list, and what it wrote is known to the next one, though no lock file names it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::folder::{Deviation, Fault, Folder};
use crate::bundle::Files;
use crate::cli::{Failure, files};
use crate::parallel;

/// The list's name in the folder of what is unfinished.
const LIST: &str = "paths";
/// How many files lie together in one folder while they are unfinished. Each such folder is one processor's work.
const TOGETHER: usize = 256;

/// The folder of what is unfinished, below the output folder.
pub(super) fn unfinished_path(environment: &str) -> String {
    format!(".palisade/{environment}/unfinished")
}

/// The paths that an interrupted build was about to write or remove; absent if none was interrupted.
pub(super) fn unfinished(out: &Path, environment: &str) -> Result<Option<BTreeSet<String>>, Failure> {
    let folder = out.join(unfinished_path(environment));
    // The list is complete or not there: it is renamed to its place. Without it, nothing was changed yet, or all was done.
    match files::read_if_there(&folder.join(LIST))? {
        Some(list) => Ok(Some(String::from_utf8_lossy(&list).lines().map(str::to_owned).collect())),
        None => Ok(folder.exists().then(BTreeSet::new)),
    }
}

/// What was done to the files of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) written: usize,
    pub(super) removed: usize,
    pub(super) unknown: usize,
}

/// The changes to one environment's files, ready to be done.
pub(super) struct Stage {
    out: PathBuf,
    /// The folder of what is unfinished.
    unfinished: PathBuf,
    /// The folder of the new files, and the places to which they go, in order; absent if nothing is to be done.
    new: Option<TempDir>,
    places: Vec<PathBuf>,
    removals: Vec<PathBuf>,
    unknown: usize,
    /// Whether the list stays: not all that it names is in a lock file afterwards.
    keeps_list: bool,
    /// Whether the list was there before.
    was_unfinished: bool,
}

impl Stage {
    /// Writes what is new beside the lock file; nothing in its place yet. `is_part` says that the lock file isn't among it.
    pub(super) fn prepare(
        folder: &Folder<'_>,
        expected: &Files,
        deviations: &[Deviation],
        is_part: bool,
    ) -> Result<Self, Failure> {
        let mut stage = Self {
            out: folder.out.to_owned(),
            unfinished: folder.out.join(unfinished_path(folder.environment)),
            new: None,
            places: Vec::new(),
            removals: Vec::new(),
            unknown: 0,
            keeps_list: is_part && folder.unfinished.is_some(),
            was_unfinished: folder.unfinished.is_some(),
        };
        let changed = |deviation: &&Deviation| deviation.fault != Fault::Unknown;
        stage.unknown = deviations.len() - deviations.iter().filter(changed).count();
        let changed: Vec<&Deviation> = deviations.iter().filter(changed).collect();
        if changed.is_empty() {
            return Ok(stage);
        }
        stage.keeps_list |= is_part && changed.iter().any(|deviation| !folder.is_locked(&deviation.path));
        let new = stage.begin(folder, &changed)?;
        let mut texts = Vec::new();
        for deviation in changed {
            let place = stage.out.join(&deviation.path);
            match expected.get(&deviation.path) {
                None => stage.removals.push(place),
                Some(bytes) => {
                    texts.push(bytes.as_slice());
                    stage.places.push(place);
                }
            }
        }
        let folders: Vec<(usize, &[&[u8]])> = texts.chunks(TOGETHER).enumerate().collect();
        let written = parallel::each(&folders, |(number, texts)| write(new.path(), *number, texts));
        written.into_iter().collect::<Result<(), Failure>>()?;
        stage.new = Some(new);
        Ok(stage)
    }

    /// Writes the list: what is about to change, and what earlier builds left unfinished.
    fn begin(&self, folder: &Folder<'_>, changed: &[&Deviation]) -> Result<TempDir, Failure> {
        let failed = |cause: &std::io::Error| Failure::io("write", &self.unfinished, cause);
        std::fs::create_dir_all(&self.unfinished).map_err(|cause| failed(&cause))?;
        // Each build has a folder of its own: two at once don't mix their files.
        let new = TempDir::new_in(&self.unfinished).map_err(|cause| failed(&cause))?;
        let before = folder.unfinished.iter().flatten().map(String::as_str);
        let paths: BTreeSet<&str> =
            changed.iter().map(|deviation| deviation.path.as_str()).chain(before).collect();
        let list: String = paths.into_iter().flat_map(|path| [path, "\n"]).collect();
        let file = new.path().join(LIST);
        std::fs::write(&file, list).map_err(|cause| failed(&cause))?;
        std::fs::rename(&file, self.unfinished.join(LIST)).map_err(|cause| failed(&cause))?;
        Ok(new)
    }

    /// Puts all in its place: what is new by rename, in order; then what is to go.
    pub(super) fn finish(self) -> Result<Written, Failure> {
        let count =
            Written { written: self.places.len(), removed: self.removals.len(), unknown: self.unknown };
        if let Some(new) = &self.new {
            let lock_is_last = self.places.len().saturating_sub(1);
            let (first, last) = self.places.split_at(lock_is_last);
            let folders: Vec<(usize, &[PathBuf])> = first.chunks(TOGETHER).enumerate().collect();
            let renamed =
                parallel::each(&folders, |(number, places)| rename(new.path(), number * TOGETHER, places));
            renamed.into_iter().collect::<Result<(), Failure>>()?;
            for place in &self.removals {
                files::remove(&self.out, place)?;
            }
            rename(new.path(), lock_is_last, last)?;
        }
        if self.was_unfinished {
            self.remove_what_was_made_for_nothing();
        }
        if !self.keeps_list {
            files::remove_folder(&self.out, &self.unfinished)?;
        }
        Ok(count)
    }

    /// A build that was killed may have made a folder for a file that no longer comes.
    fn remove_what_was_made_for_nothing(&self) {
        let Some(beside_lock) = self.unfinished.parent() else { return };
        let applied = beside_lock.file_name().map(|environment| self.out.join(environment));
        for folder in applied.iter().map(PathBuf::as_path).chain([beside_lock]) {
            files::remove_empty_folders_below(folder);
        }
    }

    /// Leaves everything as it was.
    pub(super) fn discard(self) {
        let Self { out, unfinished, new, was_unfinished, .. } = self;
        drop(new);
        if !was_unfinished {
            // What can't be removed is told by the next build.
            files::remove_folder(&out, &unfinished).ok();
            std::fs::remove_dir(&out).ok();
        }
    }
}

/// Where the new file with this number lies until it is renamed to its place.
fn draft(new: &Path, number: usize) -> PathBuf {
    new.join((number / TOGETHER).to_string()).join((number % TOGETHER).to_string())
}

/// Writes the files of one folder of what is unfinished.
fn write(new: &Path, folder: usize, texts: &[&[u8]]) -> Result<(), Failure> {
    let path = new.join(folder.to_string());
    std::fs::create_dir(&path).map_err(|cause| Failure::io("write", &path, &cause))?;
    for (index, bytes) in texts.iter().enumerate() {
        let file = draft(new, folder * TOGETHER + index);
        std::fs::write(&file, bytes).map_err(|cause| Failure::io("write", &file, &cause))?;
    }
    Ok(())
}

/// Puts new files in their places, from the one with this number on.
fn rename(new: &Path, from: usize, places: &[PathBuf]) -> Result<(), Failure> {
    let mut made: Option<&Path> = None;
    for (index, place) in places.iter().enumerate() {
        let failed = |cause: &std::io::Error| Failure::io("write", place, cause);
        if place.parent() != made {
            made = place.parent();
            made.map_or(Ok(()), std::fs::create_dir_all).map_err(|cause| failed(&cause))?;
        }
        std::fs::rename(draft(new, from + index), place).map_err(|cause| failed(&cause))?;
    }
    Ok(())
}
