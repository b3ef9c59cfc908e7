//! Judges the objects of many files, several files at a time; what comes out doesn't depend on how many.

use std::collections::BTreeSet;
use std::io;

use super::inputs::{self, File, Input};
use crate::diagnostic::{Diagnostic, FileId, Sources, Span};
use crate::evaluator::{Inspection, Inspector, Judged, Namespaces, PassedOver, Placed, objects};
use crate::parallel;
use crate::report::finding::{FilePlace, Finding, ObjectName};
use crate::yaml::{self, Budget, Dialect, Node};

/// What was found in one file.
#[derive(Default)]
pub(in crate::cli) struct FileReport<'a> {
    /// The findings, with the actions that hold as far as namespaces are known by name alone.
    pub(in crate::cli) findings: Vec<Finding<'a>>,
    /// The file's own Namespaces.
    pub(in crate::cli) namespaces: Namespaces,
    /// How many objects it holds.
    pub(in crate::cli) objects: usize,
    /// How many documents or items of lists are no objects.
    pub(in crate::cli) no_objects: usize,
    /// How many objects were left to their controllers.
    pub(in crate::cli) owned: usize,
    /// How many objects are in namespaces that are left out.
    pub(in crate::cli) left_out: usize,
    /// What is wrong with the text.
    pub(in crate::cli) diagnostics: Vec<Diagnostic>,
    /// The text, if something is wrong with it.
    pub(in crate::cli) sources: Sources,
    /// Why the file couldn't be read.
    pub(in crate::cli) unread: Option<io::Error>,
}

/// Judges all inputs; the reports come in their order.
pub(super) fn judge_all<'a>(
    inputs: &[Input],
    inspector: &Inspector<'a>,
    owner: Option<&str>,
) -> Vec<FileReport<'a>> {
    parallel::each(inputs, |input| match inputs::read(input) {
        Ok(file) => judge_file(file, inspector, owner),
        Err(cause) => FileReport { unread: Some(cause), ..FileReport::default() },
    })
}

/// The exemptions that waive something in each input, by each of the inspectors; with what is wrong with the input.
pub(in crate::cli) fn waiving(
    inputs: &[Input],
    inspectors: &[Inspector<'_>],
) -> Vec<(FileReport<'static>, Vec<BTreeSet<String>>)> {
    let by_name_alone = Namespaces::default();
    parallel::each(inputs, |input| {
        let mut used = vec![BTreeSet::new(); inspectors.len()];
        let report = match inputs::read(input) {
            Ok(file) => read(file, |_, _, _, object| {
                for (used, inspector) in used.iter_mut().zip(inspectors) {
                    let inspections = inspector.inspect(object, &by_name_alone).inspections;
                    let violations = inspections.into_iter().flat_map(|one| one.verdict.violations);
                    used.extend(violations.flat_map(|violation| violation.status.into_exemptions()));
                }
            }),
            Err(cause) => FileReport { unread: Some(cause), ..FileReport::default() },
        };
        (report, used)
    })
}

/// The namespaces of a file, and what is wrong with it.
pub(super) fn namespaces(file: File) -> FileReport<'static> {
    read(file, |report, _, _, object| report.namespaces.note(object))
}

fn judge_file<'a>(file: File, inspector: &Inspector<'a>, owner: Option<&str>) -> FileReport<'a> {
    let by_name_alone = Namespaces::default();
    read(file, |report, sources, id, object| {
        report.namespaces.note(object);
        let inspected = inspector.inspect(object, &by_name_alone);
        match inspected.passed_over {
            Some(PassedOver::Owned) => report.owned += 1,
            Some(PassedOver::LeftOut) => report.left_out += 1,
            None => {}
        }
        for inspection in inspected.inspections {
            add_findings(report, inspection, sources, id, object, owner);
        }
    })
}

/// Reads a file, and does something with each object.
fn read<'a>(
    file: File,
    mut with_object: impl FnMut(&mut FileReport<'a>, &Sources, FileId, &Node),
) -> FileReport<'a> {
    let mut report = FileReport::default();
    let mut sources = Sources::new();
    match yaml::read_bytes(file.bytes) {
        Err(undecodable) => {
            let (_, diagnostic) = undecodable.into_diagnostic(&mut sources, &file.name);
            report.diagnostics.push(diagnostic);
        }
        Ok(text) => {
            let id = sources.add(&file.name, text);
            let mut no_objects = 0;
            let diagnostics =
                yaml::read_each(&sources, id, Dialect::Manifest, &Budget::MANIFEST, &mut |document| {
                    no_objects += objects::each_object(&document, &mut |object| {
                        report.objects += 1;
                        with_object(&mut report, &sources, id, object);
                    });
                });
            report.no_objects = no_objects;
            report.diagnostics = diagnostics;
        }
    }
    if !report.diagnostics.is_empty() {
        report.sources = sources;
    }
    report
}

/// Adds what one rule says of an object.
fn add_findings<'a>(
    report: &mut FileReport<'a>,
    inspection: Inspection<'a>,
    sources: &Sources,
    file: FileId,
    object: &Node,
    owner: Option<&str>,
) {
    let (action, action_assumed) = match inspection.placed {
        Placed::Nowhere => return,
        Placed::At(action) => (action, false),
        Placed::Assumed(action) => (action, true),
    };
    let rule = inspection.rule;
    let name = object_name(object, inspection.namespace);
    let place = |span: Span| {
        let (line, column) = sources.line_column(span);
        FilePlace { file: sources.path(file).to_owned(), line, column }
    };
    let finding = |violation, span| {
        let mut finding = Finding::new(rule, action, action_assumed, name.clone(), violation, place(span));
        finding.owner = owner.and_then(|key| objects::label_or_annotation(object, key)).map(str::to_owned);
        finding
    };
    if inspection.verdict.violations.is_empty() {
        let mut not_judged = finding(None, object.span);
        if inspection.verdict.judged == Judged::UnknownUser {
            not_judged.message = "whoever set the label that breaks the glass isn't known".to_owned();
        }
        report.findings.push(not_judged);
    }
    for violation in inspection.verdict.violations {
        let span = violation.span;
        report.findings.push(finding(Some(violation), span));
    }
}

fn object_name(object: &Node, namespace: Option<String>) -> ObjectName {
    let field = |name: &str| object.get(name).and_then(Node::as_str).unwrap_or_default().to_owned();
    ObjectName {
        api_version: field("apiVersion"),
        kind: field("kind"),
        namespace,
        name: objects::name(object).map(str::to_owned),
    }
}
