//! Where the generated policies of a rule are, and what differs between the engines.

use super::Documented;
use crate::bundle::{Area, unseen};
use crate::documentation::markdown::{table, text};
use crate::ir::{Release, Rule, Target};
use crate::targets::{Artefact, Unsupported, render};

/// The section of a rule.
pub(super) fn of_rule(documented: &Documented<'_>, rule: &Rule) -> String {
    let generated = match documented.environment {
        Some((release, folder)) => match release.rules.iter().find(|one| one.id == rule.id) {
            Some(placed) => links(release, folder, placed),
            None => nowhere(&format!("The environment `{}` doesn't have this rule.", release.environment)),
        },
        None => nowhere("There is no environment here."),
    };
    format!("{generated}\n{}", differences(rule))
}

fn nowhere(because: &str) -> String {
    format!("{because} `palisade build` writes its policies for each environment whose profile has it.\n")
}

/// The files of each engine, or why an engine has none.
fn links(release: &Release, folder: &str, rule: &Rule) -> String {
    let rows: Vec<Vec<String>> = release
        .engines
        .keys()
        .map(|target| vec![format!("`{}`", target.name()), files(render(*target, release, rule), folder)])
        .collect();
    let environment = &release.environment;
    format!("In the environment `{environment}`:\n\n{}", table(&["target", "files"], &rows))
}

fn files(rendered: Result<Vec<Artefact>, Unsupported>, folder: &str) -> String {
    match rendered {
        Ok(artefacts) => {
            let link = |path: &str| format!("[{path}]({folder}/{path})");
            artefacts.iter().map(|artefact| link(&artefact.path)).collect::<Vec<_>>().join(", ")
        }
        Err(unsupported) => format!("none: {}", text(&unsupported.reason)),
    }
}

/// What the engines around the policies do otherwise with this rule's kinds.
fn differences(rule: &Rule) -> String {
    let mut rows = Vec::new();
    for target in Target::ALL {
        for unseen in unseen(target) {
            let Area::Kind(group, name) = unseen.area else { continue };
            if rule.kinds.iter().any(|kind| kind.group == group && kind.kind == name) {
                rows.push(vec![
                    format!("`{}`", target.name()),
                    unseen.area.to_string(),
                    unseen.because.to_owned(),
                ]);
            }
        }
    }
    let engines = "What else an engine is not sent, or doesn't show, is the same for all rules: [the index](README.md#what-the-engines-dont-do) lists it.";
    if rows.is_empty() {
        return format!("Between the engines nothing differs for this rule. {engines}\n");
    }
    format!(
        "The rule means the same on each engine. As their charts install them, some don't look at all of its kinds:\n\n{}\n{engines}\n",
        table(&["target", "not looked into", "because of"], &rows)
    )
}
