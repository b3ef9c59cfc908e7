//! The texts that people see in a denial, alike in all targets and in `check` (design, section 6).
//!
//! ```text
//! <rule id> <Kind/name>: <violation>; <violation>; and N more. <help>          violation: <subject>: <message>
//! ```
//!
//! Violations come in the order of checks and of the object's lists. Of the first [`LISTED`] each text is taken once, they are sorted
//! by their bytes, and shown as long as the joined text holds at most [`TEXT_LIMIT`] code points; the others are counted. (CEL has no
//! function to sort or to drop what is double before Kubernetes 1.35; twenty texts can be sorted within any budget.)
//!
//! Where several rules stand in one policy, an engine that speaks CEL has one text for all of them:
//!
//! ```text
//! <rule id>, <rule id> <Kind/name>: <rule id> <violation>; <rule id> <violation>; and N more. <help>
//! ```

use super::rule::{Container, Shape};

/// How many code points of a value are shown.
pub const SHOWN_LIMIT: usize = 80;
/// How many code points a message spends on the items of one parameter; the first is listed whatever its length.
pub const ITEMS_LIMIT: usize = 240;
/// How many violations of one rule are looked at for its text.
pub const LISTED: usize = 20;
/// How many code points the joined violations may have.
pub const TEXT_LIMIT: usize = 1_200;
/// What is shown of an absent value.
pub const NOTHING: &str = "nothing";
/// What is shown of a number that isn't whole, of a list and of a map.
pub const UNSHOWN: [&str; 3] = ["a number", "a list", "a map"];
/// The characters that are shown, as the inside of an RE2 character class to be negated: control characters, and those that
/// change the direction of text or have no width, are not.
pub const HIDDEN_CLASS: &str =
    r"\x{0}-\x{1F}\x{7F}-\x{9F}\x{200B}-\x{200F}\x{2028}-\x{202E}\x{2060}-\x{2069}\x{FEFF}";

/// Whether a character is left out of texts.
pub fn is_hidden(character: char) -> bool {
    matches!(u32::from(character),
        0..=0x1F | 0x7F..=0x9F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

/// A text in one line: each run of hidden characters becomes one space, and none at the ends.
pub fn visible(text: &str) -> String {
    text.split(is_hidden).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A value found, as it is shown: [`visible`], and what is longer than [`SHOWN_LIMIT`] code points is cut and gets `…`.
pub fn shown(text: &str) -> String {
    let visible = visible(text);
    match visible.char_indices().nth(SHOWN_LIMIT) {
        None => visible,
        Some((end, _)) => format!("{}…", visible.get(..end).unwrap_or_default()),
    }
}

/// The violations of one rule as they are shown, joined: `violations` in the order of checks and lists.
pub fn joined(violations: &[String]) -> String {
    let first = violations.get(..LISTED.min(violations.len())).unwrap_or_default();
    let mut distinct: Vec<&String> = first.iter().collect();
    distinct.sort();
    distinct.dedup();
    let mut length = 0;
    let mut fitting = Vec::new();
    for text in &distinct {
        length += text.chars().count() + if fitting.is_empty() { 0 } else { 2 };
        if length > TEXT_LIMIT {
            break;
        }
        fitting.push(text.as_str());
    }
    let left_out = violations.len() - first.len() + distinct.len() - fitting.len();
    match left_out {
        0 => fitting.join("; "),
        count => format!("{}; and {count} more", fitting.join("; ")),
    }
}

/// The violation of a broken shape; it names no subject.
pub fn unreadable(shape: &Shape) -> String {
    unreadable_at(&shape.path.to_string(), shape.must_be)
}

/// The text of what isn't what it must be, at a path that is written as people read it.
pub fn unreadable_at(path: &str, must_be: Container) -> String {
    let expected = match must_be {
        Container::Map => "a map",
        Container::List => "a list",
    };
    format!("`{path}` can't be read: {expected} was expected")
}

/// The text of a denial. `name` is the object's name, else its `generateName`, else `?`; `help` is the release's last sentence for
/// this rule, or empty.
pub fn denial(rule: &str, kind: &str, name: &str, violations: &[String], help: &str) -> String {
    let text = format!("{rule} {kind}/{}: {}.", shown(name), joined(violations));
    if help.is_empty() { text } else { format!("{text} {help}") }
}

/// The text of a denial by several rules that stand in one policy: the ids of those that are violated, in order, each with its
/// violations; each violation has its rule's id in front, and all together are shown as those of one rule are.
pub fn packed_denial(violated: &[(String, Vec<String>)], kind: &str, name: &str, help: &str) -> String {
    let ids: Vec<&str> = violated.iter().map(|(rule, _)| rule.as_str()).collect();
    let of_rule = |(rule, violations): &(String, Vec<String>)| -> Vec<String> {
        violations.iter().map(|violation| format!("{rule} {violation}")).collect()
    };
    let violations: Vec<String> = violated.iter().flat_map(of_rule).collect();
    denial(&ids.join(", "), kind, name, &violations, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_denial_names_each_rule() {
        let violated = |rule: &str, texts: &[&str]| {
            (rule.to_owned(), texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
        };
        let both =
            [violated("POD-001", &["containers/b: x", "containers/a: x"]), violated("POD-008", &["pod: y"])];
        assert_eq!(
            packed_denial(&both, "Pod", "web", "Ask."),
            "POD-001, POD-008 Pod/web: POD-001 containers/a: x; POD-001 containers/b: x; POD-008 pod: y. Ask."
        );
        let many = [violated("POD-001", &["a"; 20]), violated("POD-002", &["b"])];
        assert_eq!(
            packed_denial(&many, "Pod", "web", ""),
            "POD-001, POD-002 Pod/web: POD-001 a; and 1 more."
        );
    }
}
