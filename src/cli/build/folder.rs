//! The output folder against what it should hold: what is missing, stale, edited by hand, left over or unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use crate::bundle::{Files, Lock, digest, lock_path};
use crate::cli::{Failure, files};

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
    out: &'a Path,
    environment: &'a str,
    /// The files that earlier builds wrote, with their digests.
    known: BTreeMap<String, Option<String>>,
    /// Why the lock file couldn't be read.
    pub(super) unreadable_lock: Option<String>,
}

impl<'a> Folder<'a> {
    /// Reads the lock file, if there is one.
    pub(super) fn open(out: &'a Path, environment: &'a str) -> Result<Self, Failure> {
        let path = out.join(lock_path(environment));
        let mut folder = Self { out, environment, known: BTreeMap::new(), unreadable_lock: None };
        let Some(bytes) = files::read_if_there(&path)? else {
            return Ok(folder);
        };
        match Lock::parse(&String::from_utf8_lossy(&bytes)) {
            Ok(lock) => {
                folder.known = lock.files;
                folder.known.retain(|path, _| is_inside(path, environment));
            }
            Err(cause) => folder.unreadable_lock = Some(format!("`{}`: {cause}", path.display())),
        }
        Ok(folder)
    }

    /// What deviates from the files that should be there, sorted by path, the lock file last.
    pub(super) fn deviations(
        &self,
        expected: &Files,
        is_asked: impl Fn(&str) -> bool,
    ) -> Result<Vec<Deviation>, Failure> {
        let mut deviations = Vec::new();
        for (path, bytes) in expected.iter().filter(|(path, _)| is_asked(path)) {
            let found = files::read_if_there(&self.out.join(path))?;
            if found.as_ref() != Some(bytes) {
                let fault = self.fault(path, found.as_deref());
                deviations.push(Deviation { path: path.clone(), fault, found });
            }
        }
        for path in self.there()?.into_iter().filter(|path| !expected.contains_key(path) && is_asked(path)) {
            let found = files::read_if_there(&self.out.join(&path))?;
            let fault = if self.known.contains_key(&path) { Fault::LeftOver } else { Fault::Unknown };
            deviations.push(Deviation { path, fault, found });
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
            (Some(found), Some(known)) if digest(found) != *known => Fault::Edited,
            (Some(_), _) => Fault::Stale,
        }
    }

    /// The files of the environment that are there.
    fn there(&self) -> Result<BTreeSet<String>, Failure> {
        let paths = files::below(&self.out.join(self.environment))?;
        Ok(paths.into_iter().map(|path| format!("{}/{path}", self.environment)).collect())
    }
}

/// Whether a path stays in the environment's folder, whatever a lock file says.
fn is_inside(path: &str, environment: &str) -> bool {
    let plain = Path::new(path).components().all(|step| matches!(step, Component::Normal(_)));
    plain && path.starts_with(&format!("{environment}/"))
}
