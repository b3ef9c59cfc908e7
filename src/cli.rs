//! The command line: one verb, one file. All reading, writing, printing and exiting is here, and no meaning.

mod arguments;
mod build;
mod check;
mod completions;
mod console;
mod coverage;
mod date;
mod diff;
mod docs;
mod examples;
mod exemptions;
mod expiry;
mod explain;
mod failure;
mod files;
mod format;
mod git;
mod init;
mod list;
mod manual;
mod new;
mod profile;
mod project;
mod schema;
mod starter;
mod test;
mod update;

use std::process::ExitCode;

use clap::Parser;

use crate::project::SourceFile;

pub use arguments::{Arguments, Verb};
pub use console::Console;
pub use examples::{all_faults, faults};
pub use failure::Failure;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well: 0.
    Success,
    /// The command did its work, and found what it looks for: 1.
    Findings,
    /// The command couldn't do its work: 2.
    Error,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Success => 0,
            Exit::Findings => 1,
            Exit::Error => 2,
        })
    }
}

/// Gives the files of the catalogue, which are taken where there is no project.
pub type Catalogue = fn() -> Vec<SourceFile>;

/// Runs the command that the process was asked for.
pub fn main(catalogue: Catalogue) -> ExitCode {
    let arguments = Arguments::parse();
    let mut console = Console::standard();
    let ended = run(&arguments.verb, catalogue, &mut console);
    let exit = ended.unwrap_or_else(|failure| {
        failure.print(&mut console);
        Exit::Error
    });
    console.finish(exit).into()
}

fn run(verb: &Verb, catalogue: Catalogue, console: &mut Console) -> Result<Exit, Failure> {
    match verb {
        Verb::Build(build) => build.run(console),
        Verb::Check(check) => check.run(catalogue, console),
        Verb::Test(test) => test.run(console),
        Verb::Diff(diff) => diff.run(console),
        Verb::List(list) => list.run(catalogue, console),
        Verb::Explain(explain) => explain.run(catalogue, console),
        Verb::Coverage(coverage) => coverage.run(console),
        Verb::Exemptions(exemptions) => exemptions.run(console),
        Verb::Docs(docs) => docs.run(catalogue, console),
        Verb::Schema(schema) => schema.run(console),
        Verb::Init(init) => init.run(catalogue, console),
        Verb::Update(update) => update.run(catalogue, console),
        Verb::New(new) => new.run(console),
        Verb::Completions(completions) => completions.run(console),
        Verb::Man(manual) => manual.run(console),
    }
}
