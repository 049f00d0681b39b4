//! The flywheel binary: one file per verb.

fn main() {}
