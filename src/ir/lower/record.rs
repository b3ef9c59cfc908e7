//! The fields of a monitor's record, which paths into a parameter may name.

use crate::diagnostic::{Diagnostic, did_you_mean};

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordField {
    /// `true` or `false`.
    Flag,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of images.
    Images,
    /// A list of host paths.
    HostPaths,
}

/// Every field with its type.
const FIELDS: [(&str, &str, RecordField); 12] = [
    ("identity", "namespace", RecordField::Text),
    ("identity", "service_account", RecordField::Text),
    ("identity", "images", RecordField::Images),
    ("identity", "sidecars", RecordField::Images),
    ("features", "privileged", RecordField::Flag),
    ("features", "host_network", RecordField::Flag),
    ("features", "host_pid", RecordField::Flag),
    ("features", "host_ipc", RecordField::Flag),
    ("features", "run_as_root", RecordField::Flag),
    ("features", "capabilities", RecordField::Texts),
    ("features", "host_paths", RecordField::HostPaths),
    ("features", "selinux_types", RecordField::Texts),
];

/// The type of the field at the end of these steps; absent if there is none.
pub(super) fn field(steps: &[String]) -> Option<RecordField> {
    let [part, name] = steps else { return None };
    FIELDS.iter().find(|(of, known, _)| of == part && known == name).map(|(_, _, kind)| *kind)
}

/// A path that leads to no field.
pub(super) fn unknown(text: &str, scope: &str) -> Diagnostic {
    let known: Vec<String> = FIELDS.iter().map(|(part, name, _)| format!("{scope}.{part}.{name}")).collect();
    let fault = Diagnostic::error("bad-path", format!("a monitor's record has no `{text}`"));
    match did_you_mean(text, known.iter().map(String::as_str)) {
        Some(near) => fault.label(format!("did you mean `{near}`?")),
        None => fault.label(format!("expected a field such as `{scope}.identity.images`")),
    }
}
