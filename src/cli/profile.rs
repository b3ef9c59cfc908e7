//! A profile alone: the release in which its rules deny everywhere, on a version of Kubernetes that the command line names.

use std::sync::Arc;

use super::Failure;
use super::project::{Project, listed};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{NEWEST_POD_SECURITY as NEWEST, OLDEST_POD_SECURITY as OLDEST, Release, Version, lower};
use crate::model::{Action, Engines, Environment, LATEST, LeftOut, NamespaceScope};
use crate::project::{Definitions, Located};

/// A profile on versions, as the command line names them.
pub(super) struct Asked<'a> {
    /// The profile's name.
    pub(super) profile: &'a str,
    /// The version of Kubernetes.
    pub(super) kubernetes: &'a str,
    /// The version of the Pod Security Standards; that of Kubernetes if it isn't said.
    pub(super) pod_security: Option<&'a str>,
}

impl Asked<'_> {
    /// A release of the profile's rules, all of which deny, everywhere.
    pub(super) fn release(&self, project: &Project) -> Result<Release, Failure> {
        self.refuse_unknown(project)?;
        let kubernetes = version("--kubernetes", self.kubernetes)?;
        let pod_security = self.pod_security.map(|text| version("--pod-security", text)).transpose()?;
        let definitions = project.definitions.clone();
        everywhere(definitions, self.profile, kubernetes, pod_security)
            .map_err(|faults| Failure::of(faults, Arc::clone(&project.sources)))
    }

    fn refuse_unknown(&self, project: &Project) -> Result<(), Failure> {
        let view = project.definitions.default_view();
        let known = || view.profiles.iter().map(|profile| profile.value.name.as_str());
        if known().any(|known| known == self.profile) {
            return Ok(());
        }
        let whose = if project.is_catalogue { "the catalogue" } else { "the project" };
        let there_are = format!("{whose} has {}", listed(known()));
        let help = match did_you_mean(self.profile, known()) {
            Some(meant) => format!("did you mean `{meant}`? {there_are}"),
            None => there_are,
        };
        let message = format!("there is no profile `{}`", self.profile);
        Err(Failure::new("unknown-profile", message).help(help))
    }
}

/// The version that an argument names: `1.34`, or `latest`.
fn version(argument: &str, text: &str) -> Result<Version, Failure> {
    let known = match text {
        LATEST => Some(NEWEST),
        text => Version::parse(text).filter(|version| (OLDEST..=NEWEST).contains(version)),
    };
    known.ok_or_else(|| {
        Failure::new("unknown-version", format!("`{text}` is no version that {argument} knows"))
            .help(format!("there are `{OLDEST}` to `{NEWEST}`, and `{LATEST}`, which is `{NEWEST}`"))
    })
}

/// Each version whose Pod Security Standards are known, from the oldest.
pub(super) fn versions() -> impl Iterator<Item = Version> {
    (OLDEST.minor..=NEWEST.minor).map(|minor| Version { major: OLDEST.major, minor })
}

/// The release in which the rules of a profile deny in each namespace.
pub(super) fn everywhere(
    definitions: Definitions,
    profile: &str,
    kubernetes: Version,
    pod_security: Option<Version>,
) -> Result<Release, Vec<Diagnostic>> {
    let action = Action::Deny.into();
    let everywhere = NamespaceScope { name: "everywhere".to_owned(), names: None, label: None, action };
    let environment = Environment {
        name: profile.to_owned(),
        description: "A profile alone".to_owned(),
        kubernetes: Some(kubernetes.to_string()),
        pod_security: pod_security.map(|version| version.to_string()),
        targets: Some(Engines::default()),
        catalogue: definitions.default_view().named.map(str::to_owned),
        profile: Some(profile.to_owned()),
        namespaces: Some(vec![everywhere]),
        left_out: LeftOut { shipped: Some(false), also: Vec::new() },
        ..Environment::default()
    };
    let environments = vec![Located::in_code(environment, "--profile")];
    lower::lower(&Definitions { environments, ..definitions }, profile)
}
