//! Programs in Go: built once for each state of their source and each version of Go, and kept in the user's folder for caches.
//!
//! Nothing is written into the source tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

const INSTALL_GO: &str = "the proof runs the real engines, which are written in Go: install Go 1.26.6 or later \
    (Debian's package `golang-go` where it is new enough, else from go.dev/dl), and put `go` on the PATH";

/// A program: a package that is built in a module of this repository.
pub struct GoProgram<'a> {
    /// The executable's name.
    pub name: &'a str,
    /// The module's folder, relative to the root of the repository.
    pub module: &'a str,
    /// The package, as `go build` names it; `.` is the module's own.
    pub package: &'a str,
    /// A package of the module: a command that writes files to be built in the place of others, and an `overlay.json` that says so,
    /// into a folder that it is given.
    pub overlay: Option<&'a str>,
}

impl GoProgram<'_> {
    /// The executable, built if the cache has none of this source and this version of Go. The error says what to install.
    pub fn build(&self) -> Result<PathBuf, String> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.module);
        let executable = cache_folder()?.join(format!("{}-{}", self.name, key(&source)?));
        if executable.is_file() {
            return Ok(executable);
        }
        eprintln!("building `{}`: once, some minutes with empty caches", self.name);
        let unfinished = executable.with_extension(std::process::id().to_string());
        let mut build = go(&["build", "-mod=readonly", "-o"], &source);
        build.arg(&unfinished);
        match self.overlay {
            None => run(build.arg(self.package), &source)?,
            Some(writer) => {
                let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
                run(go(&["run", "-mod=readonly", writer], &source).arg(folder.path()), &source)?;
                build.arg("-overlay").arg(folder.path().join("overlay.json"));
                run(build.arg(self.package), &source)?;
            }
        }
        fs::rename(&unfinished, &executable)
            .map_err(|error| format!("`{}` can't be written: {error}", executable.display()))?;
        Ok(executable)
    }
}

/// Go's command in a module's folder.
fn go(arguments: &[&str], source: &Path) -> Command {
    let mut command = Command::new("go");
    command.args(arguments).current_dir(source);
    command
}

/// Runs a command of Go.
fn run(command: &mut Command, source: &Path) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("`go` can't be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("building in `{}` failed: its reason stands above", source.display()))
    }
}

/// The digest of everything that an executable of the module is made of.
fn key(source: &Path) -> Result<String, String> {
    let version = Command::new("go")
        .args(["env", "GOVERSION"])
        .current_dir(source)
        .output()
        .map_err(|error| format!("{INSTALL_GO} ({error})"))?;
    if !version.status.success() {
        return Err(format!("{INSTALL_GO} ({})", String::from_utf8_lossy(&version.stderr).trim()));
    }
    let mut digest = Sha256::new();
    digest.update(&version.stdout);
    for path in sources(source)? {
        let bytes =
            fs::read(&path).map_err(|error| format!("`{}` can't be read: {error}", path.display()))?;
        digest.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        digest.update(bytes.len().to_be_bytes());
        digest.update(bytes);
    }
    Ok(digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect())
}

/// The folder for executables: in `$PALISADE_CACHE`, else in the user's folder for caches.
fn cache_folder() -> Result<PathBuf, String> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = variable("PALISADE_CACHE")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("palisade")))
        .or_else(|| Some(variable("HOME")?.join(".cache/palisade")))
        .ok_or("no folder for caches: set `PALISADE_CACHE`")?
        .join("engines");
    fs::create_dir_all(&folder).map_err(|error| format!("`{}` can't be made: {error}", folder.display()))?;
    Ok(folder)
}

/// The files that a build reads: Go's, without tests, in the folder and in those of its packages.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error: std::io::Error| format!("`{}` can't be read: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "testdata" {
            paths.extend(sources(&path)?);
        }
        if name == "go.mod" || name == "go.sum" || name.ends_with(".go") && !name.ends_with("_test.go") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
