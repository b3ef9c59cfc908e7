//! The profiles that are equal to a level of the standards, in each version.

use palisade::ir::Release;

use crate::project::Project;

/// The levels, with the profiles that are equal to them.
pub const LEVELS: [&str; 2] = ["baseline", "restricted"];

/// The versions of the standards.
pub const VERSIONS: [&str; 9] = ["1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"];

/// The oldest API server that policies are written for.
const OLDEST_SERVER: &str = "1.30";

/// A level and a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standard {
    pub level: &'static str,
    pub version: &'static str,
}

impl Standard {
    /// Each level in each version, level by level.
    pub fn all() -> impl Iterator<Item = Self> {
        LEVELS.into_iter().flat_map(|level| VERSIONS.into_iter().map(move |version| Self { level, version }))
    }

    /// The name of an environment that has the profile in this version.
    fn environment(self) -> String {
        format!("pod-security-{}-{}", self.level, self.version.replace('.', "-"))
    }
}

/// The shipped project, with an environment for each standard.
pub struct Profiles {
    project: Project,
}

impl Profiles {
    /// Reads them.
    pub fn read() -> Result<Self, String> {
        let environments: Vec<(String, String)> = Standard::all()
            .map(|standard| {
                let name = standard.environment();
                (format!("environments/{name}.yaml"), environment(&name, standard))
            })
            .collect();
        let files: Vec<(&str, &str)> =
            environments.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let project = Project::read_with("policies", &files)?.ok_or("there is no folder `policies`")?;
        Ok(Self { project })
    }

    /// The rules of a standard.
    pub fn release(&self, standard: Standard) -> Result<Release, String> {
        self.project.release(&standard.environment())
    }
}

/// An environment in which everything of a profile denies, everywhere.
fn environment(name: &str, standard: Standard) -> String {
    let Standard { level, version } = standard;
    // The versions all have as many digits.
    let server = version.max(OLDEST_SERVER);
    format!(
        r#"name: {name}
description: The {level} level of the standards of {version}
kubernetes: "{server}"
pod_security: "{version}"
targets:
  kyverno-cluster-policy: {{from: "1.17", to: "1.19"}}
  kyverno-validating-policy: {{from: "1.17", to: "1.19"}}
  gatekeeper: {{from: "3.19", to: "3.23"}}
  validating-admission-policy: {{from: "{server}", to: "1.37"}}
profile: pod-security-{level}
namespaces:
  - {{name: everywhere, action: deny}}
left_out: {{shipped: false}}
"#
    )
}
