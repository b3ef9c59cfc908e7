//! Kinds: each declared once, with names that an API server would take.

use std::collections::BTreeMap;

use super::Report;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::KindDeclaration;
use crate::project::{Located, Place};

pub(super) fn check(kinds: &[Located<KindDeclaration>], sink: &mut Sink) {
    let mut declared: BTreeMap<(&str, &str), &Located<KindDeclaration>> = BTreeMap::new();
    for kind in kinds {
        let report = &mut Report { located: kind, sink: &mut *sink };
        let name = (kind.value.group.as_str(), kind.value.kind.as_str());
        match declared.get(&name) {
            Some(first) => twice(report, first),
            None => drop(declared.insert(name, kind)),
        }
        check_kind(report);
    }
}

fn twice(report: &mut Report<KindDeclaration>, first: &Located<KindDeclaration>) {
    let place = Place::root().key("kind");
    let full = full_name(report.value());
    let mut fault = Diagnostic::error("duplicate-kind", format!("the kind `{full}` is declared twice"))
        .label("again here")
        .help("declare it once, with all versions that the rules know");
    if let Some(span) = first.span(&place) {
        fault = fault.related(span, "first here");
    }
    report.at(&place, fault);
}

fn full_name(kind: &KindDeclaration) -> String {
    if kind.group.is_empty() { kind.kind.clone() } else { format!("{}/{}", kind.group, kind.kind) }
}

fn check_kind(report: &mut Report<KindDeclaration>) {
    let (kind, place) = (report.value(), Place::root());
    let letters = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric());
    if !letters(&kind.kind) || !kind.kind.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        let fault = Diagnostic::error("not-a-kind", format!("`{}` is not the name of a kind", kind.kind))
            .label("expected letters and digits, a capital letter first, as in `NodePool`");
        let fault = if kind.kind.contains('/') {
            fault.help("the group has a field of its own: `group`")
        } else {
            fault
        };
        report.at(&place.key("kind"), fault);
    }
    let lower = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if !kind.plural.chars().all(lower) {
        let fault = Diagnostic::error(
            "not-a-plural",
            format!("`{}` is not the plural name of a resource", kind.plural),
        )
        .label("expected lower-case letters, as in `nodepools`");
        report.at(&place.key("plural"), fault);
    }
    if !kind.group.chars().all(|letter| lower(letter) || letter == '.') {
        let fault = Diagnostic::error("not-a-group", format!("`{}` is not an API group", kind.group))
            .label("expected a domain without a version, as in `karpenter.sh`; the core group is `\"\"`");
        report.at(&place.key("group"), fault);
    }
    let versions = place.key("versions");
    for (index, version) in kind.versions.iter().enumerate() {
        if !is_api_version(version) {
            let fault = Diagnostic::error("not-a-version", format!("`{version}` is not a version of an API"))
                .label("expected a version without the group, as in `v1` or `v1beta1`");
            report.at(&versions.index(index), fault);
        }
    }
    report.repeated(&versions, kind.versions.iter().map(String::as_str), "the version");
}

/// `v1`, `v2beta3`, `v1alpha1`.
fn is_api_version(text: &str) -> bool {
    let number = |text: &str| {
        !text.is_empty() && !text.starts_with('0') && text.chars().all(|digit| digit.is_ascii_digit())
    };
    let Some(rest) = text.strip_prefix('v') else { return false };
    match rest.split_once("alpha").or_else(|| rest.split_once("beta")) {
        Some((major, minor)) => number(major) && number(minor),
        None => number(rest),
    }
}
