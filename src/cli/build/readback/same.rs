//! What another reader finds, held against what ours has read, value by value and in the same order. Makes no tree of what it finds.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::yaml::{Entry, Node, Value};

/// Takes from a reader what we have read, and fails at what is anything else.
#[derive(Clone, Copy)]
pub(super) struct Same<'a>(pub(super) &'a Node);

impl Same<'_> {
    fn take<E: de::Error>(self, found: de::Unexpected<'_>, is_same: bool) -> Result<(), E> {
        if is_same { Ok(()) } else { Err(E::invalid_value(found, &self)) }
    }
}

impl<'de> DeserializeSeed<'de> for Same<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, found: D) -> Result<(), D::Error> {
        found.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Same<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.value {
            Value::Null | Value::List(_) | Value::Map(_) => formatter.write_str(self.0.kind_name()),
            Value::Bool(value) => write!(formatter, "`{value}`"),
            Value::Integer(value) => write!(formatter, "`{value}`"),
            Value::Float(value) => write!(formatter, "`{value}`"),
            Value::String(text) => write!(formatter, "the text {text:?}"),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.take(de::Unexpected::Unit, self.0.is_null())
    }

    fn visit_bool<E: de::Error>(self, found: bool) -> Result<(), E> {
        self.take(de::Unexpected::Bool(found), self.0.value == Value::Bool(found))
    }

    fn visit_i64<E: de::Error>(self, found: i64) -> Result<(), E> {
        self.take(de::Unexpected::Signed(found), self.0.value == Value::Integer(found))
    }

    fn visit_u64<E: de::Error>(self, found: u64) -> Result<(), E> {
        let is_same = i64::try_from(found).is_ok_and(|found| self.0.value == Value::Integer(found));
        self.take(de::Unexpected::Unsigned(found), is_same)
    }

    fn visit_f64<E: de::Error>(self, found: f64) -> Result<(), E> {
        self.take(de::Unexpected::Float(found), self.0.value == Value::Float(found))
    }

    fn visit_str<E: de::Error>(self, found: &str) -> Result<(), E> {
        self.take(de::Unexpected::Str(found), self.0.as_str() == Some(found))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut found: A) -> Result<(), A::Error> {
        let Some(items) = self.0.as_list() else { return self.take(de::Unexpected::Seq, false) };
        for (index, item) in items.iter().enumerate() {
            found.next_element_seed(Same(item))?.ok_or_else(|| de::Error::invalid_length(index, &self))?;
        }
        match found.next_element::<de::IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(de::Error::invalid_length(items.len() + 1, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut found: A) -> Result<(), A::Error> {
        let Some(entries) = self.0.as_map() else { return self.take(de::Unexpected::Map, false) };
        for (index, entry) in entries.iter().enumerate() {
            found.next_key_seed(SameKey(entry))?.ok_or_else(|| de::Error::invalid_length(index, &self))?;
            found.next_value_seed(Same(&entry.value))?;
        }
        match found.next_key::<de::IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(de::Error::invalid_length(entries.len() + 1, &self)),
        }
    }
}

/// Takes the key of an entry that we have read.
struct SameKey<'a>(&'a Entry);

impl<'de> DeserializeSeed<'de> for SameKey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, found: D) -> Result<(), D::Error> {
        found.deserialize_any(self)
    }
}

impl Visitor<'_> for SameKey<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the key {:?}", self.0.key)
    }

    fn visit_str<E: de::Error>(self, found: &str) -> Result<(), E> {
        match found == self.0.key {
            true => Ok(()),
            false => Err(E::invalid_value(de::Unexpected::Str(found), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;
    use crate::yaml::{self, Budget, Dialect};

    #[test]
    fn each_value_counts() {
        let read = |text: &str| {
            let mut sources = Sources::new();
            let file = sources.add("a.yaml", text.to_owned());
            yaml::read(&sources, file, Dialect::Policy, &Budget::MANIFEST).documents.remove(0)
        };
        let texts = [
            "a: [1]",
            "a: [1, 2]",
            "a: []",
            "a: {}",
            "a: ''",
            "a: 1",
            "a: '1'",
            "a: 1.5",
            "a: true",
            "a:",
            "b: [1]",
            "a: [1]\nb: 1",
            "[]",
            "[a]",
            "{}",
        ];
        for ours in texts {
            for theirs in texts {
                let is_same = Same(&read(ours)).deserialize(serde_yaml::Deserializer::from_str(theirs));
                assert_eq!(is_same.is_ok(), ours == theirs, "`{ours}` and `{theirs}`");
            }
        }
    }
}
