//! Kyverno: its kinds, its rights and its configuration as the file in its module installs them, its controllers outside of the
//! cluster.
//!
//! That file (`config/install-latest-testing.yaml`) is what Kyverno's chart renders with its default values.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::api::Mode;
use super::control_plane::free_port;
use super::programs::module_folder;
use super::supervisor::Process;
use super::waiting::{Not, wait_for};
use super::{Cluster, users};

/// The ConfigMap whose `resourceFilters` say what Kyverno doesn't look at.
const CONFIGURATION: &str = "/api/v1/namespaces/kyverno/configmaps/kyverno";
const ADMISSION: &str = "kyverno-admission-controller";
const REPORTS: &str = "kyverno-reports-controller";

/// What Kyverno doesn't look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filters {
    /// As its chart has them.
    Chart,
    /// Nothing is left out but Kyverno's own namespace.
    None,
}

impl Cluster {
    /// Starts Kyverno's admission controller, which will be ready later.
    pub(super) fn start_kyverno(&mut self) -> Result<(), String> {
        let port = free_port()?;
        let own = [
            format!("--serverIP=127.0.0.1:{port}"),
            format!("--webhookServerPort={port}"),
            "--controllerRuntimeMetricsAddress=0".to_owned(),
            // The default of 10 seconds is for machines that don't run the whole cluster beside a compiler.
            "--webhookTimeout=30".to_owned(),
        ];
        self.start_controller("kyverno", ADMISSION, &users::KYVERNO, &own)
    }

    /// Waits until Kyverno's webhooks are there and answer: one of them looks at a policy that isn't stored.
    pub(super) fn wait_for_kyverno(&mut self) -> Result<(), String> {
        let policy = json!({
            "apiVersion": "kyverno.io/v1",
            "kind": "ClusterPolicy",
            "metadata": {"name": "ready"},
            "spec": {"rules": [{
                "name": "ready",
                "match": {"any": [{"resources": {"kinds": ["ConfigMap"]}}]},
                "validate": {"message": "no", "deny": {}},
            }]},
        });
        wait_for("Kyverno's webhooks", || {
            self.supervisor.check().map_err(Not::Ever)?;
            let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kyverno-policy-validating-webhook-cfg";
            self.api.get(path)?.object().map_err(Not::Yet)?;
            let asked = self.api.create("/apis/kyverno.io/v1/clusterpolicies", &policy, Mode::DryRun)?;
            asked.object().map(|_| ()).map_err(Not::Yet)
        })
        .map_err(|error| format!("{error}\n{}", self.supervisor.end_of_log("kyverno")))
    }

    /// Starts Kyverno's reports controller, which judges what is stored.
    pub fn start_kyverno_reports(&mut self) -> Result<(), String> {
        self.start_controller("kyverno-reports", REPORTS, &users::KYVERNO_REPORTS, &[])
    }

    /// Sets what Kyverno doesn't look at.
    pub fn filter_for_kyverno(&self, filters: Filters) -> Result<(), String> {
        let text = match filters {
            Filters::None => String::new(),
            Filters::Chart => chart_filters()?,
        };
        self.api.patch(CONFIGURATION, &json!({"data": {"resourceFilters": text}}))?.object().map(|_| ())
    }

    /// Starts a controller with the arguments and the environment that its Deployment has, but for what belongs to a Pod.
    fn start_controller(
        &mut self,
        name: &str,
        deployment: &str,
        user: &users::User,
        own: &[String],
    ) -> Result<(), String> {
        let container = container(deployment)?;
        let kubeconfig = users::kubeconfig(&self.folder, self.api.server(), user)?;
        let mut arguments: Vec<String> =
            strings(&container["args"]).filter(|argument| !argument.starts_with("--metricsPort")).collect();
        // The last of several wins.
        arguments.extend([
            format!("--kubeconfig={}", kubeconfig.display()),
            "--disableMetrics=true".to_owned(),
            // It asks for its rights to each kind of each policy, and would wait half a minute between its questions.
            "--clientRateLimitQPS=1000".to_owned(),
            "--clientRateLimitBurst=1000".to_owned(),
            format!("--metricsPort={}", free_port()?),
        ]);
        arguments.extend_from_slice(own);
        let mut environment: BTreeMap<String, String> = container["env"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|variable| {
                Some((variable["name"].as_str()?.to_owned(), variable["value"].as_str()?.to_owned()))
            })
            .collect();
        environment.insert("KYVERNO_NAMESPACE".to_owned(), "kyverno".to_owned());
        environment.insert("KYVERNO_POD_NAME".to_owned(), format!("{deployment}-0"));
        environment.insert("TUF_ROOT".to_owned(), self.folder.join("sigstore").display().to_string());
        let executable =
            if deployment == REPORTS { &self.programs.kyverno_reports } else { &self.programs.kyverno };
        self.supervisor.launch(&Process {
            name,
            executable,
            arguments,
            environment: environment.into_iter().collect(),
        })?;
        Ok(())
    }
}

/// The documents of the file that installs Kyverno.
fn documents() -> Result<Vec<String>, String> {
    let path =
        module_folder("kyverno", "github.com/kyverno/kyverno")?.join("config/install-latest-testing.yaml");
    let text = fs::read_to_string(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    Ok(text.split("\n---\n").map(str::to_owned).collect())
}

/// What is installed: all but the Deployments, which run as processes here.
pub(super) fn installed() -> Result<Vec<String>, String> {
    let is_deployment = |document: &String| document.lines().any(|line| line == "kind: Deployment");
    Ok(documents()?.into_iter().filter(|document| !is_deployment(document)).collect())
}

/// A document by its kind and name.
fn document(kind: &str, name: &str) -> Result<Value, String> {
    let says = |document: &str, line: &str| document.lines().any(|other| other == line);
    let found = documents()?
        .into_iter()
        .find(|document| {
            says(document, &format!("kind: {kind}")) && says(document, &format!("  name: {name}"))
        })
        .ok_or_else(|| format!("Kyverno's installation has no {kind} `{name}`"))?;
    serde_yaml::from_str(&found)
        .map_err(|error| format!("{kind} `{name}` of Kyverno's installation: {error}"))
}

fn container(deployment: &str) -> Result<Value, String> {
    let mut found = document("Deployment", deployment)?;
    Ok(found["spec"]["template"]["spec"]["containers"][0].take())
}

fn chart_filters() -> Result<String, String> {
    let map = document("ConfigMap", "kyverno")?;
    map["data"]["resourceFilters"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| "Kyverno's ConfigMap has no filters".to_owned())
}

fn strings(list: &Value) -> impl Iterator<Item = String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}
