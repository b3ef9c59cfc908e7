//! What was proved, for people: a line for each part as it ends, what is wrong below it.

use std::time::Instant;

use crate::verdicts::Outcome;

/// How many faults of a part are printed.
const SHOWN: usize = 20;
/// Of how many writes at least one may be refused by the API server itself.
const REFUSED_OF: usize = 10;

/// How much of a refusal is printed.
const REFUSAL_LENGTH: usize = 240;

/// The parts so far.
pub struct Report {
    began: Instant,
    /// When the last part ended.
    last: Instant,
    parts: usize,
    faults: usize,
    judged: usize,
    denied: usize,
    refused: usize,
}

impl Report {
    /// Nothing proved yet.
    pub fn begin(seed: u64) -> Self {
        println!("the cluster: seed {seed}");
        let now = Instant::now();
        Self { began: now, last: now, parts: 0, faults: 0, judged: 0, denied: 0, refused: 0 }
    }

    /// A part has ended, with these faults.
    pub fn part(&mut self, what: &str, faults: Vec<String>) {
        self.parts += 1;
        self.faults += faults.len();
        let outcome = if faults.is_empty() { "ok".to_owned() } else { format!("{} FAULTS", faults.len()) };
        let (all, own) = (self.began.elapsed(), self.last.elapsed());
        self.last = Instant::now();
        println!("{:>4} s {:>5.1} s  {what}: {outcome}", all.as_secs(), own.as_secs_f64());
        for fault in faults.iter().take(SHOWN) {
            println!("        {}", fault.replace('\n', "\n        "));
        }
        if faults.len() > SHOWN {
            println!("        and {} more", faults.len() - SHOWN);
        }
    }

    /// Verdicts were asked for.
    pub fn verdicts(&mut self, what: &str, outcome: Outcome) {
        let Outcome { judged, denied, refused, mut faults, .. } = outcome;
        self.judged += judged;
        self.denied += denied;
        self.refused += refused.len();
        if judged == 0 || denied == 0 {
            faults.push("no write was denied, so nothing is shown".to_owned());
        }
        if refused.len() * REFUSED_OF > judged + refused.len() {
            faults.push(format!("the API server itself refuses more than one of {REFUSED_OF} writes"));
        }
        let counts = format!(
            "{what}: {judged} writes, {denied} to be denied, {} refused by the API server",
            refused.len()
        );
        self.part(&counts, faults);
        for refusal in &refused {
            println!("        refused: {}", refusal.chars().take(REFUSAL_LENGTH).collect::<String>());
        }
    }

    /// How long all took is printed with what came of it. Gives whether all is well.
    pub fn end(self) -> bool {
        println!(
            "\nthe cluster: {} s, {} parts, {} writes judged, {} of them to be denied, {} refused by the API server itself, {} faults",
            self.began.elapsed().as_secs(),
            self.parts,
            self.judged,
            self.denied,
            self.refused,
            self.faults
        );
        self.faults == 0
    }
}
