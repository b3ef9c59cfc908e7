//! Why a command couldn't do its work.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::Console;
use crate::diagnostic::{Diagnostic, Sources};

/// How many diagnostics are told. More than these nobody reads, and a file that isn't what it seems has a hundred thousand.
const TOLD: usize = 500;

/// Why a command couldn't do its work: one or more diagnostics, and the files that they speak of.
#[derive(Debug)]
pub struct Failure {
    diagnostics: Vec<Diagnostic>,
    sources: Arc<Sources>,
}

impl Failure {
    /// A failure without a place in a file. `code` is in kebab-case; the message lower-case, without a full stop.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self::of(vec![Diagnostic::error(code, message)], Sources::new())
    }

    /// A failure told by diagnostics.
    pub fn of(diagnostics: Vec<Diagnostic>, sources: impl Into<Arc<Sources>>) -> Self {
        Self { diagnostics, sources: sources.into() }
    }

    /// A file or a folder that can't be read or written; `what` is `read`, `write` …
    pub fn io(what: &str, path: &Path, cause: &io::Error) -> Self {
        let reason = match cause.kind() {
            io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => cause.to_string(),
        };
        Self::new("file", format!("can't {what} `{}`: {reason}", path.display()))
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(last) = self.diagnostics.pop() {
            self.diagnostics.push(last.help(help));
        }
        self
    }

    pub(super) fn print(&self, console: &mut Console) {
        let (told, rest) = self.diagnostics.split_at(TOLD.min(self.diagnostics.len()));
        console.diagnostics(told, &self.sources);
        if !rest.is_empty() {
            console.note(&format!("… and {} more: mend these first", rest.len()));
        }
    }
}
