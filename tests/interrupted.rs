//! A build that is killed at any point leaves whole files, is recognised, and is completed by the next one.
//!
//! Two hundred times a build is killed: at a point of its whole time, at one of the time after its list of paths lies there, or as soon
//! as a certain file has changed. `PALISADE_SEED=7` chooses other points.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

#[path = "support/folder.rs"]
mod folder;

use folder::{Folder, files_below};

/// How often a build is killed before it is done.
const KILLS: usize = 200;
/// How many of them must have left some files of the old state and some of the new.
const AMIDST: usize = 25;

type Files = BTreeMap<String, Vec<u8>>;

/// Numbers of chance that the seed decides.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    fn time(&mut self, end: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(end.as_micros()).unwrap()))
    }
}

/// The policies of one project in two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Old,
    New,
}

/// A folder, what a complete build of each state leaves in it, and how long a build takes.
struct Scene {
    folder: Folder,
    old: Files,
    new: Files,
    until_list: Duration,
    until_end: Duration,
}

const EDITS: [(&str, &str, &str); 4] = [
    ("policies/rules/identity/ACM-002-tokens.yaml", "severity: medium", "severity: high"),
    ("policies/rules/pods/ACM-001-capabilities.yaml", "; allowed are", "; it may add"),
    ("policies/profiles/acme.yaml", "  ACM-003: {parameters: {most: 512Gi}}", "# nothing of nodes"),
    ("policies/environments/production.yaml", "ACM-002:\n    action: warn", "ACM-002:\n    action: deny"),
];

impl Scene {
    fn new() -> Self {
        let folder = Folder::new();
        fs::remove_file(folder.path("policies/environments/packed.yaml")).unwrap();
        assert_eq!(folder.palisade(&["build"]).code, 0);
        let old = files_below(&folder.path("out"));
        put(&folder, State::New);
        assert_eq!(folder.palisade(&["build"]).code, 0);
        let new = files_below(&folder.path("out"));
        let changed = new.iter().filter(|(path, bytes)| old.get(*path) != Some(bytes)).count();
        let removed = old.keys().filter(|path| !new.contains_key(*path)).count();
        assert!(
            changed > 20 && removed > 5,
            "{changed} changed, {removed} removed: too few to be killed amidst"
        );
        let mut scene = Self { folder, old, new, until_list: Duration::ZERO, until_end: Duration::ZERO };
        scene.measure();
        scene
    }

    /// Takes the times of a build that is left alone, the longest of some.
    fn measure(&mut self) {
        for _ in 0..5 {
            self.start_from(Some(State::Old));
            let (mut build, began) = (self.spawn(), Instant::now());
            while !self.is_listed() && build.try_wait().unwrap().is_none() {}
            self.until_list = self.until_list.max(began.elapsed());
            build.wait().unwrap();
            self.until_end = self.until_end.max(began.elapsed());
        }
    }

    /// Puts the output folder into a state, or away.
    fn start_from(&self, state: Option<State>) {
        let out = self.folder.path("out");
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        for (path, bytes) in state.iter().flat_map(|state| self.complete(*state)) {
            let path = out.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    fn complete(&self, state: State) -> &Files {
        match state {
            State::Old => &self.old,
            State::New => &self.new,
        }
    }

    fn spawn(&self) -> Child {
        let mut build = self.folder.command(env!("CARGO_BIN_EXE_palisade"), &["build"]);
        build.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Whether a build is about to change files, or was when it was killed.
    fn is_listed(&self) -> bool {
        self.unfinished().any(|folder| folder.join("paths").exists())
    }

    fn unfinished(&self) -> impl Iterator<Item = std::path::PathBuf> {
        let names = ["production", "staging"];
        names.map(|name| self.folder.path(&format!("out/.palisade/{name}/unfinished"))).into_iter()
    }

    /// Starts a build and kills it: at some time of all, at some time after it has written its list, or when it has changed a certain
    /// file. Gives whether it was still running.
    fn kill(&self, before: Option<State>, numbers: &mut Numbers) -> bool {
        let changed = self.changed(before);
        let chosen = self.folder.path("out").join(changed[numbers.index(changed.len())]);
        let was = inode(&chosen);
        let mut build = self.spawn();
        let mut is_running = || build.try_wait().unwrap().is_none();
        match numbers.below(4) {
            0 => sleep(numbers.time(self.until_end)),
            1 => {
                while !self.is_listed() && is_running() {}
                let (wait, began) = (numbers.time(self.until_end - self.until_list), Instant::now());
                while began.elapsed() < wait {
                    std::hint::spin_loop();
                }
            }
            _ => while inode(&chosen) == was && is_running() {},
        }
        let is_running = is_running();
        build.kill().unwrap();
        build.wait().unwrap();
        is_running
    }

    /// The files that a build changes, removes or makes.
    fn changed(&self, before: Option<State>) -> Vec<&String> {
        let was = |path: &String| before.and_then(|state| self.complete(state).get(path));
        let paths = self.new.keys().chain(before.iter().flat_map(|state| self.complete(*state).keys()));
        let changed: BTreeSet<&String> = paths.filter(|path| was(path) != self.new.get(*path)).collect();
        changed.into_iter().collect()
    }

    /// Each file is one of the two states', whole; some may be there or not. Gives how many are as a complete build leaves them, of all
    /// that are not as they were.
    fn look(&self, before: Option<State>) -> (usize, usize) {
        let out = self.folder.path("out");
        let mut found = if out.exists() { files_below(&out) } else { Files::new() };
        found.retain(|path, _| !path.contains("/unfinished/"));
        for (path, bytes) in &found {
            let was = before.and_then(|state| self.complete(state).get(path));
            assert!(
                was == Some(bytes) || self.new.get(path) == Some(bytes),
                "{path} is neither the old nor the new file:\n{}",
                String::from_utf8_lossy(bytes)
            );
        }
        for path in before.iter().flat_map(|state| self.complete(*state).keys()) {
            assert!(found.contains_key(path) || !self.new.contains_key(path), "{path} is gone");
        }
        let changed = self.changed(before);
        let done = changed.iter().filter(|path| found.get(**path) == self.new.get(**path)).count();
        (done, changed.len())
    }

    /// What `build --check` says of a folder in which a build was killed.
    fn check(&self, is_complete: bool) {
        let is_unfinished = self.unfinished().any(|folder| folder.exists());
        let ran = self.folder.palisade(&["build", "--check"]);
        let told = ran.told();
        assert_eq!(ran.code, i32::from(is_unfinished || !is_complete), "{told}");
        assert_eq!(ran.stderr.contains("a build was interrupted"), is_unfinished, "{told}");
        assert_eq!(ran.stderr.contains("run `palisade build`"), ran.code == 1, "{told}");
    }

    /// The next build, of the policies as they are now.
    fn complete_it(&self, state: State) {
        let ran = self.folder.palisade(&["build"]);
        assert_eq!(ran.code, 0, "{}", ran.told());
        let found = files_below(&self.folder.path("out"));
        let paths = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(paths(&found), paths(self.complete(state)), "{}", ran.told());
        assert!(found == *self.complete(state), "{}", ran.told());
        assert!(no_empty_folder(&self.folder.path("out")));
    }
}

/// Which file lies there; another one after a rename.
fn inode(path: &Path) -> Option<u64> {
    fs::symlink_metadata(path).ok().map(|found| found.ino())
}

fn no_empty_folder(folder: &Path) -> bool {
    let entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    !entries.is_empty() && entries.iter().all(|path| !path.is_dir() || no_empty_folder(path))
}

/// Puts the policies into a state.
fn put(folder: &Folder, state: State) {
    for (path, old, new) in EDITS {
        match state {
            State::Old => folder.edit(path, new, old),
            State::New => folder.edit(path, old, new),
        }
    }
}

#[test]
fn a_killed_build_is_recognised_and_completed() {
    let seed = std::env::var("PALISADE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("seed {seed}");
    let mut numbers = Numbers(seed * 2 + 1);
    let scene = Scene::new();
    let (mut kills, mut amidst, mut tries) = (0, 0, 0);
    while kills < KILLS {
        tries += 1;
        assert!(tries < KILLS * 6, "only {kills} of {tries} builds were still running when they were killed");
        // Every fifth time there was no build before.
        let before = (numbers.below(5) > 0).then_some(State::Old);
        scene.start_from(before);
        if !scene.kill(before, &mut numbers) {
            continue;
        }
        kills += 1;
        let (done, all) = scene.look(before);
        amidst += usize::from(done > 0 && done < all);
        scene.check(done == all);
        // Every fourth time the policies change again before the next build: what was killed is completed as something else.
        if numbers.below(4) == 0 {
            put(&scene.folder, State::Old);
            scene.complete_it(State::Old);
            put(&scene.folder, State::New);
        } else {
            scene.complete_it(State::New);
        }
    }
    println!("{kills} builds killed, {amidst} of them between two changes of files; {tries} tries");
    assert!(amidst >= AMIDST, "only {amidst} builds were killed between two changes of files");
}
