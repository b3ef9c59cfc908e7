//! Which rules stand together, what packs are called, and that none is larger than an engine takes.

use std::collections::BTreeSet;

use super::*;
use crate::ir::sample;
use crate::targets::{Packed, render, render_packs};

/// So many rules that deny everywhere but in `sandbox`, where they audit; packed for each target.
fn many(count: usize) -> Release {
    let mut release = sample::release();
    let rules = (1..=count).map(|number| Rule { id: format!("POD-{number:03}"), ..sample::rule("POD-008") });
    release.rules = rules.collect();
    release.packed = Target::ALL.map(|target| (target, [Action::Deny].into())).into();
    release
}

fn packs(release: &Release) -> Vec<Packed> {
    render_packs(release).into_iter().map(Result::unwrap).collect()
}

#[test]
fn what_denies_stands_together_and_the_rest_alone() {
    let release = many(3);
    let packs = packs(&release);
    let paths: Vec<&str> =
        packs.iter().flat_map(|packed| &packed.artefacts).map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "kyverno-cluster-policy/packed-deny.yaml",
            "kyverno-validating-policy/packed-deny.yaml",
            "gatekeeper/templates/packed-deny.yaml",
            "gatekeeper/constraints/packed-deny.yaml",
            "validating-admission-policy/packed-deny.yaml",
            "validating-admission-policy/packed-deny.binding.yaml",
        ]
    );
    assert!(packs.iter().all(|packed| packed.rules == ["POD-001", "POD-002", "POD-003"]));
    for target in Target::ALL {
        let alone = render(target, &release, &release.rules[0]).unwrap();
        assert!(alone.iter().all(|file| !file.is_packed && !file.text.contains("Enforce")));
        assert!(alone.iter().any(|file| file.text.contains("sandbox")), "{target:?}");
    }
}

#[test]
fn nothing_is_packed_unless_it_is_asked_for() {
    let mut release = many(3);
    release.packed.clear();
    assert_eq!(packs(&release), []);
    assert_eq!(layout(&release, Target::Gatekeeper), None);
}

#[test]
fn many_rules_are_divided_so_that_each_policy_is_taken() {
    let release = many(250);
    let packs = packs(&release);
    for target in Target::ALL {
        let own: Vec<&Packed> = packs.iter().filter(|packed| packed.target == target).collect();
        assert!(own.len() > 1, "{target:?}");
        let rules: Vec<&String> = own.iter().flat_map(|packed| &packed.rules).collect();
        assert_eq!(rules, release.rules.iter().map(|rule| &rule.id).collect::<Vec<_>>());
        let paths: BTreeSet<&str> =
            own.iter().flat_map(|packed| &packed.artefacts).map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), own.iter().map(|packed| packed.artefacts.len()).sum::<usize>());
        for file in own.iter().flat_map(|packed| &packed.artefacts) {
            for document in serde_yaml::Deserializer::from_str(&file.text) {
                let object: serde_json::Value = serde::Deserialize::deserialize(document).unwrap();
                let stored = size(&object.to_string());
                assert!(stored < 262_144, "{}: {stored}", file.path);
                let name = object["metadata"]["name"].as_str().unwrap();
                assert!(name.len() <= 63, "{name}");
                for variable in object["spec"]["variables"].as_array().into_iter().flatten() {
                    assert!(variable["expression"].as_str().unwrap().chars().count() < 100_000);
                }
            }
        }
    }
}

#[test]
fn parts_are_counted_in_front_of_what_a_scope_may_be_called() {
    let (release, rule) = (sample::release(), sample::rule("POD-008"));
    let place = sample::placement(Some("2"), &[], Action::Deny);
    let pack = |number, place| Pack { number, action: Action::Deny, place, rules: vec![&rule] };
    assert_eq!(pack(1, None).name(&release), "palisade-packed-deny");
    assert_eq!(pack(2, None).name(&release), "palisade-packed-2-deny");
    assert_eq!(pack(1, Some(&place)).name(&release), "palisade-packed-deny-2");
}

#[test]
fn a_rule_that_is_too_large_alone_is_not_divided() {
    let rule = sample::rule("POD-008");
    let parts = in_parts(&[&rule, &rule, &rule], &|rules| Ok((rules.len() < 2, rules.len())));
    assert_eq!(parts, Ok(vec![1, 1, 1]));
    assert_eq!(in_parts(&[&rule], &|_| Ok((false, 1))), Ok(vec![1]));
}

#[test]
fn sizes_are_those_of_an_annotation() {
    assert_eq!(size("a && b"), 4 + 12);
    assert_eq!(size("\"é\"\n"), 2 + 2 + 2 + 2);
}
