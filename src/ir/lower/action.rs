//! Which action a rule has where, and which place says so: the rule's own settings, else the scope's, and never below the floor of its
//! severity.

use super::placement::Placed;
use crate::diagnostic::Diagnostic;
use crate::ir::{Kind, Objects, Severity};
use crate::model::{Action, Actions, ActionsApart, Environment, NamespaceScope, RuleSettings, SeverityFloor};
use crate::project::{Layers, Located, Place, Said};

/// A part of the objects, for which an action may be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All but Pods.
    Workloads,
    /// Pods.
    Pods,
}

impl Part {
    const ALL: [Part; 2] = [Part::Workloads, Part::Pods];

    /// The field's name.
    fn name(self) -> &'static str {
        match self {
            Part::Workloads => "workloads",
            Part::Pods => "pods",
        }
    }

    /// Whether a rule governs something of it.
    fn is_governed(self, kinds: &[Kind]) -> bool {
        let is_of = |kind: &Kind| match self {
            Part::Workloads => Objects::Workloads.hold(kind) || kind.is_cluster_wide(),
            Part::Pods => kind.is_pod(),
        };
        kinds.iter().any(is_of)
    }

    /// What is said of it, and where below a place.
    fn of(self, actions: &Actions, place: &Place) -> Option<(Action, Place)> {
        match actions {
            Actions::Alike(action) => Some((*action, place.clone())),
            Actions::Apart(apart) => Some((self.apart(apart)?, place.key(self.name()))),
        }
    }

    fn apart(self, apart: &ActionsApart) -> Option<Action> {
        match self {
            Part::Workloads => apart.workloads,
            Part::Pods => apart.pods,
        }
    }
}

/// The action that was chosen, and the place that says so.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub action: Action,
    pub set_by: String,
}

impl Chosen {
    /// The same action, of which another place says it for other objects.
    pub(super) fn and(mut self, other: Self) -> Self {
        if self.set_by != other.set_by {
            self.set_by = format!("{}, {}", self.set_by, other.set_by);
        }
        self
    }
}

/// What an environment says of one rule.
pub(super) struct Choice<'a> {
    /// The environment.
    pub layers: &'a Layers<'a>,
    /// The rule.
    pub rule: &'a Placed<'a>,
}

impl<'a> Choice<'a> {
    /// The action in a scope of namespaces.
    pub(super) fn in_scope(&self, scope: &NamespaceScope, index: usize, part: Part) -> Chosen {
        match self.setting_in(&scope.name, part) {
            Some(said) => Chosen { action: said.value, set_by: said.shown() },
            None => self.own(scope, index, part),
        }
    }

    /// The action for objects without a namespace: the rule's own, else that of a scope.
    pub(super) fn own(&self, scope: &NamespaceScope, index: usize, part: Part) -> Chosen {
        match self.setting(part) {
            Some(said) => Chosen { action: said.value, set_by: said.shown() },
            None => self.at_least_the_floor(scope, index, part),
        }
    }

    /// The action of a scope, or that of the floor if it is stricter.
    fn at_least_the_floor(&self, scope: &NamespaceScope, index: usize, part: Part) -> Chosen {
        let of_scope = self.layers.namespaces().and_then(|said| {
            let (value, place) = part.of(&scope.action, &said.place.index(index).key("action"))?;
            Some(Said { value, by: said.by, place })
        });
        let floor =
            self.floor().filter(|floor| of_scope.as_ref().is_none_or(|said| said.value < floor.value));
        match floor.or(of_scope) {
            Some(said) => Chosen { action: said.value, set_by: said.shown() },
            // The structural checks have told that the scope says nothing of it.
            None => Chosen { action: Action::Disabled, set_by: String::new() },
        }
    }

    /// What the rule's settings say of a scope.
    fn setting_in(&self, scope: &str, part: Part) -> Option<Said<'a, Action>> {
        self.nearest(|settings, place| {
            part.of(settings.actions.get(scope)?, &place.key("actions").key(scope))
        })
    }

    /// What the rule's settings say of all scopes.
    fn setting(&self, part: Part) -> Option<Said<'a, Action>> {
        self.nearest(|settings, place| part.of(settings.action.as_ref()?, &place.key("action")))
    }

    fn nearest(
        &self,
        say: impl Fn(&RuleSettings, Place) -> Option<(Action, Place)>,
    ) -> Option<Said<'a, Action>> {
        self.layers.nearest(|one| say(one.rules.get(self.rule.id)?, settings_place(self.rule.id)))
    }

    /// The laxest action that a rule of this severity may have.
    fn floor(&self) -> Option<Said<'a, Action>> {
        let severity = self.rule.severity;
        let place = Place::root().key("severity_floor").key(severity.name());
        self.layers.nearest(|one| Some((of_severity(&one.severity_floor, severity)?, place.clone())))
    }

    /// Settings that are laxer than the floor, and settings for objects that the rule doesn't govern.
    pub(super) fn faults(&self) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let floor = self.floor();
        for layer in self.layers.iter() {
            for (actions, place) in written(layer, self.rule.id) {
                if let Some(floor) = &floor {
                    faults.extend(self.below(floor, layer, actions, &place));
                }
                faults.extend(self.without_objects(layer, actions, &place));
            }
        }
        faults
    }

    fn below(
        &self,
        floor: &Said<'a, Action>,
        layer: &Located<Environment>,
        actions: &Actions,
        place: &Place,
    ) -> Vec<Diagnostic> {
        let mut places: Vec<(Action, Place)> = Vec::new();
        for (action, place) in Part::ALL.iter().filter_map(|part| part.of(actions, place)) {
            if action < floor.value && !places.iter().any(|(_, known)| *known == place) {
                places.push((action, place));
            }
        }
        let fault = |(action, place): (Action, Place)| {
            let (id, severity) = (self.rule.id, self.rule.severity.name());
            let (action, least) = (name(action), name(floor.value));
            let fault = Diagnostic::error(
                "below-the-floor",
                format!("the severity of `{id}` is {severity}, so its action can't be laxer than `{least}`"),
            )
            .label(format!("`{action}` is laxer"))
            .help(format!(
                "the floor is set in {}; lower it, or take the rule out of the profile if it is of no use here",
                floor.shown()
            ));
            let fault = layer.mark(fault, &place);
            match floor.by.span(&floor.place) {
                Some(span) => fault.related(span, "the floor is set here"),
                None => fault,
            }
        };
        places.into_iter().map(fault).collect()
    }

    fn without_objects(
        &self,
        layer: &Located<Environment>,
        actions: &Actions,
        place: &Place,
    ) -> Option<Diagnostic> {
        let Actions::Apart(apart) = actions else { return None };
        let is_idle = |part: &Part| part.apart(apart).is_some() && !part.is_governed(self.rule.kinds);
        let part = Part::ALL.into_iter().find(is_idle)?;
        let what = match part {
            Part::Workloads => "nothing but Pods",
            Part::Pods => "no Pods",
        };
        let fault = Diagnostic::error("no-such-objects", format!("`{}` governs {what}", self.rule.id))
            .label("would have no effect")
            .help("write the action alone");
        Some(layer.mark_key(fault, &place.key(part.name())))
    }
}

fn settings_place(rule: &str) -> Place {
    Place::root().key("rules").key(rule)
}

/// All actions that one environment writes for a rule.
fn written<'a>(layer: &'a Located<Environment>, rule: &str) -> Vec<(&'a Actions, Place)> {
    let Some(settings) = layer.value.rules.get(rule) else { return Vec::new() };
    let place = settings_place(rule);
    let own = settings.action.iter().map(|actions| (actions, place.key("action")));
    let in_scopes = settings.actions.iter();
    own.chain(in_scopes.map(|(scope, actions)| (actions, place.key("actions").key(scope)))).collect()
}

fn of_severity(floor: &SeverityFloor, severity: Severity) -> Option<Action> {
    match severity {
        Severity::Low => floor.low,
        Severity::Medium => floor.medium,
        Severity::High => floor.high,
        Severity::Critical => floor.critical,
    }
}

/// The action as an environment says it.
pub(super) fn name(action: Action) -> &'static str {
    match action {
        Action::Disabled => "disabled",
        Action::Audit => "audit",
        Action::Warn => "warn",
        Action::Deny => "deny",
    }
}
