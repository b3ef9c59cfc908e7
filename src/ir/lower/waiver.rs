//! Waivers: an exemption becomes, for each check whose feature it waives, a condition beside what must hold.
//!
//! A container's feature is waived by that container's own image; a Pod's feature only if every container's image is of the identity or of
//! its sidecars, and one is of the identity. Who owns an object is never asked, since an owner reference can be forged.

use super::normal;
use super::parameter::Wrong;
use super::rule::named_kind;
use crate::diagnostic::Diagnostic;
use crate::ir::{
    Argument, Arguments, Condition, ContainerList, Kind, Label, Leaf, Literal, LiteralType, Loop, Operand,
    Path, Predicate, Read, Reading, Root, Source, Waiver,
};
use crate::model::{FeatureFlag, Features, Identity, NamedObject};
use crate::project::Place;

/// An exemption as the rules see it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exempting {
    /// Its name.
    pub name: String,
    /// For whom.
    pub identity: Identity,
    /// What is waived.
    pub features: Features,
    /// The rules that are waived as a whole.
    pub rules: Vec<String>,
}

/// What a check forbids, with the path of its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Feature {
    /// A feature without a value.
    Flag(FeatureFlag),
    /// A capability.
    Capability(Path),
    /// A host path.
    HostPath(Path),
    /// An SELinux type.
    SelinuxType(Path),
}

/// The waiver of the whole rule, if the exemption names it.
pub(super) fn of_rule(exempting: &Exempting, rule: &str) -> Option<Waiver> {
    exempting
        .rules
        .iter()
        .any(|id| id == rule)
        .then(|| Waiver { exemption: exempting.name.clone(), holds: identity(&exempting.identity, None) })
}

/// The waiver of a check, if the exemption waives its feature; `each` are the check's loops.
pub(super) fn of_check(exempting: &Exempting, feature: &Feature, each: &[Loop]) -> Option<Waiver> {
    let features = &exempting.features;
    let waived = match feature {
        Feature::Flag(flag) => {
            let waived = match flag {
                FeatureFlag::Privileged => features.privileged,
                FeatureFlag::HostNetwork => features.host_network,
                FeatureFlag::HostPid => features.host_pid,
                FeatureFlag::HostIpc => features.host_ipc,
                FeatureFlag::RunAsRoot => features.run_as_root,
            };
            waived.then_some(Condition::True)
        }
        Feature::Capability(path) => listed(path, &features.capabilities),
        Feature::SelinuxType(path) => listed(path, &features.selinux_types),
        Feature::HostPath(path) => {
            let allowed: Vec<Literal> = features
                .host_paths
                .iter()
                .filter_map(|path| normal::host_path(path).ok())
                .map(Literal::HostPath)
                .collect();
            let predicate = Predicate::Within(Arguments::Literals(allowed));
            (!features.host_paths.is_empty()).then(|| leaf(path.clone(), Reading::HostPath, predicate))
        }
    };
    let container = each.iter().find(|each| matches!(each.source, Source::Containers(_)));
    let identity = identity(&exempting.identity, container.map(|each| each.name.as_str()));
    Some(Waiver { exemption: exempting.name.clone(), holds: Condition::all([identity, waived?]) })
}

fn listed(path: &Path, values: &[String]) -> Option<Condition> {
    let values: Vec<Literal> = values.iter().cloned().map(Literal::Text).collect();
    let predicate = Predicate::In { of: LiteralType::Text, values: Arguments::Literals(values.clone()) };
    (!values.is_empty()).then(|| leaf(path.clone(), Reading::Raw, predicate))
}

/// That the identity fits: for one container by its own image, else by all images of the Pod.
fn identity(identity: &Identity, container: Option<&str>) -> Condition {
    if let Some(object) = &identity.object {
        let kind = object.kind.rsplit('/').next().unwrap_or_default();
        let mut parts = vec![
            is(path(Root::Kind, &[]), kind),
            is(path(Root::Object, &["metadata", "name"]), &object.name),
        ];
        if let Some((group, _)) = object.kind.split_once('/') {
            parts.push(is(path(Root::Group, &[]), group));
        }
        if let Some(namespace) = &object.namespace {
            parts.push(is(path(Root::Namespace, &[]), namespace));
        }
        return Condition::all(parts);
    }
    let images = patterns(&identity.images);
    let with_sidecars: Vec<Literal> = images.iter().cloned().chain(patterns(&identity.sidecars)).collect();
    let images = match container {
        Some(name) => within(name, images),
        None => Condition::all([
            Condition::Every { each: containers(), satisfies: Box::new(within("waived", with_sidecars)) },
            Condition::Some { each: containers(), satisfies: Box::new(within("waived", images)) },
        ]),
    };
    Condition::all([
        is(path(Root::Namespace, &[]), identity.namespace.as_deref().unwrap_or_default()),
        is(path(Root::ServiceAccount, &[]), identity.service_account.as_deref().unwrap_or_default()),
        images,
    ])
}

fn patterns(images: &[String]) -> Vec<Literal> {
    images.iter().filter_map(|image| normal::image(image).ok()).map(Literal::Image).collect()
}

/// Every container, under a name that no check gives.
fn containers() -> Loop {
    Loop {
        source: Source::Containers(ContainerList::ALL.to_vec()),
        name: "waived".to_owned(),
        label: Label { word: "container".to_owned(), fields: vec!["name".to_owned()] },
    }
}

fn within(container: &str, images: Vec<Literal>) -> Condition {
    let image = path(Root::Element(container.to_owned()), &["image"]);
    leaf(image, Reading::Image, Predicate::Within(Arguments::Literals(images)))
}

fn is(path: Path, text: &str) -> Condition {
    let value = Argument::Literal(Literal::Text(text.to_owned()));
    leaf(path, Reading::Raw, Predicate::Is { of: LiteralType::Text, value })
}

fn leaf(path: Path, reading: Reading, predicate: Predicate) -> Condition {
    let operand = Operand::Read(Read { reading, from: vec![path], default: None });
    Condition::Leaf(Leaf { operand, predicate, holds: true })
}

fn path(root: Root, steps: &[&str]) -> Path {
    Path { root, steps: steps.iter().map(|step| (*step).to_owned()).collect() }
}

/// What can't be read of an identity and of features, each at its place inside `place`.
pub(super) fn faults(identity: &Identity, features: &Features, kinds: &[Kind], place: &Place) -> Vec<Wrong> {
    let (who, waived) = (place.key("identity"), place.key("features"));
    let mut faults = Vec::new();
    unreadable(&identity.images, &who.key("images"), "bad-image", normal::image, &mut faults);
    unreadable(&identity.sidecars, &who.key("sidecars"), "bad-image", normal::image, &mut faults);
    unreadable(
        &features.host_paths,
        &waived.key("host_paths"),
        "bad-host-path",
        normal::host_path,
        &mut faults,
    );
    if let Some(object) = &identity.object {
        faults.extend(object_fault(object, kinds, &who.key("object")));
    }
    faults
}

fn unreadable(
    texts: &[String],
    place: &Place,
    code: &'static str,
    read: impl Fn(&str) -> Result<String, String>,
    faults: &mut Vec<Wrong>,
) {
    for (index, text) in texts.iter().enumerate() {
        if let Err(reason) = read(text) {
            let fault = Diagnostic::error(code, format!("`{text}` can't be used here")).label(reason);
            faults.push((place.index(index), fault));
        }
    }
}

/// The kind of a named object is declared, and the object is in a namespace if the kind is.
fn object_fault(object: &NamedObject, kinds: &[Kind], place: &Place) -> Option<Wrong> {
    let kind = match named_kind(kinds, &object.kind) {
        Ok(kind) => kind,
        Err(fault) => return Some((place.key("kind"), *fault)),
    };
    let name = &kind.kind;
    match (&object.namespace, kind.namespaced) {
        (Some(_), true) | (None, false) => None,
        (None, true) => {
            let fault = Diagnostic::error("incomplete-identity", format!("each `{name}` is in a namespace"))
                .label("expected `namespace` beside it");
            Some((place.key("kind"), fault))
        }
        (Some(namespace), false) => {
            let fault = Diagnostic::error("ambiguous-identity", format!("no `{name}` is in a namespace"))
                .label(format!("expected no `namespace`, and this is `{namespace}`"));
            Some((place.key("namespace"), fault))
        }
    }
}
