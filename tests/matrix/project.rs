//! A project read and lowered, and what its policies are in each target.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use palisade::ir::{Release, Rule, Target, lower};
use palisade::model::ExemptionSet;
use palisade::project::{Definitions, SourceFile, load};
use palisade::targets::{self, Artefact};
use serde_json::Value;

use crate::engines::Surroundings;

/// A project.
pub struct Project {
    /// Its folder, relative to the package.
    pub folder: String,
    definitions: Definitions,
    ids: Vec<String>,
}

impl Project {
    /// Reads a project; nothing if there is no such folder.
    pub fn read(folder: &str) -> Result<Option<Self>, String> {
        Self::read_with(folder, &[])
    }

    /// Reads a project with further files, each a path and a text; one that has the path of another stands for it.
    pub fn read_with(folder: &str, others: &[(&str, &str)]) -> Result<Option<Self>, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if !root.is_dir() {
            return Ok(None);
        }
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for path in files_below(&root)? {
            let bytes = fs::read(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
            files.insert(path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned(), bytes);
        }
        files.extend(others.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
        let files: Vec<SourceFile> =
            files.into_iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
        let loaded = load(&files);
        if let Some(fault) = loaded.diagnostics.first() {
            return Err(format!("`{folder}` has a fault: {}", fault.message));
        }
        let mut ids: Vec<String> =
            loaded.definitions.rules.iter().map(|rule| rule.value.id.clone()).collect();
        ids.sort();
        Ok(Some(Self { folder: folder.to_owned(), definitions: loaded.definitions, ids }))
    }

    /// The rules' ids, sorted.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    /// The sets that exemptions may adopt.
    pub fn sets(&self) -> impl Iterator<Item = &ExemptionSet> {
        self.definitions.sets.iter().map(|set| &set.value)
    }

    /// The releases of one rule each that prove it: one for each setting of parameters among its examples.
    pub fn proofs(&self, id: &str) -> Result<Vec<Release>, String> {
        lower::proofs(&self.definitions, id).map_err(|faults| {
            let texts: Vec<String> = faults.iter().map(|fault| fault.message.clone()).collect();
            format!("`{}`: {id} can't be lowered: {}", self.folder, texts.join("; "))
        })
    }

    /// The release of an environment.
    pub fn release(&self, environment: &str) -> Result<Release, String> {
        lower::lower(&self.definitions, environment).map_err(|faults| {
            let texts: Vec<String> = faults.iter().map(|fault| fault.message.clone()).collect();
            format!("`{}`: {environment} can't be lowered: {}", self.folder, texts.join("; "))
        })
    }
}

/// The policies of these rules, as their files say them.
pub fn documents<'a>(
    target: Target,
    release: &Release,
    rules: impl Iterator<Item = &'a Rule>,
) -> Result<Vec<Value>, String> {
    let mut documents = Vec::new();
    for rule in rules {
        let artefacts = targets::render(target, release, rule)
            .map_err(|refusal| format!("{} {}: {}", target.name(), rule.id, refusal.reason))?;
        documents.extend(read(&artefacts)?);
    }
    Ok(documents)
}

/// The guard over the label that breaks the glass; none if nobody may.
pub fn guard(target: Target, release: &Release) -> Result<Vec<Value>, String> {
    let mut documents = Vec::new();
    for rendered in targets::render_guards(release) {
        let artefacts = rendered.map_err(|refusal| format!("{}: {}", target.name(), refusal.reason))?;
        let folder = format!("{}/", target.name());
        let own: Vec<Artefact> =
            artefacts.into_iter().filter(|artefact| artefact.path.starts_with(&folder)).collect();
        documents.extend(read(&own)?);
    }
    Ok(documents)
}

/// The documents in files.
pub fn read(artefacts: &[Artefact]) -> Result<Vec<Value>, String> {
    let mut documents = Vec::new();
    for artefact in artefacts {
        for document in serde_yaml::Deserializer::from_str(&artefact.text) {
            let value: Value = serde::Deserialize::deserialize(document)
                .map_err(|error| format!("`{}`: {error}", artefact.path))?;
            documents.push(value);
        }
    }
    Ok(documents)
}

/// The cluster that the policies of a release find around them: its custom kinds, and these namespaces.
pub fn surroundings(release: &Release, namespaces: Vec<Value>) -> Surroundings {
    let kinds = release.rules.iter().flat_map(|rule| &rule.kinds).flat_map(|kind| {
        kind.versions.iter().map(|version| {
            serde_json::json!({
                "group": kind.group, "version": version, "kind": kind.kind, "plural": kind.plural, "namespaced": kind.namespaced,
            })
        })
    });
    let mut distinct: Vec<Value> = Vec::new();
    for kind in kinds {
        if !distinct.contains(&kind) {
            distinct.push(kind);
        }
    }
    Surroundings { kinds: distinct, namespaces, kubernetes: release.kubernetes.to_string(), untyped: false }
}

/// A Namespace with these labels, and with the one that the API server gives to each.
pub fn namespace(name: &str, labels: &[(&str, &str)]) -> Value {
    let labels: serde_json::Map<String, Value> = labels
        .iter()
        .chain(&[("kubernetes.io/metadata.name", name)])
        .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
        .collect();
    serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let unreadable = |error: std::io::Error| format!("`{}`: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}
