//! Pods that the API server's own validation refuses, and that the evaluator may judge otherwise than the library: the only ones that
//! are left out of the comparison. Each predicate has an example, and is tested by it.

use serde_json::{Value, json};

/// Why a Pod can't be there.
pub struct Impossible {
    /// What the Pod does.
    pub name: &'static str,
    holds: fn(&Value) -> bool,
    /// A Pod's spec that does it, and one beside it that doesn't.
    examples: fn() -> (Value, Value),
}

/// One in so many Pods may be left out by a predicate.
const SHARE: usize = 50;

/// The predicates.
pub const ALL: [Impossible; 1] = [Impossible {
    name: "a volume has two sources",
    holds: |pod| {
        let sources = |volume: &Value| {
            let fields = volume.as_object().into_iter().flatten();
            fields.filter(|(key, value)| *key != "name" && !value.is_null()).count()
        };
        pod["spec"]["volumes"]
            .as_array()
            .is_some_and(|volumes| volumes.iter().any(|volume| sources(volume) > 1))
    },
    examples: || {
        let spec = |volume: Value| json!({"volumes": [{"name": "x", "emptyDir": {}}, volume]});
        (
            spec(json!({"name": "y", "secret": {}, "hostPath": {"path": "/"}})),
            spec(json!({"name": "y", "secret": null, "hostPath": {"path": "/"}})),
        )
    },
}];

/// The predicate that a Pod comes under.
pub fn of(pod: &Value) -> Option<usize> {
    ALL.iter().position(|impossible| (impossible.holds)(pod))
}

/// What is wrong with the predicates, and with how many Pods each has left out of so many.
pub fn faults(left_out: &[usize], pods: usize) -> Vec<String> {
    let mut faults = Vec::new();
    for (impossible, count) in ALL.iter().zip(left_out) {
        let (one, other) = (impossible.examples)();
        if !(impossible.holds)(&json!({"spec": one})) || (impossible.holds)(&json!({"spec": other})) {
            faults.push(format!("the predicate `{}` isn't true of its example alone", impossible.name));
        }
        if count * SHARE > pods {
            faults.push(format!("`{}` leaves out {count} of {pods} Pods: too many", impossible.name));
        }
    }
    faults
}
