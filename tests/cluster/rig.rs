//! A real cluster on loopback, without containers: etcd, the API server, the controller manager's controllers that policies need,
//! Kyverno and Gatekeeper with the rights that their charts give them.
//!
//! Knows no rule and no policy. Every process ends with the program that started the cluster, however it ends: `tests/cluster/supervisor`
//! sees to it. Nodes, a scheduler and Pods that run don't exist here; admission doesn't ask for them.

#[path = "rig/api.rs"]
pub mod api;
#[path = "rig/control_plane.rs"]
mod control_plane;
#[path = "rig/gatekeeper.rs"]
pub mod gatekeeper;
#[path = "rig/kubectl.rs"]
mod kubectl;
#[path = "rig/kyverno.rs"]
pub mod kyverno;
#[path = "rig/programs.rs"]
mod programs;
#[path = "rig/supervisor.rs"]
mod supervisor;
#[path = "rig/users.rs"]
mod users;
#[path = "rig/waiting.rs"]
pub mod waiting;

use std::fs;
use std::path::{Path, PathBuf};

use api::Api;
use kubectl::Kubectl;
use programs::{Programs, module_folder};
use serde::Deserialize;
use serde_json::Value;
pub use supervisor::Memory;
use supervisor::Supervisor;
use tempfile::TempDir;

/// A cluster that is running.
pub struct Cluster {
    /// The API server, asked as an administrator.
    pub api: Api,
    /// kubectl, as the same administrator.
    pub kubectl: Kubectl,
    programs: Programs,
    supervisor: Supervisor,
    folder: PathBuf,
    logs: PathBuf,
}

impl Cluster {
    /// Builds what isn't built yet, and starts etcd, the API server and the controllers of Kubernetes. The kinds that shipped rules judge
    /// are known to it. `logs` is the folder for the log of each process, made if it isn't there. The error says what to install, or
    /// how the log of what didn't start ends.
    pub fn start(logs: &Path, memory: Memory) -> Result<Self, String> {
        let programs = Programs::build()?;
        fs::create_dir_all(logs).map_err(|error| format!("`{}` can't be made: {error}", logs.display()))?;
        let folder = data_folder()?;
        let mut supervisor = Supervisor::start(&programs.supervisor, &folder, logs, memory)?;
        let server = control_plane::start(&programs, &mut supervisor, &folder)?;
        let admin = users::ADMINISTRATOR;
        let kubectl = Kubectl::new(programs.kubectl.clone(), users::kubeconfig(&folder, &server, &admin)?);
        let api = Api::new(&server, &folder.join("ca.crt"), admin.name)?;
        let mut cluster = Self { api, kubectl, programs, supervisor, folder, logs: logs.to_owned() };
        control_plane::start_controllers(&mut cluster)?;
        cluster.install_kinds()?;
        Ok(cluster)
    }

    /// Installs and starts Kyverno's admission controller and Gatekeeper's webhook and audit.
    pub fn start_engines(&mut self) -> Result<(), String> {
        let texts = [kyverno::installed()?, gatekeeper::rights()?].concat();
        self.kubectl.apply(&gatekeeper::kinds()?, &texts.join("\n---\n"))?;
        self.kubectl.wait_for_kinds()?;
        self.start_kyverno()?;
        let port = self.start_gatekeeper()?;
        self.wait_for_kyverno()?;
        self.wait_for_gatekeeper(port)
    }

    /// The KUBECONFIG of an administrator.
    pub fn kubeconfig(&self) -> &Path {
        self.kubectl.kubeconfig()
    }

    /// Fails with the end of the log of a process that has ended.
    pub fn check_processes(&mut self) -> Result<(), String> {
        self.supervisor.check()
    }

    /// The text of the log of a process.
    pub fn log(&self, process: &str) -> String {
        let bytes = fs::read(self.logs.join(format!("{process}.log"))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The API server's audit log, one event a line.
    pub fn audit_log(&self) -> Result<String, String> {
        let path = self.folder.join(control_plane::AUDIT_LOG);
        fs::read_to_string(&path).map_err(|error| format!("`{}` can't be read: {error}", path.display()))
    }

    /// Karpenter's kinds from its own module, EKS's as far as they are public.
    fn install_kinds(&self) -> Result<(), String> {
        let karpenter = module_folder("karpenter", "sigs.k8s.io/karpenter")?.join("pkg/apis/crds");
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/crds");
        self.kubectl.apply(&[karpenter, ours], "")?;
        self.kubectl.wait_for_kinds()
    }
}

/// The documents of a YAML file.
pub fn documents(path: &Path) -> Result<Vec<Value>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    serde_yaml::Deserializer::from_str(&text)
        .map(|document| {
            Value::deserialize(document).map_err(|error| format!("`{}`: {error}", path.display()))
        })
        .collect()
}

/// Builds the programs that aren't built yet. The error says what to install.
pub fn build_programs() -> Result<(), String> {
    Programs::build().map(|_| ())
}

/// A folder for a cluster's data; the supervisor removes it.
fn data_folder() -> Result<PathBuf, String> {
    let folder = tempfile::Builder::new().prefix("palisade-cluster-").tempdir();
    folder.map(TempDir::keep).map_err(|error| format!("no folder for the cluster's data: {error}"))
}

/// A process under a supervisor, for the proof that it ends with whoever started it.
pub struct HeldProcess {
    /// The supervisor; it ends the process when it is dropped.
    pub supervisor: Supervisor,
    /// The number of the process.
    pub pid: u32,
    /// The number of the supervisor.
    pub supervisor_pid: u32,
    /// The folder that goes with them.
    pub data: PathBuf,
}

/// Starts etcd alone.
pub fn hold_one_process() -> Result<HeldProcess, String> {
    let programs = Programs::build()?;
    let data = data_folder()?;
    let mut supervisor = Supervisor::start(&programs.supervisor, &data, &data, Memory::AsInstalled)?;
    let address = format!("http://127.0.0.1:{}", control_plane::free_port()?);
    let pid = supervisor.launch(&control_plane::etcd(&programs, &address, &data)?)?;
    let supervisor_pid = supervisor.pid();
    Ok(HeldProcess { supervisor, pid, supervisor_pid, data })
}
