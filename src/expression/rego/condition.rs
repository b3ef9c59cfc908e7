//! Conditions: lines of a body that must all hold. What holds in several ways becomes a helper with a body for each.

use std::collections::BTreeMap;

use super::printer::{Body, Printer, call};
use super::scope::{Scope, element_name, roots_of_condition};
use crate::expression::Unprintable;
use crate::ir::{Condition, Leaf, Loop, Predicate, Source};

/// The names of the helpers of one condition, and of the variables in them.
pub struct Helpers {
    /// The names, with `#` for the number.
    pattern: String,
    /// How many there are.
    count: usize,
    /// The values that have a variable in the body that is being printed.
    bound: BTreeMap<String, String>,
}

impl Helpers {
    /// No helpers yet; `#` in the pattern stands for the number.
    pub fn named(pattern: String) -> Self {
        Self { pattern, count: 0, bound: BTreeMap::new() }
    }

    /// The variable of a value in this body, and the line that binds it if nothing did.
    pub fn bind(&mut self, value: &str, wanted: &str, scope: &Scope) -> (String, Option<String>) {
        if let Some(name) = self.bound.get(value) {
            return (name.clone(), None);
        }
        let mut name = scope.unused(wanted);
        while self.bound.values().any(|other| *other == name) {
            name.push('_');
        }
        self.bound.insert(value.to_owned(), name.clone());
        let line = format!("{name} := {value}");
        (name, Some(line))
    }

    /// The name of one more helper.
    fn next(&mut self) -> String {
        self.count += 1;
        self.pattern.replace('#', &self.count.to_string())
    }
}

impl Printer<'_> {
    /// The ways to satisfy a condition, each a body.
    pub fn bodies(
        &mut self,
        condition: &Condition,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Vec<Body>, Unprintable> {
        let ways = match condition {
            Condition::Any(parts) => parts.as_slice(),
            Condition::False => &[],
            Condition::True
            | Condition::All(_)
            | Condition::Some { .. }
            | Condition::Every { .. }
            | Condition::Leaf(_) => std::slice::from_ref(condition),
        };
        ways.iter().map(|way| self.body(way, scope, helpers)).collect()
    }

    /// One body, with variables of its own.
    fn body(
        &mut self,
        condition: &Condition,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Body, Unprintable> {
        let outside = std::mem::take(&mut helpers.bound);
        let lines = self.lines(condition, scope, helpers)?;
        helpers.bound = outside;
        Ok(Body { comment: None, lines, variables: scope.variables(&roots_of_condition(condition))? })
    }

    /// The lines that hold together if the condition does.
    fn lines(
        &mut self,
        condition: &Condition,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Vec<String>, Unprintable> {
        match condition {
            Condition::True => Ok(Vec::new()),
            Condition::False => Ok(vec!["false".to_owned()]),
            Condition::All(parts) => self.all(parts, scope, helpers),
            Condition::Any(_) => Ok(vec![self.helper(condition, scope, helpers)?]),
            Condition::Some { each, satisfies } => self.some(each, satisfies, scope, helpers),
            Condition::Every { each, satisfies } => {
                if self.lacks_elements(each) {
                    return Ok(vec![self.every_if_pod(condition, each, satisfies, scope, helpers)?]);
                }
                self.every(each, satisfies, scope, helpers)
            }
            Condition::Leaf(leaf) if !leaf.holds && self.may_lack_argument(leaf, scope)? => {
                Ok(vec![self.absent_or(leaf, scope, helpers)?])
            }
            Condition::Leaf(leaf) => self.leaf(leaf, scope, helpers),
        }
    }

    /// Several conditions. Only one loop stands in the body itself, so that no loop is walked once for each element of another.
    fn all(
        &mut self,
        parts: &[Condition],
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Vec<String>, Unprintable> {
        let mut lines = Vec::new();
        let mut has_loop = false;
        for part in parts {
            let is_loop = matches!(part, Condition::Some { .. });
            if is_loop && has_loop {
                lines.push(self.helper(part, scope, helpers)?);
            } else {
                lines.extend(self.lines(part, scope, helpers)?);
            }
            has_loop |= is_loop;
        }
        Ok(lines)
    }

    /// A helper for a condition.
    fn helper(
        &mut self,
        condition: &Condition,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<String, Unprintable> {
        let name = helpers.next();
        let place = self.blocks.len();
        let roots = roots_of_condition(condition);
        let (inner, arguments) = scope.narrowed(&roots)?;
        let bodies = self.bodies(condition, &inner, helpers)?;
        self.define(place, &name, &inner.variables(&roots)?, &bodies);
        Ok(call(&name, &arguments))
    }

    /// An element that satisfies a condition.
    fn some(
        &mut self,
        each: &Loop,
        satisfies: &Condition,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Vec<String>, Unprintable> {
        let mut inner = scope.clone();
        let iterations = self.open(each, &mut inner, None)?;
        let mut lines = Vec::new();
        if self.lacks_elements(each) {
            lines.push(self.is_of_kind(&self.kinds_by_pod().0));
        }
        lines.extend(iterations.iter().map(|iteration| iteration.some()));
        lines.extend(self.inside(each, |printer| printer.lines(satisfies, &inner, helpers))?);
        Ok(lines)
    }

    /// A condition that each element satisfies.
    fn every(
        &mut self,
        each: &Loop,
        satisfies: &Condition,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Vec<String>, Unprintable> {
        let mut inner = scope.clone();
        let iterations = self.open(each, &mut inner, Some(&roots_of_condition(satisfies)))?;
        let outside = helpers.bound.clone();
        let mut lines = self.inside(each, |printer| printer.lines(satisfies, &inner, helpers))?;
        helpers.bound = outside;
        if lines.is_empty() {
            lines.push("true".to_owned());
        }
        for iteration in iterations.iter().rev() {
            lines = vec![iteration.every(&lines)];
        }
        if let Some(lists) = collected_from(&each.source).filter(|_| self.is_strict) {
            let pod = self.pod();
            lines.insert(0, format!("palisade.is_whole({pod}, {lists})"));
        }
        Ok(lines)
    }

    /// Prints what is inside a loop: of its elements nothing is known, whatever is known of others with their name.
    fn inside<T>(&mut self, each: &Loop, print: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.present.clone();
        self.present.retain(|path| element_name(&path.root) != Some(&each.name));
        let printed = print(self);
        self.present = outside;
        printed
    }

    /// A condition that each element satisfies, of a kind that may have no such elements.
    fn every_if_pod(
        &mut self,
        condition: &Condition,
        each: &Loop,
        satisfies: &Condition,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<String, Unprintable> {
        let name = helpers.next();
        let place = self.blocks.len();
        let roots = roots_of_condition(condition);
        let (inner, arguments) = scope.narrowed(&roots)?;
        let variables = inner.variables(&roots)?;
        let without_pod = Body {
            comment: None,
            lines: vec![self.is_of_kind(&self.kinds_by_pod().1)],
            variables: Vec::new(),
        };
        let outside = std::mem::take(&mut helpers.bound);
        let lines = self.every(each, satisfies, &inner, helpers)?;
        helpers.bound = outside;
        let with_pod = Body { comment: None, lines, variables: variables.clone() };
        self.define(place, &name, &variables, &[without_pod, with_pod]);
        Ok(call(&name, &arguments))
    }

    /// A negative leaf that holds of an absent value, even if what it would be compared with is unreadable.
    fn absent_or(
        &mut self,
        leaf: &Leaf,
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<String, Unprintable> {
        let name = helpers.next();
        let place = self.blocks.len();
        let roots = roots_of_condition(&Condition::Leaf(leaf.clone()));
        let (inner, arguments) = scope.narrowed(&roots)?;
        let is_set = Leaf { predicate: Predicate::Set, ..leaf.clone() };
        let mut bodies = Vec::new();
        for way in [&is_set, leaf] {
            let outside = std::mem::take(&mut helpers.bound);
            let lines = self.leaf(way, &inner, helpers)?;
            helpers.bound = outside;
            let variables = inner.variables(&roots_of_condition(&Condition::Leaf(way.clone())))?;
            bodies.push(Body { comment: None, lines, variables });
        }
        self.define(place, &name, &inner.variables(&roots)?, &bodies);
        Ok(call(&name, &arguments))
    }

    /// Whether a loop over the Pod has an element, though some of the kinds have no Pod.
    pub fn lacks_elements(&self, each: &Loop) -> bool {
        let has_element_for_each_pod = match &each.source {
            Source::Pod | Source::SecurityContexts => true,
            Source::Object
            | Source::Containers(_)
            | Source::Images
            | Source::Items(_)
            | Source::Entries(_)
            | Source::Fields(_)
            | Source::Parameter(_)
            | Source::ParameterEntries(_)
            | Source::Literals(_) => false,
        };
        has_element_for_each_pod && !self.kinds_by_pod().1.is_empty()
    }
}

/// The lists of a Pod out of which the library collects a loop's elements; it leaves out what it can't read.
fn collected_from(source: &Source) -> Option<&'static str> {
    match source {
        Source::SecurityContexts => Some("palisade.container_lists"),
        Source::Images => Some(r#"array.concat(palisade.container_lists, ["volumes"])"#),
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::Items(_)
        | Source::Entries(_)
        | Source::Fields(_)
        | Source::Parameter(_)
        | Source::ParameterEntries(_)
        | Source::Literals(_) => None,
    }
}
