//! Policies that are copied as they are, beside what is generated: no object is there twice.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use crate::bundle::Files;
use crate::diagnostic::Diagnostic;
use crate::ir::Release;

/// The paths of the copies below the output folder.
pub(super) fn paths(release: &Release) -> impl Iterator<Item = String> {
    release.natives.iter().map(|native| format!("{}/{}", release.environment, native.path))
}

/// Objects that two files of one target's folder have: whichever is applied last would win.
pub(super) fn collisions(release: &Release, files: &Files) -> Vec<Diagnostic> {
    let copied: Vec<String> = paths(release).collect();
    // Only a file that has the name of a copied object somewhere can have the object.
    let names: BTreeSet<&str> = release
        .natives
        .iter()
        .flat_map(|native| &native.objects)
        .filter_map(|object| object.split_once('/').map(|(_, name)| name))
        .collect();
    let targets =
        release.natives.iter().map(|native| format!("{}/{}/", release.environment, native.target.name()));
    let targets: Vec<String> = targets.collect();
    let mut found: BTreeMap<(String, String), &str> = BTreeMap::new();
    let mut faults = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let Some(target) = targets.iter().find(|target| path.starts_with(*target)) else { continue };
        let text = String::from_utf8_lossy(bytes);
        if !names.iter().any(|name| text.contains(name)) {
            continue;
        }
        for object in objects(&text) {
            let Some(before) = found.insert((target.clone(), object.clone()), path) else { continue };
            let is_copied = |path: &str| copied.iter().any(|copied| copied == path);
            if is_copied(before) || is_copied(path) {
                let message = format!("{object} is there twice: in `{before}` and in `{path}`");
                let fault = Diagnostic::error("native-collision", message);
                faults.push(fault.help("give the object in the project's folder `native` another name"));
            }
        }
    }
    faults
}

/// The objects of a file: group, kind, namespace and name. A kustomization is none.
fn objects(text: &str) -> Vec<String> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let objects = documents.filter_map(|document| Json::deserialize(document).ok());
    objects.filter_map(|object| identity(&object)).collect()
}

fn identity(object: &Json) -> Option<String> {
    let said = |field: &str| object.pointer(field).and_then(Json::as_str);
    let group = said("/apiVersion")?.rsplit_once('/').map_or("", |(group, _)| group);
    let name = said("/metadata/name")?;
    let name = match said("/metadata/namespace") {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    };
    let kind = said("/kind")?;
    Some(if group.is_empty() {
        format!("`{kind}` `{name}`")
    } else {
        format!("`{kind}` `{name}` of `{group}`")
    })
}
