//! Any bytes as a request of PostHog's version 0: events and asides, or a refusal, never a panic.
#![no_main]

use flywheel_collect::Delivery;
use flywheel_collect::posthog::v0::{Door, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|asked: (&str, &[u8])| {
    let (query, body) = asked;
    let delivery = Delivery { encoding: "", query, body, now: 1_772_357_400_000_000, id: Default::default() };
    if let Ok(arrived) = read(Door::Events, &delivery) {
        assert!(!arrived.key.is_empty(), "taken without a key");
        assert!(arrived.events.len() + arrived.aside.len() > 0, "taken without an event");
    }
});
