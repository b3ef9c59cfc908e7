//! Literals of CEL. They hold nothing that Kyverno would take for a variable of its own.

use crate::ir::Literal;

/// A text as a CEL literal, in double quotes if that spares escapes. `{{` and `$(` are broken by an escape, since a ClusterPolicy
/// refuses them even inside a literal.
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut literal = String::from(quote);
    let mut before = None;
    for character in text.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            _ if character == quote => literal.extend(['\\', quote]),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            '{' if before == Some('{') => literal.push_str("\\u007b"),
            '(' if before == Some('$') => literal.push_str("\\u0028"),
            _ if is_printable(character) => literal.push(character),
            _ => literal.push_str(&escaped(character)),
        }
        before = Some(character);
    }
    literal.push(quote);
    literal
}

/// A character by its number.
fn escaped(character: char) -> String {
    let number = u32::from(character);
    if number <= 0xFFFF { format!("\\u{number:04x}") } else { format!("\\U{number:08x}") }
}

/// Whether a character can stand as it is in a source text: everything but control characters, and those that have no width, turn
/// the text's direction, end a line or are no characters.
pub fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    let number = u32::from(character);
    !crate::ir::text::is_hidden(character)
        && !matches!(number, 0xAD | 0x61C | 0xFFF0..=0xFFFF | 0xE000..=0xF8FF | 0xE0000..)
        && number & 0xFFFE != 0xFFFE
}

/// A literal in CEL.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Text(text)
        | Literal::Quantity(text)
        | Literal::Duration(text)
        | Literal::HostPath(text)
        | Literal::Image(text)
        | Literal::Pattern(text) => quoted(text),
    }
}
