//! Events made up for tests: the same for the same number.

use flywheel_people::Event;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// One event, told apart by its number and who sends it.
pub fn event(number: u64, who: &str) -> Event {
    Event {
        uuid: Uuid::from_u128(0x5eed_0000_0000_0000_0000_0000_0000_0000 + u128::from(number)),
        id_kind: Default::default(),
        event: ["$pageview", "signed up", "bought"][number as usize % 3].to_owned(),
        distinct_id: who.to_owned(),
        time: 1_700_000_000_000_000 + (number as i64 * 7919 % 1_000_003) * 1_000_000,
        received: 1_800_000_000_000_000 + number as i64,
        source: "posthog".to_owned(),
        properties: Map::new(),
    }
}

/// Events `from..to` of a hundred people, with properties.
pub fn many(from: u64, to: u64) -> Vec<Event> {
    (from..to)
        .map(|number| {
            let mut event = event(number, &format!("person {}", number * 31 % 101));
            let properties: Value = json!({
                "plan": (["free", "pro", "team"][number as usize % 3]),
                "amount": number as f64 / 4.0,
                "$current_url": format!("https://example.com/{}", number % 17),
            });
            event.properties = properties.as_object().cloned().unwrap_or_default();
            if number % 5 == 0 {
                event
                    .properties
                    .insert("$set".to_owned(), json!({"city": (["Bern", "北京"][number as usize % 2])}));
            }
            event
        })
        .collect()
}
