//! That an API server as old as the release asks for takes the expressions of a policy. Prints nothing, and knows no rule.

use minijinja::Value;

use super::admission;
use crate::expression::cel;
use crate::ir::{Release, Rule, Target, Version};

/// Whether the oldest API server of the release takes this match condition and these variables; if not, the function that it lacks.
pub(super) fn check(release: &Release, condition: &str, variables: &Value) -> Result<(), String> {
    let server = oldest(release);
    let taken = |expression: &str| match cel::lacking(expression, cel::environment_of(server)) {
        Some((function, since)) => Err(refusal(function, since, server)),
        None => Ok(()),
    };
    taken(condition)?;
    let Ok(variables) = variables.try_iter() else { return Ok(()) };
    for variable in variables {
        let expression = variable.get_attr("expression").unwrap_or_default();
        taken(expression.as_str().unwrap_or_default())?;
    }
    Ok(())
}

/// The same for the variables of several rules in one policy: names the first rule that needs what is lacking.
pub(super) fn check_pack(
    release: &Release,
    rules: &[&Rule],
    condition: &str,
    variables: &Value,
) -> Result<(), String> {
    let Err(reason) = check(release, condition, variables) else { return Ok(()) };
    let needs = |rule: &Rule| {
        let own = admission::Variables::of(release, rule);
        let (Ok(condition), Ok(variables)) = (own.suspicion(), own.printed()) else { return false };
        check(release, condition, &variables).is_err()
    };
    let culprit =
        rules.iter().find(|rule| needs(rule)).map_or("the policy of several rules", |rule| &rule.id);
    Err(format!("{culprit}: {reason}"))
}

/// The oldest API server that the policies are for.
fn oldest(release: &Release) -> Version {
    let range = release.engines.get(&Target::ValidatingAdmissionPolicy);
    range.map_or(release.kubernetes, |range| range.from.min(release.kubernetes))
}

/// What is wrong, and what to do.
fn refusal(function: &str, since: Option<Version>, server: Version) -> String {
    let Some(since) = since else {
        return format!(
            "palisade doesn't know since when CEL has `{function}`; this is a bug, please report it with the rule"
        );
    };
    let needed = Version { minor: since.minor + 1, ..since };
    format!(
        "it needs `{function}` of CEL, which the API server takes from Kubernetes {needed} on, and the environment asks \
         for {server}; raise its `kubernetes` and the target's `from` to {needed}, or leave the rule out"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::sample;
    use crate::targets::render;

    fn refused(kubernetes: u16, from: u16) -> Option<String> {
        let mut release = sample::release();
        release.kubernetes.minor = kubernetes;
        for range in release.engines.values_mut() {
            range.from.minor = from;
        }
        let rule = release.rules.first()?;
        let refusal = render(Target::ValidatingAdmissionPolicy, &release, rule).err()?;
        Some(format!("{}: {}", refusal.rule, refusal.reason))
    }

    #[test]
    fn an_old_api_server_is_refused_with_rule_and_function() {
        let told = "POD-008: it needs `.?` of CEL, which the API server takes from Kubernetes 1.29 on, and the environment \
                    asks for 1.28; raise its `kubernetes` and the target's `from` to 1.29, or leave the rule out";
        assert_eq!(refused(28, 30).as_deref(), Some(told));
        assert_eq!(refused(33, 28).as_deref(), Some(told));
        assert_eq!(refused(29, 29), None);
    }
}
