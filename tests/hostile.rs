//! Hostile projects, manifests and output folders: each ends in a clear error or works, in a minute and in 500 MB. None makes a panic, or
//! a file elsewhere.
//!
//! A case is one line of a table: what is done to a project that is right, and how the command must end.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::time::Duration;

#[path = "support/folder.rs"]
mod folder;
#[path = "hostile/measured.rs"]
mod measured;
#[path = "hostile/tricks.rs"]
mod tricks;

use folder::Folder;
use measured::{Measured, run};
use tricks::*;

/// The memory that a command may take, in bytes.
const MEMORY: u64 = 500_000_000;
/// The time of all processors that a command may take.
const TIME: Duration = Duration::from_secs(60);

/// How a command must end.
enum Ends {
    /// All is well.
    Works,
    /// With an error of this code, and with this text in it.
    Error(&'static str, &'static str),
    /// With findings, and with this text.
    Findings(&'static str),
}
use Ends::{Error, Findings, Works};

type Case = (&'static str, fn(&Folder), Ends);

const RULE: &str = "policies/rules/identity/ACM-002-tokens.yaml";
const LOCK: &str = "out/.palisade/production/lock.json";
const PRODUCTION: &str = "policies/environments/production.yaml";

/// What `palisade build` makes of a project.
#[rustfmt::skip]
const PROJECTS: &[Case] = &[
    // Names that lead elsewhere.
    ("an environment's name leads out", |at| at.edit(PRODUCTION, "name: production", "name: ../../evil"), Error("not-a-slug", "`../../evil`")),
    ("an environment's name is a path", |at| at.edit(PRODUCTION, "name: production", "name: /etc/evil"), Error("not-a-slug", "`/etc/evil`")),
    ("an environment's name has no end", |at| at.edit(PRODUCTION, "name: production", &format!("name: {}", "a".repeat(10_000))), Error("name-too-long", "the environment's name")),
    ("a namespace scope leads out", |at| at.edit(PRODUCTION, "name: sandbox", "name: ../sandbox"), Error("not-a-slug", "`../sandbox`")),
    ("the project's name leads out", |at| at.edit("policies/palisade.yaml", "name: acme", "name: ../acme"), Error("not-a-slug", "`../acme`")),
    ("a rule's id leads out", |at| at.edit(RULE, "id: ACM-002", "id: ../../ACM-002"), Error("not-a-rule-id", "`../../ACM-002`")),
    ("a rule's id is a device", |at| at.edit(RULE, "id: ACM-002", "id: NUL"), Error("not-a-rule-id", "`NUL`")),
    ("a rule's id begins like a device", |at| rename_rule(at, "CON-001"), Works),
    ("a check's id leads out", |at| at.edit(RULE, "- id: automount", "- id: ../../automount"), Error("not-a-slug", "`../../automount`")),
    ("a profile is an absolute path", |at| at.edit(PRODUCTION, "profile: acme", "profile: /etc/passwd"), Error("unknown-profile", "`/etc/passwd`")),
    ("an exemption leads out", |at| at.edit(PRODUCTION, "exemptions: [profiler]", "exemptions: [../profiler]"), Error("unknown-exemption", "`../profiler`")),
    ("a kind's plural leads out", |at| at.edit("policies/kinds.yaml", "plural: pods", "plural: ../pods"), Error("", "`../pods`")),
    ("a folder is named like an option", |at| move_rule(at, "--out"), Error("", "--out")),
    ("a file's name is no text", strange_name, Error("file", "is not UTF-8")),
    ("a file's name has a line feed", |at| at.write("policies/rules/identity/ACM\n-004-a.yaml", "id: ACM-004\n"), Error("", "ACM")),

    // Links, pipes and folders in the place of files.
    ("a link to a file elsewhere", |at| link(at, "/etc/passwd", "policies/rules/identity/ACM-009-link.yaml"), Error("link", "leads out of `policies`")),
    ("a link to a file beside the project", link_beside, Error("link", "leads out of `policies`")),
    ("a link to the root", |at| link(at, "/", "policies/rules/everything"), Error("link", "leads out of `policies`")),
    ("a link to the folder above", |at| link(at, "..", "policies/rules/above"), Error("file", "loop")),
    ("a link to itself", |at| link(at, "self.yaml", "policies/profiles/self.yaml"), Error("file", "can't read")),
    ("a link to nothing", |at| link(at, "nothing", "policies/profiles/nothing.yaml"), Error("file", "can't read")),
    ("a link within the project", link_within, Works),
    ("the project's folder is a link", link_whole, Works),
    ("a pipe that nobody writes to", |at| pipe(at, "policies/profiles/pipe.yaml"), Works),
    ("an endless device", |at| link(at, "/dev/zero", "policies/profiles/zero.yaml"), Error("link", "leads out of `policies`")),
    ("a folder in the place of a file", folder_for_file, Error("", "palisade.yaml")),

    // Too much of something.
    ("10 MB of one text", |at| at.edit(RULE, "why:", &format!("why: \"{}\"\nold:", "x".repeat(10_000_000))), Error("file-too-large", "more than the 4194304 that are read")),
    ("3 MB of one text", |at| at.edit(RULE, "why:", &format!("why: \"{}\"\nold:", "x".repeat(3_000_000))), Error("unknown-field", "unknown field `old`")),
    ("3 MB of a reason", long_reason, Error("text-too-long", "`why` has 3000000 characters")),
    ("3 MB of a title", |at| at.edit(RULE, "title: ", &format!("title: {}", "x".repeat(3_000_000))), Error("text-too-long", "`title` has 30000")),
    ("3 MB of a message", |at| at.edit(RULE, "    message: ", &format!("    message: {}", "x".repeat(3_000_000))), Error("text-too-long", "`message` has 30000")),
    ("a gigabyte of nothing", |at| sparse(at, "policies/profiles/large.yaml", 1 << 30), Error("file-too-large", "more than the 4194304 that are read")),
    ("a million lines of a list", |at| at.write("policies/profiles/list.yaml", &"- a\n".repeat(1_000_000)), Error("", "list.yaml")),
    ("a million lines of text", |at| at.write("policies/profiles/lines.yaml", &"abc\n".repeat(1_000_000)), Error("", "lines.yaml")),
    ("a million empty lines", |at| at.edit(RULE, "why:", &format!("{}why:", "\n".repeat(1_000_000))), Works),
    ("a million comments", |at| at.edit(RULE, "why:", &format!("{}why:", "#\n".repeat(1_000_000))), Works),
    ("200,000 unknown fields", |at| at.write("policies/profiles/fields.yaml", &numbered(200_000, "f", ": 1\n")), Error("unknown-field", "`f0`")),
    ("200,000 times the same field", |at| at.write("policies/profiles/same.yaml", &"name: same\n".repeat(200_000)), Error("duplicate-key", "`name`")),
    ("100,000 values in a parameter", |at| at.edit(PRODUCTION, "[NET_BIND_SERVICE, CHOWN]", &format!("[{}]", numbered(100_000, "C", ", "))), Error("out-of-bounds", "`allowed` has 100000 items")),
    ("100,000 documents", |at| at.write("policies/profiles/documents.yaml", &"---\na: b\n".repeat(100_000)), Error("two-documents", "documents.yaml")),
    ("5,000 exemptions", |at| exemptions(at, 5_000), Error("unsupported", "ACM-001")),
    ("5,000 exemptions that no environment has", |at| exemption_files(at, 5_000), Works),
    ("2,000 environments that are wrong", |at| environments(at, 2_000), Error("unknown-profile", "`nobody`")),
    ("30,000 other files", other_files, Works),
    ("2,000 namespaces that are left out", |at| left_out(at, 2_000), Works),
    ("folders in 500 folders", deep_folders, Error("unexpected-file", "deep.yaml")),

    // YAML that grows, or goes deep.
    ("aliases that double thirty times", |at| at.write("policies/profiles/bomb.yaml", &bomb(30)), Error("", "bomb.yaml")),
    ("an alias of itself", |at| at.write("policies/profiles/self.yaml", "a: &a [*a]\n"), Error("", "self.yaml")),
    ("10,000 lists in lists", |at| at.write("policies/profiles/deep.yaml", &"[".repeat(10_000)), Error("too-deep", "deep.yaml")),
    ("10,000 maps in maps", |at| at.write("policies/profiles/deep.yaml", &"{a: ".repeat(10_000)), Error("too-deep", "deep.yaml")),
    ("1,000 levels of indentation", |at| at.write("policies/profiles/deep.yaml", &indented(1_000)), Error("too-deep", "deep.yaml")),
    ("1,000 nots of a condition", |at| nots(at, 1_000), Error("too-deep", "ACM-002")),
    ("50 nots of a condition", |at| nots(at, 50), Works),
    ("a condition of 20,000 parts", |at| alternatives(at, 20_000), Error("unsupported", "ACM-002")),
    ("a tag of another language", |at| at.write("policies/profiles/tag.yaml", "!!python/object/apply:os.system [\"id\"]\n"), Error("", "tag.yaml")),
    ("a key of a megabyte", |at| at.write("policies/profiles/key.yaml", &format!("? {}\n: 1\n", "k".repeat(1_000_000))), Error("", "key.yaml")),
    ("a byte of nothing in a text", |at| at.edit(RULE, "why: ", "why: \0"), Error("", "ACM-002")),
    ("texts in UTF-16", |at| fs::write(at.path(RULE), b"\xff\xfei\0d\0:\0").unwrap(), Error("", "ACM-002")),
    ("an endless number", |at| at.edit("policies/profiles/acme.yaml", "512Gi", &"9".repeat(100_000)), Error("", "most")),
    ("a number with an endless exponent", |at| at.edit("policies/profiles/acme.yaml", "512Gi", "1e999999999"), Error("", "most")),
    ("a pattern that grows", |at| at.edit(RULE, "severity: medium", "severity: ((((a{1000}){1000}){1000}){1000})"), Error("", "severity")),
];

/// What `palisade check manifests` says.
#[rustfmt::skip]
const MANIFESTS: &[Case] = &[
    ("a link to a file elsewhere", |at| link(at, "/etc/passwd", "manifests/passwd.yaml"), Error("link", "leads out of `manifests`")),
    ("a link to the root", |at| link(at, "/", "manifests/root"), Error("link", "leads out of `manifests`")),
    ("a link that comes back", |at| link(at, ".", "manifests/again"), Error("file", "loop")),
    ("a link within the folder", |at| link(at, "account.yaml", "manifests/other.yaml"), Findings("ACM-002")),
    ("a pipe that nobody writes to", |at| pipe(at, "manifests/pipe.yaml"), Findings("ACM-002")),
    ("aliases that double thirty times", |at| at.write("manifests/bomb.yaml", &bomb(30)), Error("", "bomb.yaml")),
    ("100,000 lists in lists", |at| at.write("manifests/deep.yaml", &"[".repeat(100_000)), Error("too-deep", "deep.yaml")),
    ("100,000 lists in lists, in JSON", |at| at.write("manifests/deep.json", &"[".repeat(100_000)), Error("too-deep", "deep.json")),
    ("a Pod with 20,000 containers", |at| at.write("manifests/many.yaml", &containers(20_000)), Findings("many.yaml")),
    ("10 MB of one text", |at| at.write("manifests/text.yaml", &format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {}}}\n", "x".repeat(10_000_000))), Findings("ACM-002")),
    ("a million lines of text", |at| at.write("manifests/lines.yaml", &"abc\n".repeat(1_000_000)), Findings("ACM-002")),
    ("100,000 small documents", |at| at.write("manifests/documents.yaml", &"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n".repeat(100_000)), Findings("ACM-002")),
    ("a name that is a script for a terminal", |at| at.write("manifests/name.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: \"\\e[2J\\e]0;evil\\a\"}\nspec: {containers: [{name: a, image: a}]}\n"), Findings("ACM-002")),
];

/// What `palisade build` makes of an output folder that it has written before.
#[rustfmt::skip]
const OUTPUTS: &[Case] = &[
    ("a lock file of 50 MB of brackets", |at| built(at, |at| at.write(LOCK, &"[".repeat(50_000_000))), Works),
    ("a lock file of zeros", |at| built(at, |at| sparse(at, LOCK, 50_000_000)), Works),
    ("a lock file with a million files", |at| built(at, |at| at.edit(LOCK, "\"files\": {", &format!("\"files\": {{{}", numbered(1_000_000, "\"production/f", "\": null,\n")))), Works),
    ("a list of paths that lead out", |at| built(at, |at| unfinished(at, "../../manifests/account.yaml\nproduction/../../manifests/account.yaml\n/etc/passwd\n")), Works),
    ("a list of a million paths", |at| built(at, |at| unfinished(at, &numbered(1_000_000, "production/", "\n"))), Works),
    ("a folder of somebody else's environment", |at| built(at, |at| fs::create_dir(at.path("out/.palisade/../evil")).unwrap()), Works),
    ("20,000 files of somebody else's", |at| built(at, |at| for number in 0..20_000 { at.write(&format!("out/production/{number}"), "") }), Works),
];

/// Does something to a project, runs a command, and looks how it ended.
fn prove((name, trick, ends): &Case, arguments: &[&str]) -> Result<Measured, String> {
    let folder = Folder::new();
    fs::create_dir(folder.path("manifests")).unwrap();
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n";
    folder.write("manifests/account.yaml", account);
    trick(&folder);
    let before = files_elsewhere(&folder);
    let ran = run(&folder, arguments, TIME);
    let shown: String = ran.told.chars().take(3_000).collect();
    let wrong = |what: &str| {
        Err(format!("{name}: {what}, after {:?} with {} MB\n{shown}", ran.time, ran.memory / 1_000_000))
    };
    if ran.memory > MEMORY {
        return wrong("took too much memory");
    }
    if ran.time >= TIME {
        return wrong("took too long");
    }
    if ran.told.contains("panicked") || ran.told.contains("fault of palisade") {
        return wrong("is a fault of Palisade");
    }
    if ran.told.contains('\u{1b}') || ran.told.contains('\u{7}') {
        return wrong("tells a terminal what to do");
    }
    let (code, text) = match ends {
        Works => (0, ""),
        Findings(text) => (1, *text),
        Error(_, text) => (2, *text),
    };
    if ran.code != Some(code) || !ran.told.contains(text) {
        return wrong(&format!("doesn't end with {code} and `{text}` but with {:?}", ran.code));
    }
    if let Error(code, _) = ends
        && !ran.told.contains(&format!("error[{code}"))
    {
        return wrong(&format!("isn't the error `{code}`"));
    }
    if files_elsewhere(&folder) != before {
        return wrong("changed a file outside of its folder");
    }
    Ok(ran)
}

/// What lies beside the output folder: no command may change it.
fn files_elsewhere(folder: &Folder) -> Vec<String> {
    // (Nothing here is read: it may be endless.)
    let entries = fs::read_dir(folder.path(".")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "out");
    names.extend(folder.path("manifests/account.yaml").exists().then(|| "the manifest".to_owned()));
    names.sort();
    names
}

fn prove_all(cases: &[Case], arguments: &[&str]) {
    let mut faults = Vec::new();
    let (mut most, mut longest) = (0, Duration::ZERO);
    for case in cases {
        match prove(case, arguments) {
            Ok(ran) => {
                if std::env::var_os("PALISADE_VERBOSE").is_some() {
                    println!("{:<45} {:>5} MB {:>7.2?}", case.0, ran.memory / 1_000_000, ran.time);
                }
                most = most.max(ran.memory);
                longest = longest.max(ran.time);
            }
            Err(fault) => faults.push(fault),
        }
    }
    println!("{} cases: at most {} MB and {longest:.1?}", cases.len(), most / 1_000_000);
    assert!(faults.is_empty(), "{} of {} cases:\n{}", faults.len(), cases.len(), faults.join("\n\n"));
}

#[test]
fn projects() {
    prove_all(PROJECTS, &["build"]);
}

#[test]
fn manifests() {
    prove_all(MANIFESTS, &["check", "--environment", "production", "--fail-on", "audit", "manifests"]);
}

#[test]
fn outputs() {
    prove_all(OUTPUTS, &["build"]);
}
