//! Conditions in CEL, alike for all engines that speak it.
//!
//! What is printed compiles in the environment of Kubernetes 1.28, in which API servers from 1.29 on take new expressions, and gives no
//! run-time error whatever the object looks like.

mod brief;
mod condition;
mod functions;
mod inline;
mod kinds;
mod layout;
mod leaf;
mod listed;
mod literal;
mod loops;
mod merge;
mod operand;
mod pack;
mod path;
mod predicate;
mod prefixes;
mod printer;
mod reading;
mod reads;
mod rule;
mod scope;
mod shared;
mod shown;
mod suspicion;
mod syntax;
#[cfg(test)]
mod tests;
mod values;
mod waived;

pub use functions::{environment_of, lacking};
pub use literal::{is_printable, quoted};
pub use pack::packed_variables;
pub use rule::{object_name, variables};
pub use suspicion::suspicion;

/// A variable of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name, unique in its policy.
    pub name: String,
    /// Its value, over several lines if it is long.
    pub expression: String,
    /// Whether it only tells of exemptions, so that no verdict and no text depends on it.
    pub is_trace: bool,
}

impl Variable {
    /// A variable on which others may depend.
    fn new(name: impl Into<String>, expression: &syntax::Expression) -> Self {
        Self { name: name.into(), expression: expression.print(), is_trace: false }
    }

    /// A variable that only tells of exemptions.
    fn trace(name: impl Into<String>, expression: &syntax::Expression) -> Self {
        Self { is_trace: true, ..Self::new(name, expression) }
    }
}
