//! A moment or a day as an option gives it, and when it begins in the project's time zone.

use flywheel_spec::{Phrase, Problem};
use flywheel_workbench::{Moment, Workbench};
use jiff::tz::TimeZone;

/// A moment or a day as it is typed; a mistake is the key of its phrase.
pub fn read(text: &str) -> Result<Moment, String> {
    Moment::read(text).ok_or_else(|| "cli.date_wrong".to_owned())
}

/// The beginnings of two of them in the project's time zone.
pub fn stretch(
    workbench: &Workbench,
    from: Option<Moment>,
    to: Option<Moment>,
) -> Result<(Option<i64>, Option<i64>), Problem> {
    let zone = TimeZone::get(&workbench.project().time_zone).unwrap_or(TimeZone::UTC);
    let wrong = || Problem::error(Phrase::new("cli.date_wrong"));
    let begins =
        |moment: Option<Moment>| moment.map(|moment| moment.begins(&zone).ok_or_else(wrong)).transpose();
    Ok((begins(from)?, begins(to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_date_is_told_by_the_key_of_its_phrase() {
        assert!(matches!(read("2026-03-01"), Ok(Moment::Day(_))));
        assert_eq!(read("soon"), Err("cli.date_wrong".to_owned()));
    }
}
