//! A Pod that is larger than any that people write: 50 containers with 20 mounts each, 40 volumes, and much of everything else.

use serde_json::{Map, Value, json};

use crate::engines::Request;

/// How many containers there are in each list: 50 in all.
const CONTAINERS: [(&str, usize); 3] =
    [("initContainers", 10), ("containers", 30), ("ephemeralContainers", 10)];
const MOUNTS: usize = 20;
const VOLUMES: usize = 40;
/// How many there are of whatever else a container or a Pod has many of.
const MANY: usize = 20;

/// The namespaces of the requests: a usual one, and the one of the shipped exemption.
pub const NAMESPACES: [&str; 2] = ["team-a", "logging"];

/// How the Pod stands to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Everything is written down, and as it must be.
    Good,
    /// Everything is wrong, in each container, mount and volume.
    Bad,
    /// As `Bad`, in the identity of the exemption that is shipped.
    Exempted,
    /// As `Good`, but the last thing of each list is wrong, so that it is found last.
    WrongAtLast,
    /// Nothing is written but what must be.
    Bare,
    /// As `Bad`, for Windows.
    Windows,
}

const MANNERS: [(&str, Manner); 6] = [
    ("good", Manner::Good),
    ("bad", Manner::Bad),
    ("exempted", Manner::Exempted),
    ("wrong at last", Manner::WrongAtLast),
    ("bare", Manner::Bare),
    ("windows", Manner::Windows),
];

/// The requests, each with a name: the Pod in each manner made, changed and debugged, and the Deployment and CronJob of it.
pub fn requests() -> Vec<(String, Request)> {
    let mut requests = Vec::new();
    for (name, manner) in MANNERS {
        let (metadata, spec) = (metadata(manner), pod_spec(manner));
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
        let mut before = pod.clone();
        before["spec"]["ephemeralContainers"][9]["image"] = json!("registry.example.com/before:1");
        let debugged = Request {
            subresource: "ephemeralcontainers",
            ..request("", "pods", pod.clone(), before.clone())
        };
        let template = json!({"metadata": metadata, "spec": spec});
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": {"selector": {"matchLabels": {"app": "large"}}, "template": template},
        });
        let cron_job = json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata,
            "spec": {"schedule": "0 * * * *", "jobTemplate": {"metadata": metadata, "spec": {"template": template}}},
        });
        let made = |group, plural, object| request(group, plural, object, Value::Null);
        requests.push((format!("{name} Pod"), made("", "pods", pod.clone())));
        requests.push((format!("{name} Pod, changed"), request("", "pods", pod, before)));
        requests.push((format!("{name} Pod, debugged"), debugged));
        requests.push((format!("{name} Deployment"), made("apps", "deployments", deployment)));
        requests.push((format!("{name} CronJob"), made("batch", "cronjobs", cron_job)));
    }
    requests
}

fn request(group: &str, plural: &str, object: Value, old_object: Value) -> Request {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    Request {
        operation: if old_object.is_null() { "CREATE" } else { "UPDATE" },
        subresource: "",
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: text("/kind"),
        resource: plural.to_owned(),
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
        object,
        old_object,
        typed: true,
        groups: Vec::new(),
    }
}

/// A name of 63 characters, the most that most names have.
fn long(kind: &str, index: usize) -> String {
    format!("{kind}-{}-{index:03}", "x".repeat(58 - kind.len()))
}

impl Manner {
    fn is_bare(self) -> bool {
        self == Manner::Bare
    }

    /// Whether the thing at this place of so many is wrong.
    fn is_wrong(self, index: usize, count: usize) -> bool {
        match self {
            Manner::Good | Manner::Bare => false,
            Manner::Bad | Manner::Exempted | Manner::Windows => true,
            Manner::WrongAtLast => index + 1 == count,
        }
    }

    fn image(self, index: usize) -> String {
        let path = "a-long-path-of-a-repository/".repeat(3);
        match (self, self.is_wrong(index, 50)) {
            (Manner::Exempted, _) => format!("public.ecr.aws/aws-observability/aws-for-fluent-bit:{index}"),
            (_, true) => format!("registry.example.com:5000/{path}app:v{index}"),
            (_, false) => {
                format!("111122223333.dkr.ecr.eu-central-1.amazonaws.com/{path}app@sha256:{}", "0".repeat(64))
            }
        }
    }
}

fn metadata(manner: Manner) -> Value {
    let wrong = manner.is_wrong(0, 1);
    let mut annotations: Map<String, Value> = (0..MANY)
        .map(|index| (format!("example.com/{}", long("note", index)), Value::from("a note ".repeat(30))))
        .collect();
    for index in (0..50).filter(|_| !manner.is_bare()) {
        let profile = if manner.is_wrong(index, 50) { "unconfined" } else { "runtime/default" };
        annotations.insert(
            format!("container.apparmor.security.beta.kubernetes.io/{}", long("container", index)),
            profile.into(),
        );
    }
    annotations
        .insert("admission.datadoghq.com/enabled".to_owned(), if wrong { "false" } else { "true" }.into());
    let labels: Map<String, Value> = (0..MANY)
        .map(|index| (format!("example.com/{}", long("label", index)), Value::from(long("value", index))))
        .collect();
    let namespace = NAMESPACES[usize::from(manner == Manner::Exempted)];
    json!({
        "name": "large".repeat(10), "namespace": namespace, "labels": labels,
        "annotations": annotations,
    })
}

fn pod_spec(manner: Manner) -> Value {
    let mut spec = json!({
        "volumes": (0..VOLUMES).map(|index| volume(manner, index)).collect::<Vec<Value>>(),
    });
    let mut before = 0;
    for (list, count) in CONTAINERS {
        spec[list] = (before..before + count).map(|index| container(manner, index, list)).collect();
        before += count;
    }
    if manner.is_bare() {
        return spec;
    }
    // With the host's network the API server takes each port from it.
    let wrong = manner.is_wrong(0, 2);
    let hosts = json!({"hostNetwork": wrong, "hostPID": wrong, "hostIPC": wrong, "hostUsers": wrong});
    for (field, value) in hosts.as_object().into_iter().flatten() {
        spec[field] = value.clone();
    }
    spec["serviceAccountName"] = json!(if manner == Manner::Exempted { "fluent-bit" } else { "large" });
    spec["automountServiceAccountToken"] = json!(wrong);
    spec["os"] = json!({"name": if manner == Manner::Windows { "windows" } else { "linux" }});
    spec["securityContext"] = security_context(manner, 0, 1);
    spec["securityContext"]["sysctls"] = (0..MANY).map(|index| sysctl(manner, index)).collect();
    spec["securityContext"]["supplementalGroups"] =
        (0..MANY).map(|index| json!(if wrong { 0 } else { 1000 + index })).collect();
    spec["tolerations"] =
        (0..MANY).map(|index| json!({"key": long("key", index), "operator": "Exists"})).collect();
    spec["imagePullSecrets"] = (0..MANY).map(|index| json!({"name": long("secret", index)})).collect();
    spec
}

fn sysctl(manner: Manner, index: usize) -> Value {
    let name = if manner.is_wrong(index, MANY) {
        format!("kernel.unsafe_{index}")
    } else {
        "net.ipv4.tcp_rmem".to_owned()
    };
    json!({"name": name, "value": "4096"})
}

fn volume(manner: Manner, index: usize) -> Value {
    let name = long("volume", index);
    if manner.is_wrong(index, VOLUMES) {
        return match (manner, index % 4) {
            (Manner::Exempted, _) => {
                json!({"name": name, "hostPath": {"path": format!("/var/log/a/long/path/of/the/host/{index}")}})
            }
            (_, 0) => {
                json!({"name": name, "hostPath": {"path": "/var/run//containerd/./containerd.sock"}})
            }
            (_, 1) => json!({"name": name, "nfs": {"server": "files.example.com", "path": "/"}}),
            (_, _) => {
                json!({"name": name, "hostPath": {"path": format!("/proc/{index}/cwd//etc/./kubernetes/a/long/path/of/the/host")}})
            }
        };
    }
    match index % 3 {
        0 => json!({"name": name, "emptyDir": {"sizeLimit": "1Gi"}}),
        1 => json!({"name": name, "configMap": {"name": long("settings", index)}}),
        _ => json!({"name": name, "projected": {"sources": [{"secret": {"name": long("secret", index)}}]}}),
    }
}

fn security_context(manner: Manner, index: usize, count: usize) -> Value {
    let wrong = manner.is_wrong(index, count);
    let profile = if wrong { "Unconfined" } else { "RuntimeDefault" };
    json!({
        "runAsNonRoot": !wrong, "runAsUser": if wrong { 0 } else { 1000 }, "runAsGroup": if wrong { 0 } else { 1000 },
        "seccompProfile": {"type": profile}, "appArmorProfile": {"type": profile},
        "seLinuxOptions": {
            "type": if wrong { "spc_t" } else { "container_t" }, "user": if wrong { "system_u" } else { "" },
            "role": if wrong { "system_r" } else { "" },
        },
        "windowsOptions": {"hostProcess": wrong},
    })
}

/// A container; `index` counts through all lists.
fn container(manner: Manner, index: usize, list: &str) -> Value {
    let image = manner.image(index);
    let mounts: Vec<Value> = (0..MOUNTS).map(|mount| mounted(manner, index, mount)).collect();
    let mut container = json!({"name": long("container", index), "image": image, "volumeMounts": mounts});
    if manner.is_bare() {
        return container;
    }
    let wrong = manner.is_wrong(index, 50);
    let last = |place: usize| wrong && manner.is_wrong(place, MANY);
    container["securityContext"] = security_context(manner, index, 50);
    let own = json!({
        "privileged": wrong, "allowPrivilegeEscalation": wrong, "readOnlyRootFilesystem": !wrong,
        "procMount": if wrong { "Unmasked" } else { "Default" },
        "capabilities": {
            "add": (0..MANY).map(|place| if last(place) { format!("SYS_CAPABILITY_{place}") } else { "NET_BIND_SERVICE".to_owned() }).collect::<Vec<String>>(),
            "drop": (0..MANY).map(|place| if place + 1 == MANY && !wrong { "ALL".to_owned() } else { format!("CAPABILITY_{place}") }).collect::<Vec<String>>(),
        },
    });
    for (field, value) in own.as_object().into_iter().flatten() {
        container["securityContext"][field] = value.clone();
    }
    container["env"] = (0..MANY).map(|place| variable(last(place), place)).collect();
    container["envFrom"] = (0..MANY)
        .map(|place| json!({"prefix": if last(place) { "AWS_" } else { "APPLICATION_" }, "configMapRef": {"name": long("settings", place)}}))
        .collect();
    if list == "ephemeralContainers" {
        return container;
    }
    container["ports"] = (0..MANY)
        .map(|place| json!({"containerPort": 8000 + place, "hostPort": if last(place) { 8000 + place } else { 0 }}))
        .collect();
    container["resources"] =
        json!({"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}});
    let mut handler = json!({"httpGet": {"port": 8080, "path": "/health"}});
    if wrong {
        handler["httpGet"]["host"] = json!("169.254.169.254");
    }
    container["lifecycle"] = json!({"postStart": handler, "preStop": handler});
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        container[probe] = handler.clone();
    }
    container
}

fn mounted(manner: Manner, container: usize, index: usize) -> Value {
    let wrong = manner.is_wrong(container, 50) && manner.is_wrong(index, MOUNTS);
    // The volumes from the last one on, so that a search for the first of a name takes long.
    let name = long("volume", VOLUMES - 1 - (container + index) % MOUNTS);
    let mut mount = json!({
        "name": name, "mountPath": format!("/a/long/path/in/the/container/{index}"), "readOnly": !wrong,
    });
    if wrong {
        mount["mountPropagation"] = json!("Bidirectional");
    }
    mount
}

fn variable(wrong: bool, index: usize) -> Value {
    match (wrong, index % 3) {
        (true, 0) => json!({"name": "AWS_ACCESS_KEY_ID", "value": format!("AKIA{}", "A".repeat(16))}),
        (true, 1) => json!({"name": "AWS_SECRET_ACCESS_KEY", "value": "x".repeat(300)}),
        (true, _) => json!({"name": "AWS_ROLE_ARN", "value": "arn:aws:iam::111122223333:role/large"}),
        (false, 0) => json!({"name": long("SETTING", index), "value": "a value ".repeat(30)}),
        (false, _) => {
            json!({"name": long("SETTING", index), "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}})
        }
    }
}
