//! The files that a project is started from, inside the binary, and how they are filled.
//!
//! Below `templates/project` a file's path is the one that it gets in the project; `templates/new` has one file for each kind.

use include_dir::{Dir, include_dir};
use minijinja::{Environment, UndefinedBehavior, Value};

use super::Failure;
use crate::targets;

/// A whole project.
static PROJECT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/project");
/// Single files.
static NEW: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/new");

/// All files of a new project by their paths, filled.
pub(super) fn project(context: &Value) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![&PROJECT];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                // What GitHub runs has braces of its own, but none of ours.
                let path = path.replace('\\', "/");
                files.push((path.clone(), filled(&path, text, context)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// One file of a kind: `rule`, filled.
pub(super) fn one(kind: &str, context: &Value) -> Result<String, Failure> {
    let name = format!("{kind}.yaml");
    let text = NEW.get_file(&name).and_then(|file| file.contents_utf8());
    filled(&name, text.unwrap_or_default(), context)
}

/// An error is a bug in the template.
fn filled(name: &str, text: &str, context: &Value) -> Result<String, Failure> {
    let fill = || {
        let mut environment = Environment::empty();
        environment.set_syntax(targets::syntax()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.render_str(text, context)
    };
    fill()
        .map_err(|cause| Failure::new("internal", format!("the template `{name}` can't be filled: {cause}")))
}
