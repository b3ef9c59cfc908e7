//! What the evaluator says of a request.

use std::collections::{BTreeMap, BTreeSet};

use palisade::diagnostic::{Sources, Span};
use palisade::evaluator::break_glass;
use palisade::evaluator::{self, CompiledRule, Operation, Status, UNREADABLE, Verdict, Violation};
use palisade::ir::break_glass::GUARD;
use palisade::ir::text::LISTED;
use palisade::ir::{Kind, Loop, Operator, Placement, Release, Requirement, Rule, Source, Target};
use palisade::targets::{self, Packed};
use palisade::yaml::Node;
use serde_json::Value;

use crate::case::Expected;
use crate::engines::Request;

/// A rule of a release, ready for judging.
pub struct Reference<'a> {
    release: &'a Release,
    /// The rule.
    pub rule: &'a Rule,
    compiled: CompiledRule,
}

impl<'a> Reference<'a> {
    /// The rule, in this release.
    pub fn new(release: &'a Release, rule: &'a Rule) -> Self {
        Self { release, rule, compiled: evaluator::compile(rule) }
    }

    /// What the rule says of a request, under the action of the placement that fits; it says nothing where none fits.
    pub fn expected(&self, request: &Request, fits: impl Fn(&Placement) -> bool) -> Expected {
        let mut expected = Expected::default();
        let Some((placement, verdict)) = self.judged(request, fits) else { return expected };
        expected.exempted = exempted_by(&verdict);
        if !verdict.denies() || break_glass::lets_pass(self.release, placement, &request.groups) {
            return expected;
        }
        let action = placement.action.name().to_owned();
        if verdict.violations.iter().any(|violation| violation.status == Status::Unreadable) {
            expected.unreadable.insert((action, self.rule.id.clone()));
        } else {
            let text = verdict.denial(self.release, self.rule, &node(&request.object));
            expected.texts.insert((action, text));
        }
        expected
    }

    /// The placement for a kind and a namespace with these labels, and what the rule says of a request there.
    pub fn judged_in(
        &self,
        request: &Request,
        kind: &Kind,
        labels: &Labels,
    ) -> Option<(&'a Placement, Verdict)> {
        self.judged(request, |placement| fits(placement, kind, labels))
    }

    /// The placement that fits, and what the rule says of a request there.
    fn judged(
        &self,
        request: &Request,
        fits: impl Fn(&Placement) -> bool,
    ) -> Option<(&'a Placement, Verdict)> {
        let placement = self.rule.placements.iter().find(|placement| fits(placement))?;
        Some((placement, self.verdict(request)))
    }

    fn verdict(&self, request: &Request) -> Verdict {
        asked(request, |asked| evaluator::judge(&self.compiled, asked))
    }
}

/// Asks the evaluator about a request.
fn asked<T>(request: &Request, ask: impl Fn(&evaluator::Request<'_>) -> T) -> T {
    let (object, old_object) = (node(&request.object), node(&request.old_object));
    let operation = match request.operation {
        "CREATE" => Operation::Create,
        "UPDATE" => Operation::Update,
        _ => Operation::Delete,
    };
    ask(&evaluator::Request {
        operation,
        subresource: request.subresource,
        object: (!request.object.is_null()).then_some(&object),
        old_object: (!request.old_object.is_null()).then_some(&old_object),
    })
}

/// What the guard over the label that breaks the glass says of a request.
fn guarded(release: &Release, request: &Request) -> Option<(String, String)> {
    let glass =
        release.break_glass.as_ref().filter(|_| request.group.is_empty() && request.kind == "Namespace")?;
    let refusal = asked(request, |asked| break_glass::guard(glass, asked, &request.groups))?;
    Some(("deny".to_owned(), format!("{GUARD} Namespace/{}: {refusal}.", request.name)))
}

/// The exemptions without which there would be more violations. An object that can't be read is judged no further.
pub fn exempted_by(verdict: &Verdict) -> BTreeSet<String> {
    if verdict.violations.iter().any(|violation| violation.check == UNREADABLE) {
        return BTreeSet::new();
    }
    let of_each = verdict.violations.iter().filter_map(|violation| match &violation.status {
        Status::Exempted(exemptions) => Some(exemptions),
        Status::Violated | Status::Unreadable => None,
    });
    of_each.flatten().cloned().collect()
}

/// The labels of a namespace.
pub type Labels = BTreeMap<String, String>;

/// A namespace for each scope of the release, and one that is left out, with their labels.
pub fn namespaces(release: &Release) -> Vec<(String, Labels)> {
    let scoped = release.scopes.iter().map(|(scope, requirement)| {
        let name = format!("scope-{scope}");
        let value = requirement.values.first().map(String::as_str).unwrap_or_default();
        let labels = labelled(&name, &[(requirement.key.as_str(), value)]);
        // A scope may also name its namespaces by the label that the API server gives.
        (labels.get(NAME_LABEL).cloned().unwrap_or(name), labels)
    });
    let left_out =
        release.left_out.first().map(|left| (left.namespace.clone(), labelled(&left.namespace, &[])));
    scoped.chain(left_out).collect()
}

/// The label that the API server puts on each namespace: its name.
pub const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// The labels of a namespace: these, and the one that the API server gives.
pub fn labelled(name: &str, labels: &[(&str, &str)]) -> Labels {
    let name = (NAME_LABEL, name);
    [&name].into_iter().chain(labels).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The packs of a release for a target.
pub fn packs(release: &Release, target: Target) -> Result<Vec<Packed>, String> {
    let packs: Result<Vec<Packed>, _> = targets::render_packs(release).into_iter().collect();
    let packs = packs.map_err(|refusal| format!("{}: {}", target.name(), refusal.reason))?;
    Ok(packs.into_iter().filter(|packed| packed.target == target).collect())
}

/// The pack of a place in which a rule stands, if it does in one.
pub fn pack_of(packs: &[Packed], rule: &Rule, placement: &Placement) -> Option<usize> {
    packs.iter().position(|pack| {
        pack.action == placement.action
            && pack.suffix.as_ref() == Some(&placement.suffix())
            && pack.rules.contains(&rule.id)
    })
}

/// What all rules together say of a request about an object of this kind, in a namespace with these labels. A pack of a place has one
/// text for its rules, and each exemption behind the id of its rule; a pack for all places, as Gatekeeper has it, a text for each rule.
pub fn expected_in_packs(
    references: &[Reference<'_>],
    packs: &[Packed],
    request: &Request,
    kind: &Kind,
    labels: &Labels,
) -> Expected {
    let mut expected = Expected::default();
    let mut violated: BTreeMap<usize, Vec<(&Rule, Verdict)>> = BTreeMap::new();
    for reference in references {
        let is_meant = |placement: &Placement| fits(placement, kind, labels);
        let Some((placement, verdict)) = reference.judged_in(request, kind, labels) else { continue };
        let id = &reference.rule.id;
        let Some(pack) = pack_of(packs, reference.rule, placement) else {
            let more = reference.expected(request, is_meant);
            expected.texts.extend(more.texts);
            expected.unreadable.extend(more.unreadable);
            expected.exempted.extend(more.exempted);
            continue;
        };
        expected.exempted.extend(exempted_by(&verdict).into_iter().map(|name| format!("{id}: {name}")));
        if verdict.denies() && !break_glass::lets_pass(reference.release, placement, &request.groups) {
            violated.entry(pack).or_default().push((reference.rule, verdict));
        }
    }
    let release = references.first().map(|reference| reference.release);
    expected.texts.extend(release.and_then(|release| guarded(release, request)));
    for (pack, violated) in violated {
        let action = packs[pack].action.name().to_owned();
        let is_unreadable = |violation: &Violation| violation.status == Status::Unreadable;
        let is_in_any_words = |verdict: &Verdict| verdict.violations.iter().any(is_unreadable);
        if violated.iter().any(|(_, verdict)| is_in_any_words(verdict)) || is_without_order(&violated) {
            let ids: Vec<&str> = violated.iter().map(|(rule, _)| rule.id.as_str()).collect();
            expected.unreadable.insert((action, ids.join(", ")));
        } else {
            let verdicts: Vec<(&Rule, &Verdict)> =
                violated.iter().map(|(rule, verdict)| (*rule, verdict)).collect();
            let text = Verdict::packed_denial(references[0].release, &verdicts, &node(&request.object));
            expected.texts.insert((action, text));
        }
    }
    expected
}

/// Whether it is chance which violations are shown: there are more of them than are looked at, and some are of the entries of a map,
/// which come in no order.
fn is_without_order(violated: &[(&Rule, Verdict)]) -> bool {
    let walks_map = |each: &Loop| matches!(each.source, Source::Entries(_));
    let count: usize = violated.iter().map(|(_, verdict)| verdict.texts().len()).sum();
    count > LISTED
        && violated.iter().any(|(rule, _)| rule.checks.iter().any(|check| check.each.iter().any(walks_map)))
}

/// Whether a placement is for an object of this kind in a namespace with these labels.
fn fits(placement: &Placement, kind: &Kind, labels: &Labels) -> bool {
    let holds = |requirement: &Requirement| {
        let listed = labels.get(&requirement.key).is_some_and(|value| requirement.values.contains(value));
        match requirement.operator {
            Operator::In => listed,
            Operator::NotIn => !listed,
            Operator::Exists => labels.contains_key(&requirement.key),
            Operator::DoesNotExist => !labels.contains_key(&requirement.key),
        }
    };
    placement.is_for(kind) && (kind.is_cluster_wide() || placement.selector.iter().all(holds))
}

fn node(value: &Value) -> Node {
    Node::from_json(value, Span::new(Sources::new().add("request", String::new()), 0, 0))
}
