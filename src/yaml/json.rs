//! JSON as kubectl's decoder reads it: a text whose first character is `{` is JSON, one value after the other, until
//! something isn't.
//!
//! Never gives up on what might be YAML: where the first or second value isn't JSON, the rest is left to YAML.

use super::fields::Fields;
use super::scalar;
use super::{Documents, Entry, Node, Reading, Value, syntax};
use crate::diagnostic::Diagnostic;

/// Reads the JSON values at the start of a text. Gives the offset from which on the text is YAML.
pub(super) fn read(reading: &Reading<'_>, read: &mut Documents) -> usize {
    let mut parser = Parser { reading, bytes: reading.text.as_bytes(), offset: 0, diagnostics: Vec::new() };
    parser.skip_blanks();
    if parser.peek() != Some(b'{') {
        return 0;
    }
    let mut rest = 0;
    for count in 0.. {
        parser.skip_blanks();
        if parser.peek().is_none() {
            break;
        }
        let start = parser.offset;
        match parser.value(0) {
            Ok(node) => {
                if !node.is_null() {
                    read.documents.push(node);
                }
                read.diagnostics.append(&mut parser.diagnostics);
                rest = parser.offset;
            }
            Err(Failure::Budget(diagnostic)) => {
                read.diagnostics.push(*diagnostic);
                break;
            }
            Err(Failure::Syntax(_)) if count <= 1 => {
                let line = reading.text.get(rest..start).and_then(|blanks| blanks.rfind('\n'));
                return line.map_or(rest, |feed| rest + feed + 1);
            }
            Err(Failure::Syntax(expected)) => {
                let message = format!("this is not JSON: expected {expected}");
                let place = reading.span(parser.offset, parser.offset);
                read.diagnostics.push(Diagnostic::error("json-syntax", message).at(place));
                break;
            }
        }
    }
    reading.text.len()
}

/// Why a value could not be read.
enum Failure {
    /// Not JSON, at the parser's offset; what was expected.
    Syntax(&'static str),
    /// JSON, but too much of it.
    Budget(Box<Diagnostic>),
}

struct Parser<'a> {
    reading: &'a Reading<'a>,
    bytes: &'a [u8],
    offset: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.offset += 1;
        }
    }

    fn expect(&mut self, byte: u8, name: &'static str) -> Result<(), Failure> {
        self.skip_blanks();
        if self.peek() != Some(byte) {
            return Err(Failure::Syntax(name));
        }
        self.offset += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node, Failure> {
        self.skip_blanks();
        let start = self.offset;
        let (value, plain) = match self.peek() {
            Some(b'{') => (Value::Map(self.map(depth + 1)?), false),
            Some(b'[') => (Value::List(self.list(depth + 1)?), false),
            Some(b'"') => (Value::String(self.string()?), false),
            Some(b't') => (self.literal("true", Value::Bool(true))?, true),
            Some(b'f') => (self.literal("false", Value::Bool(false))?, true),
            Some(b'n') => (self.literal("null", Value::Null)?, true),
            Some(b'-' | b'0'..=b'9') => (self.number()?, true),
            Some(_) | None => return Err(Failure::Syntax("a value")),
        };
        Ok(Node { value, span: self.reading.span(start, self.offset), plain })
    }

    fn check_depth(&self, depth: usize) -> Result<(), Failure> {
        if depth <= self.reading.budget.depth {
            return Ok(());
        }
        Err(Failure::Budget(Box::new(syntax::too_deep(self.reading, self.offset))))
    }

    fn map(&mut self, depth: usize) -> Result<Vec<Entry>, Failure> {
        self.check_depth(depth)?;
        self.offset += 1;
        let mut fields = Fields::default();
        self.skip_blanks();
        if self.peek() == Some(b'}') {
            self.offset += 1;
            return Ok(Vec::new());
        }
        loop {
            self.skip_blanks();
            let start = self.offset;
            if self.peek() != Some(b'"') {
                return Err(Failure::Syntax("a key in double quotes"));
            }
            let key = self.string()?;
            let key_span = self.reading.span(start, self.offset);
            self.expect(b':', "`:`")?;
            let value = self.value(depth)?;
            fields.set(self.reading, Entry { key, key_span, value }, &mut self.diagnostics);
            self.skip_blanks();
            if self.peek() != Some(b',') {
                break;
            }
            self.offset += 1;
        }
        self.expect(b'}', "`,` or `}`")?;
        Ok(fields.into_entries())
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Failure> {
        self.check_depth(depth)?;
        self.offset += 1;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(b']') {
            self.offset += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_blanks();
            if self.peek() != Some(b',') {
                break;
            }
            self.offset += 1;
        }
        self.expect(b']', "`,` or `]`")?;
        Ok(items)
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, Failure> {
        if !self.bytes.get(self.offset..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(Failure::Syntax("a value"));
        }
        self.offset += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Failure> {
        let start = self.offset;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.offset += 1;
        }
        let text = self.reading.text.get(start..self.offset).unwrap_or("");
        if let Ok(integer) = text.parse::<i64>()
            && (text.trim_start_matches('-').len() == 1 || !text.trim_start_matches('-').starts_with('0'))
        {
            return Ok(Value::Integer(integer));
        }
        let well_formed = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        let number = text.parse().ok().filter(|number: &f64| well_formed && number.is_finite());
        number.map(scalar::number).ok_or(Failure::Syntax("a number"))
    }

    fn string(&mut self) -> Result<String, Failure> {
        self.offset += 1;
        let mut text = self.skip_characters().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.offset += 1;
                    text.push(self.escape()?);
                }
                Some(_) | None => return Err(Failure::Syntax("`\"`")),
            }
            text.push_str(self.skip_characters());
        }
        self.offset += 1;
        Ok(text)
    }

    /// Goes on to the next quote, backslash or control character; gives what it passed.
    fn skip_characters(&mut self) -> &'a str {
        let start = self.offset;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        self.offset += length.unwrap_or(rest.len());
        self.reading.text.get(start..self.offset).unwrap_or("")
    }

    fn escape(&mut self) -> Result<char, Failure> {
        let byte = self.peek();
        self.offset += 1;
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) | None => return Err(Failure::Syntax("an escape sequence of JSON")),
        })
    }

    /// Half of a surrogate pair becomes U+FFFD, as in Go.
    fn unicode_escape(&mut self) -> Result<char, Failure> {
        let first = self.code_unit()?;
        if (0xD800..0xDC00).contains(&first) {
            let before = self.offset;
            if self.bytes.get(self.offset..).is_some_and(|rest| rest.starts_with(b"\\u")) {
                self.offset += 2;
                let second = self.code_unit()?;
                if (0xDC00..0xE000).contains(&second) {
                    let code_point = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    return Ok(char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                self.offset = before;
            }
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code_unit(&mut self) -> Result<u32, Failure> {
        let digits = self.reading.text.get(self.offset..self.offset + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.offset += 4;
        unit.ok_or(Failure::Syntax("four hexadecimal digits"))
    }
}
