//! Kinds of objects, and versions of the form `major.minor`.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A kind that a rule governs. It stands beside each check and each shape of a rule, so all of its copies are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind(Arc<KindFields>);

/// What is known of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KindFields {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind's name.
    pub kind: String,
    /// The resource's plural name.
    pub plural: String,
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// The versions whose paths the rules know; never empty.
    pub versions: Vec<String>,
    /// The steps to the Pod's template: `[spec, template]`, empty for a Pod itself; absent for kinds without a Pod.
    pub pod_template: Option<Vec<String>>,
}

impl From<KindFields> for Kind {
    fn from(fields: KindFields) -> Self {
        Self(Arc::new(fields))
    }
}

impl Deref for Kind {
    type Target = KindFields;

    fn deref(&self) -> &KindFields {
        &self.0
    }
}

impl Kind {
    /// Whether the kind is or makes a Pod.
    pub fn has_pod(&self) -> bool {
        self.pod_template.is_some()
    }

    /// Whether the kind is Pod itself: what runs, whoever made it.
    pub fn is_pod(&self) -> bool {
        self.namespaced && self.group.is_empty() && self.kind == "Pod"
    }

    /// Whether namespace selectors are of no use: cluster-scoped kinds, and Namespace itself (design, rule 10 and section 4).
    pub fn is_cluster_wide(&self) -> bool {
        !self.namespaced
    }

    /// The `apiVersion` with the first version: `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        let version = self.versions.first().map_or("v1", String::as_str);
        if self.group.is_empty() { version.to_owned() } else { format!("{}/{version}", self.group) }
    }

    /// The steps from the object to the Pod's spec; absent for kinds without a Pod.
    pub fn pod_spec(&self) -> Option<Vec<String>> {
        self.pod_template.as_ref().map(|steps| steps.iter().cloned().chain(["spec".to_owned()]).collect())
    }
}

/// A version of the form `major.minor`, compared by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
}

impl Version {
    /// Reads `1.33`; gives nothing for any other form.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        let number = |digits: &str| {
            let plain =
                !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        Some(Self { major: number(major)?, minor: number(minor)? })
    }
}

/// The oldest version of the Pod Security Standards that an environment may follow.
pub const OLDEST_POD_SECURITY: Version = Version { major: 1, minor: 29 };
/// The newest version of the Pod Security Standards that is known here: `latest`. Later ones may differ; the proof asks
/// `k8s.io/pod-security-admission` v0.37.
pub const NEWEST_POD_SECURITY: Version = Version { major: 1, minor: 37 };

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}
