//! What a person writes: rules, kinds, profiles, environments, exemptions and the project file, as plain data.
//!
//! The doc comments are the descriptions in the JSON Schemas that editors show. There is no logic here, no reading of files, and no
//! free-text expression: a condition is data, and only a path (`container.image`) or a regular expression is a string with a grammar.

mod condition;
mod environment;
mod exemption;
mod kinds;
mod parameter;
mod rule;
mod set;

pub use condition::{Argument, Arguments, Condition, Count, Literal, Operand, Paths, Reference};
pub use environment::{
    Action, Actions, ActionsApart, BreakGlass, Engines, Environment, FailurePolicies, FailurePolicy, LATEST,
    Layout, LeftOut, LeftOutNamespace, NamespaceLabel, NamespaceScope, PackedAction, Profile, ProfileRule,
    Project, ProtectedLabel, RuleSettings, SeverityFloor, Standard, StandardCheck, VersionRange,
};
pub use exemption::{Exemption, Features, Identity, Monitor, NamedObject};
pub use kinds::{KindDeclaration, Kinds, Scope};
pub use parameter::{Direction, Effect, Parameter, ParameterType};
pub use rule::{
    Check, ContainerList, Each, Example, ExampleExemption, Examples, ExpectedFinding, FeatureFlag,
    FeatureUse, GovernedKinds, Governs, Items, ListedFeature, Loop, LoopSource, PodExample, PodsWord,
    ReferenceTo, Rule, Severity, Subject,
};
pub use set::{ExemptionSet, SetSource};
