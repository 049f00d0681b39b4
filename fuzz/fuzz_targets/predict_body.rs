//! Any bytes as the body of a prediction: a request, or a refusal, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = flywheel_server::predict_body::read(bytes);
});
