//! The readings of values: durations, whole numbers, host paths and images, each out of text of one written-down form.
//!
//! Nothing here knows where a value comes from; quantities are in their own file.

use std::sync::LazyLock;

use regex::Regex;

use crate::ir::condition::IMAGE_FORM;

/// The form of an image reference, compiled once.
static IMAGE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(IMAGE_FORM).ok());

/// The units of durations: the letter, the most digits in front of it, and the nanoseconds.
const UNITS: [(char, usize, i128); 3] =
    [('h', 5, 3_600_000_000_000), ('m', 7, 60_000_000_000), ('s', 9, 1_000_000_000)];

/// A duration in nanoseconds: `336h`, `1h30m`. Units stand in order, each at most once, with at most 5, 7 and 9 digits.
pub(super) fn duration(text: &str) -> Option<i128> {
    let mut rest = text;
    let mut sum = 0;
    for (unit, most_digits, nanoseconds) in UNITS {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        if let Some(next) = behind.strip_prefix(unit)
            && (1..=most_digits).contains(&digits)
        {
            sum += number.parse::<i128>().ok()? * nanoseconds;
            rest = next;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(sum)
}

/// A whole number of at most 15 digits, perhaps with a minus.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A host path, cleaned: absolute, without empty and `.` segments, `/var/run` as `/run`, with a slash at its end. Gives nothing
/// for a relative path and one with a `..` segment.
pub(super) fn host_path(text: &str) -> Option<String> {
    let inside = text.strip_prefix('/')?;
    let mut clean = String::with_capacity(text.len() + 1);
    clean.push('/');
    for segment in inside.split('/') {
        match segment {
            "" | "." => {}
            ".." => return None,
            named => {
                clean.push_str(named);
                clean.push('/');
            }
        }
    }
    match clean.strip_prefix("/var/run/") {
        Some(rest) => Some(format!("/run/{rest}")),
        None => Some(clean),
    }
}

/// `registry/repository` of an image reference, as Docker reads it: without tag and digest; what has no registry is from
/// `docker.io`, what has no path there is in `library`.
pub(super) fn image(text: &str) -> Option<String> {
    if !IMAGE.as_ref().is_some_and(|form| form.is_match(text)) {
        return None;
    }
    let named = text.split_once('@').map_or(text, |(named, _)| named);
    let untagged = match named.rsplit_once(':') {
        Some((untagged, tag)) if !tag.contains('/') => untagged,
        Some(_) | None => named,
    };
    let (registry, repository) = match untagged.split_once('/') {
        Some(("docker.io" | "index.docker.io", repository)) => ("docker.io", repository),
        Some((registry, _)) if is_registry(registry) => return Some(untagged.to_owned()),
        Some(_) | None => ("docker.io", untagged),
    };
    let library = if repository.contains('/') { "" } else { "library/" };
    Some(format!("{registry}/{library}{repository}"))
}

/// Whether the first of several segments is a registry.
fn is_registry(segment: &str) -> bool {
    let marked = |character: char| matches!(character, '.' | ':') || character.is_ascii_uppercase();
    segment == "localhost" || segment.contains(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_nanoseconds() {
        assert_eq!(duration("336h"), Some(14 * 24 * 3_600 * 1_000_000_000));
        assert_eq!(duration("1h30m"), duration("90m"));
        assert_eq!(duration("1h1s"), Some(3_601_000_000_000));
        assert_eq!(duration("0s"), Some(0));
        assert!(duration("99999h9999999m999999999s").is_some());
        for text in
            ["", "Never", "1", "1d", "1h1h", "1m1h", "h", "1.5h", "-1h", "100000h", "1h ", " 1h", "1ms"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_have_at_most_fifteen_digits() {
        assert_eq!(integer("-012"), Some(-12));
        assert_eq!(integer("999999999999999"), Some(999_999_999_999_999));
        for text in ["", "-", "+1", "1.0", "1000000000000000", "--1", "1 "] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    #[test]
    fn host_paths_are_cleaned() {
        for (text, clean) in [
            ("/", "/"),
            ("//", "/"),
            ("/run", "/run/"),
            ("/var/run", "/run/"),
            ("/var//run/./x/", "/run/x/"),
            ("/var/runs", "/var/runs/"),
            ("/a/var/run", "/a/var/run/"),
            ("/a/...", "/a/.../"),
        ] {
            assert_eq!(host_path(text).as_deref(), Some(clean), "{text}");
        }
        for text in ["", "run", "./run", "/a/..", "/../a", "~"] {
            assert_eq!(host_path(text), None, "{text}");
        }
    }

    #[test]
    fn images_are_normalised() {
        for (text, name) in [
            ("nginx", "docker.io/library/nginx"),
            ("nginx:1.27", "docker.io/library/nginx"),
            ("nginx@sha256:00", "docker.io/library/nginx"),
            ("falcosecurity/falco:1@sha256:00", "docker.io/falcosecurity/falco"),
            ("localhost/a", "localhost/a"),
            ("localhost:5000/a/b:1", "localhost:5000/a/b"),
            ("public.ecr.aws/a", "public.ecr.aws/a"),
            ("docker.io/library/nginx:1", "docker.io/library/nginx"),
            ("docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/a/b", "docker.io/a/b"),
            ("Registry/a", "Registry/a"),
        ] {
            assert_eq!(image(text).as_deref(), Some(name), "{text}");
        }
        for text in [
            "",
            "/a",
            "a/",
            "a b",
            "-a",
            "ä",
            "a\n",
            "a//b",
            "a/../b",
            "a/./b",
            "a/b@",
            "a@sha256:1:2",
            "a@b@c",
            "a:1:2",
        ] {
            assert_eq!(image(text), None, "{text}");
        }
    }
}
