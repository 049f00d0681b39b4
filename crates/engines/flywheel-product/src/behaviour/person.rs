//! One person day by day: what is known of them on a day, and what they did afterwards.

use flywheel_people::{NONE, PersonEvents};

use super::fold::{ACTIVE, Behaviour, LEAVING, PAYING};

/// Microseconds of a day.
pub(crate) const DAY: i64 = 86_400_000_000;

/// Days after a visit within which a word is taken to be about it.
const SPOKEN_LATER: i32 = 3;

/// One person's days, in UTC, each ascending.
#[derive(Default)]
pub(crate) struct Days {
    /// Days with activity, each once.
    active: Vec<i32>,
    /// Payments: the day, and the amount in ten-thousandths.
    paid: Vec<(i32, i64)>,
    /// Days of leaving.
    leaving: Vec<i32>,
    /// For each property that must be the same: from which day on it had which value.
    same: Vec<Vec<(i32, u32)>>,
}

/// What came in the days after.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct After {
    /// Came back.
    pub returned: bool,
    /// Left.
    pub left: bool,
    /// Paid.
    pub paid: bool,
    /// How much, in ten-thousandths.
    pub revenue: i64,
    /// Active days in the days before.
    pub days_before: u32,
    /// Active days in the days after.
    pub days_after: u32,
}

/// The day of a moment.
pub(crate) fn day_of(time: i64) -> i32 {
    time.div_euclid(DAY) as i32
}

impl Days {
    /// Reads a person's events.
    pub fn of(question: &Behaviour, events: &PersonEvents<'_>) -> Self {
        let mut days = Self { same: vec![Vec::new(); question.same], ..Self::default() };
        for event in 0..events.len() {
            let (day, mark) = (day_of(events.times[event]), events.marks[event]);
            if mark & ACTIVE != 0 && mark & question.speaking == 0 && days.active.last() != Some(&day) {
                days.active.push(day);
            }
            if mark & PAYING != 0 && question.pays {
                let amount = question.value.and_then(|column| events.number(column, event)).unwrap_or(0.0);
                // Whole ten-thousandths, so that sums are the same in any order.
                days.paid.push((day, (amount * 1e4).round().clamp(-1e16, 1e16) as i64));
            }
            if question.leaves && mark & LEAVING != 0 {
                days.leaving.push(day);
            }
            for (at, values) in days.same.iter_mut().enumerate() {
                let column = question.first_same + at;
                let key = events.key(column, event);
                if key != NONE {
                    let text = events.dictionary.text(key).unwrap_or_default();
                    values.push((day, flywheel_people::person_of(text) as u32));
                }
            }
        }
        // Of a day's several values the largest counts, whatever order events of the same moment came in.
        for values in &mut days.same {
            values.sort_unstable();
        }
        days
    }

    /// True where the person was there on that day.
    pub fn active_on(&self, day: i32) -> bool {
        self.active.binary_search(&day).is_ok()
    }

    /// The last day up to a day on which the person was there, if it lies few days back; else that day.
    ///
    /// Who speaks some hours later, past midnight, is comparable to who was there too, not to who had stayed away.
    pub fn there_by(&self, day: i32) -> i32 {
        let last = self.active[..self.active.partition_point(|active| *active <= day)].last();
        last.copied().filter(|last| day - last <= SPOKEN_LATER).unwrap_or(day)
    }

    /// True where the person was known by that day.
    pub fn known_by(&self, day: i32) -> bool {
        self.active.first().is_some_and(|first| *first <= day)
    }

    /// The stratum of a day, coarse in the lower half and with the fine parts above it, so that a fine stratum names its coarse one.
    ///
    /// Parts: paid (never, before, lately), recency (that day, 1–3 days, 4–13, longer), active days before, tenure, properties.
    pub fn stratum(&self, question: &Behaviour, day: i32) -> Stratum {
        let before = question.before_days;
        let lately = self.count(day - before, day);
        let last = self.active[..self.active.partition_point(|active| *active <= day)].last();
        let recency = last.map_or(i32::MAX, |last| day - last);
        let tenure = self.active.first().map_or(-1, |first| (day - first).max(-1));
        let paid_until = self.paid.partition_point(|(paid, _)| *paid <= day);
        let paid = match self.paid[..paid_until].last() {
            None => 0,
            Some((last, _)) if *last > day - before => 2,
            Some(_) => 1,
        };
        let recency = step(recency, &[1, 4, 14]);
        // Shares of the days before, so that the steps fit whatever their number.
        let often = step((f64::from(lately) * 28.0 / f64::from(before)).ceil() as i32, &[1, 2, 4, 7, 13]);
        let tenure = step(tenure, &[0, 7, 30, 90, 365]);
        let mut same = 0_u32;
        for values in &self.same {
            let at = values.partition_point(|(from, _)| *from <= day);
            let value = values[..at].last().map_or(0, |(_, value)| *value);
            same = same.rotate_left(11).wrapping_mul(0x9e37_79b1) ^ value;
        }
        let coarse = u32::from(paid > 0)
            | u32::from(recency >= 2) << 1
            | often.div_ceil(2) << 2
            | u32::from(tenure >= 3) << 4
            | u32::from(tenure == 0) << 5;
        let fine = paid | recency << 2 | often << 4 | tenure << 7;
        Stratum { coarse: u64::from(same) << 32 | u64::from(coarse), fine }
    }

    /// What came in the days after that day.
    pub fn after(&self, question: &Behaviour, day: i32) -> After {
        let end = day + question.after_days;
        let half = day + question.after_days / 2;
        let payments = &self.paid[self.paid.partition_point(|(paid, _)| *paid <= day)..];
        let payments = &payments[..payments.partition_point(|(paid, _)| *paid <= end)];
        let days_after = self.count(day, end);
        After {
            returned: days_after > 0,
            left: if question.leaves {
                self.leaving.iter().any(|left| (day + 1..=end).contains(left))
            } else {
                self.count(half, end) == 0
            },
            paid: !payments.is_empty(),
            revenue: payments.iter().map(|(_, amount)| *amount).sum(),
            days_before: self.count(day - question.before_days, day),
            days_after,
        }
    }

    /// Active days after `from`, up to and with `to`.
    fn count(&self, from: i32, to: i32) -> u32 {
        let begin = self.active.partition_point(|day| *day <= from);
        let end = self.active.partition_point(|day| *day <= to);
        end.saturating_sub(begin) as u32
    }
}

/// A group of people who are alike on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stratum {
    /// The coarse parts, and the properties that must be the same.
    pub coarse: u64,
    /// All other parts.
    pub fine: u32,
}

/// How many of the ascending edges are reached.
fn step(value: i32, edges: &[i32]) -> u32 {
    edges.iter().filter(|edge| value >= **edge).count() as u32
}
