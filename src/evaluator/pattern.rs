//! The regular expressions of a rule, each compiled when it is first asked, with the meaning that RE2 gives them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use crate::ir::{Arguments, Condition, Leaf, Literal, Operand, Predicate, Rule};

/// How much memory one compiled expression may take, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// Compiled expressions by their text; nothing for a text that is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns(BTreeMap<String, OnceLock<Option<Regex>>>);

impl Patterns {
    /// The expressions of all conditions of a rule.
    pub(super) fn of(rule: &Rule) -> Self {
        let mut patterns = Self::default();
        patterns.add(&rule.spared);
        rule.waivers.iter().for_each(|waiver| patterns.add(&waiver.holds));
        for check in &rule.checks {
            patterns.add(&check.ok);
            check.waivers.iter().for_each(|waiver| patterns.add(&waiver.holds));
        }
        patterns
    }

    /// Whether the expression matches somewhere in the text; what must match as a whole is anchored. Gives nothing if the
    /// expression is none, which lowering refuses.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        let regex = self.0.get(pattern)?.get_or_init(|| compiled(pattern));
        regex.as_ref().map(|regex| regex.is_match(text))
    }

    /// What the expression matches in the text, one behind the other. Gives nothing if the expression is none.
    pub(super) fn find<'text>(&self, pattern: &str, text: &'text str) -> Option<Vec<&'text str>> {
        let regex = self.0.get(pattern)?.get_or_init(|| compiled(pattern));
        regex.as_ref().map(|regex| regex.find_iter(text).map(|found| found.as_str()).collect())
    }

    fn add(&mut self, condition: &Condition) {
        match condition {
            Condition::True | Condition::False => {}
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| self.add(part)),
            Condition::Some { satisfies, .. } | Condition::Every { satisfies, .. } => self.add(satisfies),
            Condition::Leaf(leaf) => self.add_leaf(leaf),
        }
    }

    fn add_leaf(&mut self, leaf: &Leaf) {
        match &leaf.operand {
            Operand::Find { pattern, .. } => {
                self.0.entry(pattern.clone()).or_default();
            }
            Operand::Read(_) | Operand::Sum(_) | Operand::Parameter(_) => {}
        }
        match &leaf.predicate {
            Predicate::In { values, .. }
            | Predicate::StartsWith(values)
            | Predicate::EndsWith(values)
            | Predicate::PrefixOf(values)
            | Predicate::Matches(values)
            | Predicate::Within(values)
            | Predicate::Covers(values)
            | Predicate::ContainsAny(values)
            | Predicate::ContainsAll(values)
            | Predicate::SubsetOf(values) => self.add_arguments(values),
            Predicate::Set
            | Predicate::Empty
            | Predicate::Is { .. }
            | Predicate::AtLeast(_)
            | Predicate::AtMost(_)
            | Predicate::HasAtLeast(_)
            | Predicate::Distinct => {}
        }
    }

    fn add_arguments(&mut self, arguments: &Arguments) {
        match arguments {
            Arguments::Literals(literals) => literals.iter().for_each(|literal| self.add_literal(literal)),
            Arguments::LiteralEntries { entries, .. } => {
                entries
                    .iter()
                    .flat_map(|(_, literals)| literals)
                    .for_each(|literal| self.add_literal(literal));
            }
            Arguments::Parameters(_) | Arguments::Entry { .. } | Arguments::Path(_) => {}
        }
    }

    fn add_literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Pattern(pattern) | Literal::Image(pattern) => {
                self.0.entry(pattern.clone()).or_default();
            }
            Literal::Boolean(_)
            | Literal::Integer(_)
            | Literal::Text(_)
            | Literal::Quantity(_)
            | Literal::Duration(_)
            | Literal::HostPath(_) => {}
        }
    }
}

/// The expression, unless it is none.
fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&with_ascii_classes(pattern)).size_limit(SIZE_LIMIT).build().ok()
}

/// The expression with `\d`, `\w`, `\s` and `\b` as RE2 means them: in ASCII alone.
fn with_ascii_classes(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('d') => text.push_str("[0-9]"),
            Some('D') => text.push_str("[^0-9]"),
            Some('w') => text.push_str("[0-9A-Za-z_]"),
            Some('W') => text.push_str("[^0-9A-Za-z_]"),
            Some('s') => text.push_str(r"[\t\n\f\r ]"),
            Some('S') => text.push_str(r"[^\t\n\f\r ]"),
            Some('b') => text.push_str(r"(?-u:\b)"),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        let mut patterns = Patterns::default();
        patterns.add_literal(&Literal::Pattern(pattern.to_owned()));
        patterns.matches(pattern, text)
    }

    #[test]
    fn classes_are_ascii() {
        for (pattern, text, expected) in [
            (r"^(?:\d+)$", "12", true),
            (r"^(?:\d+)$", "١٢", false),
            (r"^(?:[\w.]+)$", "a_1.", true),
            (r"^(?:[\w.]+)$", "ä", false),
            (r"^(?:[^\d]+)$", "١", true),
            (r"^(?:[\D]+)$", "1", false),
            (r"^(?:\\d)$", r"\d", true),
            (r"^(?:a\sb)$", "a\u{a0}b", false),
            (r"^(?:é\b.)$", "éa", true),
            (r"^(?:.)$", "\n", false),
            (r"^(?:a)$", "a\n", false),
        ] {
            assert_eq!(matches(pattern, text), Some(expected), "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_expression_matches_nothing_and_says_so() {
        assert_eq!(matches("(", "("), None);
        assert_eq!(matches("(a{1000}){1000}", "a"), None);
    }
}
