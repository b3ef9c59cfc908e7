//! What a message says of a value that has the wrong type: what was expected, what was found, what to write.

use super::Form;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::yaml::{Node, Value};

/// So many alternatives fit into a sentence.
const SEVERAL: usize = 6;

/// A value, and how it was written.
pub(super) struct Found<'a> {
    pub node: &'a Node,
    pub written: &'a str,
}

/// A value whose type none of the forms has.
pub(super) fn wrong_type(found: &Found, forms: &[Form], what: &str) -> Diagnostic {
    let expected = expectation(forms);
    let must = if forms.len() > SEVERAL {
        "must be one of those below".to_owned()
    } else {
        format!("must be {expected}")
    };
    let message = match &found.node.value {
        Value::Null => format!("{what} has no value"),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) if wants_text(forms) && found.node.plain => {
            format!("{what} {must}, but YAML reads `{}` as {}", found.written, read_as(found.node))
        }
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::List(_)
        | Value::Map(_) => {
            format!("{what} {must}, not {}", found.node.kind_name())
        }
    };
    let fault = Diagnostic::error("wrong-type", message).at(found.node.span);
    match remedy(found, forms) {
        _ if forms.len() > SEVERAL => fault.help(format!("expected {expected}")),
        Some(help) => fault.label(format!("expected {expected}")).help(help),
        None => fault.label(format!("expected {expected}")),
    }
}

/// A text that is none of the words which may stand here.
pub(super) fn unknown_word<'a>(
    text: &str,
    forms: &[Form<'a>],
    words: impl Iterator<Item = &'a str>,
    what: &str,
) -> Diagnostic {
    let fault = Diagnostic::error("unknown-word", format!("{what} can't be `{text}`"));
    let expected = format!("expected {}", expectation(forms));
    match did_you_mean(text, words) {
        Some(meant) => fault.label(format!("did you mean `{meant}`?")).help(expected),
        None if forms.len() > SEVERAL => fault.label("no such word").help(expected),
        None => fault.label(expected),
    }
}

/// `true`, `false`, or the kind of number.
fn read_as(node: &Node) -> String {
    match &node.value {
        Value::Bool(value) => format!("`{value}`"),
        Value::Float(value) => format!("the number `{value}`"),
        Value::Null | Value::Integer(_) | Value::String(_) | Value::List(_) | Value::Map(_) => {
            node.kind_name().to_owned()
        }
    }
}

fn wants_text(forms: &[Form]) -> bool {
    forms.iter().any(|form| matches!(form, Form::Word(_) | Form::Typed("string", _)))
}

fn wants(forms: &[Form], name: &str) -> bool {
    forms.iter().any(|form| matches!(form, Form::Typed(of, _) if *of == name))
}

fn only_list(forms: &[Form]) -> bool {
    matches!(forms, [Form::Typed("array", _)])
}

fn remedy(found: &Found, forms: &[Form]) -> Option<String> {
    let written = found.written;
    match &found.node.value {
        Value::Null if written.is_empty() => {
            Some("write a value, or leave the field out if it is optional".to_owned())
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) if wants(forms, "string") => {
            found.node.plain.then(|| format!("write it in quotes: `\"{written}\"`"))
        }
        Value::String(text) => {
            let boolean = wants(forms, "boolean") && matches!(text.as_str(), "true" | "false");
            let integer = wants(forms, "integer") && text.parse::<i64>().is_ok();
            if boolean || integer {
                Some(format!("leave out the quotes: `{text}`"))
            } else {
                (only_list(forms) && !text.contains('\n')).then(|| format!("write a list: `[{written}]`"))
            }
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {
            only_list(forms).then(|| format!("write a list: `[{written}]`"))
        }
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// What may stand here: "`pods` or a map".
fn expectation(forms: &[Form]) -> String {
    let mut named: Vec<String> = Vec::new();
    for form in forms {
        let name = match form {
            Form::Word(word) => format!("`{word}`"),
            Form::Typed("string", _) => "a string".to_owned(),
            Form::Typed("boolean", _) => "`true` or `false`".to_owned(),
            Form::Typed("integer", _) => "a whole number".to_owned(),
            Form::Typed("number", _) => "a number".to_owned(),
            Form::Typed("array", _) => "a list".to_owned(),
            Form::Typed(..) => "a map".to_owned(),
            Form::Anything => "any value".to_owned(),
        };
        if !named.contains(&name) {
            named.push(name);
        }
    }
    match named.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} or {last}", in_lines(before)),
    }
}

/// Names with commas between them, in lines of a readable width.
pub(super) fn in_lines(names: &[String]) -> String {
    const WIDTH: usize = 90;
    let mut text = String::new();
    let mut width = 0;
    for (position, name) in names.iter().enumerate() {
        if position > 0 && width + name.len() > WIDTH {
            text.push_str(",\n");
            width = 0;
        } else if position > 0 {
            text.push_str(", ");
        }
        text.push_str(name);
        width += name.len() + 2;
    }
    text
}

/// `a`, `b` and `c`, each in backticks.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
