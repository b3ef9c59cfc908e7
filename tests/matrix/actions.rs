//! The actions of an environment that has many: each namespace and each sort of object gets the one that is said for it, whatever
//! policies stand beside it, and whoever asks; rule by rule, and packed.

use std::collections::BTreeMap;

use palisade::evaluator::example;
use palisade::ir::{Action, BreakGlass, Release};
use serde_json::{Value, json};

use crate::case::Origin;
use crate::choice::Choice;
use crate::engines::Request;
use crate::judging::Bench;
use crate::packed::{self, Asked, Write};
use crate::project::Project;
use crate::reference::{Labels, NAME_LABEL, labelled, namespaces};
use crate::requests;
use crate::tally::Tally;

/// The project, which is small, so that everything can be asked; and its environment.
const PROJECT: &str = "tests/projects/small";
const ENVIRONMENT: &str = "rollout";
/// One more rule, of kinds with a namespace and without one.
const FILES: [(&str, &str); 3] = [
    ("kinds.yaml", include_str!("actions/kinds.yaml")),
    ("profiles/acme.yaml", include_str!("actions/acme.yaml")),
    ("rules/identity/ACM-004-owner.yaml", include_str!("actions/ACM-004-owner.yaml")),
];
/// One in so many cases goes to ClusterPolicy, which compiles the expressions of each policy anew in each request.
const SAMPLE: usize = 5;

/// Proves the actions.
pub fn prove(choice: &Choice, bench: &mut Bench, tally: &mut Tally) -> Result<(), String> {
    let project =
        Project::read_with(PROJECT, &FILES)?.ok_or_else(|| format!("there is no folder `{PROJECT}`"))?;
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
        let asked = Asked { release: &release, name, writes: &writes, labels: &labels, sample: SAMPLE };
        packed::ask(&asked, choice, bench, tally)?;
    }
    Ok(())
}

/// A namespace of each sort, each also with its glass broken; that of cluster-scoped objects has no name.
fn places(release: &Release) -> Vec<(String, Labels)> {
    let mut places = namespaces(release);
    places.push(("default".to_owned(), labelled("default", &[])));
    if let Some(glass) = &release.break_glass {
        let broken = places.iter().filter_map(|(name, labels)| broken(release, glass, name, labels));
        let broken: Vec<_> = broken.collect();
        places.extend(broken);
    }
    places.push((String::new(), labelled("", &[])));
    places
}

/// Another namespace of the same sort, with its glass broken.
fn broken(release: &Release, glass: &BreakGlass, name: &str, labels: &Labels) -> Option<(String, Labels)> {
    let mut listed = release.scopes.iter().map(|(_, scope)| &scope.values);
    let name = match listed.find(|values| values.iter().any(|value| value == name)) {
        Some(values) => values.iter().find(|other| *other != name)?.clone(),
        None => format!("{name}-broken"),
    };
    let own = labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let own: Vec<_> = own.filter(|(key, _)| *key != NAME_LABEL).chain([(glass.label.as_str(), "")]).collect();
    Some((name.clone(), labelled(&name, &own)))
}

/// Every example as every kind, in every write and every place, by several people.
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
                    for request in requests {
                        let asked = by_others(release, request, made.kind.namespaced);
                        writes.extend(
                            asked.into_iter().map(|asked| (made.kind.clone(), asked, origin.clone())),
                        );
                    }
                }
            }
        }
    }
    writes.extend(guarded(release));
    writes
}

/// A request by somebody, by somebody in another group, and by a member of each group that may break the glass. In a namespace it is of
/// no matter who asks: what is made there is asked of one member more.
fn by_others(release: &Release, request: Request, in_namespace: bool) -> Vec<Request> {
    let groups = release.break_glass.iter().flat_map(|glass| &glass.groups);
    let members = groups.map(|group| vec![group.clone()]);
    let asking: Vec<Vec<String>> = match (in_namespace, request.operation) {
        (true, "CREATE") => [Vec::new()].into_iter().chain(members.take(1)).collect(),
        (true, _) => vec![Vec::new()],
        (false, _) => [Vec::new(), vec!["developers".to_owned()]].into_iter().chain(members).collect(),
    };
    asking.into_iter().map(|groups| Request { groups, ..request.clone() }).collect()
}

/// Every change of the label that breaks the glass, by everybody, by each way that leads there.
fn guarded(release: &Release) -> Vec<Write> {
    let Some(glass) = &release.break_glass else { return Vec::new() };
    let guard = glass.guard();
    let Some(kind) = guard.kinds.first() else { return Vec::new() };
    let labels = [
        json!({}),
        json!({"team": "shop"}),
        json!({(glass.label.as_str()): "INC-1"}),
        json!({(glass.label.as_str()): ""}),
    ];
    let states = labels.map(|labels| {
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "incident", "labels": labels}})
    });
    let bare = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "incident"}});
    let states: Vec<Value> = states.into_iter().chain([bare]).collect();
    let mut requests: Vec<Request> = states.iter().map(|after| requests::create(kind, after)).collect();
    for (before, after) in states.iter().flat_map(|before| states.iter().map(move |after| (before, after))) {
        for subresource in ["", "status", "finalize"] {
            let update = Request {
                operation: "UPDATE",
                subresource,
                old_object: before.clone(),
                ..requests::create(kind, after)
            };
            requests.push(update);
        }
        requests.push(Request {
            operation: "DELETE",
            object: Value::Null,
            old_object: before.clone(),
            ..requests::create(kind, before)
        });
    }
    let requests = requests.into_iter().flat_map(|request| by_others(release, request, false));
    requests
        .map(|request| (kind.clone(), request, Origin::Written("the label that breaks the glass".to_owned())))
        .collect()
}
