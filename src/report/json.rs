//! Findings for programs. The form is an interface: version 1 only ever gets further fields.

use serde_json::json;

use super::finding::{Counts, Finding, Scope};

/// The findings and their numbers.
pub fn json(scope: &Scope, findings: &[Finding<'_>]) -> String {
    let mut summary = json!({
        "environment": scope.environment,
        "files": scope.files,
        "objects": scope.objects,
        "no_objects": scope.no_objects,
        "owned": scope.owned,
        "left_out": scope.left_out,
        "unread": scope.unread,
    });
    if let (Some(summary), Ok(serde_json::Value::Object(counts))) =
        (summary.as_object_mut(), serde_json::to_value(Counts::of(findings)))
    {
        summary.extend(counts);
    }
    let findings: Vec<serde_json::Value> = findings.iter().map(finding_json).collect();
    let report = json!({"version": 1, "summary": summary, "findings": findings});
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn finding_json(finding: &Finding<'_>) -> serde_json::Value {
    let references = finding.rule.references.iter();
    json!({
        "rule": finding.rule.id,
        "check": finding.check,
        "standards": finding.standards,
        "title": finding.rule.title,
        "severity": finding.rule.severity.name(),
        "action": finding.action.name(),
        "status": finding.outcome,
        "object": finding.object,
        "owner": finding.owner,
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "path": finding.path,
        "subject": finding.subject,
        "message": finding.message,
        "fix": finding.rule.fix,
        "references": references
            .map(|reference| json!({"framework": reference.framework, "control": reference.control}))
            .collect::<Vec<_>>(),
        "exempted_by": finding.exempted_by,
        "action_assumed": finding.action_assumed,
    })
}
