//! Data in and out: sources, profiles, checks and splits of tables and images.

pub mod frame;
