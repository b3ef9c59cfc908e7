//! One rule: its parameters, conditions, checks, shapes and waivers, put together.

use std::collections::{BTreeMap, BTreeSet};

use super::check::check;
use super::condition::condition;
use super::context::{Context, Names, Versions};
use super::parameter::{self, Setting};
use super::path::SUBJECTS;
use super::waiver::{self, Exempting};
use super::words::one_of;
use super::{governed, shape};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ir::{Action, Check, Condition, Kind, Objects, Parameter, Placement, ReferenceTo, Rule, Severity};
use crate::model::{self, Governs};
use crate::project::{Located, Place, catalogue};

/// What a rule is lowered with.
pub(super) struct Surroundings<'a> {
    /// Every declared kind.
    pub kinds: &'a [Kind],
    /// Values of parameters that differ from the defaults.
    pub settings: BTreeMap<String, Setting>,
    /// The versions.
    pub versions: Versions,
    /// The exemptions that hold.
    pub exemptions: Vec<Exempting>,
}

/// The rule in the IR's form, without placements and examples; or what is wrong with it.
pub(super) fn rule(
    written: &Located<model::Rule>,
    surroundings: &Surroundings,
) -> Result<Rule, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let kinds = governed_kinds(written, surroundings.kinds, &mut faults);
    let parameters = parameters(written, surroundings, &mut faults);
    let mut context = Context {
        rule: written,
        kinds: &kinds,
        parameters: &parameters,
        versions: surroundings.versions,
        used_parameters: BTreeSet::new(),
        used_bindings: BTreeSet::new(),
        faults,
    };
    taken_bindings(&mut context);
    let spared = spared(&mut context);
    let checks: Vec<Option<Check>> = written
        .value
        .checks
        .iter()
        .enumerate()
        .map(|(index, check)| {
            let place = Place::root().key("checks").index(index);
            self::check(&mut context, &place, check, &surroundings.exemptions)
        })
        .collect();
    if context.faults.is_empty() {
        unused(&mut context);
    }
    let faults = context.faults;
    let (Some(spared), Some(checks), true) =
        (spared, checks.into_iter().collect::<Option<Vec<Check>>>(), faults.is_empty())
    else {
        return Err(faults);
    };
    let shapes = shape::shapes(&kinds, &spared, &checks);
    let (governed_in_pods, governed_in_objects) = governed::governed(&kinds, &spared, &checks);
    let value = &written.value;
    Ok(Rule {
        id: value.id.clone(),
        title: value.title.clone(),
        severity: severity(value.severity),
        category: value.category.clone(),
        since: value.since.clone(),
        why: value.why.trim().to_owned(),
        fix: value.fix.trim().to_owned(),
        references: value
            .references
            .iter()
            .map(|reference| ReferenceTo {
                framework: reference.framework.clone(),
                control: reference.control.clone(),
            })
            .collect(),
        source_file: if written.node.is_some() {
            catalogue::without_version(&written.name)
        } else {
            String::new()
        },
        kinds,
        parameters,
        spared,
        waivers: surroundings.exemptions.iter().filter_map(|one| waiver::of_rule(one, &value.id)).collect(),
        shapes,
        checks,
        governed_in_pods,
        governed_in_objects,
        placements: Vec::new(),
        examples: Vec::new(),
    })
}

fn severity(severity: model::Severity) -> Severity {
    match severity {
        model::Severity::Low => Severity::Low,
        model::Severity::Medium => Severity::Medium,
        model::Severity::High => Severity::High,
        model::Severity::Critical => Severity::Critical,
    }
}

/// Whether `Kind` or `group/Kind` names this kind.
pub(super) fn names_kind(kind: &Kind, name: &str) -> bool {
    match name.rsplit_once('/') {
        None => kind.kind == name,
        Some((group, word)) => kind.kind == word && kind.group == group,
    }
}

/// The kinds that are named, out of those that are declared; notes each name that fits none or several.
fn kinds_of(
    written: &Located<model::Rule>,
    declared: &[Kind],
    names: &[String],
    place: &Place,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Kind> {
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match named_kind(declared, name) {
            Ok(kind) => found.push(kind.clone()),
            Err(fault) => faults.push(written.mark(*fault, &place.index(index))),
        }
    }
    found
}

/// The declared kind that `Kind` or `group/Kind` names; the fault, without a place, if there is none or several.
pub(super) fn named_kind<'a>(declared: &'a [Kind], name: &str) -> Result<&'a Kind, Box<Diagnostic>> {
    let named: Vec<&Kind> = declared.iter().filter(|kind| names_kind(kind, name)).collect();
    match named.as_slice() {
        [kind] => Ok(kind),
        [] => Err(Box::new(unknown_kind(declared, name))),
        several => {
            let full: Vec<String> =
                several.iter().map(|kind| format!("{}/{}", kind.group, kind.kind)).collect();
            let fault = Diagnostic::error("unclear-kind", format!("several groups have a kind `{name}`"))
                .label(format!("expected {}", one_of(full.iter().map(String::as_str))));
            Err(Box::new(fault))
        }
    }
}

fn unknown_kind(declared: &[Kind], name: &str) -> Diagnostic {
    let fault = Diagnostic::error("unknown-kind", format!("no `kinds.yaml` declares a kind `{name}`"));
    let full: Vec<String> = declared.iter().map(|kind| format!("{}/{}", kind.group, kind.kind)).collect();
    let known = if name.contains('/') {
        full.iter().map(String::as_str).collect::<Vec<&str>>()
    } else {
        declared.iter().map(|kind| kind.kind.as_str()).collect()
    };
    match did_you_mean(name, known.into_iter()) {
        Some(near) => fault.label(format!("did you mean `{near}`?")),
        None => fault
            .label("expected a declared kind")
            .help("declare it in `kinds.yaml`: its group, plural, scope and versions"),
    }
}

fn governed_kinds(
    written: &Located<model::Rule>,
    declared: &[Kind],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Kind> {
    let (pods, names) = match &written.value.governs {
        Governs::Word(_) => (true, [].as_slice()),
        Governs::Kinds(kinds) => (kinds.pods, kinds.kinds.as_slice()),
    };
    let place = Place::root().key("governs");
    let mut kinds = kinds_of(written, declared, names, &place.key("kinds"), faults);
    if pods {
        kinds.extend(declared.iter().filter(|kind| kind.has_pod()).cloned());
    }
    if kinds.is_empty() && faults.is_empty() {
        let diagnostic = Diagnostic::error("no-kinds", "the rule governs nothing")
            .label("expected `pods`, or kinds of `kinds.yaml`");
        faults.push(written.mark(diagnostic, &place));
    }
    kinds.sort();
    kinds.dedup();
    kinds
}

fn parameters(
    written: &Located<model::Rule>,
    surroundings: &Surroundings,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Parameter> {
    let version = surroundings.versions.pod_security;
    let mut parameters = BTreeMap::new();
    for (name, declared) in &written.value.parameters {
        let default = Setting { written: declared.default.clone(), set_by: "default".to_owned() };
        let place = Place::root().key("parameters").key(name).key("default");
        let declaration = Place::root().key("parameters").key(name);
        let mut wrong = parameter::declaration_faults(name, declared, &declaration);
        if wrong.is_empty() {
            match parameter::resolve(name, declared, &default, &place, version) {
                Ok(parameter) => {
                    // A setting that can't be taken has been told at its own place.
                    let set = surroundings.settings.get(name);
                    let set = set.and_then(|setting| {
                        parameter::resolve(name, declared, setting, &place, version).ok()
                    });
                    parameters.insert(name.clone(), set.unwrap_or(parameter));
                }
                Err(more) => wrong.extend(more),
            }
        }
        faults.extend(wrong.into_iter().map(|(place, fault)| written.mark(fault, &place)));
    }
    parameters
}

fn spared(context: &mut Context) -> Option<Condition> {
    let names = Names::default();
    let rule = context.rule;
    let mut parts = Vec::new();
    if let Some(applies) = &rule.value.applies {
        parts.push(condition(context, &names, &Place::root().key("where"), applies).map(Condition::negate));
    }
    if let Some(except) = &rule.value.except {
        parts.push(condition(context, &names, &Place::root().key("except"), except));
    }
    parts.into_iter().collect::<Option<Vec<Condition>>>().map(Condition::any)
}

/// Names of `let` that mean something else in paths.
fn taken_bindings(context: &mut Context) {
    let scopes = ["object", "pod", "workload", "parameters"];
    let rule = context.rule;
    for name in rule.value.bindings.keys() {
        if SUBJECTS.contains(&name.as_str()) || scopes.contains(&name.as_str()) {
            let fault = Diagnostic::error("bad-name", format!("`{name}` can't name a value here"))
                .label(format!("expected a name that is free: paths begin with `{name}`"));
            context.fault_key(&Place::root().key("let").key(name), fault);
        }
    }
}

/// Parameters and names that nothing reads: whoever sets one would wait for its effect in vain.
fn unused(context: &mut Context) {
    let rule = context.rule;
    for name in rule.value.parameters.keys() {
        if !context.used_parameters.contains(name) {
            let fault =
                Diagnostic::error("unused-parameter", format!("no check reads the parameter `{name}`"))
                    .label("expected a parameter that decides something")
                    .help(format!("compare with `{{parameter: {name}}}` in a condition, or remove it"));
            context.fault_key(&Place::root().key("parameters").key(name), fault);
        }
    }
    for name in rule.value.bindings.keys() {
        if !context.used_bindings.contains(name) {
            let fault = Diagnostic::error("unused-name", format!("nothing reads `{name}`"))
                .label("expected a name that a condition reads")
                .help(format!("read it as in `field: {name}`, or remove it"));
            context.fault_key(&Place::root().key("let").key(name), fault);
        }
    }
}

/// A rule that denies everywhere, for proofs.
pub(super) fn denying_everywhere(rule: &Rule) -> Vec<Placement> {
    let place = |objects: Objects| Placement {
        scope: None,
        objects,
        broken_glass: false,
        selector: Vec::new(),
        action: Action::Deny,
        failure_policy: crate::ir::FailurePolicy::Fail,
        set_by: "proof".to_owned(),
    };
    let mut placements = Vec::new();
    if rule.kinds.iter().any(|kind| !kind.is_cluster_wide()) {
        placements.push(place(Objects::Namespaced));
    }
    if rule.kinds.iter().any(Kind::is_cluster_wide) {
        placements.push(place(Objects::ClusterWide));
    }
    placements
}
