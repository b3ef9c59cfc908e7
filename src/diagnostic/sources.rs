//! The texts that diagnostics point into, with lines and columns. Never reads a file: texts are handed in.

use std::sync::OnceLock;

use super::Span;

/// A file among [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(u32);

#[derive(Debug)]
struct Source {
    path: String,
    text: String,
    /// Offsets of the first byte of each line; found when a place is first asked for.
    line_starts: OnceLock<Vec<usize>>,
}

/// All files that were read, by [`FileId`], in the order in which they were added.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; `path` is what messages call it.
    pub fn add(&mut self, path: &str, text: String) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source { path: path.to_owned(), text, line_starts: OnceLock::new() });
        id
    }

    /// Every file, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        (0u32..).map(FileId).take(self.files.len())
    }

    /// What messages call the file; empty for a file of other sources.
    pub fn path(&self, file: FileId) -> &str {
        self.source(file).map_or("", |source| &source.path)
    }

    /// The file's whole text; empty for a file of other sources.
    pub fn text(&self, file: FileId) -> &str {
        self.source(file).map_or("", |source| &source.text)
    }

    /// The text of a place, as its writer wrote it; empty if the place lies outside of the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start..span.end).unwrap_or("")
    }

    /// Line and column where a place starts, both from 1; columns count characters.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let line = self.line_of(span.file, span.start);
        let text = self.text(span.file);
        let start = self.line_start(span.file, line);
        let before = text.as_bytes().get(start..span.start.min(text.len())).unwrap_or_default();
        let characters = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        (line + 1, characters + 1)
    }

    /// The line that holds an offset, from 0.
    pub(super) fn line_of(&self, file: FileId, offset: usize) -> usize {
        self.line_starts(file).partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The offset of a line's first byte; the text's end for a line behind the last.
    pub(super) fn line_start(&self, file: FileId, line: usize) -> usize {
        self.line_starts(file).get(line).copied().unwrap_or(self.text(file).len())
    }

    fn line_starts(&self, file: FileId) -> &[usize] {
        let Some(source) = self.source(file) else { return &[] };
        source.line_starts.get_or_init(|| {
            std::iter::once(0).chain(source.text.match_indices('\n').map(|(offset, _)| offset + 1)).collect()
        })
    }

    fn source(&self, file: FileId) -> Option<&Source> {
        self.files.get(usize::try_from(file.0).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "a: ä\r\nb: é: x\n".into());
        let place = |start| sources.line_column(Span::new(file, start, start + 1));
        assert_eq!(place(0), (1, 1));
        assert_eq!(place(3), (1, 4));
        assert_eq!(place(7), (2, 1));
        assert_eq!(place(12), (2, 5));
        assert_eq!(place(16), (3, 1));
        assert_eq!(place(99), (3, 1));
        assert_eq!(sources.slice(Span::new(file, 3, 5)), "ä");
    }
}
