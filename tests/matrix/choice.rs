//! What of the matrix is run: arguments and environment variables.

use palisade::ir::Target;

/// What is run.
pub struct Choice {
    /// Whether no rule was named.
    all: bool,
    /// The rules that were named.
    rules: Vec<String>,
    /// The targets.
    pub targets: Vec<Target>,
    /// What the generated objects are drawn from.
    pub seed: u64,
    /// Whether every generated object is judged by every target.
    pub full: bool,
    /// Whether the whole bundle is proved too.
    pub bundle: bool,
    /// Whether all rules are proved in the packed layout too.
    pub packed: bool,
    /// Whether an environment with many actions is proved too.
    pub actions: bool,
    /// Whether the sets are proved too.
    pub sets: bool,
}

impl Choice {
    /// Reads the arguments: ids of rules, `bundle`, `packed`, `actions`, `sets`, and names of targets; all if there are none. Gives
    /// nothing if a word is none of these: it is then meant for other tests.
    pub fn of(arguments: impl Iterator<Item = String>, rules: &[&str]) -> Result<Option<Self>, String> {
        let (mut chosen, mut targets) = (Vec::new(), Vec::new());
        let (mut bundle, mut packed, mut actions, mut sets) = (false, false, false, false);
        for word in arguments.filter(|word| !word.starts_with('-')) {
            match Target::ALL.into_iter().find(|target| target.name() == word) {
                Some(target) => targets.push(target),
                None if word == "bundle" => bundle = true,
                None if word == "packed" => packed = true,
                None if word == "actions" => actions = true,
                None if word == "sets" => sets = true,
                None if rules.contains(&word.as_str()) => chosen.push(word),
                None => return Ok(None),
            }
        }
        if targets.is_empty() {
            targets.extend(Target::ALL);
        }
        let (seed, full) = (seed()?, is_full());
        let all = chosen.is_empty() && !bundle && !packed && !actions && !sets;
        let (bundle, packed) = (bundle || all, packed || all);
        let (actions, sets) = (actions || all, sets || all);
        Ok(Some(Self { all, rules: chosen, targets, seed, full, bundle, packed, actions, sets }))
    }

    /// Whether this rule is to be proved.
    pub fn takes_rule(&self, id: &str) -> bool {
        self.all || self.rules.iter().any(|rule| rule == id)
    }

    /// Whether all rules and targets are run.
    pub fn is_whole(&self) -> bool {
        self.all && self.targets.len() == Target::ALL.len()
    }
}

/// The seed that a person chose by `PALISADE_SEED`, else 1.
pub fn seed() -> Result<u64, String> {
    match std::env::var("PALISADE_SEED") {
        Ok(text) => {
            text.parse().map_err(|_| format!("`PALISADE_SEED` is `{text}`: a whole number was expected"))
        }
        Err(_) => Ok(1),
    }
}

/// Whether a person wants everything: `PALISADE_MATRIX` is `full`.
pub fn is_full() -> bool {
    std::env::var("PALISADE_MATRIX").is_ok_and(|mode| mode == "full")
}

/// Numbers that look random, the same for the same seed (SplitMix64).
pub struct Numbers(u64);

impl Numbers {
    /// The numbers of a seed and of what they are for.
    pub fn new(seed: u64, purpose: &str) -> Self {
        Self(
            purpose.bytes().fold(seed, |state, byte| state.wrapping_mul(1_099_511_628_211) ^ u64::from(byte)),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which isn't 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end as u64)).unwrap()
    }

    /// One of these, if there are any.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.below(from.len())) }
    }

    /// Puts them in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
