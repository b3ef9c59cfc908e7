//! What can't be read of the objects that several rules read: the first shape that is broken, rule by rule. Rules read much alike, so
//! the shapes that several ask for first are asked once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Variable;
use super::printer::Printer;
use super::rule::first_of;
use super::shown::dynamic;
use super::syntax::Expression;
use crate::expression::Unprintable;
use crate::ir::text::unreadable;
use crate::ir::{Root, Rule, Shape};

/// A shape: the variable that says whether it is broken, and what is said then, as a list of pieces.
type Link<'rule> = (Expression, &'rule Shape);

/// The shapes of a rule, each when those before it are whole; and the place of the rule among all.
type Chain<'chain, 'rule> = (usize, &'chain [Link<'rule>]);

/// The variables that say what can't be read, and for each rule the one that is about it; none for a rule that reads nothing.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    /// The variables, each before those that use it.
    pub(super) variables: Vec<Variable>,
    /// By the rule's place.
    of_rules: BTreeMap<usize, Expression>,
}

impl Unreadable {
    /// Those of rules; each shape has a variable among those that are computed once.
    pub(super) fn of<'rules>(
        rules: &'rules [Rule],
        printer: &mut Printer<'rules>,
    ) -> Result<Self, Unprintable> {
        let mut counts: BTreeMap<&Shape, usize> = BTreeMap::new();
        for shape in rules.iter().flat_map(|rule| &rule.shapes) {
            *counts.entry(shape).or_default() += 1;
        }
        let mut chains = Vec::new();
        for rule in rules {
            printer.shapes = &rule.shapes;
            let mut broken = printer.broken(rule)?;
            broken.sort_by_key(|(shape, _)| order(shape, &counts));
            let links: Vec<Link<'_>> = broken
                .into_iter()
                .map(|(shape, is_broken)| (printer.once(&name_of(shape), &is_broken), shape))
                .collect();
            chains.push(links);
        }
        let mut all = Self::default();
        let chains = chains.iter().enumerate().filter(|(_, chain)| !chain.is_empty());
        all.divide(chains.map(|(rule, chain)| (rule, chain.as_slice())).collect(), None);
        Ok(all)
    }

    /// The variable about a rule.
    pub(super) fn of_rule(&self, place: usize) -> Option<Expression> {
        self.of_rules.get(&place).cloned()
    }

    /// Goes on with chains of which all that stands before has the answer `before`: those that begin alike stay together.
    fn divide(&mut self, chains: Vec<Chain<'_, '_>>, before: Option<&Expression>) {
        let mut groups: Vec<Vec<Chain<'_, '_>>> = Vec::new();
        for chain in chains {
            let Some(first) = chain.1.first() else {
                self.of_rules.extend(before.map(|answer| (chain.0, answer.clone())));
                continue;
            };
            match groups.iter_mut().find(|group| group.iter().any(|(_, other)| other.first() == Some(first)))
            {
                Some(group) => group.push(chain),
                None => groups.push(vec![chain]),
            }
        }
        for group in groups {
            self.answer(group, before);
        }
    }

    /// The variable about what some chains have in common at their beginning, and then what they go on with.
    fn answer(&mut self, chains: Vec<Chain<'_, '_>>, before: Option<&Expression>) {
        let Some((_, one)) = chains.first() else { return };
        let is_common = |place: &usize| chains.iter().all(|(_, chain)| chain.get(*place) == one.get(*place));
        let length = (0..one.len()).take_while(is_common).count();
        let (common, _) = one.split_at(length);
        let known =
            before.map(|before| (before.clone().differs(Expression::List(Vec::new())), before.clone()));
        let told = known.into_iter().chain(common.iter().map(|(is_broken, shape)| {
            let pieces = Expression::List(vec![dynamic(&unreadable(shape))]);
            (is_broken.clone(), Expression::List(vec![pieces]))
        }));
        let Some(first) = first_of(told.collect()) else { return };
        let name = match self.variables.len() {
            0 => "unreadable".to_owned(),
            count => format!("unreadable_{}", count + 1),
        };
        self.variables.push(Variable::new(&name, &first));
        let rest = chains.iter().map(|(rule, chain)| (*rule, chain.get(length..).unwrap_or_default()));
        self.divide(rest.collect(), Some(&Expression::variable(&name)));
    }
}

/// What is asked first: what other shapes lie in, and of that what most rules ask for.
fn order<'shape>(
    shape: &'shape Shape,
    counts: &BTreeMap<&Shape, usize>,
) -> (usize, bool, usize, Reverse<usize>, &'shape Shape) {
    let is_inside = !matches!(shape.path.root, Root::Object);
    let count = counts.get(shape).copied().unwrap_or_default();
    (shape.each.len(), is_inside, shape.path.steps.len(), Reverse(count), shape)
}

/// What the variable about a shape is called.
fn name_of(shape: &Shape) -> String {
    let path = shape.path.to_string();
    let letter = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    format!("broken_{}", path.chars().map(letter).collect::<String>())
}
