//! Every Pod that once got two verdicts: `tests/pod_security/regressions/*.yaml`, with a comment that says what was wrong.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// The Pods, each with where it comes from.
pub fn pods() -> Result<Vec<(String, Value)>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pod_security/regressions");
    let mut pods = Vec::new();
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let path = entry.map_err(|error| error.to_string())?.path();
        let fault = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| fault(&error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (index, document) in serde_yaml::Deserializer::from_str(&text).enumerate() {
            let pod = Value::deserialize(document).map_err(|error| fault(&error))?;
            pods.push((format!("{name}, document {}", index + 1), pod));
        }
    }
    pods.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(pods)
}
