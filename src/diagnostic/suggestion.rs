//! "did you mean": the word that was probably meant. Never guesses between words that have little in common.

/// The candidate nearest to a misspelt word, if it is near enough to have been meant; the first of equals.
///
/// Near enough is one edit in three characters; an edit is a character inserted, left out, replaced or
/// swapped with its neighbour. Case does not count.
pub fn did_you_mean<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 100;
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
    let allowed = word.len().div_ceil(3);
    candidates
        .map(|candidate| {
            let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
            (edits(&word, &letters), candidate)
        })
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance, row by row.
fn edits(left: &[char], right: &[char]) -> usize {
    let mut before_previous: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    let mut left_before = None;
    for (row, &letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        let mut right_before = None;
        for (column, &other) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&previous, column) + usize::from(letter != other);
            let mut least = replaced.min(at(&previous, column + 1) + 1).min(at(&current, column) + 1);
            if left_before == Some(other) && right_before == Some(letter) {
                least = least.min(at(&before_previous, column.wrapping_sub(1)) + 1);
            }
            current.push(least);
            right_before = Some(other);
        }
        before_previous = std::mem::replace(&mut previous, current);
        left_before = Some(letter);
    }
    previous.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_words_are_suggested() {
        let fields = ["title", "severity", "parameters", "checks", "kind", "id"];
        let meant = |word| did_you_mean(word, fields.into_iter());
        assert_eq!(meant("sevrity"), Some("severity"));
        assert_eq!(meant("paramters"), Some("parameters"));
        assert_eq!(meant("Title"), Some("title"));
        assert_eq!(meant("hceks"), Some("checks"));
        assert_eq!(meant("knid"), Some("kind"));
        assert_eq!(meant("owner"), None);
        assert_eq!(meant("x"), None);
        assert_eq!(meant(""), None);
    }
}
