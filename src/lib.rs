//! Palisade compiles one typed policy model to every Kubernetes admission engine, with one meaning.
//!
//! The pipeline, module by module:
//! `yaml` and `project` read policy files into the `model`; `ir` is what the model means; `expression` prints it as CEL and
//! Rego; `targets` puts the expressions into frames; `bundle` lays the files out; `evaluator` is the reference meaning;
//! `differ` compares releases; `report` and `documentation` write for people; `cli` alone reads and writes files.

pub mod bundle;
pub mod cli;
pub mod diagnostic;
pub mod differ;
pub mod documentation;
pub mod evaluator;
pub mod expression;
pub mod ir;
pub mod model;
pub mod project;
pub mod report;
pub mod targets;
pub mod yaml;
