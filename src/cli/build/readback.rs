//! Every generated YAML is read back by two readers before it is written: ours, and one that knows nothing of ours. What they
//! read must be equal, else an engine may read a third thing.

mod same;

use std::collections::BTreeSet;

use serde::de::DeserializeSeed;
use sha2::{Digest, Sha256};

use self::same::Same;
use super::folder::Deviation;
use super::natives;
use crate::bundle::Files;
use crate::diagnostic::{Diagnostic, Sources};
use crate::ir::Release;
use crate::parallel;
use crate::targets::names;
use crate::yaml::{self, Budget, Dialect, Node};

/// What was read back for the environments before. A text that differs from one of these in nothing but the environment's name, where
/// it stands as a label, is read the same: if the name alone is.
#[derive(Default)]
pub(super) struct ReadBack {
    /// The digests of texts that both readers read alike, without the name.
    read: BTreeSet<[u8; 32]>,
}

impl ReadBack {
    /// The faults of the YAML that is about to be written. What is copied as it is was read when it came in, as kubectl will read it.
    pub(super) fn faults(
        &mut self,
        release: &Release,
        expected: &Files,
        deviations: &[Deviation],
    ) -> Vec<Diagnostic> {
        let copied: BTreeSet<String> = natives::paths(release).collect();
        let label = label(&release.environment);
        let read = parallel::each(deviations, |deviation| {
            let is_ours = deviation.path.ends_with(".yaml") && !copied.contains(&deviation.path);
            let bytes = expected.get(&deviation.path).filter(|_| is_ours)?;
            let text = String::from_utf8_lossy(bytes);
            let digest = digest(&text, label.as_deref());
            if self.read.contains(&digest) {
                return None;
            }
            Some(misread(&deviation.path, &text).map_or(Ok(digest), Err))
        });
        let mut faults = Vec::new();
        for (read, deviation) in read.into_iter().zip(deviations) {
            match read {
                None => {}
                Some(Ok(digest)) => {
                    self.read.insert(digest);
                }
                Some(Err(fault)) => faults.push(unwritable(&deviation.path, &fault)),
            }
        }
        faults
    }
}

fn unwritable(path: &str, fault: &str) -> Diagnostic {
    Diagnostic::error("internal", format!("`{path}` can't be written: {fault}"))
        .help("this is a fault of palisade: please report it")
}

/// The line of the label that names an environment, if its value needs no quotes: then both readers read it as this name.
fn label(environment: &str) -> Option<String> {
    let line = format!("{}: {environment}\n", names::ENVIRONMENT);
    let mut sources = Sources::new();
    let file = sources.add("label", line.clone());
    let ours = yaml::read(&sources, file, Dialect::Policy, &Budget::MANIFEST);
    let value = ours.documents.first().and_then(|node| node.get(names::ENVIRONMENT));
    let is_name = value.and_then(Node::as_str) == Some(environment);
    (is_name && misread("label", &line).is_none()).then_some(line)
}

/// The SHA-256 of a text, without the environment's name where it stands behind its label.
fn digest(text: &str, label: Option<&str>) -> [u8; 32] {
    // No text has this byte.
    const NAME: [u8; 1] = [0xff];
    let mut digest = Sha256::new();
    match label {
        Some(label) => text.split(label).for_each(|piece| {
            digest.update(piece);
            digest.update(NAME);
        }),
        None => digest.update(text),
    }
    digest.finalize().into()
}

/// Why a generated file can't be read back; absent if both readers read the same.
fn misread(path: &str, text: &str) -> Option<String> {
    let mut sources = Sources::new();
    let file = sources.add(path, text.to_owned());
    let ours = yaml::read(&sources, file, Dialect::Policy, &Budget::MANIFEST);
    if let Some(fault) = ours.diagnostics.first() {
        return Some(format!("it is no YAML: {}", fault.message));
    }
    let mut theirs = serde_yaml::Deserializer::from_str(text);
    for node in &ours.documents {
        let Some(document) = theirs.next() else {
            return Some("another reader of YAML finds fewer documents".to_owned());
        };
        if let Err(cause) = Same(node).deserialize(document) {
            return Some(format!("another reader of YAML reads it differently: {cause}"));
        }
    }
    theirs.next().map(|_| "another reader of YAML finds more documents".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_name_is_of_no_matter() {
        let text = |name: &str| format!("a: 1\npalisade.dev/environment: {name}\nb: 2\n");
        let digest = |name: &str, text: &str| digest(text, label(name).as_deref());
        assert_eq!(digest("one", &text("one")), digest("two-2", &text("two-2")));
        assert_ne!(digest("one", &text("one")), digest("one", &text("two-2")));
        assert_ne!(digest("one", &text("one")), digest("one", "a: 1\nb: 2\n"));
        // What isn't a text without quotes is read each time.
        for name in ["true", "1e3", "null", "0x1f"] {
            assert_eq!(label(name), None, "{name}");
            assert_ne!(digest("one", &text("one")), digest(name, &text(name)), "{name}");
        }
    }

    #[test]
    fn what_both_read_alike_is_taken() {
        for text in [
            "a: 'yes'\n---\nb: [1, true, null]\n",
            "a: {b: {c: [[], {}, '']}}\n",
            "- -1\n- 1.5\n- |\n  two\n  lines\n- ~\n",
            "# nothing but this\na: \"\\u00e9\"\n",
        ] {
            assert_eq!(misread("a.yaml", text), None, "{text}");
        }
    }

    #[test]
    fn what_one_reads_otherwise_is_refused() {
        let fault = |text: &str| misread("a.yaml", text).unwrap_or_default();
        assert_eq!(
            fault("a: yes\n"),
            "another reader of YAML reads it differently: a: invalid value: string \"yes\", expected `true` at line 1 column 4"
        );
        assert!(fault("a: [\n").starts_with("it is no YAML"));
        assert!(fault("1: a\n").contains("expected the key \"1\""), "{}", fault("1: a\n"));
    }
}
