//! Building the bundles of a large estate, for `docs/performance.md`: a thousand rules in twenty environments, and less, to see how the
//! cost grows.
//!
//! ```sh
//! cargo bench --bench estate                  # all sizes
//! cargo bench --bench estate -- targets       # the largest, target by target
//! ```
//! The rules are those that are shipped, under other ids. Environments differ in the parameters of one rule in 36, and in the target that
//! they have. Nothing here passes or fails: a time is no assertion.

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
/// What holds in the namespaces of an environment: one action for all of them, or another one for some. With two, each rule has two
/// policies.
const ONE_ACTION: &str = "  - name: workloads\n    action: deny\n";
const TWO_ACTIONS: &str = "  - name: onboarding\n    label: {key: platform.example.com/stage, values: [onboarding]}\n    action: warn\n  - name: workloads\n    action: deny\n";

fn main() {
    let by_target = std::env::args().any(|argument| argument == "targets");
    println!(
        "rules  environments  actions  targets                      files      MB    clock      CPU    memory   up to date"
    );
    // Removed at the end: ext4 is slow to make files shortly after it has removed many.
    let mut folders = Vec::new();
    if by_target {
        for (target, _) in TARGETS {
            folders.push(measure(1000, 20, 1, &[target]));
        }
        return;
    }
    let all = TARGETS.map(|(name, _)| name);
    for (rules, environments) in SIZES {
        folders.push(measure(rules, environments, 1, &all));
    }
    folders.push(measure(1000, 20, 2, &all));
}

/// Builds a project of this size, each environment for one of the targets, and prints what it took: everything written, and then
/// nothing to write. Gives the folder, with all that was written.
fn measure(rules: usize, environments: usize, actions: usize, targets: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let namespaces = if actions == 1 { ONE_ACTION } else { TWO_ACTIONS };
    write_project(folder.path(), rules, environments, namespaces, targets);
    let mut best: Option<Took> = None;
    for run in 0..RUNS {
        let took = build(folder.path(), run);
        if best.as_ref().is_none_or(|best| took.clock < best.clock) {
            best = Some(took);
        }
    }
    let best = best.unwrap();
    let again = build(folder.path(), 0);
    let (files, bytes) = size(&folder.path().join("out-0"));
    let shown = if targets.len() == 1 { targets.concat() } else { "one each, in turn".to_owned() };
    println!(
        "{rules:>5}  {environments:>12}  {actions:>7}  {shown:<27}{files:>7}  {:>6.0}  {:>6.2} s  {:>6.2} s  {:>5.0} MB  {:>6.2} s",
        megabytes(bytes),
        best.clock.as_secs_f64(),
        best.processor.as_secs_f64(),
        megabytes(best.memory),
        again.clock.as_secs_f64(),
    );
    folder
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

/// Runs `palisade build` into the output folder of this number, and looks at it from time to time as long as it runs.
fn build(folder: &Path, number: usize) -> Took {
    let began = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    let mut process = command
        .args(["build", "--out", &format!("out-{number}")])
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
fn write_project(folder: &Path, rules: usize, environments: usize, namespaces: &str, targets: &[&str]) {
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
    let mut differing = Vec::new();
    let models = models(&shipped.join("rules"));
    for (number, model) in models.iter().cycle().take(rules).enumerate() {
        let own =
            format!("ES{}-{:03}", char::from(b'A' + u8::try_from(number / 1000).unwrap()), number % 1000);
        let text = fs::read_to_string(model).unwrap();
        let stem = model.file_name().unwrap().to_str().unwrap();
        let id = stem.get(..7).unwrap();
        let category = model.parent().unwrap().file_name().unwrap().to_str().unwrap();
        write(&format!("rules/{category}/{}", stem.replace(id, &own)), text.replace(id, &own));
        profile.push_str(&format!("  {own}: {{}}\n"));
        // The one parameter without a default.
        differing.extend((id == "IMG-001").then_some(own));
    }
    write("profiles/estate.yaml", profile);
    for number in 0..environments {
        let name = format!("cluster-{number:02}");
        let own: String = differing
            .iter()
            .map(|id| format!("  {id}: {{parameters: {{allowed: [{name}.registry.example]}}}}\n"))
            .collect();
        let target = targets.get(number % targets.len()).unwrap();
        let (target, versions) = TARGETS.iter().find(|(name, _)| name == target).unwrap();
        write(
            &format!("environments/{name}.yaml"),
            format!(
                "name: {name}\ndescription: One of many\nkubernetes: \"1.33\"\ntargets:\n  {target}: {versions}\nprofile: estate\nnamespaces:\n{namespaces}rules:\n{own}"
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
