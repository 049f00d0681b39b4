//! The arithmetic of uncertainty: draws, estimates, intervals and tests as pure functions.

pub mod auc;
pub mod bootstrap;
pub mod chance;
pub mod correlation;
pub mod damage;
pub mod interval;
pub mod mean;
pub mod normal;
pub mod psi;
pub mod quantile;
pub mod share;

pub use interval::Interval;
