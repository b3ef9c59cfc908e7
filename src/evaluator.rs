//! The reference meaning of a rule: an object and a rule in, violations out.
//!
//! It knows no target, reads no file, and never changes an object. What every engine must decide is what this decides
//! (design, section 5).

pub mod break_glass;
mod change;
mod condition;
pub mod example;
mod inspector;
mod loops;
mod namespaces;
pub mod objects;
mod pattern;
mod place;
mod predicate;
mod quantity;
mod reading;
mod scene;
mod value;
mod verdict;

use std::ops::ControlFlow;

use crate::ir::{Check, Container, Kind, Loop, Rule, Shape, Text, Waiver, fold, text};
use crate::yaml::Node;
use condition::{Judge, Truth};
pub use inspector::{Inspected, Inspection, Inspector, PassedOver};
pub use namespaces::{Namespaces, Placed};
use pattern::Patterns;
use place::Place;
use scene::{Frames, Scene};
use value::{Looked, View};
pub use verdict::{Judged, Operation, Request, Status, Verdict, Violation};

/// The name of a broken shape's violation, where others have the check's id.
pub const UNREADABLE: &str = "unreadable";

/// A rule made ready for judging.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    rule: Rule,
    patterns: Patterns,
    plans: Vec<Plan>,
}

/// What a rule asks of the objects of one kind: the places of its shapes and checks.
#[derive(Clone, Debug)]
struct Plan {
    kind: Kind,
    shapes: Vec<usize>,
    checks: Vec<usize>,
}

impl CompiledRule {
    /// The rule in its closed form.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }
}

/// Makes a rule ready for judging.
pub fn compile(rule: &Rule) -> CompiledRule {
    let rule = fold::fold(rule);
    let plan = |kind: &Kind| {
        let shapes = rule.shapes.iter().enumerate().filter(|(_, shape)| shape.kinds.contains(kind));
        let checks = rule.checks.iter().enumerate().filter(|(_, check)| check.kinds.contains(kind));
        Plan {
            kind: kind.clone(),
            shapes: shapes.map(|(place, _)| place).collect(),
            checks: checks.map(|(place, _)| place).collect(),
        }
    };
    CompiledRule { patterns: Patterns::of(&rule), plans: rule.kinds.iter().map(plan).collect(), rule }
}

/// Judges an object by a rule.
pub fn judge(compiled: &CompiledRule, request: &Request<'_>) -> Verdict {
    let Some(object) = governed_object(request) else {
        return Verdict::without_violations(Judged::NotGoverned);
    };
    let (group, version, kind) = type_of(object);
    let Some(plan) = compiled.plans.iter().find(|plan| plan.kind.kind == kind && plan.kind.group == group)
    else {
        return Verdict::without_violations(Judged::NotGoverned);
    };
    if request.subresource == EPHEMERAL_CONTAINERS
        && plan.kind.pod_template.as_ref().is_none_or(|steps| !steps.is_empty())
    {
        return Verdict::without_violations(Judged::NotGoverned);
    }
    if !plan.kind.versions.iter().any(|known| known == version) {
        return Verdict::without_violations(Judged::OtherVersion);
    }
    if request.operation == Operation::Update
        && let Some(old_object) = request.old_object
        && change::is_unchanged(&compiled.rule, &plan.kind, object, old_object)
    {
        return Verdict::without_violations(Judged::Unchanged);
    }
    let judge = Judge { scene: Scene::new(&plan.kind, object), patterns: &compiled.patterns };
    if judge.truth(&compiled.rule.spared, &mut Frames::new()) == Truth::True {
        return Verdict::without_violations(Judged::Spared);
    }
    let shapes = plan.shapes.iter().filter_map(|place| compiled.rule.shapes.get(*place));
    let mut violations = judge.broken_shapes(&shapes.collect::<Vec<_>>());
    for check in plan.checks.iter().filter_map(|place| compiled.rule.checks.get(*place)) {
        judge.check(check, &mut violations);
    }
    if !violations.is_empty() {
        judge.waive(&compiled.rule.waivers, &mut violations);
    }
    Verdict { judged: Judged::Judged, violations }
}

/// The subresource of a Pod through which ephemeral containers arrive.
const EPHEMERAL_CONTAINERS: &str = "ephemeralcontainers";

/// The object of a request that rules judge.
fn governed_object<'a>(request: &Request<'a>) -> Option<&'a Node> {
    match request.operation {
        Operation::Delete | Operation::Connect => None,
        Operation::Create | Operation::Update | Operation::Audit => {
            matches!(request.subresource, "" | EPHEMERAL_CONTAINERS).then_some(request.object).flatten()
        }
    }
}

/// An object's group, version and kind; empty for what it doesn't say.
pub fn type_of(object: &Node) -> (&str, &str, &str) {
    let field = |name: &str| object.get(name).and_then(Node::as_str).unwrap_or_default();
    let api_version = field("apiVersion");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    (group, version, field("kind"))
}

impl<'a> Judge<'a> {
    /// The shapes that are broken, each place once. A path that breaks before its end is reported by the shape of the part that
    /// breaks it, and only if there is none by its own.
    fn broken_shapes(&self, shapes: &[&'a Shape]) -> Vec<Violation> {
        let mut broken = Vec::new();
        for at_end in [true, false] {
            for shape in shapes {
                self.each(&shape.each, &mut Frames::new(), &mut |frames| {
                    let looked = self.scene.look(&shape.path, frames);
                    if is_broken(looked, shape.must_be) && matches!(looked, Looked::Broken) != at_end {
                        let place = self.scene.broken_place(&shape.path, frames);
                        let violation = self.violation(
                            UNREADABLE,
                            String::new(),
                            &place,
                            Status::Unreadable,
                            text::unreadable(shape),
                        );
                        if !broken.iter().any(|other: &Violation| other.path == violation.path) {
                            broken.push(violation);
                        }
                    }
                });
            }
        }
        broken
    }

    /// Adds the violations of a check.
    fn check(&self, check: &'a Check, violations: &mut Vec<Violation>) {
        self.each(&check.each, &mut Frames::new(), &mut |frames| {
            let status = match self.truth(&check.ok, frames) {
                Truth::True => return,
                Truth::Unknown => Status::Unreadable,
                Truth::False => Status::Violated,
            };
            let exemptions = self.holding(&check.waivers, frames);
            let status = if exemptions.is_empty() { status } else { Status::Exempted(exemptions) };
            let place = self.scene.place(&check.at, frames);
            let message = self.message(&check.message, frames);
            violations.push(self.violation(&check.id, self.scene.subject(frames), &place, status, message));
        });
    }

    /// Waives all violations if an exemption waives the whole rule.
    fn waive(&self, waivers: &'a [Waiver], violations: &mut [Violation]) {
        let exemptions = self.holding(waivers, &mut Frames::new());
        if exemptions.is_empty() {
            return;
        }
        for violation in violations {
            let mut all = exemptions.clone();
            if let Status::Exempted(own) = &violation.status {
                all.extend(own.iter().cloned());
            }
            all.sort();
            all.dedup();
            violation.status = Status::Exempted(all);
        }
    }

    /// The names of the exemptions that hold, sorted.
    fn holding(&self, waivers: &'a [Waiver], frames: &mut Frames<'a>) -> Vec<String> {
        let mut names: Vec<String> = waivers
            .iter()
            .filter(|waiver| self.truth(&waiver.holds, frames) == Truth::True)
            .map(|waiver| waiver.exemption.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Visits each subject of a chain of loops.
    fn each(&self, loops: &'a [Loop], frames: &mut Frames<'a>, visit: &mut dyn FnMut(&mut Frames<'a>)) {
        match loops.split_first() {
            None => visit(frames),
            Some((first, rest)) => {
                self.scene.each(first, frames, &mut |frames| {
                    self.each(rest, frames, visit);
                    ControlFlow::Continue(())
                });
            }
        }
    }

    fn violation(
        &self,
        check: &str,
        subject: String,
        place: &Place,
        status: Status,
        message: String,
    ) -> Violation {
        Violation {
            check: check.to_owned(),
            subject,
            path: place.in_rule(),
            object_path: place.in_object(self.scene.kind),
            span: place.span(self.scene.kind, self.scene.object),
            status,
            message,
        }
    }

    /// A message with the values that were found.
    fn message(&self, texts: &'a [Text], frames: &Frames<'a>) -> String {
        texts.iter().fold(String::new(), |mut message, piece| {
            match piece {
                Text::Literal(text) => message.push_str(text),
                Text::Value(path) => message.push_str(&self.scene.look(path, frames).shown()),
            }
            message
        })
    }
}

/// Whether a value is there and isn't what it must be.
fn is_broken(looked: Looked<'_>, must_be: Container) -> bool {
    match (looked, must_be) {
        (Looked::Absent, _) => false,
        (Looked::Broken, _) => true,
        (Looked::Found(found), Container::Map) => !matches!(found.view(), View::Map(_)),
        (Looked::Found(found), Container::List) => !matches!(found.view(), View::List(_)),
    }
}

#[cfg(test)]
mod tests;
