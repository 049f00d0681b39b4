//! Customers answered, and what waits for a person.

pub mod answer;
pub mod check;
pub mod draft;
pub mod gaps;
pub mod inbox;
pub mod settle;
