//! A make-believe startup with known truths: people, their events and feedback, and handwritten digits.

pub mod digits;
pub mod startup;
