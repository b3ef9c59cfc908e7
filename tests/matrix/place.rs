//! The places that a rule reads, found in its conditions, with the values that are of interest there.

use std::collections::BTreeMap;

use palisade::ir::{
    Argument, Arguments, Condition, ContainerList, Kind, Leaf, Literal, Loop, Operand, Path, Predicate, Read,
    Root, Rule, Source, Text, fold,
};
use serde_json::Value;

use crate::{found, value};

/// A step from the object to a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into one item of a list, whichever.
    Item,
    /// Into one value of a map, whichever.
    Entry,
    /// To the key of an entry.
    EntryKey,
}

/// The steps to a place.
pub type Steps = Vec<Step>;

/// What a rule reads of objects of one kind.
#[derive(Default)]
pub struct Places {
    /// The values of interest at each place.
    pub values: BTreeMap<Steps, Vec<Value>>,
    /// Places of which one stands in for the other.
    pub inherited: Vec<Vec<Steps>>,
}

/// The elements of the loops around a condition, by name.
type Elements = BTreeMap<String, Vec<Steps>>;

/// What a rule reads of objects of this kind.
pub fn places(rule: &Rule, kind: &Kind) -> Places {
    let rule = fold::fold(rule);
    let mut walk = Walk { kind, found: Places::default() };
    let outside = Elements::new();
    walk.condition(&rule.spared, &outside);
    for waiver in &rule.waivers {
        walk.condition(&waiver.holds, &outside);
    }
    for shape in rule.shapes.iter().filter(|shape| shape.kinds.contains(kind)) {
        let elements = walk.loops(&shape.each, outside.clone());
        walk.add(&shape.path, &elements, &[]);
    }
    for check in rule.checks.iter().filter(|check| check.kinds.contains(kind)) {
        let elements = walk.loops(&check.each, outside.clone());
        walk.condition(&check.ok, &elements);
        for waiver in &check.waivers {
            walk.condition(&waiver.holds, &elements);
        }
        for piece in &check.message {
            match piece {
                Text::Value(path) => walk.add(path, &elements, &[]),
                Text::Literal(_) => {}
            }
        }
    }
    walk.found
}

struct Walk<'a> {
    kind: &'a Kind,
    found: Places,
}

impl Walk<'_> {
    fn loops(&mut self, each: &[Loop], mut elements: Elements) -> Elements {
        for inner in each {
            elements = self.inside(inner, elements);
        }
        elements
    }

    fn inside(&mut self, each: &Loop, mut elements: Elements) -> Elements {
        let found = self.elements(&each.source, &elements);
        for steps in &found {
            self.found.values.entry(steps.clone()).or_default();
        }
        elements.insert(each.name.clone(), found);
        elements
    }

    /// Where the elements of a loop stand.
    fn elements(&self, source: &Source, elements: &Elements) -> Vec<Steps> {
        let containers = |lists: &[ContainerList], behind: &[&str]| {
            lists
                .iter()
                .filter_map(|list| {
                    let mut steps = then(&self.pod()?, &[list.name()]);
                    steps.push(Step::Item);
                    Some(then(&steps, behind))
                })
                .collect::<Vec<Steps>>()
        };
        let behind = |path: &Path, step: Step| {
            let mut all = self.paths(path, elements);
            all.iter_mut().for_each(|steps| steps.push(step.clone()));
            all
        };
        match source {
            Source::Object => vec![Steps::new()],
            Source::Pod => self.pod().into_iter().collect(),
            Source::Containers(lists) => containers(lists, &[]),
            Source::SecurityContexts => {
                let mut all = containers(&ContainerList::ALL, &["securityContext"]);
                all.extend(self.pod().map(|pod| then(&pod, &["securityContext"])));
                all
            }
            Source::Images => {
                let mut all = containers(&ContainerList::ALL, &["image"]);
                all.extend(self.pod().map(|pod| {
                    let mut volume = then(&pod, &["volumes"]);
                    volume.push(Step::Item);
                    then(&volume, &["image", "reference"])
                }));
                all
            }
            Source::Items(path) => behind(path, Step::Item),
            Source::Entries(path) => behind(path, Step::Entry),
            Source::Fields(paths) => paths.iter().flat_map(|path| self.paths(path, elements)).collect(),
            Source::Parameter(_) | Source::ParameterEntries(_) | Source::Literals(_) => Vec::new(),
        }
    }

    fn condition(&mut self, condition: &Condition, elements: &Elements) {
        match condition {
            Condition::True | Condition::False => {}
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| self.condition(part, elements));
            }
            Condition::Some { each, satisfies } | Condition::Every { each, satisfies } => {
                let inner = self.inside(each, elements.clone());
                self.condition(satisfies, &inner);
            }
            Condition::Leaf(leaf) => self.leaf(leaf, elements),
        }
    }

    fn leaf(&mut self, leaf: &Leaf, elements: &Elements) {
        let mut values: Vec<Value> = Vec::new();
        for argument in arguments(&leaf.predicate) {
            match argument {
                Compared::Literal(literal) => values.extend(value::around(&literal)),
                Compared::Path(path) => self.add(&path, elements, &[]),
            }
        }
        let reads: &[Read] = match &leaf.operand {
            Operand::Read(read) => {
                values.extend(value::of_length(&leaf.predicate));
                std::slice::from_ref(read)
            }
            Operand::Sum(parts) => parts,
            Operand::Find { text, pattern } => {
                values.extend(found::around(pattern, &leaf.predicate));
                std::slice::from_ref(text)
            }
            Operand::Parameter(_) => &[],
        };
        for read in reads {
            let mut here = values.clone();
            here.extend(value::of_reading(read.reading));
            here.extend(read.default.iter().flat_map(value::around));
            for path in &read.from {
                self.add(path, elements, &here);
            }
            if read.from.len() > 1 {
                let group: Vec<Steps> =
                    read.from.iter().flat_map(|path| self.paths(path, elements)).collect();
                if !self.found.inherited.contains(&group) {
                    self.found.inherited.push(group);
                }
            }
        }
    }

    fn add(&mut self, path: &Path, elements: &Elements, values: &[Value]) {
        for steps in self.paths(path, elements) {
            let known = self.found.values.entry(steps).or_default();
            for value in values {
                if !known.contains(value) {
                    known.push(value.clone());
                }
            }
        }
    }

    /// Where a path leads, in each of the lists that its element may stand in.
    fn paths(&self, path: &Path, elements: &Elements) -> Vec<Steps> {
        let names: Vec<&str> = path.steps.iter().map(String::as_str).collect();
        let of = |name: &String| elements.get(name).cloned().unwrap_or_default();
        let roots: Vec<Steps> = match &path.root {
            Root::Object => vec![Steps::new()],
            Root::Pod => self.pod().into_iter().collect(),
            Root::PodMetadata => {
                self.template().map(|steps| then(&steps, &["metadata"])).into_iter().collect()
            }
            Root::Namespace if self.kind.namespaced => vec![then(&[], &["metadata", "namespace"])],
            Root::ServiceAccount => {
                let pod = self.pod();
                let account = |field: &str| pod.as_ref().map(|pod| then(pod, &[field]));
                [account("serviceAccountName"), account("serviceAccount")].into_iter().flatten().collect()
            }
            Root::Namespace | Root::Kind | Root::Group | Root::ContainerList(_) => Vec::new(),
            Root::Element(name) | Root::EntryValue(name) => of(name),
            Root::VolumeOf(_) => self
                .pod()
                .map(|pod| {
                    let mut volume = then(&pod, &["volumes"]);
                    volume.push(Step::Item);
                    volume
                })
                .into_iter()
                .collect(),
            Root::EntryKey(name) => {
                let mut keys = of(name);
                keys.iter_mut().for_each(|steps| {
                    steps.pop();
                    steps.push(Step::EntryKey);
                });
                keys
            }
        };
        roots.iter().map(|root| then(root, &names)).collect()
    }

    fn template(&self) -> Option<Steps> {
        self.kind.pod_template.as_ref().map(|steps| steps.iter().cloned().map(Step::Key).collect())
    }

    fn pod(&self) -> Option<Steps> {
        self.template().map(|steps| then(&steps, &["spec"]))
    }
}

/// What a predicate compares with.
enum Compared {
    Literal(Literal),
    Path(Path),
}

fn arguments(predicate: &Predicate) -> Vec<Compared> {
    match predicate {
        Predicate::Set | Predicate::Empty | Predicate::HasAtLeast(_) | Predicate::Distinct => Vec::new(),
        Predicate::Is { value, .. } | Predicate::AtLeast(value) | Predicate::AtMost(value) => match value {
            Argument::Literal(literal) => vec![Compared::Literal(literal.clone())],
            Argument::Path(path) => vec![Compared::Path(path.clone())],
            Argument::Parameter(_) => Vec::new(),
        },
        Predicate::In { values, .. }
        | Predicate::StartsWith(values)
        | Predicate::EndsWith(values)
        | Predicate::Matches(values)
        | Predicate::Within(values)
        | Predicate::Covers(values)
        | Predicate::ContainsAny(values)
        | Predicate::ContainsAll(values)
        | Predicate::PrefixOf(values)
        | Predicate::SubsetOf(values) => match values {
            Arguments::Literals(literals) => literals.iter().cloned().map(Compared::Literal).collect(),
            Arguments::LiteralEntries { entries, key } => entries
                .iter()
                .flat_map(|(_, literals)| literals.iter().cloned().map(Compared::Literal))
                .chain([Compared::Path(key.clone())])
                .collect(),
            Arguments::Path(path) => vec![Compared::Path(path.clone())],
            Arguments::Parameters(_) | Arguments::Entry { .. } => Vec::new(),
        },
    }
}

fn then(steps: &[Step], names: &[&str]) -> Steps {
    steps.iter().cloned().chain(names.iter().map(|name| Step::Key((*name).to_owned()))).collect()
}
