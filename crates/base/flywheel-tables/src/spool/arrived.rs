//! What the spool of arrivals holds: events, and what was kept aside, each a record of its own.

use flywheel_people::Event;

use super::frame;

/// The first byte of an event's record; its JSON follows.
const EVENT: u8 = b'E';

/// The first byte of a record of what was kept aside; its JSON follows.
const ASIDE: u8 = b'A';

/// One record read back.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrived<'r> {
    /// An event.
    Event(Box<Event>),
    /// What was kept aside, as JSON that its writer understands.
    Aside(&'r [u8]),
}

/// Appends an event as a record that is ready for a segment.
pub fn frame_event(bytes: &mut Vec<u8>, event: &Event) {
    frame(bytes, |bytes| {
        bytes.push(EVENT);
        if let Err(error) = serde_json::to_writer(bytes, event) {
            unreachable!("an event of plain values has a JSON form: {error}");
        }
    });
}

/// Appends what was kept aside, as JSON, as a record that is ready for a segment.
pub fn frame_aside(bytes: &mut Vec<u8>, json: &[u8]) {
    frame(bytes, |bytes| {
        bytes.push(ASIDE);
        bytes.extend_from_slice(json);
    });
}

/// What a record holds; `None` when a newer program wrote it.
pub fn arrived(record: &[u8]) -> Option<Arrived<'_>> {
    match record.split_first()? {
        (&EVENT, json) => serde_json::from_slice(json).ok().map(|event| Arrived::Event(Box::new(event))),
        (&ASIDE, json) => Some(Arrived::Aside(json)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use flywheel_people::IdKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn events_come_back_as_they_arrived() {
        let serde_json::Value::Object(properties) = json!({
            "plan": "黄金", "amount": 12.1, "large": 9_007_199_254_740_993_u64, "tiny": 5e-324, "none": null,
            "$set": {"email": "a@b.c"}, "list": [1, "a", {"b": [true]}]
        }) else {
            unreachable!()
        };
        let event = Event {
            uuid: uuid::Uuid::from_u128(7),
            id_kind: IdKind::Derived,
            event: "bought \"it\"".to_owned(),
            distinct_id: "张三".to_owned(),
            time: -1,
            received: i64::MAX,
            source: "posthog".to_owned(),
            properties,
        };
        let mut bytes = Vec::new();
        frame_event(&mut bytes, &event);
        frame_aside(&mut bytes, b"{}");
        let content = &bytes[super::super::RECORD_HEAD..bytes.len() - super::super::RECORD_HEAD - 3];
        assert_eq!(arrived(content), Some(Arrived::Event(Box::new(event))));
        assert_eq!(arrived(&bytes[bytes.len() - 3..]), Some(Arrived::Aside(b"{}")));
        assert_eq!(arrived(b"Zsomething"), None);
        assert_eq!(arrived(b""), None);
    }
}
