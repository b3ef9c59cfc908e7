//! Literal blocks: `|` and `|-`.

use super::super::{Node, Value};
use super::Parser;
use super::lines::Line;

impl Parser<'_> {
    /// The literal block whose header is the line's content, in a map or list in column `indent`; takes its lines.
    pub(super) fn literal(&mut self, header: Line, indent: usize) -> Option<Node> {
        let strip = match self.text.get(header.content..header.end)? {
            "|" => false,
            "|-" => true,
            _ => return None,
        };
        let start = header.end + 1;
        let column = self.column_of_block(start).filter(|column| *column > indent)?;
        let mut text = String::new();
        let mut offset = start;
        let mut content = start..start;
        while offset < self.text.len() {
            let end = self.lines.end_of_line(offset);
            let first = self.skip_spaces(offset).min(end);
            if first < end {
                if first - offset < column {
                    break;
                }
                if content.is_empty() {
                    content.start = first;
                }
                content.end = end;
            }
            text.push_str(self.text.get(offset + column..end).unwrap_or(""));
            text.push('\n');
            offset = end + 1;
        }
        self.lines.skip_to(offset);
        self.check_comment(offset, indent)?;
        text.truncate(text.trim_end_matches('\n').len());
        if !strip {
            text.push('\n');
        }
        let end = content.start + self.text.get(content.clone())?.trim_end().len();
        Some(Node { value: Value::String(text), span: self.reading.span(content.start, end), plain: false })
    }

    /// The column of the first line that isn't blank, if no blank line before it is longer.
    fn column_of_block(&self, start: usize) -> Option<usize> {
        let mut offset = start;
        let mut longest = 0;
        while offset < self.text.len() {
            let first = self.skip_spaces(offset);
            let width = first - offset;
            match self.byte(first) {
                Some(b'\n') => longest = longest.max(width),
                Some(b'\t' | b'\r') | None => return None,
                Some(_) => return (longest <= width).then_some(width),
            }
            offset = first + 1;
        }
        None
    }

    /// A comment right behind the block that is further right than its key is for the complete reader.
    fn check_comment(&self, offset: usize, indent: usize) -> Option<()> {
        let first = self.skip_spaces(offset);
        (self.byte(first) != Some(b'#') || first - offset <= indent).then_some(())
    }
}
