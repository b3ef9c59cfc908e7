//! A rule as the variables of a policy, the last of which are its violations.

use super::Variable;
use super::kinds::{in_pod, is_one_of};
use super::loops::{Opened, label};
use super::path::first_filled;
use super::printer::{Printer, Shared};
use super::scope::Scope;
use super::shown::{Piece, shown, text};
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::text::{NOTHING, unreadable};
use crate::ir::{Check, Container, GovernedPart, Kind, Loop, Rule, Shape, Source, Text, Waiver};

/// The variables of a rule in the closed form, each before those that use it. The last, `violations`, is a list of texts: none if
/// the rule isn't violated.
pub fn variables(rule: &Rule) -> Result<Vec<Variable>, Unprintable> {
    let mut printer = Printer::default();
    let mut own: Vec<(String, Expression)> = Vec::new();
    let mut silent: Vec<Expression> = Vec::new();
    let mut sources: Vec<Expression> = Vec::new();
    let mut add = |name: String, expression: Expression| {
        let variable = Expression::variable(&name);
        own.push((name, expression));
        variable
    };

    let unchanged = is_unchanged(rule, &mut printer);
    silent.push(add("unchanged".to_owned(), unchanged));
    let scope = Scope::new(&rule.kinds);
    let spared = printer.condition(&rule.spared, &scope)?;
    if spared != Expression::truth(false) {
        silent.push(add("spared".to_owned(), spared));
    }
    let exempted = printer.any_waiver(&rule.waivers, &scope)?;
    if exempted != Expression::truth(false) {
        silent.push(add("exempted".to_owned(), exempted));
    }
    if let Some(broken) = printer.unreadable(rule)? {
        sources.push(add("unreadable".to_owned(), broken));
    }
    for check in &rule.checks {
        let name = format!("check_{}", check.id.replace('-', "_"));
        sources.push(add(name, printer.check(check, rule)?));
    }
    let violations = violations(silent, sources, printer.has_lines);
    add("violations".to_owned(), violations);

    let shared = printer.needed.iter().map(|shared| Variable {
        name: shared.name().to_owned(),
        expression: shared.expression(&rule.kinds).print(),
    });
    let own = own.into_iter().map(|(name, expression)| Variable { name, expression: expression.print() });
    Ok(shared.chain(printer.lists.iter().cloned()).chain(own).collect())
}

/// The object's name as a denial shows it.
pub fn object_name() -> String {
    let read = |field| Expression::code("object").read(&["metadata", field]);
    shown(first_filled(vec![read("name"), read("generateName")], "?"), NOTHING, &Scope::new(&[])).print()
}

/// All violations, if the rule isn't silent; texts of several lines are taken apart.
fn violations(silent: Vec<Expression>, sources: Vec<Expression>, has_lines: bool) -> Expression {
    let all = Expression::sum(sources);
    let newline = || Expression::text("\n");
    let all = if has_lines {
        let is_filled = Expression::code("text").differs(Expression::text(""));
        all.call("join", vec![newline()]).call("split", vec![newline()]).each("filter", "text", is_filled)
    } else {
        all
    };
    Expression::any(silent).choose(Expression::List(Vec::new()), all)
}

/// Whether an UPDATE leaves the parts that the rule governs as they were.
fn is_unchanged(rule: &Rule, printer: &mut Printer) -> Expression {
    let is_update = Expression::code("request.operation").equals(Expression::text("UPDATE"));
    let (with_pod, others): (Vec<&Kind>, Vec<&Kind>) = rule.kinds.iter().partition(|kind| kind.has_pod());
    let in_pods = || rule.governed_in_pods.iter();
    let in_objects = || rule.governed_in_objects.iter();
    let mut same = |parts: &mut dyn Iterator<Item = &GovernedPart>| {
        Expression::all(parts.map(|part| is_same(part, rule, printer)))
    };
    let same = if others.is_empty() {
        same(&mut in_pods())
    } else if with_pod.is_empty() {
        same(&mut in_objects())
    } else {
        let (of_pods, of_others) = (same(&mut in_pods()), same(&mut in_objects()));
        is_one_of(&with_pod, &rule.kinds).choose(of_pods, of_others)
    };
    Expression::all([is_update, same])
}

/// Whether a part is as it was.
fn is_same(part: &GovernedPart, rule: &Rule, printer: &mut Printer) -> Expression {
    let was = |steps: &[&str]| in_pod("oldObject", &rule.kinds, steps);
    let same = |steps: &[&str]| {
        Expression::code("object").read(steps).equals(Expression::code("oldObject").read(steps))
    };
    match part {
        GovernedPart::PodSpec => printer.shared(Shared::Pod).equals(was(&["spec"])),
        GovernedPart::TemplateLabels => {
            printer.shared(Shared::PodMetadata).read(&["labels"]).equals(was(&["metadata", "labels"]))
        }
        GovernedPart::TemplateAnnotations => printer
            .shared(Shared::PodMetadata)
            .read(&["annotations"])
            .equals(was(&["metadata", "annotations"])),
        GovernedPart::Labels => same(&["metadata", "labels"]),
        GovernedPart::Annotations => same(&["metadata", "annotations"]),
        GovernedPart::OwnerReferences => same(&["metadata", "ownerReferences"]),
        GovernedPart::Field(field) => same(&[field]),
    }
}

impl Printer {
    /// Whether one of the waivers holds.
    fn any_waiver(&mut self, waivers: &[Waiver], scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let waivers: Vec<Expression> =
            waivers.iter().map(|waiver| self.condition(&waiver.holds, scope)).collect::<Result<_, _>>()?;
        Ok(Expression::any(waivers))
    }

    /// The texts of the shapes that are broken; absent if the rule has none.
    fn unreadable(&mut self, rule: &Rule) -> Result<Option<Expression>, Unprintable> {
        let mut texts = Vec::new();
        for shape in &rule.shapes {
            let is_asked = is_one_of(&shape.kinds.iter().collect::<Vec<_>>(), &rule.kinds);
            let is_broken = self.is_broken(shape, &shape.each, &Scope::new(&shape.kinds))?;
            let text = Expression::text(&unreadable(shape));
            texts.push(Expression::all([is_asked, is_broken]).choose(text, Expression::text("")));
        }
        let is_filled = Expression::code("text").differs(Expression::text(""));
        Ok((!texts.is_empty()).then(|| Expression::List(texts).each("filter", "text", is_filled)))
    }

    /// Whether a shape is broken in one of the elements.
    fn is_broken(
        &mut self,
        shape: &Shape,
        loops: &[Loop],
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        if let Some((each, rest)) = loops.split_first() {
            let Opened { guard, walk, scope } = self.open(each, scope)?;
            let inside = self.is_broken(shape, rest, &scope)?;
            return Ok(match walk {
                Some((list, variable)) => list.each("exists", &variable, inside),
                None => Expression::all([guard, inside]),
            });
        }
        let value = self.path(&shape.path, scope)?;
        let expected = match shape.must_be {
            Container::Map => "map",
            Container::List => "list",
        };
        Ok(Expression::all([value.clone().differs(Expression::null()), value.is_a(expected).negate()]))
    }

    /// The texts of a check's violations.
    fn check(&mut self, check: &Check, rule: &Rule) -> Result<Expression, Unprintable> {
        let is_asked = is_one_of(&check.kinds.iter().collect::<Vec<_>>(), &rule.kinds);
        let texts = self.subjects(check, &check.each, &Scope::new(&check.kinds), Vec::new())?;
        Ok(if_so(is_asked, texts))
    }

    /// The texts of the violations inside the loops that are left; `label` names the elements of those around.
    fn subjects(
        &mut self,
        check: &Check,
        loops: &[Loop],
        scope: &Scope<'_>,
        label: Vec<Piece>,
    ) -> Result<Expression, Unprintable> {
        let Some((each, rest)) = loops.split_first() else {
            let fine = self.is_fine(check, scope)?;
            let text = self.message(check, scope, label)?;
            return Ok(fine.choose(Expression::List(Vec::new()), Expression::List(vec![text])));
        };
        let Opened { guard, walk, scope } = self.open(each, scope)?;
        let label = longer(label, each, rest, &scope)?;
        let Some((list, variable)) = walk else {
            let texts = self.subjects(check, rest, &scope, label)?;
            return Ok(if_so(guard, texts));
        };
        if rest.is_empty() {
            let violates = self.condition(&check.ok, &scope)?.negate();
            let waived = self.any_waiver(&check.waivers, &scope)?;
            let violating = list.each("filter", &variable, violates);
            let violating = if waived == Expression::truth(false) {
                violating
            } else {
                violating.each("filter", &variable, waived.negate())
            };
            let text = self.message(check, &scope, label)?;
            return Ok(violating.each("map", &variable, text));
        }
        self.has_lines = true;
        let texts = self.subjects(check, rest, &scope, label)?;
        let lines = texts.call("join", vec![Expression::text("\n")]);
        let is_filled = Expression::code("text").differs(Expression::text(""));
        Ok(list.each("map", &variable, lines).each("filter", "text", is_filled))
    }

    /// Whether a subject is no violation: it is as it must be, or exempted.
    fn is_fine(&mut self, check: &Check, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let ok = self.condition(&check.ok, scope)?;
        let waived = self.any_waiver(&check.waivers, scope)?;
        Ok(Expression::any([ok, waived]))
    }

    /// The text of a violation.
    fn message(
        &mut self,
        check: &Check,
        scope: &Scope<'_>,
        label: Vec<Piece>,
    ) -> Result<Expression, Unprintable> {
        let mut pieces = label;
        pieces.push(Piece::Fixed(": ".to_owned()));
        for piece in &check.message {
            pieces.push(match piece {
                Text::Literal(text) => Piece::Fixed(text.clone()),
                Text::Value(path) => Piece::Shown(self.path(path, scope)?, NOTHING),
            });
        }
        Ok(text(pieces, scope))
    }
}

/// A label with the element of one more loop. The object is named only if nothing else is.
fn longer(
    mut pieces: Vec<Piece>,
    each: &Loop,
    rest: &[Loop],
    scope: &Scope<'_>,
) -> Result<Vec<Piece>, Unprintable> {
    if matches!(each.source, Source::Object) {
        if rest.is_empty() {
            pieces.push(Piece::Fixed("object".to_owned()));
        }
        return Ok(pieces);
    }
    if !pieces.is_empty() {
        pieces.push(Piece::Fixed(" ".to_owned()));
    }
    pieces.extend(label(each, scope)?);
    Ok(pieces)
}

/// A list, if a condition is true; else an empty one.
fn if_so(condition: Expression, list: Expression) -> Expression {
    if condition == Expression::truth(true) {
        return list;
    }
    condition.choose(list, Expression::List(Vec::new()))
}
