//! What to tell about a text that is no YAML, or too much of it.

use granit_parser::{ErrorKind, ScanError};

use super::Reading;
use crate::diagnostic::Diagnostic;

/// The diagnostic for an error of the parser, which stands at `offset`; `document` is the text it read.
pub(super) fn explain(reading: &Reading<'_>, document: &str, offset: usize, error: &ScanError) -> Diagnostic {
    let kind = error.kind();
    if *kind == ErrorKind::RecursionLimitExceeded {
        return too_deep(reading, offset);
    }
    let code = if *kind == ErrorKind::UnknownAnchor { "unknown-anchor" } else { "yaml-syntax" };
    let (message, help) = match in_plain_words(kind) {
        Some((message, help)) => (message.to_owned(), help),
        None => (format!("this is not YAML: {}", lower_case(&error.info())), None),
    };
    let diagnostic = Diagnostic::error(code, message).at(reading.span(offset, offset));
    match template_help(document).or(help) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The diagnostic for maps and lists that nest too deep.
pub(super) fn too_deep(reading: &Reading<'_>, offset: usize) -> Diagnostic {
    let message = format!("maps and lists nest deeper than {} levels", reading.budget.depth);
    Diagnostic::error("too-deep", message)
        .at(reading.span(offset, offset + 1))
        .label("this level is too deep")
}

/// The parser's messages begin with what it was doing.
fn lower_case(message: &str) -> String {
    let what = message
        .strip_prefix("while ")
        .and_then(|rest| rest.split_once(", "))
        .map_or(message, |(_, what)| what);
    what.trim_start_matches("internal error: ").replace('\'', "`").replace("`t ", "'t ")
}

/// What to do about a document that can't be read because it is the template of one.
pub(super) fn template_help(document: &str) -> Option<&'static str> {
    document
        .contains("{{")
        .then_some("this looks like a template: render it first, for example with `helm template`")
}

const INDENT: Option<&str> = Some("indent this line as the lines that it belongs to");
const QUOTES: Option<&str> = Some(
    "put the whole text in quotes, and within them write `''` for `'` in single ones, `\\\"` for `\"` in double ones",
);

/// What went wrong and what to do, for what goes wrong often.
fn in_plain_words(kind: &ErrorKind) -> Option<(&'static str, Option<&'static str>)> {
    Some(match kind {
        ErrorKind::UnknownAnchor => ("this alias names no anchor of the document", None),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab can't stand here", Some("indent with spaces")),
        ErrorKind::MappingValueNotAllowed => (
            "the value of a key can't stand here",
            Some("put a text that holds `: ` in quotes, or indent this line as the lines that it belongs to"),
        ),
        ErrorKind::ExpectedBlockMappingKey => ("this line is no key of the map before it", INDENT),
        ErrorKind::ExpectedBlockSequenceEntry => ("this line is no item of the list before it", INDENT),
        ErrorKind::InvalidIndentation | ErrorKind::InvalidBlockScalarIndent => {
            ("the indentation of this line fits no line before it", INDENT)
        }
        ErrorKind::ExpectedDocumentStart => (
            "this line stands outside of the document",
            Some("indent the document's lines alike, or write `---` between two documents"),
        ),
        ErrorKind::SimpleKeyExpected => ("this key has no `:`", None),
        ErrorKind::CommentInterceptedScalar => (
            "a comment ends this text, but its next line goes on",
            Some("put the text in quotes, or indent the next line less"),
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => {
            ("a list can't begin here", Some("begin it in the next line"))
        }
        ErrorKind::BlockEntryInFlowCollection => {
            ("`-` can't stand within brackets", Some("separate the items by commas"))
        }
        ErrorKind::ExpectedFlowMappingSeparator => ("expected `,` or `}`", None),
        ErrorKind::ExpectedFlowSequenceSeparator => ("expected `,` or `]`", None),
        ErrorKind::InvalidColonPlacement => {
            ("`:` can't stand here within brackets", Some("close the bracket before it"))
        }
        ErrorKind::UnclosedFlowCollection { .. } => ("this bracket is not closed", None),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("this quote is not closed", QUOTES)
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("text stands behind the closing quote", QUOTES)
        }
        ErrorKind::UnknownQuotedScalarEscape => (
            "an escape sequence in this text is not known",
            Some("write `\\\\` for a backslash, or use single quotes"),
        ),
        ErrorKind::UnexpectedCharacter { .. } => {
            ("a text can't begin with this character", Some("put the text in quotes"))
        }
        ErrorKind::InvalidBlockScalarHeader => {
            ("text stands behind `|` or `>`", Some("begin the text in the next line"))
        }
        _ => return None,
    })
}

/// The first character that YAML does not allow, or that ends a line for some readers and for others does not.
pub(super) fn forbidden_character(reading: &Reading<'_>, start: usize, end: usize) -> Option<Diagnostic> {
    let bytes = reading.text.as_bytes().get(start..end)?;
    let suspicious = |byte: u8| {
        matches!(byte, 0..0x20 | 0x7F | 0xC2 | 0xE2 | 0xEF) && !matches!(byte, b'\n' | b'\r' | b'\t')
    };
    let mut from = 0;
    while let Some(found) = bytes.get(from..)?.iter().position(|byte| suspicious(*byte)) {
        let offset = start + from + found;
        let character = reading.text.get(offset..)?.chars().next()?;
        from += found + character.len_utf8();
        let (code, message, help) = match character {
            '\u{85}' | '\u{2028}' | '\u{2029}' => (
                "unusual-line-break",
                format!(
                    "the character {} ends a line for kubectl, and does not for other readers",
                    name(character)
                ),
                format!("remove it, or write it `\\u{:04x}` within double quotes", u32::from(character)),
            ),
            '\0'..'\u{20}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => (
                "control-character",
                format!("the control character {} is not allowed in YAML", name(character)),
                "remove it, or write it as an escape sequence within double quotes".to_owned(),
            ),
            _ => continue,
        };
        let place = reading.span(offset, offset + character.len_utf8());
        return Some(Diagnostic::error(code, message).at(place).help(help));
    }
    None
}

fn name(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
