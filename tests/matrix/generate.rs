//! Objects along the edges of what a rule reads, made out of its examples: every place absent, null, empty, of each wrong type at
//! each step, at the literals and beside them, inherited or not, in one list or another.

use std::collections::BTreeSet;

use palisade::ir::{Kind, Rule};
use serde_json::{Value, json};

use crate::change::{Change, Which};
use crate::choice::Numbers;
use crate::place::{Places, Step, Steps, places};
use crate::value;

/// How many changes at most are made together.
const TOGETHER: usize = 3;

/// An object, with the changes that made it.
pub struct Generated {
    pub how: String,
    pub object: Value,
}

/// At most `most` objects for a rule and a kind.
pub fn objects(
    rule: &Rule,
    kind: &Kind,
    examples: &[Value],
    most: usize,
    numbers: &mut Numbers,
) -> Vec<Generated> {
    let places = places(rule, kind);
    let singles = singles(&places, numbers);
    let mut recipes = inherited(&places);
    numbers.shuffle(&mut recipes);
    recipes.truncate(most / 4);
    let combined = (0..most / 4).map(|_| {
        let count = 2 + numbers.below(TOGETHER - 1);
        (0..count).filter_map(|_| numbers.pick(&singles).cloned()).collect::<Vec<Change>>()
    });
    recipes.extend(combined);
    let left = most.saturating_sub(recipes.len());
    recipes.extend(singles.into_iter().take(left).map(|change| vec![change]));

    let mut known = BTreeSet::new();
    let mut objects = Vec::new();
    for recipe in recipes {
        let Some(example) = numbers.pick(examples) else { break };
        let mut object = example.clone();
        let mut changed = false;
        for change in &recipe {
            changed |= change.apply(&mut object);
        }
        if changed && is_storable(&object, example) && known.insert(object.to_string()) {
            let how = recipe.iter().map(Change::to_string).collect::<Vec<_>>().join(", ");
            objects.push(Generated { how, object });
        }
    }
    objects
}

/// Every change of a single place, in an order of chance.
fn singles(places: &Places, numbers: &mut Numbers) -> Vec<Change> {
    let mut prefixes: BTreeSet<&[Step]> = BTreeSet::new();
    for steps in places.values.keys() {
        prefixes.extend((1..=steps.len()).map(|length| &steps[..length]));
    }
    let mut changes = Vec::new();
    for steps in prefixes {
        let types = value::of_each_type().into_iter().map(Some).chain([None]);
        changes.extend(types.map(|value| Change { steps: steps.to_vec(), value, which: Which::First }));
    }
    for (steps, values) in &places.values {
        let has_items = steps.contains(&Step::Item);
        for value in values {
            let which =
                if has_items { [Which::First, Which::Every, Which::Further] } else { [Which::First; 3] };
            let which = which[numbers.below(3)];
            changes.push(Change { steps: steps.clone(), value: Some(value.clone()), which });
        }
    }
    numbers.shuffle(&mut changes);
    changes
}

/// For places of which one stands in for the other: each with each of the values of interest.
fn inherited(places: &Places) -> Vec<Vec<Change>> {
    let mut recipes = Vec::new();
    for group in &places.inherited {
        for (index, near) in group.iter().enumerate() {
            for far in &group[index + 1..] {
                for near_value in interesting(places, near) {
                    for far_value in interesting(places, far) {
                        let change = |steps: &Steps, value: &Option<Value>| Change {
                            steps: steps.clone(),
                            value: value.clone(),
                            which: Which::Every,
                        };
                        recipes.push(vec![change(near, &near_value), change(far, &far_value)]);
                    }
                }
            }
        }
    }
    recipes
}

/// A few values of interest at a place, and none.
fn interesting(places: &Places, steps: &Steps) -> Vec<Option<Value>> {
    let own = places.values.get(steps).into_iter().flatten().take(4).cloned();
    let common = [Value::Null, json!(""), json!({}), json!(false), json!(0), json!(["x"])];
    [None].into_iter().chain(common.into_iter().chain(own).map(Some)).collect()
}

/// Whether an API server could hold the object: rules are asked about nothing else. It reads the metadata of every object.
pub fn is_storable(object: &Value, example: &Value) -> bool {
    let same = |pointer: &str| object.pointer(pointer) == example.pointer(pointer);
    if !(same("/apiVersion") && same("/kind") && same("/metadata/name") && same("/metadata/generateName")) {
        return false;
    }
    let Some(Value::Object(metadata)) = object.get("metadata") else { return false };
    let texts = |field: &str| match metadata.get(field) {
        None => true,
        Some(Value::Object(entries)) => {
            entries.iter().all(|(key, value)| is_qualified(key) && value.is_string())
        }
        Some(_) => false,
    };
    let owners = match metadata.get("ownerReferences") {
        None => true,
        Some(Value::Array(items)) => items.iter().all(|item| {
            item.as_object()
                .is_some_and(|owner| owner.values().all(|value| value.is_string() || value.is_boolean()))
        }),
        Some(_) => false,
    };
    texts("labels")
        && texts("annotations")
        && owners
        && (same("/metadata/namespace") || has_valid_namespace(object))
}

fn has_valid_namespace(object: &Value) -> bool {
    object.pointer("/metadata/namespace").and_then(Value::as_str).is_some_and(|name| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !name.is_empty()
            && name.len() < 64
            && name.bytes().all(|byte| plain(byte) || byte == b'-')
            && name.bytes().next().is_some_and(plain)
            && name.bytes().last().is_some_and(plain)
    })
}

/// Whether a text can be the key of a label or an annotation, as far as generated ones go.
fn is_qualified(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
}
