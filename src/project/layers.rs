//! An environment together with those that it extends: of each value the nearest that says it, with its place.
//!
//! Knows how environments stand on each other, and of no value what it means.

use super::{Located, Place};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Engines, Environment, NamespaceScope};

/// How many environments may stand on each other.
const DEEPEST: usize = 8;

/// An environment, and behind it the one that it extends, the one that this one extends, and so on.
#[derive(Clone, Debug)]
pub struct Layers<'a> {
    own: &'a Located<Environment>,
    extended: Vec<&'a Located<Environment>>,
}

/// A value, and the place that says it.
#[derive(Clone, Debug)]
pub struct Said<'a, T> {
    /// The value.
    pub value: T,
    /// The file, or the environment built in code.
    pub by: &'a Located<Environment>,
    /// Where in it.
    pub place: Place,
}

impl<T> Said<'_, T> {
    /// The place for people: `environments/production.yaml:12`.
    pub fn shown(&self) -> String {
        self.by.shown(&self.place)
    }

    /// Puts the place on a diagnostic.
    pub fn mark(&self, diagnostic: Diagnostic) -> Diagnostic {
        self.by.mark(diagnostic, &self.place)
    }
}

impl<'a> Layers<'a> {
    /// The layers of an environment.
    ///
    /// # Errors
    /// If one of them extends an environment that isn't there, or itself, or if there are too many.
    pub fn of(
        environments: &'a [Located<Environment>],
        environment: &'a Located<Environment>,
    ) -> Result<Self, Box<Diagnostic>> {
        let mut layers = Self::alone(environment);
        let mut top = environment;
        while let Some(name) = &top.value.extends {
            let place = Place::root().key("extends");
            let Some(next) = environments.iter().find(|other| other.value.name == *name) else {
                return Err(top.mark(unknown(environments, name), &place).into());
            };
            if let Some(begin) = layers.iter().position(|layer| layer.value.name == *name) {
                let circle = layers.iter().skip(begin).map(|layer| layer.value.name.as_str());
                return Err(top.mark(circular(circle, name), &place).into());
            }
            if layers.iter().count() == DEEPEST {
                return Err(top.mark(too_deep(), &place).into());
            }
            layers.extended.push(next);
            top = next;
        }
        Ok(layers)
    }

    /// The environment alone.
    pub fn alone(environment: &'a Located<Environment>) -> Self {
        Self { own: environment, extended: Vec::new() }
    }

    /// The environment itself.
    pub fn own(&self) -> &'a Located<Environment> {
        self.own
    }

    /// The layers, the environment itself first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'a Located<Environment>> + '_ {
        std::iter::once(self.own).chain(self.extended.iter().copied())
    }

    /// What the nearest layer says that says something.
    pub fn nearest<T>(&self, say: impl Fn(&'a Environment) -> Option<(T, Place)>) -> Option<Said<'a, T>> {
        self.iter().find_map(|by| say(&by.value).map(|(value, place)| Said { value, by, place }))
    }

    /// The lowest Kubernetes version.
    pub fn kubernetes(&self) -> Option<Said<'a, &'a String>> {
        self.nearest(|one| Some((one.kubernetes.as_ref()?, Place::root().key("kubernetes"))))
    }

    /// The version of the Pod Security Standards.
    pub fn pod_security(&self) -> Option<Said<'a, &'a String>> {
        self.nearest(|one| Some((one.pod_security.as_ref()?, Place::root().key("pod_security"))))
    }

    /// The engines.
    pub fn targets(&self) -> Option<Said<'a, &'a Engines>> {
        self.nearest(|one| Some((one.targets.as_ref()?, Place::root().key("targets"))))
    }

    /// The version of the catalogue.
    pub fn catalogue(&self) -> Option<Said<'a, &'a String>> {
        self.nearest(|one| Some((one.catalogue.as_ref()?, Place::root().key("catalogue"))))
    }

    /// The profile's name.
    pub fn profile(&self) -> Option<Said<'a, &'a String>> {
        self.nearest(|one| Some((one.profile.as_ref()?, Place::root().key("profile"))))
    }

    /// The scopes of namespaces.
    pub fn namespaces(&self) -> Option<Said<'a, &'a Vec<NamespaceScope>>> {
        self.nearest(|one| Some((one.namespaces.as_ref()?, Place::root().key("namespaces"))))
    }
}

fn unknown(environments: &[Located<Environment>], name: &str) -> Diagnostic {
    let fault = Diagnostic::error("unknown-environment", format!("there is no environment `{name}`"));
    match did_you_mean(name, environments.iter().map(|other| other.value.name.as_str())) {
        Some(meant) => fault.label(format!("did you mean `{meant}`?")),
        None => fault.label("expected the name of another environment"),
    }
}

fn circular<'a>(circle: impl Iterator<Item = &'a str>, name: &'a str) -> Diagnostic {
    let names: Vec<String> = circle.chain([name]).map(|name| format!("`{name}`")).collect();
    let message = format!("`extends` leads back to where it began: {}", names.join(" → "));
    Diagnostic::error("extends-itself", message)
        .label("expected an environment that doesn't stand on this one")
        .help("put what both have in common into a third environment, with `abstract: true`")
}

fn too_deep() -> Diagnostic {
    Diagnostic::error("extends-too-deep", format!("more than {DEEPEST} environments stand on each other"))
        .label("one too many")
        .help("nobody can see any more what holds: say it in fewer environments")
}
