//! One rule in words: why it is there, what it asks, how it is set in each environment and by which place.

use std::collections::BTreeMap;

use crate::ir::{
    Addition, Check, Direction, Example, Kind, NEWEST_POD_SECURITY, Objects, Parameter, ParameterKind,
    Placement, Release, Rule, Text, Version,
};

/// How many characters a line of a paragraph may have.
const WIDTH: usize = 100;

/// A rule in an environment.
pub struct Use<'a> {
    /// The environment's release.
    pub release: &'a Release,
    /// The rule there; absent if the environment doesn't have it.
    pub rule: Option<&'a Rule>,
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
        text.push_str(&in_environment(used));
    }
    text
}

fn head(rule: &Rule) -> String {
    let references: Vec<String> = rule
        .references
        .iter()
        .map(|reference| format!("{} {}", reference.framework, reference.control))
        .collect();
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

fn in_environment(used: &Use<'_>) -> String {
    let heading = format!("In {}", used.release.environment);
    let Some(rule) = used.rule else {
        return lines(&heading, &["not there".to_owned()]);
    };
    let is_alone = used.release.scopes.is_empty();
    let mut told: Vec<String> =
        rule.placements.iter().map(|placement| self::placement(placement, is_alone)).collect();
    for (name, parameter) in &rule.parameters {
        told.push(format!("{name}: {}  ({})", parameter.written, parameter.set_by));
        told.extend(parameter.by_version.iter().map(|row| addition(row, used.release.pod_security)));
    }
    told.extend(waived(rule));
    lines(&heading, &told)
}

/// `  from 1.31: container_engine_t  (pss baseline/seLinuxOptions 1.31)`; what comes later than the environment's version says so.
fn addition(row: &Addition, pod_security: Version) -> String {
    let added: Vec<String> =
        row.add.iter().map(|value| value.as_str().map_or(value.to_string(), str::to_owned)).collect();
    let later = if row.since > pod_security { ", not here" } else { "" };
    format!("  from {}{later}: {}  ({})", row.since, added.join(", "), row.source)
}

/// `deny in the other namespaces  (environments/production.yaml: namespaces[1].action)`.
fn placement(placement: &Placement, is_alone: bool) -> String {
    let place = match &placement.scope {
        Some(scope) => format!(" in the namespaces of `{scope}`"),
        None if is_alone => " everywhere".to_owned(),
        None => " in the other namespaces".to_owned(),
    };
    let place = match placement.objects {
        Objects::ClusterWide => " for objects without a namespace".to_owned(),
        Objects::Namespaced => place,
        Objects::Workloads => format!(" for all but Pods{place}"),
        Objects::Pods => format!(" for Pods{place}"),
    };
    format!("{}{place}  ({})", placement.action.name(), placement.set_by)
}

/// What each exemption waives of the rule.
fn waived(rule: &Rule) -> Vec<String> {
    let mut waived: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for waiver in &rule.waivers {
        waived.entry(&waiver.exemption).or_default().push("the whole rule".to_owned());
    }
    for check in &rule.checks {
        for waiver in &check.waivers {
            waived.entry(&waiver.exemption).or_default().push(format!("check `{}`", check.id));
        }
    }
    let line = |(name, what): (&str, Vec<String>)| format!("exemption `{name}` waives {}", what.join(", "));
    waived.into_iter().map(line).collect()
}
