//! Dates and moments as people write them, read to seconds since 1970-01-01T00:00:00Z.

use jiff::civil::{Date, Time};

/// Which of two ambiguous numbers comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `7/31/2015`.
    MonthFirst,
    /// `31/7/2015`.
    DayFirst,
}

/// Reads ISO 8601 dates and moments, `2015/7/1`, `7/1/2015` (month first), `July 1, 2015`, `1 Jul 2015`, `2015年7月1日`, with or without a time;
/// months such as `2015-07`, `2015年7月` and `Jul 2015` as their first day.
///
/// What names no zone is taken as UTC.
pub fn moment(text: &str) -> Option<f64> {
    read(text, Order::MonthFirst)
}

/// As [`moment`], with the day before the month in `1/7/2015`.
pub fn moment_day_first(text: &str) -> Option<f64> {
    read(text, Order::DayFirst)
}

/// True when dates such as `31/12/2015` say that the day comes first; false when they say otherwise, or nothing.
pub fn day_first<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    matches!(order(texts), Some((Order::DayFirst, _)))
}

pub(super) fn read(text: &str, order: Order) -> Option<f64> {
    let text = text.trim();
    // Shorter than `1/1/15` or without a digit it is no date.
    if text.len() < 6 || text.len() > 48 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (date, clock) = split_clock(text);
    let date = read_date(date.trim_end_matches([' ', ',', 'T', 't']), order)?;
    let (time, offset_secs) = match clock {
        Some(clock) => read_clock(clock)?,
        None => (Time::midnight(), 0),
    };
    let days = date.since(Date::constant(1970, 1, 1)).ok()?.get_days();
    let clock_secs = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let whole = i64::from(days) * 86_400 + clock_secs - offset_secs;
    Some(whole as f64 + f64::from(time.subsec_nanosecond()) / 1e9)
}

/// Which order the ambiguous dates of a column are in; `None` when they contradict each other.
///
/// The flag says that nothing in the column decided it.
pub(super) fn order<'a>(texts: impl Iterator<Item = &'a str>) -> Option<(Order, bool)> {
    let (mut month_first, mut day_first, mut slashed, mut dotted) = (false, false, false, false);
    for text in texts {
        let (date, _) = split_clock(text.trim());
        let of_slashes = numbers(date, '/');
        let is_slashed = of_slashes.is_some();
        let Some([first, second, _]) = of_slashes.or_else(|| numbers(date, '.')) else { continue };
        if first <= 31 && second <= 31 {
            slashed |= is_slashed;
            dotted |= !is_slashed;
            day_first |= first > 12;
            month_first |= second > 12;
        }
    }
    match (month_first, day_first) {
        (true, true) => None,
        (false, true) => Some((Order::DayFirst, false)),
        (true, false) => Some((Order::MonthFirst, false)),
        // Who writes dates with dots writes the day first.
        (false, false) if dotted && !slashed => Some((Order::DayFirst, false)),
        (false, false) => Some((Order::MonthFirst, slashed)),
    }
}

/// The date, and the time of day from its first digit.
fn split_clock(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text, None) };
    let digits = text[..colon].bytes().rev().take_while(u8::is_ascii_digit).count();
    let start = colon - digits;
    (&text[..start], Some(&text[start..]))
}

fn read_date(text: &str, order: Order) -> Option<Date> {
    let date = |year: u32, month: u32, day: u32| {
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    let ordered = |first: u32, second: u32, year: u32| match order {
        Order::MonthFirst => date(year, first, second),
        Order::DayFirst => date(year, second, first),
    };
    for separator in ['-', '/', '.'] {
        let Some([first, second, third]) = numbers(text, separator) else { continue };
        let year_digits = text.rsplit(separator).next().map_or(0, str::len);
        // `1.2.19` is rather a version than a day.
        let is_padded = text.len() == "01.02.19".len();
        return match (first, separator) {
            (1000.., _) => date(first, second, third),
            (_, '-') if third >= 1000 => ordered(first, second, third),
            (_, '/') if year_digits == 2 => ordered(first, second, full_year(third)),
            (_, '.') if year_digits == 2 && is_padded => ordered(first, second, full_year(third)),
            (_, '/' | '.') if third >= 1000 => ordered(first, second, third),
            _ => None,
        };
    }
    if let Some((year, month)) =
        text.split_once(['-', '/']).filter(|(year, month)| year.len() == 4 && month.len() == 2)
    {
        // `2015-07` is a month; `1234-05` is a code.
        return whole(year)
            .filter(|year| (1900..2100).contains(year))
            .and_then(|year| date(year, whole(month)?, 1));
    }
    if let Some((year, rest)) = text.split_once('年') {
        let (month, rest) = rest.split_once('月')?;
        let day = rest.trim_end_matches(['日', '号']);
        let day = if day.is_empty() { 1 } else { whole(day)? };
        return date(whole(year)?, whole(month)?, day);
    }
    if text.len() == 8 && text.is_ascii() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let year = whole(&text[..4])?;
        return if (1900..2100).contains(&year) {
            date(year, whole(&text[4..6])?, whole(&text[6..])?)
        } else {
            None
        };
    }
    named_month(text)
}

/// A year written with two digits: from 1970 to 2069.
fn full_year(year: u32) -> u32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// `July 1, 2015`, `Jul 1 2015`, `1 July 2015`, `1-Jul-2015`, with or without the day of the week before it.
fn named_month(text: &str) -> Option<Date> {
    let words: Vec<&str> = text.split([' ', ',', '-', '.']).filter(|word| !word.is_empty()).collect();
    let words = match words.len() {
        2 => {
            let year = words[1].parse::<i16>().ok().filter(|year| (1900..2100).contains(year))?;
            return Date::new(year, month(words[0])?, 1).ok();
        }
        3 => &words[..],
        4 => &words[1..],
        _ => return None,
    };
    let month_at = words.iter().take(2).position(|word| month(word).is_some())?;
    let day = words[1 - month_at].trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let year = i16::try_from(whole(words[2])?).ok().filter(|year| *year >= 1000)?;
    Date::new(year, month(words[month_at])?, i8::try_from(whole(day)?).ok()?).ok()
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    let found = MONTHS.iter().position(|month| month.starts_with(&word))?;
    i8::try_from(found + 1).ok()
}

/// `h:m`, `h:m:s`, `h:m:s.fraction`, with `AM` or `PM`, with `Z` or an offset; the offset in seconds.
fn read_clock(text: &str) -> Option<(Time, i64)> {
    let end = text
        .find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, ':' | '.' | ',')))
        .unwrap_or(text.len());
    let (clock, zone) = (&text[..end], text[end..].trim());
    let mut parts = clock.split(':');
    let mut hour = whole(parts.next()?)?;
    let minute = whole(parts.next()?)?;
    let (second, nanos) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (second, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
            if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
            (whole(second)?, digits.parse::<i32>().ok()?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let lower = zone.to_ascii_lowercase();
    let zone = match (lower.strip_prefix("am"), lower.strip_prefix("pm")) {
        (Some(rest), _) if (1..=12).contains(&hour) => {
            hour %= 12;
            rest.trim()
        }
        (_, Some(rest)) if (1..=12).contains(&hour) => {
            hour = hour % 12 + 12;
            rest.trim()
        }
        _ => lower.as_str(),
    };
    let time =
        Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanos)
            .ok()?;
    Some((time, offset(zone)?))
}

fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "z" | "utc" | "gmt") {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let (hours, minutes) = match digits.len() {
        1 | 2 => (whole(&digits)?, 0),
        4 if digits.is_ascii() => (whole(&digits[..2])?, whole(&digits[2..])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

fn numbers(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut parts = text.split(separator);
    let numbers = [whole(parts.next()?)?, whole(parts.next()?)?, whole(parts.next()?)?];
    parts.next().is_none().then_some(numbers)
}

fn whole(text: &str) -> Option<u32> {
    let text = text.trim();
    let fits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_moments_are_read_as_people_write_them() {
        let cases = [
            ("1970-01-01", Some(0.0)),
            ("1970-01-02T00:00:01Z", Some(86_401.0)),
            ("1970-01-01 00:00:00.25", Some(0.25)),
            ("1970-01-01T08:00:00+08:00", Some(0.0)),
            ("1970-01-01 01:30 PM", Some(48_600.0)),
            ("1970/1/2", Some(86_400.0)),
            ("1/2/1970", Some(86_400.0)),
            ("1/2/70", Some(86_400.0)),
            ("January 2, 1970", Some(86_400.0)),
            ("2 Jan 1970", Some(86_400.0)),
            ("2-Jan-1970", Some(86_400.0)),
            ("Fri, 2 January 1970 00:00:00 GMT", Some(86_400.0)),
            ("1970年1月2日", Some(86_400.0)),
            ("19000101", Some(-2_208_988_800.0)),
            ("01.02.70", Some(86_400.0)),
            ("1970-02", Some(31.0 * 86_400.0)),
            ("1970/02", Some(31.0 * 86_400.0)),
            ("1970年2月", Some(31.0 * 86_400.0)),
            ("Feb 1970", Some(31.0 * 86_400.0)),
            ("2010-13", None),
            ("1234-05", None),
            ("1.2.19", None),
            ("May 12", None),
            ("1969-12-31", Some(-86_400.0)),
            ("2018-02-30", None),
            ("1.0.19", None),
            ("3-4-12", None),
            ("12:30", None),
            ("Marchant 2, 1970", None),
            ("hello", None),
        ];
        for (text, secs) in cases {
            assert_eq!(moment(text), secs, "{text:?}");
        }
        assert_eq!(read("2/1/1970", Order::DayFirst), Some(86_400.0));
    }

    #[test]
    fn a_column_decides_which_of_day_and_month_comes_first() {
        assert_eq!(order(["3/4/2015", "13/4/2015"].into_iter()), Some((Order::DayFirst, false)));
        assert_eq!(order(["3/4/2015", "3/14/2015"].into_iter()), Some((Order::MonthFirst, false)));
        assert_eq!(order(["3/4/2015"].into_iter()), Some((Order::MonthFirst, true)));
        assert_eq!(order(["31/4/2015", "3/14/2015"].into_iter()), None);
        assert_eq!(order(["03.04.2015", "05.06.2015"].into_iter()), Some((Order::DayFirst, false)));
        assert_eq!(order(["03.04.2015", "05.13.2015"].into_iter()), Some((Order::MonthFirst, false)));
    }
}
