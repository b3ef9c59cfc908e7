//! Conditions over an object, in Kleene's logic: what reads a value of the wrong type is *unknown*.
//!
//! Engines know only *true* and *not true*. Both agree on *true*, since a condition has no negation: with false < unknown < true, `all`
//! and `every` take the least, `any` and `some` the greatest, and unknown may as well be false.

use std::ops::ControlFlow;

use super::pattern::Patterns;
use super::predicate::{Datum, Subject, read};
use super::scene::{Frames, Scene};
use super::value::{Found, Looked};
use crate::ir::{Condition, Leaf, Loop, Operand, Read};

/// A truth of Kleene's logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    /// It isn't so.
    False,
    /// A value that decides it can't be read.
    Unknown,
    /// It is so.
    True,
}

/// What a leaf's operand gives.
enum Operated<'a> {
    Absent,
    Unreadable,
    Value(Datum<'a>),
}

/// An object, and the expressions of the rule that it is judged by.
pub(super) struct Judge<'a> {
    /// The object.
    pub(super) scene: Scene<'a>,
    /// The rule's expressions.
    pub(super) patterns: &'a Patterns,
}

impl<'a> Judge<'a> {
    /// The truth of a condition inside these loops.
    pub(super) fn truth(&self, condition: &'a Condition, frames: &mut Frames<'a>) -> Truth {
        match condition {
            Condition::True => Truth::True,
            Condition::False => Truth::False,
            Condition::All(parts) => {
                let mut least = Truth::True;
                for part in parts {
                    least = least.min(self.truth(part, frames));
                    if least == Truth::False {
                        break;
                    }
                }
                least
            }
            Condition::Any(parts) => {
                let mut greatest = Truth::False;
                for part in parts {
                    greatest = greatest.max(self.truth(part, frames));
                    if greatest == Truth::True {
                        break;
                    }
                }
                greatest
            }
            Condition::Some { each, satisfies } => {
                self.fold(each, satisfies, frames, Truth::False, Truth::True, Truth::max)
            }
            Condition::Every { each, satisfies } => {
                self.fold(each, satisfies, frames, Truth::True, Truth::False, Truth::min)
            }
            Condition::Leaf(leaf) => self.leaf(leaf, frames),
        }
    }

    /// The elements' truths joined, from `start` until `end` is reached. A source of the wrong type is unknown.
    fn fold(
        &self,
        each: &'a Loop,
        satisfies: &'a Condition,
        frames: &mut Frames<'a>,
        start: Truth,
        end: Truth,
        join: fn(Truth, Truth) -> Truth,
    ) -> Truth {
        let mut truth = start;
        let readable = self.scene.each(each, frames, &mut |frames| {
            truth = join(truth, self.truth(satisfies, frames));
            if truth == end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if readable { truth } else { join(truth, Truth::Unknown) }
    }

    /// The truth of a leaf: of its predicate, in the form that it asks for.
    fn leaf(&self, leaf: &'a Leaf, frames: &Frames<'a>) -> Truth {
        let holds = match self.operand(&leaf.operand, frames) {
            Operated::Absent => Some(leaf.predicate.when_absent()),
            Operated::Unreadable => None,
            Operated::Value(datum) => Subject { datum, scene: &self.scene, frames, patterns: self.patterns }
                .satisfies(&leaf.predicate),
        };
        match holds {
            None => Truth::Unknown,
            Some(holds) if holds == leaf.holds => Truth::True,
            Some(_) => Truth::False,
        }
    }

    /// What an operand gives. A parameter is gone in the closed form.
    fn operand(&self, operand: &'a Operand, frames: &Frames<'a>) -> Operated<'a> {
        match operand {
            Operand::Read(read) => self.read(read, frames),
            Operand::Sum(parts) => self.sum(parts, frames),
            Operand::Find { text, pattern } => self.find(text, pattern, frames),
            Operand::Parameter(_) => Operated::Unreadable,
        }
    }

    /// The value of the first path that has one, else the default.
    fn read(&self, from: &'a Read, frames: &Frames<'a>) -> Operated<'a> {
        let mut found = None;
        for path in &from.from {
            match self.scene.look(path, frames) {
                Looked::Absent => {}
                Looked::Broken => return Operated::Unreadable,
                Looked::Found(value) => {
                    found = Some(value);
                    break;
                }
            }
        }
        match found.or(from.default.as_ref().map(Found::Literal)) {
            None => Operated::Absent,
            Some(value) => read(from.reading, value).map_or(Operated::Unreadable, Operated::Value),
        }
    }

    /// What an expression matches in a text.
    fn find(&self, text: &'a Read, pattern: &str, frames: &Frames<'a>) -> Operated<'a> {
        match self.read(text, frames) {
            Operated::Value(datum) => datum
                .found(|text| self.patterns.find(pattern, text))
                .map_or(Operated::Unreadable, Operated::Value),
            other @ (Operated::Absent | Operated::Unreadable) => other,
        }
    }

    /// The sum of all parts.
    fn sum(&self, parts: &'a [Read], frames: &Frames<'a>) -> Operated<'a> {
        let mut sum = None;
        let mut absent = false;
        for part in parts {
            match self.read(part, frames) {
                Operated::Unreadable => return Operated::Unreadable,
                Operated::Absent => absent = true,
                Operated::Value(datum) => {
                    let joined = match sum {
                        None => Some(datum),
                        Some(before) => datum.plus(before),
                    };
                    match joined {
                        None => return Operated::Unreadable,
                        Some(joined) => sum = Some(joined),
                    }
                }
            }
        }
        match sum {
            Some(sum) if !absent => Operated::Value(sum),
            Some(_) | None => Operated::Absent,
        }
    }
}
