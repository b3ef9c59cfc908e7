//! The walk of a file's tree against the JSON Schema of its type: unknown fields, wrong types, missing fields and bad
//! words, each with its place, all at once.
//!
//! Knows only what our schemas hold: `$ref`, `anyOf`, `oneOf`, `const`, `type`, `properties`, `required`,
//! `additionalProperties`, `items`, `minLength`, `maxLength`, `minItems`, `minimum`. Forms of texts (`pattern`) are for editors; here
//! the structural checks say more.

mod words;

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Diagnostic, Sink, Sources, did_you_mean};
use crate::yaml::{Entry, Node, Value};
use words::{Found, in_lines, listed, unknown_word, wrong_type};

/// How many characters a text may have for which the schema says nothing else. Titles, reasons and values stand in objects, whose
/// annotations together may have 262,144 bytes.
const LONGEST_TEXT: u64 = 10_000;

/// Reports everything in which a tree differs from a schema.
pub(super) fn check(node: &Node, schema: &Json, sources: &Sources, sink: &mut Sink) {
    let definitions = schema.get("$defs").and_then(Json::as_object);
    Walk { definitions, sources, sink }.value(node, schema, "the file");
}

struct Walk<'a> {
    definitions: Option<&'a Map<String, Json>>,
    sources: &'a Sources,
    sink: &'a mut Sink,
}

/// One of the forms that a value may have.
#[derive(Clone, Copy)]
enum Form<'s> {
    /// This word.
    Word(&'s str),
    /// A value of this JSON type.
    Typed(&'s str, &'s Json),
    /// Any value at all.
    Anything,
}

impl<'a> Walk<'a> {
    fn value(&mut self, node: &Node, schema: &'a Json, what: &str) {
        let mut forms = Vec::new();
        self.forms(schema, &mut forms);
        if forms.iter().any(|form| matches!(form, Form::Anything)) {
            return;
        }
        let typed = |name: &str| {
            forms.iter().find_map(|form| match form {
                Form::Typed(of, schema) if *of == name => Some(*schema),
                Form::Typed(..) | Form::Word(_) | Form::Anything => None,
            })
        };
        let fits = match &node.value {
            Value::Map(entries) => typed("object").map(|schema| self.map(node, entries, schema)),
            Value::List(items) => typed("array").map(|schema| self.list(node, items, schema, what)),
            Value::String(text) => match typed("string") {
                Some(schema) => {
                    self.text(node, text, schema, what);
                    Some(())
                }
                None => self.word(node, text, &forms, what),
            },
            Value::Integer(number) => {
                typed("integer").map(|schema| self.integer(node, *number, schema, what))
            }
            Value::Bool(_) => typed("boolean").map(drop),
            Value::Float(_) => typed("number").map(drop),
            Value::Null => None,
        };
        if fits.is_none() {
            let found = Found { node, written: self.sources.slice(node.span) };
            self.sink.push(wrong_type(&found, &forms, what));
        }
    }

    /// All forms behind references and alternatives.
    fn forms(&self, schema: &'a Json, into: &mut Vec<Form<'a>>) {
        let alternatives = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array);
        if let Some(name) =
            schema.get("$ref").and_then(Json::as_str).and_then(|path| path.strip_prefix("#/$defs/"))
        {
            if let Some(definition) = self.definitions.and_then(|definitions| definitions.get(name)) {
                self.forms(definition, into);
            }
        } else if let Some(alternatives) = alternatives {
            alternatives.iter().for_each(|alternative| self.forms(alternative, into));
        } else if let Some(word) = schema.get("const").and_then(Json::as_str) {
            into.push(Form::Word(word));
        } else if let Some(name) = schema.get("type").and_then(Json::as_str) {
            into.push(Form::Typed(name, schema));
        } else {
            into.push(Form::Anything);
        }
    }

    fn map(&mut self, node: &Node, entries: &[Entry], schema: &'a Json) {
        let none = Map::new();
        let properties = schema.get("properties").and_then(Json::as_object);
        let additional = schema.get("additionalProperties");
        let closed = additional == Some(&Json::Bool(false));
        let present: BTreeSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let mut meant = BTreeSet::new();
        for entry in entries {
            let what = format!("`{}`", entry.key);
            match properties.and_then(|properties| properties.get(&entry.key)) {
                Some(property) => self.value(&entry.value, property, &what),
                None if closed => {
                    meant.extend(self.unknown_field(entry, &present, properties.unwrap_or(&none)))
                }
                None => {
                    if let Some(schema) = additional.filter(|schema| schema.is_object()) {
                        self.value(&entry.value, schema, &what);
                    }
                }
            }
        }
        let required =
            schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let missing: Vec<&str> =
            required.filter(|field| !meant.contains(*field) && !present.contains(field)).collect();
        if let Some(properties) = properties.filter(|_| !missing.is_empty()) {
            self.sink.push(missing_fields(&missing, properties).at(node.span));
        }
    }

    /// Reports a field that isn't known; gives the one that was probably meant.
    fn unknown_field(
        &mut self,
        entry: &Entry,
        present: &BTreeSet<&str>,
        known: &Map<String, Json>,
    ) -> Option<String> {
        let free = known.keys().map(String::as_str).filter(|key| !present.contains(key));
        let meant = did_you_mean(&entry.key, free);
        let label = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.contains_key(&entry.key.to_lowercase()) => {
                "fields are written in lower case".to_owned()
            }
            None => "no such field".to_owned(),
        };
        let quoted: Vec<String> = known.keys().map(|key| format!("`{key}`")).collect();
        let diagnostic = Diagnostic::error("unknown-field", format!("unknown field `{}`", entry.key))
            .at(entry.key_span)
            .label(label)
            .help(format!("fields here: {}", in_lines(&quoted)));
        self.sink.push(diagnostic);
        meant.map(str::to_owned)
    }

    fn list(&mut self, node: &Node, items: &[Node], schema: &'a Json, what: &str) {
        let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(0);
        if least > items.len() as u64 {
            let fault = Diagnostic::error("empty-list", format!("{what} must not be empty"));
            self.sink.push(fault.at(node.span).label("expected at least one item"));
        }
        if let Some(schema) = schema.get("items") {
            let what = format!("an item of {what}");
            items.iter().for_each(|item| self.value(item, schema, &what));
        }
    }

    fn text(&mut self, node: &Node, text: &str, schema: &Json, what: &str) {
        let least = schema.get("minLength").and_then(Json::as_u64).unwrap_or(0);
        if least > 0 && text.trim().is_empty() {
            let fault = Diagnostic::error("empty-text", format!("{what} must not be empty"));
            self.sink.push(fault.at(node.span).label("expected some text"));
        }
        let most = schema.get("maxLength").and_then(Json::as_u64).unwrap_or(LONGEST_TEXT);
        let length = text.chars().count() as u64;
        if length > most {
            let fault = Diagnostic::error("text-too-long", format!("{what} has {length} characters"));
            self.sink.push(fault.at(node.span).label(format!("expected at most {most}")));
        }
    }

    /// Nothing if no word is admitted here.
    fn word(&mut self, node: &Node, text: &str, forms: &[Form<'a>], what: &str) -> Option<()> {
        let words = || {
            forms.iter().filter_map(|form| match form {
                Form::Word(word) => Some(*word),
                Form::Typed(..) | Form::Anything => None,
            })
        };
        words().next()?;
        if words().any(|word| word == text) {
            return Some(());
        }
        self.sink.push(unknown_word(text, forms, words(), what).at(node.span));
        Some(())
    }

    fn integer(&mut self, node: &Node, number: i64, schema: &Json, what: &str) {
        let least = schema.get("minimum").and_then(Json::as_i64);
        let greatest =
            (schema.get("format").and_then(Json::as_str) == Some("uint32")).then_some(i64::from(u32::MAX));
        let bound = match (least, greatest) {
            (Some(least), _) if number < least => format!("{least} or more"),
            (_, Some(greatest)) if number > greatest => format!("{greatest} or less"),
            (_, _) => return,
        };
        let fault = Diagnostic::error("out-of-range", format!("{what} can't be `{number}`"));
        self.sink.push(fault.at(node.span).label(format!("expected {bound}")));
    }
}

fn missing_fields(missing: &[&str], properties: &Map<String, Json>) -> Diagnostic {
    let field = if missing.len() == 1 { "field" } else { "fields" };
    let described: Vec<String> = missing
        .iter()
        .map(|name| {
            let description = properties.get(*name).and_then(|property| property.get("description"));
            let text =
                description.and_then(Json::as_str).and_then(|text| text.lines().next()).unwrap_or_default();
            format!("`{name}`: {text}")
        })
        .collect();
    Diagnostic::error("missing-field", format!("missing {field} {}", listed(missing)))
        .label(format!("expected {} here", listed(missing)))
        .help(described.join("\n"))
}
