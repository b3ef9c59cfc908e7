//! What an engine doesn't enforce, whatever the policies say. The bundle's README and the coverage table say so.
//!
//! The areas are held against real engines, installed as their charts do it (`tests/cluster/defaults.rs`).

use crate::ir::Target;

/// A part of a cluster that an engine doesn't look into as it is installed by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The part.
    pub area: Area,
    /// Why, in a few words of Markdown.
    pub because: &'static str,
}

/// A part of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// All that is in a namespace.
    Namespace(&'static str),
    /// All objects of a kind, whose group is beside it.
    Kind(&'static str, &'static str),
}

const FILTERS: &str = "`resourceFilters` of Kyverno's chart";
const SELECTOR_AND_FILTERS: &str = "the webhooks' selector, and `resourceFilters`";

/// What Kyverno's chart (1.19) leaves out of both kinds of policies.
const KYVERNO: [Unseen; 5] = [
    Unseen { area: Area::Namespace("kube-system"), because: SELECTOR_AND_FILTERS },
    Unseen { area: Area::Namespace("kube-public"), because: FILTERS },
    Unseen { area: Area::Namespace("kube-node-lease"), because: FILTERS },
    Unseen { area: Area::Namespace("kyverno"), because: SELECTOR_AND_FILTERS },
    Unseen {
        area: Area::Kind("apps", "ReplicaSet"),
        because: "`resourceFilters`; the Pods that it makes are judged",
    },
];

/// What Gatekeeper's chart (3.23) leaves out.
const GATEKEEPER: [Unseen; 1] =
    [Unseen { area: Area::Namespace("gatekeeper-system"), because: "the webhook's selector" }];

/// What the engine behind a target doesn't look into as its chart installs it.
pub fn unseen(target: Target) -> &'static [Unseen] {
    match target {
        Target::KyvernoClusterPolicy | Target::KyvernoValidatingPolicy => &KYVERNO,
        Target::Gatekeeper => &GATEKEEPER,
        Target::ValidatingAdmissionPolicy => &[],
    }
}

/// What else the engine behind a target doesn't do as it is installed by default; each one sentence of Markdown.
pub fn limits(target: Target) -> &'static [&'static str] {
    match target {
        Target::KyvernoClusterPolicy => &[
            "Kyverno 1.20 stores a ClusterPolicy and runs nothing: move to `kyverno-validating-policy` before that.",
            "A used exemption leaves no trace.",
        ],
        Target::KyvernoValidatingPolicy => &[],
        Target::Gatekeeper => &[
            "Gatekeeper's failure policy belongs to its installation, not to a constraint: with the chart's default \
             (`Ignore`, after 3 seconds) a request that can't be judged is let in.",
            "Gatekeeper's webhook is not sent DELETE and CONNECT requests.",
            "Namespaces that the installation exempts (`--exempt-namespace`, the webhook's own selector, a `Config`) are \
             not looked into.",
            "A used exemption leaves no trace.",
        ],
        Target::ValidatingAdmissionPolicy => &[
            "The API server judges requests only: what was stored before is not reported, and `audit` is written to its \
             audit log and nowhere else.",
            "Of several policies that refuse a request only the first one's text is shown.",
        ],
    }
}

impl std::fmt::Display for Area {
    /// In Markdown, for a cell of a table.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Area::Namespace(name) => write!(formatter, "the namespace `{name}`"),
            Area::Kind(_, kind) => write!(formatter, "each {kind}"),
        }
    }
}
