//! A rule as the variables of a policy, the last of which are its violations.

use super::Variable;
use super::kinds::is_one_of;
use super::listed::{PLACES, count, filled, first, places, wrapped};
use super::loops::{Opened, label};
use super::path::first_filled;
use super::printer::{Printer, Shared};
use super::reading::converted_or_null;
use super::reads::{depends_on, element_of, repeated};
use super::scope::Scope;
use super::shown::{Piece, pieces, plain, shown, text};
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::text::{LISTED, unreadable};
use crate::ir::{
    Check, Condition, Container, GovernedPart, Kind, Loop, Path, Reading, Root, Rule, Shape, Source, Text,
    Waiver,
};

/// The variables of a rule in the closed form, each before those that use it. `violations` are the texts of the first violations: none
/// if the rule isn't violated; `count` is how many there are in all. A rule with exemptions has `waived` too: the names of those
/// without which it would be violated.
pub fn variables(rule: &Rule) -> Result<Vec<Variable>, Unprintable> {
    let mut printer = Printer { shapes: &rule.shapes, ..Printer::default() };
    let mut own: Vec<(String, Expression)> = Vec::new();
    let mut add = |name: &str, expression: Expression| {
        own.push((name.to_owned(), expression));
        Expression::variable(name)
    };

    let scope = Scope::new(&rule.kinds);
    let mut unjudged = vec![add("unchanged", is_unchanged(rule, &mut printer))];
    printer.is_cautious = true;
    let spared = printer.condition(&rule.spared, &scope)?;
    let exempted = printer.any_waiver(&rule.waivers, &scope)?;
    printer.is_cautious = false;
    if !spared.is_truth(false) {
        unjudged.push(add("spared", spared));
    }
    let mut silent = unjudged.clone();
    if !exempted.is_truth(false) {
        silent.push(add("exempted", exempted));
    }
    let unreadable = printer.unreadable(rule)?.map(|texts| add("unreadable", texts));
    let is_plain = rule.checks.len() <= LISTED && rule.checks.iter().all(is_plain);
    let mut found = Vec::new();
    for check in &rule.checks {
        let (expression, depth) = printer.check(check, rule, is_plain)?;
        found.push((add(&format!("check_{}", check.id.replace('-', "_")), expression), depth));
    }
    let depth = found.iter().map(|(_, depth)| *depth).max().unwrap_or(1);
    let lists = found.into_iter().map(|(list, own)| wrapped(list, depth - own));
    let found = filled(Expression::sum(lists), depth);
    let none = || Expression::List(Vec::new());
    let is_unreadable = unreadable.clone().map(|unreadable| unreadable.differs(none()));
    let found = match (&is_unreadable, unreadable) {
        (Some(is_unreadable), Some(unreadable)) => {
            let unreadable = if is_plain { unreadable } else { wrapped(as_pieces(unreadable), depth - 1) };
            is_unreadable.clone().choose(unreadable, found)
        }
        (_, _) => found,
    };
    add_violations(Expression::any(silent).choose(none(), found), depth, is_plain, &mut add);
    let waived = printer.waived(rule)?.map(|waived| {
        let is_unasked = Expression::any(unjudged.into_iter().chain(is_unreadable));
        Variable::trace("waived", &is_unasked.choose(none(), waived))
    });
    let own = own.into_iter().map(|(name, expression)| Variable::new(name, &expression));
    Ok(printer.before(&rule.kinds).into_iter().chain(own).chain(waived).collect())
}

/// Whether a check's texts are always the same: it walks no list and shows no value.
fn is_plain(check: &Check) -> bool {
    let is_once = |each: &Loop| matches!(each.source, Source::Object | Source::Pod);
    let is_fixed = |text: &Text| matches!(text, Text::Literal(_));
    check.each.iter().all(is_once) && check.message.iter().all(is_fixed)
}

/// Adds the variables `violations`, the texts of the first violations, and `count`, how many there are in all. They are found as lists
/// of pieces so deep inside lists, or as texts if those are always the same.
pub(super) fn add_violations(
    found: Expression,
    depth: usize,
    is_plain: bool,
    add: &mut impl FnMut(&str, Expression) -> Expression,
) {
    add(PLACES, places());
    if is_plain {
        let violations = add("violations", found);
        add("count", count(violations, 1));
        return;
    }
    let found = add("found", found);
    add("count", count(found.clone(), depth));
    let first = first(found.clone(), depth, add);
    let texts = first.each("map", "pieces", text(&Expression::code("pieces")));
    let none = || Expression::List(Vec::new());
    add("violations", found.equals(none()).choose(none(), texts));
}

/// Texts as lists of pieces.
fn as_pieces(texts: Expression) -> Expression {
    let piece = Expression::function("dyn", Expression::code("text"));
    texts.each("map", "text", Expression::List(vec![piece]))
}

/// The object's name as a denial shows it.
pub fn object_name() -> String {
    let read = |field| Expression::code("object").read(&["metadata", field]);
    shown(first_filled(vec![read("name"), read("generateName")], "?")).print()
}

/// Whether an UPDATE leaves the parts that the rule governs as they were.
pub(super) fn is_unchanged(rule: &Rule, printer: &mut Printer<'_>) -> Expression {
    let is_update = Expression::code("request.operation").equals(Expression::text("UPDATE"));
    let (with_pod, others): (Vec<&Kind>, Vec<&Kind>) = rule.kinds.iter().partition(|kind| kind.has_pod());
    let in_pods = || rule.governed_in_pods.iter();
    let in_objects = || rule.governed_in_objects.iter();
    let mut same = |parts: &mut dyn Iterator<Item = &GovernedPart>| {
        Expression::all(parts.map(|part| is_same(part, printer)))
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
fn is_same(part: &GovernedPart, printer: &mut Printer<'_>) -> Expression {
    let mut in_template = |steps: &[&str]| {
        let now = printer.shared(Shared::Template).read_into_maps(steps);
        now.equals(printer.shared(Shared::OldTemplate).read_into_maps(steps))
    };
    let in_object = |steps: &[&str]| {
        Expression::code("object").read(steps).equals(Expression::code("oldObject").read(steps))
    };
    match part {
        GovernedPart::PodSpec => in_template(&["spec"]),
        GovernedPart::TemplateLabels => in_template(&["metadata", "labels"]),
        GovernedPart::TemplateAnnotations => in_template(&["metadata", "annotations"]),
        GovernedPart::Labels => in_object(&["metadata", "labels"]),
        GovernedPart::Annotations => in_object(&["metadata", "annotations"]),
        GovernedPart::OwnerReferences => in_object(&["metadata", "ownerReferences"]),
        GovernedPart::Field(field) => in_object(&[field]),
    }
}

impl Printer<'_> {
    /// The shared variables that are needed, for objects of these kinds, and what is computed once.
    pub(super) fn before(&self, kinds: &[Kind]) -> Vec<Variable> {
        let shared =
            self.needed.iter().map(|shared| Variable::new(shared.name(), &shared.expression(kinds, self)));
        shared.chain(self.computed.iter().map(|(name, once)| Variable::new(name, once))).collect()
    }

    /// Whether one of the waivers of a rule or a check holds.
    pub(super) fn any_waiver(
        &mut self,
        waivers: &[Waiver],
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let waivers: Vec<Expression> =
            waivers.iter().map(|waiver| self.waiver(waiver, scope)).collect::<Result<_, _>>()?;
        Ok(Expression::any(waivers))
    }

    /// Whether a waiver holds. What doesn't depend on the subject, which is for whom the exemption is, is computed once.
    pub(super) fn waiver(&mut self, waiver: &Waiver, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let Condition::All(parts) = &waiver.holds else { return self.condition(&waiver.holds, scope) };
        let is_walked = |root: &Root| element_of(root).is_some_and(|name| scope.is_walked(name));
        let (of_subject, of_object): (Vec<&Condition>, Vec<&Condition>) =
            parts.iter().partition(|part| depends_on(part, &is_walked));
        if self.is_cautious || of_object.len() < 2 {
            return self.condition(&waiver.holds, scope);
        }
        let of_object = Condition::All(of_object.into_iter().cloned().collect());
        let of_object = self.condition(&of_object, scope)?;
        let name: String = waiver
            .exemption
            .chars()
            .map(|character| if character.is_ascii_alphanumeric() { character } else { '_' })
            .collect();
        let fits = self.once(&format!("fits_{}", name.to_lowercase()), &of_object);
        let of_subject = Condition::All(of_subject.into_iter().cloned().collect());
        Ok(Expression::all([fits, self.condition(&of_subject, scope)?]))
    }

    /// The text of the first shape that is broken; absent if the rule has none.
    fn unreadable(&mut self, rule: &Rule) -> Result<Option<Expression>, Unprintable> {
        let broken = self.broken(rule)?;
        let told = broken.into_iter().map(|(shape, is_broken)| {
            (is_broken, Expression::List(vec![Expression::text(&unreadable(shape))]))
        });
        Ok(first_of(told.collect()))
    }

    /// Each shape of a rule, and whether it is broken. A shape is asked only when those before it are whole, and the checks only
    /// when all are, so that no step goes into what isn't a map.
    pub(super) fn broken<'rule>(
        &mut self,
        rule: &'rule Rule,
    ) -> Result<Vec<(&'rule Shape, Expression)>, Unprintable> {
        let mut shapes: Vec<&Shape> = rule.shapes.iter().collect();
        shapes.sort_by_key(|shape| (shape.each.len(), shape.path.steps.len()));
        let mut broken = Vec::new();
        for shape in shapes {
            let is_asked = is_one_of(&shape.kinds.iter().collect::<Vec<_>>(), &rule.kinds);
            let is_broken = self.is_broken(shape, &shape.each, &Scope::new(&shape.kinds))?;
            broken.push((shape, Expression::all([is_asked, is_broken])));
        }
        Ok(broken)
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
        Ok(Expression::all([value.clone().differs(Expression::null()), value.has_type(expected).negate()]))
    }

    /// The violations of a check, and how deep inside lists they are: lists of pieces, or texts if those are always the same.
    pub(super) fn check(
        &mut self,
        check: &Check,
        rule: &Rule,
        is_plain: bool,
    ) -> Result<(Expression, usize), Unprintable> {
        let is_asked = is_one_of(&check.kinds.iter().collect::<Vec<_>>(), &rule.kinds);
        let label = Label { pieces: Vec::new(), is_plain };
        let (found, depth) = self.subjects(check, &check.each, &Scope::new(&check.kinds), label)?;
        Ok((if_so(is_asked, found), depth.max(1)))
    }

    /// The violations inside the loops that are left, and how many of them walk a list; `label` names the elements of those around.
    fn subjects(
        &mut self,
        check: &Check,
        loops: &[Loop],
        scope: &Scope<'_>,
        label: Label,
    ) -> Result<(Expression, usize), Unprintable> {
        let Some((each, rest)) = loops.split_first() else {
            let fine = self.is_fine(check, scope)?;
            let message = self.message(check, scope, label)?;
            return Ok((fine.choose(Expression::List(Vec::new()), Expression::List(vec![message])), 0));
        };
        let Opened { guard, walk, scope } = self.open(each, scope)?;
        let element = Path { root: Root::Element(each.name.clone()), steps: Vec::new() };
        let label = label.with(each, rest, &scope, !self.may_be_no_map(&element, 0))?;
        let Some((list, variable)) = walk else {
            let (found, depth) = self.subjects(check, rest, &scope, label)?;
            return Ok((if_so(guard, found), depth));
        };
        if !rest.is_empty() {
            let (found, depth) = self.subjects(check, rest, &scope, label)?;
            return Ok((list.each("map", &variable, found), depth.max(1) + 1));
        }
        let violating = self.violating(check, list, &variable, &scope)?;
        let message = self.message(check, &scope, label)?;
        Ok((violating.each("map", &variable, message), 1))
    }

    /// The elements of a list that violate a check. What several conditions read as a host path or an image is computed once.
    fn violating(
        &mut self,
        check: &Check,
        list: Expression,
        variable: &str,
        scope: &Scope<'_>,
    ) -> Result<Expression, Unprintable> {
        let conditions: Vec<&Condition> =
            std::iter::once(&check.ok).chain(check.waivers.iter().map(|waiver| &waiver.holds)).collect();
        let mut inner = scope.clone();
        let mut computed = Vec::new();
        for read in repeated(&conditions) {
            if self.known(&read, &inner).is_none() {
                let value = converted_or_null(self.read(&read, &inner)?, read.reading, &inner);
                let (name, next) = inner.variable(word_for(read.reading));
                inner = next.know(read, Expression::code(&name));
                computed.push((value, name));
            }
        }
        let violates = self.condition(&check.ok, &inner)?.negate();
        let is_due = self.any_waiver(&check.waivers, &inner)?.negate();
        if computed.is_empty() {
            let is_telling = |filter: &Expression| !filter.is_truth(true);
            let filters = [violates, is_due].into_iter().filter(is_telling);
            return Ok(filters.fold(list, |list, filter| list.each("filter", variable, filter)));
        }
        let body =
            computed.into_iter().rev().fold(Expression::all([violates, is_due]), |body, (value, name)| {
                value.each("exists", &name, body)
            });
        Ok(list.each("filter", variable, body))
    }

    /// Whether a subject is no violation: it is as it must be, or exempted.
    fn is_fine(&mut self, check: &Check, scope: &Scope<'_>) -> Result<Expression, Unprintable> {
        let ok = self.condition(&check.ok, scope)?;
        let waived = self.any_waiver(&check.waivers, scope)?;
        Ok(Expression::any([ok, waived]))
    }

    /// The pieces of a violation's text, or the text itself if it is always the same.
    fn message(&mut self, check: &Check, scope: &Scope<'_>, label: Label) -> Result<Expression, Unprintable> {
        let mut all = label.pieces;
        all.push(Piece::Fixed(": ".to_owned()));
        for piece in &check.message {
            all.push(match piece {
                Text::Literal(text) => Piece::Fixed(text.clone()),
                Text::Value(path) => Piece::Value(self.path(path, scope)?),
            });
        }
        Ok(if label.is_plain { plain(&all) } else { pieces(all) })
    }
}

/// What names a subject.
struct Label {
    pieces: Vec<Piece>,
    /// Whether all texts of the rule are always the same.
    is_plain: bool,
}

impl Label {
    /// The label with the element of one more loop. The object is named only if nothing else is.
    fn with(
        mut self,
        each: &Loop,
        rest: &[Loop],
        scope: &Scope<'_>,
        is_map: bool,
    ) -> Result<Self, Unprintable> {
        if matches!(each.source, Source::Object) {
            if rest.is_empty() {
                self.pieces.push(Piece::Fixed("object".to_owned()));
            }
            return Ok(self);
        }
        if !self.pieces.is_empty() {
            self.pieces.push(Piece::Fixed(" ".to_owned()));
        }
        self.pieces.extend(label(each, scope, is_map)?);
        Ok(self)
    }
}

/// The list that stands beside the first condition that holds; an empty one if none does, and nothing if there are no conditions.
pub(super) fn first_of(choices: Vec<(Expression, Expression)>) -> Option<Expression> {
    choices.into_iter().rev().fold(None, |otherwise, (condition, list)| {
        let otherwise = otherwise.unwrap_or_else(|| Expression::List(Vec::new()));
        Some(condition.choose(list, otherwise))
    })
}

/// What a value is called once it is converted.
fn word_for(reading: Reading) -> &'static str {
    match reading {
        Reading::HostPath => "clean_path",
        Reading::Image => "image_name",
        Reading::Raw | Reading::Quantity | Reading::Duration | Reading::Integer => "value",
    }
}

/// A list, if a condition is true; else an empty one.
fn if_so(condition: Expression, list: Expression) -> Expression {
    if condition.is_truth(true) {
        return list;
    }
    condition.choose(list, Expression::List(Vec::new()))
}
