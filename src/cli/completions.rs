//! `palisade completions`: completions for a shell.

use clap::{Args, CommandFactory};

use super::{Arguments, Console, Exit, Failure};

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

impl Completions {
    /// Prints the shell's script.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "palisade", &mut script);
        console.result(&String::from_utf8_lossy(&script));
        Ok(Exit::Success)
    }
}
