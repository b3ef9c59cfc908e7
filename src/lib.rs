//! Palisade compiles one typed policy model to every Kubernetes admission engine, with one meaning.
//!
//! The pipeline, module by module:
//! `yaml` and `project` read policy files into the `model`; `ir` is what the model means; `expression` prints it as CEL and
//! Rego; `targets` puts the expressions into frames; `bundle` lays the files out; `evaluator` is the reference meaning;
//! `differ` compares releases; `report` and `documentation` write for people; `cli` alone reads and writes files.
//!
//! # A policy built in code
//!
//! The types of [`model`] are what the YAML files are read into. A program can build them too, and compile them:
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use palisade::ir::{Target, lower};
//! use palisade::model::*;
//! use palisade::project::{Definitions, Located};
//! use palisade::{cli, targets};
//! use serde_json::json;
//!
//! // Which kinds there are, and where each carries its Pod.
//! let deployment = KindDeclaration {
//!     group: "apps".into(),
//!     kind: "Deployment".into(),
//!     plural: "deployments".into(),
//!     scope: Scope::Namespaced,
//!     versions: vec!["v1".into()],
//!     pod_template: Some("spec.template".into()),
//! };
//!
//! // One rule: the priority of a Pod is one of a list, which is a parameter.
//! let allowed = Parameter {
//!     kind: ParameterType::Strings,
//!     description: "Priority classes that may be used".into(),
//!     direction: Some(Direction::Allow),
//!     when_true: None,
//!     options: None,
//!     default: json!(["batch"]),
//!     min: None,
//!     max: None,
//!     min_items: Some(1),
//!     pattern: None,
//! };
//! let is_allowed = Condition {
//!     field: Some("pod.priorityClassName".into()),
//!     is_in: Some(Arguments::Reference(Reference {
//!         parameter: Some(Paths::One("allowed".into())),
//!         ..Reference::default()
//!     })),
//!     ..Condition::default()
//! };
//! let example = |name: &str, priority: &str, gives: Vec<ExpectedFinding>| Example {
//!     name: name.into(),
//!     pod: Some(PodExample { spec: json!({"priorityClassName": priority}), ..PodExample::default() }),
//!     object: None,
//!     namespace: None,
//!     parameters: BTreeMap::new(),
//!     version: None,
//!     exemptions: Vec::new(),
//!     gives,
//! };
//! let rule = Rule {
//!     id: "ACM-007".into(),
//!     title: "Pods use a priority class that their team may use".into(),
//!     severity: Severity::Medium,
//!     category: "scheduling".into(),
//!     since: "1.0".into(),
//!     overrides_catalogue: false,
//!     why: "A Pod of high priority drives out others.".into(),
//!     fix: "Use another priority class.".into(),
//!     references: Vec::new(),
//!     governs: Governs::Word(PodsWord::Pods),
//!     parameters: BTreeMap::from([("allowed".into(), allowed)]),
//!     bindings: BTreeMap::new(),
//!     applies: None,
//!     except: None,
//!     checks: vec![Check {
//!         id: "priority-class".into(),
//!         kinds: None,
//!         each: Each::One(Loop::Subject(Subject::Pod)),
//!         of: None,
//!         applies: None,
//!         require: Some(is_allowed),
//!         forbid: None,
//!         feature: None,
//!         at: None,
//!         message: "uses the priority class `<< pod.priorityClassName >>`; allowed: << parameters.allowed >>".into(),
//!     }],
//!     examples: Examples {
//!         good: vec![example("one of the list", "batch", Vec::new())],
//!         bad: vec![example(
//!             "one of the cluster's own",
//!             "system-node-critical",
//!             vec![ExpectedFinding {
//!                 check: "priority-class".into(),
//!                 subject: "pod".into(),
//!                 path: "pod.priorityClassName".into(),
//!             }],
//!         )],
//!     },
//! };
//!
//! // A profile that has the rule, and an environment that allows one class more.
//! let profile = Profile {
//!     name: "standard".into(),
//!     description: "What holds in each cluster".into(),
//!     extends: None,
//!     rules: BTreeMap::from([("ACM-007".into(), ProfileRule::default())]),
//!     standard: None,
//! };
//! let own = RuleSettings {
//!     parameters: BTreeMap::from([("allowed".into(), json!(["batch", "web"]))]),
//!     ..RuleSettings::default()
//! };
//! let environment = Environment {
//!     name: "production".into(),
//!     description: "The clusters that customers see".into(),
//!     kubernetes: Some("1.33".into()),
//!     targets: Some(Engines {
//!         validating_admission_policy: Some(VersionRange {
//!             from: "1.33".into(),
//!             to: "1.35".into(),
//!             layout: Layout::default(),
//!             packed_actions: None,
//!         }),
//!         ..Engines::default()
//!     }),
//!     profile: Some("standard".into()),
//!     namespaces: Some(vec![NamespaceScope {
//!         name: "workloads".into(),
//!         names: None,
//!         label: None,
//!         action: Action::Deny.into(),
//!     }]),
//!     rules: BTreeMap::from([("ACM-007".into(), own)]),
//!     ..Environment::default()
//! };
//! let project = Project {
//!     name: "acme".into(),
//!     help: "Ask the platform team about << rule >>.".into(),
//!     catalogue: None,
//!     owner: None,
//!     left_out: Vec::new(),
//!     warn_days_before_expiry: None,
//!     protected_labels: Vec::new(),
//! };
//!
//! // What they define together has no fault: names fit, conditions can be read, examples give what they say.
//! let definitions = Definitions {
//!     project: Some(Located::in_code(project, "the project")),
//!     kinds: vec![Located::in_code(deployment, "kind Deployment")],
//!     rules: vec![Located::in_code(rule, "rule ACM-007")],
//!     profiles: vec![Located::in_code(profile, "profile standard")],
//!     environments: vec![Located::in_code(environment, "environment production")],
//!     exemptions: Vec::new(),
//!     ..Definitions::default()
//! };
//! assert!(definitions.check().is_empty());
//! assert!(cli::faults(&definitions).is_empty());
//!
//! // The release of the environment, and its policy and binding for the API server.
//! let release = lower::lower(&definitions, "production").unwrap();
//! let rule = &release.rules[0];
//! assert_eq!(rule.parameters["allowed"].set_by, "environment production: rules.ACM-007.parameters.allowed");
//! let files = targets::render(Target::ValidatingAdmissionPolicy, &release, rule).unwrap();
//! let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
//! assert_eq!(
//!     paths,
//!     ["validating-admission-policy/ACM-007.yaml", "validating-admission-policy/ACM-007.binding.yaml"]
//! );
//! assert!(files[0].text.contains("name: acme-acm-007\n"));
//! assert!(files[0].text.contains("in ['batch', 'web']"));
//! assert!(files[0].text.contains("; allowed: batch, web'"));
//! assert!(files[1].text.contains("validationActions: [Deny]"));
//!
//! // What is wrong is told with its place in the model.
//! let mut wrong = definitions;
//! wrong.rules[0].value.checks[0].message = "uses `<< pods.priorityClassName >>`".into();
//! let faults = lower::faults(&wrong);
//! assert_eq!(faults[0].path.as_deref(), Some("rule ACM-007: checks[0].message"));
//! assert_eq!(faults[0].help.as_deref(), Some("did you mean `pod`?"));
//! ```

pub mod bundle;
pub mod cli;
pub mod diagnostic;
pub mod differ;
pub mod documentation;
pub mod evaluator;
pub mod expression;
pub mod ir;
pub mod model;
mod parallel;
pub mod project;
pub mod report;
pub mod targets;
pub mod yaml;
