//! From the bytes of a project's files to definitions, with every fault on the way.
//!
//! A file with a fault in its form gives no definition, but its name stays known: whoever refers to it is not at fault.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::adoption;
use super::checks::{self, Names};
use super::layout::{FileKind, Role, named_rule, role, stem};
use super::{Catalogue, Definitions, Located, Native, catalogue, schema, shape};
use crate::diagnostic::{Diagnostic, FileId, Sink, Sources};
use crate::yaml::{self, Budget, Dialect, Node};

/// A file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path relative to the project's folder, with `/` between the folders.
    pub path: String,
    /// What the file holds.
    pub bytes: Vec<u8>,
}

/// A project that was read.
#[derive(Debug)]
pub struct Loaded {
    /// What could be read.
    pub definitions: Definitions,
    /// The texts that the diagnostics point into.
    pub sources: Sources,
    /// What is wrong, by file and place; with an error among them nothing should be built.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a project: all of its files, in any order.
pub fn load(files: &[SourceFile]) -> Loaded {
    load_from("", files)
}

/// Like [`load`]; `folder` is where the project lies, which messages say before each file's path: `policies`.
pub fn load_from(folder: &str, files: &[SourceFile]) -> Loaded {
    let schemas = FileKind::ALL.into_iter().map(|kind| (kind, schema::schema(kind))).collect();
    let mut loader = Loader::new(folder, &schemas);
    let mut files: Vec<&SourceFile> = files.iter().collect();
    files.sort_by(|left, right| left.path.cmp(&right.path));
    let mut copies = Copies::new();
    for file in &files {
        match role(&file.path) {
            Role::Read(kind) => loader.read(kind, file),
            Role::Catalogue(version, inside) => {
                copies.entry(version).or_default().insert(inside, file);
            }
            Role::Native(target, inside) => loader.read_native(target, inside, file),
            Role::Ignored => {}
            Role::Stray(remedy) => {
                let fault = format!("unexpected file `{}`", loader.shown(&file.path));
                loader.sink.push(Diagnostic::error("unexpected-file", fault).help(remedy));
            }
        }
    }
    if !files.iter().any(|file| file.path == "palisade.yaml") {
        let fault = format!("there is no `{}`", loader.shown("palisade.yaml"));
        let remedy = "write one with the project's `name` and `help`, the last sentence of each denial";
        loader.sink.push(Diagnostic::error("no-project-file", fault).help(remedy));
    }
    loader.keep_own();
    loader.read_copies(&copies);
    loader.finish()
}

/// The files of each copy of the catalogue, by its version and their paths in it.
type Copies<'f> = BTreeMap<&'f str, BTreeMap<&'f str, &'f SourceFile>>;

struct Loader<'a> {
    folder: &'a str,
    schemas: &'a BTreeMap<FileKind, Json>,
    definitions: Definitions,
    /// Kinds, rules and profiles that are being read: the project's own, then those of one copy of the catalogue after the other.
    reading: Catalogue,
    sources: Sources,
    sink: Sink,
    unread: Names,
}

impl<'a> Loader<'a> {
    fn new(folder: &'a str, schemas: &'a BTreeMap<FileKind, Json>) -> Self {
        let (definitions, unread) = (Definitions::default(), Names::default());
        let (sources, sink) = (Sources::new(), Sink::new());
        Self { folder, schemas, definitions, reading: Catalogue::default(), sources, sink, unread }
    }

    /// What was read is the project's own.
    fn keep_own(&mut self) {
        let own = self.take_sorted();
        (self.definitions.kinds, self.definitions.rules) = (own.kinds, own.rules);
        (self.definitions.profiles, self.definitions.sets) = (own.profiles, own.sets);
    }

    /// Reads the copies of the catalogue that something draws on; the others cost nothing. While it isn't known what the project draws
    /// on, all are read.
    fn read_copies(&mut self, copies: &Copies<'_>) {
        self.unread.catalogues.extend(copies.keys().map(|version| (*version).to_owned()));
        let project = self.definitions.project.as_ref().map(|project| project.value.catalogue.clone());
        let is_known = project.is_some();
        let environments = self.definitions.environments.iter();
        let read =
            environments.map(|environment| environment.value.catalogue.clone()).chain(project).flatten();
        self.unread.drawn_on.extend(read);
        let named = self.unread.drawn_on.clone();
        for (version, files) in copies.iter().filter(|(version, _)| !is_known || named.contains(**version)) {
            match catalogue::newer(version) {
                Some(fault) if is_known => self.sink.push(fault),
                Some(_) => {}
                None => self.read_copy(version, files),
            }
        }
    }

    fn read_copy(&mut self, version: &str, files: &BTreeMap<&str, &SourceFile>) {
        let folder = self.shown(&format!("{}/{version}", catalogue::FOLDER));
        let bytes = files.iter().map(|(inside, file)| (*inside, file.bytes.as_slice())).collect();
        self.sink.extend(catalogue::faults(version, &folder, &bytes));
        for (inside, file) in files {
            match role(inside) {
                Role::Read(kind @ (FileKind::Kinds | FileKind::Rule | FileKind::Profile | FileKind::Set)) => {
                    self.read(kind, file)
                }
                // What else is there is no part of what a copy defines; its lock tells what doesn't belong there.
                Role::Read(FileKind::Project | FileKind::Environment | FileKind::Exemption)
                | Role::Catalogue(..)
                | Role::Native(..)
                | Role::Ignored
                | Role::Stray(_) => {}
            }
        }
        let read = self.take_sorted();
        self.definitions.catalogues.insert(version.to_owned(), read);
    }

    /// What was read, in order.
    fn take_sorted(&mut self) -> Catalogue {
        let mut read = std::mem::take(&mut self.reading);
        read.rules.sort_by(|left, right| left.value.id.cmp(&right.value.id));
        read.profiles.sort_by(|left, right| left.value.name.cmp(&right.value.name));
        read.sets.sort_by(|left, right| left.value.id.cmp(&right.value.id));
        read
    }

    fn read_native(&mut self, target: &str, inside: &str, file: &SourceFile) {
        let shown = self.shown(&file.path);
        match yaml::read_bytes(file.bytes.clone()) {
            Ok(text) => {
                let id = self.sources.add(&shown, text);
                let (native, faults) = Native::read(target, inside, &self.sources, id);
                self.definitions.natives.extend(native);
                self.sink.extend(faults);
            }
            Err(undecodable) => self.sink.push(undecodable.into_diagnostic(&mut self.sources, &shown).1),
        }
    }

    fn read(&mut self, kind: FileKind, file: &SourceFile) {
        let shown = self.shown(&file.path);
        let (document, sound) = match yaml::read_bytes(file.bytes.clone()) {
            Ok(text) => {
                let id = self.sources.add(&shown, text);
                self.document(kind, id)
            }
            Err(undecodable) => {
                self.sink.push(undecodable.into_diagnostic(&mut self.sources, &shown).1);
                (None, false)
            }
        };
        match document {
            Some(node) if sound => self.define(kind, &file.path, node),
            document => self.remember(kind, &file.path, document.as_ref()),
        }
    }

    /// A path as messages say it.
    fn shown(&self, path: &str) -> String {
        match self.folder.trim_end_matches('/') {
            "" => path.to_owned(),
            folder => format!("{folder}/{path}"),
        }
    }

    /// The only document of a file, and whether its form is right.
    fn document(&mut self, kind: FileKind, file: FileId) -> (Option<Node>, bool) {
        let read = yaml::read(&self.sources, file, Dialect::Policy, &Budget::POLICY);
        let mut faults = Sink::new();
        faults.extend(read.diagnostics);
        let mut documents = read.documents.into_iter();
        let document = documents.next();
        if let Some(second) = documents.next() {
            let fault =
                Diagnostic::error("two-documents", "a policy file holds one document").at(second.span);
            faults.push(fault.label("a second one begins here").help("give it a file of its own"));
        }
        if let (Some(node), Some(schema)) = (&document, self.schemas.get(&kind)) {
            shape::check(node, schema, &self.sources, &mut faults);
        }
        let sound = !faults.has_errors();
        self.sink.extend(faults.into_vec());
        (document, sound)
    }

    fn define(&mut self, kind: FileKind, path: &str, node: Node) {
        match kind {
            FileKind::Project => self.definitions.project = self.located(path, node),
            FileKind::Kinds => self.define_kinds(path, node),
            FileKind::Rule => {
                let rule = self.located(path, node);
                self.reading.rules.extend(rule);
            }
            FileKind::Profile => {
                let profile = self.located(path, node);
                self.reading.profiles.extend(profile);
            }
            FileKind::Environment => {
                let environment = self.located(path, node);
                self.definitions.environments.extend(environment);
            }
            FileKind::Exemption => {
                let exemption = self.located(path, node);
                self.definitions.exemptions.extend(exemption);
            }
            FileKind::Set => {
                let set = self.located(path, node);
                self.reading.sets.extend(set);
            }
        }
    }

    /// Each kind keeps its own place.
    fn define_kinds(&mut self, path: &str, node: Node) {
        let nodes: Vec<Node> = node.get("kinds").and_then(Node::as_list).unwrap_or_default().to_vec();
        for node in nodes {
            let kind = self.located(path, node);
            self.reading.kinds.extend(kind);
        }
    }

    fn located<T: DeserializeOwned>(&mut self, path: &str, node: Node) -> Option<Located<T>> {
        match serde_json::from_value(node.to_json()) {
            Ok(value) => {
                let line_starts = self.sources.line_starts(node.span.file).into();
                Some(Located { value, name: path.to_owned(), node: Some(node), line_starts })
            }
            Err(error) => {
                let fault =
                    Diagnostic::error("unreadable-file", "the file fits its schema, but can't be read");
                self.sink.push(
                    fault
                        .at(node.span)
                        .help(format!("this is a fault of Palisade, please report it: {error}")),
                );
                None
            }
        }
    }

    /// Keeps the names of a file that gives no definition: the one that it says, and the one that its path says.
    fn remember(&mut self, kind: FileKind, path: &str, node: Option<&Node>) {
        let said =
            |field: &str| node.and_then(|node| node.get(field)).and_then(Node::as_str).map(str::to_owned);
        let named = stem(path);
        match kind {
            FileKind::Rule => self.unread.rules.extend([named_rule(path)].into_iter().chain(said("id"))),
            FileKind::Profile => {
                self.unread.profiles.extend([named.to_owned()].into_iter().chain(said("name")))
            }
            FileKind::Exemption => {
                self.unread.exemptions.extend([named.to_owned()].into_iter().chain(said("name")))
            }
            FileKind::Environment => {
                self.unread.drawn_on.extend(said("catalogue"));
                self.unread.environments.extend([named.to_owned()].into_iter().chain(said("name")));
            }
            FileKind::Set => self.unread.sets.extend([named.to_owned()].into_iter().chain(said("id"))),
            FileKind::Project | FileKind::Kinds => {}
        }
    }

    fn finish(self) -> Loaded {
        let Self { folder: _, schemas: _, mut definitions, reading: _, sources, mut sink, unread } = self;
        definitions.environments.sort_by(|left, right| left.value.name.cmp(&right.value.name));
        definitions.exemptions.sort_by(|left, right| left.value.name.cmp(&right.value.name));
        sink.extend(adoption::adopt(&mut definitions, &unread));
        checks::check(&definitions, &unread, &mut sink);
        definitions.rules.dedup_by(|second, first| second.value.id == first.value.id);
        for catalogue in definitions.catalogues.values_mut() {
            catalogue.rules.dedup_by(|second, first| second.value.id == first.value.id);
        }
        Loaded { definitions, sources, diagnostics: sink.into_vec() }
    }
}
