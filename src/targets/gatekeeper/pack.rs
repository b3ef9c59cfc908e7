//! Packed rules: one ConstraintTemplate for each action, with a module for each rule and one for what they share, and a constraint
//! for each place. A constraint names the rules that it asks for, each with its parameters.

use minijinja::{Value, context};

use super::super::pack::{self, Pack};
use super::super::{Artefact, Packed, frame, names};
use super::{check_kind, constraint, documents, library, renamed, schema, tree, values};
use crate::expression::{Unprintable, rego};
use crate::ir::{Action, Kind, Placement, Release, Rule, Target};

/// The packs of a release, or why one can't be said.
pub(in crate::targets) fn render_packs(release: &Release) -> Vec<Result<Packed, String>> {
    let actions = [Action::Deny, Action::Warn, Action::Audit];
    actions.into_iter().flat_map(|action| of_action(release, action)).collect()
}

/// The packs of one action.
fn of_action(release: &Release, action: Action) -> Vec<Result<Packed, String>> {
    let has_action = |rule: &&Rule| !places(release, &[*rule], action).is_empty();
    let rules: Vec<&Rule> = release.rules.iter().filter(has_action).collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let parts = pack::in_parts(&rules, &|rules| {
        let pack = Pack { number: 1, action, place: None, rules: rules.to_vec() };
        let modules = Modules::of(release, &pack)?;
        Ok((pack::fits(modules.size()), (pack, modules)))
    });
    match parts {
        Err(reason) => vec![Err(reason)],
        Ok(parts) => parts
            .into_iter()
            .enumerate()
            .map(|(index, (pack, modules))| render(release, &Pack { number: index + 1, ..pack }, &modules))
            .collect(),
    }
}

/// The files of a pack.
fn render(release: &Release, pack: &Pack<'_>, modules: &Modules) -> Result<Packed, String> {
    let kind = kind(release, pack);
    check_kind(&kind)?;
    let artefact =
        |folder: &str, text| Artefact::of_pack(format!("gatekeeper/{folder}/{}.yaml", pack.stem()), text);
    let constraints = constraints(release, pack)?;
    let annotations = renamed(pack.annotations());
    Ok(Packed {
        target: Target::Gatekeeper,
        action: pack.action,
        suffix: None,
        rules: pack.rules.iter().map(|rule| rule.id.clone()).collect(),
        artefacts: vec![
            artefact("templates", template(release, pack, &kind, modules)?),
            artefact("constraints", documents(pack.header(), &kind, annotations, constraints)?),
        ],
    })
}

/// The kind of the constraints: `PalisadePackedDeny`.
fn kind(release: &Release, pack: &Pack<'_>) -> String {
    let number = if pack.number > 1 { pack.number.to_string() } else { String::new() };
    let action = match pack.action {
        Action::Audit => "Audit",
        Action::Warn => "Warn",
        Action::Deny => "Deny",
    };
    format!("{}Packed{number}{action}", names::project_in_kinds(release))
}

/// The ConstraintTemplate.
fn template(release: &Release, pack: &Pack<'_>, kind: &str, modules: &Modules) -> Result<String, String> {
    let mut labels = pack.labels(release);
    labels.remove("palisade.dev/action");
    let libraries: Vec<Value> =
        modules.libraries.iter().map(|library| frame::code(tree::block(library, 16))).collect();
    frame::render(
        "gatekeeper/template.yaml.j2",
        context! {
            header => pack.header(),
            name => kind.to_lowercase(),
            kind,
            labels,
            annotations => renamed(pack.annotations()),
            schema => frame::code(tree::indented(&schema::of_rules(&pack.rules), 10)),
            module => frame::code(tree::block(&modules.main, 14)),
            libraries,
        },
    )
}

/// The modules of a template.
#[derive(Clone)]
struct Modules {
    main: String,
    libraries: Vec<String>,
}

impl Modules {
    fn of(release: &Release, pack: &Pack<'_>) -> Result<Self, String> {
        let packed = rego::packed(&pack.rules, &pack.kinds())
            .map_err(|error: Unprintable| format!("it can't be said in Rego: {error}"))?;
        let packages: Vec<String> = pack.rules.iter().map(|rule| package(rule)).collect();
        let asked = packages.iter().zip(&packed.asked);
        let violations: Vec<String> = asked.map(|(package, asked)| rego::violation(package, asked)).collect();
        let main = frame::render(
            "gatekeeper/packed.rego.j2",
            context! {
                packages => packages.iter().cloned().map(frame::code).collect::<Vec<_>>(),
                rules => frame::code(violations.join("\n\n")),
            },
        )?;
        let mut libraries = Vec::new();
        if !packed.shared.is_empty() {
            let given = context! {
                is_using_library => packed.shared.contains("palisade."),
                rules => frame::code(packed.shared.clone()),
            };
            libraries.push(frame::render("gatekeeper/packed-shared.rego.j2", given)?);
        }
        for (rule, module) in pack.rules.iter().zip(packed.rules) {
            libraries.push(rule_module(release, rule, pack.action, module)?);
        }
        libraries.insert(0, library::used_by(&libraries.concat()));
        Ok(Self { main, libraries })
    }

    /// How many bytes they take in their object.
    fn size(&self) -> usize {
        self.libraries.iter().chain([&self.main]).map(|module| pack::size(module)).sum()
    }
}

/// The module of one rule.
fn rule_module(
    release: &Release,
    rule: &Rule,
    action: Action,
    module: rego::Module,
) -> Result<String, String> {
    let passes = (action == Action::Deny).then(|| super::passing(release, rule)).flatten();
    frame::render(
        "gatekeeper/packed-rule.rego.j2",
        context! {
            package => frame::code(package(rule)),
            rule => frame::code(rego::text(&rule.id)),
            help => frame::code(rego::text(&names::help(release, rule))),
            passes => passes.map(frame::code),
            is_sharing => module.rules.contains("shared.") || module.governed.contains("shared."),
            governed => frame::code(module.governed),
            is_sparing => module.is_sparing,
            rules => frame::code(module.rules),
        },
    )
}

/// The package of a rule's module.
fn package(rule: &Rule) -> String {
    rule.id.to_lowercase().replace('-', "")
}

/// The places in which one of the rules has this action and governs something, each once.
fn places<'a>(release: &Release, rules: &[&'a Rule], action: Action) -> Vec<&'a Placement> {
    let mut places: Vec<&Placement> = Vec::new();
    for rule in rules {
        let packed = rule.placements.iter().filter(|place| release.packs(Target::Gatekeeper, place));
        for place in packed.filter(|place| place.action == action) {
            let has_kinds = rule.kinds.iter().any(|kind| place.is_for(kind));
            if has_kinds && !places.iter().any(|known| is_same(known, place)) {
                places.push(place);
            }
        }
    }
    places
}

/// Whether two placements are for the same objects.
fn is_same(one: &Placement, other: &Placement) -> bool {
    one.objects == other.objects
        && one.scope == other.scope
        && one.broken_glass == other.broken_glass
        && one.selector == other.selector
}

/// What the constraints say, one for each place.
fn constraints(release: &Release, pack: &Pack<'_>) -> Result<Vec<Value>, String> {
    let in_place = |place: &Placement| {
        let is_there = |rule: &&&Rule| {
            rule.placements.iter().any(|own| own.action == pack.action && is_same(own, place))
        };
        let rules: Vec<&Rule> = pack.rules.iter().filter(is_there).copied().collect();
        let parameters: serde_json::Map<_, _> =
            rules.iter().map(|rule| (rule.id.clone(), values(rule).into())).collect();
        let here = Pack { place: Some(place), rules, ..pack.clone() };
        let kinds: Vec<Kind> = here.kinds();
        let kinds: Vec<&Kind> = kinds.iter().collect();
        let parameters = tree::indented(&parameters.into(), 4);
        constraint(here.name(release), here.labels(release), place, &kinds, Some(&parameters))
    };
    places(release, &pack.rules, pack.action).into_iter().map(in_place).collect()
}
