//! Changes of one place of an object.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::place::Step;

/// A change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The place.
    pub steps: Vec<Step>,
    /// The new value; absent to take the field away.
    pub value: Option<Value>,
    /// Which items of the lists on the way are changed.
    pub which: Which,
}

/// Which items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first; one is made if there is none.
    First,
    /// Each.
    Every,
    /// A further one, like the first but for the change.
    Further,
}

impl Change {
    /// Changes the object. Gives false if there is no such place in it.
    pub fn apply(&self, object: &mut Value) -> bool {
        match &self.value {
            Some(value) => set(object, &self.steps, value, self.which),
            None => match self.steps.split_last() {
                Some((last, before)) => remove(object, before, last, self.which),
                None => false,
            },
        }
    }
}

fn set(node: &mut Value, steps: &[Step], value: &Value, which: Which) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        *node = value.clone();
        return true;
    };
    match first {
        Step::Key(key) => {
            let Some(entries) = map(node) else { return false };
            set(entries.entry(key.clone()).or_insert(Value::Null), rest, value, which)
        }
        Step::Item => items(node, which, |item| set(item, rest, value, which)),
        Step::Entry => {
            let Some(entries) = map(node) else { return false };
            if entries.is_empty() {
                entries.insert("generated".to_owned(), Value::Null);
            }
            entries.values_mut().next().is_some_and(|entry| set(entry, rest, value, which))
        }
        Step::EntryKey => {
            let (Some(entries), Some(key)) = (map(node), value.as_str()) else { return false };
            let like = entries.values().next().cloned().unwrap_or_else(|| json!("x"));
            entries.insert(key.to_owned(), like);
            true
        }
    }
}

fn remove(node: &mut Value, before: &[Step], last: &Step, which: Which) -> bool {
    let Some((first, rest)) = before.split_first() else {
        return match (last, node) {
            (Step::Key(key), Value::Object(entries)) => entries.shift_remove(key).is_some(),
            (Step::Item, Value::Array(items)) if !items.is_empty() => {
                items.remove(0);
                true
            }
            (Step::Entry | Step::EntryKey, Value::Object(entries)) => {
                let key = entries.keys().next().cloned();
                key.is_some_and(|key| entries.shift_remove(&key).is_some())
            }
            _ => false,
        };
    };
    match (first, node) {
        (Step::Key(key), Value::Object(entries)) => {
            entries.get_mut(key).is_some_and(|entry| remove(entry, rest, last, which))
        }
        (Step::Item, node @ Value::Array(_)) => items(node, which, |item| remove(item, rest, last, which)),
        (Step::Entry, Value::Object(entries)) => {
            entries.values_mut().next().is_some_and(|entry| remove(entry, rest, last, which))
        }
        _ => false,
    }
}

/// The map, made if there is nothing.
fn map(node: &mut Value) -> Option<&mut Map<String, Value>> {
    if node.is_null() {
        *node = json!({});
    }
    node.as_object_mut()
}

/// Changes items of a list, which is made if there is nothing.
fn items(node: &mut Value, which: Which, mut change: impl FnMut(&mut Value) -> bool) -> bool {
    if node.is_null() {
        *node = json!([]);
    }
    let Value::Array(items) = node else { return false };
    if items.is_empty() {
        items.push(json!({"name": "generated"}));
    }
    match which {
        Which::First => change(&mut items[0]),
        Which::Every => {
            let mut any = false;
            for item in items {
                any |= change(item);
            }
            any
        }
        Which::Further => {
            let mut further = items[0].clone();
            if let Some(name) = further.get_mut("name") {
                *name = json!("further");
            }
            let changed = change(&mut further);
            items.push(further);
            changed
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => write!(formatter, "{key}")?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Item => formatter.write_str("[]")?,
                Step::Entry => formatter.write_str("{}")?,
                Step::EntryKey => formatter.write_str("{key}")?,
            }
        }
        match &self.value {
            Some(value) => write!(formatter, " = {value} ({:?})", self.which),
            None => write!(formatter, " taken away ({:?})", self.which),
        }
    }
}
