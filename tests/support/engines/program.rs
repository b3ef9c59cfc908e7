//! The two Go programs: where their source is, how they are built, and where the result is kept.
//!
//! A program is built once for each state of its source and each version of Go; nothing is written into the source tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use palisade::ir::Target;
use sha2::{Digest, Sha256};

const INSTALL_GO: &str = "the proof runs the real engines, which are written in Go: install Go 1.26.6 or later \
    (Debian's package `golang-go` where it is new enough, else from go.dev/dl), and put `go` on the PATH";

/// A program with two engines inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// Kyverno.
    Kyverno,
    /// Gatekeeper and the API server's own admission.
    Admission,
}

impl Program {
    /// Both programs.
    pub const ALL: [Program; 2] = [Program::Kyverno, Program::Admission];

    /// The folder under `tests/engines`.
    pub fn name(self) -> &'static str {
        match self {
            Program::Kyverno => "kyverno",
            Program::Admission => "admission",
        }
    }

    /// The targets that the program judges by.
    pub fn targets(self) -> [Target; 2] {
        match self {
            Program::Kyverno => [Target::KyvernoClusterPolicy, Target::KyvernoValidatingPolicy],
            Program::Admission => [Target::Gatekeeper, Target::ValidatingAdmissionPolicy],
        }
    }

    /// The executable, built if the cache has none of this source and this version of Go.
    pub fn build(self) -> Result<PathBuf, String> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines").join(self.name());
        let executable = self.cache_folder()?.join(self.key(&source)?);
        if executable.is_file() {
            return Ok(executable);
        }
        eprintln!("building the engine `{}`: once, up to ten minutes with empty caches", self.name());
        let unfinished = executable.with_extension(std::process::id().to_string());
        let built = Command::new("go")
            .args(["build", "-mod=readonly", "-o"])
            .arg(&unfinished)
            .arg(".")
            .current_dir(&source)
            .status()
            .map_err(|error| format!("`go build` can't be started: {error}"))?;
        if !built.success() {
            return Err(format!("`go build` in `{}` failed: its reason stands above", source.display()));
        }
        fs::rename(&unfinished, &executable)
            .map_err(|error| format!("`{}` can't be written: {error}", executable.display()))?;
        Ok(executable)
    }

    /// Where what the engine prints for people goes.
    pub fn log(self) -> Result<Stdio, String> {
        let file = fs::File::create(self.log_path())
            .map_err(|error| format!("`{}` can't be written: {error}", self.log_path()))?;
        Ok(Stdio::from(file))
    }

    /// The file that [`Program::log`] writes.
    pub fn log_path(self) -> String {
        format!("{}/engine-{}.log", env!("CARGO_TARGET_TMPDIR"), self.name())
    }

    /// The digest of everything that the executable is made of.
    fn key(self, source: &Path) -> Result<String, String> {
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
        let digits: String = digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{}-{digits}", self.name()))
    }

    /// `$PALISADE_CACHE`, else the user's folder for caches.
    fn cache_folder(self) -> Result<PathBuf, String> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = variable("PALISADE_CACHE")
            .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("palisade")))
            .or_else(|| Some(variable("HOME")?.join(".cache/palisade")))
            .ok_or("no folder for caches: set `PALISADE_CACHE`")?
            .join("engines");
        fs::create_dir_all(&folder)
            .map_err(|error| format!("`{}` can't be made: {error}", folder.display()))?;
        Ok(folder)
    }
}

/// The files that a build reads: Go's, without tests.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error: std::io::Error| format!("`{}` can't be read: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "go.mod" || name == "go.sum" || name.ends_with(".go") && !name.ends_with("_test.go") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
