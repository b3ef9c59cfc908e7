//! The layout of CEL: parentheses by precedence, long expressions over several lines.

use super::literal::quoted;
use super::syntax::{Expression, Operator, Step};

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
        match self {
            Expression::Code(code) => code.clone(),
            Expression::Read { root, steps } => {
                format!("{}{}", root.flat_within(Binding::Member), print_steps(steps))
            }
            Expression::Looked { map, key } => format!("{}[?{}].orValue([])", map.flat(), key.flat()),
            Expression::Field(of, name) => format!("{}.{name}", of.flat_within(Binding::Member)),
            Expression::Index(of, index) => format!("{}[{index}]", of.flat_within(Binding::Member)),
            Expression::Call { receiver, function, arguments } => {
                let receiver = receiver.as_ref().map(|of| format!("{}.", of.flat_within(Binding::Member)));
                format!("{}{function}({})", receiver.unwrap_or_default(), flat_list(arguments))
            }
            Expression::Not(of) => format!("!{}", of.flat_within(Binding::Member)),
            Expression::Chain(operator, parts) => {
                let binding = chain_binding(*operator);
                let parts: Vec<String> = parts.iter().map(|part| part.flat_within(binding)).collect();
                parts.join(&format!(" {} ", operator.sign()))
            }
            Expression::Compare(operator, left, right) => {
                format!("{} {operator} {}", left.flat_within(Binding::Add), right.flat_within(Binding::Add))
            }
            Expression::Choice { condition, then, otherwise } => {
                let (condition, then) = (condition.flat_within(Binding::Or), then.flat_within(Binding::Or));
                format!("{condition} ? {then} : {}", otherwise.flat())
            }
            Expression::List(items) => format!("[{}]", flat_list(items)),
            Expression::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}: {}", quoted(key), value.flat())).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// The text in one line, in parentheses if it binds more loosely than its place asks.
    fn flat_within(&self, place: Binding) -> String {
        if self.binding() < place { format!("({})", self.flat()) } else { self.flat() }
    }

    /// The text whose first line begins at a column, and whose other lines are indented by it at least.
    fn layout(&self, column: usize) -> String {
        let flat = self.flat();
        if column + flat.chars().count() <= WIDTH {
            return flat;
        }
        match self {
            Expression::Code(_) => flat,
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
        let flat = format!("({})", self.flat());
        if column + flat.chars().count() <= WIDTH {
            return flat;
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
                    tail = format!("[{index}]{tail}");
                    base = of;
                }
                Expression::Read { root, steps } => {
                    tail = format!("{}{tail}", print_steps(steps));
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
            let flat = format!(".{function}({}){tail}", flat_list(arguments));
            if !several && used + flat.chars().count() > WIDTH || inner + flat.chars().count() > WIDTH {
                text.push_str(&format!(".{function}({}){tail}", layout_arguments(arguments, inner)));
            } else {
                text.push_str(&flat);
            }
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

/// Steps, and null for what is absent. Behind an index the compiler takes a bare null for the value's type.
fn print_steps(steps: &[Step]) -> String {
    let null = if steps.iter().all(Step::is_field) { "null" } else { "dyn(null)" };
    let steps: String = steps.iter().map(Step::print).collect();
    format!("{steps}.orValue({null})")
}

/// What a chain's operands must bind like at least. Alike operators need no parentheses.
fn chain_binding(operator: Operator) -> Binding {
    match operator {
        Operator::Or => Binding::And,
        Operator::And => Binding::Compare,
        Operator::Add => Binding::Unary,
    }
}

/// Expressions between commas, in one line.
fn flat_list(items: &[Expression]) -> String {
    items.iter().map(Expression::flat).collect::<Vec<_>>().join(", ")
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
    let flat = format!("{} ? {}", condition.flat_within(Binding::Or), then.flat_within(Binding::Or));
    let first = if column + lead + flat.chars().count() <= WIDTH {
        flat
    } else {
        let condition = condition.layout_within(Binding::Or, column + lead);
        let below = column + lead + 2;
        format!("{condition}\n{}? {}", indent(below), then.layout_within(Binding::Or, below + 2))
    };
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
    let short = right.flat_within(Binding::Add);
    if short.chars().count() <= SHORT {
        return format!("{left} {operator} {short}");
    }
    let inner = column + 2 + operator.len() + 1;
    format!("{left}\n{}{operator} {}", indent(column + 2), right.layout_within(Binding::Add, inner))
}

/// Spaces.
fn indent(column: usize) -> String {
    " ".repeat(column)
}
