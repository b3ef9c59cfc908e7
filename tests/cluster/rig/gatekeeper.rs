//! Gatekeeper: its kinds, its role and its webhook's rules from the files in its module, its webhook and its audit as two processes,
//! as its chart has two Deployments.
//!
//! The chart is made from these files (`config/crd/bases`, `config/rbac/role.yaml`, `config/webhook/manifests.yaml`).

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::control_plane::free_port;
use super::programs::module_folder;
use super::supervisor::Process;
use super::waiting::{Not, wait_for};
use super::{Cluster, documents, users};

const NAMESPACE: &str = "gatekeeper-system";
/// The webhook's configuration, by the chart's name.
const CONFIGURATION: &str = "gatekeeper-validating-webhook-configuration";

/// What Gatekeeper's webhook does when it can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookFailure {
    /// As its chart has it: the request goes through.
    Ignore,
    /// The request is refused, as our documentation advises where a policy denies.
    Fail,
}

impl Cluster {
    /// Starts Gatekeeper's webhook and its audit, which will be ready later. Gives the webhook's port.
    pub(super) fn start_gatekeeper(&mut self) -> Result<u16, String> {
        let port = free_port()?;
        let webhook = [
            "--operation=webhook".to_owned(),
            "--operation=mutation-webhook".to_owned(),
            // Says the details of each violation; nothing else shows them.
            "--log-denies".to_owned(),
            format!("--port={port}"),
        ];
        self.start_manager("gatekeeper", &webhook)?;
        self.start_gatekeeper_audit(0)?;
        Ok(port)
    }

    /// Waits until Gatekeeper is ready, and installs its webhook at this port.
    pub(super) fn wait_for_gatekeeper(&mut self, port: u16) -> Result<(), String> {
        for process in ["gatekeeper", "gatekeeper-audit"] {
            wait_for(&format!("`{process}`"), || {
                self.supervisor.check().map_err(Not::Ever)?;
                let ready = self.log(process).contains("readiness satisfied");
                if ready { Ok(()) } else { Err(Not::Yet("it isn't ready".to_owned())) }
            })
            .map_err(|error| format!("{error}\n{}", self.supervisor.end_of_log(process)))?;
        }
        self.install_webhook(&module()?, port)
    }

    /// Starts Gatekeeper's audit, which judges what is stored every so many seconds, or never if that is 0; ends the one that was
    /// started before.
    pub fn start_gatekeeper_audit(&mut self, interval: u32) -> Result<(), String> {
        const NAME: &str = "gatekeeper-audit";
        // There is none yet at the first start.
        let _ = self.supervisor.end(NAME);
        let cache = self.folder.join("gatekeeper-audit");
        fs::create_dir_all(&cache).map_err(|error| format!("`{}`: {error}", cache.display()))?;
        let audit = [
            format!("--api-cache-dir={}", cache.display()),
            "--operation=audit".to_owned(),
            "--operation=status".to_owned(),
            "--operation=generate".to_owned(),
            "--operation=mutation-status".to_owned(),
            format!("--audit-interval={interval}"),
            format!("--port={}", free_port()?),
        ];
        self.start_manager(NAME, &audit)
    }

    /// Ends Gatekeeper's webhook.
    pub fn end_gatekeeper_webhook(&mut self) -> Result<(), String> {
        self.supervisor.end("gatekeeper")
    }

    /// Sets what happens to a request when Gatekeeper's webhook can't be asked.
    pub fn on_gatekeeper_failure(&self, failure: WebhookFailure) -> Result<(), String> {
        let path =
            format!("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{CONFIGURATION}");
        let mut configuration = self.api.get(&path)?.object()?;
        for webhook in configuration["webhooks"].as_array_mut().into_iter().flatten() {
            if webhook["name"] == "validation.gatekeeper.sh" {
                webhook["failurePolicy"] = Value::from(format!("{failure:?}"));
            }
        }
        self.api.replace(&path, &configuration, super::api::Mode::Stored)?.object().map(|_| ())
    }

    fn start_manager(&mut self, name: &str, own: &[String]) -> Result<(), String> {
        let kubeconfig = users::kubeconfig(&self.folder, self.api.server(), &users::GATEKEEPER)?;
        // The values of the chart, where they aren't the program's own defaults; what belongs to a Pod is replaced.
        let mut arguments = vec![
            format!("--kubeconfig={}", kubeconfig.display()),
            "--debug-use-fake-pod".to_owned(),
            "--disable-cert-rotation".to_owned(),
            format!("--cert-dir={}", self.folder.display()),
            "--host=127.0.0.1".to_owned(),
            "--enable-external-data=false".to_owned(),
            "--prometheus-port=0".to_owned(),
            format!("--health-addr=127.0.0.1:{}", free_port()?),
            "--logtostderr".to_owned(),
            "--audit-match-kind-only=false".to_owned(),
        ];
        arguments.extend_from_slice(own);
        let environment = [("POD_NAMESPACE", NAMESPACE), ("NAMESPACE", NAMESPACE), ("POD_NAME", name)];
        let environment =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.supervisor.launch(&Process {
            name,
            executable: &self.programs.gatekeeper,
            arguments,
            environment,
        })?;
        Ok(())
    }

    /// Gatekeeper's validating webhooks with the rules of its module, at the address of the process.
    fn install_webhook(&self, module: &Path, port: u16) -> Result<(), String> {
        let authority = fs::read(self.folder.join("ca.crt")).map_err(|error| error.to_string())?;
        let mut configuration = documents(&module.join("config/webhook/manifests.yaml"))?
            .into_iter()
            .find(|document| document["kind"] == "ValidatingWebhookConfiguration")
            .ok_or("Gatekeeper's module has no validating webhook")?;
        configuration["metadata"]["name"] = Value::from(CONFIGURATION);
        for webhook in configuration["webhooks"].as_array_mut().into_iter().flatten() {
            let path = webhook["clientConfig"]["service"]["path"].as_str().unwrap_or_default().to_owned();
            webhook["clientConfig"] = json!({"url": format!("https://127.0.0.1:{port}{path}"), "caBundle": STANDARD.encode(&authority)});
            // The chart leaves out Gatekeeper's own namespace, and lets a label leave out others.
            webhook["namespaceSelector"] = json!({"matchExpressions": [
                {"key": "admission.gatekeeper.sh/ignore", "operator": "DoesNotExist"},
                {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [NAMESPACE]},
            ]});
            // The chart's 3 seconds are for machines that don't run the whole cluster beside a compiler.
            webhook["timeoutSeconds"] = Value::from(30);
        }
        self.kubectl.apply_text(&configuration.to_string())
    }
}

fn module() -> Result<PathBuf, String> {
    module_folder("gatekeeper", "github.com/open-policy-agent/gatekeeper/v3")
}

/// The files of Gatekeeper's kinds.
pub(super) fn kinds() -> Result<Vec<PathBuf>, String> {
    let module = module()?;
    let folder = module.join("config/crd/bases");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        // Those with `_` in front are parts of others, and no files to apply.
        if !path.file_name().unwrap_or_default().to_string_lossy().starts_with('_') {
            files.push(path);
        }
    }
    files.push(module.join("charts/gatekeeper/crds/provider-customresourcedefinition.yaml"));
    files.sort();
    Ok(files)
}

/// Gatekeeper's namespace, account and rights.
pub(super) fn rights() -> Result<Vec<String>, String> {
    let mut rights = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "gatekeeper-admin", "namespace": NAMESPACE}}),
    ];
    for mut role in documents(&module()?.join("config/rbac/role.yaml"))? {
        role["metadata"]["name"] = Value::from("gatekeeper-manager-role");
        let mut binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": format!("{}Binding", role["kind"].as_str().unwrap_or_default()),
            "metadata": {"name": "gatekeeper-manager-rolebinding"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role["kind"], "name": "gatekeeper-manager-role"},
            "subjects": [{"kind": "ServiceAccount", "name": "gatekeeper-admin", "namespace": NAMESPACE}],
        });
        if role["kind"] == "Role" {
            role["metadata"]["namespace"] = Value::from(NAMESPACE);
            binding["metadata"]["namespace"] = Value::from(NAMESPACE);
        }
        rights.extend([role, binding]);
    }
    Ok(rights.iter().map(Value::to_string).collect())
}
