//! The variables that expressions share.

use super::kinds::{has_pod, in_pod, is_one_of};
use super::path::{first_filled, items};
use super::printer::Shared;
use super::scope::Scope;
use super::shown::{dynamic, shown};
use super::syntax::Expression;
use crate::ir::{ContainerList, Kind};

impl Shared {
    /// The variable's value, for objects of these kinds.
    pub(super) fn expression(self, kinds: &[Kind]) -> Expression {
        match self {
            Shared::Pod => in_pod("object", kinds, &["spec"]),
            Shared::PodMetadata => in_pod("object", kinds, &["metadata"]),
            Shared::Namespace => namespace(kinds),
            Shared::ServiceAccount => service_account(),
            Shared::Containers => containers(),
            Shared::SecurityContexts => security_contexts(kinds),
            Shared::Images => images(),
            Shared::NamedVolumes => named_volumes(),
        }
    }
}

/// A record, whose fields may have any type.
fn record<const COUNT: usize>(fields: [(&str, Expression); COUNT]) -> Expression {
    Expression::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
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
    let read = |field| Expression::variable("pod").read(&[field]);
    first_filled(vec![read("serviceAccountName"), read("serviceAccount")], "default")
}

/// The containers of all lists.
fn containers() -> Expression {
    let value = || Expression::code("value");
    let lists = ContainerList::ALL.map(|list| {
        let all = items(Expression::variable("pod").read(&[list.name()]));
        all.each("map", "value", record([("list", dynamic(list.name())), ("value", value())]))
    });
    let container = |field| Expression::code("container").field(field);
    let name = shown(container("value").read(&["name"]), "?", &Scope::new(&[]));
    let label = Expression::sum([container("list"), Expression::text("/"), name]);
    let labelled = record([
        ("list", container("list")),
        ("label", Expression::function("dyn", label)),
        ("value", container("value")),
    ]);
    Expression::sum(lists).each("map", "container", labelled)
}

/// The security contexts of the Pod and of its containers.
fn security_contexts(kinds: &[Kind]) -> Expression {
    let of_pod = record([
        ("label", dynamic("pod")),
        ("value", Expression::variable("pod").read(&["securityContext"])),
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
    let name = shown(volume().read(&["name"]), "?", &Scope::new(&[]));
    let label = Expression::sum([Expression::text("volume "), name]);
    let of_volume = record([
        ("label", Expression::function("dyn", label)),
        ("value", volume().read(&["image", "reference"])),
    ]);
    let of_volumes = items(Expression::variable("pod").read(&["volumes"]))
        .each("filter", "volume", volume().read(&["image"]).differs(Expression::null()))
        .each("map", "volume", of_volume);
    Expression::sum([of_containers("image"), of_volumes])
}

/// One field of each container.
fn of_containers(field: &str) -> Expression {
    let container = |field| Expression::code("container").field(field);
    Expression::variable("containers").each(
        "map",
        "container",
        record([("label", container("label")), ("value", container("value").read(&[field]))]),
    )
}

/// The volumes whose name is a text, the first of each name.
fn named_volumes() -> Expression {
    let name = |of: &str| Expression::code(of).read(&["name"]);
    let volumes = items(Expression::variable("pod").read(&["volumes"]));
    let named = volumes.each("filter", "volume", name("volume").is_a("string"));
    let namesakes = Expression::code("volumes").each("filter", "other", name("other").equals(name("volume")));
    let is_first = namesakes.at(0).equals(Expression::code("volume"));
    let firsts = Expression::code("volumes").each("filter", "volume", is_first);
    Expression::List(vec![named]).each("map", "volumes", firsts).at(0)
}
