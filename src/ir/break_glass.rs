//! Breaking the glass: in an incident some people take the denials away in a namespace, by a label, and put them back.
//!
//! What that means for placements is lowering's; here is who may do it, and the guard over the label as a rule without checks, whose name,
//! labels and texts are those of any rule.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::kind::{Kind, KindFields};
use super::release::{Action, FailurePolicy, Objects, Placement, Release, Severity};
use super::rule::Rule;

/// The id of the guard. No rule can have it: their ids end with a number.
pub const GUARD: &str = "BREAK-GLASS";

/// The subresources by which a Namespace's labels can be changed too.
pub const GUARDED_SUBRESOURCES: [&str; 2] = ["namespaces/status", "namespaces/finalize"];

/// Who may take denials away, and by which label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    /// The label's key. A namespace that carries it, with any value, has its glass broken.
    pub label: String,
    /// The groups whose members may set, change and remove the label, sorted.
    pub groups: Vec<String>,
}

impl BreakGlass {
    /// What is wrong with a request that the guard refuses.
    pub fn refusal(&self) -> String {
        let groups: Vec<String> = self.groups.iter().map(|group| format!("`{group}`")).collect();
        format!(
            "object: only members of {} may set, change or remove the label `{}`",
            groups.join(", "),
            self.label
        )
    }

    /// The guard, as far as it is like a rule.
    pub fn guard(&self) -> Rule {
        Rule {
            id: GUARD.to_owned(),
            title: "Only some may break the glass".to_owned(),
            severity: Severity::Critical,
            category: "break-glass".to_owned(),
            since: String::new(),
            why: "Where a namespace carries the label, what would be refused is only reported. Who could set it would be bound by no rule."
                .to_owned(),
            fix: "Ask somebody who is on call.".to_owned(),
            references: Vec::new(),
            source_file: String::new(),
            kinds: vec![namespace()],
            parameters: BTreeMap::new(),
            spared: Condition::False,
            waivers: Vec::new(),
            shapes: Vec::new(),
            checks: Vec::new(),
            governed_in_pods: Vec::new(),
            governed_in_objects: Vec::new(),
            placements: vec![Placement {
                scope: None,
                objects: Objects::ClusterWide,
                broken_glass: false,
                selector: Vec::new(),
                action: Action::Deny,
                failure_policy: FailurePolicy::Fail,
                set_by: String::new(),
            }],
            examples: Vec::new(),
        }
    }
}

impl Release {
    /// The groups whose requests a placement lets pass whatever they violate: no label stands on what has no namespace.
    pub fn lets_pass(&self, placement: &Placement) -> Option<&[String]> {
        let denies = placement.objects == Objects::ClusterWide && placement.action == Action::Deny;
        self.break_glass.as_ref().filter(|_| denies).map(|break_glass| break_glass.groups.as_slice())
    }
}

/// The kind Namespace.
fn namespace() -> Kind {
    KindFields {
        group: String::new(),
        kind: "Namespace".to_owned(),
        plural: "namespaces".to_owned(),
        namespaced: false,
        versions: vec!["v1".to_owned()],
        pod_template: None,
    }
    .into()
}
