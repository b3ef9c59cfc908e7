//! The Go programs: where their source is, which targets they judge by, and where their log goes.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use palisade::ir::Target;

use super::go::GoProgram;

/// A program with engines, or with the Pod Security Standards, inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// Kyverno.
    Kyverno,
    /// Gatekeeper and the API server's own admission.
    Admission,
    /// The library of the Pod Security Standards, which judges by no target.
    #[allow(dead_code, reason = "the oracle alone starts it")]
    PodSecurity,
}

impl Program {
    /// Those with engines inside.
    pub const ENGINES: [Program; 2] = [Program::Kyverno, Program::Admission];

    /// The executable's name.
    pub fn name(self) -> &'static str {
        match self {
            Program::Kyverno => "kyverno",
            Program::Admission => "admission",
            Program::PodSecurity => "pod-security",
        }
    }

    /// The targets that the program judges by.
    pub fn targets(self) -> &'static [Target] {
        match self {
            Program::Kyverno => &[Target::KyvernoClusterPolicy, Target::KyvernoValidatingPolicy],
            Program::Admission => &[Target::Gatekeeper, Target::ValidatingAdmissionPolicy],
            Program::PodSecurity => &[],
        }
    }

    /// The executable, built if the cache has none of this source and this version of Go.
    pub fn build(self) -> Result<PathBuf, String> {
        let (module, overlay) = match self {
            Program::Kyverno => ("tests/engines/kyverno", None),
            Program::Admission => ("tests/engines/admission", None),
            Program::PodSecurity => ("tests/engines/pod_security", Some("./instrument")),
        };
        GoProgram { name: self.name(), module, package: ".", overlay }.build()
    }

    /// Where what the engine prints for people goes.
    pub fn log(self) -> Result<Stdio, String> {
        let file = fs::File::create(self.log_path())
            .map_err(|error| format!("`{}` can't be written: {error}", self.log_path()))?;
        Ok(Stdio::from(file))
    }

    /// The file that [`Program::log`] writes.
    pub fn log_path(self) -> String {
        format!("{}/engine-{}.log", env!("CARGO_TARGET_TMPDIR"), self.name())
    }
}
