//! Verdicts and changes as text, in each output format. Gives text; never prints it.

pub mod difference;
pub mod exemptions;
pub mod finding;
pub mod human;
pub mod json;

#[cfg(test)]
mod tests;
