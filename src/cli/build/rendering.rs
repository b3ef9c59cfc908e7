//! The files of one environment after the other. What depends on a rule alone is worked out once for all environments that have the
//! same rule, as clusters do that are alike.
//!
//! Reads and writes no file.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::suites;
use crate::bundle::suite::{self, Case};
use crate::bundle::{self, Files};
use crate::cli::Failure;
use crate::ir::{Release, Rule};
use crate::parallel;
use crate::targets::{self, Artefact, Unsupported, Variables};
use crate::yaml;

/// What is known of rules from the environments before.
#[derive(Default)]
pub(super) struct Rendering {
    /// By the rule's id. An environment that has another rule of this id replaces it.
    known: BTreeMap<String, Arc<Known>>,
}

/// What depends on a rule alone.
struct Known {
    variables: Variables,
    cases: OnceLock<Vec<Case>>,
}

/// What came of a rule in one environment.
struct Rendered {
    artefacts: bundle::Rendered,
    tests: Vec<Artefact>,
    known: Arc<Known>,
}

impl Rendering {
    /// The bundle of a release, or all that a target can't say.
    pub(super) fn files(&mut self, release: &Release) -> Result<Result<Files, Vec<Unsupported>>, Failure> {
        let rendered = parallel::each(&release.rules, |rule| self.rule(release, rule));
        let (mut rules, mut tests) = (Vec::new(), Vec::new());
        for (rule, rendered) in release.rules.iter().zip(rendered) {
            rules.push(rendered.artefacts);
            tests.extend(rendered.tests);
            self.known.insert(rule.id.clone(), rendered.known);
        }
        let artefacts = match bundle::render_with(release, rules) {
            Ok(artefacts) => artefacts,
            Err(unsupported) => return Ok(Err(unsupported)),
        };
        let files = bundle::assemble_with(release, artefacts, tests);
        files.map(Ok).map_err(|cause| Failure::new("internal", cause.to_string()))
    }

    fn rule(&self, release: &Release, rule: &Rule) -> Rendered {
        let before = self.known.get(&rule.id).filter(|known| known.variables.are_of(release, rule));
        let known = before.map_or_else(
            || Arc::new(Known { variables: Variables::of(release, rule), cases: OnceLock::new() }),
            Arc::clone,
        );
        let tests = match suites::are_in(release) {
            true => {
                let cases = known.cases.get_or_init(|| suites::cases(rule));
                suite::files(release, rule, cases, &yaml::write)
            }
            false => Vec::new(),
        };
        Rendered { artefacts: targets::render_all_with(release, rule, &known.variables), tests, known }
    }
}
