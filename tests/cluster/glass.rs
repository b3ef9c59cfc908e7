//! Pods and workloads have the action that is said for each; and the glass: only those who may can break it, by whatever request, and
//! while it is broken nothing is denied there.

use palisade::ir::{BreakGlass, Release, Target};
use serde_json::{Value, json};

use crate::bundle::Bundle;
use crate::folder;
use crate::reference::labelled;
use crate::rig::Cluster;
use crate::rig::api::{Api, Mode, Reply};
use crate::rig::waiting::wait_for;
use crate::saying::Saying;
use crate::subject::make_namespace;

/// A rule about Pods, and one about a cluster-scoped kind.
const RULES: [&str; 2] = ["POD-001", "NOD-003"];
/// A namespace where Pods are denied too, and one where they are audited.
const STRICT: &str = "strict";
const CALM: &str = "calm";

/// A cluster, as the administrator sees it and as a member of the group that may break the glass does.
struct Incident<'a> {
    cluster: &'a Cluster,
    member: Api,
    glass: BreakGlass,
    faults: Vec<String>,
}

/// What isn't as it should be, target by target. Each is applied, and removed again.
pub fn prove(cluster: &mut Cluster, mut release: Release, targets: &[Target]) -> Result<Vec<String>, String> {
    release.rules.retain(|rule| RULES.contains(&rule.id.as_str()));
    let glass = release.break_glass.clone().ok_or("nobody may break the glass")?;
    let bundle = Bundle::write(&release, &folder("incident"))?;
    for namespace in [STRICT, CALM] {
        make_namespace(&cluster.api, namespace, &labelled(namespace, &[]))?;
    }
    let group = glass.groups.first().ok_or("no group may break the glass")?;
    give_all_rights(cluster, group)?;
    let mut faults = Vec::new();
    for target in targets {
        let mut of_target = bundle.apply(cluster, *target)?;
        of_target.extend(bundle.drift_and_changes(cluster, *target, None)?);
        let member = cluster.api.acting_for("oncall-1", group);
        let mut incident = Incident { cluster, member, glass: glass.clone(), faults: of_target };
        incident.actions()?;
        incident.guard(*target)?;
        incident.break_and_mend(*target)?;
        faults.extend(incident.faults.into_iter().map(|fault| format!("{}: {fault}", target.name())));
        bundle.remove(cluster, *target)?;
    }
    Ok(faults)
}

/// Lets a group do everything, as far as RBAC is asked.
fn give_all_rights(cluster: &Cluster, group: &str) -> Result<(), String> {
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "incident"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
    });
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    cluster.api.create(path, &binding, Mode::Stored)?.object().map(drop)
}

impl Incident<'_> {
    /// Each sort of object has its action, and only members pass where there is no namespace.
    fn actions(&mut self) -> Result<(), String> {
        let api = self.cluster.api.clone();
        wait_for("the policies to be in force", || {
            let reply = create(&api, STRICT, &pod())?;
            if is_denied(&reply, "POD-001") { Ok(()) } else { Err(reply.message()) }
        })?;
        for (namespace, object, is_denied) in [
            (STRICT, pod(), true),
            (STRICT, deployment(), true),
            (CALM, pod(), false),
            (CALM, deployment(), true),
            ("", node_pool(), true),
        ] {
            let reply = create(&api, namespace, &object)?;
            self.expect(&reply, is_denied, &format!("{} in `{namespace}`", object["kind"]));
        }
        let member = self.member.clone();
        for (namespace, object, is_denied) in [(STRICT, pod(), true), ("", node_pool(), false)] {
            let reply = create(&member, namespace, &object)?;
            self.expect(&reply, is_denied, &format!("{} in `{namespace}` by a member", object["kind"]));
        }
        Ok(())
    }

    /// Nobody else can set the label, by any request that the engine is asked about.
    fn guard(&mut self, target: Target) -> Result<(), String> {
        let api = self.cluster.api.clone();
        let new = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": "new", "labels": {(self.glass.label.as_str()): "INC-1"}},
        });
        let reply = api.create("/api/v1/namespaces", &new, Mode::DryRun)?;
        self.expect(&reply, true, "a new Namespace with the label");
        let reply = self.member.create("/api/v1/namespaces", &new, Mode::DryRun)?;
        self.expect(&reply, false, "a new Namespace with the label by a member");
        let mut labelled = api.get(&format!("/api/v1/namespaces/{STRICT}"))?.object()?;
        labelled["metadata"]["labels"][&self.glass.label] = Value::from("INC-1");
        for subresource in ["", "/status", "/finalize"] {
            // Gatekeeper's webhook isn't sent these; the bundle's README says so.
            if target == Target::Gatekeeper && !subresource.is_empty() {
                continue;
            }
            let path = format!("/api/v1/namespaces/{STRICT}{subresource}");
            let reply = api.replace(&path, &labelled, Mode::DryRun)?;
            self.expect(&reply, true, &format!("the label by `namespaces{subresource}`"));
        }
        let labels = labelled["metadata"]["labels"].as_object_mut().ok_or("no labels")?;
        labels.remove(&self.glass.label);
        labels.insert("team".to_owned(), Value::from("shop"));
        let reply = api.replace(&format!("/api/v1/namespaces/{STRICT}"), &labelled, Mode::DryRun)?;
        self.expect(&reply, false, "another label");
        Ok(())
    }

    /// The three commands of the runbook, and what happens in between.
    fn break_and_mend(&mut self, target: Target) -> Result<(), String> {
        let (api, member) = (self.cluster.api.clone(), self.member.clone());
        let path = format!("/api/v1/namespaces/{STRICT}");
        let label = |value: Value| json!({"metadata": {"labels": {(self.glass.label.as_str()): value}}});
        let (set, changed, removed) = (label("INC-1".into()), label("INC-2".into()), label(Value::Null));
        member.patch(&path, &set)?.object()?;
        wait_for("the glass to be broken", || {
            let reply = create(&api, STRICT, &pod())?;
            if reply.is_success() { Ok(()) } else { Err(reply.message()) }
        })?;
        let reply = create(&api, STRICT, &deployment())?;
        self.expect(&reply, false, "a Deployment where the glass is broken");
        if target == Target::ValidatingAdmissionPolicy {
            self.is_audited()?;
        }
        for (patch, what) in [(&changed, "another value of the label"), (&removed, "the label's removal")] {
            let reply = api.patch(&path, patch)?;
            self.expect(&reply, true, what);
        }
        member.patch(&path, &removed)?.object()?;
        wait_for("the glass to be whole", || {
            let reply = create(&api, STRICT, &pod())?;
            if is_denied(&reply, "POD-001") { Ok(()) } else { Err("a Pod goes through".to_owned()) }
        })
    }

    /// What was let in is in the audit log, with the rule's text.
    fn is_audited(&self) -> Result<(), String> {
        wait_for("the audit log to tell of the Pod", || {
            let log = self.cluster.audit_log()?;
            let events = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let is_told = |event: &Value| {
                let failures = &event["annotations"]["validation.policy.admission.k8s.io/validation_failure"];
                let object = &event["objectRef"];
                let text = failures.as_str().unwrap_or_default();
                object["namespace"] == STRICT
                    && object["resource"] == "pods"
                    && text.contains("POD-001 Pod/incident: ")
            };
            if events.filter(|event| event["verb"] == "create").any(|event| is_told(&event)) {
                Ok(())
            } else {
                Err("it doesn't".to_owned())
            }
        })
    }

    fn expect(&mut self, reply: &Reply, denied: bool, what: &str) {
        let refusal = Saying::of(reply).denial.map(|denial| denial.message);
        match (denied, refusal, reply.is_success()) {
            (true, Some(_), _) | (false, None, true) => {}
            (true, None, _) => self.faults.push(format!("{what} isn't denied: {}", reply.message())),
            (false, _, _) => self.faults.push(format!("{what} is denied: {}", reply.message())),
        }
    }
}

fn is_denied(reply: &Reply, rule: &str) -> bool {
    Saying::of(reply).denial.is_some_and(|denial| denial.message.contains(rule))
}

/// Tries to make an object, of which nothing is stored.
fn create(api: &Api, namespace: &str, object: &Value) -> Result<Reply, String> {
    let collection = match object["kind"].as_str() {
        Some("Pod") => format!("/api/v1/namespaces/{namespace}/pods"),
        Some("Deployment") => format!("/apis/apps/v1/namespaces/{namespace}/deployments"),
        _ => "/apis/karpenter.sh/v1/nodepools".to_owned(),
    };
    api.create(&collection, object, Mode::DryRun)
}

fn spec() -> Value {
    json!({
        "securityContext": {"runAsNonRoot": true},
        "containers": [{"name": "app", "image": "registry.example/app:1", "securityContext": {"privileged": true}}],
    })
}

fn pod() -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "incident"}, "spec": spec()})
}

fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "incident"},
        "spec": {
            "selector": {"matchLabels": {"app": "incident"}},
            "template": {"metadata": {"labels": {"app": "incident"}}, "spec": spec()},
        },
    })
}

/// A pool whose nodes live for too long.
fn node_pool() -> Value {
    json!({
        "apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "incident"},
        "spec": {"template": {"spec": {
            "expireAfter": "9000h",
            "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "default"},
            "requirements": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]}],
        }}},
    })
}
