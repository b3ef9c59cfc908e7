//! Folders and files: listed in a stable order, read whole, replaced whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::Failure;

/// The files below a folder, each as its path relative to the folder with `/` between its steps, sorted. Symbolic links are
/// followed, and nothing is left out. A folder that isn't there has no files.
pub(super) fn below(folder: &Path) -> Result<Vec<String>, Failure> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in WalkBuilder::new(folder).standard_filters(false).follow_links(true).build() {
        let entry = entry
            .map_err(|cause| Failure::new("file", format!("can't read `{}`: {cause}", folder.display())))?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            paths.push(relative(folder, entry.path())?);
        }
    }
    paths.sort();
    Ok(paths)
}

fn relative(folder: &Path, path: &Path) -> Result<String, Failure> {
    let steps = path.strip_prefix(folder).unwrap_or(path).iter();
    let names: Option<Vec<&str>> = steps.map(|step| step.to_str()).collect();
    names.map(|names| names.join("/")).ok_or_else(|| {
        Failure::new("file", format!("the name of `{}` is not UTF-8", path.display())).help("rename it")
    })
}

/// What a file holds; absent if there is none.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Failure::io("read", path, &cause)),
    }
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
    let mut folder: Option<PathBuf> = path.parent().map(Path::to_path_buf);
    while let Some(empty) = folder.filter(|folder| folder != root && folder.starts_with(root)) {
        // A folder that isn't empty stays.
        if std::fs::remove_dir(&empty).is_err() {
            break;
        }
        folder = empty.parent().map(Path::to_path_buf);
    }
    Ok(())
}
