//! The same question about many things, several at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// How many questions are under way at a time.
const AT_A_TIME: usize = 4;

/// The answers, in the order of the things; or the first error.
pub fn in_parallel<T: Sync, Answer: Send>(
    things: &[T],
    ask: impl Fn(&T) -> Result<Answer, String> + Sync,
) -> Result<Vec<Answer>, String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut answers = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(number) else { return Ok(answers) };
            answers.push((number, ask(thing)?));
        }
    };
    let of_each: Vec<Result<Vec<(usize, Answer)>, String>> = thread::scope(|scope| {
        let running: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let ended = |thread: ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| Err("a thread of the test has panicked".to_owned()))
        };
        running.into_iter().map(ended).collect()
    });
    let mut answers: Vec<(usize, Answer)> = Vec::with_capacity(things.len());
    for of_thread in of_each {
        answers.extend(of_thread?);
    }
    answers.sort_by_key(|(number, _)| *number);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}
