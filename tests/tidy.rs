//! The conventions of the repository that a compiler doesn't know: who may name whom, how long a file may be, and that everything
//! has its reason.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a module may name, module by module (the design's import table). `ir` names `model` and `project` in `lower` alone.
const MAY_NAME: [(&str, &[&str]); 14] = [
    ("parallel", &[]),
    ("diagnostic", &[]),
    ("yaml", &["diagnostic"]),
    ("model", &["diagnostic"]),
    ("project", &["diagnostic", "yaml", "model"]),
    ("ir", &["diagnostic", "parallel"]),
    ("expression", &["ir"]),
    ("targets", &["ir", "expression"]),
    ("evaluator", &["diagnostic", "ir", "yaml"]),
    ("differ", &["ir", "evaluator"]),
    ("bundle", &["ir", "targets", "parallel"]),
    ("report", &["diagnostic", "ir", "evaluator", "differ"]),
    ("documentation", &["ir", "targets", "bundle"]),
    ("cli", &["*"]),
];
/// What `ir::lower` may name beside.
const LOWERING_MAY_NAME: [&str; 2] = ["model", "project"];
/// How many lines a source file may have.
const LONGEST: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The committed files with one of these endings, relative to the root, without what Cargo and Git keep.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if !["target", ".git", "node_modules"].contains(&name.as_str()) {
                    walk(&path, endings, found);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), endings, &mut found);
    found.sort();
    found.into_iter().map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect()
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(root().join(path)).unwrap()).into_owned()
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The modules that a source text names as `crate::NAME`, tests left out.
fn named(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
        })
        .collect()
}

#[test]
fn modules_name_only_what_they_may() {
    let table: BTreeMap<&str, &[&str]> = MAY_NAME.into_iter().collect();
    let mut faults = Vec::new();
    for path in files(&[".rs"]).iter().filter(|path| path.starts_with("src")) {
        let parts: Vec<&str> = path.iter().skip(1).map(|part| part.to_str().unwrap()).collect();
        let module = parts.first().unwrap().trim_end_matches(".rs");
        let is_test =
            parts.iter().any(|part| part.trim_end_matches(".rs") == "tests" || *part == "sample.rs");
        if ["lib", "main"].contains(&module) || is_test {
            continue;
        }
        let Some(allowed) = table.get(module) else {
            faults.push(format!("{}: the module `{module}` isn't in the import table", path.display()));
            continue;
        };
        if text(path).contains("crate::{") {
            faults.push(format!("{}: `crate::{{` hides which modules are named", path.display()));
        }
        let lowers = path.starts_with("src/ir/lower") || path.as_path() == Path::new("src/ir/lower.rs");
        for other in named(&text(path)) {
            let known = table.contains_key(other.as_str()) && other != module;
            let may = allowed.contains(&"*")
                || allowed.contains(&other.as_str())
                || (lowers && LOWERING_MAY_NAME.contains(&other.as_str()));
            if known && !may {
                faults.push(format!("{}: `{module}` may not name `{other}`", path.display()));
            }
        }
    }
    report(&faults);
}

#[test]
fn only_the_command_line_reads_and_writes() {
    let forbidden = ["std::fs", "std::env", "std::process", "std::net", "std::time", "println!", "eprintln!"];
    let mut faults = Vec::new();
    for path in files(&[".rs"]).iter().filter(|path| path.starts_with("src")) {
        let is_cli = path.starts_with("src/cli") || path.as_path() == Path::new("src/cli.rs");
        let is_main = path.as_path() == Path::new("src/main.rs");
        let is_test = path.iter().any(|part| part.to_str().unwrap().trim_end_matches(".rs") == "tests");
        if is_cli || is_main || is_test {
            continue;
        }
        let source = text(path);
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            for word in forbidden.iter().filter(|word| !is_comment && line.contains(**word)) {
                faults.push(format!(
                    "{}:{}: `{word}` is for the command line alone",
                    path.display(),
                    number + 1
                ));
            }
        }
    }
    report(&faults);
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut faults = Vec::new();
    for path in files(&[".rs", ".go", ".rego", ".j2"]) {
        let source = text(&path);
        let lines = source.lines().count();
        if lines > LONGEST {
            faults.push(format!("{}: {lines} lines, at most {LONGEST} are wanted", path.display()));
        }
        let ending = path.extension().unwrap().to_str().unwrap();
        let opens = if ending == "rs" { "//!" } else { "//" };
        if ["rs", "go"].contains(&ending) && !source.starts_with(opens) {
            faults.push(format!("{}: the first line doesn't say what the file is", path.display()));
        }
    }
    report(&faults);
}

#[test]
fn every_dependency_says_what_for() {
    let manifest = text(Path::new("Cargo.toml"));
    let mut faults = Vec::new();
    let mut in_dependencies = false;
    let mut before = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && line.contains('=') && !line.starts_with('#') && !before.starts_with('#')
        {
            faults.push(format!("Cargo.toml: `{line}` has no comment that says what for"));
        }
        before = line;
    }
    report(&faults);
}

/// Every error code stands in the snapshot of some text that a person reads, but for what no small input brings about: a fault of
/// Palisade itself or of the machine, what earlier checks keep away, and a file of many megabytes.
#[test]
fn every_error_is_shown_in_a_snapshot() {
    let not_brought_about = [
        "internal",
        "unreadable-file",
        "manual",
        "clock",
        "unsupported",
        "no-example",
        "no-kinds",
        "file-too-large",
    ];
    let told: String = files(&[".snap"]).iter().map(|path| text(path)).collect();
    let mut faults = Vec::new();
    for path in files(&[".rs"]).iter().filter(|path| path.starts_with("src")) {
        let source = text(path);
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        for made in ["Diagnostic::error(", "Diagnostic::warning(", "Failure::new("] {
            for rest in source.split(made).skip(1) {
                let Some(code) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
                else {
                    continue;
                };
                if !not_brought_about.contains(&code) && !told.contains(&format!("[{code}]")) {
                    faults.push(format!("{}: `{code}` is in no snapshot", path.display()));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn nothing_is_left_over() {
    // Taken apart, so that this file isn't found.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("db", "g!("), concat!("#[ig", "nore")];
    let homes = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/t", "mp/")];
    let mut faults = Vec::new();
    let endings = [
        ".rs", ".go", ".rego", ".j2", ".yaml", ".yml", ".md", ".toml", ".json", ".jsonl", ".snap", ".txt",
        "run", "table",
    ];
    for path in files(&endings) {
        for (number, line) in text(&path).lines().enumerate() {
            for word in words.iter().chain(&homes).filter(|word| line.contains(**word)) {
                faults.push(format!("{}:{}: `{word}`", path.display(), number + 1));
            }
        }
    }
    report(&faults);
}

/// The cluster and the matrix run the same version of each engine.
#[test]
fn the_cluster_has_the_engines_of_the_matrix() {
    let version = |file: &str, module: &str| -> String {
        let text = text(Path::new(file));
        let required = text.lines().find_map(|line| {
            let mut words = line.split_whitespace().skip_while(|word| *word != module).skip(1);
            words.next().filter(|word| word.starts_with('v')).map(str::to_owned)
        });
        required.unwrap_or_else(|| panic!("{file} requires no version of {module}"))
    };
    let mut faults = Vec::new();
    for (module, matrix, cluster) in [
        ("github.com/kyverno/kyverno", "engines/kyverno", "cluster/modules/kyverno"),
        ("github.com/open-policy-agent/gatekeeper/v3", "engines/admission", "cluster/modules/gatekeeper"),
        ("k8s.io/kubernetes", "engines/admission", "cluster/modules/kubernetes"),
    ] {
        let (matrix, cluster) = (format!("tests/{matrix}/go.mod"), format!("tests/{cluster}/go.mod"));
        let (one, other) = (version(&matrix, module), version(&cluster, module));
        if one != other {
            faults.push(format!("{module} is {one} in {matrix}, and {other} in {cluster}"));
        }
    }
    report(&faults);
}
