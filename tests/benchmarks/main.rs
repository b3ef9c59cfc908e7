//! Times of the whole tool, for `docs/performance.md`: `cargo bench` runs all, `cargo bench -- check` some.
//!
//! Prints the least and the median of several runs. Nothing here passes or fails: a time is no assertion.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that can't run stops")]

#[path = "../support/projects.rs"]
mod projects;

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use palisade::ir::Target;
use palisade::ir::lower::lower;
use palisade::{bundle, evaluator, targets, yaml};

/// The size of the manifests that `check` reads, in bytes.
const MANIFESTS: usize = 100_000_000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let benchmarks: [(&str, fn()); 4] =
        [("build", build), ("compile", compile), ("judge", judge), ("check", check)];
    for (name, benchmark) in benchmarks {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            benchmark();
        }
    }
}

/// The least and the median time of so many runs.
fn times(runs: usize, mut run: impl FnMut()) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    times.sort();
    (*times.first().unwrap(), *times.get(times.len() / 2).unwrap())
}

fn palisade(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.args(arguments).current_dir(projects::root()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// `palisade build` of this project as a process, with everything written anew, and with nothing to write.
fn build() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let arguments = ["build", "--out", folder];
    let (least, median) = times(20, || {
        std::fs::remove_dir_all(out.path()).unwrap();
        assert!(palisade(&arguments).status().unwrap().success());
    });
    println!("build, everything written: {least:.1?} at least, {median:.1?} median");
    let (least, median) = times(20, || assert!(palisade(&arguments).status().unwrap().success()));
    println!("build, nothing to write:   {least:.1?} at least, {median:.1?} median");
}

/// Reading, lowering and printing in process, for each rule and target.
fn compile() {
    let (definitions, _) = projects::definitions(Path::new("policies"));
    let (least, _) = times(20, || drop(black_box(projects::definitions(Path::new("policies")))));
    println!("read the project's files: {least:.1?}");
    let (least, _) = times(20, || drop(black_box(lower(&definitions, "production"))));
    let release = lower(&definitions, "production").unwrap();
    let rules = u32::try_from(release.rules.len()).unwrap();
    println!("lower: {:.1?} a rule", least / rules);
    for target in Target::ALL {
        let (least, _) = times(20, || {
            for rule in &release.rules {
                drop(black_box(targets::render(target, &release, rule)));
            }
        });
        println!("print {}: {:.1?} a rule", target.name(), least / rules);
    }
    black_box(bundle::lock_path("production"));
}

/// Judging one Deployment of three containers by all rules, read already.
fn judge() {
    let (definitions, _) = projects::definitions(Path::new("policies"));
    let release = lower(&definitions, "production").unwrap();
    let rules: Vec<_> = release.rules.iter().map(evaluator::compile).collect();
    let mut sources = palisade::diagnostic::Sources::default();
    let file = sources.add("deployment.yaml", deployment(1));
    let read = yaml::read(&sources, file, yaml::Dialect::Manifest, &yaml::Budget::default());
    let object = read.documents.first().unwrap();
    let (least, _) = times(2_000, || {
        for rule in &rules {
            black_box(evaluator::judge(rule, &evaluator::Request::audit(object)));
        }
    });
    println!("judge a Deployment of 3 containers by {} rules: {least:.1?}", rules.len());
}

/// `palisade check` as a process on a generated file of mixed manifests.
fn check() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("manifests.yaml");
    let (text, objects) = manifests();
    std::fs::write(&file, &text).unwrap();
    let path = file.to_str().unwrap();
    let (least, median) = times(3, || {
        let status = palisade(&["check", "--environment", "production", path]).status().unwrap();
        assert!(status.code() == Some(1), "{status}");
    });
    let megabytes = text.len() as f64 / 1e6;
    println!(
        "check of {megabytes:.0} MB, {objects} objects: {least:.2?} at least, {median:.2?} median; {:.0} MB/s, {:.0} objects/s",
        megabytes / median.as_secs_f64(),
        objects as f64 / median.as_secs_f64()
    );
}

/// Manifests of several kinds, some of which violate a rule, and their number.
fn manifests() -> (String, usize) {
    let mut text = String::with_capacity(MANIFESTS + 10_000);
    let mut objects = 0;
    while text.len() < MANIFESTS {
        text.push_str(&deployment(objects));
        writeln!(
            text,
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: service-{objects}\n  namespace: team-a\nspec:\n  selector:\n    app: app-{objects}\n  ports:\n  - port: 80\n    targetPort: 8080\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{objects}\n  namespace: team-a\ndata:\n  settings.properties: |\n    # what the application reads\n    level=info\n    address=0.0.0.0:8080\n  mode: \"production\"\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: account-{objects}\n  namespace: team-a\n---"
        )
        .unwrap();
        objects += 4;
    }
    (text, objects)
}

fn deployment(number: usize) -> String {
    let privileged = number.is_multiple_of(100);
    let mut text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\n  namespace: team-a\n  labels:\n    app: app-{number}\nspec:\n  replicas: 3\n  selector:\n    matchLabels:\n      app: app-{number}\n  template:\n    metadata:\n      labels:\n        app: app-{number}\n    spec:\n      serviceAccountName: account-{number}\n      securityContext:\n        runAsNonRoot: true\n        seccompProfile:\n          type: RuntimeDefault\n      containers:\n"
    );
    for container in ["app", "proxy", "metrics"] {
        write!(
            text,
            "      - name: {container}\n        image: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/{container}:1.{number}\n        args: [\"--listen\", \":8080\"]\n        env:\n        - name: LEVEL\n          value: \"info\"\n        ports:\n        - containerPort: 8080\n        resources:\n          requests:\n            cpu: 100m\n            memory: 128Mi\n          limits:\n            memory: 128Mi\n        securityContext:\n          privileged: {privileged}\n          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n          capabilities:\n            drop:\n            - ALL\n        volumeMounts:\n        - name: data\n          mountPath: /data\n"
        )
        .unwrap();
    }
    text.push_str("      volumes:\n      - name: data\n        emptyDir: {}\n");
    text
}
