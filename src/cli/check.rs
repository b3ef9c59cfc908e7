//! `palisade check`: judges manifests as the engines would judge them.

pub(super) mod inputs;
pub(super) mod judging;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::inputs::Input;
use self::judging::{FileReport, judge_all};
use super::date::Date;
use super::expiry::Calendar;
use super::profile::Asked;
use super::project::{Project, listed};
use super::{Catalogue, Console, Exit, Failure, files};
use crate::diagnostic::{Severity, did_you_mean};
use crate::evaluator::{Inspector, Namespaces, Placed};
use crate::ir::{self, Action, Release};
use crate::report::finding::{Finding, Scope};
use crate::report::{human, json};

/// The arguments of `check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 no finding that fails, 1 findings, 2 an error, or a file that can't be read.

Examples:
  palisade check manifests                              all YAML and JSON files below a folder
  kubectl get all -A -o json | palisade check -         what runs in the cluster
  palisade check -e staging --fail-on warn app.yaml     with the rules and actions of one environment
  palisade check --profile eks-auto-mode --kubernetes 1.34 app.yaml
                                                        a profile alone: needs no project"
)]
pub struct Check {
    /// Files, folders (their *.yaml, *.yml and *.json files), or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder with the policies; `policies` if there is one, else the catalogue inside the binary
    #[arg(long, value_name = "FOLDER")]
    project: Option<PathBuf>,
    /// The environment whose rules and actions hold; not needed if there is only one
    #[arg(short, long, value_name = "NAME", conflicts_with = "profile")]
    environment: Option<String>,
    /// The rules of a profile, all of which deny
    #[arg(long, value_name = "NAME", requires = "kubernetes")]
    profile: Option<String>,
    /// With --profile: the version of Kubernetes, 1.29 to 1.37 or `latest`
    #[arg(long, value_name = "VERSION", requires = "profile")]
    kubernetes: Option<String>,
    /// With --profile: the version of the Pod Security Standards, if it isn't that of Kubernetes
    #[arg(long, value_name = "VERSION", requires = "profile")]
    pod_security: Option<String>,
    /// Only this rule; may be given several times
    #[arg(short, long, value_name = "ID")]
    rule: Vec<String>,
    /// How findings are written
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
    /// The laxest action whose violations make the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Deny, value_name = "ACTION")]
    fail_on: FailOn,
    /// Only rules of this severity or a higher one
    #[arg(long, value_enum, default_value_t = MinSeverity::Low, value_name = "SEVERITY")]
    min_severity: MinSeverity,
    /// Namespaces with their labels (`kubectl get namespaces -o yaml`), for the actions that depend on them
    #[arg(long, value_name = "FILE")]
    namespaces: Option<PathBuf>,
    /// Write the findings to a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Judge also objects whose controller is of a kind that the rule governs: a ReplicaSet's Pods
    #[arg(long)]
    include_owned: bool,
    /// The day for which is judged: exemptions whose last day was before waive nothing; today (UTC) if it isn't said
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

/// The actions, from the laxest.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Any violation
    Audit,
    /// Violations of rules that warn or deny
    Warn,
    /// Violations of rules that deny
    Deny,
}

/// The severities, from the lowest.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum MinSeverity {
    /// Good practice
    Low,
    /// Weakens a defence
    Medium,
    /// Opens a way that an attacker would take
    High,
    /// Gives up the node, the account or the cluster
    Critical,
}

impl Check {
    /// Judges, and prints what was found.
    pub(super) fn run(&self, catalogue: Catalogue, console: &mut Console) -> Result<Exit, Failure> {
        let project = Project::at_hand(self.project.as_deref(), catalogue, console)?;
        let release = self.release(&project)?;
        self.refuse_unknown_rules(&release)?;
        let known = self.known_namespaces(console)?;
        let (inputs, unlisted) = inputs::list(&self.paths);
        unlisted.iter().for_each(|failure| failure.print(console));
        let severity = self.min_severity.severity();
        let is_wanted = |rule: &ir::Rule| {
            rule.severity >= severity && (self.rule.is_empty() || self.rule.contains(&rule.id))
        };
        let inspector = Inspector::new(&release, is_wanted, self.include_owned);
        let reports = judge_all(&inputs, &inspector, release.owner.as_deref());
        tell_faults(&inputs, &reports, console);
        let environment =
            self.profile.as_ref().map_or(release.environment.clone(), |name| format!("profile {name}"));
        let scope = Scope {
            environment,
            files: reports.iter().filter(|report| report.unread.is_none()).count(),
            objects: reports.iter().map(|report| report.objects).sum(),
            no_objects: reports.iter().map(|report| report.no_objects).sum(),
            owned: reports.iter().map(|report| report.owned).sum(),
            left_out: reports.iter().map(|report| report.left_out).sum(),
            unread: unlisted.len() + reports.iter().filter(|report| report.is_incomplete()).count(),
        };
        let findings = settle(reports, known, release.owner.as_deref());
        self.write(&scope, &findings, console)?;
        let least = self.fail_on.action();
        let fails = findings.iter().any(|finding| finding.is_violation() && finding.action >= least);
        Ok(match (scope.unread, fails) {
            (0, true) => Exit::Findings,
            (0, false) => Exit::Success,
            (_, _) => Exit::Error,
        })
    }

    /// The rules to judge by.
    fn release(&self, project: &Project) -> Result<Release, Failure> {
        if let (Some(profile), Some(kubernetes)) = (&self.profile, &self.kubernetes) {
            let pod_security = self.pod_security.as_deref();
            return Asked { profile, kubernetes, pod_security }.release(project);
        }
        if project.is_catalogue {
            return Err(no_environment(project));
        }
        let wanted: Vec<String> = self.environment.iter().cloned().collect();
        let environments = project.environments(&wanted)?;
        if environments.len() > 1 {
            let names = listed(environments.iter().map(String::as_str));
            return Err(Failure::new("which-environment", "the project has several environments")
                .help(format!("choose one with `--environment`: {names}")));
        }
        let none = || {
            Failure::new("which-environment", "the project has no environment")
                .help("choose a profile with `--profile` and `--kubernetes`")
        };
        let expired = Calendar::of(&project.definitions, Date::or_today(self.as_of)?).expired();
        project.releases_without(&environments, &expired)?.pop().ok_or_else(none)
    }

    fn refuse_unknown_rules(&self, release: &Release) -> Result<(), Failure> {
        let known = || release.rules.iter().map(|rule| rule.id.as_str());
        match self.rule.iter().find(|wanted| !known().any(|known| known == wanted.as_str())) {
            None => Ok(()),
            Some(unknown) => {
                let failure = Failure::new("unknown-rule", format!("the rule `{unknown}` doesn't hold here"));
                Err(match did_you_mean(unknown, known()) {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure.help(format!("there are {}", listed(known()))),
                })
            }
        }
    }

    /// The namespaces of `--namespaces`, which must be readable as a whole.
    fn known_namespaces(&self, console: &mut Console) -> Result<Namespaces, Failure> {
        let Some(path) = &self.namespaces else {
            return Ok(Namespaces::default());
        };
        let file =
            inputs::read(&Input::File(path.clone())).map_err(|cause| Failure::io("read", path, &cause))?;
        let report = judging::namespaces(file);
        if report.has_errors() {
            return Err(Failure::of(report.diagnostics, report.sources));
        }
        console.diagnostics(&report.diagnostics, &report.sources);
        Ok(report.namespaces)
    }

    fn write(&self, scope: &Scope, findings: &[Finding<'_>], console: &mut Console) -> Result<(), Failure> {
        let text = match self.format {
            Format::Human => human::human(scope, findings),
            Format::Json => json::json(scope, findings),
        };
        match &self.output {
            Some(path) => files::replace(path, anstream::adapter::strip_str(&text).to_string().as_bytes()),
            None => {
                console.result(&text);
                Ok(())
            }
        }
    }
}

/// There is no project, and no profile was asked for.
fn no_environment(project: &Project) -> Failure {
    let view = project.definitions.default_view();
    let profiles = listed(view.profiles.iter().map(|profile| profile.value.name.as_str()));
    Failure::new("no-project", "there is no project, and so no environment to judge by").help(format!(
        "name its folder with `--project`, or a profile of the catalogue with `--profile` and `--kubernetes`: {profiles}"
    ))
}

/// Tells what couldn't be read.
pub(super) fn tell_faults<'a>(
    inputs: &[Input],
    reports: impl IntoIterator<Item = &'a FileReport<'a>>,
    console: &mut Console,
) {
    for (input, report) in inputs.iter().zip(reports) {
        if let Some(cause) = &report.unread {
            Failure::io("read", input.path(), cause).print(console);
        }
        console.diagnostics(&report.diagnostics, &report.sources);
    }
}

/// The findings with the actions that hold, now that all namespaces are known; without those where a rule doesn't hold.
fn settle<'a>(reports: Vec<FileReport<'a>>, known: Namespaces, owner: Option<&str>) -> Vec<Finding<'a>> {
    let mut namespaces = known;
    let mut findings = Vec::new();
    for report in reports {
        namespaces.extend(report.namespaces);
        findings.extend(report.findings);
    }
    findings.retain_mut(|finding| {
        let namespace = finding.object.namespace.as_deref();
        let Some(kind) = finding.kind() else { return false };
        (finding.action, finding.action_assumed) = match namespaces.place(finding.rule, kind, namespace) {
            Placed::Nowhere => return false,
            Placed::At(action) => (action, false),
            Placed::Assumed(action) => (action, true),
        };
        if let (None, Some(namespace), Some(owner)) = (&finding.owner, namespace, owner) {
            finding.owner = namespaces.label(namespace, owner).map(str::to_owned);
        }
        true
    });
    findings
}

impl FailOn {
    fn action(self) -> Action {
        match self {
            FailOn::Audit => Action::Audit,
            FailOn::Warn => Action::Warn,
            FailOn::Deny => Action::Deny,
        }
    }
}

impl MinSeverity {
    fn severity(self) -> ir::Severity {
        match self {
            MinSeverity::Low => ir::Severity::Low,
            MinSeverity::Medium => ir::Severity::Medium,
            MinSeverity::High => ir::Severity::High,
            MinSeverity::Critical => ir::Severity::Critical,
        }
    }
}

impl FileReport<'_> {
    /// Whether something in the file was not read.
    pub(super) fn is_incomplete(&self) -> bool {
        self.unread.is_some() || self.has_errors()
    }

    fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}
