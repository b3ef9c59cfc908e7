//! Every rule of a project in one release, and what is generated from it.

use std::fs;
use std::path::Path;

use palisade::bundle;
use palisade::ir::{Release, Target};
use serde::Deserialize;
use serde_json::Value;

use crate::project::Project;

/// The name of the environment, and of the profile that holds every rule.
const NAME: &str = "limits";
/// The shipped project.
const SHIPPED: &str = "policies";
/// A project whose rules use all of the language, and its environment.
const LANGUAGE: (&str, &str) = ("tests/projects/language", "everything");
/// The shipped profiles that set parameters.
const PROFILES: [&str; 2] = ["pod-security-baseline", "pod-security-restricted"];

/// Every shipped rule in one release, one by one and packed, and the profiles that set their parameters otherwise; for clusters from
/// this version on. Each with a name.
pub fn shipped(kubernetes: &str) -> Result<Vec<(String, Release)>, String> {
    let everything =
        [("every rule", ""), ("every rule, packed", ", layout: packed, packed_actions: [deny, warn]")]
            .map(|(name, layout)| Ok((name.to_owned(), everything(kubernetes, layout, "")?)));
    let of_profiles = PROFILES.iter().map(|profile| {
        let environment = format!(
            "name: {NAME}\ndescription: A profile\nkubernetes: \"{kubernetes}\"\ntargets:\n  gatekeeper: {{from: \"3.19\", to: \"3.23\"}}\n  \
             validating-admission-policy: {{from: \"{kubernetes}\", to: \"1.37\"}}\nprofile: {profile}\nnamespaces:\n- {{name: all, action: deny}}\n"
        );
        let release = release(&[(format!("environments/{NAME}.yaml"), environment)])?;
        Ok((format!("the profile `{profile}`"), release))
    });
    everything.into_iter().chain(of_profiles).collect()
}

/// Every shipped rule where the glass can be broken: with the guard, and with a policy more for what is audited then. With a name.
pub fn guarded(kubernetes: &str) -> Result<(String, Release), String> {
    let glass = "break_glass: {label: acme.example.com/incident, groups: [oncall]}\n";
    Ok(("every rule, and the guard".to_owned(), everything(kubernetes, "", glass)?))
}

/// The release of a project that uses all of the language.
pub fn language() -> Result<Release, String> {
    let (folder, environment) = LANGUAGE;
    Project::read(folder)?.ok_or_else(|| format!("there is no `{folder}`"))?.release(environment)
}

/// Every shipped rule in one environment, which has what `production` has beside; its targets end with one text, and the whole with
/// another.
fn everything(kubernetes: &str, layout: &str, more: &str) -> Result<Release, String> {
    let project = Project::read(SHIPPED)?.ok_or_else(|| format!("there is no `{SHIPPED}`"))?;
    let mut profile = format!("name: {NAME}\ndescription: Every rule\nrules:\n");
    profile.extend(project.rule_ids().map(|id| format!("  {id}: {{}}\n")));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(SHIPPED).join("environments/production.yaml");
    let mut environment =
        fs::read_to_string(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    for (from, to) in [
        ("name: production", format!("name: {NAME}")),
        ("profile: eks-auto-mode", format!("profile: {NAME}")),
        ("kubernetes: \"1.33\"", format!("kubernetes: \"{kubernetes}\"")),
        (
            "validating-admission-policy: {from: \"1.33\"",
            format!("validating-admission-policy: {{from: \"{kubernetes}\""),
        ),
        ("to: \"1.37\"}", format!("to: \"1.37\"{layout}}}")),
        ("to: \"3.23\"}", format!("to: \"3.23\"{layout}}}")),
    ] {
        if !environment.contains(from) {
            return Err(format!("`{}` doesn't hold `{from}`", path.display()));
        }
        environment = environment.replace(from, &to);
    }
    environment.push_str(more);
    release(&[(format!("profiles/{NAME}.yaml"), profile), (format!("environments/{NAME}.yaml"), environment)])
}

/// The release of the shipped project with these files beside.
fn release(files: &[(String, String)]) -> Result<Release, String> {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::read_with(SHIPPED, &files)?.ok_or_else(|| format!("there is no `{SHIPPED}`"))?.release(NAME)
}

/// All documents that a release has for a target, in whatever layout.
pub fn documents(release: &Release, target: Target) -> Result<Vec<Value>, String> {
    let artefacts = bundle::render(release).map_err(|refusals| {
        let texts: Vec<String> =
            refusals.iter().map(|refusal| format!("{}: {}", refusal.rule, refusal.reason)).collect();
        texts.join("\n")
    })?;
    let folder = format!("{}/", target.name());
    let mut documents = Vec::new();
    for artefact in artefacts.iter().filter(|artefact| artefact.path.starts_with(&folder)) {
        for document in serde_yaml::Deserializer::from_str(&artefact.text) {
            let value =
                Value::deserialize(document).map_err(|error| format!("`{}`: {error}", artefact.path))?;
            documents.push(value);
        }
    }
    Ok(documents)
}
