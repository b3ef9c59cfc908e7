//! Findings for people: those of one rule and one object together, each on a line that begins with its place.

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};

use super::finding::{Counts, Finding, Outcome, Scope};
use crate::ir::Action;
use crate::ir::text::{shown, visible};

/// How many namespaces a note names.
const LISTED: usize = 10;

/// The findings and their numbers, with terminal colours.
pub fn human(scope: &Scope, findings: &[Finding<'_>]) -> String {
    let mut text = String::new();
    let (judged, not_judged): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.outcome != Outcome::NotJudged);
    for group in judged.chunk_by(|one, other| belong_together(one, other)) {
        text.push_str(&group_text(group));
    }
    for group in not_judged.chunk_by(|one, other| one.place == other.place) {
        text.push_str(&not_judged_text(group));
    }
    text + &assumption(findings) + &summary(scope, findings)
}

/// Whether two findings stand below one heading.
fn belong_together(one: &Finding<'_>, other: &Finding<'_>) -> bool {
    one.rule.id == other.rule.id
        && one.object == other.object
        && one.place.file == other.place.file
        && heading_word(one) == heading_word(other)
}

/// The action, or that the finding is waived.
fn heading_word(finding: &Finding<'_>) -> &'static str {
    match finding.outcome {
        Outcome::Violated | Outcome::Unreadable => finding.action.name(),
        Outcome::Exempted => "exempted",
        Outcome::NotJudged => "not judged",
    }
}

fn heading_style(finding: &Finding<'_>) -> Style {
    match (finding.outcome, finding.action) {
        (Outcome::Violated | Outcome::Unreadable, Action::Deny) => AnsiColor::Red.on_default().bold(),
        (Outcome::Violated | Outcome::Unreadable, Action::Warn) => AnsiColor::Yellow.on_default().bold(),
        (Outcome::Violated | Outcome::Unreadable, Action::Audit) => AnsiColor::Cyan.on_default().bold(),
        (Outcome::Exempted | Outcome::NotJudged, _) => Style::new().dimmed(),
    }
}

fn group_text(group: &[&Finding<'_>]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let (style, bold) = (heading_style(first), Style::new().bold());
    let mut text = format!(
        "{style}{}{style:#}{} {bold}{} {}{bold:#}: {} ({})\n",
        heading_word(first),
        if first.action_assumed && first.is_violation() { " (assumed)" } else { "" },
        first.rule.id,
        object(first),
        first.rule.title,
        first.rule.severity.name()
    );
    for finding in group {
        text.push_str(&format!("  {}: {}\n", place(finding), said(finding)));
        text.push_str(&judged_by(finding));
    }
    if first.outcome != Outcome::Exempted {
        text.push_str(&format!("  fix: {}\n", first.rule.fix.trim_end()));
    }
    text + "\n"
}

/// What a finding says of its subject.
fn said(finding: &Finding<'_>) -> String {
    let subject = finding.subject.as_ref().map(|subject| format!("{subject}: ")).unwrap_or_default();
    let unreadable = match (finding.outcome, &finding.subject) {
        (Outcome::Unreadable, Some(_)) => " (the value can't be read)",
        (Outcome::Unreadable | Outcome::Violated | Outcome::Exempted | Outcome::NotJudged, _) => "",
    };
    let exempted = match finding.exempted_by.as_slice() {
        [] => String::new(),
        exemptions => format!(" (exempted by {})", exemptions.join(", ")),
    };
    format!("{subject}{}{unreadable}{exempted}", finding.message)
}

/// `check drop-all, standard capabilities_restricted, at spec.containers[0].securityContext.capabilities.drop`.
fn judged_by(finding: &Finding<'_>) -> String {
    let (Some(check), Some(path)) = (&finding.check, &finding.path) else { return String::new() };
    let standards: String =
        finding.standards.iter().map(|standard| format!(", standard {standard}")).collect();
    let dimmed = Style::new().dimmed();
    format!("    {dimmed}check {check}{standards}, at {}{dimmed:#}\n", visible(path))
}

/// The rules that couldn't judge an object, on one line.
fn not_judged_text(group: &[&Finding<'_>]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let rules: Vec<&str> = group.iter().map(|finding| finding.rule.id.as_str()).collect();
    let style = heading_style(first);
    format!(
        "{style}not judged{style:#} {}\n  {}: {}: {}\n\n",
        object(first),
        place(first),
        rules.join(", "),
        first.message
    )
}

/// `Deployment team-a/web`; a manifest can't write control characters to a terminal.
fn object(finding: &Finding<'_>) -> String {
    let object = &finding.object;
    let (kind, name) = (shown(&object.kind), shown(object.name.as_deref().unwrap_or("?")));
    match &object.namespace {
        Some(namespace) => format!("{kind} {}/{name}", shown(namespace)),
        None => format!("{kind} {name}"),
    }
}

/// What *assumed* means, and the namespaces that it is about.
fn assumption(findings: &[Finding<'_>]) -> String {
    let assumed = findings.iter().filter(|finding| finding.action_assumed && finding.is_violation());
    let namespaces: BTreeSet<&str> =
        assumed.filter_map(|finding| finding.object.namespace.as_deref()).collect();
    if namespaces.is_empty() {
        return String::new();
    }
    let mut listed: Vec<String> =
        namespaces.iter().take(LISTED).map(|name| format!("`{}`", shown(name))).collect();
    if namespaces.len() > LISTED {
        listed.push(format!("and {} more", namespaces.len() - LISTED));
    }
    format!(
        "note: the action depends on the namespace's labels, which aren't known of {}; assumed is the strictest that may apply\n\
         help: give the namespaces' manifests too, or with `--namespaces` what `kubectl get namespaces -o yaml` prints\n\n",
        listed.join(", ")
    )
}

fn place(finding: &Finding<'_>) -> String {
    format!("{}:{}:{}", finding.place.file, finding.place.line, finding.place.column)
}

/// `12 objects in 3 files: 2 deny, 1 audit; 1 exempted`.
fn summary(scope: &Scope, findings: &[Finding<'_>]) -> String {
    let counts = Counts::of(findings);
    let listed = |numbers: &[(usize, &str)]| {
        let some = numbers.iter().filter(|(count, _)| *count > 0);
        some.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    };
    let violations = listed(&[(counts.deny, "deny"), (counts.warn, "warn"), (counts.audit, "audit")]);
    let others = listed(&[
        (counts.exempted, "exempted"),
        (counts.not_judged, "not judged"),
        (scope.left_out, "in namespaces that are left out"),
        (scope.owned, "left to their controllers (--include-owned judges them too)"),
        (scope.no_objects, "skipped (no object of Kubernetes)"),
        (scope.unread, "of the files not read, or not as a whole"),
    ]);
    format!(
        "{} in {} against {}: {}{}{others}\n",
        counted(scope.objects, "object"),
        counted(scope.files, "file"),
        scope.environment,
        if violations.is_empty() { "no violation" } else { &violations },
        if others.is_empty() { "" } else { "; " },
    )
}

/// `1 object`, `2 objects`.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
