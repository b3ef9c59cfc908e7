//! Exact Kubernetes quantities: compared without a float.
//!
//! The accepted form is that of [`crate::ir::Reading::Quantity`]; nothing is rounded or capped.

/// A number that isn't negative, as `0.d1d2d3… × 10^point`: no digit at either end is zero, so that the derived order is the
/// order of the numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Amount {
    point: i64,
    digits: Vec<u8>,
}

impl Amount {
    /// Reads `500m`, `1.5Gi`, `2e9`; gives nothing for any other form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let end = text.find(|character: char| !character.is_ascii_digit() && character != '.');
        let (number, suffix) = text.split_at(end.unwrap_or(text.len()));
        let (whole, fraction) = match number.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (number, ""),
        };
        if !(1..=15).contains(&whole.len()) || fraction.len() > 6 || fraction.contains('.') {
            return None;
        }
        let (exponent, factor) = multiplier(suffix)?;
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let point = i64::try_from(whole.len()).ok()?;
        Some(Self::normal(point.checked_add(exponent)?, digits).times(factor))
    }

    /// A whole number; gives nothing for a negative one.
    pub(super) fn from_integer(value: i64) -> Option<Self> {
        let digits: Vec<u8> = value.to_string().bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
        let point = i64::try_from(digits.len()).ok()?;
        (value >= 0).then(|| Self::normal(point, digits))
    }

    /// The product with a whole number.
    fn times(self, factor: u64) -> Self {
        if factor == 1 {
            return self;
        }
        let mut product = Vec::with_capacity(self.digits.len() + 20);
        let mut carry = 0_u128;
        for digit in self.digits.iter().rev() {
            carry += u128::from(*digit) * u128::from(factor);
            product.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
        let mut grown = 0;
        while carry > 0 {
            product.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
            grown += 1;
        }
        product.reverse();
        Self::normal(self.point.saturating_add(grown), product)
    }

    /// Drops the zeros at both ends; zero has the least point of all.
    fn normal(point: i64, mut digits: Vec<u8>) -> Self {
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..leading);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            return Self { point: i64::MIN, digits };
        }
        Self { point: point.saturating_sub(i64::try_from(leading).unwrap_or(i64::MAX)), digits }
    }
}

/// The power of ten and the whole factor that a suffix stands for.
fn multiplier(suffix: &str) -> Option<(i64, u64)> {
    Some(match suffix {
        "" => (0, 1),
        "m" => (-3, 1),
        "k" => (3, 1),
        "M" => (6, 1),
        "G" => (9, 1),
        "T" => (12, 1),
        "P" => (15, 1),
        "E" => (18, 1),
        "Ki" => (0, 1 << 10),
        "Mi" => (0, 1 << 20),
        "Gi" => (0, 1 << 30),
        "Ti" => (0, 1 << 40),
        "Pi" => (0, 1 << 50),
        "Ei" => (0, 1 << 60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let plain = matches!(exponent.len(), 1 | 2) && exponent.bytes().all(|byte| byte.is_ascii_digit());
            (plain.then(|| exponent.parse().ok()).flatten()?, 1)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn equal_values_are_equal_however_they_are_written() {
        for (left, right) in [
            ("1Gi", "1024Mi"),
            ("1.5Gi", "1536Mi"),
            ("1000m", "1"),
            ("0.1", "100m"),
            ("2e9", "2G"),
            ("1E", "1e18"),
            ("007", "7"),
            ("0", "0Ei"),
            ("0.0", "0m"),
            ("1Ei", "1024Pi"),
            ("1e99", "10e98"),
            ("999999999999999", "999999999999.999k"),
        ] {
            assert_eq!(amount(left), amount(right), "{left} {right}");
        }
    }

    #[test]
    fn values_are_ordered_exactly() {
        let ascending =
            ["0", "0.001m", "1m", "999m", "1", "1.000001", "999999", "1M", "1Mi", "1G", "1Gi", "1e99"];
        for pair in ascending.windows(2) {
            assert!(amount(pair[0]) < amount(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn other_forms_are_unreadable() {
        for text in [
            "",
            "-1",
            "+1",
            "1.",
            ".5",
            "1.5.0",
            "1K",
            "1n",
            "1u",
            "1e",
            "1e100",
            "1 Gi",
            "Gi",
            "1e-3",
            "1_000",
            "１",
            "1.0000001",
            "1000000000000000",
        ] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
        assert_eq!(Amount::from_integer(-1), None);
        assert_eq!(Amount::from_integer(0), Amount::parse("0"));
        assert_eq!(Amount::from_integer(120), Amount::parse("120"));
        assert_eq!(Amount::from_integer(9_007_199_254_740_000), Amount::parse("9007199254740k"));
    }
}
