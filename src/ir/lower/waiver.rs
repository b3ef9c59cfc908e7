//! Waivers: an exemption becomes, for each check whose feature it waives, a condition beside what must hold.
//!
//! A container's feature is waived by that container's own image; a Pod's feature only if every container's image is of the identity or of
//! its sidecars, and one is of the identity. Who owns an object is never asked, since an owner reference can be forged.

use super::normal;
use crate::ir::{
    Argument, Arguments, Condition, ContainerList, Kind, Label, Leaf, Literal, LiteralType, Loop, Operand,
    Path, Predicate, Read, Reading, Root, Source, Waiver,
};
use crate::model::{FeatureFlag, Features, Identity};

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

/// Whether the identity's images and paths can be read; the reasons, if not.
pub(super) fn faults(
    identity: &Identity,
    features: &Features,
    kinds: &[Kind],
) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    for (field, images) in [("images", &identity.images), ("sidecars", &identity.sidecars)] {
        for image in images {
            if let Err(reason) = normal::image(image) {
                faults.push((field, format!("`{image}`: {reason}")));
            }
        }
    }
    for path in &features.host_paths {
        if let Err(reason) = normal::host_path(path) {
            faults.push(("host_paths", format!("`{path}`: {reason}")));
        }
    }
    if let Some(object) = &identity.object {
        let known = kinds.iter().any(|kind| super::rule::names_kind(kind, &object.kind));
        if !known {
            faults.push(("object", format!("`{}` is declared in no `kinds.yaml`", object.kind)));
        }
    }
    faults
}
