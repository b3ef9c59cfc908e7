//! Predicates and what they compare with: literals read as the operand is, parameters of a type that fits.

use super::condition::literal;
use super::context::{Context, Names};
use super::{normal, path};
use crate::diagnostic::Diagnostic;
use crate::ir::rule::ParameterKind;
use crate::ir::{Argument, Arguments, Literal, LiteralType, Operand, Path, Predicate, Reading, Root};
use crate::model::{self, Paths};
use crate::project::Place;

/// The predicates that are written, by name.
pub(super) fn predicates(written: &model::Condition) -> Vec<&'static str> {
    [
        ("set", written.set.is_some()),
        ("empty", written.empty.is_some()),
        ("is", written.is.is_some()),
        ("in", written.is_in.is_some()),
        ("starts_with", written.starts_with.is_some()),
        ("ends_with", written.ends_with.is_some()),
        ("prefix_of", written.prefix_of.is_some()),
        ("matches", written.matches.is_some()),
        ("like", written.like.is_some()),
        ("within", written.within.is_some()),
        ("covers", written.covers.is_some()),
        ("at_least", written.at_least.is_some()),
        ("at_most", written.at_most.is_some()),
        ("contains", written.contains.is_some()),
        ("contains_any", written.contains_any.is_some()),
        ("contains_all", written.contains_all.is_some()),
        ("subset_of", written.subset_of.is_some()),
        ("has_at_least", written.has_at_least.is_some()),
    ]
    .into_iter()
    .filter(|(_, there)| *there)
    .map(|(word, _)| word)
    .collect()
}

/// What the operand is, as far as arguments depend on it.
fn reading(operand: &Operand) -> Reading {
    match operand {
        Operand::Read(read) => read.reading,
        Operand::Sum(reads) => reads.first().map_or(Reading::Raw, |read| read.reading),
        Operand::Parameter(_) => Reading::Raw,
    }
}

/// The predicate that the word names, and the form that is asked of it.
pub(super) fn predicate(
    context: &mut Context,
    names: &Names,
    place: &Place,
    written: &model::Condition,
    word: &'static str,
    operand: &Operand,
) -> Option<(Predicate, bool)> {
    let here = place.key(word);
    let reading = reading(operand);
    if !fits(word, operand) {
        let diagnostic =
            Diagnostic::error("bad-predicate", format!("`{word}` can't be asked of this operand"))
                .label(format!("expected {}", expected_predicates(operand)));
        context.fault(&here, diagnostic);
        return None;
    }
    let mut asker = Asker { context, names, place: here, reading };
    let predicate = match word {
        "set" => return written.set.map(|asked| (Predicate::Set, asked)),
        "empty" => return written.empty.map(|asked| (Predicate::Empty, asked)),
        "has_at_least" => Predicate::HasAtLeast(written.has_at_least?),
        "is" => asker.is(written.is.as_ref()?)?,
        "in" => {
            let (of, values) = asker.typed(written.is_in.as_ref()?)?;
            Predicate::In { of, values }
        }
        "starts_with" => Predicate::StartsWith(asker.texts(written.starts_with.as_ref()?)?),
        "ends_with" => Predicate::EndsWith(asker.texts(written.ends_with.as_ref()?)?),
        "prefix_of" => Predicate::PrefixOf(asker.texts(written.prefix_of.as_ref()?)?),
        "matches" => {
            let pattern = asker.normal("bad-regular-expression", written.matches.as_ref()?, normal::whole)?;
            Predicate::Matches(Arguments::Literals(vec![Literal::Pattern(pattern)]))
        }
        "like" => Predicate::Matches(asker.patterns(written.like.as_ref()?)?),
        "within" => Predicate::Within(asker.places(written.within.as_ref()?)?),
        "covers" => Predicate::Covers(asker.places(written.covers.as_ref()?)?),
        "at_least" => Predicate::AtLeast(asker.bound(written.at_least.as_ref()?)?),
        "at_most" => Predicate::AtMost(asker.bound(written.at_most.as_ref()?)?),
        "contains" => Predicate::ContainsAll(Arguments::Literals(vec![literal(written.contains.as_ref()?)])),
        "contains_any" => Predicate::ContainsAny(asker.typed(written.contains_any.as_ref()?)?.1),
        "contains_all" => Predicate::ContainsAll(asker.typed(written.contains_all.as_ref()?)?.1),
        "subset_of" => Predicate::SubsetOf(asker.typed(written.subset_of.as_ref()?)?.1),
        _ => return None,
    };
    Some((predicate, true))
}

fn fits(word: &str, operand: &Operand) -> bool {
    match operand {
        Operand::Parameter(_) => ["is", "in", "empty", "has_at_least"].contains(&word),
        Operand::Sum(_) => ["at_least", "at_most"].contains(&word),
        Operand::Read(read) => match read.reading {
            Reading::Raw => true,
            Reading::Quantity | Reading::Duration | Reading::Integer => {
                ["at_least", "at_most"].contains(&word)
            }
            Reading::HostPath => ["within", "covers"].contains(&word),
            Reading::Image => word == "within",
        },
    }
}

fn expected_predicates(operand: &Operand) -> &'static str {
    match operand {
        Operand::Parameter(_) => "`is`, `in`, `empty` or `has_at_least`",
        Operand::Sum(_) => "`at_least` or `at_most`",
        Operand::Read(read) => match read.reading {
            Reading::Raw => "a predicate",
            Reading::Quantity | Reading::Duration | Reading::Integer => "`at_least` or `at_most`",
            Reading::HostPath => "`within` or `covers`",
            Reading::Image => "`within`",
        },
    }
}

/// Reads the arguments of one predicate.
struct Asker<'a, 'b> {
    context: &'a mut Context<'b>,
    names: &'a Names,
    place: Place,
    reading: Reading,
}

impl Asker<'_, '_> {
    fn fault<T>(&mut self, code: &'static str, message: String, label: &str) -> Option<T> {
        self.context.fault(&self.place, Diagnostic::error(code, message).label(label));
        None
    }

    fn normal(
        &mut self,
        code: &'static str,
        text: &str,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Option<String> {
        match read(text) {
            Ok(normal) => Some(normal),
            Err(reason) => self.fault(code, format!("`{text}` can't be used here"), &reason),
        }
    }

    fn is(&mut self, written: &model::Argument) -> Option<Predicate> {
        match written {
            model::Argument::Literal(value) => {
                let value = literal(value);
                Some(Predicate::Is { of: value.literal_type(), value: Argument::Literal(value) })
            }
            model::Argument::Reference(reference) => match (&reference.parameter, &reference.field) {
                (Some(Paths::One(name)), None) => {
                    let declared = self.context.parameter(&self.place, name)?;
                    let of = match declared.declaration.kind {
                        ParameterKind::Boolean => LiteralType::Boolean,
                        ParameterKind::Integer => LiteralType::Integer,
                        ParameterKind::Choice => LiteralType::Text,
                        _ => return self.no_fit(name, "a boolean, an integer or a choice"),
                    };
                    Some(Predicate::Is { of, value: Argument::Parameter(name.clone()) })
                }
                (None, Some(field)) => {
                    let path = path::path(self.context, self.names, &self.place.key("field"), field)?;
                    let of = self.record_type(&path).map_or(Some(LiteralType::Text), |kind| match kind {
                        RecordField::Flag => Some(LiteralType::Boolean),
                        RecordField::Text => Some(LiteralType::Text),
                        RecordField::Texts | RecordField::Images | RecordField::HostPaths => None,
                    });
                    match of {
                        Some(of) => Some(Predicate::Is { of, value: Argument::Path(path) }),
                        None => self.no_fit(field, "a text or a boolean"),
                    }
                }
                _ => self.fault(
                    "bad-argument",
                    "this can't be compared with".to_owned(),
                    "expected a literal, `{parameter: …}` or `{field: …}`",
                ),
            },
        }
    }

    fn no_fit<T>(&mut self, name: &str, expected: &str) -> Option<T> {
        self.fault("bad-argument", format!("`{name}` doesn't fit here"), &format!("expected {expected}"))
    }

    /// Values of one type.
    fn typed(&mut self, written: &model::Arguments) -> Option<(LiteralType, Arguments)> {
        let literals = match written {
            model::Arguments::One(value) => vec![literal(value)],
            model::Arguments::Many(values) => values.iter().map(literal).collect(),
            model::Arguments::Reference(reference) => {
                return self.referenced(
                    reference,
                    &[ParameterKind::Strings, ParameterKind::Integers],
                    &[RecordField::Texts],
                );
            }
        };
        let of = literals.first().map_or(LiteralType::Text, Literal::literal_type);
        if literals.iter().any(|value| value.literal_type() != of) {
            return self.fault(
                "bad-argument",
                "the values are of several types".to_owned(),
                "expected values of one type",
            );
        }
        Some((of, Arguments::Literals(literals)))
    }

    fn texts(&mut self, written: &model::Arguments) -> Option<Arguments> {
        if let model::Arguments::Reference(reference) = written
            && let (None, None, Some(field)) = (&reference.parameter, &reference.key, &reference.field)
        {
            let path = path::path(self.context, self.names, &self.place.key("field"), field)?;
            return match self.record_type(&path) {
                Some(RecordField::Texts) => Some(Arguments::Path(path)),
                _ => self.no_fit(field, "a list in a parameter's record"),
            };
        }
        match self.typed(written)? {
            (LiteralType::Text, arguments) => Some(arguments),
            _ => self.fault(
                "bad-argument",
                "a text is compared with something else".to_owned(),
                "expected texts",
            ),
        }
    }

    fn patterns(&mut self, written: &model::Arguments) -> Option<Arguments> {
        match written {
            model::Arguments::Reference(reference) => {
                Some(self.referenced(reference, &[ParameterKind::Patterns], &[])?.1)
            }
            model::Arguments::One(value) => {
                self.each(std::slice::from_ref(value), "bad-pattern", normal::like, Literal::Pattern)
            }
            model::Arguments::Many(values) => {
                self.each(values, "bad-pattern", normal::like, Literal::Pattern)
            }
        }
    }

    /// What `within` and `covers` compare with, as the reading says.
    fn places(&mut self, written: &model::Arguments) -> Option<Arguments> {
        let values = match written {
            model::Arguments::Reference(reference) => {
                let (kinds, fields): (&[ParameterKind], &[RecordField]) = match self.reading {
                    Reading::Image => (&[ParameterKind::Images], &[RecordField::Images]),
                    _ => (&[ParameterKind::HostPaths], &[RecordField::HostPaths]),
                };
                return Some(self.referenced(reference, kinds, fields)?.1);
            }
            model::Arguments::One(value) => std::slice::from_ref(value),
            model::Arguments::Many(values) => values.as_slice(),
        };
        match self.reading {
            Reading::Image => self.each(values, "bad-image", normal::image, Literal::Image),
            Reading::HostPath => self.each(values, "bad-host-path", normal::host_path, Literal::HostPath),
            _ => self.each(
                values,
                "bad-path",
                |text| Ok(format!("{}/", text.trim_end_matches('/'))),
                Literal::Text,
            ),
        }
    }

    fn each(
        &mut self,
        values: &[model::Literal],
        code: &'static str,
        read: impl Fn(&str) -> Result<String, String>,
        make: impl Fn(String) -> Literal,
    ) -> Option<Arguments> {
        let mut literals = Vec::new();
        for value in values {
            match value {
                model::Literal::Text(text) => literals.push(make(self.normal(code, text, &read)?)),
                model::Literal::Boolean(_) | model::Literal::Integer(_) => {
                    return self.fault(
                        code,
                        "this is compared as a text".to_owned(),
                        "expected a text in quotes",
                    );
                }
            }
        }
        Some(Arguments::Literals(literals))
    }

    fn bound(&mut self, written: &model::Argument) -> Option<Argument> {
        match written {
            model::Argument::Literal(value) => {
                bound_literal(self.reading, value).map(Argument::Literal).or_else(|| self.bad_bound(value))
            }
            model::Argument::Reference(reference) => {
                let Some(Paths::One(name)) = &reference.parameter else {
                    return self.fault(
                        "bad-argument",
                        "this is no bound".to_owned(),
                        "expected a literal or `{parameter: …}`",
                    );
                };
                let declared = self.context.parameter(&self.place, name)?;
                let fits = match self.reading {
                    Reading::Quantity => declared.declaration.kind == ParameterKind::Quantity,
                    Reading::Duration => declared.declaration.kind == ParameterKind::Duration,
                    _ => declared.declaration.kind == ParameterKind::Integer,
                };
                if fits {
                    Some(Argument::Parameter(name.clone()))
                } else {
                    self.no_fit(name, "a parameter of the operand's type")
                }
            }
        }
    }

    fn bad_bound<T>(&mut self, value: &model::Literal) -> Option<T> {
        let text = match value {
            model::Literal::Boolean(value) => value.to_string(),
            model::Literal::Integer(value) => value.to_string(),
            model::Literal::Text(text) => text.clone(),
        };
        let (code, expected) = match self.reading {
            Reading::Quantity => ("bad-quantity", "expected a quantity such as `500m` or `1Gi`"),
            Reading::Duration => ("bad-duration", "expected a duration such as `336h` or `1h30m`"),
            _ => ("bad-integer", "expected a whole number"),
        };
        self.fault(code, format!("`{text}` is no bound for this operand"), expected)
    }

    /// A list parameter (or several), an entry of a map parameter, or a list in a record.
    fn referenced(
        &mut self,
        reference: &model::Reference,
        kinds: &[ParameterKind],
        fields: &[RecordField],
    ) -> Option<(LiteralType, Arguments)> {
        match (&reference.parameter, &reference.key, &reference.field) {
            (Some(Paths::One(name)), Some(key), None) => {
                let declared = self.context.parameter(&self.place.key("parameter"), name)?;
                if declared.declaration.kind != ParameterKind::Map || !kinds.contains(&ParameterKind::Strings)
                {
                    return self.no_fit(name, "a parameter of type `map`");
                }
                let key = path::path(self.context, self.names, &self.place.key("for"), key)?;
                Some((LiteralType::Text, Arguments::Entry { parameter: name.clone(), key }))
            }
            (Some(paths), None, None) => {
                let listed = match paths {
                    Paths::One(name) => vec![name.clone()],
                    Paths::Many(listed) => listed.clone(),
                };
                let mut of = LiteralType::Text;
                for name in &listed {
                    let declared = self.context.parameter(&self.place.key("parameter"), name)?;
                    if !kinds.contains(&declared.declaration.kind) {
                        return self.no_fit(name, "a list parameter of the operand's type");
                    }
                    if declared.declaration.kind == ParameterKind::Integers {
                        of = LiteralType::Integer;
                    }
                }
                Some((of, Arguments::Parameters(listed)))
            }
            (None, None, Some(field)) => {
                let path = path::path(self.context, self.names, &self.place.key("field"), field)?;
                match self.record_type(&path) {
                    Some(kind) if fields.contains(&kind) => Some((LiteralType::Text, Arguments::Path(path))),
                    // Any text of the object can be the one that is compared with, where a single value is enough.
                    _ => self.no_fit(field, "a list in a parameter's record"),
                }
            }
            _ => self.fault(
                "bad-argument",
                "this can't be compared with".to_owned(),
                "expected literals, `{parameter: …}` or `{field: …}`",
            ),
        }
    }

    /// The type of a record's field; absent if the path leads elsewhere.
    fn record_type(&self, path: &Path) -> Option<RecordField> {
        let Root::Element(name) = &path.root else { return None };
        if self.names.get(name) != Some(super::context::Element::Record) {
            return None;
        }
        let steps: Vec<&str> = path.steps.iter().map(String::as_str).collect();
        match steps.as_slice() {
            ["identity", "namespace" | "service_account"] => Some(RecordField::Text),
            ["identity", "images" | "sidecars"] => Some(RecordField::Images),
            ["features", "capabilities" | "selinux_types"] => Some(RecordField::Texts),
            ["features", "host_paths"] => Some(RecordField::HostPaths),
            ["features", "privileged" | "host_network" | "host_pid" | "host_ipc" | "run_as_root"] => {
                Some(RecordField::Flag)
            }
            _ => None,
        }
    }
}

/// The types of the fields of a monitor's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RecordField {
    Flag,
    Text,
    Texts,
    Images,
    HostPaths,
}

fn bound_literal(reading: Reading, written: &model::Literal) -> Option<Literal> {
    match (reading, written) {
        (Reading::Quantity, model::Literal::Integer(value)) => {
            normal::quantity(&value.to_string()).ok().map(Literal::Quantity)
        }
        (Reading::Quantity, model::Literal::Text(text)) => normal::quantity(text).ok().map(Literal::Quantity),
        (Reading::Duration, model::Literal::Text(text)) => normal::duration(text).ok().map(Literal::Duration),
        (Reading::Raw | Reading::Integer, model::Literal::Integer(value)) => Some(Literal::Integer(*value)),
        _ => None,
    }
}

/// The default of an operand, in the form of its reading.
pub(super) fn default(
    context: &mut Context,
    place: &Place,
    reading: Reading,
    written: &model::Literal,
) -> Option<Literal> {
    let read = match (reading, written) {
        (Reading::Raw, value) => Some(literal(value)),
        (Reading::Integer | Reading::Quantity | Reading::Duration, value) => bound_literal(reading, value),
        (Reading::HostPath, model::Literal::Text(text)) => normal::host_path(text).ok().map(Literal::Text),
        (Reading::Image, model::Literal::Text(text)) => {
            normal::image(text).ok().map(|_| Literal::Text(text.clone()))
        }
        (Reading::HostPath | Reading::Image, _) => None,
    };
    if read.is_none() {
        let diagnostic = Diagnostic::error("bad-default", "the default can't be read as the operand is")
            .label("expected a value of the operand's form");
        context.fault(place, diagnostic);
    }
    read
}
