//! The complete way from text to tree: the events of a YAML parser, given kubectl's meaning.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle, Tag, options};

use super::fields::Fields;
use super::scalar::{self, Scalar};
use super::{Dialect, Documents, Entry, Node, Reading, Value, split, syntax};
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
        Err(Box::new(Diagnostic::error("too-many-nodes", message).at(place)))
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
            let item_place = place.max(item.span);
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
            span.end = span.end.max(place.max(value.span).end);
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

    /// `{a:}` has the key `a:` for kubectl, and the key `a` for YAML 1.2.
    fn check_colon(&mut self, key: Span, colon: Span) {
        let behind = self.reading.text.get(colon.start..).and_then(|rest| rest.strip_prefix(':'));
        let quoted = self.reading.text.get(key.start..).is_some_and(|text| text.starts_with(['"', '\'']));
        if !quoted && behind.is_some_and(|behind| behind.starts_with([',', '[', ']', '{', '}'])) {
            let message = "readers of YAML disagree whether this colon belongs to the key";
            let error = Diagnostic::error("ambiguous-colon", message).at(colon);
            self.diagnostics.push(error.help("write a blank behind it"));
        }
    }

    /// `{?a: b}` has the key `a` for kubectl, and the key `?a` for YAML 1.2.
    fn check_question_mark(&mut self, text: &str, place: Span) {
        if self.flow > 0 && text.contains('?') {
            let message = "readers of YAML disagree on a question mark without quotes within brackets";
            let error = Diagnostic::error("ambiguous-question-mark", message).at(place);
            self.diagnostics.push(error.help("put the text in quotes"));
        }
    }

    /// What `<<` does: sets what the maps set; of several maps the first counts most.
    fn merge(&mut self, fields: &mut Fields, value: Node, key_span: Span) {
        let maps = match value.value {
            Value::List(items) => items,
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Map(_) => vec![value],
        };
        for map in maps.into_iter().rev() {
            let Value::Map(entries) = map.value else {
                let error = Diagnostic::error("invalid-merge", "`<<` takes a map, or a list of maps");
                self.diagnostics
                    .push(error.at(key_span).related(map.span, format!("this is {}", map.kind_name())));
                continue;
            };
            for entry in entries {
                fields.merge(self.reading, entry, &mut self.diagnostics);
            }
        }
    }

    fn key(&mut self, event: Event<'a>, place: Span, depth: usize) -> Fallible<Key> {
        if let Event::Scalar(text, ScalarStyle::Plain, anchor, tag) = &event {
            let text = written(text, ScalarStyle::Plain, place);
            self.check_question_mark(text, place);
            if text == "<<" && TagName::of(tag.as_deref()).merges() {
                return Ok(Key::Merge);
            }
            if tag.is_none() && *anchor == 0 {
                return Ok(self.key_of_scalar(text, place));
            }
        }
        let node = self.node(event, place, depth)?;
        Ok(self.key_of_node(node, place))
    }

    fn key_of_scalar(&mut self, text: &str, place: Span) -> Key {
        let Some(key) = scalar::resolve(text).into_key(text) else {
            let what = if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
            return self.invalid_key(&what, place);
        };
        if key != text && self.reading.dialect == Dialect::Policy {
            let message = format!("the key `{text}` is read as `{key}`");
            let error = Diagnostic::error("ambiguous-key", message).at(place);
            self.diagnostics.push(error.help(format!("write `\"{text}\"` or `{key}`")));
        }
        Key::Text(key)
    }

    fn key_of_node(&mut self, node: Node, place: Span) -> Key {
        match node.value {
            Value::String(text) => Key::Text(text),
            Value::Bool(value) => Key::Text(value.to_string()),
            Value::Integer(value) => Key::Text(value.to_string()),
            Value::Float(value) => Scalar::Float(value)
                .into_key("")
                .map_or_else(|| self.invalid_key("a number", place), Key::Text),
            Value::Null | Value::List(_) | Value::Map(_) => self.invalid_key(node.kind_name(), place),
        }
    }

    fn invalid_key(&mut self, what: &str, place: Span) -> Key {
        let error = Diagnostic::error("invalid-key", format!("{what} can't be the key of a map"));
        let error = error.at(place).label("expected a text");
        self.diagnostics.push(match syntax::template_help(self.document) {
            Some(help) => error.help(help),
            None => error,
        });
        Key::Invalid
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: Span) -> Node {
        let quoted = style != ScalarStyle::Plain;
        let value = match TagName::of(tag) {
            TagName::None if quoted => Value::String(text.to_owned()),
            TagName::None => scalar::resolve(text).into_value(text),
            TagName::NonSpecific | TagName::Other => Value::String(text.to_owned()),
            TagName::Yaml(name) => scalar::resolve_tagged(text, &name).unwrap_or_else(|expected| {
                let message = format!("`{text}` does not fit its tag `!!{name}`");
                let error =
                    Diagnostic::error("wrong-tag", message).at(place).label(format!("expected {expected}"));
                self.diagnostics.push(error);
                Value::String(text.to_owned())
            }),
        };
        if matches!(value, Value::Float(number) if !number.is_finite()) {
            let error = Diagnostic::error("not-a-number", format!("`{text}` is no number in JSON")).at(place);
            self.diagnostics.push(error.help("put it in quotes if it is a text"));
        }
        Node { value, span: place, plain: !quoted && tag.is_none() }
    }
}

/// What a key turned out to be.
enum Key {
    Text(String),
    Merge,
    Invalid,
}

/// The tag of a scalar, as far as it has a meaning.
enum TagName<'a> {
    None,
    /// `!`: a text.
    NonSpecific,
    /// One of YAML's own, without `!!`.
    Yaml(Cow<'a, str>),
    Other,
}

impl<'a> TagName<'a> {
    fn of(tag: Option<&'a Tag>) -> Self {
        let Some(tag) = tag else { return Self::None };
        if tag.original() == "!" {
            return Self::NonSpecific;
        }
        tag.suffix_in_namespace("tag:yaml.org,2002:").map_or(Self::Other, Self::Yaml)
    }

    /// Whether a plain key `<<` with this tag merges.
    fn merges(&self) -> bool {
        match self {
            Self::None | Self::NonSpecific => true,
            Self::Yaml(name) => name == "merge",
            Self::Other => false,
        }
    }
}

/// The text of a scalar; for one that isn't there the parser says `~`.
fn written(text: &str, style: ScalarStyle, place: Span) -> &str {
    if style == ScalarStyle::Plain && place.is_empty() { "" } else { text }
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
