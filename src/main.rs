//! The `palisade` command: everything is in the library's `cli`, but the catalogue, which the command has inside.
//!
//! The catalogue is here and not in the library, so that a changed policy file compiles this file anew and nothing else.

use include_dir::{Dir, include_dir};
use palisade::project::SourceFile;

/// Reading, lowering and printing make many small values, which the system's own allocator is slow with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The rules of the catalogue.
static RULES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/policies/rules");
/// The profiles of the catalogue.
static PROFILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/policies/profiles");
/// The sets of the catalogue, which exemptions adopt.
static SETS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/policies/sets");

fn main() -> std::process::ExitCode {
    palisade::cli::main(catalogue)
}

/// The catalogue's files. Environments and exemptions are no part of it: they are those of one platform.
fn catalogue() -> Vec<SourceFile> {
    let file = |path: String, bytes: &[u8]| SourceFile { path, bytes: bytes.to_vec() };
    let mut files = vec![
        file("palisade.yaml".to_owned(), include_bytes!("../policies/palisade.yaml")),
        file("kinds.yaml".to_owned(), include_bytes!("../policies/kinds.yaml")),
    ];
    for (folder, content) in [("rules", &RULES), ("profiles", &PROFILES), ("sets", &SETS)] {
        let mut folders = vec![content];
        while let Some(open) = folders.pop() {
            folders.extend(open.dirs());
            // Paths are those of this repository on any machine, and so are UTF-8.
            let names = open.files().filter_map(|file| Some((file.path().to_str()?, file.contents())));
            files.extend(
                names.map(|(path, bytes)| file(format!("{folder}/{}", path.replace('\\', "/")), bytes)),
            );
        }
    }
    files
}
