//! `palisade test`: runs the examples of rules.

use std::path::PathBuf;

use clap::Args;

use super::project::{Project, listed};
use super::{Console, Exit, Failure, examples};
use crate::diagnostic::did_you_mean;
use crate::ir::lower;
use crate::model::Rule;
use crate::project::{Located, View};
use crate::report::human::counted;

/// The arguments of `test`.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 every example gives what it says, 1 one doesn't, 2 an error.")]
pub struct Test {
    /// The folder with the policies
    #[arg(long, value_name = "FOLDER", default_value = "policies")]
    project: PathBuf,
    /// Only this rule; may be given several times
    #[arg(short, long, value_name = "ID")]
    rule: Vec<String>,
}

/// A rule and the view that it is proved in.
type Proved<'v, 'd> = (&'v View<'d>, &'d Located<Rule>);

impl Test {
    /// Runs the examples, and tells which give something else than they say.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::read(&self.project, console)?;
        let views = project.definitions.views();
        let rules = self.rules(&views)?;
        let (mut examples, mut wrong, mut has_faults) = (0, 0, false);
        for (view, rule) in &rules {
            match examples::proof(view, rule) {
                Ok(proof) => {
                    examples += proof.examples;
                    wrong += proof.wrong.len();
                    console.diagnostics(&proof.wrong, &project.sources);
                }
                Err(faults) => {
                    console.diagnostics(&faults, &project.sources);
                    has_faults = true;
                }
            }
        }
        let (rules, fine) = (counted(rules.len(), "rule"), examples - wrong);
        console.result(&format!("{fine} of {examples} examples of {rules} give what they say\n"));
        Ok(match (has_faults, wrong) {
            (true, _) => Exit::Error,
            (false, 0) => Exit::Success,
            (false, _) => Exit::Findings,
        })
    }

    /// The rules that were asked for, or all.
    fn rules<'v, 'd>(&self, views: &'v [View<'d>]) -> Result<Vec<Proved<'v, 'd>>, Failure> {
        let all = lower::to_prove(views);
        let known = || all.iter().map(|(_, rule)| rule.value.id.as_str());
        if let Some(unknown) = self.rule.iter().find(|wanted| !known().any(|known| known == wanted.as_str()))
        {
            let failure = Failure::new("unknown-rule", format!("there is no rule `{unknown}`"));
            return Err(match did_you_mean(unknown, known()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("there are {}", listed(known()))),
            });
        }
        let is_asked = |rule: &Located<Rule>| self.rule.is_empty() || self.rule.contains(&rule.value.id);
        Ok(all.into_iter().filter(|(_, rule)| is_asked(rule)).collect())
    }
}
