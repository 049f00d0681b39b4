//! Any bytes as a request of PostHog's version 1, under any coding: a result for each uuid, or a refusal, never a panic.
#![no_main]

use flywheel_collect::Delivery;
use flywheel_collect::posthog::v1::{Headers, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|asked: (u8, &str, &[u8])| {
    let (coding, sent, body) = asked;
    let encoding = ["", "gzip", "deflate", "br", "zstd"][usize::from(coding) % 5];
    let headers = Headers { authorization: "Bearer k", request_timestamp: sent, ..Headers::default() };
    let delivery = Delivery { encoding, query: "", body, now: 1_772_357_400_000_000, id: Default::default() };
    if let Ok((arrived, outcomes)) = read(&headers, &delivery) {
        assert!(outcomes.len() <= arrived.events.len() + arrived.aside.len(), "a result without an event");
    }
});
