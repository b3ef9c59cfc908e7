//! The library that comes with each template: those of its functions that the module uses. Changes nothing in them.

use std::collections::BTreeSet;

/// The parts of the library, each several rules with a line between them.
const PARTS: [&str; 4] = [
    include_str!("../../../templates/gatekeeper/library/requests.rego"),
    include_str!("../../../templates/gatekeeper/library/readings.rego"),
    include_str!("../../../templates/gatekeeper/library/predicates.rego"),
    include_str!("../../../templates/gatekeeper/library/texts.rego"),
];

/// The library with what a module uses, directly or not.
pub(super) fn used_by(module: &str) -> String {
    let rules: Vec<&str> = PARTS.iter().flat_map(|part| part.trim_end().split("\n\n")).collect();
    let mut used = BTreeSet::new();
    let mut texts = vec![module];
    while let Some(text) = texts.pop() {
        for rule in &rules {
            if uses(text, name(rule)) && used.insert(*rule) {
                texts.push(rule);
            }
        }
    }
    let mut library = String::from("package lib.palisade");
    for rule in rules.into_iter().filter(|rule| used.contains(rule)) {
        library.push_str("\n\n");
        library.push_str(rule);
    }
    library.push('\n');
    library
}

/// The name that a rule defines, with the parenthesis of a function.
fn name(rule: &str) -> &str {
    let head = rule.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let head = head.strip_prefix("default ").unwrap_or(head);
    head.split_inclusive(is_no_name).next().unwrap_or_default().trim_end()
}

/// Whether a text has a name that doesn't begin inside another one.
fn uses(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let behind = text.get(start + name.len()..).and_then(|behind| behind.chars().next());
        before.is_none_or(is_no_name) && (name.ends_with('(') || behind.is_none_or(is_no_name))
    })
}

/// Whether a character is no part of a name.
fn is_no_name(character: char) -> bool {
    !character.is_ascii_alphanumeric() && character != '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::condition::{DURATION_FORM, IMAGE_FORM, INTEGER_FORM, QUANTITY_FORM};
    use crate::ir::text::{HIDDEN_CLASS, LISTED, NOTHING, SHOWN_LIMIT, TEXT_LIMIT, UNSHOWN};

    #[test]
    fn only_what_is_used_comes_along() {
        let library = used_by("palisade.is_map(x)");
        assert_eq!(library.matches(":=").count() + library.matches(" if ").count(), 1, "{library}");
        assert!(used_by("palisade.quantity(x)").contains("\nwhole(value)"));
    }

    #[test]
    fn the_library_says_what_the_rest_of_palisade_says() {
        let library = PARTS.concat();
        for constant in [
            QUANTITY_FORM,
            DURATION_FORM,
            INTEGER_FORM,
            IMAGE_FORM,
            &format!("`[^{HIDDEN_CLASS}]+`"),
            &format!("array.slice(violations, 0, {LISTED})"),
            &format!("substring(text, 0, {SHOWN_LIMIT})"),
            &format!("<= {TEXT_LIMIT}\n"),
            &format!("shown(_) := \"{NOTHING}\""),
            UNSHOWN[0],
            UNSHOWN[1],
            UNSHOWN[2],
        ] {
            assert!(library.contains(constant), "{constant}");
        }
    }
}
