//! A whole Pod: its annotations, and what its spec says besides containers and volumes.

use serde_json::{Map, Value, json};

use super::{ABSENT, container, context, entry, put, volume};
use crate::aspect::{Aspect, Draw};

const FLAGS_ALLOWED: &[&str] = &[ABSENT, "null", "false", ABSENT];
const FLAGS_OTHER: &[&str] = &["true"];

const SYSTEMS_ALLOWED: &[&str] =
    &[ABSENT, "null", ABSENT, r#"{"name": "linux"}"#, ABSENT, r#"{"name": ""}"#, r#"{"name": null}"#];
const SYSTEMS_OTHER: &[&str] = &[
    r#"{"name": "windows"}"#,
    r#"{"name": "windows"}"#,
    r#"{"name": "Windows"}"#,
    r#"{"name": "windows "}"#,
    "{}",
    r#"{"name": "windows"}"#,
];

const USERS_ALLOWED: &[&str] = &[ABSENT, "null", ABSENT];
const USERS_OTHER: &[&str] = &["false", "false", "true", "false"];

/// What AppArmor's annotations begin with.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const PROFILES_ALLOWED: &[&str] =
    &[r#""runtime/default""#, r#""localhost/x""#, r#""localhost/""#, r#""""#, "null"];
const PROFILES_OTHER: &[&str] = &[
    r#""unconfined""#,
    r#""localhost""#,
    r#""Runtime/default""#,
    r#""runtime/default2""#,
    r#""xlocalhost/""#,
    r#"" ""#,
];
/// Annotations that say nothing to the standards of today.
const OTHER_ANNOTATIONS: &[&str] = &[
    "xcontainer.apparmor.security.beta.kubernetes.io/app-0",
    "container.apparmor.security.beta.kubernetes.iox/app-0",
    "Container.apparmor.security.beta.kubernetes.io/app-0",
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/app-0",
    "example.com/x",
];

/// A Pod.
pub fn pod(draw: &mut Draw) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!("drawn"));
    metadata.insert("namespace".to_owned(), json!("apps"));
    if let Some(annotations) = annotations(draw) {
        metadata.insert("annotations".to_owned(), annotations);
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec(draw)})
}

fn spec(draw: &mut Draw) -> Value {
    let mut spec = Map::new();
    put(&mut spec, "os", draw.from(Aspect::System, SYSTEMS_ALLOWED, SYSTEMS_OTHER));
    put(&mut spec, "hostUsers", draw.from(Aspect::UserNamespace, USERS_ALLOWED, USERS_OTHER));
    for flag in ["hostNetwork", "hostPID", "hostIPC"] {
        put(&mut spec, flag, draw.from(Aspect::HostNamespaces, FLAGS_ALLOWED, FLAGS_OTHER));
    }
    if let Some(context) = context::of_pod(draw) {
        spec.insert("securityContext".to_owned(), context);
    }
    if let Some(volumes) = volume::list(draw) {
        spec.insert("volumes".to_owned(), volumes);
    }
    let containers = 1 + draw.below(2);
    spec.insert("containers".to_owned(), container::list(draw, "app", containers));
    for (field, name) in [("initContainers", "init"), ("ephemeralContainers", "ephemeral")] {
        let value = match draw.below(7) {
            0 => json!([]),
            1 => Value::Null,
            2 => container::list(draw, name, 1),
            3 => container::list(draw, name, 2),
            _ => continue,
        };
        spec.insert(field.to_owned(), value);
    }
    Value::Object(spec)
}

fn annotations(draw: &mut Draw) -> Option<Value> {
    match draw.below(5) {
        0 => return None,
        1 => return entry(draw.one(&["null", "{}"])),
        _ => {}
    }
    let mut annotations = Map::new();
    for _ in 0..draw.below(3) {
        let name = draw.one(&["app-0", "init-0", "ephemeral-0", "nobody", "app-1"]);
        put(
            &mut annotations,
            &format!("{APP_ARMOR}{name}"),
            draw.from(Aspect::AppArmor, PROFILES_ALLOWED, PROFILES_OTHER),
        );
    }
    if draw.once_in(2) {
        let key = draw.one(OTHER_ANNOTATIONS);
        put(&mut annotations, key, draw.one(&[r#""unconfined""#, r#""runtime/default""#, "null"]));
    }
    Some(Value::Object(annotations))
}
