//! Pieces of Markdown. Texts of policy files come in as people write them: with code in backticks, and nothing else that means anything.

/// What begins something in Markdown or HTML, outside of code.
const MEANINGFUL: [char; 8] = ['\\', '*', '_', '[', ']', '<', '>', '#'];

/// A text on one line, in which only code in backticks means anything.
pub(super) fn text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pieces: Vec<&str> = line.split('`').collect();
    // A backtick without its other half is one.
    let last_is_open = pieces.len().is_multiple_of(2);
    let last = pieces.len().saturating_sub(1);
    let mut out = String::new();
    for (place, piece) in pieces.iter().enumerate() {
        let is_code = !place.is_multiple_of(2);
        match (is_code, last_is_open && place == last) {
            (_, true) => out.push_str(&format!("\\`{}", escaped(piece))),
            (true, false) => out.push_str(&code(piece)),
            (false, false) => out.push_str(&escaped(piece)),
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if MEANINGFUL.contains(&character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Code inside a line.
pub(super) fn code(text: &str) -> String {
    let line: String =
        text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    if line.is_empty() {
        return "`\"\"`".to_owned();
    }
    let longest = line.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if line.starts_with('`') || line.ends_with('`') || line.trim().is_empty() { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

/// Code on lines of its own.
pub(super) fn block(language: &str, text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// A table; nothing if it has no rows. Cells are Markdown already, but for the `|` that would end them.
pub(super) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(heading.len()));
    line(&heading) + &rule + &rows.iter().map(|row| line(row)).collect::<String>()
}

/// A value of a policy file, as code: a list's items one by one.
pub(super) fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        serde_json::Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(", "),
        serde_json::Value::String(text) => code(text),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Object(_) => code(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_means_anything() {
        assert_eq!(text("a `<b>` c\n  *d* << e >>"), "a `<b>` c \\*d\\* \\<\\< e \\>\\>");
        assert_eq!(text("an `open end"), "an \\`open end");
        assert_eq!(text("``"), "`\"\"`");
    }

    #[test]
    fn code_is_fenced_by_more_than_it_holds() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(block("yaml", "a: ```b```\n"), "````yaml\na: ```b```\n````\n");
    }

    #[test]
    fn a_table_without_rows_is_nothing() {
        assert_eq!(table(&["a"], &[]), "");
        assert_eq!(
            table(&["a", "b"], &[vec!["1".into(), "`2|3`".into()]]),
            "| a | b |\n|---|---|\n| 1 | `2\\|3` |\n"
        );
    }
}
