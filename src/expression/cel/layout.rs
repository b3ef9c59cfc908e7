//! The layout of CEL: parentheses by precedence, long expressions over several lines.

use super::literal::{literal, quoted};
use super::syntax::{Absent, Expression, Operator, Step};

/// How wide a line may be.
const WIDTH: usize = 110;
/// How wide a comparison's right side may be to stay on its line.
const SHORT: usize = 24;

impl Operator {
    /// The operator in CEL.
    fn sign(self) -> &'static str {
        match self {
            Operator::Or => "||",
            Operator::And => "&&",
            Operator::Add => "+",
        }
    }
}

/// A line with room for so many more characters.
struct Line {
    text: String,
    room: usize,
}

/// A line has no room for what was to be written.
struct Full;

impl Line {
    /// Writes a text at the line's end.
    fn push(&mut self, text: &str) -> Result<(), Full> {
        self.room = self.room.checked_sub(text.chars().count()).ok_or(Full)?;
        self.text.push_str(text);
        Ok(())
    }

    /// Writes expressions between commas.
    fn list(&mut self, open: &str, items: &[Expression], close: &str) -> Result<(), Full> {
        self.push(open)?;
        for (index, item) in items.iter().enumerate() {
            self.push(if index > 0 { ", " } else { "" })?;
            item.write(self)?;
        }
        self.push(close)
    }
}

/// What is written to a line, if it has at most so many characters.
fn line(room: usize, write: impl FnOnce(&mut Line) -> Result<(), Full>) -> Option<String> {
    let mut line = Line { text: String::new(), room };
    write(&mut line).ok().map(|()| line.text)
}

/// How tightly an expression binds, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Choice,
    Or,
    And,
    Compare,
    Add,
    Unary,
    Member,
}

impl Expression {
    /// The text in CEL, over several lines if it is long.
    pub(super) fn print(&self) -> String {
        self.layout(0)
    }

    /// How tightly the expression binds.
    fn binding(&self) -> Binding {
        match self {
            Expression::Choice { .. } => Binding::Choice,
            Expression::Chain(Operator::Or, _) => Binding::Or,
            Expression::Chain(Operator::And, _) => Binding::And,
            Expression::Compare(..) => Binding::Compare,
            Expression::Chain(Operator::Add, _) => Binding::Add,
            Expression::Not(_) => Binding::Unary,
            Expression::Code(_)
            | Expression::Read { .. }
            | Expression::Looked { .. }
            | Expression::Field(..)
            | Expression::Index(..)
            | Expression::Call { .. }
            | Expression::List(_)
            | Expression::Map(_) => Binding::Member,
        }
    }

    /// The text in one line.
    fn flat(&self) -> String {
        self.flat_in(usize::MAX).unwrap_or_default()
    }

    /// The text in one line, if it is at most so many characters long.
    fn flat_in(&self, room: usize) -> Option<String> {
        line(room, |line| self.write(line))
    }

    /// Writes the text to a line.
    fn write(&self, line: &mut Line) -> Result<(), Full> {
        match self {
            Expression::Code(code) => line.push(code),
            Expression::Read { root, steps, absent } => {
                root.write_within(Binding::Member, line)?;
                line.push(&print_steps(steps, absent))
            }
            Expression::Looked { map, key } => {
                map.write(line)?;
                line.push("[?")?;
                key.write(line)?;
                line.push("].orValue([])")
            }
            Expression::Field(of, name) => {
                of.write_within(Binding::Member, line)?;
                line.push(".")?;
                line.push(name)
            }
            Expression::Index(of, index) => {
                of.write_within(Binding::Member, line)?;
                line.push("[")?;
                index.write(line)?;
                line.push("]")
            }
            Expression::Call { receiver, function, arguments } => {
                if let Some(of) = receiver {
                    of.write_within(Binding::Member, line)?;
                    line.push(".")?;
                }
                line.push(function)?;
                line.list("(", arguments, ")")
            }
            Expression::Not(of) => {
                line.push("!")?;
                of.write_within(Binding::Member, line)
            }
            Expression::Chain(operator, parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        line.push(&format!(" {} ", operator.sign()))?;
                    }
                    part.write_within(chain_binding(*operator), line)?;
                }
                Ok(())
            }
            Expression::Compare(operator, left, right) => {
                left.write_within(Binding::Add, line)?;
                line.push(&format!(" {operator} "))?;
                right.write_within(Binding::Add, line)
            }
            Expression::Choice { condition, then, otherwise } => {
                condition.write_within(Binding::Or, line)?;
                line.push(" ? ")?;
                then.write_within(Binding::Or, line)?;
                line.push(" : ")?;
                otherwise.write(line)
            }
            Expression::List(items) => line.list("[", items, "]"),
            Expression::Map(entries) => {
                line.push("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    line.push(if index > 0 { ", " } else { "" })?;
                    line.push(&format!("{}: ", quoted(key)))?;
                    value.write(line)?;
                }
                line.push("}")
            }
        }
    }

    /// Writes the text to a line, in parentheses if it binds more loosely than its place asks.
    fn write_within(&self, place: Binding, line: &mut Line) -> Result<(), Full> {
        if self.binding() >= place {
            return self.write(line);
        }
        line.push("(")?;
        self.write(line)?;
        line.push(")")
    }

    /// The text whose first line begins at a column, and whose other lines are indented by it at least.
    fn layout(&self, column: usize) -> String {
        if let Some(flat) = self.flat_in(WIDTH.saturating_sub(column)) {
            return flat;
        }
        match self {
            Expression::Code(code) => code.clone(),
            Expression::Looked { map, key } => {
                format!("{}[?{}].orValue([])", map.layout(column), key.flat())
            }
            Expression::Read { .. } | Expression::Field(..) | Expression::Index(..) => {
                self.layout_members(column)
            }
            Expression::Call { receiver: Some(_), .. } => self.layout_members(column),
            Expression::Call { receiver: None, function, arguments } => {
                format!("{function}({})", layout_arguments(arguments, column))
            }
            Expression::Not(of) => format!("!{}", of.layout_within(Binding::Member, column)),
            Expression::Chain(operator, parts) => {
                let sign = operator.sign();
                let inner = column + sign.len() + 1;
                let columns = std::iter::once(column).chain(std::iter::repeat(inner));
                let parts = parts
                    .iter()
                    .zip(columns)
                    .map(|(part, column)| part.layout_within(chain_binding(*operator), column));
                parts.collect::<Vec<_>>().join(&format!("\n{}{sign} ", indent(column)))
            }
            Expression::Compare(operator, left, right) => layout_comparison(operator, left, right, column),
            Expression::Choice { condition, then, otherwise } => {
                layout_choice(condition, then, otherwise, column, 0)
            }
            Expression::List(items) => {
                format!("[{}]", layout_arguments(items, column))
            }
            Expression::Map(entries) => {
                let inner = indent(column + 2);
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{inner}{}: {}", quoted(key), value.layout(column + 4)))
                    .collect();
                format!("{{\n{}\n{}}}", entries.join(",\n"), indent(column))
            }
        }
    }

    /// As [`Self::layout`], in parentheses if it binds more loosely than its place asks.
    fn layout_within(&self, place: Binding, column: usize) -> String {
        if self.binding() >= place {
            return self.layout(column);
        }
        if let Some(flat) = self.flat_in(WIDTH.saturating_sub(column + "()".len())) {
            return format!("({flat})");
        }
        format!("(\n{}{}\n{})", indent(column + 2), self.layout(column + 2), indent(column))
    }

    /// A row of fields, indices and calls: one call stays on its line, of several each has its own.
    fn layout_members(&self, column: usize) -> String {
        let mut calls = Vec::new();
        let mut base = self;
        let mut tail = String::new();
        loop {
            match base {
                Expression::Call { receiver: Some(receiver), function, arguments } => {
                    calls.push((*function, arguments, std::mem::take(&mut tail)));
                    base = receiver;
                }
                Expression::Field(of, name) => {
                    tail = format!(".{name}{tail}");
                    base = of;
                }
                Expression::Index(of, index) => {
                    tail = format!("[{}]{tail}", index.flat());
                    base = of;
                }
                Expression::Read { root, steps, absent } => {
                    tail = format!("{}{tail}", print_steps(steps, absent));
                    base = root;
                }
                _ => break,
            }
        }
        let base_text = base.layout_within(Binding::Member, column);
        let several = calls.len() > 1;
        let inner = if several { column + 2 } else { column };
        let mut text = format!("{base_text}{tail}");
        for (function, arguments, tail) in calls.into_iter().rev() {
            if several {
                text.push_str(&format!("\n{}", indent(inner)));
            }
            let used = text.lines().last().map_or(0, |line| line.chars().count());
            let column = if several { inner } else { inner.max(used) };
            let flat = line(WIDTH.saturating_sub(column), |line| {
                line.push(".")?;
                line.push(function)?;
                line.list("(", arguments, ")")?;
                line.push(&tail)
            });
            text.push_str(
                &flat.unwrap_or_else(|| format!(".{function}({}){tail}", layout_arguments(arguments, inner))),
            );
        }
        text
    }
}

impl Step {
    /// The step in CEL.
    fn print(&self) -> String {
        match self {
            Step::Name(name) if self.is_field() => format!(".?{name}"),
            Step::Name(name) => format!("[?{}]", quoted(name)),
            Step::Key(key) => format!("[?{}]", key.flat()),
        }
    }
}

/// Steps, and what stands for what is absent. Behind an index the compiler takes a bare null for the value's type.
fn print_steps(steps: &[Step], absent: &Absent) -> String {
    let otherwise = match absent {
        Absent::Null if steps.iter().all(Step::is_field) => "null".to_owned(),
        Absent::Null => "dyn(null)".to_owned(),
        Absent::List => "[]".to_owned(),
        Absent::Map => "{}".to_owned(),
        Absent::Truth(truth) => truth.to_string(),
        Absent::Default(default) => literal(default),
    };
    let steps: String = steps.iter().map(Step::print).collect();
    format!("{steps}.orValue({otherwise})")
}

/// What a chain's operands must bind like at least. Alike operators need no parentheses.
fn chain_binding(operator: Operator) -> Binding {
    match operator {
        Operator::Or => Binding::And,
        Operator::And => Binding::Compare,
        Operator::Add => Binding::Unary,
    }
}

/// The inside of parentheses or brackets: a macro's variable stays behind the parenthesis, all else has lines of its own.
fn layout_arguments(items: &[Expression], column: usize) -> String {
    let inner = column + 2;
    if let [Expression::Code(variable), body] = items {
        return format!("{variable},\n{}{}\n{}", indent(inner), body.layout(inner), indent(column));
    }
    let lines: Vec<String> =
        items.iter().map(|item| format!("{}{}", indent(inner), item.layout(inner))).collect();
    format!("\n{}\n{}", lines.join(",\n"), indent(column))
}

/// A choice: each condition with its value on a line, or the value below its condition; `lead` is what stands in front of the
/// condition on its line.
fn layout_choice(
    condition: &Expression,
    then: &Expression,
    otherwise: &Expression,
    column: usize,
    lead: usize,
) -> String {
    let flat = line(WIDTH.saturating_sub(column + lead), |line| {
        condition.write_within(Binding::Or, line)?;
        line.push(" ? ")?;
        then.write_within(Binding::Or, line)
    });
    let first = flat.unwrap_or_else(|| {
        let condition = condition.layout_within(Binding::Or, column + lead);
        let below = column + lead + 2;
        format!("{condition}\n{}? {}", indent(below), then.layout_within(Binding::Or, below + 2))
    });
    let otherwise = match otherwise {
        Expression::Choice { condition, then, otherwise } => {
            layout_choice(condition, then, otherwise, column, 2)
        }
        other => other.layout(column + 2),
    };
    format!("{first}\n{}: {otherwise}", indent(column))
}

/// A comparison: what is short stays behind the sign, all else goes to a line of its own.
fn layout_comparison(operator: &str, left: &Expression, right: &Expression, column: usize) -> String {
    let left = left.layout_within(Binding::Add, column);
    if let Some(short) = line(SHORT, |line| right.write_within(Binding::Add, line)) {
        return format!("{left} {operator} {short}");
    }
    let inner = column + 2 + operator.len() + 1;
    format!("{left}\n{}{operator} {}", indent(column + 2), right.layout_within(Binding::Add, inner))
}

/// Spaces.
fn indent(column: usize) -> String {
    " ".repeat(column)
}
