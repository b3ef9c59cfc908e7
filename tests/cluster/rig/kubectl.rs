//! kubectl, as a person or a GitOps job runs it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// kubectl with a KUBECONFIG.
pub struct Kubectl {
    executable: PathBuf,
    kubeconfig: PathBuf,
}

/// What a command printed.
pub struct Printed {
    pub output: String,
    /// What it printed for people: warnings among them.
    pub errors: String,
}

impl Kubectl {
    pub(super) fn new(executable: PathBuf, kubeconfig: PathBuf) -> Self {
        Self { executable, kubeconfig }
    }

    /// The program.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    pub(super) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Runs a command; the error is what it printed when it failed.
    pub fn run(&self, arguments: &[&str]) -> Result<Printed, String> {
        self.run_with(arguments, "")
    }

    /// Runs a command with this standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Result<Printed, String> {
        let unable = |error: std::io::Error| format!("kubectl can't be run: {error}");
        let mut process = Command::new(&self.executable)
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(unable)?;
        if let Some(mut standard_input) = process.stdin.take() {
            standard_input.write_all(input.as_bytes()).map_err(unable)?;
        }
        let output = process.wait_with_output().map_err(unable)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let printed = Printed { output: text(&output.stdout), errors: text(&output.stderr) };
        if output.status.success() {
            Ok(printed)
        } else {
            Err(format!("`kubectl {}` failed: {}", arguments.join(" "), printed.errors.trim()))
        }
    }

    /// Applies manifests: of files, of folders, and of a text.
    pub(super) fn apply(&self, files: &[PathBuf], text: &str) -> Result<(), String> {
        let mut arguments = vec!["apply".to_owned(), "--server-side".to_owned()];
        let standard_input = (!text.is_empty()).then(|| "-".to_owned());
        let files = files.iter().map(|file| file.to_string_lossy().into_owned());
        for file in files.chain(standard_input) {
            arguments.extend(["--filename".to_owned(), file]);
        }
        self.run_with(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), text).map(|_| ())
    }

    /// Applies manifests.
    pub fn apply_text(&self, text: &str) -> Result<(), String> {
        self.apply(&[], text)
    }

    /// Waits until the API server serves each CustomResourceDefinition that it has.
    pub fn wait_for_kinds(&self) -> Result<(), String> {
        self.run(&["wait", "--for", "condition=established", "--timeout", "180s", "crd", "--all"]).map(|_| ())
    }
}
