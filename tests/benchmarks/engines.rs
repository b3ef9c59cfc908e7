//! What policies cost each engine, in process: ours, one for each rule and packed, beside the closest equivalents in the libraries' usual style.
//!
//! `cargo bench --bench engines` times all targets, `-- gatekeeper` some. All sets are loaded and compiled before, and take turns, so that
//! what else the machine does befalls all alike. A time is no assertion.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that can't run stops")]

#[path = "../support/engines.rs"]
#[expect(dead_code, reason = "tests ask more")]
mod engines;
#[path = "equivalents.rs"]
#[expect(dead_code, reason = "a test holds them against their controls")]
mod equivalents;
#[path = "../matrix/project.rs"]
#[expect(dead_code, reason = "the matrix judges rule by rule")]
mod project;

use std::time::Duration;

use engines::{Engine, Program};
use palisade::bundle;
use palisade::ir::Target;
use project::Project;
use serde::Deserialize;
use serde_json::{Value, json};

/// How often the sets take turns.
const TURNS: usize = 5;
/// How long a set may take for one object in one turn, roughly.
const TURN: Duration = Duration::from_millis(400);
/// The rules that are timed: those of the standard's level for which there are equivalents, and all about Pods.
const PROFILES: [(&str, &str); 2] = [("restricted", "pod-security-restricted"), ("all", "all-pod-rules")];
/// The layouts of our policies, with what an environment says of a target to get them.
const LAYOUTS: [(&str, &str); 2] = [("per rule", ""), ("packed", ", layout: packed")];

#[derive(Deserialize)]
struct Times {
    nanoseconds: Vec<Vec<u64>>,
}

/// The sets of a target by name, each with the number of its policies.
type Sets = Vec<(String, usize)>;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |target: &Target| wanted.is_empty() || wanted.iter().any(|word| word == target.name());
    println!("the least and the median of a request, in milliseconds");
    for program in Program::ENGINES {
        let targets: Vec<Target> = program.targets().iter().copied().filter(is_wanted).collect();
        if !targets.is_empty() {
            let mut engine = Engine::start_plain(program).unwrap();
            for target in targets {
                time(&mut engine, target);
            }
        }
    }
}

/// Loads all sets of a target, times them and prints a table.
fn time(engine: &mut Engine, target: Target) {
    let objects = [
        ("Pod of 3", equivalents::pod(3)),
        ("Deployment of 3", equivalents::deployment(3)),
        ("Pod of 20", equivalents::pod(20)),
    ];
    let sets = load(engine, target);
    println!(
        "\n{:<28} {:>8} {}",
        target.name(),
        "policies",
        objects.each_ref().map(|(name, _)| format!("{name:>19}")).join("")
    );
    let requests: Vec<Value> =
        objects.iter().map(|(_, object)| equivalents::request(object).to_json()).collect();
    for (set, _) in &sets {
        let answer: Value = engine.ask(&json!({"op": "judge", "set": set, "requests": requests})).unwrap();
        let all_allowed =
            answer["verdicts"].as_array().unwrap().iter().all(|verdict| verdict["allowed"] == true);
        assert!(all_allowed, "{} {set} refuses what breaks no rule: {answer}", target.name());
    }
    let mut times = vec![vec![Vec::new(); requests.len()]; sets.len()];
    for _ in 0..TURNS {
        for ((set, _), times) in sets.iter().zip(&mut times) {
            for (request, times) in requests.iter().zip(times) {
                let one = run(engine, set, request, 1)[0].max(1);
                let count = (TURN.as_nanos() as u64 / one).clamp(3, 300);
                times.extend(run(engine, set, request, count));
            }
        }
    }
    for ((set, count), times) in sets.iter().zip(&mut times) {
        let cells = times.iter_mut().map(|times| {
            times.sort_unstable();
            let milliseconds = |nanoseconds: u64| nanoseconds as f64 / 1e6;
            format!("{:>9.2} {:>9.2}", milliseconds(times[0]), milliseconds(times[times.len() / 2]))
        });
        println!("{set:<28} {count:>8} {}", cells.collect::<Vec<String>>().join(""));
    }
}

/// The times of so many runs.
fn run(engine: &mut Engine, set: &str, request: &Value, runs: u64) -> Vec<u64> {
    let times: Times =
        engine.ask(&json!({"op": "time", "set": set, "requests": [request], "runs": runs})).unwrap();
    times.nanoseconds.into_iter().flatten().collect()
}

/// The equivalents, and our policies of each profile in each layout.
fn load(engine: &mut Engine, target: Target) -> Sets {
    let written: Vec<Value> =
        equivalents::policies(target).unwrap().into_iter().flat_map(|(_, documents)| documents).collect();
    let mut sets = vec![("equivalents".to_owned(), written)];
    for (name, profile) in PROFILES {
        for (layout, said) in LAYOUTS {
            sets.push((format!("{name}, {layout}"), ours(target, profile, said)));
        }
    }
    let mut loaded = Vec::new();
    for (name, documents) in sets {
        equivalents::load(engine, target, &name, &documents).unwrap();
        loaded.push((name, count(&documents)));
    }
    loaded
}

/// How many policies there are among documents.
fn count(documents: &[Value]) -> usize {
    let is_policy = |document: &&Value| {
        let kind = document["kind"].as_str().unwrap_or_default();
        kind.ends_with("Policy") || kind == "ConstraintTemplate"
    };
    documents.iter().filter(is_policy).count()
}

/// Our policies for one target, of a profile: all deny.
fn ours(target: Target, profile: &str, said: &str) -> Vec<Value> {
    let project = Project::read("policies").unwrap().unwrap();
    let rules: String =
        project.rule_ids().filter(|id| id.starts_with("POD-")).map(|id| format!("  {id}: {{}}\n")).collect();
    let (from, to) = match target {
        Target::KyvernoClusterPolicy | Target::KyvernoValidatingPolicy => ("1.17", "1.19"),
        Target::Gatekeeper => ("3.19", "3.23"),
        Target::ValidatingAdmissionPolicy => ("1.34", "1.37"),
    };
    let environment = format!(
        "name: benchmark\ndescription: What is timed\nkubernetes: \"1.34\"\ntargets:\n  {}: {{from: \"{from}\", to: \"{to}\"{said}}}\nprofile: {profile}\nnamespaces:\n- {{name: all, action: deny}}\n",
        target.name()
    );
    let all = format!("name: all-pod-rules\ndescription: All rules about Pods\nrules:\n{rules}");
    let files = [
        ("environments/benchmark.yaml", environment.as_str()),
        ("profiles/all-pod-rules.yaml", all.as_str()),
    ];
    let release = Project::read_with("policies", &files).unwrap().unwrap().release("benchmark").unwrap();
    let artefacts = bundle::render(&release).unwrap();
    let documents = artefacts.iter().flat_map(|artefact| serde_yaml::Deserializer::from_str(&artefact.text));
    documents.map(|document| Value::deserialize(document).unwrap()).collect()
}
