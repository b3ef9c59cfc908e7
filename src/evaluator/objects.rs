//! Documents as objects: lists unrolled, and what an object says of itself.

use super::type_of;
use crate::yaml::{Entry, Node, Value};

/// Hands over each object of a document: the items of a list, of lists in it too, or the document itself. Gives how many documents
/// or items are no objects: they say no `apiVersion` or no `kind`.
pub fn each_object(document: &Node, visit: &mut dyn FnMut(&Node)) -> usize {
    let (_, version, kind) = type_of(document);
    if version.is_empty() || kind.is_empty() {
        return 1;
    }
    match (kind.strip_suffix("List"), document.get("items").and_then(Node::as_list)) {
        (Some(item_kind), Some(items)) => {
            items.iter().map(|item| each_item(document, item_kind, item, visit)).sum()
        }
        (Some(_), None) | (None, _) => {
            visit(document);
            0
        }
    }
}

/// An item of a list. The API server leaves out the items' types where the list's own says them.
fn each_item(list: &Node, kind: &str, item: &Node, visit: &mut dyn FnMut(&Node)) -> usize {
    if kind.is_empty() || item.get("kind").is_some() || item.get("apiVersion").is_some() {
        return each_object(item, visit);
    }
    let Some(entries) = item.as_map() else {
        return 1;
    };
    let said = |key: &str, value: Value| Entry {
        key: key.to_owned(),
        key_span: item.span,
        value: Node { value, span: item.span, plain: false },
    };
    let version = list.get("apiVersion").map_or(Value::Null, |version| version.value.clone());
    let mut typed = vec![said("apiVersion", version), said("kind", Value::String(kind.to_owned()))];
    typed.extend(entries.iter().cloned());
    each_object(&Node { value: Value::Map(typed), ..*item }, visit)
}

/// A field of the object's metadata that is a text and not empty.
pub fn metadata<'a>(object: &'a Node, field: &str) -> Option<&'a str> {
    object.get("metadata")?.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// The object's name, else the beginning of the name that it will get.
pub fn name(object: &Node) -> Option<&str> {
    metadata(object, "name").or_else(|| metadata(object, "generateName"))
}

/// A label or an annotation of the object that is a text.
pub fn label_or_annotation<'a>(object: &'a Node, key: &str) -> Option<&'a str> {
    let metadata = object.get("metadata")?;
    ["labels", "annotations"].into_iter().find_map(|field| metadata.get(field)?.get(key)?.as_str())
}

/// Group and kind of the object's controller: the owner reference that says so.
pub fn controller(object: &Node) -> Option<(&str, &str)> {
    let owners = object.get("metadata")?.get("ownerReferences")?.as_list()?;
    let controls =
        |owner: &&Node| owner.get("controller").is_some_and(|flag| flag.value == Value::Bool(true));
    let (group, _, kind) = type_of(owners.iter().find(controls)?);
    Some((group, kind))
}

#[cfg(test)]
mod tests {
    use super::super::tests::object;
    use super::*;

    fn objects(text: &str) -> (Vec<String>, usize) {
        let mut found = Vec::new();
        let no_objects = each_object(&object(text), &mut |object| {
            let (group, version, kind) = type_of(object);
            found.push(format!("{group}/{version} {kind} {}", name(object).unwrap_or("?")));
        });
        (found, no_objects)
    }

    #[test]
    fn lists_are_unrolled() {
        for (text, expected, no_objects) in [
            ("{apiVersion: v1, kind: Pod, metadata: {name: a}}", &["/v1 Pod a"][..], 0),
            ("{apiVersion: v1, kind: List, items: []}", &[], 0),
            (
                "{apiVersion: v1, kind: List, items: [{apiVersion: apps/v1, kind: Deployment}, {kind: Pod}, 1, null]}",
                &["apps/v1 Deployment ?"],
                3,
            ),
            (
                "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod}]}]}",
                &["/v1 Pod ?"],
                0,
            ),
            (
                "{apiVersion: apps/v1, kind: DeploymentList, items: [{metadata: {generateName: b-}}, {apiVersion: v1, kind: Pod}]}",
                &["apps/v1 Deployment b-", "/v1 Pod ?"],
                0,
            ),
            ("{apiVersion: example.com/v1, kind: AllowList, spec: {}}", &["example.com/v1 AllowList ?"], 0),
            ("{replicas: 1}", &[], 1),
            ("text", &[], 1),
        ] {
            let expected = expected.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(objects(text), (expected, no_objects), "{text}");
        }
    }

    #[test]
    fn the_controller_is_the_owner_that_says_so() {
        let owned = |owners: &str| object(&format!("{{metadata: {{ownerReferences: {owners}}}}}"));
        let replica_set = "{apiVersion: apps/v1, kind: ReplicaSet, controller: true}";
        let node = owned(&format!("[{{apiVersion: v1, kind: Node}}, {replica_set}]"));
        assert_eq!(controller(&node), Some(("apps", "ReplicaSet")));
        for owners in
            ["[{apiVersion: apps/v1, kind: ReplicaSet}]", "[]", "x", "[{controller: 'true'}]", "[1]"]
        {
            assert_eq!(controller(&owned(owners)), None, "{owners}");
        }
    }
}
