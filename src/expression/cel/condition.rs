//! Conditions: leaves under `all`, `any` and quantifiers.

use super::loops::Opened;
use super::printer::Printer;
use super::scope::Scope;
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::{Condition, Loop};

impl Printer<'_> {
    /// Whether a condition is true.
    pub(super) fn condition(
        &mut self,
        condition: &Condition,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        match condition {
            Condition::True => Ok(Expression::truth(true)),
            Condition::False => Ok(Expression::truth(false)),
            Condition::All(parts) => Ok(Expression::all(self.conditions(parts, scope)?)),
            Condition::Any(parts) => Ok(Expression::any(self.conditions(parts, scope)?)),
            Condition::Some { each, satisfies } => self.some(each, satisfies, scope),
            Condition::Every { each, satisfies } => self.every(each, satisfies, scope),
            Condition::Leaf(leaf) => self.leaf(leaf, scope),
        }
    }

    /// Each of these.
    fn conditions(&mut self, parts: &[Condition], scope: &Scope<'_>) -> Result<Vec<Expression>, Unprintable> {
        parts.iter().map(|part| self.condition(part, scope)).collect()
    }

    /// Whether it is true for at least one element.
    fn some(
        &mut self,
        each: &Loop,
        satisfies: &Condition,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let Opened { guard, walk, scope } = self.open(each, scope)?;
        let satisfied = self.condition(satisfies, &scope)?;
        Ok(match walk {
            Some((list, variable)) => list.each("exists", &variable, satisfied),
            None => Expression::all([guard, satisfied]),
        })
    }

    /// Whether it is true for each element.
    fn every(
        &mut self,
        each: &Loop,
        satisfies: &Condition,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let readable = self.readable(each, scope)?;
        let Opened { guard, walk, scope } = self.open(each, scope)?;
        let satisfied = self.condition(satisfies, &scope)?;
        Ok(match walk {
            Some((list, variable)) => {
                Expression::all(readable.into_iter().chain([list.each("all", &variable, satisfied)]))
            }
            None => Expression::any([guard.negate(), satisfied]),
        })
    }
}
