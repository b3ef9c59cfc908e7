//! YAML read as kubectl reads it, into a tree in which every node keeps its place; and YAML written so that
//! every reader reads it back as it was meant.
//!
//! "As kubectl reads it" is what `sigs.k8s.io/yaml` makes of a document on its way to JSON: `yes`, `on` and `y` are
//! booleans, as keys too; `017` and `0o17` are 15, `1_000` is 1000; `<<` merges; keys become strings; a whole number
//! is an integer, however it is written. A bad document does not hide the others of its file.
//! It never touches a file: texts come from [`Sources`].

mod encoding;
mod fast;
mod fields;
mod json;
mod loader;
mod node;
mod scalar;
mod split;
mod syntax;
mod write;

pub use encoding::{Undecodable, read_bytes};
pub use write::write;

use crate::diagnostic::{Diagnostic, FileId, Sources, Span};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What was read.
    pub value: Value,
    /// Where it stands: a quoted text with its quotes, a map from its first key and a list from its first item to
    /// the end of its last value.
    /// A node that came by an alias stands where its anchor stands.
    pub span: Span,
    /// Whether it is a scalar without quotes, block indicator or tag: what the person wrote is then
    /// `sources.slice(node.span)`, and its type was guessed from its look.
    pub plain: bool,
}

/// What a node holds, in the types of JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number that is whole and fits, however it was written: `1.0` is 1.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the source; every key is there once.
    Map(Vec<Entry>),
}

/// One key of a map with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as a text, as it is in JSON: `on` is `true`.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// What belongs to it.
    pub value: Node,
}

/// What a text may cost to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The size of one text, in bytes. A tree takes about ten times the memory of its text.
    pub bytes: usize,
    /// How deep maps and lists may nest; never more than 200 levels, which any stack bears.
    pub depth: usize,
    /// How many nodes aliases may add to one document; nodes that are written out are bounded by `bytes`.
    pub nodes: usize,
}

impl Budget {
    /// For files that people write by hand.
    pub const POLICY: Self = Self { bytes: 4 << 20, depth: 64, nodes: 100_000 };
    /// For manifests: a list of a whole cluster fits, and the deepest schemas of custom resources.
    pub const MANIFEST: Self = Self { bytes: 256 << 20, depth: 100, nodes: 1_000_000 };
}

impl Default for Budget {
    /// The budget for manifests.
    fn default() -> Self {
        Self::MANIFEST
    }
}

/// How strictly to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Our own files: what is ambiguous is an error (a key set twice, a key that isn't the text that it looks like,
    /// a file without content).
    Policy,
    /// What kubectl takes: the last of two equal keys counts, with a warning; what is empty is skipped.
    Manifest,
}

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Documents {
    /// The documents that could be read, in order; empty ones are left out. A document whose diagnostics are about
    /// single values (a key set twice) is among them.
    pub documents: Vec<Node>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// The deepest nesting that is read with any budget.
const DEEPEST: usize = 200;

/// Reads all documents of a text: YAML documents behind `---`, or JSON values one after the other.
pub fn read(sources: &Sources, file: FileId, dialect: Dialect, budget: &Budget) -> Documents {
    let mut documents = Vec::new();
    let diagnostics = read_each(sources, file, dialect, budget, &mut |document| documents.push(document));
    Documents { documents, diagnostics }
}

/// Reads like [`read`], but hands over YAML documents one by one, so that they are never all in memory; gives what
/// is wrong, in the order of the text.
pub fn read_each(
    sources: &Sources,
    file: FileId,
    dialect: Dialect,
    budget: &Budget,
    visit: &mut dyn FnMut(Node),
) -> Vec<Diagnostic> {
    let text = sources.text(file);
    let mut read = Documents::default();
    if text.len() > budget.bytes {
        let message =
            format!("the file has {} bytes, more than the {} that are read", text.len(), budget.bytes);
        read.diagnostics.push(
            Diagnostic::error("file-too-large", message)
                .at(Span::new(file, 0, 0))
                .help("split it into smaller files"),
        );
        return read.diagnostics;
    }
    let budget = Budget { depth: budget.depth.min(DEEPEST), ..*budget };
    let reading = Reading { file, text, dialect, budget: &budget };
    let mut is_empty = true;
    let rest = json::read(&reading, &mut read);
    let documents = std::iter::once(None).chain(split::documents(text, rest).into_iter().map(Some));
    for document in documents {
        if let Some(document) = document {
            loader::read(&reading, document, &mut read);
        }
        is_empty &= read.documents.is_empty();
        read.documents.drain(..).for_each(&mut *visit);
    }
    if dialect == Dialect::Policy && is_empty && read.diagnostics.is_empty() {
        let nothing = Diagnostic::error("empty-file", "the file holds nothing")
            .at(Span::new(file, 0, 0))
            .label("expected a map with the fields of this kind of file")
            .help("write them, or remove the file");
        read.diagnostics.push(nothing);
    }
    read.diagnostics
}

/// One text that is being read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    file: FileId,
    text: &'a str,
    dialect: Dialect,
    budget: &'a Budget,
}

impl Reading<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }
}

#[cfg(test)]
mod tests;
