//! The complete way from text to tree: the events of a YAML parser, given kubectl's meaning.

mod keys;
mod scalars;

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle, options};

use self::keys::Key;
use super::fields::Fields;
use super::{Dialect, Documents, Entry, Node, Reading, Value, fast, split, syntax};
use crate::diagnostic::{Diagnostic, Span};

/// Reads one piece of a file, which holds one document (or several, if `...` ends one of them).
pub(super) fn read(reading: &Reading<'_>, range: Range<usize>, read: &mut Documents) {
    if let Some(diagnostic) = syntax::forbidden_character(reading, range.start, range.end) {
        read.diagnostics.push(diagnostic);
        return;
    }
    let Some(document) = reading.text.get(range.clone()) else { return };
    if reading.dialect == Dialect::Manifest
        && let Some(text) = split::text_behind_separator(document)
    {
        let place = reading.span(range.start + text.start, range.start + text.end);
        let message = "text stands behind `---` in the same line";
        let help = "kubectl refuses the file: put the text into the next line";
        read.diagnostics.push(Diagnostic::warning("text-behind-separator", message).at(place).help(help));
    }
    if let Some(node) = fast::read(reading, range.start, range.end) {
        read.documents.push(node);
        return;
    }
    read_completely(reading, range, read);
}

/// Reads a piece of a file without the short way.
pub(super) fn read_completely(reading: &Reading<'_>, range: Range<usize>, read: &mut Documents) {
    let Some(document) = reading.text.get(range.clone()) else { return };
    let mut loader = Loader {
        reading,
        document,
        base: range.start,
        parser: Parser::new_from_str_with_options(
            document,
            options! { emit_comments: false, emit_anchor_events: true },
        ),
        anchors: BTreeMap::new(),
        made: 0,
        copied: 0,
        flow: 0,
        diagnostics: Vec::new(),
    };
    if let Err(diagnostic) = loader.documents(&mut read.documents) {
        loader.diagnostics.push(*diagnostic);
    }
    read.diagnostics.append(&mut loader.diagnostics);
}

type Fallible<T> = Result<T, Box<Diagnostic>>;

/// A node that an alias may name.
struct Anchored {
    node: Node,
    /// How many nodes it has, itself included.
    nodes: usize,
    /// How many levels of maps and lists it has.
    levels: usize,
}

struct Loader<'a> {
    reading: &'a Reading<'a>,
    /// The piece of the text that is read.
    document: &'a str,
    /// Where the piece begins.
    base: usize,
    parser: Parser<'a, StrInput<'a>>,
    anchors: BTreeMap<usize, Anchored>,
    /// How many nodes were made.
    made: usize,
    /// How many of them are copies, made for aliases.
    copied: usize,
    /// How many brackets and braces are open.
    flow: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Loader<'a> {
    fn documents(&mut self, documents: &mut Vec<Node>) -> Fallible<()> {
        let mut count = 0;
        while let Some((event, _)) = self.next()? {
            if !matches!(event, Event::DocumentStart(..)) {
                continue;
            }
            self.anchors.clear();
            let Some((event, place)) = self.next()? else { break };
            let node = self.node(event, place, 0)?;
            count += 1;
            if node.is_null() {
                continue;
            }
            if count > 1 && self.reading.dialect == Dialect::Manifest {
                self.warn_about_ignored(node.span);
            }
            documents.push(node);
        }
        Ok(())
    }

    fn warn_about_ignored(&mut self, place: Span) {
        let message = "kubectl does not read a document that follows `...` without `---`";
        let warning =
            Diagnostic::warning("ignored-document", message).at(place).help("write `---` before it");
        self.diagnostics.push(warning);
    }

    fn next(&mut self) -> Fallible<Option<(Event<'a>, Span)>> {
        loop {
            let (event, span) = match self.parser.next_event() {
                None => return Ok(None),
                Some(Ok((event, span))) => (event, span),
                Some(Err(error)) => {
                    let offset = self.base + error.marker().byte_offset().unwrap_or(0);
                    return Err(Box::new(syntax::explain(self.reading, self.document, offset, &error)));
                }
            };
            let range = span.byte_range().unwrap_or_default();
            let place = self.reading.span(self.base + range.start, self.base + range.end);
            if let Event::Alias(_) | Event::Anchor(..) = event {
                self.check_name(place)?;
            }
            if !matches!(event, Event::Anchor(..)) {
                return Ok(Some((event, place)));
            }
        }
    }

    /// Where the name of an anchor ends is clear to all readers if it has letters, digits, `_` and `-` only.
    fn check_name(&self, place: Span) -> Fallible<()> {
        let name = self.reading.text.get(place.start + 1..place.end).unwrap_or("");
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Ok(());
        }
        let error = Diagnostic::error("invalid-anchor", format!("`{name}` can't be the name of an anchor"));
        Err(Box::new(error.at(place).help("use letters, digits, `_` and `-`, and write a blank behind it")))
    }

    fn node(&mut self, event: Event<'a>, place: Span, depth: usize) -> Fallible<Node> {
        let made_before = self.made;
        let (node, anchor) = match event {
            Event::Alias(id) => return self.alias(id, place, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let text = written(&text, style, place);
                let place = match style {
                    ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => place,
                    ScalarStyle::Literal | ScalarStyle::Folded => self.trimmed(place),
                };
                if style == ScalarStyle::Plain {
                    self.check_question_mark(text, place);
                }
                (self.scalar(text, style, tag.as_deref(), place), anchor)
            }
            Event::SequenceStart(style, anchor, _) => {
                let brackets = usize::from(style == StructureStyle::Flow);
                self.flow += brackets;
                let list = self.list(place, depth + 1)?;
                self.flow -= brackets;
                (list, anchor)
            }
            Event::MappingStart(style, anchor, _) => {
                let braces = usize::from(style == StructureStyle::Flow);
                self.flow += braces;
                let map = self.map(place, depth + 1)?;
                self.flow -= braces;
                (map, anchor)
            }
            _ => (Node { value: Value::Null, span: place, plain: true }, 0),
        };
        self.made += 1;
        if anchor != 0 {
            let nodes = self.made - made_before;
            self.copy(nodes, place)?;
            self.anchors.insert(anchor, Anchored { levels: levels(&node), node: node.clone(), nodes });
        }
        Ok(node)
    }

    /// The place of a block scalar without the blanks around it.
    fn trimmed(&self, place: Span) -> Span {
        let text = self.reading.text.get(place.start..place.end).unwrap_or("");
        let start = place.start + text.len() - text.trim_start().len();
        self.reading.span(start, start + text.trim().len())
    }

    fn alias(&mut self, id: usize, place: Span, depth: usize) -> Fallible<Node> {
        let Some(anchored) = self.anchors.get(&id) else {
            let error = Diagnostic::error("recursive-anchor", "this alias stands within what it names");
            return Err(Box::new(error.at(place)));
        };
        if depth + anchored.levels > self.reading.budget.depth {
            return Err(Box::new(syntax::too_deep(self.reading, place.start)));
        }
        let nodes = anchored.nodes;
        self.copy(nodes, place)?;
        self.made += nodes;
        self.anchors.get(&id).map(|anchored| anchored.node.clone()).ok_or_else(|| {
            Box::new(Diagnostic::error("unknown-anchor", "this alias names no anchor").at(place))
        })
    }

    /// Counts nodes that are about to be copied.
    fn copy(&mut self, nodes: usize, place: Span) -> Fallible<()> {
        self.copied += nodes;
        if self.copied <= self.reading.budget.nodes {
            return Ok(());
        }
        let message = format!("aliases add more than {} nodes to this document", self.reading.budget.nodes);
        let help = "write out what the aliases stand for, or use fewer of them";
        Err(Box::new(Diagnostic::error("too-many-nodes", message).at(place).help(help)))
    }

    fn check_depth(&self, depth: usize, place: Span) -> Fallible<()> {
        if depth <= self.reading.budget.depth {
            return Ok(());
        }
        Err(Box::new(syntax::too_deep(self.reading, place.start)))
    }

    fn list(&mut self, place: Span, depth: usize) -> Fallible<Node> {
        self.check_depth(depth, place)?;
        let mut items: Vec<Node> = Vec::new();
        let mut span = place;
        while let Some((event, place)) = self.next()? {
            if matches!(event, Event::SequenceEnd) {
                span.end = span.end.max(end_of_bracket(place));
                break;
            }
            let item = self.node(event, place, depth)?;
            let item_place = placed(place, &item);
            if items.is_empty() && span.is_empty() {
                span.start = item_place.start;
            }
            span.end = span.end.max(item_place.end);
            items.push(item);
        }
        Ok(Node { value: Value::List(items), span, plain: false })
    }

    fn map(&mut self, place: Span, depth: usize) -> Fallible<Node> {
        self.check_depth(depth, place)?;
        let mut fields = Fields::default();
        let mut span = place;
        while let Some((event, place)) = self.next()? {
            if matches!(event, Event::MappingEnd) {
                span.end = span.end.max(end_of_bracket(place));
                break;
            }
            let key_span = place;
            let key = self.key(event, key_span, depth)?;
            let Some((event, place)) = self.next()? else { break };
            let value = self.node(event, place, depth)?;
            if self.flow > 0 && place.is_empty() {
                self.check_colon(key_span, place);
            }
            span.end = span.end.max(placed(place, &value).end);
            match key {
                Key::Text(key) => {
                    fields.set(self.reading, Entry { key, key_span, value }, &mut self.diagnostics);
                }
                Key::Merge => self.merge(&mut fields, value, key_span),
                Key::Invalid => {}
            }
        }
        Ok(Node { value: Value::Map(fields.into_entries()), span, plain: false })
    }
}

/// The text of a scalar; for one that isn't there the parser says `~`.
fn written(text: &str, style: ScalarStyle, place: Span) -> &str {
    if style == ScalarStyle::Plain && place.is_empty() { "" } else { text }
}

/// Where a node stands within its parent: an alias stands where it is written.
fn placed(event: Span, node: &Node) -> Span {
    if node.span.start < event.start { event } else { node.span }
}

/// Where a bracket or brace that closes ends; what has none ends with what it holds last.
fn end_of_bracket(place: Span) -> usize {
    if place.is_empty() { 0 } else { place.end }
}

fn levels(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => 0,
        Value::List(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
        Value::Map(entries) => 1 + entries.iter().map(|entry| levels(&entry.value)).max().unwrap_or(0),
    }
}
