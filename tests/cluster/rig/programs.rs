//! The programs of a cluster, from Go modules whose versions `tests/cluster/modules` pins.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::go::GoProgram;

/// The executables.
pub struct Programs {
    pub supervisor: PathBuf,
    pub etcd: PathBuf,
    pub api_server: PathBuf,
    pub controller_manager: PathBuf,
    pub kubectl: PathBuf,
    pub kyverno: PathBuf,
    pub kyverno_reports: PathBuf,
    pub gatekeeper: PathBuf,
}

const MODULES: &str = "tests/cluster/modules";

impl Programs {
    /// All of them, built if they aren't in the cache.
    pub fn build() -> Result<Self, String> {
        let build = |name: &str, module: &str, package: &str| {
            GoProgram { name, module: &format!("{MODULES}/{module}"), package, overlay: None }.build()
        };
        let kubernetes = |name: &str| build(name, "kubernetes", &format!("k8s.io/kubernetes/cmd/{name}"));
        Ok(Self {
            supervisor: GoProgram {
                name: "supervisor",
                module: "tests/cluster/supervisor",
                package: ".",
                overlay: None,
            }
            .build()?,
            etcd: build("etcd", "etcd", "go.etcd.io/etcd/server/v3")?,
            api_server: kubernetes("kube-apiserver")?,
            controller_manager: kubernetes("kube-controller-manager")?,
            kubectl: kubernetes("kubectl")?,
            kyverno: build("kyverno-admission", "kyverno", "github.com/kyverno/kyverno/cmd/kyverno")?,
            kyverno_reports: build(
                "kyverno-reports",
                "kyverno",
                "github.com/kyverno/kyverno/cmd/reports-controller",
            )?,
            gatekeeper: build("gatekeeper", "gatekeeper", "github.com/open-policy-agent/gatekeeper/v3")?,
        })
    }
}

/// The folder of a module's source, fetched if the module cache hasn't got it: where its CustomResourceDefinitions and roles are.
pub fn module_folder(pinned_in: &str, module: &str) -> Result<PathBuf, String> {
    #[derive(Deserialize)]
    struct Module {
        #[serde(rename = "Dir", default)]
        folder: PathBuf,
        #[serde(rename = "Error", default)]
        error: String,
    }
    let output = Command::new("go")
        .args(["mod", "download", "-json", module])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(MODULES).join(pinned_in))
        .output()
        .map_err(|error| format!("`go mod download` can't be started: {error}"))?;
    let found: Module = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!("`go mod download {module}`: {error}: {}", String::from_utf8_lossy(&output.stderr).trim())
    })?;
    if found.error.is_empty() { Ok(found.folder) } else { Err(format!("`{module}`: {}", found.error)) }
}
