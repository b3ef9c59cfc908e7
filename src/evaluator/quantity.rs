//! Exact Kubernetes quantities: decimal numbers of any length, compared and added without a float.
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
        if whole.is_empty() || fraction.contains('.') {
            return None;
        }
        let (exponent, factor) = multiplier(suffix)?;
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let point = i64::try_from(whole.len()).ok()?;
        Some(Self::normal(point.checked_add(exponent)?, digits).times(factor))
    }

    /// A whole number; gives nothing for a negative one.
    pub(super) fn from_integer(value: i64) -> Option<Self> {
        (value >= 0).then(|| Self::parse(&value.to_string())).flatten()
    }

    /// The sum of both.
    pub(super) fn plus(&self, other: &Self) -> Self {
        if self.digits.is_empty() {
            return other.clone();
        }
        if other.digits.is_empty() {
            return self.clone();
        }
        let point = self.point.max(other.point);
        let (left, right) = (self.padded(point), other.padded(point));
        let length = left.len().max(right.len());
        let digit = |digits: &[u8], place: usize| digits.get(place).copied().unwrap_or(0);
        let mut sum = Vec::with_capacity(length + 1);
        let mut carry = 0;
        for place in (0..length).rev() {
            let value = digit(&left, place) + digit(&right, place) + carry;
            sum.push(value % 10);
            carry = value / 10;
        }
        sum.push(carry);
        sum.reverse();
        Self::normal(point + 1, sum)
    }

    /// The digits with so many zeros in front that the first stands just behind `point`.
    fn padded(&self, point: i64) -> Vec<u8> {
        let zeros = usize::try_from(point.saturating_sub(self.point)).unwrap_or(0);
        std::iter::repeat_n(0, zeros).chain(self.digits.iter().copied()).collect()
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
            ("1Ei", "1152921504606846976"),
            ("1e99", "10e98"),
            ("9007199254740993", "9007199254740.993k"),
        ] {
            assert_eq!(amount(left), amount(right), "{left} {right}");
        }
    }

    #[test]
    fn values_are_ordered_exactly() {
        let ascending =
            ["0", "1m", "999m", "1", "1.0000000000000000000001", "999999", "1M", "1Mi", "1G", "1Gi", "1e99"];
        for pair in ascending.windows(2) {
            assert!(amount(pair[0]) < amount(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn sums_are_exact() {
        for (left, right, sum) in [
            ("0.1", "0.2", "0.3"),
            ("999", "1", "1k"),
            ("1Gi", "0", "1024Mi"),
            ("0", "5m", "5m"),
            ("1e20", "1m", "100000000000000000000.001"),
            ("500m", "500m", "1"),
        ] {
            assert_eq!(amount(left).plus(&amount(right)), amount(sum), "{left} + {right}");
        }
    }

    #[test]
    fn other_forms_are_unreadable() {
        for text in [
            "", "-1", "+1", "1.", ".5", "1.5.0", "1K", "1n", "1u", "1e", "1e100", "1 Gi", "Gi", "1e-3",
            "1_000", "１",
        ] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
        assert_eq!(Amount::from_integer(-1), None);
        assert_eq!(Amount::from_integer(i64::MAX), Amount::parse("9223372036854775807"));
    }
}
