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
    /// Found when a place is first asked for.
    index: OnceLock<Index>,
}

/// Where lines begin and how many characters stand before, so that even in a line of megabytes a column is found at once.
#[derive(Debug)]
struct Index {
    /// Offsets of the first byte of each line.
    line_starts: Vec<usize>,
    /// How many characters begin before each block of [`BLOCK`] bytes.
    characters: Vec<usize>,
}

/// The distance of the places at which characters are counted, in bytes.
const BLOCK: usize = 4096;

impl Index {
    fn new(text: &str) -> Self {
        let line_feeds = text.match_indices('\n').map(|(offset, _)| offset + 1);
        let mut counted = 0;
        let characters = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = counted;
            counted += beginnings(block);
            before
        });
        Self { line_starts: std::iter::once(0).chain(line_feeds).collect(), characters: characters.collect() }
    }

    /// How many characters begin before an offset.
    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let rest = text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or(0) + beginnings(rest)
    }
}

/// How many characters begin in a piece of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
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
        self.files.push(Source { path: path.to_owned(), text, index: OnceLock::new() });
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
        let Some((source, index)) = self.index(span.file) else { return (1, 1) };
        let line = self.line_of(span.file, span.start);
        let characters_before =
            |offset: usize| index.characters_before(&source.text, offset.min(source.text.len()));
        let column = characters_before(span.start) - characters_before(self.line_start(span.file, line));
        (line + 1, column + 1)
    }

    /// The line that holds an offset, from 0.
    pub(super) fn line_of(&self, file: FileId, offset: usize) -> usize {
        self.line_starts(file).partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The offset of a line's first byte; the text's end for a line behind the last.
    pub(super) fn line_start(&self, file: FileId, line: usize) -> usize {
        self.line_starts(file).get(line).copied().unwrap_or(self.text(file).len())
    }

    /// The offset of the first byte of each line.
    pub fn line_starts(&self, file: FileId) -> &[usize] {
        self.index(file).map_or(&[], |(_, index)| &index.line_starts)
    }

    fn index(&self, file: FileId) -> Option<(&Source, &Index)> {
        let source = self.source(file)?;
        Some((source, source.index.get_or_init(|| Index::new(&source.text))))
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

    #[test]
    fn columns_of_a_long_line_are_found_at_once() {
        let mut sources = Sources::new();
        let file = sources.add("a.json", "é".repeat(5_000_000));
        for column in (1..5_000_000).step_by(100) {
            assert_eq!(sources.line_column(Span::new(file, 2 * column, 2 * column)), (1, column + 1));
        }
    }
}
