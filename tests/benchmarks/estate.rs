//! Building the bundles of a large estate, for `docs/performance.md`: a thousand rules in twenty environments, and less, to see how the
//! cost grows.
//!
//! ```sh
//! cargo bench --bench estate                  # all sizes
//! cargo bench --bench estate -- targets       # the largest, target by target
//! ```
//! The rules are those that are shipped, under other ids. Nothing here passes or fails: a time is no assertion.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that can't run stops")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Numbers of rules and of environments.
const SIZES: [(usize, usize); 5] = [(250, 20), (500, 20), (1000, 20), (1000, 10), (1000, 5)];
/// The targets, with the versions of their engines.
const TARGETS: [(&str, &str); 4] = [
    ("kyverno-cluster-policy", "{from: \"1.17\", to: \"1.19\"}"),
    ("kyverno-validating-policy", "{from: \"1.17\", to: \"1.19\"}"),
    ("gatekeeper", "{from: \"3.19\", to: \"3.23\"}"),
    ("validating-admission-policy", "{from: \"1.33\", to: \"1.37\"}"),
];
/// How often each size is built.
const RUNS: usize = 3;

fn main() {
    let by_target = std::env::args().any(|argument| argument == "targets");
    println!(
        "rules  environments  targets                      files      MB    clock      CPU    memory   up to date"
    );
    if by_target {
        for (target, _) in TARGETS {
            measure(1000, 20, &[target]);
        }
        return;
    }
    for (rules, environments) in SIZES {
        measure(rules, environments, &TARGETS.map(|(name, _)| name));
    }
}

/// Builds a project of this size, each environment for one of the targets, and prints what it took: everything written, and then
/// nothing to write.
fn measure(rules: usize, environments: usize, targets: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    write_project(folder.path(), rules, environments, targets);
    let out = folder.path().join("out");
    let mut best: Option<Took> = None;
    for _ in 0..RUNS {
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        let took = build(folder.path());
        if best.as_ref().is_none_or(|best| took.clock < best.clock) {
            best = Some(took);
        }
    }
    let best = best.unwrap();
    let again = build(folder.path());
    let (files, bytes) = size(&out);
    let shown = if targets.len() == 1 { targets.concat() } else { "one each, in turn".to_owned() };
    println!(
        "{rules:>5}  {environments:>12}  {shown:<27}{files:>7}  {:>6.0}  {:>6.2} s  {:>6.2} s  {:>5.0} MB  {:>6.2} s",
        megabytes(bytes),
        best.clock.as_secs_f64(),
        best.processor.as_secs_f64(),
        megabytes(best.memory),
        again.clock.as_secs_f64(),
    );
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// What a process took.
struct Took {
    clock: Duration,
    processor: Duration,
    memory: u64,
}

/// Runs `palisade build`, and looks at it from time to time as long as it runs.
fn build(folder: &Path) -> Took {
    let began = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    let mut process = command
        .arg("build")
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut took = Took { clock: Duration::ZERO, processor: Duration::ZERO, memory: 0 };
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        look(process.id(), &mut took);
        sleep(Duration::from_millis(2));
    };
    took.clock = began.elapsed();
    let mut told = String::new();
    std::io::Read::read_to_string(&mut process.stderr.take().unwrap(), &mut told).unwrap();
    assert!(status.success(), "{told}");
    took
}

/// The most memory that a process has had, and the time of all processors that it has taken, as Linux counts them.
fn look(process: u32, took: &mut Took) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    if let Some(kilobytes) = peak.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()) {
        took.memory = kilobytes * 1024;
    }
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    // Fields 14 and 15, in ticks of a hundredth of a second; the first two stand before the bracket.
    let ticks: u64 = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    took.processor = took.processor.max(Duration::from_millis(ticks * 10));
}

/// How many files lie below a folder, and their size.
fn size(folder: &Path) -> (usize, u64) {
    let mut sum = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (files, bytes) = match entry.metadata().unwrap() {
            found if found.is_dir() => size(&entry.path()),
            found => (1, found.len()),
        };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    sum
}

/// Writes a project: rules like those that are shipped, a profile with all of them, and environments of one target each.
fn write_project(folder: &Path, rules: usize, environments: usize, targets: &[&str]) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let project = folder.join("policies");
    let write = |path: &str, text: String| {
        let path = project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for file in ["kinds.yaml", "palisade.yaml"] {
        write(file, fs::read_to_string(shipped.join(file)).unwrap());
    }
    let mut profile = "name: estate\ndescription: All rules\nrules:\n".to_owned();
    let models = models(&shipped.join("rules"));
    for (number, model) in models.iter().cycle().take(rules).enumerate() {
        let own =
            format!("ES{}-{:03}", char::from(b'A' + u8::try_from(number / 1000).unwrap()), number % 1000);
        let text = fs::read_to_string(model).unwrap();
        let stem = model.file_name().unwrap().to_str().unwrap();
        let id = stem.get(..7).unwrap();
        let category = model.parent().unwrap().file_name().unwrap().to_str().unwrap();
        write(&format!("rules/{category}/{}", stem.replace(id, &own)), text.replace(id, &own));
        // The one parameter without a default.
        let registries = if id == "IMG-001" { "{parameters: {allowed: [registry.example]}}" } else { "{}" };
        profile.push_str(&format!("  {own}: {registries}\n"));
    }
    write("profiles/estate.yaml", profile);
    for number in 0..environments {
        let name = format!("cluster-{number:02}");
        let target = targets.get(number % targets.len()).unwrap();
        let (target, versions) = TARGETS.iter().find(|(name, _)| name == target).unwrap();
        write(
            &format!("environments/{name}.yaml"),
            format!(
                "name: {name}\ndescription: One of many\nkubernetes: \"1.33\"\ntargets:\n  {target}: {versions}\nprofile: estate\nnamespaces:\n  - name: onboarding\n    label: {{key: platform.example.com/stage, values: [onboarding]}}\n    action: warn\n  - name: workloads\n    action: deny\n"
            ),
        );
    }
}

/// The shipped rules' files.
fn models(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(models(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
