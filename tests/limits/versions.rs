//! That every expression compiles in the environment in which each API server takes new ones: that of the release before it. And that
//! the compiler's own account of what the expressions need is right.

use palisade::ir::{Target, Version};
use palisade::targets;

use crate::catalogue;
use crate::engines::Engine;
use crate::project;

/// The API servers that policies are written for.
const SERVERS: [&str; 8] = ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"];
/// The oldest API server that takes everything, by the compiler's account; with the one before it a build is refused.
const OLDEST: (&str, &str) = ("1.29", "1.28");

/// Everything that an API server would refuse.
pub fn faults(engine: &mut Engine) -> Result<Vec<String>, String> {
    let target = Target::ValidatingAdmissionPolicy;
    let mut faults = Vec::new();
    for server in SERVERS {
        let mut count = 0;
        let others = [catalogue::guarded(server)?, ("the language".to_owned(), catalogue::language()?)];
        for (of, release) in catalogue::shipped(server)?.iter().chain(&others) {
            let documents = catalogue::documents(release, target)?;
            count +=
                documents.iter().filter(|document| document["kind"] == "ValidatingAdmissionPolicy").count();
            let mut around = project::surroundings(release, Vec::new());
            (around.kubernetes, around.untyped) = (server.to_owned(), true);
            if let Err(told) = engine.load(target, &documents, &around) {
                faults.push(format!("Kubernetes {server}, {of}: {told}"));
            }
        }
        println!("Kubernetes {server}: {count} policies compile in the environment of the release before");
    }
    faults.extend(account(engine)?);
    Ok(faults)
}

/// Where the API server and the compiler differ about the oldest API server.
fn account(engine: &mut Engine) -> Result<Vec<String>, String> {
    let target = Target::ValidatingAdmissionPolicy;
    let mut faults = Vec::new();
    let Some((_, mut release)) = catalogue::shipped(SERVERS[0])?.into_iter().next() else {
        return Ok(faults);
    };
    let documents = catalogue::documents(&release, target)?;
    let mut around = project::surroundings(&release, Vec::new());
    around.untyped = true;
    for (server, is_taken) in [(OLDEST.0, true), (OLDEST.1, false)] {
        around.kubernetes = server.to_owned();
        let told = engine.load(target, &documents, &around);
        if told.is_ok() != is_taken {
            faults.push(format!("Kubernetes {server} takes the policies: {}", told.is_ok()));
        }
        release.kubernetes = Version::parse(server).ok_or("no version")?;
        for rule in &release.rules {
            let rendered = targets::render(target, &release, rule);
            if rendered.is_ok() != is_taken {
                faults.push(format!(
                    "{}: palisade writes it for Kubernetes {server}: {}",
                    rule.id,
                    rendered.is_ok()
                ));
            }
        }
    }
    println!("Kubernetes {} takes the policies of the shipped rules, {} doesn't", OLDEST.0, OLDEST.1);
    Ok(faults)
}
