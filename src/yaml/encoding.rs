//! Bytes to text, as kubectl does it: a byte order mark tells UTF-16, everything else is UTF-8.

use crate::diagnostic::{Diagnostic, FileId, Sources, Span};

/// Bytes that are no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// The text with U+FFFD in place of what is none.
    text: String,
    /// Where the first of these stands.
    offset: usize,
    /// What the bytes were taken for.
    encoding: &'static str,
}

impl Undecodable {
    /// Adds what can be shown of the file to the sources, and tells where it stops being a text.
    pub fn into_diagnostic(self, sources: &mut Sources, path: &str) -> (FileId, Diagnostic) {
        let Self { text, offset, encoding } = self;
        let file = sources.add(path, text);
        let message = format!("the file is not {encoding} text");
        let diagnostic = Diagnostic::error("not-text", message)
            .at(Span::new(file, offset, offset + char::REPLACEMENT_CHARACTER.len_utf8()))
            .label(format!("the first byte that is not {encoding}"))
            .help("save the file as UTF-8, or leave it out if it is no YAML or JSON");
        (file, diagnostic)
    }
}

/// The text of a file, without its byte order mark.
pub fn read_bytes(bytes: Vec<u8>) -> Result<String, Undecodable> {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf_8(rest.to_vec()),
        _ => utf_8(bytes),
    }
}

fn utf_8(bytes: Vec<u8>) -> Result<String, Undecodable> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Undecodable {
            text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            offset,
            encoding: "UTF-8",
        }
    })
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Undecodable> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut bad = None;
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        if character.is_err() {
            bad = bad.or(Some(text.len()));
        }
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if !odd.is_empty() {
        bad = bad.or(Some(text.len()));
        text.push(char::REPLACEMENT_CHARACTER);
    }
    match bad {
        None => Ok(text),
        Some(offset) => Err(Undecodable { text, offset, encoding: "UTF-16" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_marks_tell_the_encoding() {
        let text = |bytes: &[u8]| read_bytes(bytes.to_vec());
        assert_eq!(text(b"a: 1"), Ok("a: 1".into()));
        assert_eq!(text(b"\xEF\xBB\xBFa: 1"), Ok("a: 1".into()));
        assert_eq!(text(b"\xFF\xFEa\0\xE4\0"), Ok("aä".into()));
        assert_eq!(text(b"\xFE\xFF\xD8\x3D\xDE\x00"), Ok("😀".into()));
        assert_eq!(text(b""), Ok(String::new()));
    }

    #[test]
    fn what_is_no_text_has_a_place() {
        for (bytes, line, column) in
            [(&b"a: 1\nb: \xFF\n"[..], 2, 4), (b"\xFF\xFEa\0\0\xD8b\0", 1, 2), (b"\xFE\xFF\0", 1, 1)]
        {
            let mut sources = Sources::new();
            let (_, diagnostic) =
                read_bytes(bytes.to_vec()).unwrap_err().into_diagnostic(&mut sources, "a.yaml");
            assert_eq!(sources.line_column(diagnostic.span.unwrap()), (line, column));
        }
    }
}
