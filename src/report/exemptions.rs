//! Exemptions as lists: for people, for programs, and as a table for a ticket. Gives text; never decides which are listed.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::ir::ExemptionRecord;

/// An exemption as it is listed.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// What is told of it.
    #[serde(flatten)]
    pub record: ExemptionRecord,
    /// The days to its last one; negative once it has expired.
    pub days_left: i64,
    /// The environments that grant it.
    pub environments: Vec<String>,
    /// The environments in which nothing that was looked at needs it; absent if nothing was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unused_in: Option<Vec<String>>,
    /// The file that says it.
    pub file: String,
}

/// For people: a line of what decides, and one of what else is known. With terminal colours.
pub fn human(listed: &[Listed]) -> String {
    let width = listed.iter().map(|one| one.record.name.chars().count()).max().unwrap_or(0);
    let lines = listed.iter().map(|one| {
        let (record, style) = (&one.record, style(one.days_left));
        format!(
            "{style}{}{style:#}  {:<width$}  {}; {}\n            owner {}, approved by {}, {}; {}\n            {}; {}\n",
            record.expires,
            record.name,
            remaining(one.days_left),
            used(one),
            record.owner,
            record.approved_by,
            record.ticket,
            one.file,
            record.identity,
            record.waives,
        )
    });
    lines.collect::<String>() + &summary(listed) + "\n"
}

fn style(days_left: i64) -> Style {
    match days_left {
        ..0 => AnsiColor::Red.on_default(),
        0..=30 => AnsiColor::Yellow.on_default(),
        _ => Style::new(),
    }
}

fn summary(listed: &[Listed]) -> String {
    let expired = listed.iter().filter(|one| one.days_left < 0).count();
    let all = match listed.len() {
        0 => return "no exemption".to_owned(),
        1 => "1 exemption".to_owned(),
        all => format!("{all} exemptions"),
    };
    match expired {
        0 => all,
        expired => format!("{all}, {expired} expired"),
    }
}

/// `in 12 days`, `today`, `expired 3 days ago`.
fn remaining(days: i64) -> String {
    match days {
        -1 => "expired yesterday".to_owned(),
        ..0 => format!("expired {} days ago", days.unsigned_abs()),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => format!("in {days} days"),
    }
}

/// The environments that grant it, or in which nothing needs it.
fn used(listed: &Listed) -> String {
    let environments = match listed.environments.as_slice() {
        [] => "in no environment".to_owned(),
        environments => format!("in {}", environments.join(", ")),
    };
    match &listed.unused_in {
        Some(unused) if !unused.is_empty() => {
            format!("{environments}; nothing needs it in {}", unused.join(", "))
        }
        Some(_) | None => environments,
    }
}

/// A table in Markdown.
pub fn markdown(listed: &[Listed]) -> String {
    let head = "| last day | exemption | owner | approved by | ticket | for | may | environments |\n|---|---|---|---|---|---|---|---|\n";
    let rows = listed.iter().map(|one| {
        let record = &one.record;
        let cells = [
            format!("{} ({})", record.expires, remaining(one.days_left)),
            format!("`{}`", record.name),
            cell(&record.owner),
            cell(&record.approved_by),
            cell(&record.ticket),
            cell(&record.identity),
            cell(&record.waives),
            cell(&used(one)),
        ];
        format!("| {} |\n", cells.join(" | "))
    });
    if listed.is_empty() { "No exemption.\n".to_owned() } else { head.to_owned() + &rows.collect::<String>() }
}

/// A text as it stands in one cell of a table.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|").replace('<', "&lt;")
}

/// For programs: version 1 of the format.
pub fn json(as_of: &str, listed: &[Listed]) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        version: u32,
        as_of: &'a str,
        exemptions: &'a [Listed],
    }
    serde_json::to_string_pretty(&Report { version: 1, as_of, exemptions: listed }).unwrap_or_default() + "\n"
}
