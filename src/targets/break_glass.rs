//! Breaking the glass, in the words that targets share: whom a denial of objects without a namespace lets pass, and the guard over the
//! label. Knows no engine's format.

use minijinja::{Value, context};

use super::frame;
use crate::expression::{cel, rego};
use crate::ir::break_glass::{GUARD, GUARDED_SUBRESOURCES};
use crate::ir::{Action, BreakGlass, Kind, Placement, Release, Rule, Severity};

/// The requests that the guard judges.
pub(super) const OPERATIONS: [&str; 2] = ["CREATE", "UPDATE"];

/// What is true of a request in which nothing is violated.
pub(super) const NOTHING_VIOLATED: &str = "size(variables.violations) == 0";

/// What must be true for a request to go through, as an expression in YAML.
pub(super) fn verdict(nothing_violated: &str, passing: Option<&str>) -> Value {
    frame::code(match passing {
        None if nothing_violated == NOTHING_VIOLATED => nothing_violated.to_owned(),
        None => frame::yaml_text(nothing_violated),
        Some(passing) => frame::yaml_text(&format!("{nothing_violated} || {passing}")),
    })
}

/// Whether a request comes from somebody whom a placement lets pass, as an expression; absent if it lets nobody pass.
pub(super) fn passing(release: &Release, place: &Placement) -> Option<String> {
    release.lets_pass(place).map(is_member)
}

/// The same for a policy that is for all placements of a rule: the object must be of a kind without a namespace.
pub(super) fn passing_of_rule(release: &Release, rule: &Rule) -> Option<String> {
    let place = rule.placements.iter().find(|place| release.lets_pass(place).is_some())?;
    let passing = passing(release, place)?;
    let kinds: Vec<&Kind> = rule.kinds.iter().filter(|kind| place.is_for(kind)).collect();
    if kinds.len() == rule.kinds.len() {
        return Some(passing);
    }
    let names = kinds.iter().flat_map(|kind| {
        kind.versions.iter().map(|version| match kind.group.as_str() {
            "" => cel::quoted(&format!("{version}/{}", kind.kind)),
            group => cel::quoted(&format!("{group}/{version}/{}", kind.kind)),
        })
    });
    let names = names.collect::<Vec<_>>().join(", ");
    Some(format!("(object.apiVersion + '/' + object.kind in [{names}] && {passing})"))
}

/// What the audit log tells of somebody who was let pass, as an expression; the empty text tells nothing.
pub(super) fn trace(passing: &str) -> String {
    format!("variables.violations != [] && {passing} ? variables.text : ''")
}

/// Whether a request comes from a member of one of these groups.
fn is_member(groups: &[String]) -> String {
    let groups = groups.iter().map(|group| cel::quoted(group)).collect::<Vec<_>>().join(", ");
    format!("request.?userInfo.?groups.orValue([]).exists(group, group in [{groups}])")
}

/// The rule of Rego that is true of somebody whom the rule lets pass, where it denies; absent if it lets nobody pass.
pub(super) fn rego_passing(release: &Release, rule: &Rule, actions: &[Action]) -> Option<String> {
    let is_meant = |place: &&Placement| actions.contains(&place.action) && release.lets_pass(place).is_some();
    let place = rule.placements.iter().find(is_meant)?;
    let groups = rego_texts(release.lets_pass(place)?.iter().map(String::as_str));
    let kinds: Vec<&Kind> = rule.kinds.iter().filter(|kind| place.is_for(kind)).collect();
    let mut body = Vec::new();
    if kinds.len() < rule.kinds.len() {
        let names: Vec<String> = kinds.iter().map(|kind| format!("{}/{}", kind.group, kind.kind)).collect();
        let names = rego_texts(names.iter().map(String::as_str));
        body.push(format!("\tconcat(\"/\", [input.review.kind.group, input.review.kind.kind]) in {names}"));
    }
    body.push(format!("\tpalisade.is_from({groups})"));
    Some(match body.as_slice() {
        [only] => format!("passes if {}", only.trim_start()),
        several => format!("passes if {{\n{}\n}}", several.join("\n")),
    })
}

/// Texts as a list of Rego.
pub(super) fn rego_texts<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(rego::text).collect::<Vec<_>>().join(", "))
}

/// The guard's variables in CEL, in the order in which they are read.
pub(super) fn variables(glass: &BreakGlass) -> Value {
    let key = cel::quoted(&glass.label);
    let label = |of: &str| format!("{of}.metadata.?labels[?{key}].orValue(dyn(null))");
    let before = format!("request.operation == 'UPDATE' ? {} : dyn(null)", label("oldObject"));
    let refusal = cel::quoted(&glass.refusal());
    let violations =
        format!("variables.before == variables.after || {} ? [] : [{refusal}]", is_member(&glass.groups));
    let text = format!(
        "{} + object.kind + '/' + variables.name + ': ' + variables.violations.join('; ') + '.'",
        cel::quoted(&format!("{GUARD} "))
    );
    [
        ("before", before),
        ("after", label("object")),
        ("violations", violations),
        ("name", cel::object_name()),
        ("text", text),
    ]
    .into_iter()
    .map(|(name, expression)| context! { name, expression })
    .collect()
}

/// The resources whose writing can change the label, for policies that name resources.
pub(super) fn resource_rules() -> Value {
    let subresources = GUARDED_SUBRESOURCES.into_iter().map(str::to_owned);
    let resources: Vec<String> = ["namespaces".to_owned()].into_iter().chain(subresources).collect();
    [context! { group => "", versions => ["v1"], resources }].into_iter().collect()
}

/// The severity of a violation, as an expression; empty if there is none.
pub(super) fn severity_if_violated() -> String {
    format!("variables.violations == [] ? '' : {}", cel::quoted(Severity::Critical.name()))
}
