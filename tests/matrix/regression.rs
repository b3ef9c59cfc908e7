//! What once went wrong: `tests/matrix/regressions/*.json`, one case a file.

use std::fs;
use std::path::Path;

use palisade::ir::Kind;
use serde::Deserialize;
use serde_json::Value;

use crate::engines::Request;
use crate::requests;

/// A request that an engine once judged otherwise than the evaluator.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    rule: String,
    operation: String,
    subresource: String,
    object: Value,
    old_object: Value,
    /// The file's name.
    #[serde(skip)]
    pub file: String,
}

/// The cases of a rule, by the names of their files.
pub fn of(rule: &str) -> Result<Vec<Past>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix/regressions");
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let path = entry.map_err(|error| error.to_string())?.path();
        let fault = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| fault(&error))?;
        let mut past: Past = serde_json::from_str(&text).map_err(|error| fault(&error))?;
        past.file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if past.rule == rule {
            cases.push(past);
        }
    }
    cases.sort_by(|left, right| left.file.cmp(&right.file));
    Ok(cases)
}

impl Past {
    /// Whether the object is of this kind.
    pub fn is_of(&self, kind: &Kind) -> bool {
        let object = if self.object.is_null() { &self.old_object } else { &self.object };
        object["kind"] == *kind.kind && object["apiVersion"] == *kind.api_version()
    }

    /// The request.
    pub fn request(&self, kind: &Kind) -> Request {
        let about = if self.object.is_null() { &self.old_object } else { &self.object };
        let operation = ["UPDATE", "DELETE"].into_iter().find(|name| *name == self.operation);
        Request {
            operation: operation.unwrap_or("CREATE"),
            subresource: if self.subresource.is_empty() { "" } else { "ephemeralcontainers" },
            object: self.object.clone(),
            old_object: self.old_object.clone(),
            ..requests::create(kind, about)
        }
    }
}
