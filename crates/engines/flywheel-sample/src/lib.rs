//! A make-believe startup with known truths: people, their events, and handwritten digits.

pub mod digits;
pub mod startup;
