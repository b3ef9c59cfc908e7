//! Who asks the API server: an administrator, and the service accounts of the controllers.
//!
//! A static token stands for each: there is no kubelet to hand out a service account's own. Rights come from RBAC alone, by the
//! user's name.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

/// A user that the API server knows.
#[derive(Clone, Copy)]
pub struct User {
    /// The name of its files, and its token: the API server listens on loopback only, for as long as a test runs.
    pub name: &'static str,
    /// The user's name, in Kubernetes.
    account: &'static str,
    groups: &'static str,
}

const ACCOUNTS: &str = "system:serviceaccounts,system:authenticated";

/// May do all.
pub const ADMINISTRATOR: User = User { name: "administrator", account: "admin", groups: "system:masters" };
/// The controller manager.
pub const CONTROLLER_MANAGER: User =
    User { name: "controller-manager", account: "system:kube-controller-manager", groups: "system:masters" };
/// Kyverno's admission controller.
pub const KYVERNO: User = User {
    name: "kyverno",
    account: "system:serviceaccount:kyverno:kyverno-admission-controller",
    groups: ACCOUNTS,
};
/// Kyverno's reports controller.
pub const KYVERNO_REPORTS: User = User {
    name: "kyverno-reports",
    account: "system:serviceaccount:kyverno:kyverno-reports-controller",
    groups: ACCOUNTS,
};
/// Gatekeeper's webhook and audit.
pub const GATEKEEPER: User = User {
    name: "gatekeeper",
    account: "system:serviceaccount:gatekeeper-system:gatekeeper-admin",
    groups: ACCOUNTS,
};

/// The API server's file of tokens.
pub fn write_tokens(path: &Path) -> Result<(), String> {
    let users = [ADMINISTRATOR, CONTROLLER_MANAGER, KYVERNO, KYVERNO_REPORTS, GATEKEEPER];
    let lines =
        users.iter().map(|user| format!("{0},{1},{0},\"{2}\"\n", user.name, user.account, user.groups));
    fs::write(path, lines.collect::<String>()).map_err(|error| format!("`{}`: {error}", path.display()))
}

/// A KUBECONFIG of a user in this folder, where `ca.crt` is; `server` is the API server's address.
pub fn kubeconfig(folder: &Path, server: &str, user: &User) -> Result<PathBuf, String> {
    let path = folder.join(format!("{}.kubeconfig", user.name));
    let text = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "palisade",
        "contexts": [{"name": "palisade", "context": {"cluster": "palisade", "user": user.name}}],
        "clusters": [{
            "name": "palisade",
            "cluster": {"server": server, "certificate-authority": folder.join("ca.crt")},
        }],
        "users": [{"name": user.name, "user": {"token": user.name}}],
    });
    fs::write(&path, text.to_string()).map_err(|error| format!("`{}`: {error}", path.display()))?;
    Ok(path)
}
