//! Every generated YAML is read back by two readers before it is written: ours, and one that knows nothing of ours. What they
//! read must be equal, else an engine may read a third thing.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::diagnostic::Sources;
use crate::yaml::{self, Budget, Dialect};

/// Why a generated file can't be read back; absent if both readers read the same.
pub(super) fn misread(path: &str, text: &str) -> Option<String> {
    match (ours(path, text), others(text)) {
        (Ok(ours), Ok(others)) if ours == others => None,
        (Ok(_), Ok(_)) => Some("two readers of YAML read it differently".to_owned()),
        (Err(cause), _) | (_, Err(cause)) => Some(format!("it is no YAML: {cause}")),
    }
}

fn ours(path: &str, text: &str) -> Result<Vec<Json>, String> {
    let mut sources = Sources::new();
    let file = sources.add(path, text.to_owned());
    let read = yaml::read(&sources, file, Dialect::Policy, &Budget::MANIFEST);
    match read.diagnostics.first() {
        Some(fault) => Err(fault.message.clone()),
        None => Ok(read.documents.iter().map(yaml::Node::to_json).collect()),
    }
}

fn others(text: &str) -> Result<Vec<Json>, String> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Json::deserialize(document).map_err(|cause| cause.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_read_alike_is_taken() {
        assert_eq!(misread("a.yaml", "a: 'yes'\n---\nb: [1, true, null]\n"), None);
    }

    #[test]
    fn what_one_reads_otherwise_is_refused() {
        assert_eq!(misread("a.yaml", "a: yes\n").as_deref(), Some("two readers of YAML read it differently"));
        assert!(misread("a.yaml", "a: [\n").is_some_and(|fault| fault.starts_with("it is no YAML")));
    }
}
