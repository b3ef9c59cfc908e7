//! Containers of all three lists.

use serde_json::{Map, Value, json};

use super::{ABSENT, context, handler, put};
use crate::aspect::{Aspect, Draw};

const PORTS_ALLOWED: &[&str] = &[
    ABSENT,
    "null",
    "[]",
    r#"[{"containerPort": 80}]"#,
    r#"[{"containerPort": 80, "hostPort": 0}]"#,
    r#"[{"containerPort": 80, "hostPort": null, "hostIP": "127.0.0.1"}]"#,
];
const PORTS_OTHER: &[&str] = &[
    r#"[{"containerPort": 80, "hostPort": 80}]"#,
    r#"[{"containerPort": 80}, {"containerPort": 81, "hostPort": 65535}]"#,
    r#"[{"containerPort": 80, "hostPort": 1}, {"containerPort": 81, "hostPort": 0}]"#,
    r#"[{"containerPort": 80, "hostPort": 443}, {"containerPort": 81, "hostPort": 444}]"#,
];

/// The containers of a list, named after it.
pub fn list(draw: &mut Draw, list: &str, count: usize) -> Value {
    (0..count).map(|index| container(draw, &format!("{list}-{index}"), list == "ephemeral")).collect()
}

fn container(draw: &mut Draw, name: &str, is_ephemeral: bool) -> Value {
    let mut container = Map::new();
    container.insert("name".to_owned(), json!(name));
    container.insert("image".to_owned(), json!("registry.example.com/app:1"));
    if let Some(context) = context::of_container(draw) {
        container.insert("securityContext".to_owned(), context);
    }
    put(&mut container, "ports", draw.from(Aspect::Ports, PORTS_ALLOWED, PORTS_OTHER));
    handler::put_all(draw, &mut container);
    if is_ephemeral && draw.once_in(2) {
        container.insert("targetContainerName".to_owned(), json!("app-0"));
    }
    Value::Object(container)
}
