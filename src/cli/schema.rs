//! `palisade schema`: the JSON Schemas of the policy files.

use std::path::PathBuf;

use clap::Args;

use super::project::listed;
use super::{Console, Exit, Failure, files};
use crate::diagnostic::did_you_mean;
use crate::project;

/// The arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  palisade schema rule                          print one schema
  palisade schema --output policies/schemas     write all of them, for editors")]
pub struct Schema {
    /// The schema: `rule`, `environment` …; all of them, in one JSON object, if it isn't said
    name: Option<String>,
    /// Write the schemas into this folder, a file each, and print nothing
    #[arg(long, value_name = "FOLDER", conflicts_with = "name")]
    output: Option<PathBuf>,
}

impl Schema {
    /// Prints or writes schemas.
    pub(super) fn run(&self, console: &mut Console) -> Result<Exit, Failure> {
        let schemas = project::schemas();
        if let Some(folder) = &self.output {
            for (file, text) in &schemas {
                files::replace(&folder.join(file), text.as_bytes())?;
            }
            return Ok(Exit::Success);
        }
        match &self.name {
            Some(name) => {
                let file = format!("{}.json", name.trim_end_matches(".json"));
                console.result(schemas.get(&file).ok_or_else(|| unknown(name))?);
            }
            None => {
                let members: Vec<String> = schemas
                    .iter()
                    .map(|(file, text)| {
                        format!("{}: {}", serde_json::Value::from(stem(file)), text.trim_end())
                    })
                    .collect();
                console.result(&format!("{{\n{}\n}}\n", members.join(",\n")));
            }
        }
        Ok(Exit::Success)
    }
}

fn stem(file: &str) -> &str {
    file.trim_end_matches(".json")
}

fn unknown(name: &str) -> Failure {
    let schemas = project::schemas();
    let names = || schemas.keys().map(|file| stem(file));
    let help = match did_you_mean(name, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", listed(names())),
    };
    Failure::new("unknown-schema", format!("there is no schema `{name}`")).help(help)
}
