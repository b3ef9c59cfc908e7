//! That the Rego of every template is what the oldest Gatekeeper runs, and builds no set of whole containers.

use palisade::ir::Target;

use crate::catalogue;
use crate::engines::Engine;

/// The oldest API server that the policies are for.
const KUBERNETES: &str = "1.33";

/// Everything that Gatekeeper 3.19 would refuse, and each such set.
pub fn faults(engine: &mut Engine) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    let others = [catalogue::guarded(KUBERNETES)?, ("the language".to_owned(), catalogue::language()?)];
    for (of, release) in catalogue::shipped(KUBERNETES)?.iter().chain(&others) {
        let documents = catalogue::documents(release, Target::Gatekeeper)?;
        let templates = documents.iter().filter(|document| document["kind"] == "ConstraintTemplate");
        let mut count = 0;
        for template in templates {
            faults.extend(engine.check_template(template).err());
            count += 1;
        }
        println!("{of}: {count} templates");
    }
    Ok(faults)
}
