//! A list that grows with the version of the Pod Security Standards: `{by_version: {"1.27": {add: […], source: …}}}` in place of the
//! list. What counts is everything that was added up to the version that the environment chose.
//!
//! Reads the table, and no value in it: that is the reader's of the parameter's type.

use serde_json::{Map, Value as Json};

use super::Wrong;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{Addition, Version};
use crate::project::Place;

/// The key that makes a value a table.
const TABLE: &str = "by_version";
/// What each row holds.
const FIELDS: [&str; 2] = ["add", "source"];

/// A table as it is written: each row with its place.
pub(super) struct Table {
    /// The rows, from the oldest version.
    pub rows: Vec<(Place, Addition)>,
}

impl Table {
    /// Everything that was added up to a version, in the order of the versions.
    pub fn until(&self, version: Version) -> Json {
        let until = self.rows.iter().filter(|(_, row)| row.since <= version);
        Json::Array(until.flat_map(|(_, row)| row.add.iter().cloned()).collect())
    }
}

/// The table that a value is, if it is one; notes what is wrong with it.
pub(super) fn table(name: &str, written: &Json, place: &Place, wrong: &mut Vec<Wrong>) -> Option<Table> {
    let rows = written.as_object().filter(|fields| fields.contains_key(TABLE))?;
    for key in rows.keys().filter(|key| *key != TABLE) {
        let fault = Diagnostic::error("unknown-field", format!("`{key}` can't stand beside `{TABLE}`"))
            .label(format!("expected `{TABLE}` alone"));
        wrong.push((place.key(key), fault));
    }
    let place = place.key(TABLE);
    let Some(rows) = rows.get(TABLE).and_then(Json::as_object).filter(|rows| !rows.is_empty()) else {
        let fault = Diagnostic::error("wrong-type", format!("`{TABLE}` of `{name}` holds no versions"))
            .label("expected a version, as in `\"1.27\": {add: [...], source: ...}`");
        wrong.push((place, fault));
        return Some(Table { rows: Vec::new() });
    };
    let mut table = Table { rows: rows.iter().filter_map(|row| self::row(row, &place, wrong)).collect() };
    table.rows.sort_by_key(|(_, row)| row.since);
    Some(table)
}

/// A row of the table, with the place of what it adds.
fn row((version, row): (&String, &Json), table: &Place, wrong: &mut Vec<Wrong>) -> Option<(Place, Addition)> {
    let place = table.key(version);
    let since = Version::parse(version);
    if since.is_none() {
        let fault = Diagnostic::error("not-a-version", format!("`{version}` is no version"))
            .label("expected major and minor, as in `\"1.27\"`");
        wrong.push((place.clone(), fault));
    }
    let Some(fields) = row.as_object() else {
        let fault = Diagnostic::error("wrong-type", format!("what `{version}` adds can't be read"))
            .label("expected a map, as in `{add: [...], source: ...}`");
        wrong.push((place, fault));
        return None;
    };
    for key in fields.keys().filter(|key| !FIELDS.contains(&key.as_str())) {
        let fault = Diagnostic::error("unknown-field", format!("`{key}` is no field of a row"));
        let fault = match did_you_mean(key, FIELDS.into_iter()) {
            Some(near) => fault.label(format!("did you mean `{near}`?")),
            None => fault.label("expected `add` and `source`"),
        };
        wrong.push((place.key(key), fault));
    }
    let add = field(fields, "add", &place, "expected the list of what this version adds", wrong, |value| {
        value.as_array().filter(|added| !added.is_empty()).cloned()
    });
    let source =
        field(fields, "source", &place, "expected where this is said, in one line", wrong, |value| {
            value.as_str().filter(|text| !text.trim().is_empty() && !text.contains('\n')).map(str::to_owned)
        });
    Some((place.key("add"), Addition { since: since?, add: add?, source: source? }))
}

/// A field that each row has; notes where it is missing or of another type.
fn field<T>(
    fields: &Map<String, Json>,
    name: &str,
    row: &Place,
    expected: &str,
    wrong: &mut Vec<Wrong>,
    read: impl Fn(&Json) -> Option<T>,
) -> Option<T> {
    let written = fields.get(name);
    let value = written.and_then(read);
    if value.is_none() {
        let place = if written.is_some() { row.key(name) } else { row.clone() };
        let fault = Diagnostic::error("incomplete-row", format!("a row of `{TABLE}` needs `{name}`"));
        wrong.push((place, fault.label(expected)));
    }
    value
}
