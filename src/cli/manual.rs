//! `palisade man`: the manual page.

use clap::{Args, CommandFactory};

use super::{Arguments, Console, Exit, Failure};

/// The arguments of `man`.
#[derive(Debug, Args)]
pub struct Manual {}

impl Manual {
    /// Prints the page, with each verb's own behind it.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let mut command = Arguments::command();
        command.build();
        let mut page = Vec::new();
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            clap_mangen::Man::new(command.clone()).render(&mut page).map_err(|cause| {
                Failure::new("manual", format!("the manual page can't be written: {cause}"))
            })?;
        }
        console.result(&String::from_utf8_lossy(&page));
        Ok(Exit::Success)
    }
}
