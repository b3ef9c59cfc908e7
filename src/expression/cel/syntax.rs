//! CEL as a tree, and short ways to build it.
//!
//! Knows the grammar, not what an expression means.

use super::literal::{literal, quoted};
use crate::ir::Literal;

/// How many terms a sum has in a row: CEL's parser refuses more than 250, and those around it count too.
const LONGEST_SUM: usize = 100;

/// An expression of CEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// A name or a literal, as it is.
    Code(String),
    /// What stands at the end of optional steps, or what stands for it where it is absent: `root.?step[?'other'].orValue(null)`.
    Read { root: Box<Expression>, steps: Vec<Step>, absent: Absent },
    /// The list that a map literal has for a key, or an empty one: `{'a': ['b']}[?key].orValue([])`.
    Looked { map: Box<Expression>, key: Box<Expression> },
    /// A field that is there: `record.value`.
    Field(Box<Expression>, String),
    /// An element that is there: `list[0]`.
    Index(Box<Expression>, Box<Expression>),
    /// A function, a method or a macro: `receiver.function(arguments)`.
    Call { receiver: Option<Box<Expression>>, function: &'static str, arguments: Vec<Expression> },
    /// `!of`.
    Not(Box<Expression>),
    /// Operands between one operator.
    Chain(Operator, Vec<Expression>),
    /// `left operator right`.
    Compare(&'static str, Box<Expression>, Box<Expression>),
    /// `condition ? then : otherwise`.
    Choice { condition: Box<Expression>, then: Box<Expression>, otherwise: Box<Expression> },
    /// `[a, b]`.
    List(Vec<Expression>),
    /// `{'key': value}`.
    Map(Vec<(String, Expression)>),
}

/// What stands for a value that is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// `null`
    Null,
    /// `[]`
    List,
    /// `{}`
    Map,
    /// `true` or `false`
    Truth(bool),
    /// A default.
    Default(Literal),
}

/// A step into a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// By a key that is known.
    Name(String),
    /// By a key that is found, or an index.
    Key(Expression),
}

/// An operator that takes any number of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `+`
    Add,
}

impl Expression {
    /// A name or a literal.
    pub(super) fn code(text: impl Into<String>) -> Self {
        Expression::Code(text.into())
    }

    /// A text.
    pub(super) fn text(text: &str) -> Self {
        Expression::Code(quoted(text))
    }

    /// A literal.
    pub(super) fn literal(of: &Literal) -> Self {
        Expression::Code(literal(of))
    }

    /// A map with these keys. Its values may have any type, so a list, whose type the compiler knows, is hidden from it.
    pub(super) fn record<const COUNT: usize>(fields: [(&str, Expression); COUNT]) -> Self {
        let dynamic = |value: Expression| match value {
            Expression::List(_) => Expression::function("dyn", value),
            other => other,
        };
        Expression::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), dynamic(value))).collect())
    }

    /// A whole number.
    pub(super) fn number(number: impl ToString) -> Self {
        Expression::Code(number.to_string())
    }

    /// `null`.
    pub(super) fn null() -> Self {
        Expression::code("null")
    }

    /// `true` or `false`.
    pub(super) fn truth(value: bool) -> Self {
        Expression::code(if value { "true" } else { "false" })
    }

    /// A variable of the policy.
    pub(super) fn variable(name: &str) -> Self {
        Expression::code("variables").field(name)
    }

    /// Whether it is plainly this truth.
    pub(super) fn is_truth(&self, value: bool) -> bool {
        matches!(self, Expression::Code(code) if code == if value { "true" } else { "false" })
    }

    /// Whether it is what stands at the end of steps.
    pub(super) fn is_read(&self) -> bool {
        matches!(self, Expression::Read { .. })
    }

    /// Whether it is null where there is no value, and not something else that stands for it.
    pub(super) fn may_be_null(&self) -> bool {
        !matches!(self, Expression::Read { absent, .. } if *absent != Absent::Null)
    }

    /// The value at the end of the steps, or null.
    pub(super) fn read(self, steps: &[&str]) -> Self {
        self.steps(steps.iter().map(|step| Step::Name((*step).to_owned())).collect())
    }

    /// The value at the end of the steps, or null; without steps the expression itself.
    pub(super) fn steps(self, more: Vec<Step>) -> Self {
        match self {
            root if more.is_empty() => root,
            Expression::Read { root, mut steps, absent: Absent::Null } => {
                steps.extend(more);
                Expression::Read { root, steps, absent: Absent::Null }
            }
            root => Expression::Read { root: Box::new(root), steps: more, absent: Absent::Null },
        }
    }

    /// The same value, and where it is absent something else than null. Only what is read can be absent.
    pub(super) fn or(self, absent: Absent) -> Self {
        match self {
            Expression::Read { root, steps, .. } => Expression::Read { root, steps, absent },
            other => other,
        }
    }

    /// As [`Self::steps`], but null too if what the steps begin with isn't a map after one of these counts of steps. (CEL reads a
    /// step into a text or a number as absent, but fails on a step into a list.)
    pub(super) fn steps_where_maps(self, steps: Vec<Step>, doubtful: &[usize]) -> Self {
        let are_maps =
            Expression::all(doubtful.iter().filter(|count| **count > 0 || !self.is_surely_a_map()).map(
                |count| self.clone().steps(steps.iter().take(*count).cloned().collect()).has_type("map"),
            ));
        let value = self.steps(steps);
        if are_maps.is_truth(true) { value } else { are_maps.choose(value, Expression::null()) }
    }

    /// Whether it is a map whatever the object looks like: the object itself, or one of the variables that are made so.
    fn is_surely_a_map(&self) -> bool {
        match self {
            Expression::Code(code) => {
                matches!(code.as_str(), "object" | "oldObject" | "template" | "pod" | "pod_metadata")
            }
            Expression::Field(of, name) => {
                let is_made_so =
                    matches!(name.as_str(), "template" | "old_template" | "pod" | "pod_metadata");
                **of == Expression::code("variables") && is_made_so
            }
            Expression::Read { .. }
            | Expression::Looked { .. }
            | Expression::Index(..)
            | Expression::Call { .. }
            | Expression::Not(_)
            | Expression::Chain(..)
            | Expression::Compare(..)
            | Expression::Choice { .. }
            | Expression::List(_)
            | Expression::Map(_) => false,
        }
    }

    /// The value at the end of the steps, or null, whatever is on the way.
    pub(super) fn read_into_maps(self, steps: &[&str]) -> Self {
        let names: Vec<Step> = steps.iter().map(|step| Step::Name((*step).to_owned())).collect();
        let doubtful: Vec<usize> = (0..names.len()).collect();
        self.steps_where_maps(names, &doubtful)
    }

    /// The same value where it is known to be there: with plain fields in place of optional steps, if its steps allow it.
    pub(super) fn surely(self) -> Self {
        match self {
            Expression::Read { root, steps, .. } if steps.iter().all(Step::is_field) => {
                steps.into_iter().fold(*root, |of, step| match step {
                    Step::Name(name) => of.field(&name),
                    Step::Key(_) => of,
                })
            }
            other => other,
        }
    }

    /// A field that is there.
    pub(super) fn field(self, name: &str) -> Self {
        Expression::Field(Box::new(self), name.to_owned())
    }

    /// An element that is there.
    pub(super) fn at(self, index: usize) -> Self {
        self.item(Expression::number(index))
    }

    /// An element that is there, at a place that is worked out.
    pub(super) fn item(self, index: Expression) -> Self {
        Expression::Index(Box::new(self), Box::new(index))
    }

    /// A method or a macro.
    pub(super) fn call(self, function: &'static str, arguments: Vec<Expression>) -> Self {
        Expression::Call { receiver: Some(Box::new(self)), function, arguments }
    }

    /// A macro over a list: `self.function(variable, body)`.
    pub(super) fn each(self, function: &'static str, variable: &str, body: Expression) -> Self {
        self.call(function, vec![Expression::code(variable), body])
    }

    /// A function of one argument.
    pub(super) fn function(function: &'static str, argument: Expression) -> Self {
        Expression::Call { receiver: None, function, arguments: vec![argument] }
    }

    /// `type(self) == name`.
    pub(super) fn has_type(self, name: &str) -> Self {
        Expression::function("type", self).equals(Expression::code(name))
    }

    /// `self operator other`.
    pub(super) fn compare(self, operator: &'static str, other: Expression) -> Self {
        Expression::Compare(operator, Box::new(self), Box::new(other))
    }

    /// `self == other`.
    pub(super) fn equals(self, other: Expression) -> Self {
        self.compare("==", other)
    }

    /// `self != other`.
    pub(super) fn differs(self, other: Expression) -> Self {
        self.compare("!=", other)
    }

    /// `self ? then : otherwise`; without a choice where both are the same.
    pub(super) fn choose(self, then: Expression, otherwise: Expression) -> Self {
        if then == otherwise {
            return then;
        }
        Expression::Choice { condition: Box::new(self), then: Box::new(then), otherwise: Box::new(otherwise) }
    }

    /// The negation; `==` and `!=` are each other's.
    pub(super) fn negate(self) -> Self {
        match self {
            Expression::Compare("==", left, right) => Expression::Compare("!=", left, right),
            Expression::Compare("!=", left, right) => Expression::Compare("==", left, right),
            Expression::Not(inner) => *inner,
            code if code.is_truth(true) => Expression::truth(false),
            code if code.is_truth(false) => Expression::truth(true),
            other => Expression::Not(Box::new(other)),
        }
    }

    /// All of these; without what is plainly true.
    pub(super) fn all(parts: impl IntoIterator<Item = Expression>) -> Self {
        join(Operator::And, parts, true)
    }

    /// At least one of these; without what is plainly false.
    pub(super) fn any(parts: impl IntoIterator<Item = Expression>) -> Self {
        join(Operator::Or, parts, false)
    }

    /// The sum of these, or their concatenation, in which lists in a row are one; an empty list of none. More than CEL's parser takes
    /// in a row are grouped.
    pub(super) fn sum(parts: impl IntoIterator<Item = Expression>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match (flat.last_mut(), part) {
                (Some(Expression::List(before)), Expression::List(items)) => before.extend(items),
                (_, Expression::Chain(Operator::Add, parts)) => flat.extend(parts),
                (_, part) => flat.push(part),
            }
        }
        while flat.len() > LONGEST_SUM {
            let groups =
                flat.chunks(LONGEST_SUM).map(|group| Expression::Chain(Operator::Add, group.to_vec()));
            flat = groups.collect();
        }
        if flat.len() > 1 {
            return Expression::Chain(Operator::Add, flat);
        }
        flat.pop().unwrap_or_else(|| Expression::List(Vec::new()))
    }
}

impl Step {
    /// Whether the step can be written behind a dot.
    pub(super) fn is_field(&self) -> bool {
        match self {
            Step::Name(name) => {
                let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
                let letters =
                    name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
                starts && letters && !matches!(name.as_str(), "in" | "true" | "false" | "null")
            }
            Step::Key(_) => false,
        }
    }
}

/// Parts between `&&` or `||`, flattened; a part that decides nothing is left out, one that decides all stands alone.
fn join(operator: Operator, parts: impl IntoIterator<Item = Expression>, neutral: bool) -> Expression {
    let mut kept = Vec::new();
    for part in parts {
        match part {
            part if part.is_truth(neutral) => {}
            part if part.is_truth(!neutral) => return part,
            Expression::Chain(inner, parts) if inner == operator => kept.extend(parts),
            part => kept.push(part),
        }
    }
    if kept.len() > 1 {
        return Expression::Chain(operator, kept);
    }
    kept.pop().unwrap_or_else(|| Expression::truth(neutral))
}
