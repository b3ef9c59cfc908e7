//! Days. Which day it is is asked only where it decides over exemptions, or is written into one, and `--as-of` may say another one.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Failure;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// Today, in UTC.
    pub(super) fn today() -> Result<Self, Failure> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let days = since.ok().and_then(|since| i64::try_from(since.as_secs() / 86_400).ok());
        days.map(Self::from_days).ok_or_else(|| {
            Failure::new("clock", "the clock is set to a day before 1970").help("say the day with `--as-of`")
        })
    }

    /// The day so many days later.
    pub(super) fn after(self, days: i64) -> Self {
        Self::from_days(self.days() + days)
    }

    /// The day that was said, else today.
    pub(super) fn or_today(said: Option<Self>) -> Result<Self, Failure> {
        said.map_or_else(Self::today, Ok)
    }

    /// How many days it is from this day to another one; negative for an earlier one.
    pub(super) fn days_until(self, other: Self) -> i64 {
        other.days() - self.days()
    }

    /// How many days it is since 1 January 1970: the other way round of `from_days`.
    fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let from_march = (self.month + 9) % 12;
        let of_year = (153 * from_march + 2) / 5 + self.day - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        era * 146_097 + of_era - 719_468
    }

    /// The day so many days after 1 January 1970: years begin in March, so that the day that is there in some years only is the
    /// last one.
    fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || "expected a day as `2026-11-24`".to_owned();
        let number = |digits: &str, length: usize| {
            let plain = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<i64>().ok()).flatten().ok_or_else(refused)
        };
        let mut parts = text.splitn(3, '-');
        let mut next = |length| number(parts.next().unwrap_or_default(), length);
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => return Err(refused()),
        };
        if (1..=last).contains(&day) { Ok(Self { year, month, day }) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_since_1970() {
        assert_eq!(Date::from_days(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_days(11_016).to_string(), "2000-02-29");
        assert_eq!(Date::from_days(20_781).to_string(), "2026-11-24");
    }

    #[test]
    fn days_later() {
        let after = |day: &str, days| day.parse::<Date>().map(|day| day.after(days).to_string());
        assert_eq!(after("2026-11-24", 180), Ok("2027-05-23".to_owned()));
        assert_eq!(after("2028-02-28", 1), Ok("2028-02-29".to_owned()));
    }

    #[test]
    fn days_are_counted() {
        for days in (-800_000..800_000).step_by(37) {
            assert_eq!(Date::from_days(days).days(), days);
        }
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(day("2027-02-27").days_until(day("2027-03-01")), 2);
        assert_eq!(day("2028-03-01").days_until(day("2028-02-28")), -2);
    }

    #[test]
    fn days_are_read() {
        assert_eq!("2028-02-29".parse::<Date>().map(|date| date.to_string()), Ok("2028-02-29".to_owned()));
        for wrong in ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-01-01x", "2026-01-00", ""] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }
}
