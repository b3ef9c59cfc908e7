//! Conditions in CEL, alike for all engines that speak it.
//!
//! What is printed compiles in the environment of Kubernetes 1.29, and gives no run-time error whatever the object looks like.

mod literal;

pub use literal::{is_printable, quoted};
