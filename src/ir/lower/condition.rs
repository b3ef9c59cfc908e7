//! Conditions as written, to negation normal form.

use super::argument;
use super::context::{Context, Names};
use super::loops;
use super::operand::operand;
use crate::diagnostic::Diagnostic;
use crate::ir::{Condition, Leaf, Literal, Loop, Version};
use crate::model;
use crate::project::Place;

/// The words that make a condition of other conditions.
const COMBINATORS: [&str; 6] = ["all", "any", "not", "some", "every", "none"];

/// The condition in negation normal form; notes faults, and gives nothing if there are any.
pub(super) fn condition(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Condition> {
    let heads = heads(written);
    let predicates = argument::predicates(written);
    let head = match heads.as_slice() {
        [head] => *head,
        [] => {
            let diagnostic = Diagnostic::error("bad-condition", "the condition reads nothing").label(
                "expected an operand such as `field`, or one of `all`, `any`, `not`, `some`, `every` and `none`",
            );
            context.fault(place, diagnostic);
            return None;
        }
        [first, second, ..] => {
            let diagnostic =
                Diagnostic::error("bad-condition", format!("a condition has `{first}` and `{second}`"))
                    .label(format!("expected no `{second}` beside `{first}`"))
                    .help("write two conditions, as parts of `all` or `any`");
            context.fault_key(&place.key(second), diagnostic);
            return None;
        }
    };
    let alone = refuse_strays(context, place, written, head);
    let is_combinator = COMBINATORS.contains(&head);
    match (is_combinator, predicates.first()) {
        (true, Some(extra)) => {
            let diagnostic = Diagnostic::error("bad-condition", format!("`{extra}` has nothing to ask of"))
                .label(format!("`{head}` takes no predicate"))
                .help("write the two as parts of `all`");
            context.fault_key(&place.key(extra), diagnostic);
            None
        }
        (true, None) => combinator(context, names, place, written).filter(|_| alone),
        (false, None) => {
            let diagnostic = Diagnostic::error("bad-condition", format!("nothing is asked of `{head}`"))
                .label("expected a predicate beside it, such as `is`, `in`, `set` or `at_most`");
            context.fault_key(&place.key(head), diagnostic);
            None
        }
        (false, Some(_)) => leaves(context, names, place, written).filter(|_| alone),
    }
}

/// The operands and combinators that are written.
fn heads(written: &model::Condition) -> Vec<&'static str> {
    [
        ("all", written.all.is_some()),
        ("any", written.any.is_some()),
        ("not", written.not.is_some()),
        ("some", written.some.is_some()),
        ("every", written.every.is_some()),
        ("none", written.none.is_some()),
        ("field", written.field.is_some()),
        ("quantity", written.quantity.is_some()),
        ("duration", written.duration.is_some()),
        ("integer", written.integer.is_some()),
        ("host_path", written.host_path.is_some()),
        ("image", written.image.is_some()),
        ("find", written.find.is_some()),
        ("sum", written.sum.is_some()),
        ("parameter", written.parameter.is_some()),
        ("pod_security", written.pod_security.is_some()),
        ("kubernetes", written.kubernetes.is_some()),
    ]
    .into_iter()
    .filter(|(_, there)| *there)
    .map(|(word, _)| word)
    .collect()
}

/// Notes each word that means nothing beside the head; whether there is none.
fn refuse_strays(context: &mut Context, place: &Place, written: &model::Condition, head: &str) -> bool {
    let is_loop = ["some", "every", "none"].contains(&head);
    let is_read = ["field", "quantity", "duration", "integer", "host_path", "image", "find"].contains(&head);
    let words = [
        ("satisfies", written.satisfies.is_some(), is_loop, "`some`, `every` and `none`"),
        ("of", written.of.is_some(), is_loop, "`some`, `every` and `none`"),
        ("else", written.otherwise.is_some(), is_read, "a single field"),
        ("default", written.default.is_some(), is_read, "a single field"),
        ("pattern", written.pattern.is_some(), head == "find", "`find`"),
    ];
    let mut alone = true;
    for (word, _, _, owner) in words.into_iter().filter(|(_, there, fits, _)| *there && !fits) {
        let diagnostic =
            Diagnostic::error("bad-condition", format!("`{word}` means nothing beside `{head}`"))
                .label(format!("understood with {owner} only"));
        context.fault_key(&place.key(word), diagnostic);
        alone = false;
    }
    alone
}

/// The parts of `all` or `any`.
fn several(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &[model::Condition],
) -> Option<Vec<Condition>> {
    if written.is_empty() {
        let diagnostic = Diagnostic::error("empty-list", "a list of conditions must not be empty")
            .label("expected at least one");
        context.fault(place, diagnostic);
        return None;
    }
    let parts: Vec<Option<Condition>> = written
        .iter()
        .enumerate()
        .map(|(index, part)| condition(context, names, &place.index(index), part))
        .collect();
    parts.into_iter().collect()
}

fn combinator(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Condition> {
    if let Some(parts) = &written.all {
        return several(context, names, &place.key("all"), parts).map(Condition::all);
    }
    if let Some(parts) = &written.any {
        return several(context, names, &place.key("any"), parts).map(Condition::any);
    }
    if let Some(part) = &written.not {
        return condition(context, names, &place.key("not"), part).map(Condition::negate);
    }
    let some = |each, satisfies| Condition::Some { each, satisfies };
    let every = |each, satisfies| Condition::Every { each, satisfies };
    match (&written.some, &written.every, &written.none) {
        (Some(each), _, _) => quantified(context, names, place, written, ("some", each), some),
        (_, Some(each), _) => quantified(context, names, place, written, ("every", each), every),
        (_, _, Some(each)) => {
            quantified(context, names, place, written, ("none", each), some).map(Condition::negate)
        }
        (None, None, None) => None,
    }
}

/// `satisfies`, asked by a quantifier of the elements of each loop.
fn quantified(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
    (word, each): (&'static str, &model::Loop),
    quantifier: impl Fn(Loop, Box<Condition>) -> Condition,
) -> Option<Condition> {
    let Some(satisfies) = &written.satisfies else {
        let diagnostic =
            Diagnostic::error("bad-condition", format!("nothing is asked of the elements of `{word}`"))
                .label("expected `satisfies` with a condition beside it");
        context.fault_key(&place.key(word), diagnostic);
        return None;
    };
    let of = written.of.as_deref().map(|lists| (place.key("of"), lists));
    let (loops, inner) = loops::quantified(context, names, &place.key(word), each, of.as_ref())?;
    let satisfies = condition(context, &inner, &place.key("satisfies"), satisfies)?;
    Some(loops.into_iter().rev().fold(satisfies, |inner, each| quantifier(each, Box::new(inner))))
}

fn leaves(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
) -> Option<Condition> {
    if let Some(asked) = written.pod_security {
        return version_condition(
            context,
            place,
            written,
            ("pod_security", asked),
            context.versions.pod_security,
        );
    }
    if let Some(asked) = written.kubernetes {
        return version_condition(
            context,
            place,
            written,
            ("kubernetes", asked),
            context.versions.kubernetes,
        );
    }
    let operand = operand(context, names, place, written)?;
    let mut parts = Vec::new();
    let mut whole = true;
    for word in argument::predicates(written) {
        match argument::predicate(context, names, place, written, word, &operand) {
            Some((predicate, holds)) => {
                parts.push(Condition::Leaf(Leaf { operand: operand.clone(), predicate, holds }));
            }
            None => whole = false,
        }
    }
    whole.then(|| Condition::all(parts))
}

/// A comparison with a version of the environment, which is known at build.
fn version_condition(
    context: &mut Context,
    place: &Place,
    written: &model::Condition,
    (operand, asked): (&'static str, bool),
    version: Version,
) -> Option<Condition> {
    if !asked {
        let diagnostic = Diagnostic::error("bad-operand", format!("`{operand}: false` reads nothing"))
            .label("expected `true`")
            .help("for the opposite write `not`");
        context.fault(&place.key(operand), diagnostic);
        return None;
    }
    let mut truth = true;
    for word in argument::predicates(written) {
        let bound = match word {
            "at_least" => written.at_least.as_ref(),
            "at_most" => written.at_most.as_ref(),
            _ => {
                let diagnostic =
                    Diagnostic::error("bad-predicate", format!("`{word}` can't be asked of `{operand}`"))
                        .label("expected `at_least` or `at_most`");
                context.fault_key(&place.key(word), diagnostic);
                return None;
            }
        };
        let bound = match bound {
            Some(model::Argument::Literal(model::Literal::Text(text))) => Version::parse(text),
            _ => None,
        };
        let Some(bound) = bound else {
            let diagnostic = Diagnostic::error("bad-version", "a version is compared with a version")
                .label("expected a version in quotes, such as `\"1.25\"`");
            context.fault(&place.key(word), diagnostic);
            return None;
        };
        truth = truth && if word == "at_least" { version >= bound } else { version <= bound };
    }
    Some(if truth { Condition::True } else { Condition::False })
}

/// A written literal as it is.
pub(super) fn literal(written: &model::Literal) -> Literal {
    match written {
        model::Literal::Boolean(value) => Literal::Boolean(*value),
        model::Literal::Integer(value) => Literal::Integer(*value),
        model::Literal::Text(text) => Literal::Text(text.clone()),
    }
}
