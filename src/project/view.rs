//! What one environment draws on: the project's own definitions, and those of the copy of the catalogue that it names.
//!
//! It borrows and copies nothing, for many environments may draw on one catalogue. Whether what it puts together fits is the checks'.

use std::collections::{BTreeMap, BTreeSet};

use super::{Catalogue, Definitions, Layers, Located, Native, catalogue};
use crate::model::{
    Environment, Exemption, ExemptionSet, KindDeclaration, Profile, ProfileRule, Project, Rule,
};

/// The catalogue that isn't there.
static NOTHING: Catalogue =
    Catalogue { kinds: Vec::new(), rules: Vec::new(), profiles: Vec::new(), sets: Vec::new() };

/// The definitions that hold together: the project's own, and a catalogue's.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The file `palisade.yaml`.
    pub project: Option<&'a Located<Project>>,
    /// The version of the catalogue that is named.
    pub named: Option<&'a str>,
    /// The same if it is there; absent for the project's own definitions alone.
    pub catalogue: Option<&'a str>,
    /// The kinds of both; one that both declare is there once.
    pub kinds: Vec<&'a Located<KindDeclaration>>,
    /// The rules of both, sorted by id; one of the project's stands in place of the catalogue's.
    pub rules: Vec<&'a Located<Rule>>,
    /// The profiles of both, sorted by name.
    pub profiles: Vec<&'a Located<Profile>>,
    /// The sets of both, sorted by id.
    pub sets: Vec<&'a Located<ExemptionSet>>,
    /// The exemptions, sorted by name.
    pub exemptions: &'a [Located<Exemption>],
    /// Policies that are copied as they are, sorted by target and path.
    pub natives: &'a [Native],
}

impl Definitions {
    /// What an environment draws on.
    pub fn view_of<'a>(&'a self, environment: &'a Located<Environment>) -> View<'a> {
        self.view(self.named_by(environment))
    }

    /// The version of the catalogue that an environment, or what it extends, names, else the one that the project names.
    pub fn named_by<'a>(&'a self, environment: &'a Located<Environment>) -> Option<&'a str> {
        let named = self.layers_of(environment).catalogue();
        named.map(|said| said.value.as_str()).or_else(|| self.named_by_project())
    }

    /// The layers of an environment; it alone if it extends what isn't there, or itself.
    pub fn layers_of<'a>(&'a self, environment: &'a Located<Environment>) -> Layers<'a> {
        Layers::of(&self.environments, environment).unwrap_or_else(|_| Layers::alone(environment))
    }

    /// What counts where no environment is spoken of: the catalogue that the project names, else the newest that is drawn on.
    pub fn default_view(&self) -> View<'_> {
        self.view(self.named_by_default())
    }

    /// The profiles that must fit into a view: those that its environments have; into the default one also those that nobody has. Others
    /// may be meant for another catalogue.
    pub fn profiles_of<'a>(&'a self, view: &View<'a>) -> Vec<&'a Located<Profile>> {
        let used = |view: &View<'a>| -> BTreeSet<&'a str> {
            let profiles =
                self.environments_of(view).filter_map(|environment| self.layers_of(environment).profile());
            profiles
                .flat_map(|said| view.chain(said.value))
                .map(|profile| profile.value.name.as_str())
                .collect()
        };
        let here = used(view);
        let anywhere: BTreeSet<&str> = match view.named == self.named_by_default() {
            true => self.views().iter().flat_map(used).collect(),
            false => return view.profiles_in(|name| here.contains(name)),
        };
        view.profiles_in(|name| here.contains(name) || !anywhere.contains(name))
    }

    /// The exemptions that must fit into a view, as [`Definitions::profiles_of`] says of profiles.
    pub fn exemptions_of<'a>(&'a self, view: &View<'a>) -> Vec<&'a Located<Exemption>> {
        let is_default = view.named == self.named_by_default();
        let names = |environment: &Located<Environment>, name: &String| {
            self.layers_of(environment).iter().any(|layer| layer.value.exemptions.contains(name))
        };
        let is_used = |name: &String| self.environments_of(view).any(|environment| names(environment, name));
        let is_unused = |name: &String| !self.environments.iter().any(|environment| names(environment, name));
        let fits = |name: &String| is_used(name) || is_default && is_unused(name);
        view.exemptions.iter().filter(|exemption| fits(&exemption.value.name)).collect()
    }

    /// The environments that draw on a view.
    pub fn environments_of<'a>(&'a self, view: &View<'a>) -> impl Iterator<Item = &'a Located<Environment>> {
        let named = view.named;
        self.environments.iter().filter(move |environment| self.named_by(environment) == named)
    }

    fn named_by_default(&self) -> Option<&str> {
        let newest = || self.catalogues.keys().max_by_key(|version| catalogue::version(version));
        self.named_by_project().or_else(|| newest().map(String::as_str))
    }

    /// Each view that is used, the default one first.
    pub fn views(&self) -> Vec<View<'_>> {
        let default = self.default_view();
        let mut seen = BTreeSet::from([default.named]);
        let mut views = vec![default];
        for environment in &self.environments {
            let named = self.named_by(environment);
            if seen.insert(named) {
                views.push(self.view(named));
            }
        }
        views
    }

    fn named_by_project(&self) -> Option<&str> {
        self.project.as_ref().and_then(|project| project.value.catalogue.as_deref())
    }

    /// The project's own definitions, and those of a catalogue. One that isn't there adds none.
    fn view<'a>(&'a self, named: Option<&'a str>) -> View<'a> {
        let catalogue = named.and_then(|version| self.catalogues.get(version));
        let Catalogue { kinds, rules, profiles, sets } = catalogue.unwrap_or(&NOTHING);
        View {
            project: self.project.as_ref(),
            named,
            catalogue: named.filter(|_| catalogue.is_some()),
            kinds: together(&self.kinds, kinds, |kind| (kind.group.as_str(), kind.kind.as_str())),
            rules: together(&self.rules, rules, |rule| rule.id.as_str()),
            profiles: together(&self.profiles, profiles, |profile| profile.name.as_str()),
            sets: together(&self.sets, sets, |set| set.id.as_str()),
            exemptions: &self.exemptions,
            natives: &self.natives,
        }
    }
}

/// The project's own, and what the catalogue has beside, sorted by key.
fn together<'a, T, Key: Ord>(
    own: &'a [Located<T>],
    catalogue: &'a [Located<T>],
    key: impl Fn(&'a T) -> Key,
) -> Vec<&'a Located<T>> {
    let taken: BTreeSet<Key> = own.iter().map(|one| key(&one.value)).collect();
    let beside = catalogue.iter().filter(|one| !taken.contains(&key(&one.value)));
    let mut all: Vec<&Located<T>> = own.iter().chain(beside).collect();
    all.sort_by_cached_key(|one| key(&one.value));
    all
}

impl<'a> View<'a> {
    /// Whether the catalogue that is named isn't there.
    pub fn is_incomplete(&self) -> bool {
        self.named.is_some() && self.catalogue.is_none()
    }

    fn profiles_in(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<&'a Located<Profile>> {
        self.profiles.iter().copied().filter(|profile| is_wanted(&profile.value.name)).collect()
    }

    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&'a Located<Rule>> {
        self.rules.iter().find(|rule| rule.value.id == id).copied()
    }

    /// A profile, the one that it extends, and so on. Where one isn't there, or comes again, the list ends.
    pub fn chain(&self, profile: &str) -> Vec<&'a Located<Profile>> {
        let mut chain: Vec<&'a Located<Profile>> = Vec::new();
        let mut next = Some(profile);
        while let Some(name) = next {
            let found = self.profiles.iter().find(|profile| profile.value.name == name);
            match found.filter(|_| chain.iter().all(|before| before.value.name != name)) {
                Some(found) => {
                    chain.push(found);
                    next = found.value.extends.as_deref();
                }
                None => break,
            }
        }
        chain
    }
}

/// The rules that a chain of profiles holds, each with what they say of it, the nearest first.
pub fn held<'a>(chain: &[&'a Located<Profile>]) -> BTreeMap<&'a str, Vec<&'a ProfileRule>> {
    let mut held: BTreeMap<&str, Vec<&ProfileRule>> = BTreeMap::new();
    for profile in chain {
        for (id, rule) in &profile.value.rules {
            held.entry(id).or_default().push(rule);
        }
    }
    held
}
