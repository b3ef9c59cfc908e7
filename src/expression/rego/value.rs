//! Values: paths, operands and what predicates compare them with.

use super::literal;
use super::printer::{Need, Printer, unprintable};
use super::scope::Scope;
use crate::expression::Unprintable;
use crate::ir::{
    Argument, Arguments, Literal, LiteralType, Operand, Parameter, ParameterKind, Path, Read, Reading, Root,
};

/// An operand that has been printed.
pub struct Value {
    /// The value, read as the operand says; null if absent, undefined if unreadable.
    pub text: String,
    /// How it was read, and how what it is compared with is read.
    pub reading: Reading,
}

/// The function of the library that reads a value; none for a value as it is.
fn reader(reading: Reading) -> Option<&'static str> {
    match reading {
        Reading::Raw => None,
        Reading::Quantity => Some("palisade.quantity"),
        Reading::Duration => Some("palisade.duration"),
        Reading::Integer => Some("palisade.integer"),
        Reading::HostPath => Some("palisade.host_path"),
        Reading::Image => Some("palisade.image"),
    }
}

/// The function of the library that reads a value of a type.
fn typed_reader(of: LiteralType) -> &'static str {
    match of {
        LiteralType::Boolean => "palisade.boolean",
        LiteralType::Integer => "palisade.whole",
        LiteralType::Text => "palisade.text",
    }
}

/// The value under a reading.
fn read_as(reading: Reading, value: String) -> String {
    reader(reading).map_or(value.clone(), |function| format!("{function}({value})"))
}

/// Whether a reading makes a number, so that what stands in a parameter must be read too.
fn is_number(reading: Reading) -> bool {
    match reading {
        Reading::Quantity | Reading::Duration => true,
        Reading::Raw | Reading::Integer | Reading::HostPath | Reading::Image => false,
    }
}

/// The value of an operand, unreadable unless it has the type.
pub fn typed(value: &Value, of: LiteralType) -> String {
    match value.reading {
        Reading::Raw => format!("{}({})", typed_reader(of), value.text),
        Reading::Quantity | Reading::Duration | Reading::Integer | Reading::HostPath | Reading::Image => {
            value.text.clone()
        }
    }
}

/// A literal, read as what it is.
pub fn literal_value(value: &Literal) -> String {
    match value {
        Literal::Quantity(text) => format!("palisade.quantity({})", literal::text(text)),
        Literal::Duration(text) => format!("palisade.duration({})", literal::text(text)),
        Literal::Boolean(_)
        | Literal::Integer(_)
        | Literal::Text(_)
        | Literal::HostPath(_)
        | Literal::Image(_)
        | Literal::Pattern(_) => literal::json(&value.to_json()),
    }
}

/// Where a path begins in Rego.
pub struct Start {
    /// A reference that is always defined, but where the Pod can't be read; null if it is absent.
    pub root: String,
    /// The steps from there to the value.
    pub steps: Vec<String>,
    /// Whether all of them are there.
    pub is_record: bool,
}

impl Printer<'_> {
    /// A parameter's value.
    pub fn parameter(&self, name: &str) -> String {
        literal::field(&self.parameters, &[name.to_owned()])
    }

    /// The value at the end of a path; null if it is absent.
    pub fn path(&mut self, path: &Path, scope: &Scope) -> Result<String, Unprintable> {
        let start = self.start(path, scope)?;
        Ok(match start.steps.as_slice() {
            [] => start.root,
            steps if start.is_record => literal::field(&start.root, steps),
            steps => {
                let function = if self.is_strict { "get" } else { "found" };
                format!("palisade.{function}({}, {})", start.root, literal::texts(steps))
            }
        })
    }

    /// The value at the end of a path as a reference, undefined if it is absent.
    pub fn reference(&mut self, path: &Path, scope: &Scope) -> Result<String, Unprintable> {
        if matches!(path.root, Root::VolumeOf(_)) && !path.steps.is_empty() {
            return self.path(path, scope);
        }
        let start = self.start(path, scope)?;
        Ok(literal::field(&start.root, &start.steps))
    }

    /// Whether what a value is compared with is surely there, and of the right type.
    pub fn is_sure(&mut self, argument: &Argument, scope: &Scope) -> Result<bool, Unprintable> {
        match argument {
            Argument::Literal(_) | Argument::Parameter(_) => Ok(true),
            Argument::Path(path) => Ok(self.start(path, scope)?.is_record),
        }
    }

    /// What a path begins with, and the steps from there.
    pub fn start(&mut self, path: &Path, scope: &Scope) -> Result<Start, Unprintable> {
        let steps = path.steps.clone();
        match &path.root {
            // Only the whole can tell whether it is there.
            Root::Pod | Root::PodMetadata if steps.is_empty() => {
                let root = self.strictly(|printer| printer.global(&path.root)).unwrap_or_default();
                Ok(Start { root, steps, is_record: false })
            }
            Root::VolumeOf(mount) => {
                let mount = scope.local(&Root::Element(mount.clone()))?.expression();
                let volumes = self.volumes();
                Ok(Start { root: format!("palisade.volume_of({volumes}, {mount})"), steps, is_record: false })
            }
            root => {
                if let Some(root) = self.global(root) {
                    return Ok(Start { root, steps, is_record: false });
                }
                let local = scope.local(root)?;
                let inside = local.field.iter().map(|field| (*field).to_owned());
                let steps = inside.chain(steps).collect();
                Ok(Start { root: local.variable.clone(), steps, is_record: local.is_record })
            }
        }
    }

    /// The Pod's volumes by name.
    fn volumes(&mut self) -> String {
        if self.is_strict {
            format!("palisade.volumes_by_name({})", self.need(Need::ReadablePod))
        } else {
            self.need(Need::Volumes)
        }
    }

    /// An operand, read.
    pub fn operand(&mut self, operand: &Operand, scope: &Scope) -> Result<Value, Unprintable> {
        match operand {
            Operand::Read(read) => self.read(read, scope),
            Operand::Sum(parts) => self.sum(parts, scope),
            Operand::Find { text, pattern } => {
                let text = self.read(text, scope)?.text;
                let found = format!("palisade.find({}, {text})", literal::text(pattern));
                Ok(Value { text: found, reading: Reading::Raw })
            }
            Operand::Parameter(name) => Ok(Value { text: self.parameter(name), reading: Reading::Raw }),
        }
    }

    /// An operand, read; undefined if it is absent. For what isn't true of an absent value, so that it is of no matter either what
    /// is on the way to one.
    pub fn present(&mut self, operand: &Operand, scope: &Scope) -> Result<Value, Unprintable> {
        if let Operand::Read(Read { from, default: None, reading }) = operand
            && let [path] = from.as_slice()
        {
            let value = self.with_strictness(false, |printer| printer.reference(path, scope))?;
            return Ok(Value { text: read_as(*reading, value), reading: *reading });
        }
        self.operand(operand, scope)
    }

    /// A value of the object, read.
    fn read(&mut self, read: &Read, scope: &Scope) -> Result<Value, Unprintable> {
        let mut values = Vec::new();
        for path in &read.from {
            values.push(self.path(path, scope)?);
        }
        values.extend(read.default.as_ref().map(|default| literal::json(&default.to_json())));
        let or_else = |other, value| literal::call("palisade.or_else", &[value, other]);
        let Some(value) = values.into_iter().rev().reduce(or_else) else {
            return unprintable("an operand without a path");
        };
        Ok(Value { text: read_as(read.reading, value), reading: read.reading })
    }

    /// A sum, read.
    fn sum(&mut self, parts: &[Read], scope: &Scope) -> Result<Value, Unprintable> {
        let mut values = Vec::new();
        let mut reading = Reading::Raw;
        for part in parts {
            let value = self.read(part, scope)?;
            reading = value.reading;
            values.push(typed(&value, LiteralType::Integer));
        }
        Ok(Value { text: format!("palisade.total({})", literal::list(&values)), reading })
    }

    /// What one value is compared with, read as the value is.
    pub fn argument(
        &mut self,
        argument: &Argument,
        value: &Value,
        scope: &Scope,
    ) -> Result<String, Unprintable> {
        Ok(match argument {
            Argument::Literal(Literal::Text(text)) => {
                let text = literal::text(text);
                if value.reading == Reading::Image { read_as(value.reading, text) } else { text }
            }
            Argument::Literal(literal) => literal_value(literal),
            Argument::Parameter(name) => match self.rule.parameters.get(name) {
                Some(Parameter { declaration, .. }) => read_parameter(declaration.kind, self.parameter(name)),
                None => self.parameter(name),
            },
            Argument::Path(path) => {
                let is_record = self.start(path, scope)?.is_record;
                let other = self.path(path, scope)?;
                if is_record && !is_number(value.reading) { other } else { read_as(value.reading, other) }
            }
        })
    }

    /// The list of what a value is compared with.
    pub fn arguments(&mut self, arguments: &Arguments, scope: &Scope) -> Result<String, Unprintable> {
        Ok(match arguments {
            Arguments::Literals(literals) => {
                literal::list(&literals.iter().map(literal_value).collect::<Vec<_>>())
            }
            Arguments::Parameters(names) => {
                let mut lists = names.iter().rev().map(|name| self.parameter(name));
                let last = lists.next().unwrap_or_else(|| "[]".to_owned());
                lists.fold(last, |rest, list| format!("array.concat({list}, {rest})"))
            }
            Arguments::Entry { parameter: name, key } => {
                format!("palisade.entry({}, {})", self.parameter(name), self.path(key, scope)?)
            }
            Arguments::LiteralEntries { entries, key } => {
                let entries: serde_json::Map<_, _> = entries
                    .iter()
                    .map(|(key, values)| (key.clone(), values.iter().map(Literal::to_json).collect()))
                    .collect();
                format!(
                    "palisade.entry({}, {})",
                    literal::json(&serde_json::Value::Object(entries)),
                    self.path(key, scope)?
                )
            }
            Arguments::Path(path) => self.path(path, scope)?,
        })
    }
}

/// A scalar parameter, read as its type says.
fn read_parameter(kind: ParameterKind, value: String) -> String {
    match kind {
        ParameterKind::Quantity => read_as(Reading::Quantity, value),
        ParameterKind::Duration => read_as(Reading::Duration, value),
        ParameterKind::Boolean
        | ParameterKind::Choice
        | ParameterKind::Strings
        | ParameterKind::Patterns
        | ParameterKind::Images
        | ParameterKind::HostPaths
        | ParameterKind::Integer
        | ParameterKind::Integers
        | ParameterKind::Map
        | ParameterKind::Monitors => value,
    }
}
