//! Collected events: the catalogue, the newest, what was kept aside.

pub mod aside;
pub mod catalogue;
pub mod newest;
pub mod properties;
