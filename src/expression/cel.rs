//! Conditions in CEL, alike for all engines that speak it.
//!
//! What is printed compiles in the environment of Kubernetes 1.29, and gives no run-time error whatever the object looks like.

mod condition;
mod kinds;
mod layout;
mod leaf;
mod literal;
mod loops;
mod operand;
mod path;
mod predicate;
mod printer;
mod reading;
mod reads;
mod rule;
mod scope;
mod shared;
mod shown;
mod syntax;
#[cfg(test)]
mod tests;
mod values;
mod waived;

pub use literal::{is_printable, quoted};
pub use rule::{WAIVED, object_name, variables};

/// A variable of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name, unique in its policy.
    pub name: String,
    /// Its value, over several lines if it is long.
    pub expression: String,
}
