//! Names: a file is called after what it holds, and no two files hold the same.

use std::collections::BTreeMap;

use super::text::{device_fault, is_rule_id, is_slug, label_fault, line_fault, slug_fault};
use super::{LONGEST_NAME, Report};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Project, Rule};
use crate::project::layout::stem;
use crate::project::{Definitions, Located, Place};

/// Longest name of a project: `<project>-<rule id>-<scope>` has at most 63 characters.
const LONGEST_PROJECT: usize = 20;

pub(super) fn check(definitions: &Definitions, sink: &mut Sink) {
    for rule in &definitions.rules {
        check_rule(&mut Report { located: rule, sink });
    }
    for profile in &definitions.profiles {
        check_name(&mut Report { located: profile, sink }, "profile", &profile.value.name);
    }
    for environment in &definitions.environments {
        check_name(&mut Report { located: environment, sink }, "environment", &environment.value.name);
    }
    for exemption in &definitions.exemptions {
        check_name(&mut Report { located: exemption, sink }, "exemption", &exemption.value.name);
    }
    unique(&definitions.sets, "set", "id", |set| &set.id, sink);
    unique(&definitions.rules, "rule id", "id", |rule| &rule.id, sink);
    unique(&definitions.profiles, "profile", "name", |profile| &profile.name, sink);
    unique(&definitions.environments, "environment", "name", |environment| &environment.name, sink);
    unique(&definitions.exemptions, "exemption", "name", |exemption| &exemption.name, sink);
}

pub(super) fn check_project(report: &mut Report<Project>) {
    let (project, place) = (report.value(), Place::root());
    let name = project.name.as_str();
    report.at(&place.key("name"), slug_fault("the project's name", name, LONGEST_PROJECT));
    if is_slug(name) && name.starts_with(|letter: char| letter.is_ascii_digit()) {
        let fault =
            Diagnostic::error("not-a-slug", format!("the project's name `{name}` begins with a digit"))
                .label("expected a letter first")
                .help("Gatekeeper's kinds begin with the project's name");
        report.at(&place.key("name"), fault);
    }
    report.at(&place.key("help"), line_fault("`help`", &project.help));
    let namespaces = project.left_out.iter().map(|left_out| left_out.namespace.as_str());
    report.repeated(&place.key("left_out"), namespaces, "the namespace");
    let labels = place.key("protected_labels");
    for (index, label) in project.protected_labels.iter().enumerate() {
        report.at(&labels.index(index).key("key"), label_fault(&label.key));
        report.at(&labels.index(index).key("reason"), line_fault("the reason", &label.reason));
    }
    report.repeated(&labels, project.protected_labels.iter().map(|label| label.key.as_str()), "the label");
}

fn check_rule(report: &mut Report<Rule>) {
    let (rule, place) = (report.value(), Place::root());
    let (id, category) = (rule.id.as_str(), rule.category.as_str());
    if !is_rule_id(id) {
        let fault = Diagnostic::error("not-a-rule-id", format!("`{id}` is not a rule id"))
            .label("expected two to six capital letters, a dash and three digits, as in `POD-001`");
        return report.at(&place.key("id"), fault);
    }
    report.at(&place.key("category"), slug_fault("the category", category, LONGEST_NAME));
    if report.located.node.is_none() {
        return;
    }
    let path = report.located.name.as_str();
    let named = stem(path);
    if !named.strip_prefix(id).and_then(|rest| rest.strip_prefix('-')).is_some_and(is_slug) {
        let fault =
            Diagnostic::error("file-name", format!("the rule `{id}` stands in the file `{named}.yaml`"))
                .label(format!("expected a file called `{id}-<slug>.yaml`"));
        let fault = match named.split('-').nth(2) {
            Some(_) => fault.help("rename the file, or correct the id"),
            None => fault.help(format!(
                "rename the file: the id, a dash, and what the rule is about, as in `{id}-drop-all.yaml`"
            )),
        };
        report.at(&place.key("id"), fault);
    }
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    if folder != category {
        let fault = Diagnostic::error(
            "file-name",
            format!("the rule's category is `{category}`, but its folder is `{folder}`"),
        )
        .label(format!("expected `{folder}`"))
        .help(format!("correct the category, or move the file to `rules/{category}/`"));
        report.at(&place.key("category"), fault);
    }
}

fn check_name<T>(report: &mut Report<T>, what: &str, name: &str) {
    let place = Place::root().key("name");
    let slug = slug_fault(&format!("the {what}'s name"), name, LONGEST_NAME);
    let file = stem(&report.located.name);
    let device = device_fault(&format!("the {what}"), name);
    if slug.is_some() || device.is_some() {
        report.at(&place, slug);
        report.at(&place, device);
    } else if report.located.node.is_some() && file != name {
        let fault =
            Diagnostic::error("file-name", format!("the {what} `{name}` stands in the file `{file}.yaml`"))
                .label(format!("expected `{file}`"))
                .help(format!("correct the name, or rename the file to `{name}.yaml`"));
        report.at(&place, fault);
    }
}

fn unique<T>(list: &[Located<T>], what: &str, field: &str, name: impl Fn(&T) -> &String, sink: &mut Sink) {
    let place = Place::root().key(field);
    let mut named: BTreeMap<&str, &Located<T>> = BTreeMap::new();
    for second in list {
        let name = name(&second.value);
        let Some(first) = named.get(name.as_str()) else {
            named.insert(name, second);
            continue;
        };
        let mut fault = Diagnostic::error("duplicate-name", format!("the {what} `{name}` is used twice"))
            .label("again here")
            .help("give one of them another name");
        if let Some(span) = first.span(&place) {
            fault = fault.related(span, "first here");
        }
        sink.push(second.mark(fault, &place));
    }
}
