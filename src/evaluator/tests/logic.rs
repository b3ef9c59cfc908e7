//! Kleene's logic and the engines' agree on what is true: over random conditions and objects.

use super::*;
use crate::evaluator::condition::{Judge, Truth};
use crate::evaluator::pattern::Patterns;
use crate::evaluator::scene::{Frames, Scene};
use std::ops::ControlFlow;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

const VALUES: [&str; 12] = ["null", "''", "a", "b", "0", "7", "1.5", "true", "[]", "[a, 1]", "{}", "{x: a}"];

fn value(dice: &mut Dice) -> String {
    dice.pick(&VALUES).to_owned()
}

fn spec(dice: &mut Dice) -> String {
    let item = |dice: &mut Dice| match dice.below(3) {
        0 => value(dice),
        _ => format!("{{x: {}, w: {}}}", value(dice), value(dice)),
    };
    let list = match dice.below(4) {
        0 => value(dice),
        _ => format!("[{}, {}]", item(dice), item(dice)),
    };
    format!("{{x: {}, w: {}, list: {list}}}", value(dice), value(dice))
}

fn leaf(dice: &mut Dice, inside: bool) -> Condition {
    let paths: &[&str] =
        if inside { &["item.x", "item.w", "item", "pod.x"] } else { &["pod.x", "pod.w", "pod.x.x"] };
    let predicates = [
        Predicate::Set,
        Predicate::Empty,
        is_text("a"),
        is_true(),
        Predicate::In { of: LiteralType::Text, values: texts(&["a", "b"]) },
        Predicate::AtLeast(Argument::Literal(Literal::Integer(1))),
        Predicate::ContainsAny(texts(&["a"])),
        Predicate::SubsetOf(texts(&["a"])),
        Predicate::HasAtLeast(Count::Literal(1)),
    ];
    reads(Reading::Raw, dice.pick(paths), dice.pick(&predicates), dice.below(2) == 0)
}

fn condition(dice: &mut Dice, depth: usize, inside: bool) -> Condition {
    let parts = |dice: &mut Dice| (0..dice.below(4)).map(|_| condition(dice, depth - 1, inside)).collect();
    match if depth == 0 { 9 } else { dice.below(8) } {
        0 => Condition::True,
        1 => Condition::False,
        2 | 3 => Condition::All(parts(dice)),
        4 | 5 => Condition::Any(parts(dice)),
        6 => Condition::Some {
            each: items("item", "pod.list"),
            satisfies: Box::new(condition(dice, depth - 1, true)),
        },
        7 => Condition::Every {
            each: items("item", "pod.list"),
            satisfies: Box::new(condition(dice, depth - 1, true)),
        },
        _ => leaf(dice, inside),
    }
}

/// What an engine says: a leaf, or a loop over what is no list, that isn't true is false.
fn engine<'a>(judge: &Judge<'a>, condition: &'a Condition, frames: &mut Frames<'a>) -> bool {
    match condition {
        Condition::True => true,
        Condition::False => false,
        Condition::All(parts) => parts.iter().all(|part| engine(judge, part, frames)),
        Condition::Any(parts) => parts.iter().any(|part| engine(judge, part, frames)),
        Condition::Some { each, satisfies } => {
            let mut some = false;
            judge.scene.each(each, frames, &mut |frames| {
                some |= engine(judge, satisfies, frames);
                ControlFlow::Continue(())
            });
            some
        }
        Condition::Every { each, satisfies } => {
            let mut every = true;
            let readable = judge.scene.each(each, frames, &mut |frames| {
                every &= engine(judge, satisfies, frames);
                ControlFlow::Continue(())
            });
            every && readable
        }
        Condition::Leaf(_) => judge.truth(condition, frames) == Truth::True,
    }
}

#[test]
fn what_is_true_is_true_for_engines_too_and_negation_turns_it_round() {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut counts = [0; 3];
    let kind = pod();
    let patterns = Patterns::default();
    for _ in 0..20_000 {
        let node = object(&format!("{{apiVersion: v1, kind: Pod, spec: {}}}", spec(&mut dice)));
        let condition = condition(&mut dice, 4, false);
        let negation = condition.clone().negate();
        let judge = Judge { scene: Scene::new(&kind, &node), patterns: &patterns };
        let truth = judge.truth(&condition, &mut Frames::new());
        counts[truth as usize] += 1;
        assert_eq!(
            engine(&judge, &condition, &mut Frames::new()),
            truth == Truth::True,
            "{condition:?} {node:?}"
        );
        let turned = match truth {
            Truth::True => Truth::False,
            Truth::Unknown => Truth::Unknown,
            Truth::False => Truth::True,
        };
        assert_eq!(judge.truth(&negation, &mut Frames::new()), turned, "{condition:?} {node:?}");
    }
    assert!(counts.iter().all(|count| *count > 1_000), "{counts:?}");
}
