//! Any bytes as an IDX file: a frame whose columns are equally long, or at least one mistake, never a panic.
#![no_main]

use flywheel_tables::{Format, ImportOptions, Source, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = Source::Bytes { name: "train-images-idx3-ubyte", bytes };
    let options = ImportOptions { format: Some(Format::Idx), ..ImportOptions::default() };
    if let Err(problems) = import(&source, &options) {
        assert!(!problems.problems.is_empty(), "refused without a reason");
    }
});
