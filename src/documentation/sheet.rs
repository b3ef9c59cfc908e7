//! A sheet: headings with paragraphs, lists and tables, written as text for people, as Markdown or as HTML. Knows nothing of rules.

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};

use super::{markdown, table};
use crate::targets;

/// The template of a sheet in HTML.
const TEMPLATE: &str = include_str!("../../templates/html/sheet.html.j2");

/// What is written.
pub(super) struct Sheet {
    /// What it is about.
    pub title: String,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part with a heading. In its texts only code in backticks means anything.
#[derive(Default)]
pub(super) struct Section {
    /// The heading.
    pub heading: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// The items of a list.
    pub items: Vec<String>,
    /// The heading of a table.
    pub head: Vec<String>,
    /// The rows of the table.
    pub rows: Vec<Vec<String>>,
}

impl Section {
    /// A part with a table.
    pub(super) fn of_table(heading: &str, head: &[&str], rows: Vec<Vec<String>>) -> Self {
        let head = head.iter().map(|cell| (*cell).to_owned()).collect();
        Self { heading: heading.to_owned(), head, rows, ..Self::default() }
    }

    /// A part with a list.
    pub(super) fn of_items(heading: &str, items: Vec<String>) -> Self {
        Self { heading: heading.to_owned(), items, ..Self::default() }
    }

    /// A part with one paragraph.
    pub(super) fn of_text(heading: &str, text: &str) -> Self {
        Self { heading: heading.to_owned(), paragraphs: vec![text.to_owned()], ..Self::default() }
    }

    /// Whether there is nothing below the heading.
    fn is_empty(&self) -> bool {
        self.paragraphs.is_empty() && self.items.is_empty() && self.rows.is_empty()
    }
}

impl Sheet {
    fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| !section.is_empty())
    }

    /// For people, on a terminal.
    pub(super) fn human(&self) -> String {
        let section = |section: &Section| {
            let mut text = format!("{}\n", section.heading);
            let lines = section.paragraphs.iter().chain(&section.items);
            text.extend(lines.map(|line| format!("  {line}\n")));
            if !section.rows.is_empty() {
                let rows: Vec<Vec<String>> =
                    [section.head.clone()].into_iter().chain(section.rows.iter().cloned()).collect();
                text.extend(table(&rows).lines().map(|line| format!("  {line}\n")));
            }
            text
        };
        self.sections().map(section).collect::<Vec<_>>().join("\n")
    }

    /// In Markdown.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n", markdown::text(&self.title));
        for section in self.sections() {
            text.push_str(&format!("\n## {}\n\n", markdown::text(&section.heading)));
            let paragraphs: Vec<String> =
                section.paragraphs.iter().map(|paragraph| markdown::text(paragraph) + "\n").collect();
            text.push_str(&paragraphs.join("\n"));
            text.extend(section.items.iter().map(|item| format!("- {}\n", markdown::text(item))));
            let head: Vec<&str> = section.head.iter().map(String::as_str).collect();
            let rows: Vec<Vec<String>> = section
                .rows
                .iter()
                .map(|row| row.iter().map(|cell| markdown::text(cell)).collect())
                .collect();
            text.push_str(&markdown::table(&head, &rows));
        }
        text
    }

    /// In HTML; every text is escaped by the template's engine. An error is a bug in the template.
    pub(super) fn html(&self) -> Result<String, String> {
        self.rendered().map_err(|error| format!("the sheet can't be written as HTML: {error:#}"))
    }

    fn rendered(&self) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_syntax(targets::syntax()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_template("sheet.html", TEMPLATE)?;
        let lines = |texts: &[String]| texts.iter().map(|text| pieces(text)).collect::<Vec<Value>>();
        let sections = self.sections().map(|section| {
            let rows: Vec<Vec<Value>> = section.rows.iter().map(|row| lines(row)).collect();
            context! {
                heading => pieces(&section.heading),
                paragraphs => lines(&section.paragraphs),
                items => lines(&section.items),
                head => lines(&section.head),
                rows,
            }
        });
        let sections: Vec<Value> = sections.collect();
        environment.get_template("sheet.html")?.render(context! { title => &self.title, sections })
    }
}

/// A text with code in backticks, piece by piece. A backtick without its other half is one.
fn pieces(text: &str) -> Value {
    let mut pieces: Vec<(bool, String)> = text
        .split('`')
        .enumerate()
        .map(|(place, piece)| (!place.is_multiple_of(2), piece.to_owned()))
        .collect();
    if let Some((is_code, last)) = pieces.last_mut().filter(|(is_code, _)| *is_code) {
        *is_code = false;
        last.insert(0, '`');
    }
    let pieces = pieces.into_iter().filter(|(_, piece)| !piece.is_empty());
    pieces.map(|(is_code, text)| context! { is_code, text }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet {
            title: "What <holds> & what `doesn't`".to_owned(),
            sections: vec![
                Section::of_text("Nothing is `code`", "<script>alert('x')</script> and a lone ` too"),
                Section::of_items("Nothing", Vec::new()),
                Section::of_table(
                    "In `a|b`",
                    &["rule", "set by"],
                    vec![vec!["a | b".into(), "`x.yaml:1`".into()]],
                ),
            ],
        }
    }

    #[test]
    fn html_is_escaped() {
        insta::assert_snapshot!(sheet().html().unwrap());
    }

    #[test]
    fn markdown_means_only_code() {
        insta::assert_snapshot!(sheet().markdown());
    }

    #[test]
    fn tables_are_aligned_for_people() {
        insta::assert_snapshot!(sheet().human());
    }
}
