//! How much of the library the Pods went through: each check in both verdicts at each level, and each condition of its source in
//! both outcomes, often enough.

use std::collections::{BTreeMap, BTreeSet};

use crate::library::Condition;

/// How often each must have been seen.
const LEAST: u64 = 50;

/// Functions that only standards before 1.29 ask.
const OLD: [&str; 2] = ["seccompProfileBaseline_1_0", "validSeccompAnnotationValue"];

/// Outcomes that no Pod can bring about: function, condition, outcome, and why.
const NEVER: [(&str, &str, bool, &str); 3] = [
    ("joinQuote", "len(items) == 0", true, "the checks have something to list when they list"),
    ("relaxPolicyForUserNamespacePod", "podSpec != nil", false, "a Pod has a spec"),
    ("restrictedVolumes_1_0", "volume.StorageOS != nil", false, "the API has no further source of volumes"),
];

/// Counts of both verdicts.
#[derive(Default)]
pub struct Verdicts(BTreeMap<(&'static str, String), [u64; 2]>);

impl Verdicts {
    /// Counts that a check, at a level, allowed a Pod or not.
    pub fn count(&mut self, level: &'static str, check: &str, forbids: bool) {
        self.0.entry((level, check.to_owned())).or_default()[usize::from(forbids)] += 1;
    }

    /// The checks that were seen too rarely.
    pub fn faults(&self) -> Vec<String> {
        let rare = self.0.iter().filter(|(_, counts)| counts.iter().any(|count| *count < LEAST));
        rare.map(|((level, check), [allowed, forbidden])| {
            format!(
                "{check} at {level} allowed {allowed} Pods and forbade {forbidden}: too few to prove anything"
            )
        })
        .collect()
    }

    /// How many checks were seen, level by level, and how often the rarest verdict was.
    pub fn summary(&self) -> String {
        let rarest = self.0.values().flatten().min().copied().unwrap_or_default();
        format!("{} checks of both levels, each verdict at least {rarest} times", self.0.len())
    }
}

/// The conditions that came to an outcome too rarely.
pub fn faults(conditions: &[Condition]) -> Vec<String> {
    let mut faults = Vec::new();
    let unused: BTreeSet<&str> =
        conditions.iter().filter(|one| one.entered == 0).map(|one| one.function.as_str()).collect();
    if unused != BTreeSet::from(OLD) {
        faults.push(format!("functions that no check asked: {unused:?}, but {OLD:?} were expected"));
    }
    for condition in conditions.iter().filter(|condition| condition.entered > 0) {
        for (outcome, count) in [(true, Some(condition.yes)), (false, condition.no)] {
            let Some(count) = count else { continue };
            let never = NEVER.iter().find(|(function, text, never, _)| {
                *function == condition.function && *text == condition.text && *never == outcome
            });
            let Condition { function, place, text, .. } = condition;
            match never {
                Some((.., why)) if count > 0 => {
                    faults.push(format!("`{text}` in {function} came to {outcome}, although {why}"));
                }
                None if count < LEAST => {
                    faults.push(format!(
                        "`{text}` in {function} ({place}) came to {outcome} only {count} times"
                    ));
                }
                Some(_) | None => {}
            }
        }
    }
    faults
}

/// How many outcomes were counted, and the rarest.
pub fn summary(conditions: &[Condition]) -> String {
    let counts =
        conditions.iter().flat_map(|one| [Some(one.yes), one.no]).flatten().filter(|count| *count > 0);
    let rarest = counts.clone().min().unwrap_or_default();
    format!("{} outcomes of {} conditions, each at least {rarest} times", counts.count(), conditions.len())
}
