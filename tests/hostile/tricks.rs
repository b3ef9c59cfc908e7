//! What is done to a project that is right.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::folder::Folder;

const RULE: &str = "policies/rules/identity/ACM-002-tokens.yaml";

/// Gives the second rule another id.
pub fn rename_rule(at: &Folder, id: &str) {
    let text = at.read(RULE).replace("ACM-002", id);
    fs::remove_file(at.path(RULE)).unwrap();
    at.write(&format!("policies/rules/identity/{id}-tokens.yaml"), &text);
    at.edit("policies/profiles/acme.yaml", "ACM-002", id);
    at.edit("policies/environments/production.yaml", "ACM-002", id);
    at.edit("policies/environments/rollout.yaml", "ACM-002", id);
}

/// Moves the second rule into a category of this name.
pub fn move_rule(at: &Folder, category: &str) {
    fs::rename(at.path("policies/rules/identity"), at.path(&format!("policies/rules/{category}"))).unwrap();
}

/// A file whose name is no UTF-8.
pub fn strange_name(at: &Folder) {
    let name = OsStr::from_bytes(b"\xff\xfe.yaml");
    fs::write(at.path("policies/profiles").join(name), "name: a\n").unwrap();
}

pub fn link(at: &Folder, to: &str, path: &str) {
    symlink(to, at.path(path)).unwrap();
}

pub fn link_beside(at: &Folder) {
    at.write("secret", "token: abc\n");
    link(at, "../../secret", "policies/profiles/secret.yaml");
}

/// A rule that lies elsewhere in the project, and a link in its place.
pub fn link_within(at: &Folder) {
    fs::create_dir(at.path("policies/.shared")).unwrap();
    fs::rename(at.path(RULE), at.path("policies/.shared/tokens.yaml")).unwrap();
    link(at, "../../.shared/tokens.yaml", RULE);
}

pub fn link_whole(at: &Folder) {
    fs::rename(at.path("policies"), at.path("elsewhere")).unwrap();
    link(at, "elsewhere", "policies");
}

pub fn pipe(at: &Folder, path: &str) {
    assert!(at.command("mkfifo", &[path]).status().unwrap().success());
}

pub fn folder_for_file(at: &Folder) {
    fs::remove_file(at.path("policies/palisade.yaml")).unwrap();
    fs::create_dir(at.path("policies/palisade.yaml")).unwrap();
}

/// A file of so many zeros, which takes no room.
pub fn sparse(at: &Folder, path: &str, size: u64) {
    fs::File::create(at.path(path)).unwrap().set_len(size).unwrap();
}

pub fn long_reason(at: &Folder) {
    let text = at.read(RULE);
    let line = text.lines().find(|line| line.starts_with("why:")).unwrap().to_owned();
    at.edit(RULE, &line, &format!("why: {}", "x".repeat(3_000_000)));
}

/// `a0`, `a1`, … with something behind each.
pub fn numbered(count: usize, before: &str, behind: &str) -> String {
    (0..count).map(|number| format!("{before}{number}{behind}")).collect()
}

/// A list whose items are lists of two of the items before: 2 to this power of texts.
pub fn bomb(power: usize) -> String {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..power {
        text.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    text
}

pub fn indented(levels: usize) -> String {
    (0..levels).map(|level| format!("{}a:\n", " ".repeat(level))).collect()
}

fn exemption(name: &str) -> String {
    format!(
        "name: {name}\nowner: team\napproved_by: security\nreason: It must.\nticket: T-1\ncreated: \"2026-01-01\"\nexpires: \"2027-12-31\"\nidentity:\n  namespace: team-a\n  service_account: {name}\n  images: [registry.example/{name}]\nfeatures:\n  capabilities: [SYS_PTRACE]\n"
    )
}

/// So many exemptions that are defined.
pub fn exemption_files(at: &Folder, count: usize) {
    fs::create_dir_all(at.path("policies/exemptions/many")).unwrap();
    for number in 0..count {
        let name = format!("many-{number}");
        at.write(&format!("policies/exemptions/many/{name}.yaml"), &exemption(&name));
    }
}

/// So many exemptions that an environment has.
pub fn exemptions(at: &Folder, count: usize) {
    exemption_files(at, count);
    let all = numbered(count, "many-", ", ");
    at.edit(
        "policies/environments/production.yaml",
        "exemptions: [profiler]",
        &format!("exemptions: [{all}]"),
    );
}

pub fn environments(at: &Folder, count: usize) {
    let text = at.read("policies/environments/staging.yaml").replace("profile: acme", "profile: nobody");
    for number in 0..count {
        let name = format!("cluster-{number}");
        at.write(
            &format!("policies/environments/{name}.yaml"),
            &text.replace("name: staging", &format!("name: {name}")),
        );
    }
}

pub fn left_out(at: &Folder, count: usize) {
    let all = numbered(count, "    - {namespace: ns-", ", reason: So it is.}\n");
    at.edit(
        "policies/environments/production.yaml",
        "left_out:\n  also:\n",
        &format!("left_out:\n  also:\n{all}"),
    );
}

pub fn other_files(at: &Folder) {
    fs::create_dir(at.path("policies/rules/notes")).unwrap();
    for number in 0..30_000 {
        at.write(&format!("policies/rules/notes/{number}.md"), "");
    }
}

pub fn deep_folders(at: &Folder) {
    let folder = format!("policies/rules/{}", "a/".repeat(500));
    fs::create_dir_all(at.path(&folder)).unwrap();
    at.write(&format!("{folder}deep.yaml"), "id: a\n");
}

/// Wraps what a rule demands into so many negations of negations.
pub fn nots(at: &Folder, count: usize) {
    let condition = demanded(at);
    at.edit(RULE, &condition, &format!("{}{condition}{}", "{not: ".repeat(count), "}".repeat(count)));
}

/// Makes what a rule demands one of so many alternatives.
pub fn alternatives(at: &Folder, count: usize) {
    let condition = demanded(at);
    let others = numbered(count, "{field: object.metadata.name, is: h", "}, ");
    at.edit(RULE, &condition, &format!("{{any: [{condition}, {others}]}}"));
}

/// The condition behind the first `require:` of the second rule.
fn demanded(at: &Folder) -> String {
    let text = at.read(RULE);
    text.lines().find_map(|line| line.trim().strip_prefix("require: ")).unwrap().to_owned()
}

pub fn containers(count: usize) -> String {
    let all =
        numbered(count, "  - {name: c", ", image: a, securityContext: {capabilities: {add: [SYS_TIME]}}}\n");
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: many}}\nspec:\n  containers:\n{all}")
}

/// Does something after a build.
pub fn built(at: &Folder, trick: impl FnOnce(&Folder)) {
    assert_eq!(at.palisade(&["build"]).code, 0);
    trick(at);
}

/// The list of an interrupted build.
pub fn unfinished(at: &Folder, list: &str) {
    let folder = "out/.palisade/production/unfinished";
    fs::create_dir(at.path(folder)).unwrap();
    at.write(&format!("{folder}/paths"), list);
}
