//! Bounds of a parameter: the least and the greatest value, and how many items there are.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::Wrong;
use super::value::{Reader, plain};
use crate::diagnostic::Diagnostic;
use crate::ir::number;
use crate::ir::rule::ParameterKind;
use crate::model;
use crate::project::Place;

/// How many items a list parameter may have: every engine reads them all for each request.
const MOST_ITEMS: usize = 1_000;

impl Reader<'_> {
    /// Notes what is out of bounds; the value has been read.
    pub fn bounds(&mut self, declared: &model::Parameter, written: &Json, place: &Place) {
        let kind = self.declaration.kind;
        if let Some(least) =
            declared.min.as_ref().filter(|least| order(kind, written, least) == Some(Ordering::Less))
        {
            self.refuse("out-of-bounds", written, place, &format!("expected `{}` or more", plain(least)));
        }
        if let Some(most) =
            declared.max.as_ref().filter(|most| order(kind, written, most) == Some(Ordering::Greater))
        {
            self.refuse("out-of-bounds", written, place, &format!("expected `{}` or less", plain(most)));
        }
        let Some(count) =
            written.as_array().map(Vec::len).or_else(|| written.as_object().map(|map| map.len()))
        else {
            return;
        };
        let name = self.name;
        if let Some(least) = declared.min_items.filter(|least| count < *least as usize) {
            let items = if least == 1 { "item" } else { "items" };
            let fault = Diagnostic::error("out-of-bounds", format!("`{name}` has too few items"))
                .label(format!("expected at least {least} {items}"));
            self.wrong.push((place.clone(), fault));
        }
        if count > MOST_ITEMS {
            let fault = Diagnostic::error("out-of-bounds", format!("`{name}` has {count} items"))
                .label(format!("expected at most {MOST_ITEMS} items"));
            self.wrong.push((place.clone(), fault));
        }
    }
}

/// A least value that is more than the greatest.
pub(super) fn crossed(
    name: &str,
    kind: ParameterKind,
    declared: &model::Parameter,
    place: &Place,
) -> Option<Wrong> {
    let (Some(least), Some(most)) = (&declared.min, &declared.max) else { return None };
    let fault = Diagnostic::error("out-of-bounds", format!("no value of `{name}` is within its bounds"))
        .label(format!("expected `{}` or more, as `min` says", plain(least)));
    (order(kind, least, most) == Some(Ordering::Greater)).then(|| (place.key("max"), fault))
}

fn order(kind: ParameterKind, value: &Json, bound: &Json) -> Option<Ordering> {
    match kind {
        ParameterKind::Integer => Some(value.as_i64()?.cmp(&bound.as_i64()?)),
        ParameterKind::Duration => number::compare_durations(&plain(value), &plain(bound)),
        ParameterKind::Quantity => number::compare_quantities(&plain(value), &plain(bound)),
        ParameterKind::Boolean
        | ParameterKind::Choice
        | ParameterKind::Strings
        | ParameterKind::Patterns
        | ParameterKind::Images
        | ParameterKind::HostPaths
        | ParameterKind::Integers
        | ParameterKind::Map
        | ParameterKind::Monitors => None,
    }
}
