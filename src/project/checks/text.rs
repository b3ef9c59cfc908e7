//! Forms of texts: slugs, rule ids, versions, dates, single lines. Says what is wrong with a text, not where it stands.

use crate::diagnostic::Diagnostic;

/// Lower-case letters, digits and single dashes between them: what may stand in the name of a Kubernetes object.
pub fn is_slug(text: &str) -> bool {
    let plain =
        |part: &str| part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    text.split('-').all(|part| !part.is_empty() && plain(part))
}

/// What is wrong with a slug of at most `longest` characters, if anything.
pub(super) fn slug_fault(what: &str, text: &str, longest: usize) -> Option<Diagnostic> {
    if !is_slug(text) {
        let expected = "lower-case letters, digits and single dashes, as in `drop-all`";
        let fault = Diagnostic::error("not-a-slug", format!("{what} `{text}` is not a slug"))
            .label(format!("expected {expected}"));
        return Some(match slug_from(text) {
            Some(slug) => fault.help(format!("write `{slug}`")),
            None => fault,
        });
    }
    let length = text.len();
    (length > longest).then(|| {
        Diagnostic::error("name-too-long", format!("{what} `{text}` has {length} characters"))
            .label(format!("at most {longest} are allowed"))
            .help("it becomes part of the names of Kubernetes objects, which have at most 63 characters")
    })
}

/// What is wrong with the name of a file that some system takes for a device, if anything.
pub(super) fn device_fault(what: &str, text: &str) -> Option<Diagnostic> {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let is_numbered = |text: &str| {
        let port = text.strip_prefix("com").or_else(|| text.strip_prefix("lpt"));
        port.is_some_and(|number| number.len() == 1 && number.chars().all(|digit| digit.is_ascii_digit()))
    };
    (DEVICES.contains(&text) || is_numbered(text)).then(|| {
        Diagnostic::error("reserved-name", format!("{what} can't be called `{text}`"))
            .label("expected another name")
            .help("Windows takes a file of this name for a device, so that nobody could check out the project there")
    })
}

/// The slug that a text was probably meant to be.
fn slug_from(text: &str) -> Option<String> {
    let separated: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' })
        .collect();
    let slug = separated.split_whitespace().collect::<Vec<_>>().join("-");
    (!slug.is_empty()).then_some(slug)
}

/// What is wrong with the name of a namespace, if anything.
pub(super) fn namespace_fault(text: &str) -> Option<Diagnostic> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let name = (1..=63).contains(&text.len())
        && text.chars().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-');
    (!name).then(|| {
        let fault =
            Diagnostic::error("not-a-namespace", format!("`{text}` can't be the name of a namespace"))
                .label("expected lower-case letters, digits and dashes, at most 63 characters");
        if text.contains('*') {
            fault.help("names are whole; for several namespaces use their `label`")
        } else {
            fault
        }
    })
}

/// What is wrong with the key of a label, if anything.
pub(super) fn label_fault(text: &str) -> Option<Diagnostic> {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let has_ends = |text: &str| {
        text.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            && text.ends_with(|letter: char| letter.is_ascii_alphanumeric())
    };
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_domain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter);
    let fits = name.len() <= 63
        && has_ends(name)
        && name.chars().all(is_name)
        && prefix.is_none_or(|prefix| {
            prefix.len() <= 253 && prefix.chars().all(is_domain) && prefix.split('.').all(has_ends)
        });
    (!fits).then(|| {
        Diagnostic::error("not-a-label", format!("`{text}` can't be the key of a label"))
            .label("expected a name, or a domain, a slash and a name, as in `platform.example.com/stage`")
    })
}

/// Lower-case letters, digits and underscores, a letter first: the names of parameters and of `let`.
pub(super) fn is_identifier(text: &str) -> bool {
    let rest = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    text.starts_with(|letter: char| letter.is_ascii_lowercase()) && text.chars().all(rest)
}

/// Two to six capital letters, a dash, three digits.
pub fn is_rule_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(prefix, number)| {
        (2..=6).contains(&prefix.len())
            && prefix.chars().all(|letter| letter.is_ascii_uppercase())
            && number.len() == 3
            && number.chars().all(|digit| digit.is_ascii_digit())
    })
}

/// Major and minor of a version that is written as `major.minor`.
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| {
        let digits = text.chars().all(|digit| digit.is_ascii_digit());
        let leading_zero = text.len() > 1 && text.starts_with('0');
        if digits && !leading_zero { text.parse().ok() } else { None }
    };
    let (major, minor) = text.split_once('.')?;
    Some((number(major)?, number(minor)?))
}

/// What is wrong with a version, if anything.
pub(super) fn version_fault(text: &str) -> Option<Diagnostic> {
    if version(text).is_some() {
        return None;
    }
    let fault =
        Diagnostic::error("not-a-version", format!("`{text}` is not a version of the form `major.minor`"))
            .label("expected major and minor, as in `1.33`");
    let shortened: Vec<&str> = text.trim_start_matches('v').split('.').take(2).collect();
    let shortened = shortened.join(".");
    Some(if version(&shortened).is_some() { fault.help(format!("write `\"{shortened}\"`")) } else { fault })
}

/// A day that is in the calendar, written as `2026-11-24`; days compare in their order.
pub(super) fn day(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        let part = parts.next()?;
        let fits = part.len() == digits && part.chars().all(|digit| digit.is_ascii_digit());
        if fits { part.parse::<u32>().ok() } else { None }
    };
    let day = (number(4)?, number(2)?, number(2)?);
    let (year, month, of_month) = day;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    ((1..=days).contains(&of_month) && parts.next().is_none()).then_some(day)
}

/// What is wrong with a text that stands in denials, if anything.
pub(super) fn line_fault(what: &str, text: &str) -> Option<Diagnostic> {
    if text.contains(['\n', '\r']) {
        return Some(
            Diagnostic::error("more-than-one-line", format!("{what} must be one line"))
                .label("has a line break")
                .help("write it on one line, or fold it with `>-`"),
        );
    }
    let variable = ["{{", "$("].into_iter().find(|start| text.contains(start))?;
    Some(
        Diagnostic::error("engine-variable", format!("{what} must not hold `{variable}`"))
            .label(format!("holds `{variable}`"))
            .help("an engine would read it as a variable of its own; Palisade's are written `<< … >>`"),
    )
}

/// `a`, `b` and `c`, each in backticks.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, joined_by: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} {joined_by} {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_names() {
        for slug in ["a", "drop-all", "2026-audit"] {
            assert!(is_slug(slug), "{slug}");
        }
        for other in ["", "-a", "a-", "a--b", "A", "a_b", "ä"] {
            assert!(!is_slug(other), "{other}");
        }
        assert_eq!(slug_from("Drop ALL_now!"), Some("drop-all-now".to_owned()));
        assert_eq!(slug_from("ÄÖ"), None);
        for id in ["POD-001", "AB-123", "ABCDEF-000"] {
            assert!(is_rule_id(id), "{id}");
        }
        for other in ["POD-1", "pod-001", "P-001", "ABCDEFG-001", "POD001", "POD-0001", "POD-00a", "PÖD-001"]
        {
            assert!(!is_rule_id(other), "{other}");
        }
        assert!(
            is_identifier("read_only2")
                && !is_identifier("2a")
                && !is_identifier("a-b")
                && !is_identifier("")
        );
    }

    #[test]
    fn forms_of_versions_and_days() {
        assert_eq!(version("1.33"), Some((1, 33)));
        assert!(version("1.9") < version("1.10"));
        for other in ["1", "1.", "1.2.3", "v1.2", "1.02", "1.+2", ""] {
            assert_eq!(version(other), None, "{other}");
        }
        assert_eq!(day("2028-02-29"), Some((2028, 2, 29)));
        for other in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "2026-01-01-1",
            "2026-04-31",
            "24.11.2026",
        ] {
            assert_eq!(day(other), None, "{other}");
        }
    }
}
