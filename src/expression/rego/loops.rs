//! Loops of conditions: where elements come from, what they are called, and how they are named in a subject's label.

use std::collections::BTreeSet;

use super::literal;
use super::printer::Printer;
use super::scope::{Local, Scope};
use crate::expression::Unprintable;
use crate::ir::{ContainerList, Label, Loop, Path, Root, Source, Value};

/// One `in`, of a `some` or an `every`.
pub struct Iteration {
    /// The variables that it binds.
    pub variables: String,
    /// Where they come from.
    pub source: String,
}

/// How an element is named: a format of `sprintf`, and what it shows.
pub struct Named {
    /// The format.
    pub format: String,
    /// What is shown.
    pub arguments: Vec<String>,
}

impl Iteration {
    /// A `some`.
    pub fn some(&self) -> String {
        format!("some {} in {}", self.variables, self.source)
    }

    /// An `every` around a body.
    pub fn every(&self, body: &[String]) -> String {
        format!("every {} in {} {}", self.variables, self.source, literal::block(body))
    }
}

/// A loop that is being opened.
pub struct Opening<'a> {
    /// The loop's name.
    pub name: &'a str,
    /// The roots of its elements.
    pub element: Root,
    key: Root,
    value: Root,
    /// The elements that the body reads, if not all must be bound.
    pub read: Option<&'a BTreeSet<Root>>,
}

impl Opening<'_> {
    /// The variable, or a wildcard if nothing reads what it stands for.
    pub fn shown(&self, variable: String, root: &Root) -> String {
        let is_read = self.read.is_none_or(|read| read.contains(root));
        if is_read { variable } else { "_".to_owned() }
    }

    /// A loop over plain elements.
    pub fn elements(&self, scope: &mut Scope, source: String, is_record: bool) -> Vec<Iteration> {
        let variable = scope.bind(self.element.clone(), self.name, is_record);
        vec![Iteration { variables: self.shown(variable, &self.element), source }]
    }

    /// A loop over keys and values.
    pub fn entries(&self, scope: &mut Scope, source: String, is_record: bool) -> Vec<Iteration> {
        let key = scope.bind(self.key.clone(), &format!("{}_key", self.name), true);
        let value = scope.bind(self.value.clone(), &format!("{}_value", self.name), is_record);
        let variables = format!("{}, {}", self.shown(key, &self.key), self.shown(value, &self.value));
        vec![Iteration { variables, source }]
    }

    /// A loop over literals, of which each may be an entry.
    fn literals(&self, scope: &mut Scope, values: &[Value]) -> Vec<Iteration> {
        let variable = scope.bind(self.element.clone(), self.name, true);
        for (root, field) in [(&self.key, "key"), (&self.value, "value")] {
            scope.bind_field(root.clone(), self.name, &variable, Some(field), true);
        }
        let roots = [&self.element, &self.key, &self.value];
        let is_read = self.read.is_none_or(|read| roots.iter().any(|root| read.contains(*root)));
        let values: Vec<_> = values.iter().map(|value| literal::json(&value.to_json())).collect();
        let variables = if is_read { variable } else { "_".to_owned() };
        vec![Iteration { variables, source: literal::list(&values) }]
    }
}

impl<'a> Opening<'a> {
    /// The opening of a loop.
    pub fn of(each: &'a Loop, read: Option<&'a BTreeSet<Root>>) -> Self {
        Self {
            name: &each.name,
            element: Root::Element(each.name.clone()),
            key: Root::EntryKey(each.name.clone()),
            value: Root::EntryValue(each.name.clone()),
            read,
        }
    }
}

impl Printer<'_> {
    /// Opens a loop of a condition: binds its elements in the scope. `read` are the elements that the body reads, if not all must be
    /// bound.
    pub fn open(
        &mut self,
        each: &Loop,
        scope: &mut Scope,
        read: Option<&BTreeSet<Root>>,
    ) -> Result<Vec<Iteration>, Unprintable> {
        let opening = Opening::of(each, read);
        Ok(match &each.source {
            Source::Object | Source::Pod => Vec::new(),
            Source::Containers(lists) => self.containers(lists, &opening, scope),
            Source::SecurityContexts => {
                let source = format!("palisade.security_contexts({})", self.pod());
                opening.elements(scope, source, false)
            }
            Source::Images => {
                let source = format!("palisade.images({})", self.pod());
                opening.elements(scope, source, false)
            }
            Source::Fields(paths) => {
                let source = format!("palisade.fields({})", self.places(paths, scope)?);
                opening.elements(scope, source, false)
            }
            Source::Items(path) => {
                let (source, is_record) = self.walked("items", path, scope)?;
                opening.elements(scope, source, is_record)
            }
            Source::Entries(path) => {
                let (source, is_record) = self.walked("entries", path, scope)?;
                opening.entries(scope, source, is_record)
            }
            Source::Parameter(name) => opening.elements(scope, self.parameter(name), true),
            Source::ParameterEntries(name) => opening.entries(scope, self.parameter(name), true),
            Source::Literals(values) => opening.literals(scope, values),
        })
    }

    /// A loop over lists of containers, and over the containers of each.
    fn containers(
        &mut self,
        lists: &[ContainerList],
        opening: &Opening<'_>,
        scope: &mut Scope,
    ) -> Vec<Iteration> {
        let names: Vec<_> = lists.iter().map(|list| list.name()).collect();
        let source = if lists == ContainerList::ALL {
            "palisade.container_lists".to_owned()
        } else {
            literal::texts(&names)
        };
        let list_root = Root::ContainerList(opening.name.to_owned());
        let list = scope.bind(list_root, &format!("{}_list", opening.name), false);
        let containers = format!("palisade.items({}, [{list}])", self.pod());
        let outer = Iteration { variables: list, source };
        [outer].into_iter().chain(opening.elements(scope, containers, false)).collect()
    }

    /// What a loop over a path walks, and whether it comes out of a record.
    fn walked(&mut self, function: &str, path: &Path, scope: &Scope) -> Result<(String, bool), Unprintable> {
        let start = self.start(path, scope)?;
        let source = if start.is_record {
            literal::field(&start.root, &start.steps)
        } else {
            format!("palisade.{function}({}, {})", start.root, literal::texts(&start.steps))
        };
        Ok((source, start.is_record))
    }

    /// Several fields, each with what it is read from.
    pub fn places(&mut self, paths: &[Path], scope: &Scope) -> Result<String, Unprintable> {
        let mut places = Vec::new();
        for path in paths {
            let root = self.path(&Path { root: path.root.clone(), steps: Vec::new() }, scope)?;
            places.push(format!("{{\"from\": {root}, \"steps\": {}}}", literal::texts(&path.steps)));
        }
        Ok(literal::list(&places))
    }

    /// How the elements of a loop are named in a subject's label; nothing for the object.
    pub fn named(&self, each: &Loop, scope: &Scope) -> Result<Option<Named>, Unprintable> {
        let element = Root::Element(each.name.clone());
        let expression = |root: &Root| scope.local(root).map(Local::expression);
        Ok(match &each.source {
            Source::Object => None,
            Source::Pod => Some(Named { format: "pod".to_owned(), arguments: Vec::new() }),
            Source::Containers(_) => {
                let list = expression(&Root::ContainerList(each.name.clone()))?;
                let label = format!("palisade.container_label({list}, {})", expression(&element)?);
                Some(Named { format: "%s".to_owned(), arguments: vec![label] })
            }
            Source::SecurityContexts | Source::Images | Source::Fields(_) => {
                let label = scope.local(&element)?.label.clone();
                Some(Named { format: "%s".to_owned(), arguments: label.into_iter().collect() })
            }
            Source::Items(_) | Source::Parameter(_) | Source::Literals(_) => {
                let fields = literal::texts(&each.label.fields);
                let shown = format!("palisade.element_name({}, {fields})", expression(&element)?);
                Some(with_word(&each.label, shown))
            }
            Source::Entries(_) | Source::ParameterEntries(_) => {
                let key = expression(&Root::EntryKey(each.name.clone()))?;
                Some(with_word(&each.label, format!("palisade.shown({key})")))
            }
        })
    }
}

/// A name with the word of the label in front.
fn with_word(label: &Label, name: String) -> Named {
    let format = match label.word.as_str() {
        "" => "%s".to_owned(),
        word => format!("{} %s", literal::format_piece(word)),
    };
    Named { format, arguments: vec![name] }
}
