//! Conditions as Rego v1, for Gatekeeper 3.19 (OPA 1.3) and later: a module's rules, laid out as `opa fmt` leaves them.
//!
//! Each check is a list of the texts of its violations, and a helper that holds if the subject is fine; the only `not` stands in
//! front of helpers whose arguments are bound. A leaf that reads something unreadable is undefined, so that nothing holds of it,
//! and the subject violates. Parameters stay alive, as `input.parameters`. The functions `palisade.…` are those of the library
//! in `templates/gatekeeper/library`. Nothing here knows the frame around the rules.

mod condition;
mod head;
mod leaf;
mod literal;
mod loops;
mod pack;
mod presence;
mod printer;
mod scope;
mod shape;
mod value;
mod walk;

pub use literal::text;
pub use pack::{Packed, packed, violation};

use self::condition::Helpers;
use self::printer::{Body, Printer, call};
use self::scope::{Scope, roots_of_condition};
use super::Unprintable;
use crate::ir::{Check, Condition, Rule, Text, Waiver};

/// A rule in Rego, but for its frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// A term, as it stands in a body: the paths of the parts whose change makes an UPDATE be judged.
    pub governed: String,
    /// Whether there is a rule `spared`, for the objects that the rule is silent about.
    pub is_sparing: bool,
    /// The rules, `violations` among them: the list of the texts of all violations, in order.
    pub rules: String,
}

/// Prints a rule with its parameters alive.
pub fn module(rule: &Rule) -> Result<Module, Unprintable> {
    printed(&mut Printer::new(rule))
}

/// Prints a rule; what it needs from the head stands before it, unless another module has it.
fn printed<'a>(printer: &mut Printer<'a>) -> Result<Module, Unprintable> {
    let rule: &'a Rule = printer.rule;
    let mut lists = Vec::new();
    if printer.shapes()? {
        lists.push("unreadable".to_owned());
    }
    for check in &rule.checks {
        lists.extend(printer.check(check)?);
    }
    let is_sparing = printer.spared()?;
    let (governed, governed_rules) = printer.governed();
    let all = "violations := [text |\n\tsome texts in ".to_owned()
        + &literal::indented(&literal::list(&lists))
        + "\n\tsome text in texts\n]";
    let mut blocks = vec![all];
    blocks.extend(governed_rules);
    if printer.head_of.is_empty() {
        blocks.extend(printer.head());
    }
    blocks.append(&mut printer.blocks);
    Ok(Module { governed: literal::indented(&governed), is_sparing, rules: blocks.join("\n\n") })
}

impl<'a> Printer<'a> {
    /// Prints a check; gives the name of the list of its violations, if there can be any.
    fn check(&mut self, check: &'a Check) -> Result<Option<String>, Unprintable> {
        if check.ok == Condition::True {
            return Ok(None);
        }
        self.kinds = &check.kinds;
        let owner = literal::name(&check.id);
        let name = format!("violations_{owner}");
        let place = self.blocks.len();
        let mut scope = Scope::default();
        let mut lines = self.guard(&check.kinds, &check.each);
        for each in &check.each {
            lines.extend(self.walk(each, &mut scope, None)?);
        }
        let present = presence::needed(&check.ok);
        for line in self.presence(&present, &scope)? {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let ok = presence::where_present(&check.ok, &present);
        self.present = present;
        if let Some(call) = self.ok(&ok, &check.waivers, &owner, &scope)? {
            lines.push(format!("not {call}"));
        }
        self.present.clear();
        lines.push(self.violation(check, &scope)?);
        let comment = literal::comment(&format!("{}: {}", check.id, said(&check.message)));
        self.blocks.insert(place, format!("{comment}\n{}", literal::texts_rule(&name, &lines)));
        self.kinds = &self.rule.kinds;
        Ok(Some(name))
    }

    /// Prints the helper that holds if a subject is fine or exempted; gives its call, if anything can be.
    fn ok(
        &mut self,
        ok: &Condition,
        waivers: &[Waiver],
        owner: &str,
        scope: &Scope,
    ) -> Result<Option<String>, Unprintable> {
        if *ok == Condition::False && waivers.is_empty() {
            return Ok(None);
        }
        let mut roots = roots_of_condition(ok);
        roots.extend(waivers.iter().flat_map(|waiver| roots_of_condition(&waiver.holds)));
        let (inner, arguments) = scope.narrowed(&roots)?;
        let (place, name) = (self.blocks.len(), format!("ok_{owner}"));
        let mut helpers = Helpers::named(format!("any_#_of_{owner}"));
        let mut bodies = self.bodies(ok, &inner, &mut helpers)?;
        bodies.extend(self.strictly(|printer| printer.waivers(waivers, &inner, &mut helpers))?);
        self.define(place, &name, &inner.variables(&roots)?, &bodies);
        Ok(Some(call(&name, &arguments)))
    }

    /// The bodies that hold if an exemption does.
    fn waivers(
        &mut self,
        waivers: &[Waiver],
        scope: &Scope,
        helpers: &mut Helpers,
    ) -> Result<Vec<Body>, Unprintable> {
        let mut bodies = Vec::new();
        for waiver in waivers {
            let mut ways = self.bodies(&waiver.holds, scope, helpers)?;
            for way in &mut ways {
                way.comment = Some(literal::comment(&format!("Exemption {}.", waiver.exemption)));
            }
            bodies.extend(ways);
        }
        Ok(bodies)
    }

    /// Prints the rule for the objects that the rule is silent about; tells whether there is one.
    fn spared(&mut self) -> Result<bool, Unprintable> {
        let rule = self.rule;
        if rule.spared == Condition::False && rule.waivers.is_empty() {
            return Ok(false);
        }
        let (place, scope) = (self.blocks.len(), Scope::default());
        let mut helpers = Helpers::named("spared_#".to_owned());
        let bodies = self.strictly(|printer| {
            let mut bodies = printer.bodies(&rule.spared, &scope, &mut helpers)?;
            bodies.extend(printer.waivers(&rule.waivers, &scope, &mut helpers)?);
            Ok(bodies)
        })?;
        self.define(place, "spared", &[], &bodies);
        Ok(true)
    }

    /// The line that makes the text of a violation: the subject's label, and the message.
    fn violation(&mut self, check: &Check, scope: &Scope) -> Result<String, Unprintable> {
        let mut labels = Vec::new();
        let mut arguments = Vec::new();
        for each in &check.each {
            if let Some(named) = self.named(each, scope)? {
                labels.push(named.format);
                arguments.extend(named.arguments);
            }
        }
        let mut format = if labels.is_empty() { "object".to_owned() } else { labels.join(" ") };
        format.push_str(": ");
        for piece in &check.message {
            match piece {
                Text::Literal(text) => format.push_str(&literal::format_piece(text)),
                Text::Value(path) => {
                    format.push_str("%s");
                    let start = self.start(path, scope)?;
                    arguments.push(match start.steps.as_slice() {
                        [] => format!("palisade.shown({})", start.root),
                        steps if start.is_record => {
                            format!("palisade.shown({})", literal::field(&start.root, steps))
                        }
                        steps => format!("palisade.shown_at({}, {})", start.root, literal::texts(steps)),
                    });
                }
            }
        }
        if arguments.is_empty() {
            return Ok(format!("text := {}", literal::text(&format.replace("%%", "%"))));
        }
        Ok(literal::sprintf("text := ", &literal::text(&format), &arguments))
    }
}

/// What a message says, for a comment.
fn said(message: &[Text]) -> String {
    let pieces = message.iter().map(|piece| match piece {
        Text::Literal(text) => text.clone(),
        Text::Value(path) => format!("<{path}>"),
    });
    pieces.collect()
}
