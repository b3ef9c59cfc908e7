//! The output folder against what it should hold: what is missing, stale, edited by hand, left over or unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use super::stage;
use crate::bundle::{Files, Lock, digest, lock_path, tests_path};
use crate::cli::{Failure, files};
use crate::parallel;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It isn't there.
    Missing,
    /// It is what an earlier build wrote.
    Stale,
    /// It is neither what an earlier build wrote nor what this one would write.
    Edited,
    /// An earlier build wrote it, and this one would not.
    LeftOver,
    /// No build wrote it.
    Unknown,
    /// No build wrote it, and this one would write another in its place.
    InTheWay,
}

/// A file that isn't as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deviation {
    /// The path below the output folder.
    pub(super) path: String,
    /// What is wrong.
    pub(super) fault: Fault,
    /// What the file holds; absent if it isn't there.
    pub(super) found: Option<Vec<u8>>,
}

/// One environment's part of the output folder.
pub(super) struct Folder<'a> {
    pub(super) out: &'a Path,
    pub(super) environment: &'a str,
    /// The files that earlier builds wrote, with their digests.
    known: BTreeMap<String, Option<String>>,
    /// The files that an interrupted build was about to write or remove.
    pub(super) unfinished: Option<BTreeSet<String>>,
    /// Why the lock file couldn't be read.
    pub(super) unreadable_lock: Option<String>,
}

impl<'a> Folder<'a> {
    /// Reads the lock file, if there is one, and what an interrupted build left.
    pub(super) fn open(out: &'a Path, environment: &'a str) -> Result<Self, Failure> {
        let path = out.join(lock_path(environment));
        let mut unfinished = stage::unfinished(out, environment)?;
        unfinished.iter_mut().for_each(|paths| paths.retain(|path| is_inside(path, environment)));
        let mut folder = Self { out, environment, known: BTreeMap::new(), unfinished, unreadable_lock: None };
        let Some(bytes) = files::read_if_there(&path)? else {
            return Ok(folder);
        };
        let text = String::from_utf8_lossy(&bytes);
        folder.known = match Lock::parse(&text) {
            Ok(lock) => lock.files,
            Err(cause) => {
                folder.unreadable_lock = Some(format!("`{}`: {cause}", path.display()));
                Lock::salvaged(&text)
            }
        };
        folder.known.retain(|path, _| is_inside(path, environment));
        Ok(folder)
    }

    /// Whether the lock file knows a path; its own it knows.
    pub(super) fn is_locked(&self, path: &str) -> bool {
        self.known.contains_key(path) || path == lock_path(self.environment)
    }

    /// Whether a build wrote what is at a path, or may have done so before it was interrupted.
    fn is_known(&self, path: &str) -> bool {
        self.is_locked(path) || self.unfinished.as_ref().is_some_and(|paths| paths.contains(path))
    }

    /// The symbolic links among the paths that a build would write or remove, and among the folders that lead there.
    pub(super) fn links(&self, expected: &Files) -> Vec<String> {
        let unfinished = format!("{}/paths", stage::unfinished_path(self.environment));
        let former = self.known.keys().filter(|path| !expected.contains_key(*path));
        let paths: Vec<&String> = expected.keys().chain(former).chain([&unfinished]).collect();
        let mut folders = BTreeSet::new();
        let mut before = "";
        for path in &paths {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if folder != before {
                let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
                folders.extend(ends.filter_map(|end| folder.get(..end)));
                before = folder;
            }
        }
        let is_link = |path: &&str| {
            std::fs::symlink_metadata(self.out.join(path)).is_ok_and(|found| found.is_symlink())
        };
        let steps = folders.into_iter().chain(paths.iter().map(|path| path.as_str()));
        let links: BTreeSet<&str> = steps.filter(is_link).collect();
        links.into_iter().map(str::to_owned).collect()
    }

    /// What deviates from the files that should be there, sorted by path, the lock file last.
    pub(super) fn deviations(
        &self,
        expected: &Files,
        is_asked: impl Fn(&str) -> bool,
    ) -> Result<Vec<Deviation>, Failure> {
        let asked: Vec<_> = expected.iter().filter(|(path, _)| is_asked(path)).collect();
        let found = parallel::each(&asked, |(path, bytes)| {
            let found = files::read_if_there(&self.out.join(path))?;
            Ok((found.as_ref() != Some(bytes)).then(|| {
                let fault = self.fault(path, found.as_deref());
                Deviation { path: (*path).clone(), fault, found }
            }))
        });
        let mut deviations = Vec::new();
        for deviation in found {
            deviations.extend(deviation?);
        }
        for path in self.there()?.into_iter().filter(|path| !expected.contains_key(path) && is_asked(path)) {
            let deviation = match self.is_known(&path) {
                true => {
                    let found = files::read_if_there(&self.out.join(&path))?;
                    Deviation { path, fault: Fault::LeftOver, found }
                }
                false => Deviation { path, fault: Fault::Unknown, found: None },
            };
            deviations.push(deviation);
        }
        let lock = lock_path(self.environment);
        deviations
            .sort_by(|left, right| (left.path == lock, &left.path).cmp(&(right.path == lock, &right.path)));
        Ok(deviations)
    }

    fn fault(&self, path: &str, found: Option<&[u8]>) -> Fault {
        let known = self.known.get(path).and_then(Option::as_ref);
        match (found, known) {
            (None, _) => Fault::Missing,
            (Some(_), _) if !self.is_known(path) => Fault::InTheWay,
            (Some(found), Some(known)) if digest(found) != *known => Fault::Edited,
            (Some(_), _) => Fault::Stale,
        }
    }

    /// The files of the environment that are there.
    fn there(&self) -> Result<BTreeSet<String>, Failure> {
        let mut there = BTreeSet::new();
        for folder in [self.environment.to_owned(), tests_path(self.environment)] {
            let paths = files::entries(&self.out.join(&folder))?;
            there.extend(paths.into_iter().map(|path| format!("{folder}/{path}")));
        }
        Ok(there)
    }
}

/// Whether a path stays in the environment's folders, whatever a lock file says.
fn is_inside(path: &str, environment: &str) -> bool {
    let plain = Path::new(path).components().all(|step| matches!(step, Component::Normal(_)));
    let folders = [environment.to_owned(), tests_path(environment), stage::unfinished_path(environment)];
    plain && folders.iter().any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}
