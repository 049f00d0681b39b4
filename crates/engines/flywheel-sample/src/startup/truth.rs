//! What is true of the startup: the key to what an analysis should find.

use super::{Device, Startup};

/// The way to a purchase.
pub const STEPS: [&str; 5] = ["signed up", "created board", "invited teammate", "used report", "purchased"];

/// What an analysis should find.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// People who reach each of [`STEPS`] in order within 14 days of the first.
    pub funnel: [u64; STEPS.len()],
    /// The same of those on phones, whose third step is broken.
    pub funnel_on_phones: [u64; STEPS.len()],
    /// People who were invited by another.
    pub invited: u64,
}

impl Truth {
    pub(super) fn of(startup: &Startup) -> Self {
        let mut truth = Self { funnel: [0; 5], funnel_on_phones: [0; 5], invited: 0 };
        for number in 0..startup.people {
            let person = startup.person(number);
            // The last steps of those who came late lie after the end.
            let moments = super::journey::step_moments(startup, &person);
            for (step, _) in moments.iter().enumerate() {
                truth.funnel[step] += 1;
                truth.funnel_on_phones[step] += u64::from(person.device == Device::Mobile);
            }
            truth.invited += u64::from(person.invited_by.is_some());
        }
        truth
    }
}
