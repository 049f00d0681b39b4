//! The arithmetic of uncertainty: draws, estimates, intervals and tests as pure functions.

pub mod auc;
pub mod bootstrap;
pub mod chance;
pub mod chi_squared;
pub mod correction;
pub mod correlation;
pub mod damage;
pub mod difference;
pub mod independence;
pub mod interval;
pub mod likelihood;
pub mod mean;
pub mod normal;
pub mod psi;
pub mod quantile;
pub mod rate;
pub mod share;
pub mod stratified;
pub mod student;

pub use interval::Interval;
