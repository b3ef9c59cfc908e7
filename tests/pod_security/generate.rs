//! Pods drawn along the edges of the standards. Each is one that the API server can read: its fields exist, and have their types.

#[path = "generate/container.rs"]
mod container;
#[path = "generate/context.rs"]
mod context;
#[path = "generate/handler.rs"]
mod handler;
#[path = "generate/pod.rs"]
mod pod;
#[path = "generate/volume.rs"]
mod volume;

use serde_json::{Map, Value};

use crate::aspect::Draw;
use crate::choice::Numbers;

/// The Pod of this number. The same seed and number give the same Pod.
pub fn pod(seed: u64, number: usize) -> Value {
    pod::pod(&mut Draw::new(Numbers::new(seed, &format!("pod {number}"))))
}

/// What stands in a table for a field that isn't there.
pub const ABSENT: &str = "absent";

/// Reads an entry of a table: `absent`, or JSON.
fn entry(text: &str) -> Option<Value> {
    (text != ABSENT).then(|| serde_json::from_str(text).unwrap_or_else(|error| panic!("`{text}`: {error}")))
}

/// Puts an entry of a table into a map, if it isn't `absent`.
fn put(map: &mut Map<String, Value>, key: &str, text: &str) {
    if let Some(value) = entry(text) {
        map.insert(key.to_owned(), value);
    }
}
