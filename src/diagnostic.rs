//! What is wrong, where it stands and what to do about it: places, diagnostics and their collection.
//!
//! It knows text and places in text, nothing of policies or manifests; it never reads a file and never prints.

mod render;
mod sources;
mod suggestion;

pub use render::render;
pub use sources::{FileId, Sources};
pub use suggestion::did_you_mean;

use std::fmt;

/// A range of bytes of one file: `start` is its first byte, `end` the byte behind its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file, as [`Sources::add`] named it.
    pub file: FileId,
    /// Offset of the first byte in the file's text.
    pub start: usize,
    /// Offset behind the last byte; equal to `start` for a place between two bytes.
    pub end: usize,
}

impl Span {
    /// The bytes `start..end` of a file.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// Whether it is a place between two bytes.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Whether the work can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input can't be used as it is.
    Error,
    /// The input can be used, but it may not mean what its writer thinks.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One thing that is wrong, told to the person who wrote the input.
///
/// Texts are lower-case and without a full stop; what the person wrote stands in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the work can go on.
    pub severity: Severity,
    /// The kind of problem, in kebab-case: `unknown-field`. Stable, for people to search for.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    /// Where it stands; absent for what has no place in a file.
    pub span: Option<Span>,
    /// What stands at the underlined place: what was expected there.
    pub label: Option<String>,
    /// The place in a model that was built without files: `rules[2].checks[0].each`.
    pub path: Option<String>,
    /// What to do: "did you mean `containers`?".
    pub help: Option<String>,
    /// Other places that belong to it, each with what it is: "first set here".
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    /// A diagnostic that stops the work.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// A diagnostic that lets the work go on.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    /// A diagnostic of either severity, without a place.
    pub fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self { severity, code, message, span: None, label: None, path: None, help: None, related: Vec::new() }
    }

    /// Sets the place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Sets the text at the underlined place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets the place in a model that was built without files.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place that belongs to it.
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push((span, text.into()));
        self
    }
}

/// Collects diagnostics, so that all of them are told at once.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether one of the diagnostics is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many diagnostics there are, repeated ones included.
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether there is no diagnostic.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// All diagnostics by file and place, those without a place last, each once.
    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        let order =
            |diagnostic: &Diagnostic| (diagnostic.span.is_none(), diagnostic.span, diagnostic.path.clone());
        self.diagnostics.sort_by_cached_key(order);
        let mut unique: Vec<Diagnostic> = Vec::with_capacity(self.diagnostics.len());
        for diagnostic in self.diagnostics {
            let same_place = unique.iter().rev().take_while(|other| order(other) == order(&diagnostic));
            if !same_place.into_iter().any(|other| *other == diagnostic) {
                unique.push(diagnostic);
            }
        }
        unique
    }
}

impl Extend<Diagnostic> for Sink {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        self.diagnostics.extend(diagnostics);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_gives_each_diagnostic_once_by_place() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "one\ntwo\n".into());
        let mut sink = Sink::new();
        sink.push(Diagnostic::error("no-place", "last"));
        sink.push(Diagnostic::warning("b", "second").at(Span::new(file, 4, 7)));
        sink.push(Diagnostic::warning("a", "first").at(Span::new(file, 0, 3)));
        sink.push(Diagnostic::warning("b", "another at the same place").at(Span::new(file, 4, 7)));
        sink.push(Diagnostic::warning("b", "second").at(Span::new(file, 4, 7)));
        assert!(sink.has_errors());
        let messages: Vec<String> =
            sink.into_vec().into_iter().map(|diagnostic| diagnostic.message).collect();
        assert_eq!(messages, ["first", "second", "another at the same place", "last"]);
    }
}
