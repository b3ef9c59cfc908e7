//! The part of a bundle's README that says how to apply it, engine by engine.

use std::collections::BTreeSet;

use super::reports_role;
use crate::ir::{Kind, Release, Target};

/// The section's text, in Markdown.
pub(super) fn text(release: &Release) -> String {
    let mut parts = vec![
        "## How to apply it\n\nBy hand, from this folder, what is for the engine that the cluster runs."
            .to_owned(),
    ];
    parts.extend(release.engines.keys().map(|target| by_hand(release, *target)));
    parts.push(
        "With Argo CD: one Application for each folder that has a `kustomization.yaml`.\n\
         With Flux: one Kustomization for each such folder, with `prune: true`."
            .to_owned(),
    );
    if release.engines.contains_key(&Target::Gatekeeper) {
        parts.push(TEMPLATES_FIRST.to_owned());
    }
    parts.join("\n\n")
}

const TEMPLATES_FIRST: &str = "Gatekeeper makes the kinds of the constraints out of the templates, so the templates come first. \
     Argo CD tries again until the kinds are there: the constraints carry `SkipDryRunOnMissingResource`. Flux is told:\n\n\
     ```yaml\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: gatekeeper-constraints\n\
     spec:\n  dependsOn:\n    - name: gatekeeper-templates\n```";

/// The commands for one engine, and what else its folder gives away.
fn by_hand(release: &Release, target: Target) -> String {
    let commands = match target {
        Target::Gatekeeper => {
            "kubectl apply -k gatekeeper/templates\n\
             kubectl wait --for=jsonpath='{.status.created}'=true constrainttemplates -l app.kubernetes.io/managed-by=palisade\n\
             kubectl apply -k gatekeeper/constraints"
                .to_owned()
        }
        Target::KyvernoClusterPolicy
        | Target::KyvernoValidatingPolicy
        | Target::ValidatingAdmissionPolicy => format!("kubectl apply -k {}", target.name()),
    };
    let commands = format!("`{}`:\n\n```sh\n{commands}\n```", target.name());
    match reports_role(release, target) {
        Some(role) => format!("{commands}\n\n{role}"),
        None => commands,
    }
}

/// What the reports role lets Kyverno read, if there is one. Who applies a folder of policies doesn't expect that it grants a right,
/// least of all to read Secrets.
fn reports_role(release: &Release, target: Target) -> Option<String> {
    let kinds = reports_role::kinds(release, target);
    let names: BTreeSet<&str> = kinds.iter().map(|kind| kind.kind.as_str()).collect();
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let (last, others) = names.split_last()?;
    let listed = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
    let mut text = format!(
        "Its `{}` lets Kyverno's reports controller read each {listed} of the cluster.",
        reports_role::FILE
    );
    if kinds.iter().any(|kind| is_secret(kind)) {
        let governs_secrets = release.rules.iter().filter(|rule| rule.kinds.iter().any(is_secret));
        let rules: Vec<&str> = governs_secrets.map(|rule| rule.id.as_str()).collect();
        text.push_str(&format!(
            " If it shall not read Secrets, disable what governs them ({}), or apply that for another engine.",
            rules.join(", ")
        ));
    }
    Some(text)
}

fn is_secret(kind: &Kind) -> bool {
    kind.group.is_empty() && kind.kind == "Secret"
}
