//! Several rules as the variables of one policy. What they share is computed once, and the texts of all violations are made in one
//! place; whether a rule is asked, and what it spares, stays the rule's own.

use super::Variable;
use super::kinds::is_one_of;
use super::listed::{filled, inner, wrapped};
use super::prefixes::Unreadable;
use super::printer::Printer;
use super::rule::{add_violations, is_unchanged};
use super::scope::Scope;
use super::shown::dynamic;
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::{Kind, Rule};

/// The variables of several rules in the closed form, for objects of these kinds, each before those that use it. `violations` are the
/// texts of the first violations of all rules, each with its rule's id in front; `count` is how many there are in all, and `rules` are
/// the ids of the rules that are violated. If one of the
/// rules has exemptions, `waived` are the names of those without which there would be more violations, each behind its rule's id.
pub fn packed_variables(rules: &[Rule], kinds: &[Kind]) -> Result<Vec<Variable>, Unprintable> {
    let mut printer = Printer::default();
    let unreadable = Unreadable::of(rules, &mut printer)?;
    let mut parts = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        parts.push(Part::of(rule, kinds, unreadable.of_rule(place), &mut printer)?);
    }
    let depth = parts.iter().map(Part::depth).max().unwrap_or(1);
    let mut all = printer.before(kinds);
    all.extend(unreadable.variables);
    for part in &parts {
        all.extend(part.variables(depth));
    }
    all.push(Variable::new("told", &told(&parts)));
    all.push(Variable::new("rules", &violated()));
    let mut add = |name: &str, expression: Expression| {
        all.push(Variable::new(name, &expression));
        Expression::variable(name)
    };
    add_violations(found(depth), depth + 1, false, &mut add);
    all.extend(waived(&parts));
    distinct(&all)?;
    Ok(all)
}

/// What is printed of one rule.
struct Part {
    id: String,
    /// What the names of its variables begin with, and the name of its violations.
    name: String,
    /// The variables that its violations need.
    own: Vec<Variable>,
    /// When it isn't asked at all: other kinds, unchanged, spared.
    unasked: Vec<Expression>,
    /// The variable that says whether an exemption waives the whole rule.
    exempted: Option<Expression>,
    /// The variable with what can't be read: lists of pieces.
    unreadable: Option<Expression>,
    /// The variables with the violations of its checks: lists of pieces, and how deep inside lists these are.
    checks: Vec<(Expression, usize)>,
    /// The exemptions without which it would be violated.
    waived: Option<Expression>,
}

impl Part {
    fn of<'rules>(
        rule: &'rules Rule,
        kinds: &[Kind],
        unreadable: Option<Expression>,
        printer: &mut Printer<'rules>,
    ) -> Result<Self, Unprintable> {
        printer.shapes = &rule.shapes;
        let name = rule.id.to_lowercase().replace('-', "_");
        let mut own = Vec::new();
        let mut add = |what: &str, expression: &Expression| {
            let name = format!("{name}_{what}");
            own.push(Variable::new(&name, expression));
            Expression::variable(&name)
        };
        let scope = Scope::new(&rule.kinds);
        let is_asked = is_one_of(&rule.kinds.iter().collect::<Vec<_>>(), kinds);
        let unchanged = is_unchanged(rule, printer);
        let is_asked = if is_asked.is_truth(true) { is_asked } else { printer.once("governed", &is_asked) };
        let mut unasked = vec![is_asked.negate(), printer.once("unchanged", &unchanged)];
        printer.is_cautious = true;
        let spared = printer.condition(&rule.spared, &scope)?;
        let exempted = printer.any_waiver(&rule.waivers, &scope)?;
        printer.is_cautious = false;
        if !spared.is_truth(false) {
            unasked.push(add("spared", &spared));
        }
        let exempted = (!exempted.is_truth(false)).then(|| add("exempted", &exempted));
        let mut checks = Vec::new();
        for check in &rule.checks {
            let (found, depth) = printer.check(check, rule, false)?;
            checks.push((add(&format!("check_{}", check.id.replace('-', "_")), &found), depth));
        }
        let waived = printer.waived(rule)?;
        Ok(Self { id: rule.id.clone(), name, own, unasked, exempted, unreadable, checks, waived })
    }

    /// How deep its deepest violations are.
    fn depth(&self) -> usize {
        self.checks.iter().map(|(_, depth)| *depth).max().unwrap_or(1)
    }

    /// The rule's variables: its own, then its violations so deep inside lists, and its trace.
    fn variables(&self, depth: usize) -> Vec<Variable> {
        let none = || Expression::List(Vec::new());
        let is_unreadable = self.unreadable.clone().map(|unreadable| unreadable.differs(none()));
        let lists = self.checks.iter().map(|(list, own)| wrapped(list.clone(), depth - own));
        let found = filled(Expression::sum(lists), depth);
        let found = match (&is_unreadable, self.unreadable.clone()) {
            (Some(condition), Some(unreadable)) => {
                condition.clone().choose(wrapped(unreadable, depth - 1), found)
            }
            (_, _) => found,
        };
        let silent = Expression::any(self.unasked.iter().cloned().chain(self.exempted.clone()));
        let found = Variable::new(&self.name, &silent.choose(none(), found));
        let trace = self.waived.clone().map(|waived| {
            let silent = Expression::any(self.unasked.iter().cloned().chain(is_unreadable));
            Variable::trace(self.trace(), &silent.choose(none(), waived))
        });
        self.own.iter().cloned().chain([found]).chain(trace).collect()
    }

    /// The name of the variable with the exemptions.
    fn trace(&self) -> String {
        format!("{}_waived", self.name)
    }
}

/// The rules that are violated, with their violations.
fn told(parts: &[Part]) -> Expression {
    let none = || Expression::List(Vec::new());
    let told = |part: &Part| {
        let found = Expression::variable(&part.name);
        let dynamically = Expression::function("dyn", found.clone());
        let record = Expression::record([("rule", dynamic(&part.id)), ("found", dynamically)]);
        found.equals(none()).choose(none(), Expression::List(vec![record]))
    };
    Expression::sum(parts.iter().map(told))
}

/// A field of a rule that is violated.
fn entry(field: &str) -> Expression {
    Expression::code("entry").field(field)
}

/// The ids of the rules that are violated.
fn violated() -> Expression {
    Expression::variable("told").each("map", "entry", Expression::function("string", entry("rule")))
}

/// The violations of all rules, in a list for each rule.
fn found(depth: usize) -> Expression {
    Expression::variable("told").each("map", "entry", with_rule(entry("found"), depth))
}

/// The violations in a list of some depth, each with the rule's id in front.
fn with_rule(list: Expression, depth: usize) -> Expression {
    if depth <= 1 {
        let id = Expression::List(vec![entry("rule"), dynamic(" ")]);
        return list.each("map", "pieces", Expression::sum([id, Expression::code("pieces")]));
    }
    let inner = inner(depth);
    list.each("map", &inner, with_rule(Expression::code(&inner), depth - 1))
}

/// The exemptions of all rules, each behind its rule's id; several of one rule in one text. Absent if no rule has any.
fn waived(parts: &[Part]) -> Option<Variable> {
    let with_trace = parts.iter().filter(|part| part.waived.is_some());
    let records: Vec<Expression> = with_trace
        .map(|part| {
            let names = Expression::function("dyn", Expression::variable(&part.trace()));
            Expression::record([("rule", dynamic(&part.id)), ("names", names)])
        })
        .collect();
    let named = Expression::sum([entry("rule"), Expression::text(": "), Expression::code("name")]);
    let names = entry("names").each("map", "name", named).call("join", vec![Expression::text(", ")]);
    let is_filled = Expression::code("text").differs(Expression::text(""));
    let all = || {
        let texts = Expression::List(records.clone()).each("map", "entry", names);
        Variable::trace("waived", &texts.each("filter", "text", is_filled))
    };
    (!records.is_empty()).then(all)
}

/// Two variables of one name are a fault: of the names of rules and exemptions that were put together.
fn distinct(variables: &[Variable]) -> Result<(), Unprintable> {
    let mut names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(twice) => Err(Unprintable::new(format!("two variables called `{}`", twice.concat()))),
        None => Ok(()),
    }
}
