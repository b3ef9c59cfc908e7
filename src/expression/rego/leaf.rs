//! Leaves: one predicate of one operand, positive or negative. Each becomes an expression that is true or not, also when it is
//! undefined; none has a `not`.

use super::condition::Helpers;
use super::presence::is_one_of;
use super::printer::Printer;
use super::scope::Scope;
use super::value::{Value, typed};
use crate::expression::Unprintable;
use crate::ir::{Argument, Arguments, Count, Leaf, Literal, LiteralType, Operand, Predicate, Read, Reading};

/// How long a line may be before the value that it asks about has a line of its own.
const LONGEST_LINE: usize = 100;

impl Printer<'_> {
    /// The lines of a leaf.
    pub fn leaf(
        &mut self,
        leaf: &Leaf,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Vec<String>, Unprintable> {
        let is_present = self.is_present(&leaf.operand);
        let value = if is_present || !holds_if_absent(leaf) {
            self.present(&leaf.operand, scope)?
        } else {
            self.operand(&leaf.operand, scope)?
        };
        let line = self.asked_of(&value, leaf, scope)?;
        if line.len() <= LONGEST_LINE && !line.contains('\n') {
            return Ok(vec![line]);
        }
        let (name, binding) = helpers.bind(&value.text, &format!("found_{}", said(&leaf.operand)), scope);
        let bound = Value { text: name, reading: value.reading };
        Ok(binding.into_iter().chain([self.asked_of(&bound, leaf, scope)?]).collect())
    }

    /// Whether an operand's value is surely there.
    fn is_present(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Read(read) | Operand::Find { text: read, .. } => is_one_of(read, &self.present),
            Operand::Sum(_) | Operand::Parameter(_) => false,
        }
    }

    /// Whether what a leaf compares with may be unreadable.
    pub fn may_lack_argument(&mut self, leaf: &Leaf, scope: &Scope) -> Result<bool, Unprintable> {
        match &leaf.predicate {
            Predicate::Is { value, .. } | Predicate::AtLeast(value) | Predicate::AtMost(value) => {
                Ok(!self.is_sure(value, scope)?)
            }
            Predicate::Set
            | Predicate::Empty
            | Predicate::In { .. }
            | Predicate::StartsWith(_)
            | Predicate::EndsWith(_)
            | Predicate::PrefixOf(_)
            | Predicate::Matches(_)
            | Predicate::Within(_)
            | Predicate::Covers(_)
            | Predicate::ContainsAny(_)
            | Predicate::ContainsAll(_)
            | Predicate::SubsetOf(_)
            | Predicate::HasAtLeast(_)
            | Predicate::Distinct => Ok(false),
        }
    }

    /// The expression that asks a leaf's predicate of a value.
    fn asked_of(&mut self, value: &Value, leaf: &Leaf, scope: &Scope) -> Result<String, Unprintable> {
        let holds = leaf.holds;
        match &leaf.predicate {
            Predicate::Set => Ok(format!("{} {} null", value.text, if holds { "!=" } else { "==" })),
            Predicate::Empty => Ok(asked(holds, format!("palisade.empty({})", value.text))),
            Predicate::Is { value: Argument::Literal(Literal::Boolean(boolean)), .. } if !holds => {
                Ok(if self.is_present(&leaf.operand) {
                    format!("{} == {}", value.text, !boolean)
                } else {
                    format!("{} in [null, {}]", value.text, !boolean)
                })
            }
            Predicate::Is { of, value: argument } => self.is(value, *of, argument, holds, scope),
            Predicate::In { of, values } => {
                let list = self.arguments(values, scope)?;
                Ok(among(holds, &value.text, &typed(value, *of), &read_each(value, values, list)))
            }
            Predicate::StartsWith(values) => self.compare("starts_with", value, values, holds, scope),
            Predicate::EndsWith(values) => self.compare("ends_with", value, values, holds, scope),
            Predicate::PrefixOf(values) => self.compare("prefix_of", value, values, holds, scope),
            Predicate::Matches(values) => self.compare("matches", value, values, holds, scope),
            Predicate::Within(values) => match value.reading {
                Reading::Image => self.compare("image_within", value, values, holds, scope),
                Reading::Raw
                | Reading::Quantity
                | Reading::Duration
                | Reading::Integer
                | Reading::HostPath => self.compare("within", value, values, holds, scope),
            },
            Predicate::Covers(values) => self.compare("covers", value, values, holds, scope),
            Predicate::AtLeast(bound) => self.bound("at_least", value, bound, holds, scope),
            Predicate::AtMost(bound) => self.bound("at_most", value, bound, holds, scope),
            Predicate::ContainsAny(values) => self.compare("contains_any", value, values, holds, scope),
            Predicate::ContainsAll(values) => self.compare("contains_all", value, values, holds, scope),
            Predicate::SubsetOf(values) => self.compare("subset_of", value, values, holds, scope),
            Predicate::HasAtLeast(count) => {
                let count = match count {
                    Count::Literal(count) => count.to_string(),
                    Count::Parameter(name) => self.parameter(name),
                };
                Ok(asked(holds, format!("palisade.has_at_least({}, {count})", value.text)))
            }
            Predicate::Distinct => Ok(asked(holds, format!("palisade.is_distinct({})", value.text))),
        }
    }

    /// Equality.
    fn is(
        &mut self,
        value: &Value,
        of: LiteralType,
        argument: &Argument,
        holds: bool,
        scope: &Scope,
    ) -> Result<String, Unprintable> {
        let other = self.argument(argument, value, scope)?;
        if !self.is_sure(argument, scope)? {
            let other = typed(&Value { text: other, reading: value.reading }, of);
            return Ok(asked(holds, format!("palisade.same({}, {other})", typed(value, of))));
        }
        Ok(if holds {
            format!("{} == {other}", value.text)
        } else {
            format!("{} != {other}", typed(value, of))
        })
    }

    /// A predicate of the library that compares a value with several.
    fn compare(
        &mut self,
        function: &str,
        value: &Value,
        values: &Arguments,
        holds: bool,
        scope: &Scope,
    ) -> Result<String, Unprintable> {
        let list = self.arguments(values, scope)?;
        Ok(asked(holds, format!("palisade.{function}({}, {list})", value.text)))
    }

    /// A predicate of the library that compares a number with a bound.
    fn bound(
        &mut self,
        function: &str,
        value: &Value,
        bound: &Argument,
        holds: bool,
        scope: &Scope,
    ) -> Result<String, Unprintable> {
        let argument = self.argument(bound, value, scope)?;
        let bound = if self.is_sure(bound, scope)? {
            argument
        } else {
            typed(&Value { text: argument, reading: value.reading }, LiteralType::Integer)
        };
        Ok(asked(holds, format!("palisade.{function}({}, {bound})", typed(value, LiteralType::Integer))))
    }
}

/// Whether a leaf may be true of an absent value.
pub fn holds_if_absent(leaf: &Leaf) -> bool {
    match &leaf.predicate {
        Predicate::Empty | Predicate::SubsetOf(_) | Predicate::Distinct => leaf.holds,
        Predicate::HasAtLeast(Count::Literal(count)) => (*count <= 0) == leaf.holds,
        Predicate::HasAtLeast(Count::Parameter(_)) => true,
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
        | Predicate::AtMost(_)
        | Predicate::ContainsAny(_)
        | Predicate::ContainsAll(_) => !leaf.holds,
    }
}

/// What an operand reads, in snake case: the last step of its path, or that something is looked for in it.
fn said(operand: &Operand) -> String {
    match operand {
        Operand::Read(read) => last_step(read),
        Operand::Find { text, .. } => format!("in_{}", last_step(text)),
        Operand::Sum(_) => "sum".to_owned(),
        Operand::Parameter(name) => snake_case(name),
    }
}

/// The last step of a value's first path.
fn last_step(read: &Read) -> String {
    snake_case(read.from.first().and_then(|path| path.steps.last()).map_or("value", String::as_str))
}

fn snake_case(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// A call that is true, or one that is false.
fn asked(holds: bool, call: String) -> String {
    if holds { call } else { format!("{call} == false") }
}

/// Membership, for which equality says enough of the type; or its contrary, which must know the type.
fn among(holds: bool, value: &str, typed: &str, list: &str) -> String {
    if holds { format!("{value} in {list}") } else { format!("palisade.none_of({typed}, {list})") }
}

/// The items of a list, read as the value is. Literals of quantities and durations have been read; host paths have a normal
/// form.
fn read_each(value: &Value, values: &Arguments, list: String) -> String {
    let reader = match value.reading {
        Reading::Quantity => "palisade.quantity",
        Reading::Duration => "palisade.duration",
        Reading::Image => "palisade.image",
        Reading::Raw | Reading::Integer | Reading::HostPath => return list,
    };
    match values {
        Arguments::Literals(_) if value.reading != Reading::Image => list,
        Arguments::Literals(_)
        | Arguments::Parameters(_)
        | Arguments::Entry { .. }
        | Arguments::LiteralEntries { .. }
        | Arguments::Path(_) => format!("[{reader}(item) | some item in {list}]"),
    }
}
