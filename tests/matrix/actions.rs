//! The actions of an environment that has many: each namespace and each sort of object gets the one that is said for it, whatever
//! policies stand beside it; rule by rule, and packed.

use std::collections::BTreeMap;

use palisade::evaluator::example;
use palisade::ir::{Action, Release};
use serde_json::Value;

use crate::case::Origin;
use crate::choice::Choice;
use crate::judging::Bench;
use crate::packed::{self, Asked, Write};
use crate::project::Project;
use crate::reference::{Labels, labelled, namespaces};
use crate::requests;
use crate::tally::Tally;

/// The project, which is small, so that everything can be asked; and its environment.
pub const PROJECT: &str = "tests/projects/small";
const ENVIRONMENT: &str = "rollout";

/// Proves the actions.
pub fn prove(choice: &Choice, bench: &mut Bench, tally: &mut Tally) -> Result<(), String> {
    let project = Project::read(PROJECT)?.ok_or_else(|| format!("there is no folder `{PROJECT}`"))?;
    let mut release = project.release(ENVIRONMENT)?;
    let places = places(&release);
    let writes = writes(&release, &places);
    let labels: BTreeMap<String, Labels> = places.into_iter().collect();
    for (name, is_packed) in [("the actions", false), ("the actions, packed", true)] {
        release.packed = match is_packed {
            true => {
                let actions = [Action::Audit, Action::Warn, Action::Deny];
                choice.targets.iter().map(|target| (*target, actions.into())).collect()
            }
            false => BTreeMap::new(),
        };
        let asked = Asked { release: &release, name, writes: &writes, labels: &labels, sample: 1 };
        packed::ask(&asked, choice, bench, tally)?;
    }
    Ok(())
}

/// A namespace of each sort; that of cluster-scoped objects has no name.
fn places(release: &Release) -> Vec<(String, Labels)> {
    let others = ["default", ""].map(|name| (name.to_owned(), labelled(name, &[])));
    namespaces(release).into_iter().chain(others).collect()
}

/// Every example as every kind, in every write and every place.
fn writes(release: &Release, places: &[(String, Labels)]) -> Vec<Write> {
    let mut writes = Vec::new();
    for rule in &release.rules {
        for written in &rule.examples {
            for made in example::complete(rule, written) {
                let origin = Origin::Written(format!("{} {}", rule.id, written.name));
                for (place, _) in places.iter().filter(|(name, _)| name.is_empty() != made.kind.namespaced) {
                    let mut object = made.object.clone();
                    if made.kind.namespaced {
                        object["metadata"]["namespace"] = Value::from(place.as_str());
                    }
                    let others = requests::others(rule, &made.kind, &object);
                    let created = requests::create(&made.kind, &object);
                    let requests = others.into_iter().map(|(request, _)| request).chain([created]);
                    writes.extend(requests.map(|request| (made.kind.clone(), request, origin.clone())));
                }
            }
        }
    }
    writes
}
