//! A release as files: what each target renders, the kustomizations, the README and the lock file.
//!
//! It gives an ordered map of paths and bytes; it never reads or writes a file.

mod lock;

pub use lock::{FORMAT, Lock, LockError, digest};
