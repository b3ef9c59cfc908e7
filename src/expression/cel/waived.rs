//! The exemptions that a rule's verdict rests on, for the engines that can leave a trace of one.

use super::kinds::is_one_of;
use super::loops::Opened;
use super::printer::Printer;
use super::scope::Scope;
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::{Check, Loop, Rule, Waiver};

impl Printer<'_> {
    /// The names of the exemptions without which the rule would be violated, in order and each once; absent if the rule knows none.
    /// It is asked only when the object can be read.
    pub(super) fn waived(&mut self, rule: &Rule) -> Result<Option<Expression>, Unprintable> {
        let all = rule.checks.iter().flat_map(|check| &check.waivers).chain(&rule.waivers);
        let mut names: Vec<&str> = all.map(|waiver| waiver.exemption.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut lists = Vec::new();
        for name in &names {
            let name_it = Expression::List(vec![Expression::text(name)]);
            let is_used = self.is_used(name, rule)?;
            lists.push(is_used.choose(name_it, Expression::List(Vec::new())));
        }
        Ok((!lists.is_empty()).then(|| Expression::sum(lists)))
    }

    /// Whether an exemption waives the whole rule, which is violated, or a subject that violates a check.
    fn is_used(&mut self, name: &str, rule: &Rule) -> Result<Expression, Unprintable> {
        let is_it = |waiver: &&Waiver| waiver.exemption == name;
        let mut uses = Vec::new();
        for waiver in rule.waivers.iter().filter(is_it) {
            let holds = self.condition(&waiver.holds, &Scope::new(&rule.kinds))?;
            let violations: Vec<Expression> = rule
                .checks
                .iter()
                .map(|check| self.has_violation(check, rule, None))
                .collect::<Result<_, _>>()?;
            uses.push(Expression::all([holds, Expression::any(violations)]));
        }
        for check in &rule.checks {
            for waiver in check.waivers.iter().filter(is_it) {
                uses.push(self.has_violation(check, rule, Some(waiver))?);
            }
        }
        Ok(Expression::any(uses))
    }

    /// Whether a subject violates a check, and the waiver holds for it if there is one.
    fn has_violation(
        &mut self,
        check: &Check,
        rule: &Rule,
        waiver: Option<&Waiver>,
    ) -> Result<Expression, Unprintable> {
        let is_asked = is_one_of(&check.kinds.iter().collect::<Vec<_>>(), &rule.kinds);
        let found = self.in_loops(check, &check.each, &Scope::new(&check.kinds), waiver)?;
        Ok(Expression::all([is_asked, found]))
    }

    fn in_loops(
        &mut self,
        check: &Check,
        loops: &[Loop],
        scope: &Scope<'_>,
        waiver: Option<&Waiver>,
    ) -> Result<Expression, Unprintable> {
        let Some((each, rest)) = loops.split_first() else {
            // For most objects no exemption holds, and nothing more is asked.
            let waived = waiver.map(|waiver| self.waiver(waiver, scope)).transpose()?;
            let violates = self.condition(&check.ok, scope)?.negate();
            return Ok(Expression::all(waived.into_iter().chain([violates])));
        };
        let Opened { guard, walk, scope } = self.open(each, scope)?;
        let inside = self.in_loops(check, rest, &scope, waiver)?;
        Ok(match walk {
            Some((list, variable)) => list.each("exists", &variable, inside),
            None => Expression::all([guard, inside]),
        })
    }
}
