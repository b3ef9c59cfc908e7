//! Conditions, loops and paths as JSON that a person can read; different meanings never have the same form.

use serde_json::{Map, Value as Json, json};

use crate::ir::{
    Argument, Arguments, Check, Condition, Container, Count, GovernedPart, Kind, Label, Leaf, LiteralType,
    Loop, Operand, Path, Predicate, Read, Reading, Root, Rule, Shape, Source, Text,
};

/// `Pod`, `apps/Deployment`.
pub(super) fn kind(kind: &Kind) -> String {
    if kind.group.is_empty() { kind.kind.clone() } else { format!("{}/{}", kind.group, kind.kind) }
}

/// The kinds, if these aren't all that the rule governs.
pub(super) fn narrowed_kinds(kinds: &[Kind], rule: &Rule) -> Option<Vec<String>> {
    (kinds != rule.kinds).then(|| kinds.iter().map(kind).collect())
}

/// What an UPDATE must change to be judged: `pod: spec`, `object: metadata.labels`.
pub(super) fn governed(rule: &Rule) -> Vec<String> {
    let parts = rule.governed_in_pods.iter().map(|part| format!("pods: {}", governed_part(part)));
    let others = rule.governed_in_objects.iter().map(|part| format!("objects: {}", governed_part(part)));
    parts.chain(others).collect()
}

fn governed_part(part: &GovernedPart) -> &str {
    match part {
        GovernedPart::PodSpec => "the Pod's spec",
        GovernedPart::TemplateLabels => "the Pod's labels",
        GovernedPart::TemplateAnnotations => "the Pod's annotations",
        GovernedPart::Labels => "metadata.labels",
        GovernedPart::Annotations => "metadata.annotations",
        GovernedPart::OwnerReferences => "metadata.ownerReferences",
        GovernedPart::Field(field) => field,
    }
}

/// A condition. `{"field": "container.image", "starts_with": ["a"]}`, a negative leaf inside `not`.
pub(super) fn condition(condition: &Condition) -> Json {
    match condition {
        Condition::True => Json::Bool(true),
        Condition::False => Json::Bool(false),
        Condition::All(parts) => json!({"all": parts.iter().map(self::condition).collect::<Vec<_>>()}),
        Condition::Any(parts) => json!({"any": parts.iter().map(self::condition).collect::<Vec<_>>()}),
        Condition::Some { each, satisfies } => {
            json!({"some": self::each(each), "satisfies": self::condition(satisfies)})
        }
        Condition::Every { each, satisfies } => {
            json!({"every": self::each(each), "satisfies": self::condition(satisfies)})
        }
        Condition::Leaf(leaf) => self::leaf(leaf),
    }
}

fn leaf(leaf: &Leaf) -> Json {
    let mut fields = operand(&leaf.operand);
    predicate(&leaf.predicate, &mut fields);
    let positive = Json::Object(fields);
    if leaf.holds { positive } else { json!({"not": positive}) }
}

fn operand(operand: &Operand) -> Map<String, Json> {
    match operand {
        Operand::Read(read) => self::read(read),
        Operand::Sum(parts) => {
            fields([("sum", parts.iter().map(|part| Json::Object(self::read(part))).collect())])
        }
        Operand::Find { text, pattern } => {
            let mut written = self::read(text);
            let found = written.remove(reading(text.reading)).unwrap_or_default();
            written.extend(fields([("find", found), ("pattern", pattern.as_str().into())]));
            written
        }
        Operand::Parameter(name) => fields([("parameter", name.as_str().into())]),
    }
}

fn read(read: &Read) -> Map<String, Json> {
    let mut from = read.from.iter().map(path);
    let first = from.next().unwrap_or_default();
    let mut written = fields([(reading(read.reading), first.into())]);
    let others: Vec<Json> = from.map(Json::String).collect();
    if !others.is_empty() {
        written.insert("else".to_owned(), others.into());
    }
    if let Some(default) = &read.default {
        written.insert("default".to_owned(), default.to_json());
    }
    written
}

fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::Raw => "field",
        Reading::Quantity => "quantity",
        Reading::Duration => "duration",
        Reading::Integer => "integer",
        Reading::HostPath => "host_path",
        Reading::Image => "image",
    }
}

fn predicate(predicate: &Predicate, leaf: &mut Map<String, Json>) {
    let (word, value) = match predicate {
        Predicate::Set => ("set", Json::Bool(true)),
        Predicate::Empty => ("empty", Json::Bool(true)),
        Predicate::Is { of, value } => {
            leaf.insert("of".to_owned(), literal_type(*of).into());
            ("is", argument(value))
        }
        Predicate::In { of, values } => {
            leaf.insert("of".to_owned(), literal_type(*of).into());
            ("in", arguments(values))
        }
        Predicate::StartsWith(values) => ("starts_with", arguments(values)),
        Predicate::EndsWith(values) => ("ends_with", arguments(values)),
        Predicate::PrefixOf(values) => ("prefix_of", arguments(values)),
        Predicate::Matches(values) => ("matches", arguments(values)),
        Predicate::Within(values) => ("within", arguments(values)),
        Predicate::Covers(values) => ("covers", arguments(values)),
        Predicate::AtLeast(value) => ("at_least", argument(value)),
        Predicate::AtMost(value) => ("at_most", argument(value)),
        Predicate::ContainsAny(values) => ("contains_any", arguments(values)),
        Predicate::ContainsAll(values) => ("contains_all", arguments(values)),
        Predicate::SubsetOf(values) => ("subset_of", arguments(values)),
        Predicate::HasAtLeast(Count::Literal(count)) => ("has_at_least", (*count).into()),
        Predicate::HasAtLeast(Count::Parameter(name)) => ("has_at_least", json!({"parameter": name})),
        Predicate::Distinct => ("distinct", Json::Bool(true)),
    };
    leaf.insert(word.to_owned(), value);
}

fn literal_type(of: LiteralType) -> &'static str {
    match of {
        LiteralType::Boolean => "boolean",
        LiteralType::Integer => "integer",
        LiteralType::Text => "text",
    }
}

fn argument(argument: &Argument) -> Json {
    match argument {
        Argument::Literal(literal) => literal.to_json(),
        Argument::Parameter(name) => json!({"parameter": name}),
        Argument::Path(path) => json!({"field": self::path(path)}),
    }
}

fn arguments(arguments: &Arguments) -> Json {
    match arguments {
        Arguments::Literals(literals) => literals.iter().map(crate::ir::Literal::to_json).collect(),
        Arguments::Parameters(names) => json!({"parameters": names}),
        Arguments::Entry { parameter, key } => json!({"parameter": parameter, "for": path(key)}),
        Arguments::LiteralEntries { entries, key } => {
            let entry = |(name, literals): &(String, Vec<crate::ir::Literal>)| {
                (name.clone(), literals.iter().map(crate::ir::Literal::to_json).collect())
            };
            json!({"entries": entries.iter().map(entry).collect::<Map<_, Json>>(), "for": path(key)})
        }
        Arguments::Path(path) => json!({"field": self::path(path)}),
    }
}

/// A loop: `{"as": "port", "items": "container.ports"}`.
pub(super) fn each(each: &Loop) -> Json {
    let (word, source) = match &each.source {
        Source::Object => ("object", Json::Bool(true)),
        Source::Pod => ("pod", Json::Bool(true)),
        Source::Containers(lists) => {
            ("containers", lists.iter().map(|list| Json::from(list.name())).collect())
        }
        Source::SecurityContexts => ("security_contexts", Json::Bool(true)),
        Source::Images => ("images", Json::Bool(true)),
        Source::Items(list) => ("items", path(list).into()),
        Source::Entries(map) => ("entries", path(map).into()),
        Source::Fields(paths) => ("fields", paths.iter().map(path).map(Json::String).collect()),
        Source::Parameter(name) => ("parameter", name.as_str().into()),
        Source::ParameterEntries(name) => ("parameter_entries", name.as_str().into()),
        Source::Literals(values) => ("literals", values.iter().map(crate::ir::Value::to_json).collect()),
    };
    json!({"as": each.name, word: source})
}

/// A shape: `{"path": "container.ports", "must_be": "list", "each": […]}`.
pub(super) fn shape(shape: &Shape, rule: &Rule) -> Json {
    let must_be = match shape.must_be {
        Container::Map => "map",
        Container::List => "list",
    };
    let mut written = fields([("path", path(&shape.path).into()), ("must_be", must_be.into())]);
    if !shape.each.is_empty() {
        written.insert("each".to_owned(), shape.each.iter().map(each).collect());
    }
    if let Some(kinds) = narrowed_kinds(&shape.kinds, rule) {
        written.insert("kinds".to_owned(), kinds.into());
    }
    Json::Object(written)
}

/// How a check's subject is named and what is said of it: `env name: is set to << env.value >>`.
pub(super) fn message(check: &Check) -> String {
    let labels: Vec<String> = check.each.iter().map(|each| label(&each.label)).collect();
    let text: String = check
        .message
        .iter()
        .map(|part| match part {
            Text::Literal(text) => text.clone(),
            Text::Value(value) => format!("<< {} >>", path(value)),
        })
        .collect();
    format!("{}: {text}", labels.join(" "))
}

fn label(label: &Label) -> String {
    match label.fields.is_empty() {
        true => label.word.clone(),
        false => format!("{} <{}>", label.word, label.fields.join("|")),
    }
}

/// A path: `container.securityContext["a.b"]`; what is computed looks like a function, so that no element can have its name.
fn path(path: &Path) -> String {
    let root = match &path.root {
        Root::Object => "object".to_owned(),
        Root::Pod => "pod".to_owned(),
        Root::PodMetadata => "metadata(pod)".to_owned(),
        Root::Namespace => "namespace(object)".to_owned(),
        Root::Kind => "kind(object)".to_owned(),
        Root::Group => "group(object)".to_owned(),
        Root::ServiceAccount => "service_account(pod)".to_owned(),
        Root::Element(name) => name.clone(),
        Root::ContainerList(name) => format!("list({name})"),
        Root::VolumeOf(name) => format!("volume({name})"),
        Root::EntryKey(name) => format!("key({name})"),
        Root::EntryValue(name) => format!("value({name})"),
    };
    path.steps.iter().fold(root, |written, step| written + &self::step(step))
}

fn step(step: &str) -> String {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    match !step.is_empty() && step.chars().all(word) {
        true => format!(".{step}"),
        false => format!("[{}]", Json::from(step)),
    }
}

fn fields<const COUNT: usize>(entries: [(&str, Json); COUNT]) -> Map<String, Json> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
