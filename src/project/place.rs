//! Places: where in a file, or in a model built in code, a value stands.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};
use crate::yaml::Node;

/// A path through a model's fields: `checks[0].require.field`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Place {
    /// The place of the whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// The place of a field, by its name in the file.
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The place of an item of a list.
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(formatter, "{key}")?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A value of the model with the file that it comes from; without one if it was built in code.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The file's path, relative to the project; for a value built in code what it is: `rule POD-001`.
    pub name: String,
    /// The tree that the value was read from.
    pub node: Option<Node>,
    /// Where the lines of the file begin; none for a value built in code.
    pub line_starts: Arc<[usize]>,
}

impl<T> Located<T> {
    /// A value that was built in code; `name` says what it is.
    pub fn in_code(value: T, name: &str) -> Self {
        Self { value, name: name.to_owned(), node: None, line_starts: Arc::default() }
    }

    /// A place for people: the file's path with the line, `environments/production.yaml:12`; of a value built in code its path.
    pub fn shown(&self, place: &Place) -> String {
        match self.key_span(place).or_else(|| self.span(place)) {
            Some(span) => {
                let line = self.line_starts.partition_point(|start| *start <= span.start);
                format!("{}:{line}", self.name)
            }
            None => self.path(place),
        }
    }

    /// Puts a place on a diagnostic: the span of the deepest node on the way, or the path if there is no file.
    pub fn mark(&self, diagnostic: Diagnostic, place: &Place) -> Diagnostic {
        match self.span(place) {
            Some(span) => diagnostic.at(span),
            None => diagnostic.path(self.path(place)),
        }
    }

    /// Like [`Located::mark`], but underlines the field's name rather than its value.
    pub fn mark_key(&self, diagnostic: Diagnostic, place: &Place) -> Diagnostic {
        match self.key_span(place) {
            Some(span) => diagnostic.at(span),
            None => self.mark(diagnostic, place),
        }
    }

    /// The span of the deepest node on the way to a place; absent for a value built in code.
    pub fn span(&self, place: &Place) -> Option<Span> {
        self.deepest(&place.0).map(|node| node.span)
    }

    /// Whether the file itself says a value here.
    pub fn says(&self, place: &Place) -> bool {
        let mut node = self.node.as_ref();
        for step in &place.0 {
            node = node.and_then(|node| child(node, step));
        }
        node.is_some()
    }

    fn path(&self, place: &Place) -> String {
        if place.0.is_empty() { self.name.clone() } else { format!("{}: {place}", self.name) }
    }

    /// The span of a field's name; absent for a value built in code, or if the file doesn't say it.
    pub fn key_span(&self, place: &Place) -> Option<Span> {
        let (last, before) = place.0.split_last()?;
        match last {
            Step::Key(key) => Some(self.deepest(before)?.entry(key)?.key_span),
            Step::Index(_) => None,
        }
    }

    fn deepest(&self, steps: &[Step]) -> Option<&Node> {
        let mut node = self.node.as_ref()?;
        for step in steps {
            match child(node, step) {
                Some(deeper) => node = deeper,
                None => break,
            }
        }
        Some(node)
    }
}

fn child<'a>(node: &'a Node, step: &Step) -> Option<&'a Node> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.as_list().and_then(|items| items.get(*index)),
    }
}
