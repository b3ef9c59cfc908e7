//! Which functions finished CEL calls, and since which version of Kubernetes its environment has them. Knows no rule and no engine.
//!
//! An API server admits a new expression in the environment of the release before its own, so that it can be rolled back.

use crate::ir::Version;

/// Functions and macros that came together.
struct Group {
    /// The version whose environment has them first, as `k8s.io/apiserver/pkg/cel/environment/base.go` says it.
    since: Version,
    names: &'static [&'static str],
}

/// The oldest environment there is, by the API server's own account.
const ALWAYS: Version = Version { major: 1, minor: 0 };
/// The environment with optional values and quantities.
const OPTIONAL: Version = Version { major: 1, minor: 28 };
/// What optional steps are called here: `.?field` and `[?key]`.
const OPTIONAL_STEP: &str = ".?";

/// Everything that is printed.
const GROUPS: [Group; 5] = [
    // The language itself: macros, types and conversions.
    Group {
        since: ALWAYS,
        names: &[
            "has",
            "all",
            "exists",
            "exists_one",
            "filter",
            "map",
            "size",
            "type",
            "dyn",
            "string",
            "int",
            "duration",
            "contains",
            "startsWith",
            "endsWith",
            "matches",
        ],
    },
    // The strings library.
    Group { since: ALWAYS, names: &["join", "split", "substring", "lastIndexOf"] },
    // Kubernetes' own libraries of regular expressions and lists.
    Group { since: ALWAYS, names: &["findAll", "sum"] },
    // Optional values.
    Group { since: OPTIONAL, names: &[OPTIONAL_STEP, "orValue"] },
    // Kubernetes' own library of quantities.
    Group { since: OPTIONAL, names: &["quantity", "compareTo"] },
];

/// The first function of an expression that this environment lacks, with the version whose environment has it; without a version if
/// nobody wrote it down.
pub fn lacking(expression: &str, environment: Version) -> Option<(&str, Option<Version>)> {
    called(expression).into_iter().find_map(|function| match since(function) {
        None => Some((function, None)),
        Some(since) if since > environment => Some((function, Some(since))),
        Some(_) => None,
    })
}

/// The environment in which an API server admits new expressions.
pub fn environment_of(server: Version) -> Version {
    Version { minor: server.minor.saturating_sub(1), ..server }
}

/// The oldest environment that has a function.
fn since(function: &str) -> Option<Version> {
    GROUPS.iter().find(|group| group.names.contains(&function)).map(|group| group.since)
}

/// The functions that an expression calls, in the order of the text.
fn called(expression: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => literal_length(rest, first),
            _ if rest.starts_with(".?") || rest.starts_with("[?") => {
                found.push(OPTIONAL_STEP);
                ".?".len()
            }
            _ if is_letter(first) => {
                let length = rest.find(|next| !is_letter(next)).unwrap_or(rest.len());
                let (name, behind) = rest.split_at(length);
                if behind.starts_with('(') {
                    found.push(name);
                }
                length
            }
            other => other.len_utf8(),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// Whether a character can stand in a name; a number is read as one too.
fn is_letter(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// How many bytes the literal has with which a text begins.
fn literal_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (place, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return place + character.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(minor: u16) -> Version {
        Version { major: 1, minor }
    }

    #[test]
    fn calls_are_found_and_literals_left_alone() {
        let text = r#"size(a.?b.orValue([])) > 0 && c.map(d, "it's(x)" + 'say \'no(\'' + string(d)) != [] && e in (f)"#;
        assert_eq!(called(text), ["size", ".?", "orValue", "map", "string"]);
    }

    #[test]
    fn the_first_function_that_an_environment_lacks() {
        assert_eq!(lacking("size(a) > 0", version(0)), None);
        assert_eq!(lacking("size(a.?b) > 0", version(27)), Some((".?", Some(version(28)))));
        assert_eq!(lacking("quantity(a) == b", version(27)), Some(("quantity", Some(version(28)))));
        assert_eq!(lacking("quantity(a) == b", version(28)), None);
        assert_eq!(lacking("a.flatten()", version(37)), Some(("flatten", None)));
    }

    #[test]
    fn an_api_server_admits_what_the_one_before_it_had() {
        assert_eq!(environment_of(version(30)), version(29));
    }
}
