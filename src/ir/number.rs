//! Quantities and durations compared by value, exactly.

use std::cmp::Ordering;

/// Compares two quantities (`1Gi`, `500m`); absent if one has another form or is too large to be compared exactly.
pub fn compare_quantities(left: &str, right: &str) -> Option<Ordering> {
    let (left, left_places) = quantity(left)?;
    let (right, right_places) = quantity(right)?;
    let left = left.checked_mul(10u128.checked_pow(right_places)?)?;
    let right = right.checked_mul(10u128.checked_pow(left_places)?)?;
    Some(left.cmp(&right))
}

/// Compares two durations (`1h30m`); absent if one has another form.
pub fn compare_durations(left: &str, right: &str) -> Option<Ordering> {
    Some(seconds(left)?.cmp(&seconds(right)?))
}

/// The value, times ten to the power of the second number.
fn quantity(text: &str) -> Option<(u128, u32)> {
    let end =
        text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let places = u32::try_from(fraction.len()).ok()?;
    let binary = |exponent: u32| 1024u128.checked_pow(exponent);
    let decimal = |exponent: u32| 10u128.checked_pow(exponent);
    let factor = match suffix {
        "" => Some(1),
        "m" => return Some((digits, places.checked_add(3)?)),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        exponent => decimal(exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    Some((digits.checked_mul(factor?)?, places))
}

fn seconds(text: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut number = String::new();
    for character in text.chars() {
        let unit = match character {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    number.is_empty().then_some(total)
}
