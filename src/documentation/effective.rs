//! What holds for a rule in an environment, value by value, each with the place that set it.

use serde::Serialize;

use crate::ir::{Objects, Placement, Release, Rule};

/// A value, and the place that set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Value {
    /// What it is the value of.
    pub name: String,
    /// The value.
    pub value: String,
    /// The file and the line, or `default`.
    pub set_by: String,
}

impl Value {
    /// The cells of a table.
    pub(super) fn cells(&self) -> Vec<String> {
        vec![self.name.clone(), self.value.clone(), self.set_by.clone()]
    }
}

/// What holds for the whole environment.
pub(super) fn of_environment(release: &Release) -> Vec<Value> {
    let value = |setting: &crate::ir::Setting| Value {
        name: setting.name.clone(),
        value: setting.value.clone(),
        set_by: setting.set_by.clone(),
    };
    release.settings.iter().map(value).collect()
}

/// The actions of a rule, also where it is disabled, then its parameters.
pub(super) fn of_rule(release: &Release, id: &str, rule: Option<&Rule>) -> Vec<Value> {
    let is_alone = release.scopes.is_empty();
    let mut values = Vec::new();
    for placement in rule.into_iter().flat_map(|rule| &rule.placements).filter(|one| !one.broken_glass) {
        values.push(action(placement, is_alone));
    }
    for disabled in release.disabled.iter().filter(|disabled| disabled.rule == id) {
        let name = place(disabled.scope.as_deref(), disabled.objects, is_alone);
        values.push(Value { name, value: "disabled".to_owned(), set_by: disabled.set_by.clone() });
    }
    for (name, parameter) in rule.into_iter().flat_map(|rule| &rule.parameters) {
        let (name, value) = (format!("parameter `{name}`"), parameter.written.to_string());
        values.push(Value { name, value, set_by: parameter.set_by.clone() });
    }
    values
}

fn action(placement: &Placement, is_alone: bool) -> Value {
    Value {
        name: place(placement.scope.as_deref(), placement.objects, is_alone),
        value: placement.action.name().to_owned(),
        set_by: placement.set_by.clone(),
    }
}

/// `for Pods in the namespaces of `legacy``.
pub(super) fn place(scope: Option<&str>, objects: Objects, is_alone: bool) -> String {
    let place = match scope {
        Some(scope) => format!("in the namespaces of `{scope}`"),
        None if is_alone => "everywhere".to_owned(),
        None => "in the other namespaces".to_owned(),
    };
    match objects {
        Objects::ClusterWide => "for objects without a namespace".to_owned(),
        Objects::Namespaced => place,
        Objects::Workloads => format!("for all but Pods {place}"),
        Objects::Pods => format!("for Pods {place}"),
    }
}
