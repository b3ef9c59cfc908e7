//! The entries of a map while it is read: finds what is set twice, in any number of keys.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dialect, Entry, Reading};
use crate::diagnostic::{Diagnostic, Severity};

/// Up to so many keys are searched one by one.
const FEW: usize = 16;

/// The entries of one map, each key once.
#[derive(Default)]
pub(super) struct Fields {
    entries: Vec<Entry>,
    /// The entries by key, once they are many.
    index: BTreeMap<String, usize>,
    /// Which entries came by `<<`.
    merged: BTreeSet<usize>,
}

impl Fields {
    /// Adds an entry; the last of two with the same key counts, in the first one's place.
    pub(super) fn set(&mut self, reading: &Reading<'_>, entry: Entry, diagnostics: &mut Vec<Diagnostic>) {
        let Some(position) = self.position(&entry.key) else { return self.append(entry) };
        let overrides_merged = self.merged.remove(&position);
        let Some(earlier) = self.entries.get_mut(position) else { return };
        if !overrides_merged {
            let message = format!("the key `{}` is set twice", entry.key);
            let help = match reading.dialect {
                Dialect::Policy => "remove one of them",
                Dialect::Manifest => "kubectl takes the last one: remove the other",
            };
            let diagnostic = Diagnostic::new(severity(reading.dialect), "duplicate-key", message)
                .at(entry.key_span)
                .related(earlier.key_span, "first set here")
                .help(help);
            diagnostics.push(diagnostic);
        }
        *earlier = entry;
    }

    /// Adds an entry that comes by `<<`. Like kubectl, it takes the place of one that is already there.
    pub(super) fn merge(&mut self, reading: &Reading<'_>, entry: Entry, diagnostics: &mut Vec<Diagnostic>) {
        let position = match self.position(&entry.key) {
            None => {
                self.append(entry);
                self.entries.len() - 1
            }
            Some(position) => {
                let Some(earlier) = self.entries.get_mut(position) else { return };
                if !self.merged.contains(&position) {
                    let message = format!("`<<` sets the key `{}`, which is set before it", entry.key);
                    let diagnostic = Diagnostic::new(severity(reading.dialect), "duplicate-key", message)
                        .at(earlier.key_span)
                        .related(entry.key_span, "merged from here")
                        .help("readers of YAML disagree which of them counts: put `<<` first in its map");
                    diagnostics.push(diagnostic);
                }
                *earlier = entry;
                position
            }
        };
        self.merged.insert(position);
    }

    /// The entries, in the order in which their keys came first.
    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    fn append(&mut self, entry: Entry) {
        if self.entries.len() == FEW {
            self.index =
                self.entries.iter().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
        }
        if self.entries.len() >= FEW {
            self.index.insert(entry.key.clone(), self.entries.len());
        }
        self.entries.push(entry);
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|entry| entry.key == key);
        }
        self.index.get(key).copied()
    }
}

/// A key that is set twice is an error in our own files; kubectl takes it.
fn severity(dialect: Dialect) -> Severity {
    match dialect {
        Dialect::Policy => Severity::Error,
        Dialect::Manifest => Severity::Warning,
    }
}
