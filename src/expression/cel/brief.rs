//! Leaves in a question that may say yes too often: a value is read where it is asked about, and what is rare may be asked again.
//!
//! A leaf that is true here is true in [`super::leaf`] too; not always the other way round.

use super::leaf::Question;
use super::printer::Printer;
use super::scope::Scope;
use super::syntax::{Absent, Expression};
use crate::expression::Unprintable;
use crate::ir::{Argument, Literal, Predicate, Reading};

impl Printer<'_> {
    /// A question about a value that is read once, if there is a shorter way than [`Printer::ask`]'s.
    pub(super) fn brief(
        &mut self,
        value: &Expression,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Option<Expression>, Unprintable> {
        let Question { reading: Reading::Raw, predicate, holds } = question else { return Ok(None) };
        if value.may_be_null() {
            if matches!(predicate, Predicate::Empty) && holds {
                // What is there and empty is rare.
                return Ok(Some(value.clone().equals(Expression::null())));
            }
            if let Some(literal) = other_than(question)
                && value.is_read()
            {
                return Ok(is_other(value, literal));
            }
        }
        if !value.is_read() {
            return Ok(None);
        }
        let Some(of) = type_asked_for(predicate) else { return Ok(None) };
        let (read, there) = match (value.may_be_null(), question.when_absent()) {
            (true, true) if of == "list" => (value.clone().or(Absent::List), value.clone().or(Absent::List)),
            (true, true) => return Ok(None),
            (true, false) => (value.clone(), value.clone().surely()),
            (false, _) => (value.clone(), value.clone()),
        };
        let truth = self.truth(there, question.reading, predicate, scope)?;
        Ok(Some(Expression::all([read.has_type(of), question.form(truth)])))
    }
}

/// Whether a value is absent or of a literal's type and another one; nothing for what there is no shorter way to ask.
fn is_other(value: &Expression, than: &Literal) -> Option<Expression> {
    match than {
        Literal::Boolean(truth) => {
            Some(value.clone().or(Absent::Truth(!truth)).equals(Expression::truth(!truth)))
        }
        // A whole number that is no `int` is rare.
        Literal::Integer(_) => {
            let is_int = value.clone().has_type("int");
            let differs = value.clone().surely().differs(Expression::literal(than));
            let is_absent = value.clone().equals(Expression::null());
            Some(Expression::any([is_absent, Expression::all([is_int, differs])]))
        }
        Literal::Text(_)
        | Literal::Quantity(_)
        | Literal::Duration(_)
        | Literal::HostPath(_)
        | Literal::Image(_)
        | Literal::Pattern(_) => None,
    }
}

/// The literal that a value must not be.
fn other_than<'rule>(question: Question<'rule>) -> Option<&'rule Literal> {
    match question.predicate {
        Predicate::Is { value: Argument::Literal(literal), .. } if !question.holds => Some(literal),
        Predicate::Set
        | Predicate::Empty
        | Predicate::Is { .. }
        | Predicate::In { .. }
        | Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::PrefixOf(_)
        | Predicate::Matches(_)
        | Predicate::Within(_)
        | Predicate::Covers(_)
        | Predicate::AtLeast(_)
        | Predicate::AtMost(_)
        | Predicate::ContainsAny(_)
        | Predicate::ContainsAll(_)
        | Predicate::SubsetOf(_)
        | Predicate::HasAtLeast(_)
        | Predicate::Distinct => None,
    }
}

/// The one type of which a predicate's answer reads the value only once more; absent for the other predicates.
fn type_asked_for(predicate: &Predicate) -> Option<&'static str> {
    match predicate {
        Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::PrefixOf(_)
        | Predicate::Matches(_) => Some("string"),
        Predicate::ContainsAny(_) | Predicate::ContainsAll(_) | Predicate::SubsetOf(_) => Some("list"),
        Predicate::Set
        | Predicate::Empty
        | Predicate::Is { .. }
        | Predicate::In { .. }
        | Predicate::Within(_)
        | Predicate::Covers(_)
        | Predicate::AtLeast(_)
        | Predicate::AtMost(_)
        | Predicate::HasAtLeast(_)
        | Predicate::Distinct => None,
    }
}
