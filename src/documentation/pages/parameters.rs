//! The parameters of a rule: what each decides, its default and its bounds, and how it grows with the standard's versions.

use super::Documented;
use crate::documentation::markdown::{code, table, text, value};
use crate::ir::{Direction, Parameter, ParameterKind, Rule};

/// All parameters of a rule; nothing if it has none.
pub(super) fn of_rule(documented: &Documented<'_>, rule: &Rule) -> String {
    let row = |(name, parameter): (&String, &Parameter)| {
        vec![
            code(name),
            kind(parameter.declaration.kind).to_owned(),
            value(&parameter.written),
            bounds(parameter, documented.written.get(&rule.id).and_then(|written| written.bounds.get(name))),
            growing(parameter).to_owned(),
            text(&parameter.description),
        ]
    };
    let rows: Vec<Vec<String>> = rule.parameters.iter().map(row).collect();
    let all = table(&["parameter", "type", "default", "bounds", "growing", "decides"], &rows);
    let defaults: Vec<String> = rule
        .parameters
        .iter()
        .map(|(name, parameter)| by_version(&format!("The default of {}", code(name)), parameter))
        .collect();
    all + &defaults.concat() + &in_profiles(documented, rule)
}

/// What profiles set, where they set something.
fn in_profiles(documented: &Documented<'_>, rule: &Rule) -> String {
    let mut rows = Vec::new();
    let mut tables = String::new();
    for profile in documented.profiles {
        let newest =
            profile.versions.last().and_then(|release| release.rules.iter().find(|one| one.id == rule.id));
        let set =
            newest.into_iter().flat_map(|rule| &rule.parameters).filter(|(_, one)| one.set_by != "default");
        for (name, parameter) in set {
            rows.push(vec![code(&profile.name), code(name), value(&parameter.written)]);
            tables.push_str(&by_version(
                &format!("{} of the profile {}", code(name), code(&profile.name)),
                parameter,
            ));
        }
    }
    match rows.is_empty() {
        true => String::new(),
        false => format!("\nProfiles set:\n\n{}{tables}", table(&["profile", "parameter", "value"], &rows)),
    }
}

/// How a value grows with the versions of the standard; nothing if it doesn't. `whose` begins the sentence.
pub(super) fn by_version(whose: &str, parameter: &Parameter) -> String {
    let rows: Vec<Vec<String>> = parameter
        .by_version
        .iter()
        .map(|row| {
            vec![row.since.to_string(), value(&serde_json::Value::Array(row.add.clone())), text(&row.source)]
        })
        .collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!(
            "\n{whose} grows with the version of the Pod Security Standards; above is what it comes to under the newest:\n\n{}",
            table(&["from", "adds", "source"], &rows)
        ),
    }
}

fn kind(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Boolean => "`true` or `false`",
        ParameterKind::Choice => "one of its options",
        ParameterKind::Strings => "texts",
        ParameterKind::Patterns => "texts, `*` for any run of characters",
        ParameterKind::Images => "registries or repositories",
        ParameterKind::HostPaths => "host paths",
        ParameterKind::Integer => "whole number",
        ParameterKind::Integers => "whole numbers",
        ParameterKind::Quantity => "quantity",
        ParameterKind::Duration => "duration",
        ParameterKind::Map => "map from text to texts",
        ParameterKind::Monitors => "identities with features",
    }
}

fn bounds(parameter: &Parameter, ends: Option<&[Option<serde_json::Value>; 2]>) -> String {
    let declared = &parameter.declaration;
    let [least, most] = ends.unwrap_or(&[None, None]);
    let options: Vec<String> = declared.options.iter().map(|option| code(option)).collect();
    let said = [
        (!options.is_empty()).then(|| options.join(", ")),
        least.as_ref().map(|least| format!("at least {}", value(least))),
        most.as_ref().map(|most| format!("at most {}", value(most))),
        declared.min_items.map(|items| format!("at least {items} items")),
        declared.pattern.as_ref().map(|pattern| format!("each item matches {}", code(pattern))),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() { "none".to_owned() } else { said.join("; ") }
}

fn growing(parameter: &Parameter) -> &'static str {
    match (parameter.declaration.kind, parameter.declaration.direction) {
        (ParameterKind::Boolean, Direction::Tightens) => "`true` tightens",
        (ParameterKind::Boolean, Direction::Loosens) => "`true` loosens",
        (ParameterKind::Choice, _) => "options from the laxest",
        (_, Direction::Tightens) => "tightens",
        (_, Direction::Loosens) => "loosens",
    }
}
