//! One rule in words: why it is there, what it asks, how it is set in each environment and by which place.

use std::collections::BTreeMap;

use serde_json::json;

use super::effective;
use super::sheet::{Section, Sheet};
use crate::ir::{
    Addition, Check, Direction, Example, Kind, NEWEST_POD_SECURITY, Parameter, ParameterKind, ReferenceTo,
    Release, Rule, Text, Version,
};

/// How many characters a line of a paragraph may have.
const WIDTH: usize = 100;

/// A rule in an environment.
pub struct Use<'a> {
    /// The environment's release.
    pub release: &'a Release,
    /// The rule there; absent if the environment doesn't have it.
    pub rule: Option<&'a Rule>,
    /// The rule there if no exemption had expired: it tells what those that have expired waived.
    pub unexpired: Option<&'a Rule>,
}

/// The rule as JSON: itself, and what holds for it in each environment.
pub fn explain_as_json(rule: &Rule, uses: &[Use<'_>]) -> String {
    let environments = uses.iter().map(|used| {
        json!({
            "name": used.release.environment,
            "values": effective::of_rule(used.release, &rule.id, used.rule),
            "exemptions": waived(used),
        })
    });
    let parameters = rule.parameters.iter().map(|(name, parameter)| {
        json!({
            "name": name, "description": parameter.description, "value": parameter.written,
            "set_by": parameter.set_by,
        })
    });
    let document = json!({
        "version": 1,
        "rule": {
            "id": rule.id, "title": rule.title, "severity": rule.severity.name(), "category": rule.category,
            "since": rule.since, "why": rule.why, "fix": rule.fix, "file": rule.source_file,
            "references": rule.references.iter().map(reference).collect::<Vec<_>>(),
            "governs": kinds(&rule.kinds),
            "checks": rule.checks.iter().map(|check| self::check(check, rule)).collect::<Vec<_>>(),
            "parameters": parameters.collect::<Vec<_>>(),
        },
        "environments": environments.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

/// The rule as a sheet.
pub(super) fn sheet(rule: &Rule, uses: &[Use<'_>]) -> Sheet {
    let (good, bad): (Vec<&Example>, Vec<&Example>) =
        rule.examples.iter().partition(|example| example.gives.is_empty());
    let mut sections = vec![
        Section::of_items("What it is", head(rule).lines().skip(1).map(str::to_owned).collect()),
        Section::of_text("Why", &rule.why),
        Section::of_text("Fix", &rule.fix),
        Section::of_items("Governs", kinds(&rule.kinds)),
        Section::of_items("Checks", rule.checks.iter().map(|check| self::check(check, rule)).collect()),
        Section::of_items("Parameters", rule.parameters.iter().map(parameter).collect()),
        Section::of_items("Good examples", names(&good)),
        Section::of_items("Bad examples", names(&bad)),
    ];
    if uses.is_empty() {
        sections.push(Section::of_items("By default", defaults(rule)));
    }
    for used in uses {
        let values = effective::of_rule(used.release, &rule.id, used.rule);
        let rows = values.iter().map(effective::Value::cells).collect();
        let heading = format!("In `{}`", used.release.environment);
        let mut section = Section::of_table(&heading, &["what", "value", "set by"], rows);
        section.items = waived(used);
        sections.push(section);
    }
    Sheet { title: format!("{}: {}", rule.id, rule.title), sections }
}

fn reference(reference: &ReferenceTo) -> String {
    format!("{} {}", reference.framework, reference.control)
}

/// The text: the rule itself, then each environment.
pub fn explain(rule: &Rule, uses: &[Use<'_>]) -> String {
    let mut text = head(rule);
    text.push_str(&paragraph("Why", &rule.why));
    text.push_str(&paragraph("Fix", &rule.fix));
    text.push_str(&lines("Governs", &kinds(&rule.kinds)));
    text.push_str(&lines(
        "Checks",
        &rule.checks.iter().map(|check| self::check(check, rule)).collect::<Vec<_>>(),
    ));
    text.push_str(&lines("Parameters", &rule.parameters.iter().map(parameter).collect::<Vec<_>>()));
    let (good, bad): (Vec<&Example>, Vec<&Example>) =
        rule.examples.iter().partition(|example| example.gives.is_empty());
    text.push_str(&lines("Good examples", &names(&good)));
    text.push_str(&lines("Bad examples", &names(&bad)));
    if uses.is_empty() {
        text.push_str(&lines("By default", &defaults(rule)));
    }
    for used in uses {
        text.push_str(&in_environment(&rule.id, used));
    }
    text
}

fn head(rule: &Rule) -> String {
    let references: Vec<String> = rule.references.iter().map(reference).collect();
    let mut text = format!("{}  {}\n", rule.id, rule.title);
    text.push_str(&format!("{}, {}, since {}\n", rule.severity.name(), rule.category, rule.since));
    for line in [references.join(", "), rule.source_file.clone()].iter().filter(|line| !line.is_empty()) {
        text.push_str(&format!("{line}\n"));
    }
    text
}

fn paragraph(heading: &str, text: &str) -> String {
    let mut wrapped = vec![String::new()];
    for word in text.split_whitespace() {
        match wrapped.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => wrapped.push(word.to_owned()),
        }
    }
    lines(heading, &wrapped)
}

/// A heading and indented lines; nothing if there are none.
fn lines(heading: &str, lines: &[String]) -> String {
    let indented: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("\n{heading}\n{indented}") }
}

fn kinds(kinds: &[Kind]) -> Vec<String> {
    let name = |kind: &Kind| match kind.group.as_str() {
        "" => kind.kind.clone(),
        group => format!("{group}/{}", kind.kind),
    };
    vec![kinds.iter().map(name).collect::<Vec<_>>().join(", ")]
}

/// `drop-all: containers: must drop …`.
fn check(check: &Check, rule: &Rule) -> String {
    let loops: Vec<&str> = check.each.iter().map(|each| each.name.as_str()).collect();
    let message: String = check.message.iter().map(part).collect();
    let only = if check.kinds == rule.kinds {
        String::new()
    } else {
        format!(" (only {})", kinds(&check.kinds).join(", "))
    };
    format!("{}: each {}{only}: {message}", check.id, loops.join(", "))
}

fn part(part: &Text) -> String {
    match part {
        Text::Literal(text) => text.clone(),
        Text::Value(_) => "…".to_owned(),
    }
}

fn parameter((name, parameter): (&String, &Parameter)) -> String {
    let growing = match (parameter.declaration.kind, parameter.declaration.direction) {
        (ParameterKind::Boolean, Direction::Tightens) => "`true` tightens".to_owned(),
        (ParameterKind::Boolean, Direction::Loosens) => "`true` loosens".to_owned(),
        (ParameterKind::Choice, _) => {
            format!("from the laxest to the strictest: {}", parameter.declaration.options.join(", "))
        }
        (_, Direction::Tightens) => "growing tightens".to_owned(),
        (_, Direction::Loosens) => "growing loosens".to_owned(),
    };
    format!("{name} ({growing}): {}", parameter.description)
}

fn names(examples: &[&Example]) -> Vec<String> {
    examples.iter().map(|example| example.name.clone()).collect()
}

/// The values of parameters where there is no environment; of one that grows with the standard, all that it may come to.
fn defaults(rule: &Rule) -> Vec<String> {
    let mut told = Vec::new();
    for (name, parameter) in &rule.parameters {
        match parameter.by_version.as_slice() {
            [] => told.push(format!("{name}: {}", parameter.written)),
            rows => {
                told.push(format!("{name}: by the version of the Pod Security Standards"));
                told.extend(rows.iter().map(|row| addition(row, NEWEST_POD_SECURITY)));
            }
        }
    }
    told
}

fn in_environment(id: &str, used: &Use<'_>) -> String {
    let heading = format!("In {}", used.release.environment);
    let mut told = Vec::new();
    for value in effective::of_rule(used.release, id, used.rule) {
        match value.name.strip_prefix("parameter `").and_then(|name| name.strip_suffix('`')) {
            Some(name) => {
                told.push(format!("{name}: {}  ({})", value.value, value.set_by));
                let parameter = used.rule.and_then(|rule| rule.parameters.get(name));
                let rows = parameter.into_iter().flat_map(|parameter| &parameter.by_version);
                told.extend(rows.map(|row| addition(row, used.release.pod_security)));
            }
            None => told.push(format!("{} {}  ({})", value.value, value.name, value.set_by)),
        }
    }
    told.extend(waived(used));
    if told.is_empty() {
        told.push("not there: the profile doesn't hold it".to_owned());
    }
    lines(&heading, &told)
}

/// `  from 1.31: container_engine_t  (pss baseline/seLinuxOptions 1.31)`; what comes later than the environment's version says so.
fn addition(row: &Addition, pod_security: Version) -> String {
    let added: Vec<String> =
        row.add.iter().map(|value| value.as_str().map_or(value.to_string(), str::to_owned)).collect();
    let later = if row.since > pod_security { ", not here" } else { "" };
    format!("  from {}{later}: {}  ({})", row.since, added.join(", "), row.source)
}

/// What each exemption waives of the rule, then what those that have expired waived of it.
fn waived(used: &Use<'_>) -> Vec<String> {
    let holding = used.rule.map(waivers).unwrap_or_default().into_iter();
    let holding = holding.map(|(name, what)| format!("exemption `{name}` waives {}", what.join(", ")));
    let former = used.unexpired.map(waivers).unwrap_or_default().into_iter();
    let expired = former.filter_map(|(name, what)| {
        let until = &used.release.expired(name)?.expires;
        Some(format!("exemption `{name}` expired on {until}, and no longer waives {}", what.join(", ")))
    });
    holding.chain(expired).collect()
}

/// What is waived of the rule, by the exemption's name.
fn waivers(rule: &Rule) -> BTreeMap<&str, Vec<String>> {
    let mut waived: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for waiver in &rule.waivers {
        waived.entry(&waiver.exemption).or_default().push("the whole rule".to_owned());
    }
    for check in &rule.checks {
        for waiver in &check.waivers {
            waived.entry(&waiver.exemption).or_default().push(format!("check `{}`", check.id));
        }
    }
    waived
}
