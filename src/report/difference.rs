//! What changed between two releases, for people and for programs.

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use serde_json::Value as Json;
use similar::TextDiff;

use crate::differ::{Aspect, Change, Class, Difference};

/// For people: one line for each change, and how many there are of each class. With terminal colours.
pub fn human(differences: &[Difference]) -> String {
    let mut text = String::new();
    for difference in differences {
        let bold = Style::new().bold();
        let nothing = if difference.changes.is_empty() { ": no change" } else { "" };
        text.push_str(&format!("{bold}{}{bold:#}{nothing}\n", difference.environment));
        for change in &difference.changes {
            let style = style(change.class);
            let rule = change.rule.as_deref().unwrap_or("");
            text.push_str(&format!(
                "  {style}{:<9}{style:#}  {rule:<10}  {}\n",
                change.class.name(),
                change.text
            ));
            if change.aspect == Aspect::Native {
                text.push_str(&compared(change));
            }
        }
    }
    text + &summary(differences) + "\n"
}

/// What changed in a text that has no meaning here: the lines, indented.
fn compared(change: &Change) -> String {
    let text = |side: &Option<Json>| side.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
    let (old, new) = (text(&change.old), text(&change.new));
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    let unified = diff.unified_diff().context_radius(2).to_string();
    // What a file holds is not to steer a terminal.
    let shown = |line: &str| {
        line.chars().filter(|letter| !letter.is_control() || *letter == '\t').collect::<String>()
    };
    unified.lines().map(|line| format!("      {}\n", shown(line))).collect()
}

/// For a comment on a pull request, in Markdown: a table for each environment in which something changed.
pub fn markdown(differences: &[Difference]) -> String {
    let mut text = format!("### Policies: {}\n", summary(differences));
    let (changed, same): (Vec<&Difference>, Vec<&Difference>) =
        differences.iter().partition(|difference| !difference.changes.is_empty());
    for difference in changed {
        text.push_str(&format!(
            "\n#### {}\n\n| | rule | what |\n|---|---|---|\n",
            cell(&difference.environment)
        ));
        for change in &difference.changes {
            let rule = cell(change.rule.as_deref().unwrap_or(""));
            text.push_str(&format!("| {} | {rule} | {} |\n", change.class.name(), cell(&change.text)));
        }
        for change in difference.changes.iter().filter(|change| change.aspect == Aspect::Native) {
            text.push_str(&format!("\n{}\n\n{}", cell(&change.text), compared(change)));
        }
    }
    if !same.is_empty() {
        let names: Vec<String> = same.iter().map(|difference| cell(&difference.environment)).collect();
        text.push_str(&format!("\nNo change in {}.\n", names.join(", ")));
    }
    text
}

/// A text as it stands in one cell of a table: nothing in it ends the cell, is read as HTML, or calls a person.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|").replace('<', "&lt;").replace('@', "&#64;")
}

fn style(class: Class) -> Style {
    match class {
        Class::Tightened => AnsiColor::Green.on_default(),
        Class::Loosened => AnsiColor::Red.on_default(),
        Class::Moved => AnsiColor::Cyan.on_default(),
        Class::Unclear => AnsiColor::Yellow.on_default(),
        Class::Editorial => Style::new().dimmed(),
    }
}

/// `3 changes: 2 tightened, 1 loosened`.
fn summary(differences: &[Difference]) -> String {
    let counted: Vec<(Class, usize)> = Class::ALL
        .into_iter()
        .map(|class| (class, count(differences, class)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let classes: Vec<String> =
        counted.iter().map(|(class, count)| format!("{count} {}", class.name())).collect();
    match counted.iter().map(|(_, count)| count).sum() {
        0 => "no change".to_owned(),
        1 => format!("1 change: {}", classes.join(", ")),
        all => format!("{all} changes: {}", classes.join(", ")),
    }
}

fn count(differences: &[Difference], class: Class) -> usize {
    let changes = differences.iter().flat_map(|difference| &difference.changes);
    changes.filter(|change| change.class == class).count()
}

/// For programs: version 1 of the format, on one line for each level of a pretty-printed JSON.
pub fn json(differences: &[Difference]) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        version: u32,
        summary: serde_json::Map<String, serde_json::Value>,
        environments: &'a [Difference],
    }
    let summary =
        Class::ALL.into_iter().map(|class| (class.name().to_owned(), count(differences, class).into()));
    let report = Report { version: 1, summary: summary.collect(), environments: differences };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
