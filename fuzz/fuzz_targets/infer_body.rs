//! Any bytes as the body of an inference request, with or without tensors behind the JSON: never a panic.
#![no_main]

use flywheel_server::inference::request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|asked: (Option<u16>, &[u8])| {
    let (json_length, bytes) = asked;
    if let Err(problems) = request::parse(bytes, json_length.map(usize::from)) {
        assert!(!problems.problems.is_empty(), "refused without a reason");
    }
});
