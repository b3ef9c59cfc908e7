//! Examples: what they show, and the releases of one rule in which they are proved.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::context::Versions;
use super::parameter::{self, Setting};
use super::rule::{self, Surroundings};
use super::waiver::{self, Exempting};
use crate::diagnostic::Diagnostic;
use crate::ir::{EngineRange, Example, ExampleSubject, Expected, Kind, Release, Rule, Target, Version};
use crate::model;
use crate::project::{Located, Place};

/// The namespace of an example that doesn't say one.
pub const NAMESPACE: &str = "team-a";
/// The versions of an example that doesn't say one.
const VERSION: Version = Version { major: 1, minor: 34 };

/// An example in the IR's form.
pub(super) fn example(written: &model::Example) -> Option<Example> {
    let subject = match (&written.pod, &written.object) {
        (Some(pod), _) => {
            let mut metadata = Map::new();
            for (field, values) in [("labels", &pod.labels), ("annotations", &pod.annotations)] {
                if !values.is_empty() {
                    let values: Map<String, Json> =
                        values.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                    metadata.insert(field.to_owned(), Json::Object(values));
                }
            }
            ExampleSubject::Pod { metadata: Json::Object(metadata), spec: pod.spec.clone() }
        }
        (None, Some(object)) => ExampleSubject::Object(object.clone()),
        (None, None) => return None,
    };
    let mut gives: Vec<Expected> = written
        .gives
        .iter()
        .map(|expected| Expected {
            check: expected.check.clone(),
            subject: expected.subject.clone(),
            path: expected.path.clone(),
        })
        .collect();
    gives.sort();
    Some(Example {
        name: written.name.clone(),
        subject,
        namespace: Some(written.namespace.clone().unwrap_or_else(|| NAMESPACE.to_owned())),
        version: written.version.as_deref().and_then(Version::parse),
        gives,
    })
}

/// Every example of a rule with its place in the file: good ones first.
fn all(written: &model::Rule) -> impl Iterator<Item = (Place, &model::Example)> {
    let place = |list: &str| Place::root().key("examples").key(list);
    let good = written.examples.good.iter().enumerate();
    let bad = written.examples.bad.iter().enumerate();
    good.map(move |(index, example)| (place("good").index(index), example))
        .chain(bad.map(move |(index, example)| (place("bad").index(index), example)))
}

/// Every example of a rule in the IR's form.
pub(super) fn examples(written: &model::Rule) -> Vec<Example> {
    all(written).filter_map(|(_, one)| example(one)).collect()
}

/// Releases of this rule alone, denying everywhere, each with the examples that share parameters, versions and exemptions.
pub(super) fn proofs(
    project: &str,
    help: &str,
    written: &Located<model::Rule>,
    kinds: &[Kind],
) -> Result<Vec<Release>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut groups: Vec<(&model::Example, Vec<Example>)> = Vec::new();
    for (place, one) in all(&written.value) {
        faults.extend(example_faults(written, &place, one, kinds));
        let Some(lowered) = example(one) else { continue };
        let same = |other: &model::Example| {
            other.parameters == one.parameters
                && other.version == one.version
                && other.exemptions == one.exemptions
        };
        match groups.iter_mut().find(|(other, _)| same(other)) {
            Some((_, members)) => members.push(lowered),
            None => groups.push((one, vec![lowered])),
        }
    }
    let mut releases = Vec::new();
    for (one, examples) in groups {
        let version = one.version.as_deref().and_then(Version::parse).unwrap_or(VERSION);
        let surroundings = Surroundings {
            kinds,
            settings: one
                .parameters
                .iter()
                .map(|(name, value)| {
                    (name.clone(), Setting { written: value.clone(), set_by: "example".to_owned() })
                })
                .collect(),
            versions: Versions { kubernetes: version, pod_security: version },
            exemptions: exemptions(&written.value.id, one),
        };
        match rule::rule(written, &surroundings) {
            Ok(rule) => releases.push(release(project, help, version, Rule { examples, ..rule })),
            Err(more) => faults.extend(more),
        }
    }
    faults.dedup();
    if faults.is_empty() { Ok(releases) } else { Err(faults) }
}

fn exemptions(rule: &str, one: &model::Example) -> Vec<Exempting> {
    one.exemptions
        .iter()
        .enumerate()
        .map(|(index, exemption)| Exempting {
            name: format!("example-{}", index + 1),
            identity: exemption.identity.clone(),
            features: exemption.features.clone(),
            rules: if exemption.whole_rule { vec![rule.to_owned()] } else { Vec::new() },
        })
        .collect()
}

/// What is wrong with an example's parameters and exemptions.
fn example_faults(
    written: &Located<model::Rule>,
    place: &Place,
    one: &model::Example,
    kinds: &[Kind],
) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for (name, value) in &one.parameters {
        let place = place.key("parameters").key(name);
        faults.extend(parameter::setting_faults(written, &written.value, name, value, &place));
    }
    for (index, exemption) in one.exemptions.iter().enumerate() {
        let place = place.key("exemptions").index(index);
        let wrong = waiver::faults(&exemption.identity, &exemption.features, kinds, &place);
        faults.extend(wrong.into_iter().map(|(place, fault)| written.mark(fault, &place)));
    }
    faults
}

fn release(project: &str, help: &str, version: Version, rule: Rule) -> Release {
    let range = |from: (u16, u16), to: (u16, u16)| EngineRange {
        from: Version { major: from.0, minor: from.1 },
        to: Version { major: to.0, minor: to.1 },
    };
    let placements = rule::denying_everywhere(&rule);
    Release {
        project: project.to_owned(),
        environment: "proof".to_owned(),
        description: "One rule, denying everywhere".to_owned(),
        catalogue: None,
        profile: "proof".to_owned(),
        kubernetes: Version { major: 1, minor: 30 },
        pod_security: version,
        help: help.to_owned(),
        owner: None,
        engines: [
            (Target::KyvernoClusterPolicy, range((1, 17), (1, 19))),
            (Target::KyvernoValidatingPolicy, range((1, 17), (1, 19))),
            (Target::Gatekeeper, range((3, 19), (3, 23))),
            (Target::ValidatingAdmissionPolicy, range((1, 30), (1, 37))),
        ]
        .into(),
        packed: BTreeMap::new(),
        left_out: Vec::new(),
        scopes: Vec::new(),
        natives: Vec::new(),
        break_glass: None,
        guard: None,
        protected_labels: BTreeMap::new(),
        settings: Vec::new(),
        disabled: Vec::new(),
        exemptions: Vec::new(),
        rules: vec![Rule { placements, ..rule }],
    }
}
