//! Every generated file of a small project that doesn't change: one snapshot each, the file as it would be written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/projects.rs"]
mod projects;

use std::collections::BTreeSet;
use std::path::Path;

use palisade::bundle::{assemble, render};
use palisade::ir::lower::lower;

#[test]
fn the_files_of_a_small_project_are_as_reviewed() {
    let (definitions, sources) = projects::definitions(Path::new("tests/projects/small"));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("generated");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut names = BTreeSet::new();
    for environment in definitions.environments.iter().filter(|one| !one.value.is_abstract) {
        let release = lower(&definitions, &environment.value.name)
            .unwrap_or_else(|faults| panic!("{}", projects::told(&faults, &sources)));
        let artefacts = render(&release).unwrap_or_else(|reasons| panic!("{reasons:?}"));
        for (path, bytes) in assemble(&release, artefacts).unwrap() {
            let name = path.replace('/', "__");
            // The version of Palisade stands in the lock file only, and changes with each release.
            let text = String::from_utf8(bytes).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION");
            settings.bind(|| insta::assert_snapshot!(name.as_str(), text));
            names.insert(format!("{name}.snap"));
        }
    }
    let folder = projects::root().join("tests/generated");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            !name.ends_with(".snap") || names.contains(&name),
            "tests/generated/{name} belongs to no file any more"
        );
    }
}
