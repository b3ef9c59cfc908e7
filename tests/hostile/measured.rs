//! A command that is watched: how it ended, how long it took, and the most memory that it has had.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::folder::Folder;

/// What became of a command.
pub struct Measured {
    /// The exit code; none if it was killed.
    pub code: Option<i32>,
    /// Standard output and standard error.
    pub told: String,
    /// The time of all processors that it took.
    pub time: Duration,
    /// The most memory that it has had, in bytes.
    pub memory: u64,
}

/// Runs `palisade`; it is killed when its time is over, or when it only waits for so long.
pub fn run(folder: &Folder, arguments: &[&str], time: Duration) -> Measured {
    // Files, and no pipes: a command that tells a lot must not wait for who reads it.
    let told = tempfile::NamedTempFile::new().unwrap();
    let mut command = folder.command(env!("CARGO_BIN_EXE_palisade"), arguments);
    let mut process = command.stdout(output_to(&told)).stderr(output_to(&told)).spawn().unwrap();
    let began = Instant::now();
    let (mut memory, mut taken) = (0, Duration::ZERO);
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        memory = memory.max(peak(process.id()).unwrap_or(0));
        taken = taken.max(processor(process.id()).unwrap_or_default());
        // Other processes may have the processors: the clock alone says little.
        if taken >= time || began.elapsed() >= 10 * time {
            taken = time;
            process.kill().unwrap();
        }
        sleep(Duration::from_millis(1));
    };
    let told = String::from_utf8_lossy(&fs::read(told.path()).unwrap()).into_owned();
    Measured { code: status.code(), told, time: taken, memory }
}

fn output_to(file: &tempfile::NamedTempFile) -> Stdio {
    fs::OpenOptions::new().append(true).open(file.path()).unwrap().into()
}

/// The most memory that a process has had, in bytes, as Linux counts it.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// The time of all processors that a process has taken, as Linux counts it.
fn processor(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Fields 14 and 15, in hundredths of a second; the name in brackets is the second.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks: u64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}
