//! Independent work on all processors. What comes out doesn't depend on how many there are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What comes of the work on each item, in the order of the items. A panic in the work is one here.
pub(crate) fn each<Item: Sync, Out: Send>(items: &[Item], work: impl Fn(&Item) -> Out + Sync) -> Vec<Out> {
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<Out>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(item), Some(slot)) = (items.get(index), done.get(index)) else { break };
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(work(item));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    thread::scope(|scope| {
        (1..workers).for_each(|_| {
            scope.spawn(worker);
        });
        worker();
    });
    done.into_iter().filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn what_comes_out_is_in_order() {
        let numbers: Vec<u64> = (0..1_000).collect();
        assert_eq!(
            each(&numbers, |number| number * 2),
            (0..1_000).map(|number| number * 2).collect::<Vec<_>>()
        );
        assert_eq!(each(&[] as &[u64], |number| number * 2), Vec::<u64>::new());
    }
}
