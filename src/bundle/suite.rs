//! A rule's examples as the suites that the engines' own tools run: `gator verify` and `kyverno test`.
//!
//! It decides nothing: what is expected of each object is handed in. What a tool can't ask is left out, and the README of the suites
//! says so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ir::{Placement, Release, Rule, Target};
use crate::targets::{Artefact, names};

/// The namespaces of a suite's objects.
const NAMESPACES: &str = "namespaces.yaml";

/// An object, and what a rule says of it in one of its placements.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The name of the file, without its ending: a slug, unique in the rule.
    pub name: String,
    /// What the object shows, in one line.
    pub about: String,
    /// The object.
    pub object: Value,
    /// The object's namespace with its labels; absent for a cluster-scoped one.
    pub namespace: Option<(String, BTreeMap<String, String>)>,
    /// The position of the placement that governs the object.
    pub placement: usize,
    /// Whether the object violates the rule.
    pub is_violated: bool,
}

/// Writes a value as YAML that Go reads back.
pub type Write<'a> = &'a dyn Fn(&Value) -> String;

/// The suites of one rule, with their paths below the folder of the environment's tests. None if there is nothing to ask, or no tool
/// for it.
pub fn files(release: &Release, rule: &Rule, cases: &[Case], write: Write<'_>) -> Vec<Artefact> {
    let suites = [
        gator(release, rule, cases).map(|suite| ("suite.yaml".to_owned(), suite)),
        kyverno(release, rule, cases, Target::KyvernoClusterPolicy),
        kyverno(release, rule, cases, Target::KyvernoValidatingPolicy),
    ];
    let suites: Vec<(String, Value)> = suites.into_iter().flatten().collect();
    if suites.is_empty() {
        return Vec::new();
    }
    let header = names::header(rule);
    let text = |about: &str, documents: &[Value]| {
        let documents: Vec<String> = documents.iter().map(write).collect();
        format!("# {header}\n{about}{}", documents.join("---\n"))
    };
    let mut files: Vec<(String, String)> =
        suites.iter().map(|(path, suite)| (path.clone(), text("", std::slice::from_ref(suite)))).collect();
    files.extend(cases.iter().map(|case| {
        let about = format!("# {}\n", case.about.split_whitespace().collect::<Vec<_>>().join(" "));
        (format!("{}.yaml", case.name), text(&about, std::slice::from_ref(&case.object)))
    }));
    let namespaces: Vec<Value> = namespaces(cases).into_iter().map(namespace).collect();
    if !namespaces.is_empty() && release.engines.contains_key(&Target::Gatekeeper) {
        files.push((NAMESPACES.to_owned(), text("", &namespaces)));
    }
    let file = |(path, text)| Artefact { path: format!("{}/{path}", rule.id), text, is_packed: false };
    files.into_iter().map(file).collect()
}

/// The placements of a rule that have a policy of their own for a target, with their positions.
fn own<'a>(
    release: &'a Release,
    rule: &'a Rule,
    target: Target,
) -> impl Iterator<Item = (usize, &'a Placement)> {
    let is_there = release.engines.contains_key(&target);
    let has_kinds = |placement: &Placement| rule.kinds.iter().any(|kind| placement.is_for(kind));
    rule.placements.iter().enumerate().filter(move |(_, placement)| {
        is_there && has_kinds(placement) && !release.is_packed(target, placement.action)
    })
}

/// The suite for `gator verify`. It reads the first constraint of a file and no other, so only that one is asked.
fn gator(release: &Release, rule: &Rule, cases: &[Case]) -> Option<Value> {
    let (position, placement) = own(release, rule, Target::Gatekeeper).next()?;
    let cases: Vec<Value> = cases
        .iter()
        .filter(|case| case.placement == position)
        .map(|case| {
            let assertion = match case.is_violated {
                true => json!({"violations": 1, "message": format!("^{} ", rule.id)}),
                false => json!({"violations": "no"}),
            };
            let inventory = case.namespace.as_ref().map(|_| ("inventory", json!([NAMESPACES])));
            let head = [("name", json!(case.name)), ("object", json!(format!("{}.yaml", case.name)))];
            map(head.into_iter().chain(inventory).chain([("assertions", json!([assertion]))]))
        })
        .collect();
    let file = |folder: &str| bundled(release, Target::Gatekeeper, &format!("{folder}/{}.yaml", rule.id), 0);
    let test = json!({
        "name": names::object_name(release, rule, placement),
        "template": file("templates"),
        "constraint": file("constraints"),
        "cases": cases,
    });
    (!cases.is_empty()).then(|| {
        json!({
            "apiVersion": "test.gatekeeper.sh/v1alpha1",
            "kind": "Suite",
            "metadata": {"name": rule.id},
            "tests": [test],
        })
    })
}

/// The suite for `kyverno test` and one kind of policy, in a folder of its own: both kinds have the same names, by which the tool
/// tells results apart.
fn kyverno(release: &Release, rule: &Rule, cases: &[Case], target: Target) -> Option<(String, Value)> {
    let mut results = Vec::new();
    let mut asked = Vec::new();
    for (position, placement) in own(release, rule, target) {
        let policy = names::object_name(release, rule, placement);
        for case in cases.iter().filter(|case| case.placement == position) {
            results.push(result(rule, &policy, case, target));
            asked.push(case.clone());
        }
    }
    if results.is_empty() {
        return None;
    }
    let resources: Vec<String> = asked.iter().map(|case| format!("../{}.yaml", case.name)).collect();
    let labels: Vec<Value> = namespaces(&asked)
        .into_iter()
        .map(|(name, labels)| json!({"name": name, "labels": labels}))
        .collect();
    let name = format!("{}-{}", target.name(), rule.id.to_lowercase());
    let values = (!labels.is_empty()).then(|| ("values", json!({"namespaceSelector": labels})));
    let head = [
        ("apiVersion", json!("cli.kyverno.io/v1alpha1")),
        ("kind", json!("Test")),
        ("metadata", json!({"name": name})),
        ("policies", json!([bundled(release, target, &format!("{}.yaml", rule.id), 1)])),
        ("resources", json!(resources)),
    ];
    let test = map(head.into_iter().chain(values).chain([("results", json!(results))]));
    Some((format!("{}/kyverno-test.yaml", target.name()), test))
}

/// What `kyverno test` is told of one object and one policy.
fn result(rule: &Rule, policy: &str, case: &Case, target: Target) -> Value {
    let by = match target {
        Target::KyvernoClusterPolicy => ("rule", json!(rule.id.to_lowercase())),
        Target::KyvernoValidatingPolicy | Target::Gatekeeper | Target::ValidatingAdmissionPolicy => {
            ("isValidatingPolicy", json!(true))
        }
    };
    let name = case.object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let resource = match &case.namespace {
        Some((namespace, _)) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    };
    map([
        ("policy", json!(policy)),
        by,
        ("kind", case.object.get("kind").cloned().unwrap_or_default()),
        ("resources", json!([resource])),
        ("result", json!(if case.is_violated { "fail" } else { "pass" })),
    ])
}

/// A map with these fields, in this order.
fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The way from a rule's suite, or from so many folders deeper, to a file of the bundle.
fn bundled(release: &Release, target: Target, file: &str, deeper: usize) -> String {
    // From `.palisade/<environment>/tests/<rule>`.
    format!("{}{}/{}/{file}", "../".repeat(4 + deeper), release.environment, target.name())
}

/// The namespaces of these objects, with their labels.
fn namespaces(cases: &[Case]) -> BTreeMap<&str, &BTreeMap<String, String>> {
    let of_each = cases.iter().filter_map(|case| case.namespace.as_ref());
    of_each.map(|(name, labels)| (name.as_str(), labels)).collect()
}

fn namespace((name, labels): (&str, &BTreeMap<String, String>)) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

/// What the suites are and how they are run, for people; absent if the release has no engine with a tool.
pub(super) fn readme(release: &Release) -> Option<String> {
    let has = |target| release.engines.contains_key(&target);
    let mut commands = Vec::new();
    if has(Target::Gatekeeper) {
        commands.push("gator verify ./...");
    }
    if has(Target::KyvernoClusterPolicy) || has(Target::KyvernoValidatingPolicy) {
        commands.push("kyverno test .");
    }
    (!commands.is_empty()).then(|| {
        format!(
            "<!-- Generated by palisade; do not edit. -->\n\n# The policies of `{}`, tried without Palisade\n\n\
             A folder for each rule: objects that break it and objects that don't, and what the engines' own tools must find. In this folder:\n\n\
             ```sh\n{}\n```\n\n{WHAT_IS_NOT_ASKED}\n",
            release.environment,
            commands.join("\n")
        )
    })
}

const WHAT_IS_NOT_ASKED: &str = "What these tools can't ask, or only in another way than a cluster does, isn't here: changes and deletions, ephemeral containers that come to a \
     running Pod, and who it is that asks. `gator` reads only the first constraint of a file, so the others of a rule have no test there. Policies in the packed \
     layout have none, nor has the API server's own ValidatingAdmissionPolicy. `palisade test` and Palisade's own proof ask more.";
