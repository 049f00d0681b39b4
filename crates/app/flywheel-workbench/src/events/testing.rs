//! Events for tests.

use flywheel_people::{Event, IdKind};
use uuid::Uuid;

/// An event with nothing but who, what and when, its id made of these.
pub fn event(who: &str, name: &str, time: i64) -> Event {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{who}\n{name}\n{time}").as_bytes());
    Event {
        uuid: id,
        id_kind: IdKind::Sent,
        event: name.to_owned(),
        distinct_id: who.to_owned(),
        time,
        received: time,
        source: "posthog".to_owned(),
        properties: serde_json::Map::new(),
    }
}
