//! Files of a past revision, from the Git repository around the current folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::Failure;

/// The files below `folder` (relative to the current folder) at a revision, with their paths relative to the current folder.
pub(super) fn files(revision: &str, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let commit = commit(revision)?;
    let listed = git(&["ls-tree", "-r", "-z", "--name-only", &commit, "--"], Some(folder))?;
    if !listed.status.success() {
        return Err(refused(&listed, &format!("`{}` can't be listed", folder.display())));
    }
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

/// The text of a file at a revision.
pub(super) fn text(revision: &str, path: &Path) -> Result<String, Failure> {
    let commit = commit(revision)?;
    let shown = git(&["cat-file", "blob", &format!("{commit}:./{}", path.display())], None)?;
    if !shown.status.success() {
        return Err(refused(&shown, &format!("`{}` can't be read at `{revision}`", path.display())));
    }
    String::from_utf8(shown.stdout)
        .map_err(|_| Failure::new("git", format!("`{}` at `{revision}` is not UTF-8", path.display())))
}

/// The commit's full name; what a person wrote is never taken for an option.
fn commit(revision: &str) -> Result<String, Failure> {
    let unknown = || {
        Failure::new("git", format!("there is no revision `{revision}` here"))
            .help("name a branch, a tag or a commit of the repository around the current folder")
    };
    let wanted = format!("{revision}^{{commit}}");
    let parsed = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted], None)?;
    if !parsed.status.success() {
        let inside = git(&["rev-parse", "--git-dir"], None)?;
        return Err(if inside.status.success() {
            unknown()
        } else {
            refused(&inside, "the current folder is in no Git repository")
        });
    }
    Ok(String::from_utf8_lossy(&parsed.stdout).trim().to_owned())
}

fn git(arguments: &[&str], path: Option<&Path>) -> Result<Output, Failure> {
    Command::new("git").args(arguments).args(path).output().map_err(|cause| {
        Failure::new("git", format!("can't run `git`: {cause}"))
            .help("install Git, or name a lock file in place of a revision")
    })
}

fn refused(output: &Output, what: &str) -> Failure {
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Failure::new("git", what.to_owned()).help(format!("git says: {said}"))
}
