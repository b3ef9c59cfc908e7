//! What is only audited goes through, and can be seen afterwards: in Kyverno's reports, in the status of Gatekeeper's constraint, in
//! the API server's audit log; so can an exemption that was used, where the target leaves a trace of it.
//!
//! (That warnings come and denials deny is a part of the verdicts.)

use palisade::ir::{Release, Target};
use serde_json::{Value, json};

use crate::bundle::Bundle;
use crate::folder;
use crate::reference::labelled;
use crate::rig::Cluster;
use crate::rig::api::Mode;
use crate::rig::waiting::wait_for;
use crate::saying::Saying;
use crate::subject::make_namespace;

/// The rule that is broken, how bad that is, and its policies' name.
const RULE: &str = "POD-001";
const SEVERITY: &str = "critical";
const POLICY: &str = "palisade-pod-001";
/// The policy in which both rules stand, in the packed layout.
const PACK: &str = "palisade-packed-audit";
const PACKED: Target = Target::KyvernoValidatingPolicy;
/// The rule that is waived, and by which exemption.
const WAIVED_RULE: &str = "POD-010";
const WAIVED_POLICY: &str = "palisade-pod-010";
const EXEMPTION: &str = "node-logs";

const NAMESPACE: &str = "audited";
const EXEMPTED_NAMESPACE: &str = "logging";
/// A Pod that was there before the policies, one that came after, and one that is exempted.
const BEFORE: &str = "before";
const AFTER: &str = "after";
const EXEMPTED: &str = "fluent-bit";

/// The bundles that audit, while the controllers take their time to report.
pub struct Audited {
    bundle: Bundle,
    packed: Bundle,
    /// What isn't as it should be already.
    faults: Vec<String>,
}

/// Applies a release that only audits on all targets, and its ValidatingPolicies also as the packed release has them; and breaks it.
pub fn begin(cluster: &mut Cluster, release: Release, packed: Release) -> Result<Audited, String> {
    cluster.start_kyverno_reports()?;
    cluster.start_gatekeeper_audit(5)?;
    let write = |mut release: Release, name| {
        release.rules.retain(|rule| [RULE, WAIVED_RULE].contains(&rule.id.as_str()));
        Bundle::write(&release, &folder(name))
    };
    let (bundle, packed) = (write(release, "audited")?, write(packed, "audited-packed")?);
    for namespace in [NAMESPACE, EXEMPTED_NAMESPACE] {
        make_namespace(&cluster.api, namespace, &labelled(namespace, &[]))?;
    }
    let mut faults = create(cluster, NAMESPACE, &privileged(BEFORE))?;
    for target in Target::ALL {
        faults.extend(bundle.apply(cluster, target)?);
    }
    faults.extend(packed.apply(cluster, PACKED)?);
    wait_for("the API server's policies to be in force", || in_force(cluster))?;
    faults.extend(create(cluster, NAMESPACE, &privileged(AFTER))?);
    faults.extend(create(cluster, EXEMPTED_NAMESPACE, &log_collector(EXEMPTED))?);
    Ok(Audited { bundle, packed, faults })
}

/// What isn't as it should be, once it can be seen. Removes the release.
pub fn prove(cluster: &Cluster, audited: Audited) -> Result<Vec<String>, String> {
    let Audited { bundle, packed, mut faults } = audited;
    let seen = [
        wait_for("Kyverno's reports", || kyverno_reports(cluster)),
        wait_for("the status of Gatekeeper's constraint", || constraint_status(cluster)),
        wait_for("the API server's audit log", || audit_log(cluster)),
    ];
    faults.extend(seen.into_iter().filter_map(Result::err));
    packed.remove(cluster, PACKED)?;
    for target in Target::ALL {
        bundle.remove(cluster, target)?;
    }
    Ok(faults)
}

/// Whether the API server asks each of its policies: the last try to make a Pod for it has left a trace of it. That a policy has a
/// status says less: another process writes that; and that one is asked says nothing of the other.
fn in_force(cluster: &Cluster) -> Result<(), String> {
    const CANARY: &str = "canary";
    let tries = [
        (NAMESPACE, privileged(CANARY), format!("{POLICY}/severity"), SEVERITY),
        (EXEMPTED_NAMESPACE, log_collector(CANARY), format!("{WAIVED_POLICY}/exempted"), EXEMPTION),
    ];
    for (namespace, pod, annotation, value) in tries {
        cluster.api.create(&format!("/api/v1/namespaces/{namespace}/pods"), &pod, Mode::DryRun)?;
        let annotations = audited(cluster, namespace, CANARY)?;
        if annotations[annotation] != value {
            return Err(format!("the annotations are {annotations}"));
        }
    }
    Ok(())
}

/// Makes a Pod that must go through without a word from a policy.
fn create(cluster: &Cluster, namespace: &str, pod: &Value) -> Result<Vec<String>, String> {
    let reply = cluster.api.create(&format!("/api/v1/namespaces/{namespace}/pods"), pod, Mode::Stored)?;
    let saying = Saying::of(&reply);
    let name = &pod["metadata"]["name"];
    let refused = (!reply.is_success()).then(|| format!("Pod {name}: {}", reply.message()));
    let warned = saying.warnings.into_iter().map(|warning| format!("Pod {name}: a warning: {warning}"));
    Ok(refused.into_iter().chain(warned).collect())
}

fn privileged(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "securityContext": {"runAsNonRoot": true},
            "containers": [{"name": "app", "image": "registry.example/app:1", "securityContext": {"privileged": true}}],
        },
    })
}

/// A Pod as the exemption describes it, which runs as root.
fn log_collector(name: &str) -> Value {
    let image = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.0";
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "serviceAccountName": "fluent-bit",
            "containers": [{"name": "app", "image": image, "securityContext": {"runAsUser": 0}}],
        },
    })
}

/// All of Kyverno's policies report both Pods, with the rule's id and severity; ValidatingPolicies tell of the exemption, and the packed
/// one of the rules that are violated.
fn kyverno_reports(cluster: &Cluster) -> Result<(), String> {
    const SOURCE: &str = "KyvernoValidatingPolicy";
    for (source, policy) in [("kyverno", POLICY), (SOURCE, POLICY), (SOURCE, PACK)] {
        for pod in [BEFORE, AFTER] {
            let result = reported(cluster, NAMESPACE, pod, source, policy)?;
            let message = result["message"].as_str().unwrap_or_default();
            let is_right = result["result"] == "fail"
                && result["severity"] == SEVERITY
                && message.contains(&format!("{RULE} Pod/{pod}: "))
                && (policy != PACK || result["properties"]["rules"] == RULE);
            if !is_right {
                return Err(format!("{policy} of {source} reports Pod {pod} as {result}"));
            }
        }
    }
    let packed_exemption = format!("{WAIVED_RULE}: {EXEMPTION}");
    for (policy, exempted) in [(WAIVED_POLICY, EXEMPTION), (PACK, &packed_exemption)] {
        let result = reported(cluster, EXEMPTED_NAMESPACE, EXEMPTED, SOURCE, policy)?;
        if result["result"] != "pass" || result["properties"]["exempted"] != exempted {
            return Err(format!("{policy} reports the exempted Pod as {result}"));
        }
    }
    Ok(())
}

/// The result of a policy for a Pod, in Kyverno's report on that Pod.
fn reported(
    cluster: &Cluster,
    namespace: &str,
    pod: &str,
    source: &str,
    policy: &str,
) -> Result<Value, String> {
    let path = format!("/apis/wgpolicyk8s.io/v1alpha2/namespaces/{namespace}/policyreports");
    let reports = cluster.api.get(&path)?.object()?;
    let of_pod =
        reports["items"].as_array().into_iter().flatten().filter(|report| report["scope"]["name"] == pod);
    let mut results = of_pod.flat_map(|report| report["results"].as_array().into_iter().flatten());
    let found = results.find(|result| result["source"] == source && result["policy"] == policy);
    found.cloned().ok_or_else(|| format!("{source} doesn't report Pod {pod}"))
}

/// The constraint tells of both Pods in its status, and of its severity in an annotation.
fn constraint_status(cluster: &Cluster) -> Result<(), String> {
    let path = format!("/apis/constraints.gatekeeper.sh/v1beta1/{}/{POLICY}", POLICY.replace('-', ""));
    let constraint = cluster.api.get(&path)?.object()?;
    let violations = &constraint["status"]["violations"];
    for pod in [BEFORE, AFTER] {
        let tells_of = |violation: &&Value| {
            let message = violation["message"].as_str().unwrap_or_default();
            violation["namespace"] == NAMESPACE
                && violation["name"] == pod
                && violation["enforcementAction"] == "dryrun"
                && message.starts_with(&format!("{RULE} Pod/{pod}: "))
        };
        if violations.as_array().into_iter().flatten().find(tells_of).is_none() {
            return Err(format!("it doesn't tell of Pod {pod}: {}", constraint["status"]));
        }
    }
    let severity = &constraint["metadata"]["annotations"]["palisade.dev/severity"];
    if severity == SEVERITY { Ok(()) } else { Err(format!("its severity is {severity}")) }
}

/// The API server's audit log has the violation of the Pod that came after the policies, and the exemption. It never hears of the Pod
/// that came before.
fn audit_log(cluster: &Cluster) -> Result<(), String> {
    let annotations = audited(cluster, NAMESPACE, AFTER)?;
    let failures =
        annotations["validation.policy.admission.k8s.io/validation_failure"].as_str().unwrap_or("[]");
    let failures: Value = serde_json::from_str(failures).map_err(|error| error.to_string())?;
    let tells = |failure: &Value| {
        let message = failure["message"].as_str().unwrap_or_default();
        failure["policy"] == POLICY && message.starts_with(&format!("{RULE} Pod/{AFTER}: "))
    };
    let is_told = failures.as_array().into_iter().flatten().any(tells);
    if !is_told || annotations[format!("{POLICY}/severity")] != SEVERITY {
        return Err(format!("its annotations are {annotations}"));
    }
    let annotations = audited(cluster, EXEMPTED_NAMESPACE, EXEMPTED)?;
    if annotations[format!("{WAIVED_POLICY}/exempted")] != EXEMPTION {
        return Err(format!("the annotations of the exempted Pod are {annotations}"));
    }
    Ok(())
}

/// The annotations of the last event by which a Pod was made.
fn audited(cluster: &Cluster, namespace: &str, pod: &str) -> Result<Value, String> {
    let log = cluster.audit_log()?;
    let mut events = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_it = |event: &Value| {
        let object = &event["objectRef"];
        event["verb"] == "create" && object["namespace"] == namespace && object["name"] == pod
    };
    events
        .rfind(is_it)
        .map(|event| event["annotations"].clone())
        .ok_or_else(|| format!("Pod {pod} isn't in it"))
}
