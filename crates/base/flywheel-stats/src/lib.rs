//! The arithmetic of uncertainty: draws, estimates, intervals and tests as pure functions.

pub mod chance;
