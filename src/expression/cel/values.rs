//! The values that a predicate compares with.

use super::printer::Printer;
use super::scope::Scope;
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::{Arguments, Literal};

/// Values to compare with.
pub(super) enum Values {
    /// Literals.
    Known(Vec<Literal>),
    /// A list of texts that depends on the object.
    Found(Expression),
}

impl Printer<'_> {
    /// What the arguments are.
    pub(super) fn values(&mut self, arguments: &Arguments, scope: &Scope<'_>) -> Result<Values, Unprintable> {
        match arguments {
            Arguments::Literals(literals) => Ok(Values::Known(literals.clone())),
            Arguments::LiteralEntries { entries, .. } if entries.is_empty() => Ok(Values::Known(Vec::new())),
            Arguments::LiteralEntries { entries, key } => {
                let map = entries.iter().map(|(key, literals)| (key.clone(), list(literals))).collect();
                let key = self.path(key, scope)?;
                let looked =
                    Expression::Looked { map: Box::new(Expression::Map(map)), key: Box::new(key.clone()) };
                Ok(Values::Found(key.has_type("string").choose(looked, Expression::List(Vec::new()))))
            }
            Arguments::Parameters(names) => Err(Unprintable::parameter(&names.join("`, `"))),
            Arguments::Entry { parameter, .. } => Err(Unprintable::parameter(parameter)),
            Arguments::Path(path) => Err(Unprintable::new(format!(
                "the list `{path}` of a parameter, which should have been replaced"
            ))),
        }
    }
}

/// A list of literals.
pub(super) fn list(literals: &[Literal]) -> Expression {
    Expression::List(literals.iter().map(Expression::literal).collect())
}

impl Values {
    /// Whether a value is one of these.
    pub(super) fn include(&self, value: Expression) -> Expression {
        match self {
            Values::Known(literals) => match literals.as_slice() {
                [] => Expression::truth(false),
                [literal] => value.equals(Expression::literal(literal)),
                several => value.compare("in", list(several)),
            },
            Values::Found(list) => value.compare("in", list.clone()),
        }
    }

    /// Whether at least one of these fits.
    pub(super) fn some(
        &self,
        wished: &str,
        scope: &Scope<'_>,
        fits: impl Fn(Expression) -> Expression,
    ) -> Expression {
        self.quantified("exists", false, wished, scope, fits)
    }

    /// Whether all of these fit.
    pub(super) fn every(
        &self,
        wished: &str,
        scope: &Scope<'_>,
        fits: impl Fn(Expression) -> Expression,
    ) -> Expression {
        self.quantified("all", true, wished, scope, fits)
    }

    /// A macro over these; `of_none` is what it gives for none.
    fn quantified(
        &self,
        quantifier: &'static str,
        of_none: bool,
        wished: &str,
        scope: &Scope<'_>,
        fits: impl Fn(Expression) -> Expression,
    ) -> Expression {
        let (name, _) = scope.variable(wished);
        let all = match self {
            Values::Known(literals) => match literals.as_slice() {
                [] => return Expression::truth(of_none),
                [literal] => return fits(Expression::literal(literal)),
                several => list(several),
            },
            Values::Found(list) => list.clone(),
        };
        all.each(quantifier, &name, fits(Expression::code(&name)))
    }

    /// Whether a text matches one of these, which are patterns. Each stands in an expression of its own, so that it is compiled with
    /// the policy.
    pub(super) fn match_text(&self, text: &Expression, scope: &Scope<'_>) -> Expression {
        let matches = |pattern: Expression| text.clone().call("matches", vec![pattern]);
        match self {
            Values::Known(patterns) => {
                Expression::any(patterns.iter().map(|pattern| matches(Expression::literal(pattern))))
            }
            Values::Found(_) => self.some("pattern", scope, matches),
        }
    }
}
