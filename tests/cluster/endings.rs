//! However the test ends, its processes end with it: by a panic, by Ctrl-C, by a kill of the test or of the supervisor.
//!
//! The test starts itself once more for each way, as a holder of one process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::rig::waiting::wait_for;
use crate::rig::{HeldProcess, hold_one_process};

/// The variable that makes the test a holder, and says how it ends.
const HOLDER: &str = "PALISADE_CLUSTER_HOLDER";

/// How a holder ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// It panics.
    Panic,
    /// It gets what Ctrl-C sends.
    Interrupt,
    /// It is killed, and can do nothing about it.
    Kill,
    /// Its supervisor is killed; only Linux tells the processes of that.
    KillSupervisor,
}

/// Plays the holder, if the test was started as one; gives whether it was.
#[allow(clippy::panic, reason = "a panic is one of the ways to end")]
pub fn hold_if_asked() -> Result<bool, String> {
    let Ok(ending) = std::env::var(HOLDER) else { return Ok(false) };
    let HeldProcess { supervisor: _supervisor, pid, supervisor_pid, data } = hold_one_process()?;
    println!("{pid} {supervisor_pid} {}", data.display());
    if ending == format!("{:?}", Ending::Panic) {
        panic!("this is the panic that the test wants");
    }
    loop {
        std::thread::park();
    }
}

/// What is left running, or lying about, after each way to end.
pub fn prove() -> Result<Vec<String>, String> {
    let mut endings = vec![Ending::Panic, Ending::Interrupt, Ending::Kill];
    if cfg!(target_os = "linux") {
        endings.push(Ending::KillSupervisor);
    }
    let mut faults = Vec::new();
    for ending in endings {
        faults.extend(after(ending).map_err(|error| format!("{ending:?}: {error}"))?);
    }
    Ok(faults)
}

fn after(ending: Ending) -> Result<Vec<String>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut holder = Command::new(program)
        .env(HOLDER, format!("{ending:?}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut line = String::new();
    let output = holder.stdout.take().ok_or("no standard output")?;
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let [pid, supervisor, data] = words[..] else { return Err(format!("the holder said `{line}`")) };
    let holder_pid = holder.id().to_string();
    match ending {
        Ending::Panic => {}
        Ending::Interrupt => signal("-INT", &holder_pid)?,
        Ending::Kill => signal("-KILL", &holder_pid)?,
        Ending::KillSupervisor => signal("-KILL", supervisor)?,
    }
    let gone = wait_for(&format!("what {ending:?} leaves to end"), || {
        if is_running(pid) { Err(format!("process {pid} runs")) } else { Ok(()) }
    });
    // Nobody is left to remove the folder where the supervisor was killed.
    let removed = match ending {
        Ending::KillSupervisor => fs::remove_dir_all(data).map_err(|error| error.to_string()),
        Ending::Panic | Ending::Interrupt | Ending::Kill => wait_for("the folder to be removed", || {
            if Path::new(data).exists() { Err(format!("`{data}` is there")) } else { Ok(()) }
        }),
    };
    // It may have ended by itself.
    let _ = holder.kill();
    holder.wait().map_err(|error| error.to_string())?;
    Ok(gone.err().into_iter().chain(removed.err()).collect())
}

fn signal(name: &str, pid: &str) -> Result<(), String> {
    let status =
        Command::new("kill").args([name, pid]).status().map_err(|error| format!("`kill`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`kill {name} {pid}` failed")) }
}

/// Whether a process is there and isn't just waiting to be forgotten.
fn is_running(pid: &str) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", pid]).output();
    let state =
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    !state.is_empty() && !state.starts_with('Z')
}
