//! What is run: arguments and environment variables.

use palisade::ir::Target;

use crate::choice;

/// How many Pods are drawn for the evaluator and the library: at least 20,000 of them are such as the API server could store.
const PODS: usize = 20_400;
/// How many times more there are if a person wants all.
const FULL: usize = 10;

/// What is run.
pub struct Plan {
    /// Whether the evaluator is compared with the library.
    pub oracle: bool,
    /// The targets that Pods go through.
    pub targets: Vec<Target>,
    /// What the Pods are drawn from.
    pub seed: u64,
    /// How many Pods are drawn.
    pub pods: usize,
    /// Whether each Pod goes through the engines in every form.
    pub full: bool,
}

impl Plan {
    /// Reads the arguments: `oracle`, and names of targets; all if there are none. Gives nothing if a word is none of these: it is
    /// then meant for other tests.
    pub fn of(arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let (mut targets, mut oracle) = (Vec::new(), false);
        for word in arguments.filter(|word| !word.starts_with('-')) {
            match Target::ALL.into_iter().find(|target| target.name() == word) {
                Some(target) => targets.push(target),
                None if word == "oracle" => oracle = true,
                None => return Ok(None),
            }
        }
        if targets.is_empty() && !oracle {
            (targets, oracle) = (Target::ALL.to_vec(), true);
        }
        let full = choice::is_full();
        let pods = if full { PODS * FULL } else { PODS };
        Ok(Some(Self { oracle, targets, seed: choice::seed()?, pods, full }))
    }
}
