//! Texts in which an expression finds nothing, one part, several, or the same twice: as many as a predicate asks for, and one beside.

use palisade::ir::{Count, Predicate};
use regex::Regex;
use serde_json::{Value, json};

use crate::value::instance;

/// How many parts a text has when the predicate says nothing of it.
const SEVERAL: i64 = 2;
/// How many parts are enough, however many the predicate asks for.
const MOST: usize = 20;

/// Texts for an expression, of which a predicate asks something.
pub fn around(pattern: &str, predicate: &Predicate) -> Vec<Value> {
    let least = match predicate {
        Predicate::HasAtLeast(Count::Literal(least)) => *least,
        Predicate::HasAtLeast(Count::Parameter(_))
        | Predicate::Distinct
        | Predicate::Set
        | Predicate::Empty
        | Predicate::Is { .. }
        | Predicate::In { .. }
        | Predicate::StartsWith(_)
        | Predicate::EndsWith(_)
        | Predicate::PrefixOf(_)
        | Predicate::Matches(_)
        | Predicate::Within(_)
        | Predicate::Covers(_)
        | Predicate::AtLeast(_)
        | Predicate::AtMost(_)
        | Predicate::ContainsAny(_)
        | Predicate::ContainsAll(_)
        | Predicate::SubsetOf(_) => SEVERAL,
    };
    let parts = parts(pattern);
    let mut texts = Vec::new();
    for length in [1, least - 1, least, least + 1] {
        let length = usize::try_from(length).unwrap_or_default().min(MOST);
        let text: Vec<&str> = parts.iter().map(String::as_str).cycle().take(length).collect();
        texts.extend([text.join(","), text.join(""), format!("x {} \n", text.join(" é"))]);
    }
    if let Some(first) = parts.first() {
        texts.extend([format!("{first},{first}"), format!("{first}{first}{first}"), first.to_uppercase()]);
    }
    let list = json!(parts);
    texts.into_iter().map(Value::from).chain([list]).collect()
}

/// Texts that the expression matches as a whole: one, and others that differ at the end.
fn parts(pattern: &str) -> Vec<String> {
    let Ok(whole) = Regex::new(&format!("^(?:{pattern})$")) else { return Vec::new() };
    let one = instance(pattern);
    let mut start = one.clone();
    start.pop();
    let others = ('0'..='9').chain('a'..='z').map(|end| format!("{start}{end}"));
    let mut parts: Vec<String> =
        [one].into_iter().chain(others).filter(|text| whole.is_match(text)).collect();
    parts.sort();
    parts.dedup();
    parts
}
