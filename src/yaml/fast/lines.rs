//! A document's lines with content, one after the other. Skips blank lines and comments.

/// A line that has content.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    /// The column of its content, from 0.
    pub(super) indent: usize,
    /// The offset of its content.
    pub(super) content: usize,
    /// The offset of its line feed, or of the text's end.
    pub(super) end: usize,
}

/// The lines of a document that were not taken yet.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    /// Where the next line begins.
    offset: usize,
    /// The next line with content, once it was looked for.
    next: Option<Line>,
    /// Whether a line was met that only the complete reader understands.
    odd: bool,
}

impl<'a> Lines<'a> {
    /// The lines from `start` on, without a line `---`; nothing if there is more in that line.
    pub(super) fn new(text: &'a str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut lines = Self { bytes, offset: start, next: None, odd: false };
        if bytes.get(start..)?.starts_with(b"---") {
            let end = lines.end_of_line(start);
            let behind = bytes.get(start + 3..end)?;
            let comment = behind.first() == Some(&b' ') && behind.trim_ascii_start().first() == Some(&b'#');
            if !behind.trim_ascii().is_empty() && !comment {
                return None;
            }
            lines.offset = end + 1;
        }
        Some(lines)
    }

    /// The next line with content, which stays the next until it is taken.
    pub(super) fn peek(&mut self) -> Option<Line> {
        while self.next.is_none() && self.offset < self.bytes.len() && !self.odd {
            let mut content = self.offset;
            while self.bytes.get(content) == Some(&b' ') {
                content += 1;
            }
            let end = self.end_of_line(content);
            match self.bytes.get(content) {
                None | Some(b'\n' | b'#') => self.offset = end + 1,
                Some(b'\t' | b'\r') => self.odd = true,
                Some(_) => self.next = Some(Line { indent: content - self.offset, content, end }),
            }
        }
        self.next
    }

    /// Goes on behind a line.
    pub(super) fn take(&mut self, line: Line) {
        self.skip_to(line.end + 1);
    }

    /// Goes on at the start of a line.
    pub(super) fn skip_to(&mut self, offset: usize) {
        self.offset = offset;
        self.next = None;
    }

    /// Whether a line was met that only the complete reader understands; no more lines are given then.
    pub(super) fn is_odd(&self) -> bool {
        self.odd
    }

    /// The offset of the line feed that ends the line of an offset, or of the text's end.
    pub(super) fn end_of_line(&self, offset: usize) -> usize {
        let rest = self.bytes.get(offset..).unwrap_or_default();
        rest.iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |length| offset + length)
    }
}
