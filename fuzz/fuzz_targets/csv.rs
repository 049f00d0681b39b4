//! Any bytes as a CSV: a frame, or at least one mistake, never a panic.
#![no_main]

use flywheel_tables::{Format, ImportOptions, Source, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = Source::Bytes { name: "any.csv", bytes };
    let options = ImportOptions { format: Some(Format::Csv), ..ImportOptions::default() };
    if let Err(problems) = import(&source, &options) {
        assert!(!problems.problems.is_empty(), "refused without a reason");
    }
});
