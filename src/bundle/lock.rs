//! The lock file: what a bundle means and which files it has. `build --check` and `diff` read it.
//!
//! Each rule and each file stands on its own line between blank ones, and nothing is a value over several rules (no total, no date,
//! no digest of a file that lists rules), so that two branches that change two rules merge without a conflict.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::ir::record::ReleaseRecord;

/// The format that is written, and the newest that is read.
pub const FORMAT: u64 = 1;

/// A lock file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "a lock file")]
pub struct Lock {
    /// The version of Palisade that wrote it.
    pub palisade: String,
    /// What the bundle means.
    #[serde(flatten)]
    pub release: ReleaseRecord,
    /// The bundle's files, relative to the output folder, each with its SHA-256 in hexadecimal; absent for a file that lists
    /// several rules.
    #[serde(default)]
    pub files: BTreeMap<String, Option<String>>,
}

/// Why a text is no lock file that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockError {
    message: String,
}

impl fmt::Display for LockError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for LockError {}

/// The SHA-256 of a file, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Lock {
    /// Reads a lock file of any format up to [`FORMAT`].
    ///
    /// # Errors
    /// If the text is no JSON, no lock file, or of a newer format.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let error = |message: String| LockError { message };
        let json: Json =
            serde_json::from_str(text).map_err(|cause| error(format!("not valid JSON: {cause}")))?;
        match json.get("format").map(Json::as_u64) {
            Some(Some(FORMAT)) => {}
            Some(Some(newer)) if newer > FORMAT => {
                let known = format!("format {newer} is newer than this version of palisade reads ({FORMAT})");
                return Err(error(format!("{known}: use the version that wrote it")));
            }
            Some(_) | None => {
                return Err(error(format!("not a lock file of palisade: expected `\"format\": {FORMAT}`")));
            }
        }
        serde_json::from_value(json).map_err(|cause| error(format!("not a lock file of palisade: {cause}")))
    }

    /// The files that a text names which was a lock file before it was damaged, by a conflict of two branches, say: each has a line of
    /// its own. What else such a lock file said is lost.
    pub fn salvaged(text: &str) -> BTreeMap<String, Option<String>> {
        let line = |line: &str| {
            let entry = format!("{{{}}}", line.trim().trim_end_matches(','));
            serde_json::from_str::<BTreeMap<String, Option<String>>>(&entry).ok()
        };
        text.lines().filter_map(line).flatten().collect()
    }

    /// The lock file's text; [`Lock::parse`] gives the same lock.
    ///
    /// # Errors
    /// If a value can't be written as JSON.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let files = self.files.iter().map(|(path, digest)| {
            Ok(format!("{}: {}", Json::from(path.as_str()), serde_json::to_string(digest)?))
        });
        let head = serde_json::to_string_pretty(&self.release.environment)?.replace('\n', "\n  ");
        let natives = match self.release.natives.as_slice() {
            [] => None,
            natives => Some(list("natives", natives)?),
        };
        let sections = [
            Some(format!("\"format\": {FORMAT}")),
            Some(format!("\"palisade\": {}", Json::from(self.palisade.as_str()))),
            Some(format!("\"environment\": {head}")),
            Some(list("left_out", &self.release.left_out)?),
            Some(list("exemptions", &self.release.exemptions)?),
            natives,
            Some(list("rules", &self.release.rules)?),
            Some(section("files", '{', files.collect::<Result<_, serde_json::Error>>()?, '}')),
        ];
        let sections: Vec<String> = sections.into_iter().flatten().collect();
        Ok(format!("{{\n  {}\n}}\n", sections.join(",\n  ")))
    }
}

fn list<Item: Serialize>(name: &str, items: &[Item]) -> Result<String, serde_json::Error> {
    let lines = items.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    Ok(section(name, '[', lines, ']'))
}

fn section(name: &str, open: char, lines: Vec<String>, close: char) -> String {
    match lines.is_empty() {
        true => format!("\"{name}\": {open}{close}"),
        false => format!("\"{name}\": {open}\n\n    {}\n\n  {close}", lines.join(",\n\n    ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::record::NativeRecord;
    use crate::ir::sample;

    fn lock() -> Lock {
        Lock {
            palisade: "0.1.0".to_owned(),
            release: ReleaseRecord::of(&sample::release()),
            files: BTreeMap::from([
                ("production/README.md".to_owned(), None),
                ("production/gatekeeper/POD-008.yaml".to_owned(), Some(digest(b"text"))),
            ]),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let lock = lock();
        assert_eq!(Lock::parse(&lock.to_text().unwrap()), Ok(lock));
    }

    #[test]
    fn native_policies_stand_on_a_line_each() {
        let mut lock = lock();
        let native = |path: &str, text: &str| NativeRecord { path: path.to_owned(), text: text.to_owned() };
        lock.release.natives =
            vec![native("gatekeeper/templates/native/a.yaml", "a: 1\nb: \"ü\u{2028}\"\n"), native("x", "")];
        let text = lock.to_text().unwrap();
        let line = r#"    {"path":"gatekeeper/templates/native/a.yaml","text":"a: 1\nb: "#;
        assert_eq!(text.lines().filter(|found| found.starts_with(line)).count(), 1, "{text}");
        assert_eq!(Lock::parse(&text), Ok(lock));
    }

    #[test]
    fn an_empty_release_is_written_and_read() {
        let mut lock = lock();
        lock.release.rules.clear();
        lock.release.exemptions.clear();
        lock.files.clear();
        assert_eq!(Lock::parse(&lock.to_text().unwrap()), Ok(lock));
    }

    #[test]
    fn unknown_fields_are_read_over() {
        let lock = lock();
        let text = lock.to_text().unwrap().replacen("\"format\": 1,", "\"format\": 1, \"later\": {},", 1);
        let text = text.replace("\"severity\":", "\"later\":1,\"severity\":");
        assert_eq!(Lock::parse(&text), Ok(lock));
    }

    #[test]
    fn a_damaged_lock_still_names_the_files() {
        let lock = lock();
        let text = lock.to_text().unwrap();
        let conflict = text.replacen("\"files\"", "<<<<<<< ours\n\"files\"", 1);
        assert!(Lock::parse(&conflict).is_err());
        let salvaged = Lock::salvaged(&conflict);
        assert_eq!(salvaged.get("production/README.md"), Some(&None));
        assert!(lock.files.iter().all(|(path, digest)| salvaged.get(path) == Some(digest)), "{salvaged:?}");
    }

    #[test]
    fn errors_say_what_was_expected() {
        let error = |text: &str| Lock::parse(text).unwrap_err().to_string();
        assert_eq!(error("{"), "not valid JSON: EOF while parsing an object at line 1 column 1");
        assert_eq!(error("[]"), "not a lock file of palisade: expected `\"format\": 1`");
        assert_eq!(
            error(r#"{"format": 2}"#),
            "format 2 is newer than this version of palisade reads (1): use the version that wrote it"
        );
        assert_eq!(error(r#"{"format": 1}"#), "not a lock file of palisade: missing field `palisade`");
    }

    #[test]
    fn the_text() {
        insta::assert_snapshot!(lock().to_text().unwrap());
    }
}
