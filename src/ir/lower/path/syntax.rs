//! The syntax of paths: `scope.step["any key"].{one,other}`. What the steps mean is not known here.

/// A step of a written path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// One key.
    One(String),
    /// `{a,b}`: each of these keys.
    Each(Vec<String>),
}

/// The steps of a path, or what was expected instead.
pub(super) fn parse(text: &str) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    let mut rest = text;
    loop {
        let (segment, after) = segment(rest)?;
        segments.push(segment);
        rest = match after.chars().next() {
            None => return Ok(segments),
            Some('.') => after.get(1..).unwrap_or_default(),
            Some('[') => after,
            Some(other) => return Err(format!("expected `.` or `[\"` before `{other}`")),
        };
    }
}

/// One step, and what is left behind it.
fn segment(rest: &str) -> Result<(Segment, &str), String> {
    if let Some(inside) = rest.strip_prefix("[\"") {
        let (key, after) = inside.split_once("\"]").ok_or("expected `\"]` at the end of the key")?;
        return Ok((Segment::One(key.to_owned()), after));
    }
    if rest.starts_with('[') {
        return Err(
            "expected a key in `[\"…\"]`; the items of a list are walked with `each` or `some`".to_owned()
        );
    }
    if let Some(inside) = rest.strip_prefix('{') {
        let (keys, after) = inside.split_once('}').ok_or("expected `}` behind the fields")?;
        let keys: Vec<String> = keys.split(',').map(|key| key.trim().to_owned()).collect();
        keys.iter().try_for_each(|key| plain(key))?;
        return Ok((Segment::Each(keys), after));
    }
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    plain(name)?;
    Ok((Segment::One(name.to_owned()), after))
}

/// Whether a key can stand without quotes.
fn plain(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("expected no empty step".to_owned());
    }
    if name.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character)) {
        return Ok(());
    }
    Err(format!(
        "expected letters, digits, `_` and `-` in a step, and not `{name}`; write other keys in `[\"…\"]`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_names_quoted_keys_and_choices() {
        let one = |key: &str| Segment::One(key.to_owned());
        let each = |keys: &[&str]| Segment::Each(keys.iter().map(|key| (*key).to_owned()).collect());
        let read = [
            ("pod", vec![one("pod")]),
            ("pod.labels[\"a.b/c\"].x", vec![one("pod"), one("labels"), one("a.b/c"), one("x")]),
            ("container.{livenessProbe, readinessProbe}.exec", {
                vec![one("container"), each(&["livenessProbe", "readinessProbe"]), one("exec")]
            }),
            ("pod[\"\"]", vec![one("pod"), one("")]),
        ];
        for (text, segments) in read {
            assert_eq!(parse(text), Ok(segments), "{text}");
        }
        for text in [
            "",
            ".",
            "pod.",
            "pod..x",
            "pod.a b",
            "pod[0]",
            "pod[\"a",
            "pod.{a",
            "pod.{a,}",
            "pod[\"a\"]b",
            "pod.ä",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
