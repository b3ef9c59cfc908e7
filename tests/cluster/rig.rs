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
use supervisor::Supervisor;

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
    /// Builds what isn't built yet, and starts etcd, the API server and the controllers. The kinds that shipped rules judge are
    /// known to it. `logs` is the folder for the log of each process, `user` the name of one for the other folders. The error says
    /// what to install, or how the log of what didn't start ends.
    pub fn start(logs: &Path) -> Result<Self, String> {
        let programs = Programs::build()?;
        fs::create_dir_all(logs).map_err(|error| format!("`{}` can't be made: {error}", logs.display()))?;
        let folder = tempfile::Builder::new()
            .prefix("palisade-cluster-")
            .tempdir()
            .map_err(|error| format!("no folder for the cluster's data: {error}"))?
            .keep();
        let mut supervisor = Supervisor::start(&programs.supervisor, &folder, logs)?;
        let server = control_plane::start(&programs, &mut supervisor, &folder)?;
        let admin = users::ADMINISTRATOR;
        let kubectl = Kubectl::new(programs.kubectl.clone(), users::kubeconfig(&folder, &server, &admin)?);
        let api = Api::new(&server, &folder.join("ca.crt"), admin.name)?;
        let mut cluster = Self { api, kubectl, programs, supervisor, folder, logs: logs.to_owned() };
        control_plane::start_controllers(&mut cluster)?;
        cluster.install_kinds()?;
        Ok(cluster)
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
        for folder in [karpenter, ours] {
            self.kubectl.apply_files(&folder)?;
        }
        self.kubectl.wait_for_kinds()
    }
}
