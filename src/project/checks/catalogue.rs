//! The project beside its copies of the catalogue: what is named is there, and nothing takes a catalogue's place unless it says so.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{is_rule_id, listed};
use super::{Names, Report, kinds, rule};
use crate::diagnostic::{Diagnostic, Sink, did_you_mean};
use crate::model::{KindDeclaration, Rule};
use crate::project::{Catalogue, Definitions, Located, Place, catalogue};

/// The prefixes that are the catalogue's, also those of rules that it has yet to bring.
const PREFIXES: [&str; 10] = ["GOV", "IDN", "IMG", "NET", "NOD", "POD", "REL", "RUN", "SCH", "STO"];
/// The prefix that is proposed where the project's name gives none.
const PROPOSED: &str = "TEAM";
/// Fewest and most letters of a prefix.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=6;

pub(super) fn check(definitions: &Definitions, unread: &Names, sink: &mut Sink) {
    check_named(definitions, unread, sink);
    for catalogue in definitions.catalogues.values() {
        kinds::check(&catalogue.kinds, sink);
        for rule in &catalogue.rules {
            rule::check(&mut Report { located: rule, sink });
        }
        check_profiles(definitions, catalogue, sink);
        check_sets(definitions, catalogue, sink);
        check_kinds(&definitions.kinds, catalogue, sink);
    }
    let is_complete = unread.drawn_on.iter().all(|version| definitions.catalogues.contains_key(version));
    let rules = catalogue_rules(definitions);
    for rule in &definitions.rules {
        check_rule(&mut Report { located: rule, sink }, definitions, &rules, is_complete);
    }
}

/// Each version that is named is there.
fn check_named(definitions: &Definitions, unread: &Names, sink: &mut Sink) {
    let there: BTreeSet<&str> =
        unread.catalogues.iter().chain(definitions.catalogues.keys()).map(String::as_str).collect();
    let place = Place::root().key("catalogue");
    let fault = |version: &str| (!there.contains(version)).then(|| unknown(version, &there));
    if let Some(project) = &definitions.project {
        let named = project.value.catalogue.as_deref();
        Report { located: project, sink }.at(&place, named.and_then(fault));
    }
    for environment in &definitions.environments {
        let named = environment.value.catalogue.as_deref();
        Report { located: environment, sink }.at(&place, named.and_then(fault));
    }
}

fn unknown(version: &str, there: &BTreeSet<&str>) -> Diagnostic {
    let fault =
        Diagnostic::error("unknown-catalogue", format!("there is no copy of the catalogue `{version}`"));
    let fault = match (did_you_mean(version, there.iter().copied()), there.is_empty()) {
        (Some(meant), _) => fault.label(format!("did you mean `{meant}`?")),
        (None, false) => fault.label(format!("expected {}", listed(there.iter().copied(), "or"))),
        (None, true) => fault.label("expected the name of a folder of `catalogue/`"),
    };
    let own = catalogue::own_version();
    fault.help(format!(
        "`palisade update` writes the catalogue of this release, `{own}`; another release of palisade writes its own"
    ))
}

/// The rules of all catalogues that are drawn on, by id: the first of each.
fn catalogue_rules(definitions: &Definitions) -> BTreeMap<&str, &Located<Rule>> {
    let mut rules = BTreeMap::new();
    for rule in definitions.catalogues.values().flat_map(|catalogue| &catalogue.rules) {
        rules.entry(rule.value.id.as_str()).or_insert(rule);
    }
    rules
}

/// A rule takes the catalogue's place if it says so, and only then; else its id isn't one that the catalogue has or will have.
fn check_rule(
    report: &mut Report<Rule>,
    definitions: &Definitions,
    rules: &BTreeMap<&str, &Located<Rule>>,
    is_complete: bool,
) {
    let (rule, place) = (report.value(), Place::root());
    let id = rule.id.as_str();
    match (rules.get(id), rule.overrides_catalogue) {
        (Some(_), true) => {}
        (Some(theirs), false) => {
            let message = format!("the rule id `{id}` is one of the catalogue's");
            let fault = Diagnostic::error("taken-rule-id", message).help(format!(
                "say `overrides_catalogue: true` if this rule is to take its place; else give it another id, such as `{}`",
                proposed(id, definitions)
            ));
            report.at(&place.key("id"), taken(fault, theirs, &place.key("id"), "rule"));
        }
        (None, true) if is_complete => {
            let message = format!("the rule `{id}` overrides nothing: the catalogue has no rule of this id");
            let fault = Diagnostic::error("overrides-nothing", message)
                .label("expected the id of a rule of the catalogue that the project draws on")
                .help("correct the id, or remove `overrides_catalogue`");
            report.at_key(&place.key("overrides_catalogue"), fault);
        }
        (None, true) => {}
        (None, false) => {
            let prefix = prefix(id);
            let is_theirs =
                PREFIXES.contains(&prefix) || rules.keys().any(|theirs| self::prefix(theirs) == prefix);
            if is_theirs && is_rule_id(id) && !definitions.catalogues.is_empty() {
                let message = format!("rule ids that begin with `{prefix}` are the catalogue's");
                let fault = Diagnostic::error("reserved-prefix", message)
                    .label(format!("expected another prefix, as in `{}`", proposed(id, definitions)))
                    .help("a later catalogue may bring a rule of this id, which would mean something else");
                report.at(&place.key("id"), fault);
            }
        }
    }
}

fn prefix(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

/// The same number with a prefix of the project's own.
fn proposed(id: &str, definitions: &Definitions) -> String {
    let name = definitions.project.as_ref().map_or("", |project| project.value.name.as_str());
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).take(*LETTERS.end()).collect();
    let letters = letters.to_ascii_uppercase();
    let is_free = LETTERS.contains(&letters.len()) && !PREFIXES.contains(&letters.as_str());
    let number = id.split('-').nth(1).unwrap_or("001");
    format!("{}-{number}", if is_free { &letters } else { PROPOSED })
}

/// No profile of the project has the name of one of the catalogue's.
fn check_profiles(definitions: &Definitions, catalogue: &Catalogue, sink: &mut Sink) {
    let place = Place::root().key("name");
    for profile in &definitions.profiles {
        let name = profile.value.name.as_str();
        let Some(theirs) = catalogue.profiles.iter().find(|theirs| theirs.value.name == name) else {
            continue;
        };
        let message = format!("the profile `{name}` is one of the catalogue's");
        let fault = Diagnostic::error("taken-profile-name", message)
            .help(format!("give it another name; `extends: {name}` builds on the catalogue's"));
        Report { located: profile, sink }.at(&place, taken(fault, theirs, &place, "profile"));
    }
}

/// No set of the project has the id of one of the catalogue's: what an exemption adopts would be another thing than its id says.
fn check_sets(definitions: &Definitions, catalogue: &Catalogue, sink: &mut Sink) {
    let place = Place::root().key("id");
    for set in &definitions.sets {
        let id = set.value.id.as_str();
        let Some(theirs) = catalogue.sets.iter().find(|theirs| theirs.value.id == id) else {
            continue;
        };
        let message = format!("the set `{id}` is one of the catalogue's");
        let fault = Diagnostic::error("taken-set-id", message).help(
            "give it another id, and adopt that; an exemption without `adopts` may also say itself what its workload needs",
        );
        Report { located: set, sink }.at(&place, taken(fault, theirs, &place, "set"));
    }
}

/// A fault about a name that is taken, with the place where the catalogue takes it.
fn taken<T>(fault: Diagnostic, theirs: &Located<T>, place: &Place, what: &str) -> Diagnostic {
    let fault = fault.label("is taken");
    match theirs.span(place) {
        Some(span) => fault.related(span, format!("the catalogue's {what}")),
        None => fault,
    }
}

/// A kind that both declare is the same in both.
fn check_kinds(own: &[Located<KindDeclaration>], catalogue: &Catalogue, sink: &mut Sink) {
    let place = Place::root().key("kind");
    for kind in own {
        let is_same = |theirs: &&Located<KindDeclaration>| {
            (&theirs.value.group, &theirs.value.kind) == (&kind.value.group, &kind.value.kind)
        };
        let theirs = catalogue.kinds.iter().find(is_same);
        let Some(theirs) = theirs.filter(|theirs| theirs.value != kind.value) else { continue };
        let message = format!("the catalogue declares the kind `{}` otherwise", kind.value.kind);
        let mut fault = Diagnostic::error("duplicate-kind", message)
            .label("differs")
            .help("remove it here, or declare it as the catalogue does");
        if let Some(span) = theirs.span(&place) {
            fault = fault.related(span, "the catalogue's kind");
        }
        Report { located: kind, sink }.at(&place, fault);
    }
}
