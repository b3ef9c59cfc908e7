//! How documents are written: the choices on the command line.

use clap::ValueEnum;

use crate::documentation::Form;

/// How a document is written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Human,
    /// For a page in a wiki or a pull request
    Markdown,
    /// For programs
    Json,
    /// For a browser
    Html,
}

impl Format {
    /// The same, as documentation takes it.
    pub(super) fn form(self) -> Form {
        match self {
            Format::Human => Form::Human,
            Format::Markdown => Form::Markdown,
            Format::Json => Form::Json,
            Format::Html => Form::Html,
        }
    }
}
