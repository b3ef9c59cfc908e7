//! What others run: the CI jobs and hooks of `docs/ci.md`, those that `init` writes, the objects for Argo CD and Flux of `docs/gitops.md`.
//! Each can be read, names what there is, and its scripts run as they stand there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::Value;

#[path = "support/folder.rs"]
mod folder;

use folder::Folder;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents
        .map(|document| Value::deserialize(document).unwrap_or_else(|cause| panic!("{cause}:\n{text}")))
        .collect()
}

/// The blocks of YAML of a page, read.
fn yaml_of(page: &str) -> Vec<Value> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(documents).collect()
}

fn the_one_with<'a>(all: &'a [Value], field: &str) -> &'a Value {
    all.iter().find(|value| value.get(field).is_some()).unwrap_or_else(|| panic!("nothing has `{field}`"))
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A repository with a project and its bundles, on a branch that changes a rule, with a main branch as its origin has it.
fn repository() -> Folder {
    let folder = Folder::built();
    folder.write(".gitignore", "bin\n");
    folder.git(&["init", "--quiet", "--initial-branch=main"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "--quiet", "-m", "base"]);
    folder.git(&["remote", "add", "origin", "."]);
    folder.git(&["fetch", "--quiet", "origin"]);
    folder.git(&["checkout", "--quiet", "-b", "change"]);
    folder.edit("policies/rules/identity/ACM-002-tokens.yaml", "severity: medium", "severity: high");
    assert_eq!(folder.palisade(&["build"]).code, 0);
    folder.git(&["commit", "--quiet", "--all", "-m", "change"]);
    fs::create_dir(folder.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_palisade"), folder.path("bin/palisade")).unwrap();
    folder
}

/// Runs a script as a CI system does; gives its exit code and what it printed.
fn run(folder: &Folder, script: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let path = format!("{}:{}", folder.path("bin").display(), std::env::var("PATH").unwrap());
    let mut command = folder.command("bash", &["-e", "-o", "pipefail", "-c", script]);
    let ran = command.env("PATH", path).envs(environment.iter().copied()).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (ran.status.code(), told)
}

/// Whether a script needs what a test hasn't got: the network, or a forge.
fn is_out_of_reach(script: &str) -> bool {
    ["cargo install", "gh ", "curl "].iter().any(|command| script.starts_with(command))
}

/// Runs the scripts of a job: all succeed, and the comment is there. With a bundle that is edited by hand the job fails.
fn prove_job(scripts: &[String], environment: &[(&str, &str)]) {
    let folder = repository();
    let within_reach: Vec<&String> = scripts.iter().filter(|script| !is_out_of_reach(script)).collect();
    assert!(within_reach.len() >= 3, "{scripts:?}");
    for script in &within_reach {
        let (code, told) = run(&folder, script, environment);
        assert_eq!(code, Some(0), "{script}\n{told}");
    }
    let comment = folder.read("policy-changes.md");
    assert!(comment.contains("| moved | ACM-002 | severity medium → high |"), "{comment}");
    folder.write("out/production/README.md", "edited\n");
    let failed = within_reach.iter().filter(|script| run(&folder, script, environment).0 != Some(0)).count();
    assert_eq!(failed, 1, "`build --check` alone sees an edited bundle");
    // What can't be told is no comment.
    folder.write("policies/palisade.yaml", "name: [\n");
    let diff = within_reach.iter().find(|script| script.contains("palisade diff")).unwrap();
    assert_ne!(run(&folder, diff, environment).0, Some(0));
}

#[test]
fn the_workflow_for_github() {
    let pages = yaml_of("docs/ci.md");
    let workflow = the_one_with(&pages, "jobs");
    // YAML 1.1 reads the key `on` as true; GitHub and this reader don't.
    assert!(workflow["on"]["pull_request"]["paths"].is_array());
    let job = &workflow["jobs"]["policies"];
    let steps = job["steps"].as_array().unwrap();
    let scripts: Vec<String> =
        steps.iter().filter_map(|step| Some(step.get("run")?.as_str().unwrap().to_owned())).collect();
    assert_eq!(job["env"]["BASE"], "${{ github.base_ref }}");
    prove_job(&scripts, &[("BASE", "main")]);
    assert_eq!(workflow["permissions"]["pull-requests"], "write");
    assert!(scripts.last().unwrap().contains("policy-changes.md"));
}

#[test]
fn the_job_for_gitlab() {
    let pages = yaml_of("docs/ci.md");
    let job = &the_one_with(&pages, "policies")["policies"];
    let scripts = texts(&job["script"]);
    prove_job(&scripts, &[("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")]);
    assert!(scripts.last().unwrap().contains("policy-changes.md"));
}

/// What a step of a workflow does, whatever it is called: its script, and the variables that this needs.
fn done_by(step: &Value) -> (&Value, &Value) {
    (&step["run"], &step["env"])
}

/// `init` writes the jobs of the page; only how they get the binary is another.
#[test]
fn what_init_writes_runs_the_same() {
    let folder = Folder::empty();
    assert_eq!(folder.palisade(&["init", "--name", "acme"]).code, 0);
    let pages = yaml_of("docs/ci.md");

    let (page, written) =
        (the_one_with(&pages, "jobs"), &documents(&folder.read(".github/workflows/palisade.yaml"))[0]);
    let steps = |workflow: &Value| {
        let steps = workflow["jobs"]["policies"]["steps"].as_array().unwrap().clone();
        let (uses, runs): (Vec<Value>, Vec<Value>) =
            steps.into_iter().partition(|step| step.get("uses").is_some());
        (uses, runs)
    };
    let ((page_uses, page_runs), (uses, runs)) = (steps(page), steps(written));
    assert_eq!(uses, page_uses);
    let after_installing =
        |runs: &[Value]| format!("{:#?}", runs[1..].iter().map(done_by).collect::<Vec<_>>());
    assert_eq!(after_installing(&runs), after_installing(&page_runs));
    assert_eq!(written["jobs"]["policies"]["env"], page["jobs"]["policies"]["env"]);
    assert_eq!(written["permissions"], page["permissions"]);

    let page = &the_one_with(&pages, "policies")["policies"];
    let written = &documents(&folder.read(".gitlab/palisade.yaml"))[0]["palisade"];
    assert_eq!(texts(&written["script"]), texts(&page["script"])[1..]);
    assert_eq!(written["artifacts"]["paths"], page["artifacts"]["paths"]);
    assert_eq!((&written["rules"], &written["variables"]), (&page["rules"], &page["variables"]));
}

#[test]
fn the_hooks() {
    let hooks = documents(&fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap());
    let hooks = hooks[0].as_array().unwrap();
    let folder = repository();
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n";
    folder.write("app.yaml", manifest);
    let mut ids = BTreeSet::new();
    for hook in hooks {
        for field in ["id", "name", "entry", "language"] {
            assert!(hook[field].is_string(), "pre-commit demands `{field}`: {hook}");
        }
        let takes_files = hook["pass_filenames"] != false;
        let arguments = if takes_files { " --environment production app.yaml" } else { "" };
        let (code, told) = run(&folder, &format!("{}{arguments}", hook["entry"].as_str().unwrap()), &[]);
        assert_eq!(code, Some(0), "{hook}\n{told}");
        ids.insert(hook["id"].as_str().unwrap().to_owned());
    }
    let pages = yaml_of("docs/ci.md");
    let used = &the_one_with(&pages, "repos")["repos"][0]["hooks"];
    let used: BTreeSet<String> =
        used.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(used, ids, "the page shows each hook");
}

#[test]
fn what_argo_cd_and_flux_are_told() {
    let objects = yaml_of("docs/gitops.md");
    let mut kustomizations: Vec<(&str, &Value)> = Vec::new();
    let mut applications = 0;
    for object in &objects {
        let spec = &object["spec"];
        match (object["kind"].as_str().unwrap(), object["apiVersion"].as_str().unwrap()) {
            ("Application", "argoproj.io/v1alpha1") => {
                applications += 1;
                let source = &spec["source"];
                let path = root().join(source["path"].as_str().unwrap());
                match source.get("directory") {
                    None => assert!(path.join("kustomization.yaml").is_file(), "{source}"),
                    Some(directory) => {
                        assert_eq!(directory["recurse"], true);
                        assert_eq!(directory["exclude"], "**/kustomization.yaml");
                        assert!(path.is_dir(), "{source}");
                    }
                }
                assert_eq!(spec["syncPolicy"]["automated"]["prune"], true, "what is gone is removed");
            }
            ("Kustomization", "kustomize.toolkit.fluxcd.io/v1") => {
                let path = spec["path"].as_str().unwrap().trim_start_matches("./");
                assert!(root().join(path).join("kustomization.yaml").is_file(), "{path}");
                assert_eq!(spec["prune"], true);
                kustomizations.push((object["metadata"]["name"].as_str().unwrap(), spec));
            }
            other => panic!("what is a {other:?}?"),
        }
    }
    assert!(applications >= 2);
    let of = |folder: &str| {
        let ends = |(_, spec): &&(&str, &Value)| spec["path"].as_str().unwrap().ends_with(folder);
        *kustomizations.iter().find(ends).unwrap_or_else(|| panic!("no Kustomization for {folder}"))
    };
    let (templates, of_templates) = of("gatekeeper/templates");
    let (_, of_constraints) = of("gatekeeper/constraints");
    assert_eq!(of_constraints["dependsOn"][0]["name"], templates);
    assert_eq!(of_templates["wait"], true, "the templates are all applied");
    assert!(of_constraints["retryInterval"].is_string(), "a kind may be made a moment later");
}

/// Argo CD applies the templates in a wave before that of the constraints, and doesn't try a constraint's kind before it is there.
#[test]
fn templates_come_before_constraints() {
    let annotation = |path: &Path, name: &str| {
        let all = documents(&fs::read_to_string(path).unwrap());
        let all: Vec<Value> =
            all.iter().map(|object| object["metadata"]["annotations"][name].clone()).collect();
        assert!(!all.is_empty(), "{}", path.display());
        all
    };
    let mut count = 0;
    for environment in ["production", "staging"] {
        for (folder, wave, options) in [
            ("gatekeeper/templates", "-1", None),
            ("gatekeeper/constraints", "", Some("SkipDryRunOnMissingResource=true")),
        ] {
            for entry in fs::read_dir(root().join("out").join(environment).join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.file_name().unwrap() == "kustomization.yaml" {
                    continue;
                }
                for found in annotation(&path, "argocd.argoproj.io/sync-wave") {
                    assert_eq!(found.as_str().unwrap_or_default(), wave, "{}", path.display());
                }
                for found in annotation(&path, "argocd.argoproj.io/sync-options") {
                    assert_eq!(found.as_str(), options, "{}", path.display());
                }
                count += 1;
            }
        }
    }
    assert!(count > 100, "only {count} files");
}
