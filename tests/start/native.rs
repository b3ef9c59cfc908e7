//! Native policies: copied as they are, locked, listed as not proved, and shown as text.

use std::fs;

use super::folder::Folder;
use super::{build, commit, snapshot, started, well};

const QUOTA: &str = "# Ours, word for word: yes.
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: acme-images-are-signed}
spec: {failurePolicy: Fail, suspended: yes}
";

/// Writes a native file of a target.
fn native(folder: &Folder, path: &str, text: &str) {
    let path = format!("policies/native/{path}");
    fs::create_dir_all(folder.path(&path).parent().unwrap()).unwrap();
    folder.write(&path, text);
}

#[test]
fn native_policies_are_copied_locked_and_listed() {
    let folder = started();
    folder.edit("policies/environments/production.yaml", "  # gatekeeper", "  gatekeeper");
    build(&folder);
    folder.git(&["init", "--quiet", "--initial-branch=main"]);
    commit(&folder, "base");
    native(&folder, "validating-admission-policy/team/signed.yaml", QUOTA);
    let template =
        "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: acmesigned}\n";
    let constraint =
        "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: AcmeSigned\nmetadata: {name: images}\n";
    native(&folder, "gatekeeper/templates/signed.yaml", template);
    native(&folder, "gatekeeper/constraints/signed.yaml", constraint);
    snapshot("native-diff-new", &folder.palisade(&["diff", "git:main", "policies"]).told());
    build(&folder);
    commit(&folder, "native");
    let changed = folder.command("git", &["diff", "--name-only", "HEAD~1", "--", "out"]).output().unwrap();
    snapshot("native-files", &String::from_utf8(changed.stdout).unwrap());
    let copy = "out/production/validating-admission-policy/native/team/signed.yaml";
    assert_eq!(folder.read(copy), QUOTA, "as it is");
    assert_eq!(folder.read("out/production/gatekeeper/templates/native/signed.yaml"), template);
    let listed = |path: &str| {
        folder
            .read(path)
            .lines()
            .filter(|line| line.contains("native/"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        listed("out/production/validating-admission-policy/kustomization.yaml"),
        ["- native/team/signed.yaml"]
    );
    assert_eq!(listed("out/production/gatekeeper/templates/kustomization.yaml"), ["- native/signed.yaml"]);
    assert_eq!(listed("out/production/gatekeeper/constraints/kustomization.yaml"), ["- native/signed.yaml"]);
    assert!(!folder.path("out/staging/gatekeeper").exists());
    let readme = folder.read("out/production/README.md");
    let section: Vec<&str> = readme.lines().skip_while(|line| !line.contains("not proved")).take(9).collect();
    snapshot("native-readme", &section.join("\n"));
    let coverage = well(&folder, &["coverage"]).stdout;
    let section: Vec<&str> =
        coverage.lines().skip_while(|line| !line.contains("Not proved")).take(6).collect();
    snapshot("native-coverage", &section.join("\n"));
    well(&folder, &["build", "--check"]);
    folder.edit(copy, "Ours", "Theirs");
    let checked = folder.palisade(&["build", "--check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.stderr.contains("native/team/signed.yaml: edited by hand"), "{}", checked.told());
    build(&folder);
    assert_eq!(folder.read(copy), QUOTA);
    native(&folder, "validating-admission-policy/team/signed.yaml", &QUOTA.replace("Fail", "Ignore"));
    fs::remove_file(folder.path("policies/native/gatekeeper/constraints/signed.yaml")).unwrap();
    snapshot(
        "native-diff-changed",
        &folder.palisade(&["diff", "out/.palisade/production/lock.json", "policies"]).told(),
    );
    let json = folder.palisade(&["diff", "out", "policies", "--format", "json"]).stdout;
    assert!(json.contains(r#""aspect": "native""#) && json.contains("failurePolicy: Ignore"), "{json}");
    build(&folder);
    assert!(!folder.path("out/production/gatekeeper/constraints/native").exists());
}

#[test]
fn a_native_policy_never_takes_the_name_of_another_object() {
    let folder = started();
    native(
        &folder,
        "validating-admission-policy/one.yaml",
        &QUOTA.replace("acme-images-are-signed", "acme-pod-001"),
    );
    native(&folder, "validating-admission-policy/two.yaml", QUOTA);
    native(&folder, "validating-admission-policy/three.yaml", &QUOTA.replace("/v1", "/v1beta1"));
    snapshot("native-collision", &folder.palisade(&["build"]).told());
    assert!(!folder.path("out").exists());
}
