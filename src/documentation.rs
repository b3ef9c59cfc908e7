//! Rules and releases in words: what a rule means, what is enforced where. Gives text; never prints it, and reads no file.

mod coverage;
mod explain;
mod table;

pub use coverage::coverage;
pub use explain::{Use, explain};
pub use table::table;
