//! Where a command prints: results to standard output, all else to standard error; colour only where it is wanted.

use std::io::{self, Write};

use anstream::AutoStream;

use super::Exit;
use crate::diagnostic::{Diagnostic, Sources, render};

/// Standard output and standard error. Texts may hold terminal colours: they are taken out unless the stream is a terminal that
/// shows them and `NO_COLOR` is not set.
pub struct Console {
    results: AutoStream<Box<dyn Write>>,
    notes: AutoStream<Box<dyn Write>>,
    lost: Option<io::Error>,
}

impl Console {
    /// The process's own streams.
    pub fn standard() -> Self {
        let (results, notes) = (AutoStream::choice(&io::stdout()), AutoStream::choice(&io::stderr()));
        Self {
            results: AutoStream::new(Box::new(io::BufWriter::new(io::stdout())), results),
            notes: AutoStream::new(Box::new(io::stderr()), notes),
            lost: None,
        }
    }

    /// Prints a part of the command's result, as it is. After a reader has gone (`palisade list | head`) nothing more is printed.
    pub fn result(&mut self, text: &str) {
        if self.lost.is_none() {
            self.lost = self.results.write_all(text.as_bytes()).err();
        }
    }

    /// Tells a person something, on one line of its own. It is no matter if nobody reads it.
    pub fn note(&mut self, text: &str) {
        writeln!(self.notes, "{text}").ok();
    }

    /// Tells a person what is wrong.
    pub fn diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        for diagnostic in diagnostics {
            self.note(&render(diagnostic, sources, true));
        }
    }

    /// Ends the printing. A result that couldn't be written (a full disk, but not a reader who has gone) is an error.
    pub(super) fn finish(mut self, exit: Exit) -> Exit {
        let lost = self.lost.take().or_else(|| self.results.flush().err());
        match lost {
            Some(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
                self.note(&format!("error: the result can't be written: {cause}"));
                Exit::Error
            }
            Some(_) | None => exit,
        }
    }
}
