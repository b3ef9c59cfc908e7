//! Exemptions: whom they are for, how long they hold, and that they waive something that runs.

use super::text::{day, line_fault};
use super::{Names, Report};
use crate::diagnostic::Diagnostic;
use crate::model::{Exemption, Features, Governs, Identity, KindDeclaration, Rule};
use crate::project::{Place, View};

pub(super) fn check(report: &mut Report<Exemption>, names: &Names) {
    let (exemption, root) = (report.value(), Place::root());
    check_days(report);
    for (field, text) in
        [("owner", &exemption.owner), ("approved_by", &exemption.approved_by), ("ticket", &exemption.ticket)]
    {
        report.at(&root.key(field), line_fault(&format!("`{field}`"), text));
    }
    check_identity(report, &exemption.identity, &root.key("identity"));
    check_key(report);
    let rules = root.key("rules");
    for (index, rule) in exemption.rules.iter().enumerate() {
        if !names.has_rule(rule) {
            report.at(&rules.index(index), names.unknown_rule(rule));
        }
    }
    report.repeated(&rules, exemption.rules.iter().map(String::as_str), "the rule");
    waives_something(report, &exemption.features, !exemption.rules.is_empty(), &root, "`rules`");
}

/// Warns of an object by name that makes Pods. Its Pods are judged too, and have other names, so that nothing comes of the exemption but
/// an object whose Pods are refused. A rule that doesn't govern Pods can be waived for it.
pub(super) fn warn_of_makers(report: &mut Report<Exemption>, view: &View<'_>) {
    let exemption = report.value();
    let Some(object) = &exemption.identity.object else { return };
    let is_waived = |rule: &Rule| exemption.rules.contains(&rule.id);
    let waives_for_pods = exemption.features != Features::default()
        || view.rules.iter().any(|rule| is_waived(&rule.value) && governs_pods(&rule.value.governs));
    let makes_pods = |kind: &KindDeclaration| {
        let is_named = match object.kind.rsplit_once('/') {
            None => kind.kind == object.kind,
            Some((group, name)) => kind.group == group && kind.kind == name,
        };
        is_named && kind.pod_template.as_ref().is_some_and(|steps| !steps.is_empty())
    };
    if waives_for_pods && view.kinds.iter().any(|kind| makes_pods(&kind.value)) {
        let fault = Diagnostic::warning(
            "waives-no-pod",
            format!("the exemption waives nothing for the Pods of `{}`", object.name),
        )
        .label("makes Pods, which are judged too, under names of their own")
        .help("exempt the Pods: name their `namespace`, `service_account` and `images` in place of `object`");
        report.at(&Place::root().key("identity").key("object").key("kind"), fault);
    }
}

/// Whether a rule governs everything that is or makes a Pod, or Pods by name.
fn governs_pods(governs: &Governs) -> bool {
    match governs {
        Governs::Word(_) => true,
        Governs::Kinds(kinds) => kinds.pods || kinds.kinds.iter().any(|kind| kind == "Pod" || kind == "/Pod"),
    }
}

fn check_days(report: &mut Report<Exemption>) {
    let (exemption, root) = (report.value(), Place::root());
    for (field, text) in [("created", &exemption.created), ("expires", &exemption.expires)] {
        if day(text).is_none() {
            let fault = Diagnostic::error("not-a-day", format!("`{text}` is not a day in the calendar"))
                .label("expected year, month and day, as in `2026-11-24`");
            report.at(&root.key(field), fault);
        }
    }
    if let (Some(created), Some(expires)) = (day(&exemption.created), day(&exemption.expires))
        && expires < created
    {
        let mut fault =
            Diagnostic::error("expires-before-created", "the exemption expires before it was created")
                .label(format!("expected `{}` or a later day", exemption.created));
        if let Some(span) = report.located.span(&root.key("created")) {
            fault = fault.related(span, "created here");
        }
        report.at(&root.key("expires"), fault);
    }
}

/// An object's name is chosen by whoever creates the object, and who may create one can't be bound to a name by RBAC. So an
/// exemption that goes by a name must say that it knows, and is warned of.
fn check_key(report: &mut Report<Exemption>) {
    const FIELD: &str = "keyed_by_author_controlled_fields";
    let (exemption, root) = (report.value(), Place::root());
    let object = root.key("identity").key("object");
    let chosen = "whoever creates the object chooses its name, and so exempts himself";
    match (&exemption.identity.object, exemption.keyed_by_author_controlled_fields) {
        (Some(_), false) => {
            let fault =
                Diagnostic::error("author-controlled-key", "the exemption goes by nothing but a name")
                    .label("expected `namespace`, `service_account` and `images`, which RBAC guards")
                    .help(format!("{chosen}: if that is meant, say `{FIELD}: true`"));
            report.at_key(&object, fault);
        }
        (Some(named), true) => {
            let message = format!("the exemption goes by the name `{}` alone", named.name);
            let fault = Diagnostic::warning("author-controlled-key", message)
                .label("is chosen by whoever creates the object")
                .help("guard by RBAC who may create such objects, or name a namespace, a service account and images");
            report.at(&object.key("name"), fault);
        }
        (None, true) => {
            let fault = Diagnostic::error("author-controlled-key", format!("`{FIELD}` says nothing here"))
                .label("expected only beside an identity with `object`")
                .help("a namespace and a service account are guarded by RBAC: remove the field");
            report.at_key(&root.key(FIELD), fault);
        }
        (None, false) => {}
    }
}

/// Namespace, service account and images, all three; or an object alone.
pub(super) fn check_identity<T>(report: &mut Report<T>, identity: &Identity, place: &Place) {
    let parts = [
        ("namespace", identity.namespace.is_some()),
        ("service_account", identity.service_account.is_some()),
        ("images", !identity.images.is_empty()),
        ("sidecars", !identity.sidecars.is_empty()),
    ];
    if identity.object.is_some() {
        for (field, _) in parts.iter().filter(|(_, present)| *present) {
            let fault = Diagnostic::error(
                "ambiguous-identity",
                format!("an identity with `object` has no `{field}`"),
            )
            .label("expected `object` alone")
            .help("name one object, or else a namespace, a service account and images");
            report.at_key(&place.key(field), fault);
        }
        return;
    }
    let missing: Vec<&str> =
        parts.iter().take(3).filter(|(_, present)| !present).map(|(field, _)| *field).collect();
    if !missing.is_empty() {
        let missing = super::text::listed(missing, "and");
        let fault = Diagnostic::error("incomplete-identity", format!("the identity lacks {missing}"))
            .label("expected `namespace`, `service_account` and `images`, or `object` alone")
            .help("whoever has only some of them could use the exemption too");
        report.at_key(place, fault);
    }
    report.repeated(&place.key("images"), identity.images.iter().map(String::as_str), "the image");
    report.repeated(&place.key("sidecars"), identity.sidecars.iter().map(String::as_str), "the image");
}

/// At least one feature, or a whole rule.
pub(super) fn waives_something<T>(
    report: &mut Report<T>,
    features: &Features,
    whole: bool,
    place: &Place,
    wholly: &str,
) {
    if *features == Features::default() && !whole {
        let fault = Diagnostic::error("waives-nothing", "the exemption waives nothing")
            .label("expected at least one feature")
            .help(format!("name what is waived under `features`, or waive whole rules with {wholly}"));
        let features = place.key("features");
        if report.located.says(&features) {
            report.at_key(&features, fault)
        } else {
            report.at_key(&place.key("identity"), fault)
        }
    }
}
