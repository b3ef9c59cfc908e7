//! The library that comes with each template: those of its functions that the module uses. Changes nothing in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The parts of the library, each several rules with a line between them.
const PARTS: [&str; 4] = [
    include_str!("../../../templates/gatekeeper/library/requests.rego"),
    include_str!("../../../templates/gatekeeper/library/readings.rego"),
    include_str!("../../../templates/gatekeeper/library/predicates.rego"),
    include_str!("../../../templates/gatekeeper/library/texts.rego"),
];

/// The rules of the library, in order.
static RULES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| PARTS.iter().flat_map(|part| part.trim_end().split("\n\n")).collect());

/// The places of the rules in [`RULES`], by the name that they define.
static BY_NAME: LazyLock<BTreeMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, rule) in RULES.iter().enumerate() {
        by_name.entry(name(rule)).or_default().push(place);
    }
    by_name
});

/// The library with what a module uses, directly or not.
pub(super) fn used_by(module: &str) -> String {
    let mut used = BTreeSet::new();
    let mut texts = vec![module];
    while let Some(text) = texts.pop() {
        for place in names(text).filter_map(|name| BY_NAME.get(name)).flatten() {
            if let Some(rule) = RULES.get(*place)
                && used.insert(*place)
            {
                texts.push(rule);
            }
        }
    }
    let mut library = String::from("package lib.palisade");
    for rule in used.into_iter().filter_map(|place| RULES.get(place)) {
        library.push_str("\n\n");
        library.push_str(rule);
    }
    library.push('\n');
    library
}

/// The name that a rule defines, with the parenthesis of a function.
fn name(rule: &'static str) -> &'static str {
    let head = rule.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let head = head.strip_prefix("default ").unwrap_or(head);
    names(head).next().unwrap_or_default()
}

/// The words of a text that may be names, each with the parenthesis that stands behind it.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split_inclusive(is_no_name);
    words
        .map(|word| word.trim_end_matches(|end| is_no_name(end) && end != '('))
        .filter(|word| !word.is_empty())
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
