//! What the parts of the printer share: the rule, the rules of Rego printed so far, and what they need from the head of the module.

use std::collections::BTreeSet;

use super::literal;
use crate::expression::Unprintable;
use crate::ir::{Kind, Path, Root, Rule, Shape};

/// A value that the head of the module computes once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// `has_pod`, in a rule that governs kinds with and without a Pod.
    HasPod,
    /// `namespace`, in a rule that governs kinds with and without one.
    Namespace,
    /// `template_path`, where the Pod's template is.
    TemplatePath,
    /// `pod_path`, where the Pod's spec is.
    PodPath,
    /// `metadata_path`, where the metadata of the Pod or of its template is.
    MetadataPath,
    /// `pod`, the Pod's spec, or something without fields.
    Pod,
    /// `readable_pod`, the Pod's spec; undefined if it can't be read.
    ReadablePod,
    /// `pod_metadata`, the metadata of the Pod or of its template, or something without fields.
    PodMetadata,
    /// `readable_pod_metadata`, the same; undefined if it can't be read.
    ReadablePodMetadata,
    /// `containers`, all of the Pod, each behind the name of its list.
    Containers,
    /// `holders`, what has a security context: the Pod and its containers.
    Holders,
    /// `images`, of the containers and of the volumes.
    Images,
    /// `service_account`, the Pod's.
    ServiceAccount,
    /// `volumes`, the Pod's by name.
    Volumes,
}

/// A rule on its way into Rego.
pub struct Printer<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The kinds for which the part that is being printed is asked.
    pub kinds: &'a [Kind],
    /// The Rego rules printed so far.
    pub blocks: Vec<String>,
    /// What the head of the module must compute.
    pub needs: BTreeSet<Need>,
    /// Whether what can't be read on the way to a value must be told from what is absent. Not where shapes look at the same path: what
    /// they find is a violation, whatever else is said.
    pub is_strict: bool,
    /// The paths that surely have a value in the helpers that are being printed.
    pub present: Vec<Path>,
    /// What stands before the names of the head: nothing, or the module that has it for several rules.
    pub head_of: &'static str,
    /// The shapes that are found broken there.
    pub shared_shapes: &'a [&'a Shape],
    /// Where the rule's parameters are.
    pub parameters: String,
}

/// One way to satisfy a helper.
pub struct Body {
    /// What stands above it.
    pub comment: Option<String>,
    /// The expressions that must hold.
    pub lines: Vec<String>,
    /// The variables that they read.
    pub variables: Vec<String>,
}

impl<'a> Printer<'a> {
    /// A printer that has printed nothing.
    pub fn new(rule: &'a Rule) -> Self {
        Self {
            rule,
            kinds: &rule.kinds,
            blocks: Vec::new(),
            needs: BTreeSet::new(),
            is_strict: false,
            present: Vec::new(),
            head_of: "",
            shared_shapes: &[],
            parameters: "input.parameters".to_owned(),
        }
    }

    /// Notes what the head of the module must compute, and names it.
    pub fn need(&mut self, need: Need) -> String {
        self.needs.insert(need);
        let name = match need {
            Need::HasPod => "has_pod",
            Need::Namespace => "namespace",
            Need::TemplatePath => "template_path",
            Need::PodPath => "pod_path",
            Need::MetadataPath => "metadata_path",
            Need::Pod => "pod",
            Need::ReadablePod => "readable_pod",
            Need::PodMetadata => "pod_metadata",
            Need::ReadablePodMetadata => "readable_pod_metadata",
            Need::Containers => "containers",
            Need::Holders => "holders",
            Need::Images => "images",
            Need::ServiceAccount => "service_account",
            Need::Volumes => "volumes",
        };
        format!("{}{name}", self.head_of)
    }

    /// What a root that is the same for the whole object is in Rego; nothing for an element of a loop.
    pub fn global(&mut self, root: &Root) -> Option<String> {
        let expression = match root {
            Root::Object => "input.review.object".to_owned(),
            Root::Kind => "input.review.kind.kind".to_owned(),
            Root::Group => "input.review.kind.group".to_owned(),
            Root::Pod => self.pod(),
            Root::PodMetadata if self.is_strict => self.need(Need::ReadablePodMetadata),
            Root::PodMetadata => self.need(Need::PodMetadata),
            Root::ServiceAccount => self.need(Need::ServiceAccount),
            Root::Namespace => self.namespace(),
            Root::Element(_)
            | Root::ContainerList(_)
            | Root::VolumeOf(_)
            | Root::EntryKey(_)
            | Root::EntryValue(_) => return None,
        };
        Some(expression)
    }

    /// The Pod's spec.
    pub fn pod(&mut self) -> String {
        self.need(if self.is_strict { Need::ReadablePod } else { Need::Pod })
    }

    /// Prints something of what no shape looks at.
    pub fn strictly<T>(&mut self, print: impl FnOnce(&mut Self) -> T) -> T {
        self.with_strictness(true, print)
    }

    /// Prints something, strict or not.
    pub fn with_strictness<T>(&mut self, is_strict: bool, print: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.is_strict, is_strict);
        let printed = print(self);
        self.is_strict = outside;
        printed
    }

    /// The object's namespace: nothing for kinds that live in none.
    fn namespace(&mut self) -> String {
        let has_none = |kind: &Kind| kind.is_cluster_wide();
        if !self.kinds.iter().any(has_none) {
            "palisade.namespace".to_owned()
        } else if self.kinds.iter().all(has_none) {
            "null".to_owned()
        } else {
            self.need(Need::Namespace)
        }
    }

    /// An expression that holds if the object is of one of these kinds.
    pub fn is_of_kind(&mut self, kinds: &[Kind]) -> String {
        let is_rest = kinds.len() > 1 && kinds.len() < self.rule.kinds.len();
        if is_rest && self.rule.kinds.iter().all(|kind| kinds.contains(kind) == kind.has_pod()) {
            return self.need(Need::HasPod);
        }
        self.is_one_of(kinds)
    }

    /// An expression that holds if the object's kind is one of these by name; by group and name, if that isn't enough.
    pub fn is_one_of(&self, kinds: &[Kind]) -> String {
        is_one_of(kinds, &self.rule.kinds)
    }

    /// Defines a helper that holds if one of its bodies does, in front of what was printed since `place`.
    pub fn define(&mut self, place: usize, name: &str, variables: &[String], bodies: &[Body]) {
        let never = [Body { comment: None, lines: vec!["false".to_owned()], variables: Vec::new() }];
        let texts = if bodies.is_empty() { &never[..] } else { bodies }.iter().map(|body| {
            let argument = |variable: &String| {
                if body.variables.contains(variable) { variable.clone() } else { "_".to_owned() }
            };
            let head = call(name, &variables.iter().map(argument).collect::<Vec<_>>());
            let text = match body.lines.as_slice() {
                [] => format!("{head} := true"),
                lines => literal::rule(&head, lines),
            };
            match &body.comment {
                Some(comment) => format!("{comment}\n{text}"),
                None => text,
            }
        });
        let block = texts.collect::<Vec<_>>().join("\n\n");
        self.blocks.insert(place.min(self.blocks.len()), block);
    }

    /// A path of the module's head that is another one with these steps behind it.
    pub fn path_in(start: &str, steps: &[String]) -> String {
        if steps.is_empty() {
            start.to_owned()
        } else {
            format!("array.concat({start}, {})", literal::texts(steps))
        }
    }

    /// The kinds of the part that is being printed that have a Pod, and those that have none.
    pub fn kinds_by_pod(&self) -> (Vec<Kind>, Vec<Kind>) {
        self.kinds.iter().cloned().partition(Kind::has_pod)
    }
}

/// An expression that holds if the object, which is of one `among` others, is of one of these kinds: by name; by group and name, if
/// that isn't enough.
pub fn is_one_of(kinds: &[Kind], among: &[Kind]) -> String {
    let is_meant = |kind: &Kind| kinds.contains(kind);
    let shares_name = |kind: &Kind| among.iter().any(|other| !is_meant(other) && other.kind == kind.kind);
    if kinds.iter().any(shares_name) {
        let pairs: Vec<_> = kinds.iter().map(|kind| literal::texts(&[&kind.group, &kind.kind])).collect();
        return format!("[input.review.kind.group, input.review.kind.kind] in {}", literal::list(&pairs));
    }
    match kinds {
        [kind] => format!("input.review.kind.kind == {}", literal::text(&kind.kind)),
        several => {
            let names: Vec<_> = several.iter().map(|kind| &kind.kind).collect();
            format!("input.review.kind.kind in {}", literal::texts(&names))
        }
    }
}

/// A helper's call.
pub fn call(name: &str, arguments: &[String]) -> String {
    match arguments {
        [] => name.to_owned(),
        some => format!("{name}({})", some.join(", ")),
    }
}

/// The error for what the language has no place for.
pub fn unprintable<T>(what: &str) -> Result<T, Unprintable> {
    Err(Unprintable::new(what))
}
