//! Security contexts: those of containers, and the Pod's.

use serde_json::{Map, Value, json};

use super::{ABSENT, entry, put};
use crate::aspect::{Aspect, Draw};

/// What is drawn for a field: the aspect, the field, what all versions of both levels allow, and what else there is.
type Field = (Aspect, &'static str, &'static [&'static str], &'static [&'static str]);

/// Fields of a container's security context.
const OF_CONTAINER: [Field; 6] = [
    (Aspect::Privileged, "privileged", &[ABSENT, "null", "false"], &["true", "true"]),
    (Aspect::Escalation, "allowPrivilegeEscalation", &["false"], &[ABSENT, "null", "true", "false"]),
    (
        Aspect::ProcMount,
        "procMount",
        &[ABSENT, "null", r#""Default""#],
        &[r#""Unmasked""#, r#""default""#, r#""""#, r#""DefaultProcMount""#, r#""Unmasked""#],
    ),
    (Aspect::RunAsUser, "runAsUser", &[ABSENT, "null", "1", "1000", "4294967296"], &["0", "0", "0"]),
    (Aspect::RunAsNonRoot, "runAsNonRoot", &["true"], &[ABSENT, "null", "true", "false", ABSENT]),
    (Aspect::Escalation, "readOnlyRootFilesystem", &[ABSENT, "true", "false"], &["null"]),
];

/// Fields of the Pod's security context.
const OF_POD: [Field; 4] = [
    (Aspect::RunAsUser, "runAsUser", &[ABSENT, "null", "1", "1000"], &["0", "0"]),
    (Aspect::RunAsNonRoot, "runAsNonRoot", &[ABSENT, "null", "true"], &["false", ABSENT, "true"]),
    (Aspect::Sysctls, "sysctls", &[ABSENT, "null", "[]"], &[]),
    (Aspect::RunAsUser, "fsGroup", &[ABSENT, "0", "2000"], &["null"]),
];

/// Profiles of seccomp and AppArmor.
const PROFILES_ALLOWED: &[&str] = &[
    r#"{"type": "RuntimeDefault"}"#,
    r#"{"type": "Localhost", "localhostProfile": "profiles/x.json"}"#,
    r#"{"type": "Localhost", "localhostProfile": null}"#,
    r#"{"type": "RuntimeDefault", "localhostProfile": ""}"#,
];
const PROFILES_OTHER: &[&str] = &[
    ABSENT,
    "null",
    "{}",
    ABSENT,
    r#"{"type": null}"#,
    r#"{"type": ""}"#,
    r#"{"type": "Unconfined"}"#,
    r#"{"type": "runtimeDefault"}"#,
    r#"{"type": "RuntimeDefault "}"#,
    r#"{"type": "Localhost/x"}"#,
    r#"{"localhostProfile": "x"}"#,
];

const SELINUX_ALLOWED: &[&str] = &[
    ABSENT,
    "null",
    "{}",
    r#"{"type": "container_t"}"#,
    r#"{"type": "container_init_t", "level": "s0:c1,c2"}"#,
    r#"{"type": "container_kvm_t", "user": null, "role": ""}"#,
    r#"{"type": "", "user": "", "role": null}"#,
    r#"{"type": null, "level": ""}"#,
];
const SELINUX_OTHER: &[&str] = &[
    r#"{"type": "container_engine_t"}"#,
    r#"{"type": "container_engine_t", "role": ""}"#,
    r#"{"type": "spc_t"}"#,
    r#"{"type": "Container_t"}"#,
    r#"{"type": "container_t "}"#,
    r#"{"type": "container_t", "user": "system_u"}"#,
    r#"{"role": "system_r"}"#,
    r#"{"user": "u", "role": "r", "type": "x"}"#,
    r#"{"user": " "}"#,
];

const CAPABILITIES_ALLOWED: &[&str] = &[
    r#"{"drop": ["ALL"]}"#,
    r#"{"drop": ["ALL"], "add": []}"#,
    r#"{"drop": ["ALL"], "add": null}"#,
    r#"{"drop": ["KILL", "ALL"], "add": ["NET_BIND_SERVICE"]}"#,
    r#"{"drop": ["ALL", "ALL"], "add": ["NET_BIND_SERVICE", "NET_BIND_SERVICE"]}"#,
];
const CAPABILITIES_OTHER: &[&str] =
    &[ABSENT, "null", "{}", r#"{"drop": null}"#, r#"{"drop": [], "add": []}"#];
const DROPS: &[&str] = &[
    r#"["ALL"]"#,
    r#"["ALL"]"#,
    ABSENT,
    "null",
    "[]",
    r#"["all"]"#,
    r#"["CAP_ALL"]"#,
    r#"[""]"#,
    r#"["NET_RAW", "ALL"]"#,
    r#"["NET_RAW"]"#,
];
const ADDED: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
    "NET_RAW",
    "SYS_ADMIN",
    "ALL",
    "CAP_CHOWN",
    "chown",
    "",
    "net_bind_service",
    "NET_BIND_SERVICE",
];

const WINDOWS_ALLOWED: &[&str] = &[
    ABSENT,
    "null",
    "{}",
    r#"{"hostProcess": false}"#,
    r#"{"hostProcess": null, "runAsUserName": "ContainerUser"}"#,
];
const WINDOWS_OTHER: &[&str] =
    &[r#"{"hostProcess": true}"#, r#"{"hostProcess": true, "gmsaCredentialSpecName": ""}"#];

const SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
    "kernel.msgmax",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.TCP_RMEM",
    "net/ipv4/tcp_syncookies",
    "net.ipv4.tcp_syncookies.x",
    "",
];
/// How many of them every version allows.
const SYSCTLS_ALLOWED: usize = 10;

/// A container's security context: absent, null, or a map.
pub fn of_container(draw: &mut Draw) -> Option<Value> {
    let mut context = Map::new();
    fill(draw, &OF_CONTAINER, &mut context);
    put(&mut context, "capabilities", &capabilities(draw));
    put(&mut context, "windowsOptions", draw.from(Aspect::HostProcess, WINDOWS_ALLOWED, WINDOWS_OTHER));
    put(&mut context, "seLinuxOptions", draw.from(Aspect::SeLinux, SELINUX_ALLOWED, SELINUX_OTHER));
    put(&mut context, "seccompProfile", draw.from(Aspect::Seccomp, PROFILES_ALLOWED, PROFILES_OTHER));
    put(&mut context, "appArmorProfile", app_armor(draw));
    // Without a context the container isn't restricted: only where that may be.
    let may_be_empty = draw.is_loose(Aspect::Escalation) || draw.is_loose(Aspect::Capabilities);
    if may_be_empty && draw.once_in(8) {
        return entry(draw.one(&[ABSENT, "null", "{}"]));
    }
    Some(Value::Object(context))
}

/// The Pod's security context: absent, null, or a map.
pub fn of_pod(draw: &mut Draw) -> Option<Value> {
    let mut context = Map::new();
    fill(draw, &OF_POD, &mut context);
    if draw.is_loose(Aspect::Sysctls) && !draw.once_in(4) {
        context.insert("sysctls".to_owned(), sysctls(draw, SYSCTLS.len()));
    } else if draw.once_in(4) {
        context.insert("sysctls".to_owned(), sysctls(draw, SYSCTLS_ALLOWED));
    }
    put(&mut context, "windowsOptions", draw.from(Aspect::HostProcess, WINDOWS_ALLOWED, WINDOWS_OTHER));
    put(&mut context, "seLinuxOptions", draw.from(Aspect::SeLinux, SELINUX_ALLOWED, SELINUX_OTHER));
    put(&mut context, "seccompProfile", draw.from(Aspect::Seccomp, PROFILES_ALLOWED, PROFILES_OTHER));
    put(&mut context, "appArmorProfile", app_armor(draw));
    if draw.once_in(4) {
        return entry(draw.one(&[ABSENT, "null", "{}"]));
    }
    Some(Value::Object(context))
}

fn fill(draw: &mut Draw, fields: &[Field], context: &mut Map<String, Value>) {
    for (aspect, key, allowed, others) in fields {
        put(context, key, draw.from(*aspect, allowed, others));
    }
}

/// AppArmor allows that a profile isn't there.
fn app_armor(draw: &mut Draw) -> &'static str {
    if draw.once_in(3) { ABSENT } else { draw.from(Aspect::AppArmor, PROFILES_ALLOWED, PROFILES_OTHER) }
}

fn capabilities(draw: &mut Draw) -> String {
    if !draw.is_loose(Aspect::Capabilities) || draw.once_in(3) {
        return draw.from(Aspect::Capabilities, CAPABILITIES_ALLOWED, CAPABILITIES_OTHER).to_owned();
    }
    let mut map = Map::new();
    put(&mut map, "drop", draw.one(DROPS));
    let added: Vec<&str> = (0..draw.below(3)).map(|_| draw.one(ADDED)).collect();
    if !added.is_empty() || draw.once_in(2) {
        map.insert("add".to_owned(), json!(added));
    }
    Value::Object(map).to_string()
}

fn sysctls(draw: &mut Draw, among: usize) -> Value {
    let count = 1 + draw.below(3);
    (0..count).map(|_| json!({"name": SYSCTLS[draw.below(among)], "value": "1"})).collect()
}
