//! Operands that are more than one value read: sums, what is found in a text, and the volume of a mount.

use super::leaf::Question;
use super::printer::{Printer, Shared};
use super::reading::is_readable;
use super::reads::compared;
use super::scope::{Bound, Scope};
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::{Path, Predicate, Read, Reading, Root};

impl Printer<'_> {
    /// A question about the volume of a mount, if nothing else is read. The names of the volumes for which the answer isn't that of
    /// an absent volume are listed once, since to look the volume up for each mount is dear.
    pub(super) fn of_volume(
        &mut self,
        read: &Read,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Option<Expression>, Unprintable> {
        let ([Path { root: Root::VolumeOf(mount), steps }], None) = (read.from.as_slice(), &read.default)
        else {
            return Ok(None);
        };
        if compared(question.predicate).is_some() {
            return Ok(None);
        }
        let (variable, _) = Scope::new(scope.kinds).variable("volume");
        let inside = Scope::new(scope.kinds).bind(&variable, Bound::Item(variable.clone()));
        let path = Path { root: Root::Element(variable.clone()), steps: steps.clone() };
        let value = self.path_into_maps(&path, &inside)?;
        let answer = self.ask(value, question, &inside)?;
        let otherwise = question.when_absent();
        let differs = if otherwise { answer.negate() } else { answer };
        let names = self.shared(Shared::NamedVolumes).each("filter", &variable, differs).each(
            "map",
            &variable,
            Expression::code(&variable).field("name"),
        );
        let names = self.once("volume_names", &names);
        let is_listed = self.mount_name(mount, scope)?.compare("in", names);
        Ok(Some(if otherwise { is_listed.negate() } else { is_listed }))
    }

    /// The name of a mount, or null.
    pub(super) fn mount_name(&mut self, mount: &str, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let name = Path { root: Root::Element(mount.to_owned()), steps: vec!["name".to_owned()] };
        self.path(&name, scope)
    }

    /// A question about what an expression matches in a text.
    pub(super) fn find(
        &mut self,
        text: &Read,
        pattern: &str,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let text = self.read(text, scope)?;
        self.named(text, "value", scope, |printer, text, scope| {
            let found = text.clone().call("findAll", vec![Expression::text(pattern)]);
            let truth = printer.of_found(found, question, scope)?;
            let present = Expression::all([text.clone().has_type("string"), truth]);
            let absent = text.equals(Expression::null());
            Ok(if question.when_absent() { Expression::any([absent, present]) } else { present })
        })
    }

    /// A question about a list of texts that were found. The list gets a name where it stands in the answer more than once.
    fn of_found(
        &mut self,
        found: Expression,
        question: Question<'_>,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let mut ask = |found, scope: &Scope<'_>| {
            let truth = self.truth(found, Reading::Raw, question.predicate, scope)?;
            Ok(question.form(truth))
        };
        match question.predicate {
            Predicate::Empty => {
                let is_empty = Expression::function("size", found).equals(Expression::number(0));
                Ok(question.form(is_empty))
            }
            Predicate::HasAtLeast(_) | Predicate::SubsetOf(_) => ask(found, scope),
            Predicate::Distinct | Predicate::ContainsAny(_) | Predicate::ContainsAll(_) => {
                let (name, inner) = scope.variable("found");
                let answer = ask(Expression::code(&name), &inner)?;
                Ok(Expression::List(vec![found]).each("exists", &name, answer))
            }
            Predicate::Set
            | Predicate::Is { .. }
            | Predicate::In { .. }
            | Predicate::StartsWith(_)
            | Predicate::EndsWith(_)
            | Predicate::PrefixOf(_)
            | Predicate::Matches(_)
            | Predicate::Within(_)
            | Predicate::Covers(_)
            | Predicate::AtLeast(_)
            | Predicate::AtMost(_) => {
                Err(Unprintable::new(format!("{:?} of a list of what was found", question.predicate)))
            }
        }
    }

    /// A question about a sum. A part that isn't readable comes before one that is absent.
    pub(super) fn sum(
        &mut self,
        parts: &[Read],
        predicate: &Predicate,
        holds: bool,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let mut values = Vec::new();
        for part in parts {
            values.push(self.read(part, scope)?);
        }
        let reading = parts.first().map_or(Reading::Raw, |part| part.reading);
        let (list, inner) = scope.variable("parts");
        let (part, _) = inner.variable("part");
        let (name, all) = (Expression::code(&part), Expression::code(&list));
        let number = match reading {
            Reading::Duration => Expression::function("duration", name.clone()),
            Reading::Integer => Expression::function("int", name.clone()),
            Reading::Raw | Reading::Quantity | Reading::HostPath | Reading::Image => {
                return Err(Unprintable::new("a sum of what are no durations and no whole numbers"));
            }
        };
        let total = all.clone().each("map", &part, number).call("sum", Vec::new());
        let question = Question { reading, predicate, holds };
        let truth = question.form(self.truth(total, reading, predicate, &inner)?);
        let is_null = name.clone().equals(Expression::null());
        let is_fine = Expression::any([is_null.clone(), is_readable(&name, reading)]);
        let is_absent = all.clone().each("exists", &part, is_null);
        let answer = if question.when_absent() {
            Expression::any([is_absent, truth])
        } else {
            Expression::all([is_absent.negate(), truth])
        };
        let body = Expression::all([all.each("all", &part, is_fine), answer]);
        Ok(Expression::List(vec![Expression::List(values)]).each("exists", &list, body))
    }
}
