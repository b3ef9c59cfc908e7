//! Which exemptions nothing needs: no object would violate more without them, whatever the day.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::cli::Console;
use crate::cli::check::{inputs, judging, tell_faults};
use crate::evaluator::Inspector;
use crate::ir::Release;
use crate::report::exemptions::Listed;

/// Keeps the exemptions that are unused in an environment that grants them, and those that none grants. Gives whether everything
/// could be read.
pub(super) fn retain(
    listed: &mut Vec<Listed>,
    releases: &[Release],
    paths: &[PathBuf],
    console: &mut Console,
) -> bool {
    let (inputs, unlisted) = inputs::list(paths);
    unlisted.iter().for_each(|failure| failure.print(console));
    // Pods whose controller isn't at hand are looked at too: a dump of Pods alone must not make everything unused.
    let inspectors: Vec<Inspector<'_>> =
        releases.iter().map(|release| Inspector::new(release, |_| true, true)).collect();
    let judged = judging::waiving(&inputs, &inspectors);
    tell_faults(&inputs, judged.iter().map(|(report, _)| report), console);
    let is_complete = unlisted.is_empty() && !judged.iter().any(|(report, _)| report.is_incomplete());
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (_, by_release) in judged {
        for (release, names) in releases.iter().zip(by_release) {
            used.entry(&release.environment).or_default().extend(names);
        }
    }
    listed.retain_mut(|one| {
        let needs = |environment: &String| {
            used.get(environment.as_str()).is_some_and(|names| names.contains(&one.record.name))
        };
        let unused: Vec<String> =
            one.environments.iter().filter(|environment| !needs(environment)).cloned().collect();
        let keep = !unused.is_empty() || one.environments.is_empty();
        one.unused_in = Some(unused);
        keep
    });
    is_complete
}
