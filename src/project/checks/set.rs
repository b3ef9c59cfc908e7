//! Sets: whoever adopts one may rely on it that each part of it has a source.

use std::collections::BTreeSet;

use super::exemption::{check_identity, waives_something};
use super::text::{day, line_fault};
use super::{Names, Report, unknown};
use crate::diagnostic::Diagnostic;
use crate::model::{ExemptionSet, Features};
use crate::project::Place;
use crate::project::layout::stem;

/// What a source calls the identity.
const IDENTITY: &str = "identity";

pub(super) fn check(report: &mut Report<ExemptionSet>, names: &Names) {
    let (set, root) = (report.value(), Place::root());
    report.at(&root.key("title"), line_fault("the title", &set.title));
    check_name(report);
    check_identity(report, &set.identity, &root.key(IDENTITY));
    if set.identity.object.is_some() {
        let fault = Diagnostic::error("author-controlled-key", "a set goes by no object's name")
            .label("expected `namespace`, `service_account` and `images`")
            .help("whoever creates an object chooses its name");
        report.at_key(&root.key(IDENTITY).key("object"), fault);
    }
    for (index, rule) in set.rules.iter().enumerate().filter(|(_, rule)| !names.rules.contains(*rule)) {
        let known = names.rules.iter().map(String::as_str);
        report.at(&root.key("rules").index(index), unknown("unknown-rule", "rule", rule, known));
    }
    report.repeated(&root.key("rules"), set.rules.iter().map(String::as_str), "the rule");
    waives_something(report, &set.features, !set.rules.is_empty(), &root, "`rules`");
    check_sources(report);
}

fn check_name(report: &mut Report<ExemptionSet>) {
    let (id, file) = (&report.value().id, stem(&report.located.name));
    if report.located.node.is_some() && file != id {
        let fault =
            Diagnostic::error("file-name", format!("the set `{id}` stands in the file `{file}.yaml`"))
                .label(format!("expected `{file}`"))
                .help(format!("correct the id, or rename the file to `{id}.yaml`"));
        report.at(&Place::root().key("id"), fault);
    }
}

/// Each part of the set is said by a source, and a source says nothing that is no part of it.
fn check_sources(report: &mut Report<ExemptionSet>) {
    let set = report.value();
    let parts = parts(set);
    let said: BTreeSet<&str> =
        set.sources.iter().flat_map(|source| &source.says).map(String::as_str).collect();
    let root = Place::root();
    for part in parts.iter().filter(|part| !said.contains(part.as_str())) {
        let fault = Diagnostic::error("no-source", format!("no source says `{part}`"))
            .label("expected a source that has it under `says`")
            .help(
                "a set holds only what its project is known to need: name where it is said, or leave it out",
            );
        report.at_key(&root.key("sources"), fault);
    }
    for (index, source) in set.sources.iter().enumerate() {
        let place = root.key("sources").index(index);
        if day(&source.read).is_none() {
            let fault =
                Diagnostic::error("not-a-day", format!("`{}` is not a day in the calendar", source.read))
                    .label("expected year, month and day, as in `2026-11-24`");
            report.at(&place.key("read"), fault);
        }
        for (item, part) in source.says.iter().enumerate().filter(|(_, part)| !parts.contains(*part)) {
            let known = parts.iter().map(String::as_str);
            report
                .at(&place.key("says").index(item), unknown("unknown-part", "part of the set", part, known));
        }
    }
}

/// The parts of a set by the names that sources give them.
fn parts(set: &ExemptionSet) -> BTreeSet<String> {
    let Features {
        privileged,
        host_network,
        host_pid,
        host_ipc,
        run_as_root,
        capabilities,
        host_paths,
        selinux_types,
    } = &set.features;
    let features = [
        ("privileged", *privileged),
        ("host_network", *host_network),
        ("host_pid", *host_pid),
        ("host_ipc", *host_ipc),
        ("run_as_root", *run_as_root),
        ("capabilities", !capabilities.is_empty()),
        ("host_paths", !host_paths.is_empty()),
        ("selinux_types", !selinux_types.is_empty()),
    ];
    let features = features.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name.to_owned());
    [IDENTITY.to_owned()].into_iter().chain(features).chain(set.rules.iter().cloned()).collect()
}
