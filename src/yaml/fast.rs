//! The short way from text to tree, for what nearly all manifests are made of: block maps and lists, scalars in one
//! line, literal blocks, flow collections in one line.
//!
//! It never decides a doubtful case: at whatever it doesn't know it gives up, without a diagnostic, and the complete
//! reader takes the document. What it reads is what the complete reader reads, place by place; tests hold them together.

mod inline;
mod lines;
mod literal;

use lines::{Line, Lines};

use super::fields::Fields;
use super::{Entry, Node, Reading, Value, scalar};

/// The tree of a document (with its `---`, if it has one); nothing where the complete reader is needed. The text holds
/// no forbidden characters.
pub(super) fn read(reading: &Reading<'_>, start: usize, end: usize) -> Option<Node> {
    let text = reading.text.get(..end)?;
    let mut parser = Parser { reading, text, lines: Lines::new(text, start)? };
    let line = parser.lines.peek()?;
    let root = parser.block(line, 1)?;
    parser.lines.peek().is_none().then_some(root).filter(|_| !parser.lines.is_odd())
}

/// `None` in its results means that it gives up.
struct Parser<'a> {
    reading: &'a Reading<'a>,
    /// The text up to the end of the document.
    text: &'a str,
    lines: Lines<'a>,
}

impl<'a> Parser<'a> {
    /// A list or map that begins at `line`'s content.
    fn block(&mut self, line: Line, depth: usize) -> Option<Node> {
        if depth > self.reading.budget.depth {
            return None;
        }
        if self.is_dash(line) { self.list(line, depth) } else { self.map(line, depth) }
    }

    fn is_dash(&self, line: Line) -> bool {
        self.byte(line.content) == Some(b'-')
            && matches!(self.byte(line.content + 1), Some(b' ' | b'\n') | None)
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(offset).copied()
    }

    fn list(&mut self, first: Line, depth: usize) -> Option<Node> {
        let mut items: Vec<Node> = Vec::new();
        let mut next = Some(first);
        while let Some(line) = next.filter(|line| line.indent == first.indent && self.is_dash(*line)) {
            let item = self.skip_spaces(line.content + 1);
            let inner = Line { indent: line.indent + item - line.content, content: item, end: line.end };
            let node = if self.is_dash(inner) || self.key_end(inner).is_some() {
                self.block(inner, depth + 1)?
            } else {
                self.value(inner, line.indent, depth)?
            };
            items.push(node);
            next = self.lines.peek();
        }
        self.ends(next, first.indent)?;
        let span = self.reading.span(items.first()?.span.start, items.last()?.span.end);
        Some(Node { value: Value::List(items), span, plain: false })
    }

    fn map(&mut self, first: Line, depth: usize) -> Option<Node> {
        let mut fields = Fields::default();
        let mut diagnostics = Vec::new();
        let mut end = first.content;
        let mut next = Some(first);
        while let Some(line) = next.filter(|line| line.indent == first.indent && !self.is_dash(*line)) {
            let colon = self.key_end(line)?;
            let key = self.key(line.content, colon)?;
            let key_span = self.reading.span(line.content, colon);
            let inner = Line { content: self.skip_spaces(colon + 1), ..line };
            let value = if self.is_blank(inner) {
                self.lines.take(line);
                self.nested(line.indent, colon, depth)?
            } else {
                self.value(inner, line.indent, depth)?
            };
            end = value.span.end.max(end);
            fields.set(self.reading, Entry { key, key_span, value }, &mut diagnostics);
            if !diagnostics.is_empty() {
                return None;
            }
            next = self.lines.peek();
        }
        self.ends(next, first.indent)?;
        let span = self.reading.span(first.content, end);
        Some(Node { value: Value::Map(fields.into_entries()), span, plain: false })
    }

    /// Whether what follows a list or map in column `indent` can follow it: something further left, or a key behind a
    /// list that is not indented.
    fn ends(&self, next: Option<Line>, indent: usize) -> Option<()> {
        next.is_none_or(|line| line.indent < indent || line.indent == indent && !self.is_dash(line))
            .then_some(())
    }

    /// What belongs to a key with nothing behind its colon.
    fn nested(&mut self, indent: usize, colon: usize, depth: usize) -> Option<Node> {
        match self.lines.peek() {
            Some(line) if line.indent > indent => self.block(line, depth + 1),
            Some(line) if line.indent == indent && self.is_dash(line) => self.block(line, depth + 1),
            Some(_) | None => {
                Some(Node { value: Value::Null, span: self.reading.span(colon, colon), plain: true })
            }
        }
    }

    fn skip_spaces(&self, mut offset: usize) -> usize {
        while self.byte(offset) == Some(b' ') {
            offset += 1;
        }
        offset
    }

    /// Whether nothing but a comment stands at the line's content; the content has a blank before it.
    fn is_blank(&self, line: Line) -> bool {
        line.content >= line.end || self.byte(line.content) == Some(b'#')
    }

    /// The offset of the colon behind the key at the line's content, if there is a simple one.
    fn key_end(&self, line: Line) -> Option<usize> {
        let colon = match self.byte(line.content)? {
            quote @ (b'"' | b'\'') => self.closing_quote(line.content, line.end, quote)? + 1,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' | b'$' | b'.' => {
                let bytes = self.text.as_bytes().get(line.content..line.end)?;
                let length = bytes.iter().position(|byte| !is_key_byte(*byte))?;
                line.content + length
            }
            _ => return None,
        };
        let blank = colon + 1 == line.end || self.byte(colon + 1) == Some(b' ');
        (self.byte(colon) == Some(b':') && blank && colon - line.content < LONGEST_KEY).then_some(colon)
    }

    /// The key up to its colon; one that isn't the text that it looks like is for the complete reader.
    fn key(&self, start: usize, colon: usize) -> Option<String> {
        let written = self.text.get(start..colon)?;
        if written.starts_with(['"', '\'']) {
            return written.get(1..written.len() - 1).map(str::to_owned);
        }
        (scalar::resolve(written) == scalar::Scalar::Text).then(|| written.to_owned())
    }

    /// The offset of the quote that closes the one at `start`, if there is nothing special between them.
    fn closing_quote(&self, start: usize, end: usize, quote: u8) -> Option<usize> {
        let bytes = self.text.as_bytes().get(start + 1..end)?;
        let closing = start + 1 + bytes.iter().position(|byte| *byte == quote || *byte == b'\\')?;
        let doubled = quote == b'\'' && self.byte(closing + 1) == Some(quote);
        (self.byte(closing) == Some(quote) && !doubled).then_some(closing)
    }
}

/// Keys that are longer are for the complete reader, in bytes.
const LONGEST_KEY: usize = 500;

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'$' | b'@')
}

#[cfg(test)]
mod tests;
