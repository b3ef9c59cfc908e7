//! Conditions printed as expressions of the engines' languages, by an exhaustive match each.
//!
//! Decides nothing about frames, files or engines' versions: that is `targets`. What can't be printed is an error, never a panic
//! and never something weaker.

pub mod cel;
pub mod rego;

use std::fmt;

/// What an expression language can't say; a bug of lowering or folding, since every rule must be printable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprintable {
    /// What it is: lower case, without a full stop.
    pub what: String,
}

impl Unprintable {
    /// What can't be printed, as it is told to a person.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }

    /// A reference to a parameter, which folding should have replaced.
    pub fn parameter(name: &str) -> Self {
        Self::new(format!("the parameter `{name}`, which should have been replaced by its value"))
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl std::error::Error for Unprintable {}
