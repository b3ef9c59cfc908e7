//! What a platform team does with a project that `palisade init` made: it is built and committed, and changed in six ways. For each
//! commit one snapshot, of what a reviewer sees: the files that change, by how many lines, and what `palisade diff` says.
//!
//! The team begins with an older release of the catalogue: this one, with a rule as it might have been.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;

use sha2::{Digest as _, Sha256};

#[path = "support/folder.rs"]
mod folder;

use folder::{Folder, files_below, tests};

const OLDER: &str = "0.0.9";
const PRODUCTION: &str = "policies/environments/production.yaml";
const STAGING: &str = "policies/environments/staging.yaml";
const DAY: &str = "2026-11-02";

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A team's repository.
struct Estate {
    folder: Folder,
}

impl Estate {
    /// What `init` writes, on the older catalogue, built and committed.
    fn committed() -> Self {
        let estate = Self { folder: Folder::empty() };
        estate.succeeds(&["init", "--name", "acme", "--as-of", DAY]);
        estate.draw_on_the_older_catalogue();
        estate.build();
        estate.folder.git(&["init", "--quiet"]);
        estate.commit("Start");
        estate
    }

    fn draw_on_the_older_catalogue(&self) {
        let this = format!("policies/catalogue/{}", env!("CARGO_PKG_VERSION"));
        let older = format!("policies/catalogue/{OLDER}");
        fs::rename(self.folder.path(&this), self.folder.path(&older)).unwrap();
        self.folder.edit(
            &format!("{older}/rules/pod-security/POD-008-capabilities.yaml"),
            "default: [NET_BIND_SERVICE]",
            "default: [CHOWN, NET_BIND_SERVICE]",
        );
        let files = files_below(&self.folder.path(&older));
        let lines = files.iter().filter(|(path, _)| *path != "catalogue.lock");
        let lines: String = lines.map(|(path, bytes)| format!("{}  {path}\n", digest(bytes))).collect();
        self.folder.write(&format!("{older}/catalogue.lock"), &lines);
        let version = format!("catalogue: \"{}\"", env!("CARGO_PKG_VERSION"));
        self.folder.edit("policies/palisade.yaml", &version, &format!("catalogue: \"{OLDER}\""));
    }

    fn succeeds(&self, arguments: &[&str]) {
        let ran = self.folder.palisade(arguments);
        assert_eq!(ran.code, 0, "{}", ran.told());
    }

    /// Builds as CI does afterwards, with the same bytes.
    fn build(&self) {
        self.succeeds(&["build", "--as-of", DAY]);
        self.succeeds(&["build", "--as-of", DAY, "--check"]);
        self.succeeds(&["test"]);
    }

    fn commit(&self, message: &str) {
        self.folder.git(&["add", "--all"]);
        self.folder.git(&["commit", "--quiet", "--message", message]);
    }

    fn output(&self, arguments: &[&str]) -> String {
        let ran = self.folder.command("git", arguments).output().unwrap();
        assert!(ran.status.success(), "git {arguments:?}");
        String::from_utf8(ran.stdout).unwrap()
    }

    /// Builds what was changed, writes the snapshot of what a reviewer sees, and commits.
    fn review(&self, name: &str) {
        self.build();
        let meaning = self.folder.palisade(&["diff", "git:HEAD", "policies"]);
        self.folder.git(&["add", "--all"]);
        let files = self.output(&["diff", "--cached", "--numstat", "--", ".", ":!policies/catalogue"]);
        let mut settings = insta::Settings::clone_current();
        settings.set_omit_expression(true);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path(tests().join("estate"));
        settings.bind(|| insta::assert_snapshot!(name, format!("{files}\n{}", meaning.told())));
        self.commit(name);
    }
}

#[test]
fn six_commits_of_a_team() {
    let estate = Estate::committed();
    let folder = &estate.folder;

    folder.edit(
        PRODUCTION,
        "  # IMG-001:\n  #   parameters:\n  #     allowed: [111122223333.dkr.ecr.eu-central-1.amazonaws.com]\n",
        "  IMG-001:\n    parameters:\n      allowed: [444455556666.dkr.ecr.eu-west-1.amazonaws.com]\n",
    );
    estate.review("1-new-parameter");

    estate.succeeds(&["new", "exemption", "node-exporter", "--folder", "observability", "--as-of", DAY]);
    folder.edit(PRODUCTION, "  - node-logs\n", "  - node-logs\n  - node-exporter\n");
    estate.review("2-new-exemption");

    folder.edit(
        PRODUCTION,
        "TEAM-001: {action: audit}",
        "TEAM-001: {action: audit, actions: {onboarding: deny}}",
    );
    estate.review("3-deny-in-one-namespace");

    folder.edit(PRODUCTION, "kubernetes: \"1.33\"", "kubernetes: \"1.34\"");
    folder.edit(PRODUCTION, "{from: \"1.33\", to: \"1.37\"}", "{from: \"1.34\", to: \"1.37\"}");
    estate.review("4-engine-upgraded");

    fs::remove_file(folder.path("policies/rules/ownership/TEAM-001-team-label.yaml")).unwrap();
    folder.edit("policies/profiles/platform.yaml", "rules:\n  TEAM-001: {}\n", "rules: {}\n");
    folder.edit(PRODUCTION, "  TEAM-001: {action: audit, actions: {onboarding: deny}}\n", "");
    folder.edit(STAGING, "rules:\n  # People see at once what a new rule says, and are not stopped by it.\n  TEAM-001: {action: warn}\n", "");
    estate.review("5-rule-removed");

    estate.succeeds(&["update"]);
    folder.edit(
        STAGING,
        "profile: platform\n",
        &format!("profile: platform\ncatalogue: \"{}\"\n", env!("CARGO_PKG_VERSION")),
    );
    estate.review("6-catalogue-updated-for-staging");
}

#[test]
fn environments_on_two_catalogues_can_be_compared() {
    let estate = Estate::committed();
    estate.succeeds(&["update"]);
    let newer = format!("profile: platform\ncatalogue: \"{}\"\n", env!("CARGO_PKG_VERSION"));
    estate.folder.edit(STAGING, "profile: platform\n", &newer);
    estate.build();
    let lock = |environment: &str| format!("out/.palisade/{environment}/lock.json");
    let compared = estate.folder.palisade(&["diff", &lock("production"), &lock("staging")]);
    assert_eq!(compared.code, 1, "{}", compared.told());
    let told: Vec<&str> = compared.stdout.lines().filter(|line| line.contains("POD-008")).collect();
    assert!(told.iter().any(|line| line.contains("CHOWN")), "{}", compared.told());
}
