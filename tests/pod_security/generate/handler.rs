//! Probes and lifecycle handlers.

use serde_json::{Map, Value, json};

use super::{ABSENT, put};
use crate::aspect::{Aspect, Draw};

const HOSTS_ALLOWED: &[&str] = &[ABSENT, "null", r#""""#];
const HOSTS_OTHER: &[&str] = &[r#""127.0.0.1""#, r#""localhost""#, r#"" ""#, r#""10.0.0.1""#, r#""0""#];

/// Puts probes and lifecycle handlers into a container.
pub fn put_all(draw: &mut Draw, container: &mut Map<String, Value>) {
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if draw.once_in(3) {
            let value = handler(draw, true);
            container.insert(probe.to_owned(), value);
        }
    }
    if draw.once_in(3) {
        let mut lifecycle = Map::new();
        for hook in ["postStart", "preStop"] {
            if draw.once_in(2) {
                let value = handler(draw, false);
                lifecycle.insert(hook.to_owned(), value);
            }
        }
        let value = if draw.once_in(8) { Value::Null } else { Value::Object(lifecycle) };
        container.insert("lifecycle".to_owned(), value);
    }
}

fn handler(draw: &mut Draw, is_probe: bool) -> Value {
    match draw.below(9) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!({"exec": {"command": ["true"]}}),
        3 if is_probe => json!({"grpc": {"port": 80, "service": null}}),
        3 => json!({"sleep": {"seconds": 1}}),
        4 => json!({"httpGet": null, "tcpSocket": null, "exec": {"command": null}}),
        5 | 6 => json!({"httpGet": with_host(draw, json!({"port": 80, "path": "/"}))}),
        7 => json!({"tcpSocket": with_host(draw, json!({"port": "http"}))}),
        _ => json!({
            "httpGet": with_host(draw, json!({"port": "http", "scheme": "HTTPS", "httpHeaders": [{"name": "Host", "value": "x"}]})),
            "tcpSocket": with_host(draw, json!({"port": 80})),
        }),
    }
}

fn with_host(draw: &mut Draw, mut action: Value) -> Value {
    if let Some(action) = action.as_object_mut() {
        put(action, "host", draw.from(Aspect::Probes, HOSTS_ALLOWED, HOSTS_OTHER));
    }
    action
}
