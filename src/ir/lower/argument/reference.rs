//! What a predicate compares with when it isn't written in place: parameters, entries of them, fields of records.

use super::asker::Asker;
use crate::ir::lower::context::Element;
use crate::ir::lower::path;
use crate::ir::lower::record::{self, RecordField};
use crate::ir::lower::words::one_of;
use crate::ir::rule::ParameterKind;
use crate::ir::{Argument, Arguments, LiteralType, Path, Reading, Root};
use crate::model::{Paths, Reference};

/// The forms of a reference.
enum Form<'a> {
    /// Parameters, joined into one list.
    Parameters(Vec<&'a str>),
    /// The entry of a map parameter for a key.
    Entry(&'a str, &'a str),
    /// A field.
    Field(&'a str),
}

impl Asker<'_, '_> {
    fn form<'c>(&mut self, reference: &'c Reference) -> Option<Form<'c>> {
        match (&reference.parameter, &reference.key, &reference.field) {
            (Some(Paths::One(name)), None, None) => Some(Form::Parameters(vec![name])),
            (Some(Paths::Many(names)), None, None) if !names.is_empty() => {
                Some(Form::Parameters(names.iter().map(String::as_str).collect()))
            }
            (Some(Paths::One(name)), Some(key), None) => Some(Form::Entry(name, key)),
            (None, None, Some(field)) => Some(Form::Field(field)),
            (_, _, _) => {
                let place = self.place.clone();
                let label = "expected `{parameter: …}`, `{parameter: …, for: …}` or `{field: …}`";
                self.fault("bad-argument", &place, "this names nothing to compare with".to_owned(), label)
            }
        }
    }

    fn no_fit<T>(&mut self, field: &str, name: &str, expected: &str) -> Option<T> {
        let place = self.place.key(field);
        self.fault("bad-argument", &place, format!("`{name}` doesn't fit here"), expected)
    }

    /// One value.
    pub fn single(&mut self, reference: &Reference) -> Option<(LiteralType, Argument)> {
        match self.form(reference)? {
            Form::Parameters(names) => {
                let expected = "expected one parameter of type `boolean`, `integer` or `choice`";
                let [name] = names.as_slice() else {
                    return self.no_fit("parameter", &names.join(", "), expected);
                };
                let of = match self.context.parameter(&self.place.key("parameter"), name)?.declaration.kind {
                    ParameterKind::Boolean => LiteralType::Boolean,
                    ParameterKind::Integer => LiteralType::Integer,
                    ParameterKind::Choice => LiteralType::Text,
                    ParameterKind::Strings
                    | ParameterKind::Patterns
                    | ParameterKind::Images
                    | ParameterKind::HostPaths
                    | ParameterKind::Integers
                    | ParameterKind::Quantity
                    | ParameterKind::Duration
                    | ParameterKind::Map
                    | ParameterKind::Monitors => return self.no_fit("parameter", name, expected),
                };
                Some((of, Argument::Parameter((*name).to_owned())))
            }
            Form::Entry(name, _) => {
                self.no_fit("parameter", name, "expected one value, and an entry is a list")
            }
            Form::Field(field) => {
                let path = path::path(self.context, self.names, &self.place.key("field"), field)?;
                let of = match self.record_field(&path) {
                    Some(RecordField::Flag) => LiteralType::Boolean,
                    Some(RecordField::Text) | None => LiteralType::Text,
                    Some(RecordField::Texts | RecordField::Images | RecordField::HostPaths) => {
                        return self.no_fit("field", field, "expected one value, and this is a list");
                    }
                };
                Some((of, Argument::Path(path)))
            }
        }
    }

    /// A list parameter (or several), an entry of a map parameter, or a list in a record.
    pub fn list(
        &mut self,
        reference: &Reference,
        kinds: &[ParameterKind],
        fields: &[RecordField],
    ) -> Option<(LiteralType, Arguments)> {
        let expected = format!("expected a parameter of type {}", listed(kinds));
        match self.form(reference)? {
            Form::Parameters(names) => {
                let mut types = Vec::new();
                for name in &names {
                    let kind = self.context.parameter(&self.place.key("parameter"), name)?.declaration.kind;
                    let is_integers = kind == ParameterKind::Integers;
                    types.push(if is_integers { LiteralType::Integer } else { LiteralType::Text });
                    if !kinds.contains(&kind) {
                        return self.no_fit("parameter", name, &expected);
                    }
                }
                let of = types.first().copied().unwrap_or(LiteralType::Text);
                if types.iter().any(|other| *other != of) {
                    return self.no_fit("parameter", &names.join(", "), "expected parameters of one type");
                }
                Some((of, Arguments::Parameters(names.into_iter().map(str::to_owned).collect())))
            }
            Form::Entry(name, key) => {
                let kind = self.context.parameter(&self.place.key("parameter"), name)?.declaration.kind;
                if kind != ParameterKind::Map {
                    let expected = "expected a parameter of type `map`, which alone has entries";
                    return self.no_fit("parameter", name, expected);
                }
                if !kinds.contains(&ParameterKind::Strings) {
                    return self.no_fit("parameter", name, &expected);
                }
                let key = path::path(self.context, self.names, &self.place.key("for"), key)?;
                Some((LiteralType::Text, Arguments::Entry { parameter: name.to_owned(), key }))
            }
            Form::Field(field) => {
                let path = path::path(self.context, self.names, &self.place.key("field"), field)?;
                match self.record_field(&path) {
                    Some(kind) if fields.contains(&kind) => Some((LiteralType::Text, Arguments::Path(path))),
                    Some(_) => self.no_fit("field", field, "expected a list that is read as the operand is"),
                    None => self.no_fit("field", field, "expected a list in a monitor's record"),
                }
            }
        }
    }

    /// The name of a parameter that a number is compared with.
    pub fn bound_parameter(&mut self, reference: &Reference) -> Option<String> {
        let (kind, expected) = match self.reading {
            Reading::Quantity => (ParameterKind::Quantity, "expected a parameter of type `quantity`"),
            Reading::Duration => (ParameterKind::Duration, "expected a parameter of type `duration`"),
            Reading::Raw | Reading::Integer | Reading::HostPath | Reading::Image => {
                (ParameterKind::Integer, "expected a parameter of type `integer`")
            }
        };
        match self.form(reference)? {
            Form::Parameters(names) => {
                let [name] = names.as_slice() else {
                    return self.no_fit("parameter", &names.join(", "), expected);
                };
                let declared = self.context.parameter(&self.place.key("parameter"), name)?;
                if declared.declaration.kind != kind {
                    return self.no_fit("parameter", name, expected);
                }
                Some((*name).to_owned())
            }
            Form::Entry(name, _) => self.no_fit("parameter", name, expected),
            Form::Field(field) => self.no_fit("field", field, expected),
        }
    }

    /// The type of a record's field; absent if the path leads elsewhere.
    fn record_field(&self, path: &Path) -> Option<RecordField> {
        let Root::Element(name) = &path.root else { return None };
        let is_record = self.names.element(name) == Some(Element::Record);
        if is_record { record::field(&path.steps) } else { None }
    }
}

fn listed(kinds: &[ParameterKind]) -> String {
    one_of(kinds.iter().map(|kind| match kind {
        ParameterKind::Boolean => "boolean",
        ParameterKind::Choice => "choice",
        ParameterKind::Strings => "strings",
        ParameterKind::Patterns => "patterns",
        ParameterKind::Images => "images",
        ParameterKind::HostPaths => "host_paths",
        ParameterKind::Integer => "integer",
        ParameterKind::Integers => "integers",
        ParameterKind::Quantity => "quantity",
        ParameterKind::Duration => "duration",
        ParameterKind::Map => "map",
        ParameterKind::Monitors => "monitors",
    }))
}
