//! What a day makes of a project's exemptions: which have expired, and of which `build` warns. Reads no clock: the day is handed in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::date::Date;
use super::files;
use super::project::listed;
use crate::bundle::{Lock, lock_path};
use crate::diagnostic::Diagnostic;
use crate::ir::{ExemptionRecord, ExemptionState};
use crate::model::Exemption;
use crate::project::{Definitions, Located, Place};

/// The days before an exemption's last one on which `build` warns of it, unless the project says another number.
const WARN_DAYS: u16 = 30;

/// The exemptions that are granted, by environment.
pub(super) type Granted = BTreeMap<String, Vec<ExemptionRecord>>;

/// A project's exemptions on one day.
pub(super) struct Calendar<'a> {
    definitions: &'a Definitions,
    day: Date,
}

impl<'a> Calendar<'a> {
    /// The exemptions of a project on a day.
    pub(super) fn of(definitions: &'a Definitions, day: Date) -> Self {
        Self { definitions, day }
    }

    /// The days from the day to the exemption's last one: 0 on the last day itself, negative once it has expired.
    pub(super) fn days_left(&self, exemption: &Exemption) -> i64 {
        exemption.expires.parse().map_or(i64::MAX, |last| self.day.days_until(last))
    }

    /// The days before an exemption's last one on which `build` warns.
    pub(super) fn warn_days(&self) -> u16 {
        let project = self.definitions.project.as_ref();
        project.and_then(|project| project.value.warn_days_before_expiry).unwrap_or(WARN_DAYS)
    }

    /// The names of the exemptions that have expired.
    pub(super) fn expired(&self) -> BTreeSet<String> {
        self.names(|exemption| self.days_left(exemption) < 0)
    }

    /// The names of those that are expired in the committed bundle: what has the same last day there keeps its state, so that a
    /// bundle doesn't turn stale by the clock alone. Any other has that of the day.
    pub(super) fn expired_by_lock(&self, out: &Path, environment: &str) -> BTreeSet<String> {
        let committed = committed(out, environment);
        self.names(|exemption| {
            let record = committed.iter().find(|record| record.name == exemption.name);
            match record.filter(|record| record.expires == exemption.expires) {
                Some(record) => record.state == ExemptionState::Expired,
                None => self.days_left(exemption) < 0,
            }
        })
    }

    fn names(&self, is_wanted: impl Fn(&Exemption) -> bool) -> BTreeSet<String> {
        let exemptions = self.definitions.exemptions.iter().map(|exemption| &exemption.value);
        exemptions.filter(|exemption| is_wanted(exemption)).map(|exemption| exemption.name.clone()).collect()
    }

    /// Warnings of those that are granted and have expired, or do so soon: each once, at its last day in its file.
    pub(super) fn warnings(&self, granted: &Granted) -> Vec<Diagnostic> {
        self.definitions.exemptions.iter().filter_map(|exemption| self.warning(exemption, granted)).collect()
    }

    fn warning(&self, exemption: &Located<Exemption>, granted: &Granted) -> Option<Diagnostic> {
        let left = self.days_left(&exemption.value);
        if left > i64::from(self.warn_days()) {
            return None;
        }
        let name = &exemption.value.name;
        let in_state = |state: ExemptionState| -> Vec<&str> {
            let has = |records: &[ExemptionRecord]| {
                records.iter().any(|record| record.name == *name && record.state == state)
            };
            granted
                .iter()
                .filter(|(_, records)| has(records))
                .map(|(environment, _)| environment.as_str())
                .collect()
        };
        let (holding, expired) = (in_state(ExemptionState::Holds), in_state(ExemptionState::Expired));
        let all = || listed(holding.iter().chain(&expired).copied());
        let diagnostic = match (left < 0, holding.is_empty(), expired.is_empty()) {
            (_, true, true) => return None,
            (false, _, _) => {
                let message = format!("exemption `{name}` of {} expires {}", all(), in_days(left));
                Diagnostic::warning("expiring-exemption", message).label("is its last day")
            }
            (true, true, _) => {
                let message = format!("exemption `{name}` has expired, and is left out of {}", all());
                Diagnostic::warning("expired-exemption", message).label("was its last day")
            }
            (true, false, _) => {
                let message =
                    format!("exemption `{name}` has expired, and is still in the bundle of {}", all());
                Diagnostic::warning("expired-exemption", message)
                    .label("was its last day: `palisade build` leaves it out")
            }
        };
        let (owner, ticket) = (&exemption.value.owner, &exemption.value.ticket);
        let help = format!("ask its owner, {owner} ({ticket}): have a later day approved, or remove it");
        Some(exemption.mark(diagnostic.help(help), &Place::root().key("expires")))
    }
}

/// The exemptions of the committed bundle; none if there is no lock file that can be read.
fn committed(out: &Path, environment: &str) -> Vec<ExemptionRecord> {
    let bytes = files::read_if_there(&out.join(lock_path(environment))).ok().flatten().unwrap_or_default();
    Lock::parse(&String::from_utf8_lossy(&bytes)).map(|lock| lock.release.exemptions).unwrap_or_default()
}

/// `today`, `tomorrow`, `in 12 days`.
fn in_days(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}
