//! Moments and days as people read them.

use flywheel_spec::Problem;

/// Microseconds since 1970 as RFC 3339, UTC; a moment that no calendar has shows as its number.
pub(crate) fn rfc3339(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |moment| moment.to_string())
}

/// A day by its number since 1970, UTC, as `2026-03-01`.
pub(crate) fn day(number: i64) -> String {
    let micros = number.saturating_mul(super::tally::DAY);
    rfc3339(micros).split('T').next().unwrap_or_default().to_owned()
}

/// The moment now, microseconds since 1970.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

/// A stretch of the spool that cannot be read, as people hear of it.
pub(crate) fn damage(damage: &flywheel_tables::spool::Damage) -> Problem {
    use flywheel_spec::{Phrase, phrase};
    use flywheel_tables::spool::DamageKind;
    let key = match damage.kind {
        DamageKind::Torn => "events.spool_torn",
        DamageKind::Flipped => "events.spool_damaged",
        DamageKind::Foreign => "events.spool_foreign",
    };
    Problem::warning(phrase!(key, offset = damage.offset, bytes = damage.bytes))
        .advise(Phrase::new("events.spool_advice"))
        .in_file(damage.file.display().to_string())
}
