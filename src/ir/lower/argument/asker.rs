//! Reads the literals of one predicate, and the types that they must have.

use crate::diagnostic::Diagnostic;
use crate::ir::lower::condition::literal;
use crate::ir::lower::context::{Context, Names};
use crate::ir::lower::normal;
use crate::ir::rule::ParameterKind;
use crate::ir::{Argument, Arguments, Count, Literal, LiteralType, Operand, Predicate, Reading};
use crate::model;
use crate::project::Place;

use super::super::record::RecordField;

/// Reads the arguments of one predicate.
pub(super) struct Asker<'a, 'b> {
    /// The rule and its faults.
    pub context: &'a mut Context<'b>,
    /// The names in scope.
    pub names: &'a Names,
    /// The place of the arguments.
    pub place: Place,
    /// How the operand is read.
    pub reading: Reading,
}

impl Asker<'_, '_> {
    /// Notes what is wrong at a place.
    pub fn fault<T>(&mut self, code: &'static str, place: &Place, message: String, label: &str) -> Option<T> {
        self.context.fault(place, Diagnostic::error(code, message).label(label));
        None
    }

    /// The normal form of a text.
    pub fn normal(
        &mut self,
        code: &'static str,
        place: &Place,
        text: &str,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Option<String> {
        match read(text) {
            Ok(normal) => Some(normal),
            Err(reason) => self.fault(code, place, format!("`{text}` can't be used here"), &reason),
        }
    }

    /// What `is` compares with.
    pub fn is(&mut self, written: &model::Argument) -> Option<Predicate> {
        let (of, value) = match written {
            model::Argument::Literal(value) => {
                let value = literal(value);
                (value.literal_type(), Argument::Literal(value))
            }
            model::Argument::Reference(reference) => self.single(reference)?,
        };
        Some(Predicate::Is { of, value })
    }

    /// Values of one type.
    pub fn typed(&mut self, written: &model::Arguments) -> Option<(LiteralType, Arguments)> {
        if let model::Arguments::Reference(reference) = written {
            let kinds = [ParameterKind::Strings, ParameterKind::Integers];
            return self.list(reference, &kinds, &[RecordField::Texts]);
        }
        let literals: Vec<(Place, Literal)> =
            self.written(written)?.into_iter().map(|(place, value)| (place, literal(value))).collect();
        let of = literals.first().map_or(LiteralType::Text, |(_, value)| value.literal_type());
        if let Some((place, value)) = literals.iter().find(|(_, value)| value.literal_type() != of) {
            let message = format!("`{}` is of another type than the values before it", value.to_json());
            return self.fault("bad-argument", place, message, "expected values of one type");
        }
        Some((of, Arguments::Literals(literals.into_iter().map(|(_, value)| value).collect())))
    }

    /// What is looked for in a list; in a list of what was found, texts.
    pub fn items(&mut self, written: &model::Arguments, operand: &Operand) -> Option<Arguments> {
        let (of, values) = self.typed(written)?;
        if matches!(operand, Operand::Find { .. }) && of != LiteralType::Text {
            let place = self.place.clone();
            let message = "what was found is a list of texts, and holds nothing else".to_owned();
            return self.fault("bad-argument", &place, message, "expected texts, in quotes");
        }
        Some(values)
    }

    /// A number of elements.
    pub fn count(&mut self, written: &model::Count) -> Option<Count> {
        match written {
            model::Count::Literal(count) => Some(Count::Literal((*count).into())),
            model::Count::Reference(reference) => self.bound_parameter(reference).map(Count::Parameter),
        }
    }

    /// Texts.
    pub fn texts(&mut self, written: &model::Arguments) -> Option<Arguments> {
        if let model::Arguments::Reference(reference) = written {
            return Some(self.list(reference, &[ParameterKind::Strings], &[RecordField::Texts])?.1);
        }
        self.each(written, "bad-argument", |text| Ok(text.to_owned()), Literal::Text)
    }

    /// Patterns in which `*` stands for any run of characters.
    pub fn patterns(&mut self, written: &model::Arguments) -> Option<Arguments> {
        if let model::Arguments::Reference(reference) = written {
            return Some(self.list(reference, &[ParameterKind::Patterns], &[])?.1);
        }
        self.each(written, "bad-pattern", normal::like, Literal::Pattern)
    }

    /// What `within` and `covers` compare with, as the reading says.
    pub fn places(&mut self, written: &model::Arguments) -> Option<Arguments> {
        if let model::Arguments::Reference(reference) = written {
            let (kinds, fields) = match self.reading {
                Reading::Image => ([ParameterKind::Images], [RecordField::Images]),
                Reading::Raw
                | Reading::Quantity
                | Reading::Duration
                | Reading::Integer
                | Reading::HostPath => ([ParameterKind::HostPaths], [RecordField::HostPaths]),
            };
            return Some(self.list(reference, &kinds, &fields)?.1);
        }
        match self.reading {
            Reading::Image => self.each(written, "bad-image", normal::image, Literal::Image),
            Reading::HostPath => self.each(written, "bad-host-path", normal::host_path, Literal::HostPath),
            Reading::Raw | Reading::Quantity | Reading::Duration | Reading::Integer => {
                let with_slash = |text: &str| Ok(format!("{}/", text.trim_end_matches('/')));
                self.each(written, "bad-argument", with_slash, Literal::Text)
            }
        }
    }

    /// The literals that are written, each with its place; there is at least one.
    fn written<'c>(&mut self, written: &'c model::Arguments) -> Option<Vec<(Place, &'c model::Literal)>> {
        let literals: Vec<(Place, &model::Literal)> = match written {
            model::Arguments::One(value) => vec![(self.place.clone(), value)],
            model::Arguments::Many(values) => {
                values.iter().enumerate().map(|(index, value)| (self.place.index(index), value)).collect()
            }
            model::Arguments::Reference(_) => Vec::new(),
        };
        if literals.is_empty() {
            let place = self.place.clone();
            let message = "there is nothing to compare with".to_owned();
            return self.fault("empty-list", &place, message, "expected at least one value");
        }
        Some(literals)
    }

    fn each(
        &mut self,
        written: &model::Arguments,
        code: &'static str,
        read: impl Fn(&str) -> Result<String, String>,
        make: impl Fn(String) -> Literal,
    ) -> Option<Arguments> {
        let mut literals = Vec::new();
        for (place, value) in self.written(written)? {
            let text = match value {
                model::Literal::Text(text) => self.normal(code, &place, text, &read),
                model::Literal::Boolean(_) | model::Literal::Integer(_) => {
                    let message = format!("`{}` is no text", plain(value));
                    self.fault(code, &place, message, "expected a text, in quotes")
                }
            };
            literals.push(text.map(&make));
        }
        literals.into_iter().collect::<Option<Vec<Literal>>>().map(Arguments::Literals)
    }

    /// A literal or a parameter that `at_least` and `at_most` compare with.
    pub fn bound(&mut self, written: &model::Argument) -> Option<Argument> {
        let value = match written {
            model::Argument::Reference(reference) => {
                return self.bound_parameter(reference).map(Argument::Parameter);
            }
            model::Argument::Literal(value) => value,
        };
        if let Some(bound) = bound_literal(self.reading, value) {
            return Some(Argument::Literal(bound));
        }
        let (code, label) = match self.reading {
            Reading::Quantity => ("bad-quantity", "expected a quantity such as `500m` or `1Gi`"),
            Reading::Duration => ("bad-duration", "expected a duration such as `336h` or `1h30m`"),
            Reading::Raw | Reading::Integer | Reading::HostPath | Reading::Image => {
                ("bad-integer", "expected a whole number")
            }
        };
        let place = self.place.clone();
        self.fault(code, &place, format!("`{}` can't be compared with here", plain(value)), label)
    }
}

/// A literal as a person reads it.
pub(super) fn plain(value: &model::Literal) -> String {
    match value {
        model::Literal::Boolean(value) => value.to_string(),
        model::Literal::Integer(value) => value.to_string(),
        model::Literal::Text(text) => text.clone(),
    }
}

/// A number in the form of a reading.
pub(super) fn bound_literal(reading: Reading, written: &model::Literal) -> Option<Literal> {
    match (reading, written) {
        (Reading::Quantity, model::Literal::Integer(value)) => {
            normal::quantity(&value.to_string()).ok().map(Literal::Quantity)
        }
        (Reading::Quantity, model::Literal::Text(text)) => normal::quantity(text).ok().map(Literal::Quantity),
        (Reading::Duration, model::Literal::Text(text)) => normal::duration(text).ok().map(Literal::Duration),
        (Reading::Raw | Reading::Integer, model::Literal::Integer(value)) => Some(Literal::Integer(*value)),
        (_, _) => None,
    }
}
