//! The variables that expressions share.

use super::kinds::{has_pod, is_one_of, template};
use super::path::{first_filled, items};
use super::printer::Shared;
use super::shown::{Piece, dynamic, pieces};
use super::syntax::Expression;
use crate::ir::{ContainerList, Kind};

impl Shared {
    /// The variable's value, for objects of these kinds.
    pub(super) fn expression(self, kinds: &[Kind]) -> Expression {
        match self {
            Shared::Template => template("object", kinds),
            Shared::OldTemplate => template("oldObject", kinds),
            Shared::Pod => Expression::variable("template").read_into_maps(&["spec"]),
            Shared::PodMetadata => Expression::variable("template").read_into_maps(&["metadata"]),
            Shared::Namespace => namespace(kinds),
            Shared::ServiceAccount => service_account(),
            Shared::Containers => containers(),
            Shared::SecurityContexts => security_contexts(kinds),
            Shared::Images => images(),
            Shared::NamedVolumes => named_volumes(),
        }
    }
}

/// A field of the Pod's spec, or null.
fn pod_field(field: &str) -> Expression {
    Expression::variable("pod").read_into_maps(&[field])
}

/// The namespace; `default` for a namespaced object that says none, null for the other kinds.
fn namespace(kinds: &[Kind]) -> Expression {
    let namespaced: Vec<&Kind> = kinds.iter().filter(|kind| kind.namespaced).collect();
    if namespaced.is_empty() {
        return Expression::function("dyn", Expression::null());
    }
    let said = first_filled(vec![Expression::code("object").read(&["metadata", "namespace"])], "default");
    let is_namespaced = is_one_of(&namespaced, kinds);
    if namespaced.len() == kinds.len() { said } else { is_namespaced.choose(said, Expression::null()) }
}

/// The service account.
fn service_account() -> Expression {
    let read = |field| pod_field(field);
    first_filled(vec![read("serviceAccountName"), read("serviceAccount")], "default")
}

/// The containers of all lists.
fn containers() -> Expression {
    let value = || Expression::code("value");
    Expression::sum(ContainerList::ALL.map(|list| {
        let name = value().read_into_maps(&["name"]);
        let label = pieces(vec![Piece::Fixed(format!("{}/", list.name())), Piece::Name(name)]);
        let container =
            Expression::record([("list", dynamic(list.name())), ("label", label), ("value", value())]);
        items(pod_field(list.name())).each("map", "value", container)
    }))
}

/// The security contexts of the Pod and of its containers.
fn security_contexts(kinds: &[Kind]) -> Expression {
    let of_pod = Expression::record([
        ("label", pieces(vec![Piece::Fixed("pod".to_owned())])),
        ("value", pod_field("securityContext")),
    ]);
    let of_pod = Expression::List(vec![of_pod]);
    let has_pod = has_pod(kinds);
    let of_pod = if has_pod == Expression::truth(true) {
        of_pod
    } else {
        has_pod.choose(of_pod, Expression::List(Vec::new()))
    };
    Expression::sum([of_pod, of_containers("securityContext")])
}

/// The images of containers and volumes.
fn images() -> Expression {
    let volume = || Expression::code("volume");
    let name = volume().read(&["name"]);
    let label = pieces(vec![Piece::Fixed("volume ".to_owned()), Piece::Name(name)]);
    let of_volume =
        Expression::record([("label", label), ("value", volume().read_into_maps(&["image", "reference"]))]);
    let of_volumes = items(pod_field("volumes"))
        .each("filter", "volume", volume().read_into_maps(&["image"]).differs(Expression::null()))
        .each("map", "volume", of_volume);
    Expression::sum([of_containers("image"), of_volumes])
}

/// One field of each container.
fn of_containers(field: &str) -> Expression {
    let container = |field| Expression::code("container").field(field);
    Expression::variable("containers").each(
        "map",
        "container",
        Expression::record([
            ("label", container("label")),
            ("value", container("value").read_into_maps(&[field])),
        ]),
    )
}

/// The volumes whose name is a text, the first of each name.
fn named_volumes() -> Expression {
    let name = |of: &str| Expression::code(of).read(&["name"]);
    let is_named =
        Expression::all([Expression::code("volume").has_type("map"), name("volume").has_type("string")]);
    let named = items(pod_field("volumes")).each("filter", "volume", is_named);
    let namesakes = Expression::code("volumes").each("filter", "other", name("other").equals(name("volume")));
    let is_first = namesakes.at(0).equals(Expression::code("volume"));
    let firsts = Expression::code("volumes").each("filter", "volume", is_first);
    Expression::List(vec![named]).each("map", "volumes", firsts).at(0)
}
