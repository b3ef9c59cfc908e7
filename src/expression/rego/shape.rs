//! Shapes: what must be a map or a list for a rule to be read. Those that aren't are in the set `unreadable`, by their texts; one Rego
//! rule for those that lie side by side.

use std::collections::BTreeSet;

use super::literal;
use super::printer::Printer;
use super::scope::{Scope, root_of_path, roots_of_loop};
use crate::expression::Unprintable;
use crate::ir::{Container, Kind, Loop, Path, Root, Rule, Shape, Source, text};

/// What stands above the rules that find broken shapes.
const COMMENT: &str = "# What is of a type that can't be read.";

/// Shapes of the same kinds and type in the same loops, behind the same path or all in the object, which one Rego rule looks at.
struct Group<'a> {
    first: &'a Shape,
    /// The paths that each step into.
    around: &'a [String],
    shapes: Vec<&'a Shape>,
}

impl<'a> Group<'a> {
    fn of(shape: &'a Shape) -> Self {
        let around = shape.path.steps.split_last().map_or(&[][..], |(_, around)| around);
        Self { first: shape, around, shapes: vec![shape] }
    }

    /// Whether a shape can be looked at with these.
    fn takes(&self, shape: &Shape) -> bool {
        let in_object = |shape: &Shape| shape.path.root == Root::Object && shape.each.is_empty();
        let around = shape.path.steps.split_last().map(|(_, around)| around);
        self.first.kinds == shape.kinds
            && self.first.each == shape.each
            && self.first.path.root == shape.path.root
            && self.first.must_be == shape.must_be
            && (in_object(shape) || around == Some(self.around))
            && [self.first, shape].into_iter().all(reads_plainly)
    }

    /// Whether the shapes lie side by side.
    fn is_flat(&self) -> bool {
        self.shapes.iter().all(|shape| shape.path.steps.len() == self.around.len() + 1)
    }
}

/// Whether a path has steps, and they read as they are written.
fn reads_plainly(shape: &Shape) -> bool {
    let is_plain = |step: &String| step.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
    !shape.path.steps.is_empty() && shape.path.steps.iter().all(is_plain)
}

/// The shapes in groups, in the order in which the groups come first.
fn groups<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for shape in shapes {
        match groups.iter_mut().find(|group| group.takes(shape)) {
            Some(group) => group.shapes.push(shape),
            None => groups.push(Group::of(shape)),
        }
    }
    groups
}

/// The shapes of several rules that one set can hold: each once, and no two with the same text. One inside a loop over a rule's
/// parameter is that rule's own.
pub fn shared_shapes<'a>(rules: &[&'a Rule]) -> Vec<&'a Shape> {
    let mut shared: Vec<&Shape> = Vec::new();
    for shape in rules.iter().flat_map(|rule| &rule.shapes) {
        let is_taken = shared.iter().any(|known| text::unreadable(known) == text::unreadable(shape));
        if !is_taken && !shape.each.iter().any(walks_parameter) {
            shared.push(shape);
        }
    }
    shared
}

/// Whether a loop's elements are those of a parameter.
fn walks_parameter(each: &Loop) -> bool {
    match each.source {
        Source::Parameter(_) | Source::ParameterEntries(_) => true,
        Source::Object
        | Source::Pod
        | Source::Containers(_)
        | Source::SecurityContexts
        | Source::Images
        | Source::Items(_)
        | Source::Entries(_)
        | Source::Fields(_)
        | Source::Literals(_) => false,
    }
}

impl<'a> Printer<'a> {
    /// Prints the rules that find broken shapes; tells whether there are any.
    pub fn shapes(&mut self) -> Result<bool, Unprintable> {
        let rule = self.rule;
        let (shared, own): (Vec<&Shape>, Vec<&Shape>) =
            rule.shapes.iter().partition(|shape| self.shared_shapes.contains(shape));
        let mut rules = Vec::new();
        if !shared.is_empty() {
            let texts: Vec<String> = shared.into_iter().map(text::unreadable).collect();
            rules.push(literal::rule(
                "unreadable contains text",
                &[
                    format!("some text in {}unreadable", self.head_of),
                    format!("text in {}", literal::texts(&texts)),
                ],
            ));
        }
        rules.extend(self.broken(&own)?);
        if !rules.is_empty() {
            self.blocks.push(format!("{COMMENT}\n{}", rules.join("\n\n")));
        }
        Ok(!rule.shapes.is_empty())
    }

    /// Prints the rules that find the broken shapes of several rules.
    pub fn shared_shapes(&mut self, shapes: &[&'a Shape]) -> Result<(), Unprintable> {
        let rules = self.broken(shapes)?;
        if !rules.is_empty() {
            self.blocks.push(format!("{COMMENT}\n{}", rules.join("\n\n")));
        }
        Ok(())
    }

    /// The rules that find these shapes broken.
    fn broken(&mut self, shapes: &[&'a Shape]) -> Result<Vec<String>, Unprintable> {
        let mut rules = Vec::new();
        for group in groups(shapes.iter().copied()) {
            self.kinds = &group.first.kinds;
            rules.push(self.broken_in(&group)?);
        }
        self.kinds = &self.rule.kinds;
        Ok(rules)
    }

    /// The rule that finds the shapes of a group broken.
    fn broken_in(&mut self, group: &Group<'_>) -> Result<String, Unprintable> {
        let shape = group.first;
        let mut scope = Scope::default();
        let mut lines = self.guard(&shape.kinds, &shape.each);
        for (depth, each) in shape.each.iter().enumerate() {
            let read = read_inside(shape, depth);
            lines.extend(self.walk(each, &mut scope, Some(&read))?);
        }
        let looked = if group.shapes.len() == 1 {
            self.look_at_one(shape, &scope)?
        } else if group.is_flat() {
            self.look_side_by_side(group, &scope)?
        } else {
            Self::look_in_object(group)
        };
        let function = match shape.must_be {
            Container::Map => "is_object",
            Container::List => "is_array",
        };
        lines.extend(looked.lines);
        lines.extend([format!("not {function}({})", looked.found), format!("{} != null", looked.found)]);
        Ok(match looked.text {
            Some(text) => {
                lines.push(text);
                literal::rule("unreadable contains text", &lines)
            }
            None => {
                let text = literal::text(&text::unreadable(shape));
                literal::rule(&format!("unreadable contains {text}"), &lines)
            }
        })
    }

    /// A look at one place.
    fn look_at_one(&mut self, shape: &Shape, scope: &Scope) -> Result<Look, Unprintable> {
        let found = self.looked_at(&shape.path, scope)?;
        let is_variable = !found.contains(['.', '[']);
        let lines = if is_variable { Vec::new() } else { vec![format!("found := {found}")] };
        Ok(Look { found: if is_variable { found } else { "found".to_owned() }, lines, text: None })
    }

    /// A look at several places behind the same path.
    fn look_side_by_side(&mut self, group: &Group<'_>, scope: &Scope) -> Result<Look, Unprintable> {
        let around = Path { root: group.first.path.root.clone(), steps: group.around.to_vec() };
        let steps: Vec<&String> = group.shapes.iter().filter_map(|shape| shape.path.steps.last()).collect();
        let lines = vec![
            format!("some step in {}", literal::texts(&steps)),
            format!("found := {}[step]", self.looked_at(&around, scope)?),
        ];
        Ok(Look { found: "found".to_owned(), lines, text: Some(said(group, &around.to_string(), "step")) })
    }

    /// A look at several places in the object.
    fn look_in_object(group: &Group<'_>) -> Look {
        let paths: Vec<String> = group.shapes.iter().map(|shape| literal::texts(&shape.path.steps)).collect();
        let lines = vec![
            format!("some path in {}", literal::list(&paths)),
            "found := object.get(input.review.object, path, null)".to_owned(),
        ];
        let text = said(group, &group.first.path.root.to_string(), "concat(\".\", path)");
        Look { found: "found".to_owned(), lines, text: Some(text) }
    }

    /// A place that a shape looks at, as a reference, which is undefined where there is nothing.
    pub fn looked_at(&mut self, path: &Path, scope: &Scope) -> Result<String, Unprintable> {
        let root = match self.global(&path.root) {
            Some(root) => root,
            None => self.reference(&Path { root: path.root.clone(), steps: Vec::new() }, scope)?,
        };
        Ok(literal::field(&root, &path.steps))
    }

    /// What must hold of the object's kind for these loops to be walked: it is one of these, and has what they walk.
    pub fn guard(&mut self, kinds: &[Kind], each: &[Loop]) -> Vec<String> {
        let needs_pod = each.iter().any(|each| self.lacks_elements(each));
        let meant: Vec<Kind> = kinds.iter().filter(|kind| !needs_pod || kind.has_pod()).cloned().collect();
        if meant == self.rule.kinds { Vec::new() } else { vec![self.is_of_kind(&meant)] }
    }
}

/// The elements that are read inside a shape's loop at a depth.
fn read_inside(shape: &Shape, depth: usize) -> BTreeSet<Root> {
    let inner = shape.each.iter().skip(depth + 1);
    inner.flat_map(roots_of_loop).chain(root_of_path(&shape.path)).collect()
}

/// A look at one place, or at several in turn.
struct Look {
    /// The variable that holds what is there.
    found: String,
    /// The lines that bind it.
    lines: Vec<String>,
    /// The line that makes the text, if it isn't always the same.
    text: Option<String>,
}

/// The line that makes the text of one of several shapes, which differ in what is behind a path.
fn said(group: &Group<'_>, around: &str, behind: &str) -> String {
    let path = format!("{}.%s", literal::format_piece(around));
    let format = literal::text(&text::unreadable_at(&path, group.first.must_be));
    literal::sprintf("text := ", &format, &[behind.to_owned()])
}
