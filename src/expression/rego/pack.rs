//! Several rules as modules of one template: one for each, and one with what their heads share, which is computed once.

use std::collections::BTreeSet;

use super::printer::{Need, Printer, is_one_of};
use super::shape::shared_shapes;
use super::{Module, literal, printed};
use crate::expression::Unprintable;
use crate::ir::{Kind, Rule, Shape};

/// Several rules in Rego, but for their frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The rules of the module `shared`; empty if nothing is shared.
    pub shared: String,
    /// The rules' modules, in order.
    pub rules: Vec<Module>,
    /// When each is asked, as it stands in a body: the constraint names the rule, and the object is of its kinds.
    pub asked: Vec<Vec<String>>,
}

/// Prints rules with their parameters alive, under each rule's id, for objects of these kinds.
pub fn packed(rules: &[&Rule], kinds: &[Kind]) -> Result<Packed, Unprintable> {
    let shapes = shared_shapes(rules);
    let mut needs = BTreeSet::new();
    let (mut modules, mut asked) = (Vec::new(), Vec::new());
    for rule in rules {
        let mut printer = Printer::new(rule);
        printer.head_of = "shared.";
        printer.shared_shapes = &shapes;
        printer.parameters = literal::field("input.parameters", std::slice::from_ref(&rule.id));
        modules.push(printed(&mut printer)?);
        let mut conditions = vec![printer.parameters.clone()];
        if !kinds.iter().all(|kind| rule.kinds.contains(kind)) {
            conditions.push(is_one_of(&rule.kinds, kinds));
        }
        asked.push(conditions);
        needs.append(&mut printer.needs);
    }
    Ok(Packed { shared: shared(rules, kinds, needs, &shapes)?, rules: modules, asked })
}

/// The head that the rules need, for all their kinds, and what finds their shapes broken.
fn shared(
    rules: &[&Rule],
    kinds: &[Kind],
    needs: BTreeSet<Need>,
    shapes: &[&Shape],
) -> Result<String, Unprintable> {
    let Some(any) = rules.first() else { return Ok(String::new()) };
    // The head depends on nothing of a rule but its kinds.
    let rule = Rule { kinds: kinds.to_vec(), ..(*any).clone() };
    let mut printer = Printer::new(&rule);
    printer.needs = needs;
    printer.shared_shapes(shapes)?;
    let mut blocks = printer.head();
    blocks.append(&mut printer.blocks);
    Ok(blocks.join("\n\n"))
}

/// The rule of a module that says when one of these is violated.
pub fn violation(package: &str, asked: &[String]) -> String {
    literal::rule(&format!("violation contains {package}.violation"), asked)
}
