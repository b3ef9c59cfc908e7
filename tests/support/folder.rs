//! A folder of its own in which commands run as a person runs them.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder of its own with the small project in `policies`.
pub struct Folder {
    folder: TempDir,
}

pub fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            let below = files_below(&entry.path());
            files.extend(below.into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)));
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

impl Folder {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        copy(&tests().join("projects/small"), &folder.path().join("policies"));
        Self { folder }
    }

    /// A folder with nothing in it.
    pub fn empty() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A folder in which `palisade build` has run.
    pub fn built() -> Self {
        let folder = Self::new();
        assert_eq!(folder.palisade(&["build"]).code, 0);
        folder
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    /// Replaces a text that is there.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no `{from}`");
        self.write(path, &text.replace(from, to));
    }

    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for unset in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS", "GIT_DIR", "GIT_WORK_TREE"] {
            command.env_remove(unset);
        }
        command
    }

    pub fn palisade(&self, arguments: &[&str]) -> Ran {
        let output = self.command(env!("CARGO_BIN_EXE_palisade"), arguments).output().unwrap();
        Ran {
            command: format!("palisade {}", arguments.join(" ")),
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub fn git(&self, arguments: &[&str]) {
        let identity =
            ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "core.autocrlf=false"];
        let ran = self
            .command("git", &[&identity, arguments].concat())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output();
        let ran = ran.unwrap_or_else(|cause| panic!("these tests need Git: {cause}"));
        assert!(ran.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// What a command printed, and how it ended.
pub struct Ran {
    pub command: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn told(&self) -> String {
        format!(
            "$ {}\n--- standard output\n{}--- standard error\n{}--- exit code\n{}\n",
            self.command, self.stdout, self.stderr, self.code
        )
    }
}
