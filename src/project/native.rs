//! Policies of the project's own that no rule can say: `native/<target>/` holds them in the engine's own language, and they are copied
//! as they are.
//!
//! What is read of them is only that they are objects, of kinds that belong where they lie. They get no meaning.

use super::layout::Role;
use crate::diagnostic::{Diagnostic, FileId, Severity, Sources, Span, did_you_mean};
use crate::yaml::{self, Budget, Dialect, Node};

/// The targets whose bundles take such files.
const TARGETS: [&str; 4] =
    ["kyverno-cluster-policy", "kyverno-validating-policy", "gatekeeper", "validating-admission-policy"];
/// The target whose objects come in two folders, one after the other.
const IN_TWO_FOLDERS: &str = "gatekeeper";
/// The kind that makes the others of that target, and so lies in the first folder.
const TEMPLATE: &str = "ConstraintTemplate";
/// A file is as large as an API server takes, and some more for comments; a CustomResourceDefinition nests deeply.
const BUDGET: Budget = Budget { bytes: 4 << 20, ..Budget::MANIFEST };

/// A file that is copied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Native {
    /// The target's name.
    pub target: String,
    /// The path below the target's folder.
    pub path: String,
    /// What the file holds.
    pub text: String,
    /// Its objects, as `Kind/name`.
    pub objects: Vec<String>,
}

/// What a path below `native` stands for.
pub(super) fn role(path: &str) -> Role<'_> {
    let expected = "policies that are copied as they are lie in `native/<target>/`, as `native/kyverno-cluster-policy/images.yaml`";
    let Some((target, inside)) = path.split_once('/') else {
        return Role::Stray(expected.to_owned());
    };
    if !TARGETS.contains(&target) {
        return Role::Stray(match did_you_mean(target, TARGETS.into_iter()) {
            Some(meant) => format!("did you mean the folder `native/{meant}`?"),
            None => expected.to_owned(),
        });
    }
    let name = inside.rsplit('/').next().unwrap_or(inside);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
    if !name.ends_with(".yaml") {
        Role::Stray("policies that are copied end with `.yaml`".to_owned())
    } else if name == "kustomization.yaml" {
        Role::Stray("`build` writes the kustomizations, with these files in them: remove it".to_owned())
    } else if !inside.chars().all(is_plain) {
        Role::Stray("give it a name of letters, digits, dots, dashes and underscores".to_owned())
    } else if target == IN_TWO_FOLDERS
        && !["templates/", "constraints/"].iter().any(|folder| inside.starts_with(folder))
    {
        Role::Stray(format!(
            "each {TEMPLATE} lies in `native/gatekeeper/templates/`, all else in `native/gatekeeper/constraints/`: the first are applied first"
        ))
    } else {
        Role::Native(target, inside)
    }
}

impl Native {
    /// A file that was added to the sources; nothing but what is wrong if there is an error.
    pub(super) fn read(
        target: &str,
        path: &str,
        sources: &Sources,
        file: FileId,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        let read = yaml::read(sources, file, Dialect::Manifest, &BUDGET);
        let mut faults = read.diagnostics;
        let mut objects = Vec::new();
        for document in &read.documents {
            match (said(document, "apiVersion"), said(document, "kind"), said(document, "metadata.name")) {
                (Some(_), Some(kind), Some(name)) => {
                    faults.extend(misplaced(target, path, document, kind));
                    objects.push(format!("{kind}/{name}"));
                }
                (_, _, _) => faults.push(incomplete(document)),
            }
        }
        if read.documents.is_empty() && faults.is_empty() {
            let fault = Diagnostic::error("empty-file", "the file holds no object");
            faults.push(
                fault.at(Span::new(file, 0, 0)).label("expected an object to apply").help("remove the file"),
            );
        }
        let is_sound = faults.iter().all(|fault| fault.severity != Severity::Error);
        let text = || sources.text(file).to_owned();
        let native = is_sound.then(|| Self {
            target: target.to_owned(),
            path: path.to_owned(),
            text: text(),
            objects,
        });
        (native, faults)
    }

    /// The path of the copy in a bundle: apart from what is generated, and below a kustomization.
    pub fn bundled(&self) -> String {
        match self.path.split_once('/') {
            Some((folder, rest)) if self.target == IN_TWO_FOLDERS => {
                format!("{}/{folder}/native/{rest}", self.target)
            }
            Some(_) | None => format!("{}/native/{}", self.target, self.path),
        }
    }
}

/// A document that is no object.
fn incomplete(document: &Node) -> Diagnostic {
    let fields = ["apiVersion", "kind", "metadata.name"];
    let missing = fields.iter().filter(|path| said(document, path).is_none());
    let missing: Vec<String> = missing.map(|path| format!("`{path}`")).collect();
    let message = format!("this is no object of Kubernetes: it lacks {}", missing.join(", "));
    Diagnostic::error("not-an-object", message)
        .at(document.span)
        .label("expected `apiVersion`, `kind` and `metadata.name`, each a text")
        .help("a file below `native` is applied as it is: no list, no template, no patch")
}

/// The text at the end of a path through maps; absent if it is empty.
fn said<'a>(document: &'a Node, path: &str) -> Option<&'a str> {
    let end = path.split('.').try_fold(document, |node, step| node.get(step))?;
    end.as_str().filter(|text| !text.is_empty())
}

/// Templates are applied before what is made of them, so each lies in its own folder.
fn misplaced(target: &str, path: &str, document: &Node, kind: &str) -> Option<Diagnostic> {
    let is_among_templates = path.starts_with("templates/");
    if target != IN_TWO_FOLDERS || is_among_templates == (kind == TEMPLATE) {
        return None;
    }
    let folder = if is_among_templates { "constraints" } else { "templates" };
    let fault =
        Diagnostic::error("misplaced-native", format!("a {kind} belongs into `native/gatekeeper/{folder}/`"));
    let place = document.get("kind").map_or(document.span, |kind| kind.span);
    Some(fault.at(place).label("lies in the other folder").help("templates are applied first, and alone"))
}
