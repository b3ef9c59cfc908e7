//! The examples of a rule: each as YAML, with what it gives. They are those that the proof runs.

use super::{Documented, DocumentedExample};
use crate::documentation::markdown::{block, code, table, text};
use crate::ir::Rule;

/// All examples of a rule, the good ones first.
pub(super) fn of_rule(documented: &Documented<'_>, rule: &Rule) -> String {
    let Some(written) = documented.written.get(&rule.id) else { return String::new() };
    let (good, bad): (Vec<_>, Vec<_>) = written.examples.iter().partition(|example| example.gives.is_empty());
    folded("Good", &good) + &folded("Bad", &bad)
}

/// The examples of one kind, the first one to be seen, each of the others folded.
fn folded(heading: &str, examples: &[&DocumentedExample]) -> String {
    let mut said = format!("### {heading}\n\n");
    for (place, example) in examples.iter().enumerate() {
        let name = titled(&example.name);
        match place {
            0 => said.push_str(&format!("{name}:\n\n{}\n", shown(example))),
            _ => said.push_str(&format!(
                "<details><summary>{name}</summary>\n\n{}\n</details>\n\n",
                shown(example)
            )),
        }
    }
    said
}

/// A name with a capital letter, where HTML is read and Markdown may be.
fn titled(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    let html = |character: char| match character {
        '&' | '<' | '>' | '`' | '*' | '_' | '[' | ']' | '\\' => format!("&#{};", u32::from(character)),
        other => other.to_string(),
    };
    first.chain(characters).map(html).collect()
}

fn shown(example: &DocumentedExample) -> String {
    let mut said = String::new();
    if !example.setting.is_empty() {
        said.push_str(&format!(
            "With these settings:\n\n{}\n",
            yaml(&serde_json::Value::Object(example.setting.clone()))
        ));
    }
    said.push_str(&yaml(&example.subject));
    let rows: Vec<Vec<String>> = example
        .gives
        .iter()
        .map(|given| vec![code(&given.check), text(&given.subject), code(&given.path)])
        .collect();
    if !rows.is_empty() {
        said.push_str(&format!("\nIt gives:\n\n{}", table(&["check", "subject", "field"], &rows)));
    }
    said
}

fn yaml(value: &serde_json::Value) -> String {
    block("yaml", &serde_yaml::to_string(value).unwrap_or_default())
}
