//! The value of a parameter as written, in normal form; every fault of it at its own place.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Wrong;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::lower::normal;
use crate::ir::lower::words::one_of;
use crate::ir::rule::{ParameterDeclaration, ParameterKind};
use crate::ir::{Literal, Value};
use crate::model;
use crate::project::Place;

/// Reads values of one parameter.
pub(super) struct Reader<'a> {
    /// The parameter's name.
    pub name: &'a str,
    /// What its values are.
    pub declaration: &'a ParameterDeclaration,
    /// The place of the whole value.
    pub place: &'a Place,
    /// What is wrong.
    pub wrong: Vec<Wrong>,
}

impl Reader<'_> {
    /// The value in normal form; what can't be read is noted.
    pub fn value(&mut self, written: &Json, place: &Place) -> Option<Value> {
        match self.declaration.kind {
            ParameterKind::Boolean => self.scalar(
                written.as_bool().map(Literal::Boolean),
                written,
                place,
                "expected `true` or `false`",
            ),
            ParameterKind::Integer => self.scalar(
                written.as_i64().map(Literal::Integer),
                written,
                place,
                "expected a whole number of at most 64 bits",
            ),
            ParameterKind::Choice => self.choice(written, place),
            ParameterKind::Quantity => self
                .form(written, place, "bad-quantity", normal::quantity)
                .map(Literal::Quantity)
                .map(Value::Literal),
            ParameterKind::Duration => self
                .form(written, place, "bad-duration", normal::duration)
                .map(Literal::Duration)
                .map(Value::Literal),
            ParameterKind::Integers => self.list(written, place, Self::integer),
            ParameterKind::Strings => self.list(written, place, Self::text),
            ParameterKind::Patterns => self.list(written, place, Self::pattern),
            ParameterKind::Images => self.list(written, place, Self::image),
            ParameterKind::HostPaths => self.list(written, place, Self::host_path),
            ParameterKind::Map => self.map(written, place),
            ParameterKind::Monitors => self.monitors(written, place),
        }
    }

    /// Notes what is wrong at a place.
    pub fn refuse(&mut self, code: &'static str, written: &Json, place: &Place, expected: &str) {
        let what = match written {
            Json::Array(_) => "a list".to_owned(),
            Json::Object(_) => "a map".to_owned(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => format!("`{}`", plain(written)),
        };
        let be = if place == self.place { "be the value of" } else { "stand in" };
        let message = format!("{what} can't {be} `{}`", self.name);
        self.wrong.push((place.clone(), Diagnostic::error(code, message).label(expected)));
    }

    fn scalar(
        &mut self,
        read: Option<Literal>,
        written: &Json,
        place: &Place,
        expected: &str,
    ) -> Option<Value> {
        if read.is_none() {
            self.refuse("wrong-type", written, place, expected);
        }
        read.map(Value::Literal)
    }

    fn choice(&mut self, written: &Json, place: &Place) -> Option<Value> {
        let options = || self.declaration.options.iter().map(String::as_str);
        if let Some(text) = written.as_str().filter(|text| options().any(|option| option == *text)) {
            return Some(Value::Literal(Literal::Text(text.to_owned())));
        }
        let expected = match did_you_mean(written.as_str().unwrap_or_default(), options()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected {}", one_of(options())),
        };
        self.refuse("unknown-word", written, place, &expected);
        None
    }

    /// A text (or a number) of a form.
    fn form(
        &mut self,
        written: &Json,
        place: &Place,
        code: &'static str,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Option<String> {
        let read = match written {
            Json::String(text) => read(text),
            Json::Number(number) => read(&number.to_string()),
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => read(""),
        };
        read.map_err(|reason| self.refuse(code, written, place, &reason)).ok()
    }

    fn list(
        &mut self,
        written: &Json,
        place: &Place,
        read: impl Fn(&mut Self, &Json, &Place) -> Option<Literal>,
    ) -> Option<Value> {
        let Some(items) = written.as_array() else {
            self.refuse("wrong-type", written, place, "expected a list");
            return None;
        };
        let values = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| read(self, item, &place.index(index)).map(Value::Literal));
        Some(Value::List(values.collect()))
    }

    fn integer(&mut self, item: &Json, place: &Place) -> Option<Literal> {
        let read = item.as_i64();
        if read.is_none() {
            self.refuse("wrong-type", item, place, "expected a whole number of at most 64 bits");
        }
        read.map(Literal::Integer)
    }

    fn text(&mut self, item: &Json, place: &Place) -> Option<Literal> {
        self.string(item, place).map(|text| Literal::Text(text.to_owned()))
    }

    fn pattern(&mut self, item: &Json, place: &Place) -> Option<Literal> {
        self.normal(item, place, "bad-pattern", normal::like).map(Literal::Pattern)
    }

    fn image(&mut self, item: &Json, place: &Place) -> Option<Literal> {
        self.normal(item, place, "bad-image", normal::image).map(Literal::Image)
    }

    fn host_path(&mut self, item: &Json, place: &Place) -> Option<Literal> {
        self.normal(item, place, "bad-host-path", normal::host_path).map(Literal::HostPath)
    }

    fn normal(
        &mut self,
        item: &Json,
        place: &Place,
        code: &'static str,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Option<String> {
        let text = self.string(item, place)?;
        read(text).map_err(|reason| self.refuse(code, item, place, &reason)).ok()
    }

    /// A text that matches the declaration's pattern.
    fn string<'b>(&mut self, item: &'b Json, place: &Place) -> Option<&'b str> {
        let Some(text) = item.as_str() else {
            self.refuse("wrong-type", item, place, "expected a text, in quotes if need be");
            return None;
        };
        // A pattern that is no regular expression is told where it is declared.
        let pattern = self.declaration.pattern.as_deref();
        let expression = pattern.and_then(|pattern| regex::Regex::new(&normal::whole(pattern).ok()?).ok());
        if expression.is_some_and(|expression| !expression.is_match(text)) {
            let expected = format!("expected a text that matches `{}`", pattern.unwrap_or_default());
            self.refuse("out-of-bounds", item, place, &expected);
            return None;
        }
        Some(text)
    }

    fn map(&mut self, written: &Json, place: &Place) -> Option<Value> {
        let Some(entries) = written.as_object() else {
            self.refuse("wrong-type", written, place, "expected a map from text to a list of texts");
            return None;
        };
        let entries = entries
            .iter()
            .filter_map(|(key, items)| Some((key.clone(), self.list(items, &place.key(key), Self::text)?)));
        Some(Value::Map(entries.collect()))
    }

    fn monitors(&mut self, written: &Json, place: &Place) -> Option<Value> {
        let Some(records) = written.as_array() else {
            self.refuse("wrong-type", written, place, "expected a list");
            return None;
        };
        let records = records
            .iter()
            .enumerate()
            .filter_map(|(index, record)| self.monitor(record, &place.index(index)));
        Some(Value::List(records.collect()))
    }

    fn monitor(&mut self, written: &Json, place: &Place) -> Option<Value> {
        let Ok(record) = serde_json::from_value::<model::Monitor>(written.clone()) else {
            let expected =
                "expected `identity` and `features`, as in an exemption, or `exemption` with its name";
            self.refuse("wrong-type", written, place, expected);
            return None;
        };
        let identity = &record.identity;
        if identity.object.is_some()
            || identity.namespace.is_none()
            || identity.service_account.is_none()
            || identity.images.is_empty()
        {
            let fault = Diagnostic::error("incomplete-identity", "a monitor is known by more than this")
                .label("expected `namespace`, `service_account` and `images`")
                .help("whoever has only some of them could run as the monitor too");
            self.wrong.push((place.key("identity"), fault));
        }
        let of = |value: &Option<String>| Value::Literal(Literal::Text(value.clone().unwrap_or_default()));
        let (who, features) = (place.key("identity"), place.key("features"));
        let identity = record_of([
            ("namespace", of(&identity.namespace)),
            ("service_account", of(&identity.service_account)),
            ("images", self.texts(&identity.images, &who.key("images"), Self::image)),
            ("sidecars", self.texts(&identity.sidecars, &who.key("sidecars"), Self::image)),
        ]);
        Some(record_of([("identity", identity), ("features", self.features(&record.features, &features))]))
    }

    fn features(&mut self, features: &model::Features, place: &Place) -> Value {
        let flag = |value: bool| Value::Literal(Literal::Boolean(value));
        record_of([
            ("privileged", flag(features.privileged)),
            ("host_network", flag(features.host_network)),
            ("host_pid", flag(features.host_pid)),
            ("host_ipc", flag(features.host_ipc)),
            ("run_as_root", flag(features.run_as_root)),
            ("capabilities", self.texts(&features.capabilities, &place.key("capabilities"), Self::text)),
            ("host_paths", self.texts(&features.host_paths, &place.key("host_paths"), Self::host_path)),
            ("selinux_types", self.texts(&features.selinux_types, &place.key("selinux_types"), Self::text)),
        ])
    }

    fn texts(
        &mut self,
        items: &[String],
        place: &Place,
        read: impl Fn(&mut Self, &Json, &Place) -> Option<Literal>,
    ) -> Value {
        let items = items.iter().enumerate();
        let values = items.filter_map(|(index, item)| {
            read(self, &Json::String(item.clone()), &place.index(index)).map(Value::Literal)
        });
        Value::List(values.collect())
    }
}

fn record_of<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields: BTreeMap<String, Value> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Value::Map(fields)
}

/// A value as a person reads it in a message.
pub(super) fn plain(item: &Json) -> String {
    item.as_str().map_or_else(|| item.to_string(), str::to_owned)
}
