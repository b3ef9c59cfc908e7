//! What of the proof is run: arguments and environment variables.

use palisade::ir::Target;

use crate::choice;

/// A part of the proof that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The processes end however the test ends.
    Endings,
    /// Each write gets the evaluator's verdict.
    Verdicts,
    /// From one release to the next.
    Releases,
    /// All targets at once.
    Together,
    /// The packed layout.
    Packed,
    /// Audit and exemptions leave traces.
    Actions,
    /// Pods and workloads apart, and breaking the glass.
    Glass,
    /// Engines as their charts install them.
    Defaults,
}

impl Proof {
    const ALL: [(Proof, &str); 8] = [
        (Proof::Endings, "endings"),
        (Proof::Verdicts, "verdicts"),
        (Proof::Releases, "releases"),
        (Proof::Together, "together"),
        (Proof::Packed, "packed"),
        (Proof::Actions, "actions"),
        (Proof::Glass, "glass"),
        (Proof::Defaults, "defaults"),
    ];
}

/// What is run.
pub struct Plan {
    /// The targets that are applied one after the other.
    pub targets: Vec<Target>,
    /// Which examples are taken.
    pub seed: u64,
    /// Whether all examples are taken, as all kinds.
    pub full: bool,
    proofs: Vec<Proof>,
}

impl Plan {
    /// Reads the arguments: names of targets and of proofs; all if there are none. Gives nothing if a word is neither: it is then
    /// meant for other tests.
    pub fn of(arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let (mut targets, mut proofs) = (Vec::new(), Vec::new());
        for word in arguments.filter(|word| !word.starts_with('-')) {
            let target = Target::ALL.into_iter().find(|target| target.name() == word);
            let proof = Proof::ALL.into_iter().find(|(_, name)| *name == word);
            match (target, proof) {
                (Some(target), _) => targets.push(target),
                (None, Some((proof, _))) => proofs.push(proof),
                (None, None) => return Ok(None),
            }
        }
        if targets.is_empty() {
            targets.extend(Target::ALL);
        }
        if proofs.is_empty() {
            proofs.extend(Proof::ALL.map(|(proof, _)| proof));
        }
        Ok(Some(Self { targets, seed: choice::seed()?, full: choice::is_full(), proofs }))
    }

    /// Whether a part is run.
    pub fn has(&self, proof: Proof) -> bool {
        self.proofs.contains(&proof)
    }

    /// Whether anything is run that needs a cluster.
    pub fn needs_cluster(&self) -> bool {
        self.proofs.iter().any(|proof| *proof != Proof::Endings)
    }

    /// Whether each target's bundle is applied on its own.
    pub fn applies_targets(&self) -> bool {
        self.has(Proof::Verdicts) || self.has(Proof::Releases)
    }

    /// Whether a person doesn't want any of it: `PALISADE_SKIP` names this test.
    pub fn is_skipped(&self) -> bool {
        std::env::var("PALISADE_SKIP")
            .is_ok_and(|tests| tests.split(',').any(|test| test.trim() == "cluster"))
    }
}
