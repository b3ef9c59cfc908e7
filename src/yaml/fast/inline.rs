//! Values that stand in one line: scalars and flow collections.

use super::super::fields::Fields;
use super::super::{Entry, Node, Value, scalar};
use super::lines::Line;
use super::{Parser, is_key_byte};

impl Parser<'_> {
    /// The value at the line's content, in a map or list in column `indent`; takes the line.
    pub(super) fn value(&mut self, line: Line, indent: usize, depth: usize) -> Option<Node> {
        let node = match self.byte(line.content)? {
            b'|' => return self.literal(line, indent),
            b'"' | b'\'' => self.quoted(line.content, line.end)?,
            b'[' | b'{' => self.flow(line.content, line.end, depth + 1)?,
            _ => self.plain(line)?,
        };
        let rest = self.skip_spaces(node.span.end);
        let comment = rest > node.span.end && self.byte(rest) == Some(b'#');
        if rest < line.end && !comment {
            return None;
        }
        self.lines.take(line);
        Some(node)
    }

    fn quoted(&self, start: usize, end: usize) -> Option<Node> {
        let closing = self.closing_quote(start, end, self.byte(start)?)?;
        let text = self.text.get(start + 1..closing)?.to_owned();
        Some(Node { value: Value::String(text), span: self.reading.span(start, closing + 1), plain: false })
    }

    /// A plain scalar up to a comment or the end of its line.
    fn plain(&self, line: Line) -> Option<Node> {
        let bytes = self.text.as_bytes().get(line.content..line.end)?;
        let first = *bytes.first()?;
        let begins = first.is_ascii_alphanumeric()
            || matches!(first, b'/' | b'_' | b'.' | b'$' | b'<' | b'=' | b'(' | b'+' | b'~' | b'^' | b'\\');
        let begins_dashed =
            first == b'-' && bytes.get(1).is_some_and(|second| *second != b' ' && *second != b'\t');
        if !begins && !begins_dashed {
            return None;
        }
        let mut length = bytes.len();
        let mut before = 0;
        for (index, byte) in bytes.iter().enumerate() {
            match byte {
                b'\t' | b'\r' => return None,
                b' ' if before == b':' => return None,
                b'#' if before == b' ' => {
                    length = index;
                    break;
                }
                _ => before = *byte,
            }
        }
        let text = self.text.get(line.content..line.content + length)?.trim_end_matches(' ');
        if text.ends_with(':') {
            return None;
        }
        self.plain_node(text, line.content)
    }

    /// The node of a plain scalar; numbers that JSON doesn't have are for the complete reader.
    fn plain_node(&self, text: &str, start: usize) -> Option<Node> {
        let value = scalar::resolve(text).into_value(text);
        let span = self.reading.span(start, start + text.len());
        let finite = !matches!(value, Value::Float(number) if !number.is_finite());
        finite.then_some(Node { value, span, plain: true })
    }

    /// A list or map in brackets or braces that closes before `end`.
    fn flow(&self, start: usize, end: usize, depth: usize) -> Option<Node> {
        if depth > self.reading.budget.depth {
            return None;
        }
        match self.byte(start)? {
            b'[' => self.flow_list(start, end, depth),
            b'{' => self.flow_map(start, end, depth),
            b'"' | b'\'' => self.quoted(start, end),
            _ => self.flow_plain(start, end),
        }
    }

    fn flow_list(&self, start: usize, end: usize, depth: usize) -> Option<Node> {
        let mut items = Vec::new();
        let mut offset = self.skip_spaces(start + 1);
        while self.byte(offset)? != b']' {
            let item = self.flow(offset, end, depth + 1)?;
            offset = self.skip_comma(item.span.end, b']')?;
            items.push(item);
        }
        Some(Node { value: Value::List(items), span: self.reading.span(start, offset + 1), plain: false })
    }

    fn flow_map(&self, start: usize, end: usize, depth: usize) -> Option<Node> {
        let mut fields = Fields::default();
        let mut diagnostics = Vec::new();
        let mut offset = self.skip_spaces(start + 1);
        while self.byte(offset)? != b'}' {
            let colon = self.key_end(Line { indent: 0, content: offset, end })?;
            let key = self.key(offset, colon)?;
            let value = self.flow(self.skip_spaces(colon + 1), end, depth + 1)?;
            let key_span = self.reading.span(offset, colon);
            offset = self.skip_comma(value.span.end, b'}')?;
            fields.set(self.reading, Entry { key, key_span, value }, &mut diagnostics);
        }
        let span = self.reading.span(start, offset + 1);
        diagnostics.is_empty().then(|| Node { value: Value::Map(fields.into_entries()), span, plain: false })
    }

    /// From behind an item to the next item, or to what closes the collection.
    fn skip_comma(&self, offset: usize, closing: u8) -> Option<usize> {
        let offset = self.skip_spaces(offset);
        match self.byte(offset)? {
            b',' => Some(self.skip_spaces(offset + 1)),
            byte => (byte == closing).then_some(offset),
        }
    }

    /// A plain scalar of one word.
    fn flow_plain(&self, start: usize, end: usize) -> Option<Node> {
        let bytes = self.text.as_bytes().get(start..end)?;
        let dashes = bytes.iter().take_while(|byte| **byte == b'-').count();
        let first = bytes.get(dashes)?;
        let length = bytes.iter().position(|byte| !is_key_byte(*byte) && *byte != b'=')?;
        let begins = first.is_ascii_alphanumeric() || matches!(first, b'/' | b'_' | b'.');
        if !begins || !matches!(bytes.get(length)?, b',' | b']' | b'}' | b' ') {
            return None;
        }
        self.plain_node(self.text.get(start..start + length)?, start)
    }
}
