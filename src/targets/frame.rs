//! The templates and how they are filled: every value is written as a literal of the template's language.
//!
//! A template's name ends with the language: `.yaml.j2`, `.rego.j2`, `.cel.j2`. Finished code comes in through the filter `block`,
//! or as [`code`]. A value that is missing, or that the language has no literal for, is an error.

use std::sync::LazyLock;

use include_dir::{Dir, File, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use crate::expression::cel;

/// The templates, inside the binary.
static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The templates, read once.
static ENVIRONMENT: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(environment);

/// Fills a template: `kyverno-cluster-policy/policy.yaml.j2`. An error is a bug in the template or in what it was given.
pub(super) fn render(template: &str, context: Value) -> Result<String, String> {
    let environment = ENVIRONMENT.as_ref().map_err(|error| describe(template, error))?;
    environment
        .get_template(template)
        .and_then(|found| found.render(context))
        .map_err(|error| describe(template, &error))
}

/// Finished code of the template's language, written as it is.
pub(super) fn code(text: String) -> Value {
    Value::from_safe_string(text)
}

/// What went wrong, with its causes.
fn describe(template: &str, error: &Error) -> String {
    let mut text = format!("the template `{template}` can't be filled: {error}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// How templates are written, in whatever language: `<% … %>`, `<< … >>`, `<# … #>`, which none of them has itself.
///
/// # Errors
/// If the template engine refuses it, which is a fault of Palisade.
pub fn syntax() -> Result<SyntaxConfig, Error> {
    SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("<<", ">>")
        .comment_delimiters("<#", "#>")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
}

/// The environment with every template and nothing else that could edit finished code.
fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::empty();
    environment.set_syntax(syntax()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(language);
    environment.set_formatter(write_literal);
    environment.add_filter("block", block);
    environment.add_filter("comment", comment);
    environment.add_filter("flow", flow);
    add_templates(&mut environment, &TEMPLATES)?;
    Ok(environment)
}

/// Adds the templates of a folder and of those inside it.
fn add_templates(environment: &mut Environment<'static>, folder: &'static Dir<'static>) -> Result<(), Error> {
    let is_template = |file: &&File| file.path().extension().is_some_and(|extension| extension == "j2");
    for file in folder.files().filter(is_template) {
        if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            environment.add_template(name, text)?;
        }
    }
    folder.dirs().try_for_each(|inner| add_templates(environment, inner))
}

/// The language of a template, by its name.
fn language(template: &str) -> AutoEscape {
    let stem = template.strip_suffix(".j2").unwrap_or(template);
    match stem.rsplit_once('.') {
        Some((_, language @ ("yaml" | "rego" | "cel"))) => AutoEscape::Custom(language.to_owned().into()),
        Some(_) | None => AutoEscape::None,
    }
}

/// Writes a value as a literal of the template's language; finished code as it is.
fn write_literal(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return Ok(write!(output, "{value}")?);
    }
    let literal = match (value.as_str(), value.kind()) {
        (Some(text), _) => text_literal(state.auto_escape(), text)?,
        (None, ValueKind::Bool) => value.is_true().to_string(),
        (None, ValueKind::Number) if value.is_integer() => value.to_string(),
        (None, kind) => return Err(refused(&format!("a value of kind {kind}"))),
    };
    Ok(output.write_str(&literal)?)
}

/// A text as a literal of the language.
fn text_literal(language: &AutoEscape, text: &str) -> Result<String, Error> {
    let AutoEscape::Custom(language) = language else {
        return Err(refused("a text in a template without a language"));
    };
    match language.as_ref() {
        "yaml" => Ok(yaml_text(text)),
        "rego" => Ok(json_text(text)),
        "cel" => Ok(cel::quoted(text)),
        other => Err(refused(&format!("a text in `{other}`"))),
    }
}

/// The error for a value that has no literal.
fn refused(what: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{what} has no literal here"))
}

/// A text as YAML: plain if it is an ordinary word that no reader takes for something else, else in double quotes.
pub(super) fn yaml_text(text: &str) -> String {
    const READ_AS_OTHERS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let starts_with_letter = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._/".contains(character);
    let is_word = !READ_AS_OTHERS.iter().any(|other| other.eq_ignore_ascii_case(text));
    if starts_with_letter && is_word && text.chars().all(is_plain) {
        return text.to_owned();
    }
    in_double_quotes(text, |character| match u32::from(character) {
        number @ 0..=0xFFFF => format!("\\u{number:04x}"),
        number => format!("\\U{number:08x}"),
    })
}

/// A text as JSON, which is a text of Rego too.
pub(super) fn json_text(text: &str) -> String {
    in_double_quotes(text, |character| {
        let mut units = [0; 2];
        character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    })
}

/// A text in double quotes; `by_number` writes what isn't printable.
fn in_double_quotes(text: &str, by_number: impl Fn(char) -> String) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            _ if cel::is_printable(character) => quoted.push(character),
            _ => quoted.push_str(&by_number(character)),
        }
    }
    quoted.push('"');
    quoted
}

/// The filter `block`: a text over several lines as a YAML block scalar, `indent` spaces deep.
fn block(text: &str, indent: usize) -> Value {
    let is_plain = !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && text.split('\n').all(is_printable);
    if !is_plain {
        return Value::from_safe_string(yaml_text(text));
    }
    let mut scalar = String::from("|-");
    let indent = " ".repeat(indent);
    for line in text.lines() {
        scalar.push('\n');
        if !line.is_empty() {
            scalar.push_str(&indent);
            scalar.push_str(line);
        }
    }
    Value::from_safe_string(scalar)
}

/// Whether a text can stand as it is.
fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.chars().all(cel::is_printable)
}

/// The filter `comment`: a text that stands in one line of a comment.
fn comment(text: &str) -> Value {
    let line = text.chars().map(|character| if cel::is_printable(character) { character } else { ' ' });
    Value::from_safe_string(line.collect())
}

/// The filter `flow`: texts as a YAML list in one line.
fn flow(texts: Vec<String>) -> Value {
    let texts: Vec<String> = texts.iter().map(|text| yaml_text(text)).collect();
    Value::from_safe_string(format!("[{}]", texts.join(", ")))
}
