//! What can be asked on the command line.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};

use super::{
    build, check, completions, coverage, diff, docs, exemptions, explain, init, list, manual, new, schema,
    test, update,
};

/// The colours of help texts.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// One policy model for Kyverno, Gatekeeper and the API server's own admission
#[derive(Debug, Parser)]
#[command(
    name = "palisade",
    version,
    styles = STYLES,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 all is well, 1 there are findings or differences, 2 an error."
)]
pub struct Arguments {
    /// The verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write the policy bundles, or check that they are up to date
    Build(build::Build),
    /// Judge manifests offline, as the engines would
    Check(check::Check),
    /// Run the examples of rules
    Test(test::Test),
    /// Show what changed between two releases, by meaning
    Diff(diff::Diff),
    /// List the rules, and the sets that exemptions may adopt
    List(list::List),
    /// Explain one rule, and where each of its settings comes from
    Explain(explain::Explain),
    /// Show what is enforced where, and what isn't
    Coverage(coverage::Coverage),
    /// List the exemptions by the day they end, those that have expired, or those that nothing needs
    Exemptions(exemptions::Exemptions),
    /// Write the documentation of the rules
    Docs(docs::Docs),
    /// Print the JSON Schemas of the policy files
    Schema(schema::Schema),
    /// Start a project: policies, environments, the catalogue, what CI runs
    Init(init::Init),
    /// Write this release's catalogue beside those that the project has
    Update(update::Update),
    /// Write a rule, an environment or an exemption to fill in
    New(new::New),
    /// Print completions for a shell
    Completions(completions::Completions),
    /// Print the manual page
    Man(manual::Manual),
}
