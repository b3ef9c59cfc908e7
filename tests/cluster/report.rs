//! What was proved, for people: a line for each part as it ends, what is wrong below it.

use std::time::Instant;

use crate::verdicts::Outcome;

/// How many faults of a part are printed.
const SHOWN: usize = 20;
/// Of how many writes at least one may be refused by the API server itself.
const REFUSED_OF: usize = 10;

/// The parts so far.
pub struct Report {
    began: Instant,
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
        Self { began: Instant::now(), parts: 0, faults: 0, judged: 0, denied: 0, refused: 0 }
    }

    /// A part has ended, with these faults.
    pub fn part(&mut self, what: &str, faults: Vec<String>) {
        self.parts += 1;
        self.faults += faults.len();
        let outcome = if faults.is_empty() { "ok".to_owned() } else { format!("{} FAULTS", faults.len()) };
        println!("{:>4} s  {what}: {outcome}", self.began.elapsed().as_secs());
        for fault in faults.iter().take(SHOWN) {
            println!("        {}", fault.replace('\n', "\n        "));
        }
        if faults.len() > SHOWN {
            println!("        and {} more", faults.len() - SHOWN);
        }
    }

    /// Verdicts were asked for.
    pub fn verdicts(&mut self, what: &str, outcome: Outcome) {
        let Outcome { judged, denied, refused, mut faults } = outcome;
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
            println!("        refused: {refusal}");
        }
    }

    /// Prints the end; gives whether all is well.
    pub fn end(self) -> bool {
        println!(
            "\nthe cluster: {} parts, {} writes judged, {} of them to be denied, {} refused by the API server itself, {} faults",
            self.parts, self.judged, self.denied, self.refused, self.faults
        );
        self.faults == 0
    }
}
