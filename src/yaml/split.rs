//! A file into its documents, before any of them is parsed: one that is broken can't hide the next.
//!
//! A line that begins with `---` and a blank, or is `---`, starts a document: YAML allows it nowhere else. kubectl
//! takes `---#` for one, too.

use std::ops::Range;

const SEPARATOR: &str = "---";

/// The ranges of all documents behind `start`, each with the `---` it begins with (but `---#`) and the line feed it ends with.
pub(super) fn documents(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut document = start;
    let mut searched = start;
    while let Some(separator) = next_separator(text, searched) {
        searched = separator + SEPARATOR.len();
        if separator > document && !holds_only_directives(text.get(document..separator)) {
            ranges.push(document..separator);
            document = separator;
        }
    }
    if document < text.len() {
        ranges.push(document..text.len());
    }
    for range in &mut ranges {
        if text.get(range.clone()).is_some_and(|document| document.starts_with("---#")) {
            range.start += SEPARATOR.len();
        }
    }
    ranges
}

/// The offset of the next line that starts a document.
fn next_separator(text: &str, start: usize) -> Option<usize> {
    let starts_document = |offset: usize| {
        let after = text.get(offset..).and_then(|rest| rest.strip_prefix(SEPARATOR));
        after.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\n', '\r', '#']))
    };
    let mut offset = start;
    if (start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n')) && starts_document(start) {
        return Some(start);
    }
    loop {
        offset += text.get(offset..)?.find("\n---")? + 1;
        if starts_document(offset) {
            return Some(offset);
        }
    }
}

/// Whether a piece of text belongs to the document behind it: `%YAML 1.1`.
fn holds_only_directives(text: Option<&str>) -> bool {
    let mut lines =
        text.unwrap_or("").lines().filter(|line| !line.trim_start().is_empty() && !line.starts_with('#'));
    let directive = |line: &str| line.starts_with('%');
    lines.next().is_some_and(directive) && lines.all(directive)
}

/// What stands behind `---` in its line, if it isn't a comment: YAML allows it, kubectl does not.
pub(super) fn text_behind_separator(document: &str) -> Option<Range<usize>> {
    let line = document.strip_prefix(SEPARATOR)?.lines().next()?;
    let text = line.trim();
    let start = SEPARATOR.len() + line.len() - line.trim_start().len();
    (!text.is_empty() && !text.starts_with('#')).then(|| start..start + text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_end_where_the_next_begins() {
        for (text, expected) in [
            ("", &[][..]),
            ("a: 1\n", &["a: 1\n"][..]),
            ("---\na: |\n  x\n---\nb: 2", &["---\na: |\n  x\n", "---\nb: 2"]),
            ("---\n---\n--- # c\n", &["---\n", "---\n", "--- # c\n"]),
            ("a\r\n---\r\nb\r\n", &["a\r\n", "---\r\nb\r\n"]),
            ("a\n---# c\n", &["a\n", "# c\n"]),
            ("a: ---\n ---\n---b\n----\n", &["a: ---\n ---\n---b\n----\n"]),
            ("# c\n%YAML 1.1\n---\na\n---", &["# c\n%YAML 1.1\n---\na\n", "---"]),
        ] {
            let found: Vec<&str> = documents(text, 0).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn text_behind_a_separator_is_found() {
        for (document, expected) in
            [("--- # c\na", None), ("---\na", None), ("---  {a: 1} \nb", Some(5..11)), ("a", None)]
        {
            assert_eq!(text_behind_separator(document), expected, "{document:?}");
        }
    }
}
