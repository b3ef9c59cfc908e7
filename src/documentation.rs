//! Rules and releases in words: what a rule means, what is enforced where. Gives text; never prints it, and reads no file.

mod coverage;
mod explain;
mod markdown;
mod pages;
mod table;
mod words;

pub use coverage::coverage;
pub use explain::{Use, explain};
pub use pages::{
    Documented, DocumentedExample, DocumentedProfile, DocumentedRule, DocumentedSet, DocumentedSource, MARK,
    pages,
};
pub use table::table;
