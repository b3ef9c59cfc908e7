//! The engines side by side: the same cases go to each, both programs at work at a time.

use std::thread;

use palisade::ir::Target;
use serde_json::Value;

use crate::case::Case;
use crate::engines::{Answer, Engine, Program, Surroundings};

/// How many requests go in one line.
const BATCH: usize = 200;

/// The engines that were chosen.
pub struct Bench {
    engines: Vec<(Engine, Vec<Target>)>,
}

/// What one target is asked.
pub struct Question<'a> {
    pub target: Target,
    /// The policies.
    pub documents: Vec<Value>,
    /// What they find around them.
    pub around: &'a Surroundings,
    /// The cases.
    pub cases: Vec<&'a Case>,
}

/// What one target said: a fault of its policies, or an answer for each case.
pub type Said = (Target, Result<Vec<Answer>, String>);

impl Bench {
    /// Starts the programs of these targets.
    pub fn start(chosen: &[Target]) -> Result<Self, String> {
        let mut engines = Vec::new();
        for program in Program::ENGINES {
            let targets: Vec<Target> =
                program.targets().iter().copied().filter(|target| chosen.contains(target)).collect();
            if !targets.is_empty() {
                engines.push((Engine::start(program)?, targets));
            }
        }
        Ok(Self { engines })
    }

    /// Asks each target its question. An error is an engine that has ended.
    pub fn ask(&mut self, questions: &[Question<'_>]) -> Vec<Said> {
        thread::scope(|scope| {
            let running: Vec<_> = self
                .engines
                .iter_mut()
                .map(|(engine, targets)| {
                    scope.spawn(move || {
                        questions
                            .iter()
                            .filter(|question| targets.contains(&question.target))
                            .map(|question| (question.target, answers(engine, question)))
                            .collect::<Vec<Said>>()
                    })
                })
                .collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        })
    }
}

fn answers(engine: &mut Engine, question: &Question<'_>) -> Result<Vec<Answer>, String> {
    for document in question.documents.iter().filter(|document| document["kind"] == "ConstraintTemplate") {
        engine.check_template(document)?;
    }
    engine.load(question.target, &question.documents, question.around)?;
    let mut answers = Vec::with_capacity(question.cases.len());
    for batch in question.cases.chunks(BATCH) {
        answers.extend(engine.judge(question.target, batch.iter().map(|case| &case.request))?);
    }
    Ok(answers)
}
