//! Leaves: one predicate of one operand.
//!
//! A leaf that isn't readable is false in both of its forms, so neither form is printed as the negation of the other.

use super::predicate::{is_fit, suits};
use super::printer::Printer;
use super::reading::{compare, is_of, is_readable};
use super::scope::Scope;
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::{Argument, Leaf, Literal, LiteralType, Operand, Path, Predicate, Reading};

/// What a leaf asks, but for its operand.
#[derive(Clone, Copy)]
pub(super) struct Question<'rule> {
    /// How the value is read.
    pub(super) reading: Reading,
    /// What is asked of it.
    pub(super) predicate: &'rule Predicate,
    /// The form: true asks that the predicate holds.
    pub(super) holds: bool,
}

impl Question<'_> {
    /// The leaf's truth for an absent value.
    pub(super) fn when_absent(&self) -> bool {
        self.predicate.when_absent() == self.holds
    }

    /// The predicate's truth, in the form that the leaf asks for.
    pub(super) fn form(&self, truth: Expression) -> Expression {
        if self.holds { truth } else { truth.negate() }
    }
}

impl Printer<'_> {
    /// Whether a leaf is true.
    pub(super) fn leaf(&mut self, leaf: &Leaf, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let Leaf { operand, predicate, holds } = leaf;
        match operand {
            Operand::Read(read) => {
                let question = Question { reading: read.reading, predicate, holds: *holds };
                if !suits(question.reading, predicate) {
                    return Err(Unprintable::new(format!(
                        "{predicate:?} of what is read as {:?}",
                        read.reading
                    )));
                }
                if let Some(answer) = self.of_volume(read, question, scope)? {
                    return Ok(answer);
                }
                let value = self.read(read, scope)?;
                match self.known(read, scope) {
                    Some(known) => self.of_known(value, known, question, scope),
                    None => self.ask(value, question, scope),
                }
            }
            Operand::Sum(parts) => self.sum(parts, predicate, *holds, scope),
            Operand::Find { text, pattern } => {
                let question = Question { reading: Reading::Raw, predicate, holds: *holds };
                self.find(text, pattern, question, scope)
            }
            Operand::Parameter(name) => Err(Unprintable::parameter(name)),
        }
    }

    /// A question about a value, which may be null.
    pub(super) fn ask(
        &mut self,
        value: Expression,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        if self.is_inline
            && let Some(brief) = self.brief(&value, question, scope)?
        {
            return Ok(brief);
        }
        if let Some(simple) = self.simple(&value, question, scope)? {
            return Ok(simple);
        }
        let may_be_absent = question.when_absent() && value.may_be_null();
        self.named(value, "value", scope, |printer, value, scope| {
            let present = printer.present(&value, question, scope)?;
            let absent = value.equals(Expression::null());
            Ok(if may_be_absent { Expression::any([absent, present]) } else { present })
        })
    }

    /// A question about a value that is computed already, or null if it can't be read.
    fn of_known(
        &mut self,
        value: Expression,
        known: Expression,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        if comparison(question.predicate).is_some() {
            return self.ask(value, question, scope);
        }
        let truth = self.truth(known.clone(), question.reading, question.predicate, scope)?;
        let present = Expression::all([known.differs(Expression::null()), question.form(truth)]);
        let absent = value.equals(Expression::null());
        Ok(if question.when_absent() { Expression::any([absent, present]) } else { present })
    }

    /// Questions that one comparison answers for values of any type.
    fn simple(
        &mut self,
        value: &Expression,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Option<Expression>, Unprintable> {
        let Question { reading: Reading::Raw, predicate, holds } = question else {
            return Ok(None);
        };
        let null = Expression::null();
        if !value.may_be_null() && !holds {
            return Ok(None);
        }
        if matches!(predicate, Predicate::Set) {
            return Ok(Some(question.form(value.clone().differs(null))));
        }
        if let Predicate::Is { value: Argument::Literal(Literal::Boolean(truth)), .. } = predicate
            && !holds
        {
            let is_other = value.clone().equals(Expression::truth(!truth));
            return Ok(Some(Expression::any([value.clone().equals(null), is_other])));
        }
        if !holds {
            return Ok(None);
        }
        if let Predicate::Is { value: Argument::Literal(literal), .. } = predicate {
            return Ok(Some(value.clone().equals(Expression::literal(literal))));
        }
        if let Predicate::In { values, .. } = predicate {
            return Ok(Some(self.values(values, scope)?.include(value.clone())));
        }
        Ok(None)
    }

    /// Whether a value isn't null, is readable, and gives what the leaf asks for.
    fn present(
        &mut self,
        value: &Expression,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let Question { reading, predicate, .. } = question;
        if let Some((path, of, sign)) = comparison(predicate) {
            return self.of_two(value, sign, (path, of), question, scope);
        }
        let truth = self.converted(value, reading, scope, |printer, converted, scope| {
            let truth = printer.truth(converted, reading, predicate, scope)?;
            Ok(question.form(truth))
        })?;
        Ok(Expression::all([is_readable(value, reading), is_fit(value, reading, predicate, scope), truth]))
    }

    /// A comparison with another value of the object; under `Raw` both must be of the type.
    fn of_two(
        &mut self,
        value: &Expression,
        sign: &'static str,
        (path, of): (&Path, LiteralType),
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let reading = question.reading;
        let is_right = |value: &Expression| match reading {
            Reading::Raw => is_of(value, of),
            Reading::Quantity | Reading::Duration | Reading::Integer | Reading::HostPath | Reading::Image => {
                is_readable(value, reading)
            }
        };
        let other = self.path(path, scope)?;
        self.named(other, "other", scope, |printer, other, scope| {
            let truth = printer.converted(value, reading, scope, |printer, left, scope| {
                printer.converted(&other, reading, scope, |_, right, _| {
                    Ok(question.form(compare(left, sign, right, reading)))
                })
            })?;
            let both = Expression::all([is_right(&other), truth]);
            let is_absent = other.equals(Expression::null());
            let answer = if question.holds { both } else { Expression::any([is_absent, both]) };
            Ok(Expression::all([is_right(value), answer]))
        })
    }
}

/// The path that a predicate compares with, the type that both must have under `Raw`, and the sign.
pub(super) fn comparison(predicate: &Predicate) -> Option<(&Path, LiteralType, &'static str)> {
    let (argument, of, sign) = match predicate {
        Predicate::Is { of, value } => (value, *of, "=="),
        Predicate::AtLeast(value) => (value, LiteralType::Integer, ">="),
        Predicate::AtMost(value) => (value, LiteralType::Integer, "<="),
        Predicate::Set
        | Predicate::Empty
        | Predicate::In { .. }
        | Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::PrefixOf(_)
        | Predicate::Matches(_)
        | Predicate::Within(_)
        | Predicate::Covers(_)
        | Predicate::ContainsAny(_)
        | Predicate::ContainsAll(_)
        | Predicate::SubsetOf(_)
        | Predicate::HasAtLeast(_)
        | Predicate::Distinct => return None,
    };
    match argument {
        Argument::Path(path) => Some((path, of, sign)),
        Argument::Literal(_) | Argument::Parameter(_) => None,
    }
}
