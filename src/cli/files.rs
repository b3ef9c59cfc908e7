//! Folders and files: listed in a stable order, read whole, replaced whole.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;

use super::Failure;

/// The files below a folder, each as its path relative to the folder with `/` between its steps, sorted. Nothing is left out, and
/// symbolic links are followed as far as they stay in the folder. A folder that isn't there has no files.
pub(super) fn below(folder: &Path) -> Result<Vec<String>, Failure> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let paths: Result<Vec<PathBuf>, Failure> = walk(folder).into_iter().collect();
    paths?.iter().map(|path| relative(folder, path)).collect()
}

/// The files below a folder, sorted, and what keeps one from being read. A symbolic link that leads out of the folder is not
/// followed, for whoever may put it there need not be one who may read what it leads to.
pub(super) fn walk(folder: &Path) -> Vec<Result<PathBuf, Failure>> {
    let Ok(root) = folder.canonicalize() else {
        return vec![Err(Failure::new("file", format!("can't read `{}`", folder.display())))];
    };
    let outside: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
    let found = Arc::clone(&outside);
    let stays_inside = move |entry: &ignore::DirEntry| {
        let leads_out = entry.depth() > 0
            && entry.path_is_symlink()
            && entry.path().canonicalize().is_ok_and(|target| !target.starts_with(&root));
        if leads_out {
            found.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_owned());
        }
        !leads_out
    };
    let mut paths = Vec::new();
    let mut faults = Vec::new();
    let walker = WalkBuilder::new(folder)
        .standard_filters(false)
        .follow_links(true)
        .filter_entry(stays_inside)
        .build();
    for entry in walker {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                paths.push(entry.into_path())
            }
            Ok(_) => {}
            Err(cause) => {
                faults.push(Failure::new("file", format!("can't read `{}`: {cause}", folder.display())));
            }
        }
    }
    faults.extend(outside.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|link| {
        let message = format!("the symbolic link `{}` leads out of `{}`", link.display(), folder.display());
        Failure::new("link", message).help("put a copy in its place, or a link to something in the folder")
    }));
    paths.sort();
    paths.into_iter().map(Ok).chain(faults.into_iter().map(Err)).collect()
}

/// All below a folder that isn't a folder, each as its path relative to it, sorted; symbolic links as themselves. A folder that isn't
/// there has nothing.
pub(super) fn entries(folder: &Path) -> Result<Vec<String>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in WalkBuilder::new(folder).standard_filters(false).build() {
        let entry = entry
            .map_err(|cause| Failure::new("file", format!("can't read `{}`: {cause}", folder.display())))?;
        if entry.depth() > 0 && entry.file_type().is_none_or(|kind| !kind.is_dir()) {
            paths.push(relative(folder, entry.path())?);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The names of what lies in a folder, sorted. A folder that isn't there has nothing.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let failed = |cause: &io::Error| Failure::io("read", folder, cause);
    let mut names = Vec::new();
    match std::fs::read_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(failed(&cause)),
        Ok(entries) => {
            for entry in entries {
                let entry = entry.map_err(|cause| failed(&cause))?;
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    Ok(names)
}

fn relative(folder: &Path, path: &Path) -> Result<String, Failure> {
    let steps = path.strip_prefix(folder).unwrap_or(path).iter();
    let names: Option<Vec<&str>> = steps.map(|step| step.to_str()).collect();
    names.map(|names| names.join("/")).ok_or_else(|| {
        Failure::new("file", format!("the name of `{}` is not UTF-8", path.display())).help("rename it")
    })
}

/// What a file holds; absent if there is none. What is no file, a folder or a pipe, is a failure.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            Err(Failure::new("file", format!("`{}` is no file", path.display())).help("move it elsewhere"))
        }
        Ok(_) => match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) => Err(Failure::io("read", path, &cause)),
        },
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Failure::io("read", path, &cause)),
    }
}

/// What a file holds, and no more than one byte over a limit: enough to tell that it is too long.
pub(super) fn read_to_limit(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let failed = |cause: &io::Error| Failure::io("read", path, cause);
    let file = std::fs::File::open(path).map_err(|cause| failed(&cause))?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(|cause| failed(&cause))?;
    Ok(bytes)
}

/// Replaces a file by rename: whoever reads it sees the old or the new text, never a part.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |cause: &io::Error| Failure::io("write", path, cause);
    std::fs::create_dir_all(folder).map_err(|cause| failed(&cause))?;
    let mut file = new_file(folder).map_err(|cause| failed(&cause))?;
    file.write_all(bytes).map_err(|cause| failed(&cause))?;
    file.persist(path).map_err(|refused| failed(&refused.error))?;
    Ok(())
}

/// A file beside the one that it will replace, with the permissions that any new file gets.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".palisade-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Removes a file, and the folders that it leaves empty, up to `root`.
pub(super) fn remove(root: &Path, path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            return Err(Failure::io("remove", path, &cause));
        }
        Ok(()) | Err(_) => {}
    }
    remove_empty_folders(root, path);
    Ok(())
}

/// Removes a folder with all that is in it, and the folders that it leaves empty, up to `root`.
pub(super) fn remove_folder(root: &Path, folder: &Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            return Err(Failure::io("remove", folder, &cause));
        }
        Ok(()) | Err(_) => {}
    }
    remove_empty_folders(root, folder);
    Ok(())
}

/// Removes the folders below a folder that are empty, or hold nothing but such. A link is not followed; what can't be read or removed
/// stays.
pub(super) fn remove_empty_folders_below(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let below = entry.path();
            remove_empty_folders_below(&below);
            // A folder that isn't empty stays.
            std::fs::remove_dir(&below).ok();
        }
    }
}

/// Removes the folders around a path that are empty, up to `root`.
fn remove_empty_folders(root: &Path, path: &Path) {
    let mut folder: Option<PathBuf> = path.parent().map(Path::to_path_buf);
    while let Some(empty) = folder.filter(|folder| folder != root && folder.starts_with(root)) {
        // A folder that isn't empty stays.
        if std::fs::remove_dir(&empty).is_err() {
            break;
        }
        folder = empty.parent().map(Path::to_path_buf);
    }
}
