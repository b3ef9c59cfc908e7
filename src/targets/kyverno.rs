//! What policies of either of Kyverno's kinds have in common: the annotations that its users expect, and the role that its reports
//! controller needs. Prints no policy.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};

use super::pack::Pack;
use super::{frame, names};
use crate::ir::{Kind, Release, Rule, Severity, Target};

/// A ClusterRole with this label becomes a part of the role of Kyverno's reports controller.
const AGGREGATED: &str = "rbac.kyverno.io/aggregate-to-reports-controller";

/// The ClusterRole that lets Kyverno's reports controller read these resources, by group.
///
/// # Errors
/// Faults of Palisade itself.
pub fn reports_role(
    release: &Release,
    target: Target,
    resources: &BTreeMap<&str, BTreeSet<&str>>,
) -> Result<String, String> {
    let rule = |(group, resources): (&&str, &BTreeSet<&str>)| {
        let resources: Value = resources.iter().copied().collect();
        context! { group => *group, resources => resources }
    };
    let given = context! {
        name => format!("{}-reports-{}", release.project, target.name()),
        environment => release.environment.as_str(),
        aggregated => AGGREGATED,
        rules => resources.iter().map(rule).collect::<Value>(),
    };
    frame::render("kyverno/reports-role.yaml.j2", given)
}

/// The annotations that Kyverno's policies, reports and tools show.
pub(super) fn annotations(rule: &Rule) -> BTreeMap<String, String> {
    let mut annotations = described(&rule.category, rule.why.trim(), rule.severity, &rule.kinds, &rule.title);
    annotations.extend(names::source(rule));
    annotations
}

/// The same on the policy of a pack, and which rules it holds.
pub(super) fn annotations_of_pack(pack: &Pack<'_>) -> BTreeMap<String, String> {
    let mut annotations =
        described("packed", pack.description(), pack.severity(), &pack.kinds(), &pack.title());
    annotations.insert("palisade.dev/rules".to_owned(), pack.ids().join(", "));
    annotations
}

/// Kyverno's annotations. Autogen is off: the kinds are matched one by one.
fn described(
    category: &str,
    description: &str,
    severity: Severity,
    kinds: &[Kind],
    title: &str,
) -> BTreeMap<String, String> {
    let subjects: Vec<&str> = kinds.iter().map(|kind| kind.kind.as_str()).collect();
    let subjects = subjects.join(", ");
    let annotations = [
        ("pod-policies.kyverno.io/autogen-controllers", "none"),
        ("policies.kyverno.io/category", category),
        ("policies.kyverno.io/description", description),
        ("policies.kyverno.io/minversion", "1.17.0"),
        ("policies.kyverno.io/severity", severity.name()),
        ("policies.kyverno.io/subject", &subjects),
        ("policies.kyverno.io/title", title),
    ];
    annotations.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
