//! One module and one template folder for each kind of output.
//!
//! Writes no file and orders nothing: `bundle` does. What a target can't express is an error with the reason, never a weaker policy.

mod admission;
mod break_glass;
mod frame;
mod functions;
mod gatekeeper;
mod kyverno;
mod kyverno_cluster_policy;
mod kyverno_validating_policy;
pub mod names;
mod pack;
mod validating_admission_policy;
mod versions;

pub use admission::{EPHEMERAL_CONTAINERS, Variables, sees_ephemeral_containers};
pub use frame::syntax;
pub use kyverno::reports_role;
pub use pack::layout;
pub use versions::{VersionFault, check_engines, described};

use crate::ir::{Action, Placement, Release, Rule, Target};

/// A file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artefact {
    /// The path below `out/<environment>/`: `kyverno-cluster-policy/POD-001.yaml`.
    pub path: String,
    /// The file's text.
    pub text: String,
    /// Whether several rules stand in it.
    pub is_packed: bool,
}

impl Artefact {
    /// A file of one rule.
    fn of_rule(path: String, text: String) -> Self {
        Self { path, text, is_packed: false }
    }

    /// A file of several rules.
    fn of_pack(path: String, text: String) -> Self {
        Self { path, text, is_packed: true }
    }
}

/// What a target can't say, or an engine can't run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsupported {
    /// The target; absent if it is about the cluster.
    pub target: Option<Target>,
    /// The rule's id, or `packed` for what stands together; empty if it is about the engine.
    pub rule: String,
    /// Why, and what to do: lower case, without a full stop.
    pub reason: String,
}

/// Rules that stand together in the policies of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The target.
    pub target: Target,
    /// What happens to an object that violates one of them.
    pub action: Action,
    /// The placement for which these policies are, as the placement says it; absent if they are for all places.
    pub suffix: Option<Option<String>>,
    /// The rules' ids, sorted.
    pub rules: Vec<String>,
    /// The files.
    pub artefacts: Vec<Artefact>,
}

/// The files of one rule for one target; none if it stands in packs everywhere.
///
/// # Errors
/// What the target can't say.
pub fn render(target: Target, release: &Release, rule: &Rule) -> Result<Vec<Artefact>, Unsupported> {
    render_with(target, release, rule, &Variables::of(release, rule))
}

/// The files of one rule for each target of the release.
pub fn render_all(release: &Release, rule: &Rule) -> Vec<Result<Vec<Artefact>, Unsupported>> {
    render_all_with(release, rule, &Variables::of(release, rule))
}

/// Like [`render_all`], with the rule's [`Variables`].
pub fn render_all_with(
    release: &Release,
    rule: &Rule,
    variables: &Variables,
) -> Vec<Result<Vec<Artefact>, Unsupported>> {
    release.engines.keys().map(|target| render_with(*target, release, rule, variables)).collect()
}

fn render_with(
    target: Target,
    release: &Release,
    rule: &Rule,
    variables: &Variables,
) -> Result<Vec<Artefact>, Unsupported> {
    let own = pack::unpacked(release, target, rule);
    if own.placements.is_empty() {
        return Ok(Vec::new());
    }
    let artefacts = match target {
        Target::KyvernoClusterPolicy => kyverno_cluster_policy::render(release, &own, variables),
        Target::KyvernoValidatingPolicy => kyverno_validating_policy::render(release, &own, variables),
        Target::Gatekeeper => gatekeeper::render(release, &own),
        Target::ValidatingAdmissionPolicy => validating_admission_policy::render(release, &own, variables),
    };
    artefacts.map_err(|reason| Unsupported { target: Some(target), rule: rule.id.clone(), reason })
}

/// The guard over the label that breaks the glass, for each target of the release; none if nobody may.
pub fn render_guards(release: &Release) -> Vec<Result<Vec<Artefact>, Unsupported>> {
    let (Some(glass), Some(guard)) = (&release.break_glass, &release.guard) else { return Vec::new() };
    let render = |target: &Target| {
        let artefacts = match target {
            Target::KyvernoClusterPolicy => kyverno_cluster_policy::render_guard(release, glass, guard),
            Target::KyvernoValidatingPolicy => kyverno_validating_policy::render_guard(release, glass, guard),
            Target::Gatekeeper => gatekeeper::render_guard(release, glass, guard),
            Target::ValidatingAdmissionPolicy => {
                validating_admission_policy::render_guard(release, glass, guard)
            }
        };
        artefacts.map_err(|reason| Unsupported { target: Some(*target), rule: guard.id.clone(), reason })
    };
    release.engines.keys().map(render).collect()
}

/// The packs of the targets in the packed layout.
pub fn render_packs(release: &Release) -> Vec<Result<Packed, Unsupported>> {
    let groups = pack::groups(release);
    let mut packs = Vec::new();
    for target in release.packed.keys() {
        let rendered = match target {
            Target::Gatekeeper => gatekeeper::render_packs(release),
            Target::KyvernoClusterPolicy => {
                in_places(&groups, release, *target, kyverno_cluster_policy::render_pack)
            }
            Target::KyvernoValidatingPolicy => {
                in_places(&groups, release, *target, kyverno_validating_policy::render_pack)
            }
            Target::ValidatingAdmissionPolicy => {
                in_places(&groups, release, *target, validating_admission_policy::render_pack)
            }
        };
        let refused = |reason| Unsupported { target: Some(*target), rule: "packed".to_owned(), reason };
        packs.extend(rendered.into_iter().map(|packed| packed.map_err(refused)));
    }
    packs
}

/// The packs of a target that has a policy for each place.
fn in_places(
    groups: &[pack::Group<'_>],
    release: &Release,
    target: Target,
    render: impl Fn(&Release, &pack::Part<'_>, &Placement) -> Result<Vec<Artefact>, String>,
) -> Vec<Result<Packed, String>> {
    let mut packs = Vec::new();
    for group in groups {
        match group.parts(release, target) {
            Ok(parts) => packs.extend(parts.iter().map(|part| {
                Ok(Packed {
                    target,
                    action: part.pack.action,
                    suffix: Some(group.place.suffix()),
                    rules: part.pack.rules.iter().map(|rule| rule.id.clone()).collect(),
                    artefacts: render(release, part, group.place)?,
                })
            })),
            Err(reason) => packs.push(Err(reason)),
        }
    }
    packs
}
