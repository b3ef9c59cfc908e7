//! Values in the place of parameters and of the fields of their records.

use std::collections::BTreeMap;

use super::truth;
use crate::ir::{
    Argument, Arguments, Condition, Count, Leaf, Literal, Operand, Path, Predicate, Root, Value,
};

/// The parameters' values, and those of the elements whose loops have been unrolled.
#[derive(Clone)]
pub(super) struct Values<'a> {
    parameters: &'a BTreeMap<String, Value>,
    elements: BTreeMap<String, Value>,
}

impl<'a> Values<'a> {
    /// The values of these parameters.
    pub fn of(parameters: &'a BTreeMap<String, Value>) -> Self {
        Self { parameters, elements: BTreeMap::new() }
    }

    /// These values, and an element's.
    pub fn with(&self, element: &str, value: &Value) -> Self {
        let mut values = self.clone();
        values.elements.insert(element.to_owned(), value.clone());
        values
    }

    /// The items of a list parameter; none of any other.
    pub fn items(&self, name: &str) -> Vec<Value> {
        match self.parameters.get(name) {
            Some(Value::List(items)) => items.clone(),
            Some(Value::Literal(_) | Value::Map(_)) | None => Vec::new(),
        }
    }

    /// The entries of a map parameter, as maps with `key` and `value`.
    pub fn entries(&self, name: &str) -> Vec<Value> {
        match self.parameters.get(name) {
            Some(Value::Map(entries)) => entries
                .iter()
                .map(|(key, value)| {
                    let key = Value::Literal(Literal::Text(key.clone()));
                    Value::Map([("key".to_owned(), key), ("value".to_owned(), value.clone())].into())
                })
                .collect(),
            Some(Value::Literal(_) | Value::List(_)) | None => Vec::new(),
        }
    }

    /// The leaf in closed form; true or false if it asks about values that are known.
    pub fn leaf(&self, leaf: &Leaf) -> Condition {
        let predicate = self.predicate(&leaf.predicate);
        let known = match &leaf.operand {
            Operand::Parameter(name) => self.parameters.get(name),
            Operand::Read(read) => match read.from.as_slice() {
                [path] => self.known(path),
                _ => None,
            },
            Operand::Sum(_) | Operand::Find { .. } => None,
        };
        if let Some(value) = known
            && let Some(truth) = truth::of(&predicate, value)
        {
            return if truth == leaf.holds { Condition::True } else { Condition::False };
        }
        Condition::Leaf(Leaf { operand: leaf.operand.clone(), predicate, holds: leaf.holds })
    }

    /// The value at a path that begins with an unrolled element.
    fn known(&self, path: &Path) -> Option<&Value> {
        let steps = |first: &str| {
            let mut steps = vec![first.to_owned()];
            steps.extend(path.steps.iter().cloned());
            steps
        };
        match &path.root {
            Root::Element(name) => self.elements.get(name)?.at(&path.steps),
            Root::EntryKey(name) => self.elements.get(name)?.at(&steps("key")),
            Root::EntryValue(name) => self.elements.get(name)?.at(&steps("value")),
            Root::Object
            | Root::Pod
            | Root::PodMetadata
            | Root::Namespace
            | Root::Kind
            | Root::Group
            | Root::ServiceAccount
            | Root::ContainerList(_)
            | Root::VolumeOf(_) => None,
        }
    }

    fn argument(&self, argument: &Argument) -> Argument {
        let value = match argument {
            Argument::Literal(_) => None,
            Argument::Parameter(name) => self.parameters.get(name),
            Argument::Path(path) => self.known(path),
        };
        match value {
            Some(Value::Literal(literal)) => Argument::Literal(literal.clone()),
            Some(Value::List(_) | Value::Map(_)) | None => argument.clone(),
        }
    }

    fn arguments(&self, arguments: &Arguments) -> Arguments {
        match arguments {
            Arguments::Literals(_) | Arguments::LiteralEntries { .. } => arguments.clone(),
            Arguments::Parameters(names) => Arguments::Literals(
                names
                    .iter()
                    .filter_map(|name| self.parameters.get(name))
                    .flat_map(|value| value.literals().unwrap_or_default())
                    .collect(),
            ),
            Arguments::Entry { parameter, key } => {
                let entries = match self.parameters.get(parameter) {
                    Some(Value::Map(entries)) => entries
                        .iter()
                        .map(|(key, value)| (key.clone(), value.literals().unwrap_or_default()))
                        .collect(),
                    Some(Value::Literal(_) | Value::List(_)) | None => Vec::new(),
                };
                Arguments::LiteralEntries { entries, key: key.clone() }
            }
            Arguments::Path(path) => match self.known(path) {
                Some(value) => Arguments::Literals(value.literals().unwrap_or_default()),
                None => arguments.clone(),
            },
        }
    }

    fn count(&self, count: &Count) -> Count {
        let value = match count {
            Count::Literal(_) => None,
            Count::Parameter(name) => self.parameters.get(name),
        };
        match value {
            Some(Value::Literal(Literal::Integer(value))) => Count::Literal(*value),
            Some(Value::Literal(_) | Value::List(_) | Value::Map(_)) | None => count.clone(),
        }
    }

    fn predicate(&self, predicate: &Predicate) -> Predicate {
        match predicate {
            Predicate::Set => Predicate::Set,
            Predicate::Empty => Predicate::Empty,
            Predicate::HasAtLeast(count) => Predicate::HasAtLeast(self.count(count)),
            Predicate::Distinct => Predicate::Distinct,
            Predicate::Is { of, value } => Predicate::Is { of: *of, value: self.argument(value) },
            Predicate::In { of, values } => Predicate::In { of: *of, values: self.arguments(values) },
            Predicate::StartsWith(values) => Predicate::StartsWith(self.arguments(values)),
            Predicate::EndsWith(values) => Predicate::EndsWith(self.arguments(values)),
            Predicate::PrefixOf(values) => Predicate::PrefixOf(self.arguments(values)),
            Predicate::Matches(values) => Predicate::Matches(self.arguments(values)),
            Predicate::Within(values) => Predicate::Within(self.arguments(values)),
            Predicate::Covers(values) => Predicate::Covers(self.arguments(values)),
            Predicate::AtLeast(value) => Predicate::AtLeast(self.argument(value)),
            Predicate::AtMost(value) => Predicate::AtMost(self.argument(value)),
            Predicate::ContainsAny(values) => Predicate::ContainsAny(self.arguments(values)),
            Predicate::ContainsAll(values) => Predicate::ContainsAll(self.arguments(values)),
            Predicate::SubsetOf(values) => Predicate::SubsetOf(self.arguments(values)),
        }
    }
}
