//! Files, handed in as bytes, become the model, each value with the place that set it.
//!
//! Reads no file itself, and gives no meaning to a rule: that is `ir::lower`.

mod adoption;
pub mod catalogue;
mod checks;
mod layers;
mod layout;
mod load;
mod native;
mod place;
mod schema;
mod shape;
mod view;

use std::collections::BTreeMap;

pub use checks::{is_rule_id, is_slug};
pub use layers::{Layers, Said};
pub use load::{Loaded, SourceFile, load, load_from};
pub use native::Native;
pub use place::{Located, Place};
pub use schema::schemas;
pub use view::{View, held};

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Exemption, ExemptionSet, KindDeclaration, Profile, Project, Rule};

/// Everything that a project's files define.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// The file `palisade.yaml`; absent if it is missing.
    pub project: Option<Located<Project>>,
    /// The kinds of all `kinds.yaml`, each with its own place.
    pub kinds: Vec<Located<KindDeclaration>>,
    /// The rules, sorted by id; ids are unique.
    pub rules: Vec<Located<Rule>>,
    /// The profiles, sorted by name.
    pub profiles: Vec<Located<Profile>>,
    /// The environments, sorted by name.
    pub environments: Vec<Located<Environment>>,
    /// The exemptions, sorted by name. What they adopt has been put into them by [`Definitions::adopt`].
    pub exemptions: Vec<Located<Exemption>>,
    /// The project's own sets that exemptions may adopt, sorted by id.
    pub sets: Vec<Located<ExemptionSet>>,
    /// The copies of the catalogue that the project or an environment draws on, by version.
    pub catalogues: BTreeMap<String, Catalogue>,
    /// Policies that are copied as they are, sorted by target and path.
    pub natives: Vec<Native>,
}

/// What a copy of the catalogue defines.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The kinds.
    pub kinds: Vec<Located<KindDeclaration>>,
    /// The rules, sorted by id; ids are unique.
    pub rules: Vec<Located<Rule>>,
    /// The profiles, sorted by name.
    pub profiles: Vec<Located<Profile>>,
    /// The sets that exemptions may adopt, sorted by id.
    pub sets: Vec<Located<ExemptionSet>>,
}

impl Definitions {
    /// Puts the sets that exemptions adopt into them, and the records of exemptions into parameters that refer to them; gives what
    /// can't be adopted. [`load()`] has done it already.
    pub fn adopt(&mut self) -> Vec<Diagnostic> {
        adoption::adopt(self, &checks::Names::default())
    }

    /// The structural faults of definitions that were built in code; [`load()`] has looked for them already.
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut sink = Sink::new();
        checks::check(self, &checks::Names::default(), &mut sink);
        sink.into_vec()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::ProfileRule;

    fn profile(name: &str, rule: &str) -> Located<Profile> {
        let rules = BTreeMap::from([(rule.to_owned(), ProfileRule::default())]);
        let profile = Profile {
            name: name.to_owned(),
            description: "What holds".to_owned(),
            extends: None,
            rules,
            standard: None,
        };
        Located::in_code(profile, &format!("profile {name}"))
    }

    #[test]
    fn definitions_built_in_code_are_checked_too() {
        let profiles =
            vec![profile("strict", "POD-001"), profile("lax", "POD-002"), profile("strict", "POD-003")];
        let faults = Definitions { profiles, ..Definitions::default() }.check();
        let told: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} at {}", fault.message, fault.path.clone().unwrap_or_default()))
            .collect();
        assert_eq!(
            told,
            [
                "there is no rule `POD-002` at profile lax: rules.POD-002",
                "the profile `strict` is used twice at profile strict: name",
                "there is no rule `POD-001` at profile strict: rules.POD-001",
                "there is no rule `POD-003` at profile strict: rules.POD-003",
            ]
        );
    }
}
