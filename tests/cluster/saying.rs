//! What a cluster says to a write: the texts of our policies, taken out of the words that each engine puts around them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::{Expected, head};
use crate::rig::api::Reply;

/// From how many bytes on the API server shortens warnings (`k8s.io/apiserver`, `endpoints/filters/warning.go`, 1.37).
const WARNINGS_LIMIT: usize = 4096;

/// How many bytes an engine's own words around a text have at most.
const POLICY_NAME: usize = 128;

/// What came of a write.
pub struct Saying {
    /// The texts of the policies that refused it, and whether all of them are told; absent if it went through.
    pub denial: Option<Denial>,
    /// The texts of the policies that warned.
    pub warnings: Vec<String>,
    /// Why the API server itself refused it, without asking a policy.
    pub refused: Option<String>,
}

/// Why a write was refused.
pub struct Denial {
    /// The whole message.
    pub message: String,
    /// The texts of our policies in it.
    pub texts: BTreeSet<String>,
    /// Whether it tells of the first policy only, as the API server's own policies do.
    pub is_first: bool,
}

impl Saying {
    /// Reads an answer.
    pub fn of(reply: &Reply) -> Self {
        let warnings = reply.warnings.iter().filter_map(|warning| after_policy_name(warning)).collect();
        if reply.is_success() {
            return Self { denial: None, warnings, refused: None };
        }
        let message = reply.message();
        let denial = denial(&message);
        let refused = denial.is_none().then_some(message);
        Self { denial, warnings, refused }
    }

    /// How the answer differs from what the evaluator says, if it does. So many engines speak.
    pub fn difference(&self, expected: &Expected, engines: usize) -> Option<String> {
        match (&self.denial, expected.allowed()) {
            (None, true) => self.warnings_differ(expected, engines),
            (Some(denial), false) => denial.difference(expected),
            (None, false) => Some("it went through".to_owned()),
            (Some(denial), true) => Some(format!("denied: {}", denial.message)),
        }
    }

    /// How the warnings differ. Where they are too long together, the API server cuts each, and drops some.
    fn warnings_differ(&self, expected: &Expected, engines: usize) -> Option<String> {
        let wanted: BTreeSet<&String> = of_action(&expected.texts, "warn").collect();
        let any_words: BTreeSet<&String> = of_action(&expected.unreadable, "warn").collect();
        let total: usize = wanted.iter().map(|text| text.len() + POLICY_NAME).sum();
        let is_whole = total * engines < WARNINGS_LIMIT && any_words.is_empty();
        let is_ours = |text: &String| {
            wanted.iter().any(|whole| whole.as_str() == text || !is_whole && whole.starts_with(text.as_str()))
                || any_words.iter().any(|rule| text.starts_with(&format!("{rule} ")))
        };
        let strangers: Vec<&String> = self.warnings.iter().filter(|text| !is_ours(text)).collect();
        let missing: Vec<&&String> = wanted.iter().filter(|text| !self.warnings.contains(text)).collect();
        let is_silent = self.warnings.is_empty() && !(wanted.is_empty() && any_words.is_empty());
        if strangers.is_empty() && (missing.is_empty() || !is_whole) && !is_silent {
            return None;
        }
        Some(format!("warned of {:?}, which isn't expected, and not of {missing:?}", strangers))
    }
}

impl Denial {
    fn difference(&self, expected: &Expected) -> Option<String> {
        let wanted: BTreeSet<&String> = of_action(&expected.texts, "deny").collect();
        let any_words: BTreeSet<&String> = of_action(&expected.unreadable, "deny").collect();
        let in_any_words =
            |text: &&String| any_words.iter().any(|rule| text.starts_with(&format!("{rule} ")));
        let exact: BTreeSet<&String> = self.texts.iter().filter(|text| !in_any_words(text)).collect();
        let spoken: BTreeSet<&str> = self.texts.iter().filter(in_any_words).map(|text| head(text)).collect();
        let agrees = if self.is_first {
            self.texts.len() == 1 && exact.is_subset(&wanted)
        } else {
            exact == wanted && spoken == any_words.iter().map(|rule| rule.as_str()).collect()
        };
        (!agrees).then(|| format!("denied: {}", self.message))
    }
}

fn of_action<'a>(of: &'a BTreeSet<(String, String)>, action: &'a str) -> impl Iterator<Item = &'a String> {
    of.iter().filter(move |(other, _)| other == action).map(|(_, text)| text)
}

/// The denial in a message; nothing if no policy speaks in it.
fn denial(message: &str) -> Option<Denial> {
    let of = |texts: BTreeSet<String>, is_first| Denial { message: message.to_owned(), texts, is_first };
    // A ValidatingAdmissionPolicy.
    if let Some((_, text)) = message.split_once("' denied request: ") {
        return Some(of(BTreeSet::from([text.to_owned()]), true));
    }
    let (_, said) = message.split_once("denied the request: ")?;
    // ClusterPolicies: a map of policies, rules and texts in YAML.
    if let Some((_, map)) = said.split_once("due to the following policies") {
        let map: Value = serde_yaml::from_str(map).unwrap_or_default();
        let rules = map.as_object().into_iter().flatten().filter_map(|(_, rules)| rules.as_object());
        let texts = rules.flatten().filter_map(|(_, text)| text.as_str().map(str::to_owned));
        return Some(of(texts.collect(), false));
    }
    // ValidatingPolicies, one after the other.
    if said.starts_with("Policy ") {
        let texts = said.split("; Policy ").filter_map(after_policy_name);
        return Some(of(texts.collect(), false));
    }
    // Gatekeeper's constraints, one a line.
    Some(of(said.lines().filter_map(after_policy_name).collect(), false))
}

/// A text without the name of the policy and the engine's words in front of it; nothing if no policy speaks.
fn after_policy_name(text: &str) -> Option<String> {
    let of_constraint = || text.strip_prefix('[')?.split_once("] ");
    let of_binding = || text.split_once("' with binding '")?.1.split_once("': ");
    // `Policy NAME failed: `, of which the first word is away where several follow each other.
    let of_validating_policy = || {
        let found = text.split_once(" failed: ")?;
        (!found.0.trim_start_matches("Policy ").contains(' ')).then_some(found)
    };
    let of_cluster_policy = || text.strip_prefix("policy ")?.split_once(": ");
    let found = of_constraint().or_else(of_binding).or_else(of_validating_policy).or_else(of_cluster_policy);
    found.map(|(_, own)| own.to_owned())
}
