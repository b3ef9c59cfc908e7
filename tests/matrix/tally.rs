//! What was run and what didn't agree, for people.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use palisade::ir::Target;
use serde_json::{Value, json};

use crate::case::{Case, Origin, subject};
use crate::engines::{Answer, Request};

/// How many disagreements are printed.
const SHOWN: usize = 20;
/// The least numbers of cases, by target.
const LEAST: &str = include_str!("least.txt");

/// The count of what was run.
pub struct Tally {
    rows: BTreeMap<Target, Row>,
    /// Whether everything was run, so that the numbers must reach the least.
    whole: bool,
    faults: usize,
    /// What agreed without an engine.
    passed: usize,
    shown: usize,
    /// How many cases disagreed, by target and rule.
    disagreements: BTreeMap<(&'static str, String), usize>,
}

#[derive(Clone, Copy, Default)]
struct Row {
    cases: usize,
    generated: usize,
    failed: usize,
    /// How many the API server's own types couldn't hold.
    unheld: usize,
}

impl Tally {
    /// Nothing run yet by these targets. If all of the matrix is run, there is a least number of cases.
    pub fn new(targets: &[Target], whole: bool) -> Self {
        let rows = targets.iter().map(|target| (*target, Row::default())).collect();
        Self { rows, whole, faults: 0, passed: 0, shown: 0, disagreements: BTreeMap::new() }
    }

    /// Counts what agreed without an engine.
    #[allow(dead_code, reason = "the matrix asks engines alone")]
    pub fn pass(&mut self, count: usize) {
        self.passed += count;
    }

    /// Counts a case, and prints it if it is a disagreement. What the API server's own types can't hold reaches no policy.
    pub fn count(&mut self, target: Target, rule: &str, case: &Case, answer: &Answer) {
        if case.request.typed && !answer.refused.is_empty() {
            self.rows.entry(target).or_default().unheld += 1;
            return;
        }
        let difference = case.expected.difference(answer);
        let row = self.rows.entry(target).or_default();
        row.cases += 1;
        if matches!(case.origin, Origin::Generated(_)) {
            row.generated += 1;
        }
        if let Some(difference) = difference {
            row.failed += 1;
            *self.disagreements.entry((target.name(), rule.to_owned())).or_default() += 1;
            self.show(target.name(), rule, case, &difference);
        }
    }

    /// Counts what no single case stands for: a policy that doesn't load, an evaluator that contradicts the design.
    pub fn fault(&mut self, text: &str) {
        self.faults += 1;
        self.shown += 1;
        if self.shown <= SHOWN {
            println!("\n{text}");
        }
    }

    fn show(&mut self, target: &str, rule: &str, case: &Case, difference: &str) {
        self.shown += 1;
        keep(self.shown, rule, &case.request);
        if self.shown > SHOWN {
            return;
        }
        let request = &case.request;
        let slash = if request.subresource.is_empty() { "" } else { "/" };
        println!(
            "\n{target} disagrees on {rule}: {} of {}{slash}{} ({})",
            request.operation,
            request.resource,
            request.subresource,
            match &case.origin {
                Origin::Written(name) => format!("example `{name}`"),
                Origin::Generated(how) => format!("generated: {how}"),
                Origin::Regression(file) => file.clone(),
            }
        );
        println!("{}", indented(&serde_yaml::to_string(subject(request)).unwrap_or_default()));
        if request.operation == "UPDATE" {
            println!(
                "  before:\n{}",
                indented(&serde_yaml::to_string(&request.old_object).unwrap_or_default())
            );
        }
        println!("  the evaluator: {}", indented(&case.expected.to_string()).trim_start());
        println!("  the engine:    {}", indented(difference).trim_start());
    }

    /// Prints the table and the last line. Gives whether everything agreed, and enough was run.
    pub fn report(&self) -> bool {
        if !self.rows.is_empty() {
            println!("\n{:<30}{:>10}{:>12}{:>15}", "target", "cases", "generated", "disagreements");
        }
        let (mut passed, mut failed) = (self.passed, self.faults);
        for (target, row) in &self.rows {
            println!("{:<30}{:>10}{:>12}{:>15}", target.name(), row.cases, row.generated, row.failed);
            passed += row.cases.saturating_sub(row.failed);
            failed += row.failed;
            if row.unheld > 0 {
                println!("    and {} that the API server's own types can't hold", row.unheld);
            }
            let least = if self.whole { least(*target) } else { 1 };
            if row.cases < least {
                println!("{}: {} cases, but {least} or more were expected", target.name(), row.cases);
                failed += 1;
            }
        }
        if !self.disagreements.is_empty() {
            println!("\n{:<30}{:<12}{:>25}", "target", "rule", "disagreements");
        }
        for ((target, rule), count) in &self.disagreements {
            println!("{target:<30}{rule:<12}{count:>25}");
        }
        println!("\n{passed} passed, {failed} failed");
        failed == 0
    }
}

/// The least number of cases of a target.
fn least(target: Target) -> usize {
    LEAST
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(name, _)| *name == target.name())
        .and_then(|(_, count)| count.trim().parse().ok())
        .unwrap_or(usize::MAX)
}

/// Writes a disagreement as a file for `tests/matrix/regressions`.
fn keep(number: usize, rule: &str, request: &Request) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disagreements");
    let case: Value = json!({
        "rule": rule, "operation": request.operation, "subresource": request.subresource,
        "object": request.object, "old_object": request.old_object,
    });
    if number <= SHOWN && fs::create_dir_all(&folder).is_ok() {
        let text = serde_json::to_string_pretty(&case).unwrap_or_default();
        let _ = fs::write(folder.join(format!("{rule}-{number}.json")), text + "\n");
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
