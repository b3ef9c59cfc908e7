//! What policies mean: scopes, paths, quantifiers, predicates and typed literals, with every default filled in.
//!
//! `lower` alone names `project` and `model`. Parameters stay references with their resolved values beside them; `fold` makes the
//! closed form, which every printer but Gatekeeper's takes, and the evaluator too. Nothing here knows an engine or reads a file.

pub mod break_glass;
pub mod condition;
pub mod fold;
pub mod kind;
pub mod literal;
pub mod lower;
pub mod number;
pub mod path;
pub mod record;
pub mod release;
pub mod rule;
#[cfg(test)]
pub mod sample;
pub mod setting;
pub mod text;

pub use break_glass::BreakGlass;
pub use condition::{Argument, Arguments, Condition, Count, Leaf, Operand, Predicate, Read, Reading};
pub use kind::{Kind, KindFields, NEWEST_POD_SECURITY, OLDEST_POD_SECURITY, Version};
pub use literal::{Literal, LiteralType, Value};
pub use path::{Label, Loop, Path, Root, Source};
pub use release::{
    Action, EngineRange, ExemptionRecord, ExemptionState, FailurePolicy, LeftOut, Native, Objects, Operator,
    Placement, Release, Requirement, Target,
};
pub use rule::{
    Addition, Check, Container, ContainerList, Direction, Example, ExampleSubject, Expected, GovernedPart,
    Parameter, ParameterDeclaration, ParameterKind, ReferenceTo, Rule, Severity, Shape, Text, Waiver,
};
pub use setting::{Disabled, Setting};
