//! What an engine doesn't enforce, whatever the policies say. The bundle's README and the coverage table say so.

use crate::ir::Target;

/// What the engine behind a target doesn't see or do as it is installed by default; each one sentence of Markdown.
pub fn limits(target: Target) -> &'static [&'static str] {
    match target {
        Target::KyvernoClusterPolicy => &[
            RESOURCE_FILTERS,
            WEBHOOK_SELECTOR,
            "Kyverno 1.20 stores a ClusterPolicy and runs nothing: move to `kyverno-validating-policy` before that.",
        ],
        Target::KyvernoValidatingPolicy => &[RESOURCE_FILTERS, WEBHOOK_SELECTOR],
        Target::Gatekeeper => &[
            "Gatekeeper's failure policy belongs to its installation, not to a constraint: with the chart's default \
             (`Ignore`, after 3 seconds) a request that can't be judged is let in.",
            "Gatekeeper's webhook is not sent DELETE and CONNECT requests.",
            "Namespaces that the installation exempts (`--exempt-namespace`, the webhook's own selector, a `Config`) are \
             not looked into.",
        ],
        Target::ValidatingAdmissionPolicy => &[
            "The API server judges requests only: what was stored before is not reported, and `audit` is written to its \
             audit log and nowhere else.",
            "Of several policies that refuse a request only the first one's text is shown.",
        ],
    }
}

const RESOURCE_FILTERS: &str = "Kyverno's default `resourceFilters` drop `kube-system`, `kube-public`, `kube-node-lease`, and the kinds \
     ReplicaSet, Node, Event, Binding and APIService before any policy is asked. The Pods of a ReplicaSet are judged.";
const WEBHOOK_SELECTOR: &str =
    "The webhooks of Kyverno's chart leave out `kube-system` and Kyverno's own namespace.";
