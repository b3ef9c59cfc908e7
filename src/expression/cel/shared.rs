//! The variables that expressions share.

use super::kinds::{has_pod, is_one_of, template};
use super::path::{first_filled, items};
use super::printer::{Printer, Shared};
use super::reading::converted_or_null;
use super::scope::Scope;
use super::shown::{Piece, dynamic, holder, pieces};
use super::syntax::Expression;
use crate::ir::{ContainerList, Kind, Reading};

impl Shared {
    /// The variable's value, for objects of these kinds.
    pub(super) fn expression(self, kinds: &[Kind], printer: &Printer<'_>) -> Expression {
        match self {
            Shared::Template => map_or_empty("template", template("object", kinds)),
            Shared::OldTemplate => map_or_empty("template", template("oldObject", kinds)),
            Shared::Pod => map_or_empty("spec", Expression::variable("template").read(&["spec"])),
            Shared::PodMetadata => {
                map_or_empty("metadata", Expression::variable("template").read(&["metadata"]))
            }
            Shared::Namespace => namespace(kinds),
            Shared::ServiceAccount => service_account(printer),
            Shared::Containers => containers(printer),
            Shared::SecurityContexts => security_contexts(kinds, printer),
            Shared::Images => images(printer),
            Shared::NamedVolumes => named_volumes(printer),
        }
    }
}

impl Printer<'_> {
    /// A field of the Pod's spec, or null.
    pub(super) fn pod_field(&self, field: &str) -> Expression {
        self.named_here(Shared::Pod.name()).read_into_maps(&[field])
    }
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
fn service_account(printer: &Printer<'_>) -> Expression {
    let read = |field| printer.pod_field(field);
    first_filled(vec![read("serviceAccountName"), read("serviceAccount")], "default")
}

/// The value, or an empty map if it is none.
fn map_or_empty(name: &str, value: Expression) -> Expression {
    let named = Expression::code(name);
    let map = named.clone().has_type("map").choose(named, Expression::Map(Vec::new()));
    Expression::List(vec![value]).each("map", name, map).at(0)
}

/// The containers of all lists; `image` is the name of the image, or null if it can't be read.
fn containers(printer: &Printer<'_>) -> Expression {
    let listed = Expression::sum(ContainerList::ALL.map(|list| {
        let container =
            Expression::record([("list", dynamic(list.name())), ("value", Expression::code("value"))]);
        items(printer.pod_field(list.name())).each("map", "value", container)
    }));
    if !printer.has_container_images {
        return listed;
    }
    let container = |field| Expression::code("container").field(field);
    let record = Expression::record([("list", container("list")), ("value", container("value"))]);
    let reference = container("value").read_into_maps(&["image"]);
    listed.each("map", "container", with_image(record, reference, true))
}

/// The pieces that name a container by its record. They are made where a text is, since most containers get none.
pub(super) fn container_label(record: &Expression) -> Expression {
    let slash = Expression::sum([record.clone().field("list"), Expression::text("/")]);
    let name = holder("name", record.clone().field("value").read_into_maps(&["name"]));
    Expression::List(vec![Expression::function("dyn", slash), name])
}

/// A record, with the name of an image if it is wanted.
fn with_image(record: Expression, reference: Expression, is_wanted: bool) -> Expression {
    match record {
        Expression::Map(mut fields) if is_wanted => {
            let name = converted_or_null(reference, Reading::Image, &Scope::new(&[])).at(0);
            fields.push(("image".to_owned(), name));
            Expression::Map(fields)
        }
        plain => plain,
    }
}

/// The security contexts of the Pod and of its containers.
fn security_contexts(kinds: &[Kind], printer: &Printer<'_>) -> Expression {
    let of_pod = Expression::record([
        ("label", pieces(vec![Piece::Fixed("pod".to_owned())])),
        ("value", printer.pod_field("securityContext")),
    ]);
    let of_pod = Expression::List(vec![of_pod]);
    let has_pod = has_pod(kinds);
    let of_pod =
        if has_pod.is_truth(true) { of_pod } else { has_pod.choose(of_pod, Expression::List(Vec::new())) };
    Expression::sum([of_pod, of_containers("securityContext")])
}

/// The images of containers and volumes; `image` is the name of the image, or null if it can't be read.
fn images(printer: &Printer<'_>) -> Expression {
    let volume = || Expression::code("volume");
    let name = volume().read(&["name"]);
    let label = pieces(vec![Piece::Fixed("volume ".to_owned()), Piece::Name(name)]);
    let of_volume =
        Expression::record([("label", label), ("value", volume().read_into_maps(&["image", "reference"]))]);
    let of_volumes = items(printer.pod_field("volumes"))
        .each("filter", "volume", volume().read_into_maps(&["image"]).differs(Expression::null()))
        .each("map", "volume", of_volume);
    let all = Expression::sum([of_containers("image"), of_volumes]);
    if !printer.has_image_names {
        return all;
    }
    let entry = |field| Expression::code("entry").field(field);
    let record = Expression::record([("label", entry("label")), ("value", entry("value"))]);
    all.each("map", "entry", with_image(record, entry("value"), true))
}

/// One field of each container.
fn of_containers(field: &str) -> Expression {
    let container = |field| Expression::code("container").field(field);
    Expression::variable("containers").each(
        "map",
        "container",
        Expression::record([
            ("label", Expression::function("dyn", container_label(&Expression::code("container")))),
            ("value", container("value").read_into_maps(&[field])),
        ]),
    )
}

/// The volumes whose name is a text, the first of each name.
fn named_volumes(printer: &Printer<'_>) -> Expression {
    let name = |of: &str| Expression::code(of).read(&["name"]);
    let is_named =
        Expression::all([Expression::code("volume").has_type("map"), name("volume").has_type("string")]);
    let named = items(printer.pod_field("volumes")).each("filter", "volume", is_named);
    let namesakes = Expression::code("volumes").each("filter", "other", name("other").equals(name("volume")));
    let is_first = namesakes.at(0).equals(Expression::code("volume"));
    let firsts = Expression::code("volumes").each("filter", "volume", is_first);
    Expression::List(vec![named]).each("map", "volumes", firsts).at(0)
}
