//! Adoption: an exemption that adopts a set gets what the set says, and a monitor that refers to an exemption gets its record.
//!
//! Done once, before anything is checked, so that nothing after it knows of sets. It gives no meaning to what it puts together.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::checks::{Names, unknown};
use super::{Definitions, Located, Place};
use crate::diagnostic::Diagnostic;
use crate::model::{Exemption, ExemptionSet, Features, Identity, ParameterType, Rule};

/// Puts everything in its place; `unread` are the names in files that couldn't be read, and so are no faults.
pub(super) fn adopt(definitions: &mut Definitions, unread: &Names) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let sets: BTreeMap<String, ExemptionSet> =
        definitions.default_view().sets.iter().map(|set| (set.value.id.clone(), set.value.clone())).collect();
    for exemption in &mut definitions.exemptions {
        let Some(adopted) = exemption.value.adopts.clone() else { continue };
        faults.extend(said_twice(exemption));
        match sets.get(&adopted) {
            Some(set) => fill(&mut exemption.value, set),
            None => {
                if !unread.sets.contains(&adopted) {
                    let fault = unknown("unknown-set", "set", &adopted, sets.keys().map(String::as_str));
                    faults.push(exemption.mark(fault, &Place::root().key("adopts")));
                }
                stand_in(&mut exemption.value);
            }
        }
    }
    refer(definitions, unread, &mut faults);
    faults
}

/// What the set says can't be said again: neither more, which the set's sources wouldn't cover, nor less, which is an exemption of
/// its own.
fn said_twice(exemption: &Located<Exemption>) -> Vec<Diagnostic> {
    let fault = |field: &str| {
        let place = Place::root().key(field);
        let said = exemption.value.features != Features::default() && field == "features"
            || !exemption.value.rules.is_empty() && field == "rules";
        said.then(|| {
            let message = format!("an exemption that adopts a set has no `{field}` of its own");
            let fault = Diagnostic::error("adopts-and-says", message)
                .label("expected in the set alone")
                .help("write an exemption without `adopts` for a workload that needs more, or less");
            exemption.mark_key(fault, &place)
        })
    };
    ["features", "rules"].into_iter().filter_map(fault).collect()
}

/// The identity of the set where the exemption doesn't say its own; the features and rules of the set.
fn fill(exemption: &mut Exemption, set: &ExemptionSet) {
    let own = &exemption.identity;
    let list =
        |own: &[String], of_set: &[String]| if own.is_empty() { of_set.to_vec() } else { own.to_vec() };
    exemption.identity = Identity {
        namespace: own.namespace.clone().or_else(|| set.identity.namespace.clone()),
        service_account: own.service_account.clone().or_else(|| set.identity.service_account.clone()),
        images: list(&own.images, &set.identity.images),
        sidecars: list(&own.sidecars, &set.identity.sidecars),
        object: own.object.clone(),
    };
    exemption.features = set.features.clone();
    exemption.rules = set.rules.clone();
}

/// Something in place of a set that isn't known, so that one fault is told once.
fn stand_in(exemption: &mut Exemption) {
    exemption.identity = stand_in_identity();
    exemption.features.host_network = true;
}

/// Puts the records of exemptions into the monitors of profiles and environments that refer to them.
fn refer(definitions: &mut Definitions, unread: &Names, faults: &mut Vec<Diagnostic>) {
    let monitors = monitors(definitions);
    let records: BTreeMap<&str, Json> = definitions
        .exemptions
        .iter()
        .map(|exemption| {
            let Exemption { name, identity, features, .. } = &exemption.value;
            (name.as_str(), json!({"identity": identity, "features": features}))
        })
        .collect();
    let references = References { records, unread };
    for profile in &mut definitions.profiles {
        let mut rules = std::mem::take(&mut profile.value.rules);
        for (id, rule) in &mut rules {
            let parameters = &mut rule.parameters;
            faults.extend(references.replace(profile, id, parameters, monitors.get(id)));
        }
        profile.value.rules = rules;
    }
    for environment in &mut definitions.environments {
        let mut rules = std::mem::take(&mut environment.value.rules);
        for (id, rule) in &mut rules {
            let parameters = &mut rule.parameters;
            faults.extend(references.replace(environment, id, parameters, monitors.get(id)));
        }
        environment.value.rules = rules;
    }
}

/// The parameters of the type `monitors`, by their rule's id.
fn monitors(definitions: &Definitions) -> BTreeMap<String, Vec<String>> {
    let of = |rule: &Rule| {
        let declared =
            rule.parameters.iter().filter(|(_, declared)| declared.kind == ParameterType::Monitors);
        declared.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let copied = definitions.catalogues.values().flat_map(|catalogue| &catalogue.rules);
    copied.chain(&definitions.rules).map(|rule| (rule.value.id.clone(), of(&rule.value))).collect()
}

/// The exemptions that monitors may refer to.
struct References<'a> {
    records: BTreeMap<&'a str, Json>,
    unread: &'a Names,
}

impl References<'_> {
    /// Replaces each `{exemption: NAME}` in a rule's monitors by that exemption's record.
    fn replace<T>(
        &self,
        file: &Located<T>,
        rule: &str,
        parameters: &mut BTreeMap<String, Json>,
        monitors: Option<&Vec<String>>,
    ) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        for name in monitors.into_iter().flatten() {
            let place = Place::root().key("rules").key(rule).key("parameters").key(name);
            let items = parameters.get_mut(name).and_then(Json::as_array_mut);
            for (index, item) in items.into_iter().flatten().enumerate() {
                let Some(named) = named(item).map(str::to_owned) else { continue };
                let known = self.records.keys().copied();
                if !self.records.contains_key(named.as_str()) && !self.unread.exemptions.contains(&named) {
                    let fault = unknown("unknown-exemption", "exemption", &named, known);
                    faults.push(file.mark(fault, &place.index(index).key("exemption")));
                }
                *item = self.records.get(named.as_str()).cloned().unwrap_or_else(anybody);
            }
        }
        faults
    }
}

/// The exemption that a monitor refers to, if it says nothing else.
fn named(item: &Json) -> Option<&str> {
    let fields = item.as_object().filter(|fields| fields.len() == 1)?;
    fields.get("exemption").and_then(Json::as_str)
}

/// A record in place of one that isn't known, so that one fault is told once.
fn anybody() -> Json {
    json!({"identity": stand_in_identity(), "features": {}})
}

/// An identity without a fault of its own.
fn stand_in_identity() -> Identity {
    Identity {
        namespace: Some("x".to_owned()),
        service_account: Some("x".to_owned()),
        images: vec!["x".to_owned()],
        ..Identity::default()
    }
}
