//! A make-believe startup with known truths, beginning with its handwritten digits.

pub mod digits;
