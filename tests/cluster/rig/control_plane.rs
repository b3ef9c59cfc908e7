//! etcd, the API server, and the controllers of Kubernetes that policies need.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use super::api::Api;
use super::programs::Programs;
use super::supervisor::{Process, Supervisor};
use super::waiting::{Not, wait_for};
use super::{Cluster, users};

/// The API server's audit log, in the cluster's folder.
pub const AUDIT_LOG: &str = "audit.log";

/// Metadata of each write, where ValidatingAdmissionPolicies leave their annotations.
const AUDIT_POLICY: &str = r#"{
  "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
  "rules": [{"level": "Metadata", "verbs": ["create", "update", "patch", "delete"], "userGroups": ["system:masters"]}, {"level": "None"}]
}"#;

/// The controllers that run: roles that grow by labelled ones (Kyverno's), the types in ValidatingAdmissionPolicies, namespaces that
/// go away.
const CONTROLLERS: &str =
    "clusterrole-aggregation-controller,validatingadmissionpolicy-status-controller,namespace-controller";

/// A port of loopback that is free now.
pub fn free_port() -> Result<u16, String> {
    let unable = |error: std::io::Error| format!("no free port: {error}");
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(unable)
}

/// Starts etcd and the API server; gives the server's address once it is ready.
pub fn start(programs: &Programs, supervisor: &mut Supervisor, folder: &Path) -> Result<String, String> {
    supervisor.write_certificates(folder)?;
    users::write_tokens(&folder.join("tokens.csv"))?;
    let policy = folder.join("audit-policy.json");
    fs::write(&policy, AUDIT_POLICY).map_err(|error| format!("`{}`: {error}", policy.display()))?;
    let etcd = format!("http://127.0.0.1:{}", free_port()?);
    supervisor.launch(&self::etcd(programs, &etcd, folder)?)?;
    let port = free_port()?;
    supervisor.launch(&api_server(programs, &etcd, port, folder))?;
    let server = format!("https://127.0.0.1:{port}");
    let api = Api::new(&server, &folder.join("ca.crt"), users::ADMINISTRATOR.name)?;
    wait_for("the API server", || {
        supervisor.check().map_err(Not::Ever)?;
        api.get("/readyz")?.object().map(|_| ()).map_err(Not::Yet)
    })
    .map_err(|error| format!("{error}\n{}", supervisor.end_of_log("kube-apiserver")))?;
    Ok(server)
}

/// etcd at this address.
pub fn etcd<'a>(programs: &'a Programs, address: &str, folder: &Path) -> Result<Process<'a>, String> {
    let peers = format!("http://127.0.0.1:{}", free_port()?);
    Ok(Process {
        name: "etcd",
        executable: &programs.etcd,
        arguments: vec![
            format!("--data-dir={}", folder.join("etcd").display()),
            format!("--listen-client-urls={address}"),
            format!("--advertise-client-urls={address}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--initial-cluster=default={peers}"),
            // The data doesn't outlive the test.
            "--unsafe-no-fsync".to_owned(),
        ],
        environment: Vec::new(),
    })
}

fn api_server<'a>(programs: &'a Programs, etcd: &str, port: u16, folder: &Path) -> Process<'a> {
    let file = |name: &str| folder.join(name).display().to_string();
    Process {
        name: "kube-apiserver",
        executable: &programs.api_server,
        arguments: vec![
            format!("--etcd-servers={etcd}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            format!("--cert-dir={}", folder.display()),
            format!("--tls-cert-file={}", file("tls.crt")),
            format!("--tls-private-key-file={}", file("tls.key")),
            format!("--token-auth-file={}", file("tokens.csv")),
            "--authorization-mode=RBAC".to_owned(),
            // Else privileged containers are refused before admission.
            "--allow-privileged=true".to_owned(),
            // Nobody makes the accounts and tokens that it would mount into each Pod.
            "--disable-admission-plugins=ServiceAccount".to_owned(),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-key-file={}", file("sa.key")),
            format!("--service-account-signing-key-file={}", file("sa.key")),
            "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
            format!("--audit-policy-file={}", file("audit-policy.json")),
            format!("--audit-log-path={}", file(AUDIT_LOG)),
        ],
        environment: Vec::new(),
    }
}

/// Starts the controller manager's controllers.
pub fn start_controllers(cluster: &mut Cluster) -> Result<(), String> {
    let server = cluster.api.server().to_owned();
    let kubeconfig = users::kubeconfig(&cluster.folder, &server, &users::CONTROLLER_MANAGER)?;
    cluster.supervisor.launch(&Process {
        name: "kube-controller-manager",
        executable: &cluster.programs.controller_manager,
        arguments: vec![
            format!("--kubeconfig={}", kubeconfig.display()),
            format!("--controllers={CONTROLLERS}"),
            "--leader-elect=false".to_owned(),
            "--bind-address=127.0.0.1".to_owned(),
            "--secure-port=0".to_owned(),
        ],
        environment: Vec::new(),
    })?;
    Ok(())
}
