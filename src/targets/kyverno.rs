//! What Kyverno's users expect on a policy of either kind.

use std::collections::BTreeMap;

use super::names;
use crate::ir::Rule;

/// The annotations that Kyverno's policies, reports and tools show. Autogen is off: the kinds are matched one by one.
pub(super) fn annotations(rule: &Rule) -> BTreeMap<String, String> {
    let subjects: Vec<&str> = rule.kinds.iter().map(|kind| kind.kind.as_str()).collect();
    let mut annotations = BTreeMap::from([
        ("pod-policies.kyverno.io/autogen-controllers".to_owned(), "none".to_owned()),
        ("policies.kyverno.io/category".to_owned(), rule.category.clone()),
        ("policies.kyverno.io/description".to_owned(), rule.why.trim().to_owned()),
        ("policies.kyverno.io/minversion".to_owned(), "1.17.0".to_owned()),
        ("policies.kyverno.io/severity".to_owned(), rule.severity.name().to_owned()),
        ("policies.kyverno.io/subject".to_owned(), subjects.join(", ")),
        ("policies.kyverno.io/title".to_owned(), rule.title.clone()),
    ]);
    annotations.extend(names::source(rule));
    annotations
}
