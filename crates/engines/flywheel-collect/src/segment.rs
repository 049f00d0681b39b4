//! Segment's HTTP API: `/v1/{track,identify,page,screen,group,alias,batch}`, as its clients speak it.

use base64::Engine;
use flywheel_spec::Language;
use serde_json::{Map, Value, json};

use crate::arrival::{Answer, Arrived, Delivery};
use crate::draft::{self, Draft, Request};
use crate::event_id;
use crate::moment::{self, Clock};
use crate::pieces;
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::unpack::{by_content, by_header};

/// The way on which these events come.
pub const SOURCE: &str = "segment";

/// The type of the group that a `groupId` names, unless `traits.group_type` or `context.groupType` says otherwise.
pub const GROUP_TYPE: &str = "company";

/// What the address is for: the kind of its event, or `batch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// A list of events, each with its own `type`.
    Batch,
    /// One event of this kind.
    One(Kind),
}

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something was done.
    Track,
    /// Who somebody is.
    Identify,
    /// A page was seen.
    Page,
    /// A screen was seen.
    Screen,
    /// Which group somebody belongs to.
    Group,
    /// Two ids are one person.
    Alias,
}

impl Door {
    /// The door of an address, such as `track` or `t` behind `/v1/`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "batch" | "b" | "import" => Some(Self::Batch),
            name => Kind::named(name).map(Self::One),
        }
    }
}

impl Kind {
    /// A kind by its name, or by the letter that analytics.js uses.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "track" | "t" => Some(Self::Track),
            "identify" | "i" => Some(Self::Identify),
            "page" | "p" => Some(Self::Page),
            "screen" | "s" => Some(Self::Screen),
            "group" | "g" => Some(Self::Group),
            "alias" | "a" => Some(Self::Alias),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Identify => "identify",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }
}

/// Reads a request; `authorization` is its header, empty when there is none.
///
/// # Errors
/// A request that is no batch of events at all, or carries no key; a single event that is wrong is kept aside instead.
pub fn read(door: Door, authorization: &str, delivery: &Delivery<'_>) -> Result<Arrived, Refusal> {
    let text = by_content(by_header(delivery.encoding, delivery.body)?)?;
    let whole = pieces::whole(&text)?;
    if !whole.text.starts_with(b"{") {
        return Err(Refusal::Shape { name: "{…}".to_owned() });
    }
    let members = pieces::members(whole.text)?;
    let value = |name: &str| {
        let piece = members.iter().find(|(member, _)| member == name).map(|(_, piece)| piece)?;
        serde_json::from_slice::<Value>(piece.text).ok()
    };
    let in_body = || value("writeKey").and_then(|key| Some(key.as_str()?.trim().to_owned()));
    let key =
        basic_key(authorization).or_else(in_body).filter(|key| !key.is_empty()).ok_or(Refusal::NoKey)?;
    let events = match door {
        Door::One(_) => vec![whole],
        Door::Batch => {
            let batch = members.iter().find(|(name, _)| name == "batch").map(|(_, piece)| piece.text);
            let batch = batch.filter(|text| text.starts_with(b"["));
            pieces::items(batch.ok_or(Refusal::Shape { name: "batch".to_owned() })?)?
        }
    };
    let sent_at = value("sentAt").and_then(|at| moment::read(&at).ok());
    let shared = value("context").and_then(|context| context.as_object().cloned()).unwrap_or_default();
    let mut arrived = Arrived { key, ..Arrived::default() };
    for (place, piece) in events.iter().enumerate() {
        let event = draft::object(*piece);
        let own = event.as_ref().ok().and_then(|event| moment::read(event.get("sentAt")?).ok());
        let request = Request {
            source: SOURCE,
            now: delivery.now,
            id: delivery.id,
            clock: Clock { now: delivery.now, sent_at: own.or(sent_at).map(|written| written.time) },
        };
        let taken = event.and_then(|event| {
            let kind = match door {
                Door::One(kind) => kind,
                Door::Batch => {
                    let found = draft::text(&event, "type").unwrap_or_default();
                    Kind::named(found).ok_or_else(|| Reason::Kind { found: found.to_owned() })?
                }
            };
            draft_of(kind, event.clone(), &shared)?.finish(&event, place, &request)
        });
        match taken {
            Ok(event) => arrived.events.push(event),
            Err(reason) => {
                // What the address said must stand in it too, or it could not be read again.
                let raw = match door {
                    Door::One(kind) => pieces::with_member(piece.text, "type", kind.name()),
                    Door::Batch => piece.text.into(),
                };
                // An event that says itself when it was sent says so when it is read again, too.
                let clock =
                    Clock { sent_at: request.clock.sent_at.filter(|_| own.is_none()), ..request.clock };
                arrived.aside.push(draft::aside(&Request { clock, ..request }, &reason, &raw));
            }
        }
    }
    Ok(arrived)
}

/// The answer when everything is on the disk.
pub fn taken() -> Answer {
    Answer::json(200, &json!({"success": true}))
}

/// The answer when nothing was taken.
pub fn refused(refusal: &Refusal, language: Language) -> Answer {
    let code = if refusal.status() == 401 { "unauthorized" } else { refusal.tag() };
    let body = json!({"success": false, "code": code, "message": refusal.phrase().text(language)});
    Answer { retry_after_secs: refusal.retry_after_secs(), ..Answer::json(refusal.status(), &body) }
}

/// The write key as the user name of basic auth.
fn basic_key(authorization: &str) -> Option<String> {
    let (scheme, credentials) = authorization.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = base64::engine::general_purpose::STANDARD.decode(credentials.trim()).ok()?;
    let credentials = String::from_utf8(credentials).ok()?;
    Some(credentials.split(':').next()?.trim().to_owned())
}

fn draft_of(kind: Kind, mut event: Map<String, Value>, shared: &Map<String, Value>) -> Result<Draft, Reason> {
    let mut context = shared.clone();
    context.extend(draft::take_object(&mut event, "context")?);
    let traits = draft::take_object(&mut event, "traits")?;
    let mut properties = draft::take_object(&mut event, "properties")?;
    let user = id(&event, "userId");
    let anonymous = id(&event, "anonymousId");
    let mut person = user.clone().or_else(|| anonymous.clone()).unwrap_or_default();
    let name = match kind {
        Kind::Track => event.get("event").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Kind::Page | Kind::Screen => {
            let (event_name, named) =
                if kind == Kind::Page { ("$pageview", "name") } else { ("$screen", "$screen_name") };
            for (from, to) in [("name", named), ("category", "category")] {
                if let Some(text) = draft::text(&event, from) {
                    properties.insert(to.to_owned(), Value::from(text));
                }
            }
            event_name.to_owned()
        }
        Kind::Identify => {
            if !traits.is_empty() {
                properties.insert("$set".to_owned(), Value::Object(traits.clone()));
            }
            // Without a user this only tells what is known of somebody nameless.
            if user.is_some() { "$identify".to_owned() } else { "$set".to_owned() }
        }
        Kind::Group => {
            let group = id(&event, "groupId").ok_or(Reason::NotAnObjectAt {
                name: "groupId".to_owned(),
                found: event.get("groupId").map_or("null".to_owned(), Value::to_string),
            })?;
            let said = draft::text(&traits, "group_type").or_else(|| draft::text(&context, "groupType"));
            let group_type = said.unwrap_or(GROUP_TYPE).to_owned();
            properties.insert("$groups".to_owned(), json!({ &group_type: group }));
            properties.insert("$group_type".to_owned(), Value::from(group_type));
            properties.insert("$group_key".to_owned(), group);
            properties.insert("$group_set".to_owned(), Value::Object(traits.clone()));
            "$groupidentify".to_owned()
        }
        Kind::Alias => {
            let previous = id(&event, "previousId").or_else(|| anonymous.clone()).ok_or(Reason::NoPerson)?;
            properties.insert("alias".to_owned(), previous);
            person = user.clone().unwrap_or_default();
            "$create_alias".to_owned()
        }
    };
    if kind != Kind::Alias
        && user.is_some()
        && let Some(anonymous) = anonymous.filter(|anonymous| Some(anonymous) != user.as_ref())
    {
        // Both ids in one event say that they are one person.
        properties.insert("$anon_distinct_id".to_owned(), anonymous);
    }
    unfold(context, &mut properties);
    let uuid = draft::text(&event, "messageId").map(|text| event_id::of_text("message", text));
    let time = ["timestamp", "originalTimestamp"]
        .into_iter()
        .find_map(|name| event.get(name).filter(|time| !time.is_null() && **time != "").cloned());
    Ok(Draft { name, person, uuid, time, ago: 0, correct_clock: true, properties })
}

/// An id that is a text or a number.
fn id(event: &Map<String, Value>, name: &str) -> Option<Value> {
    match event.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(other) => Some(other.clone()),
    }
}

/// What an event's context says, under the names by which PostHog's clients say it; the rest stays as `$context`.
fn unfold(mut context: Map<String, Value>, properties: &mut Map<String, Value>) {
    const PLACES: [(&str, &str, &str); 18] = [
        ("library", "name", "$lib"),
        ("library", "version", "$lib_version"),
        ("page", "url", "$current_url"),
        ("page", "path", "$pathname"),
        ("page", "referrer", "$referrer"),
        ("page", "title", "title"),
        ("page", "search", "$search"),
        ("app", "version", "$app_version"),
        ("app", "name", "$app_name"),
        ("os", "name", "$os"),
        ("os", "version", "$os_version"),
        ("device", "type", "$device_type"),
        ("device", "model", "$device_model"),
        ("campaign", "source", "utm_source"),
        ("campaign", "medium", "utm_medium"),
        ("campaign", "name", "utm_campaign"),
        ("campaign", "term", "utm_term"),
        ("campaign", "content", "utm_content"),
    ];
    for (group, name, property) in PLACES {
        let Some(Value::Object(values)) = context.get_mut(group) else { continue };
        if let Some(value) = values.remove(name).filter(|value| !value.is_null()) {
            properties.entry(property).or_insert(value);
        }
        if values.is_empty() {
            context.remove(group);
        }
    }
    for (name, property) in
        [("userAgent", "$raw_user_agent"), ("locale", "$locale"), ("timezone", "$timezone")]
    {
        if let Some(value) = context.remove(name).filter(|value| !value.is_null()) {
            properties.entry(property).or_insert(value);
        }
    }
    // A page's own address is the address that is seen.
    for (from, to) in [("url", "$current_url"), ("path", "$pathname"), ("referrer", "$referrer")] {
        if let Some(value) = properties.get(from).filter(|value| value.is_string()).cloned() {
            properties.insert(to.to_owned(), value);
        }
    }
    if let Some(Value::Object(traits)) = context.remove("traits")
        && !traits.is_empty()
    {
        let set = properties.entry("$set").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(set) = set {
            for (name, value) in traits {
                set.entry(name).or_insert(value);
            }
        }
    }
    let group_type = context.remove("groupType").and_then(|name| Some(name.as_str()?.to_owned()));
    if let Some(group) = context.remove("groupId").filter(|group| group.is_string() || group.is_number()) {
        let group_type = group_type.unwrap_or_else(|| GROUP_TYPE.to_owned());
        let groups = properties.entry("$groups").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(groups) = groups {
            groups.entry(group_type).or_insert(group);
        }
    }
    // The address of a device on the net is not kept unless a client writes it as a property.
    context.remove("ip");
    if !context.is_empty() {
        properties.insert("$context".to_owned(), Value::Object(context));
    }
}

#[cfg(test)]
mod tests {
    use flywheel_people::{Event, IdKind};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_772_357_400_000_000; // 2026-03-01T09:30:00Z
    const BASIC: &str = "Basic azo="; // k:

    fn take(door: &str, authorization: &str, body: &[u8]) -> Result<Arrived, Refusal> {
        let door = Door::named(door).expect("a door");
        read(
            door,
            authorization,
            &Delivery { encoding: "", query: "", body, now: NOW, id: Uuid::from_u128(1) },
        )
    }

    fn one(door: &str, event: Value) -> Event {
        let mut arrived = take(door, BASIC, event.to_string().as_bytes()).expect("taken");
        assert!(arrived.aside.is_empty(), "{:?}", arrived.aside);
        arrived.events.remove(0)
    }

    fn shown(event: &Event) -> (&str, &str, Value) {
        (&event.event, &event.distinct_id, Value::Object(event.properties.clone()))
    }

    #[test]
    fn every_kind_becomes_an_event() {
        for (door, event, expected) in [
            (
                "track",
                json!({"userId": "ada", "event": "Signed Up", "properties": {"plan": "pro"}, "context": {"library": {"name": "analytics-python", "version": "2"}, "ip": "8.8.8.8"}}),
                ("Signed Up", "ada", json!({"plan": "pro", "$lib": "analytics-python", "$lib_version": "2"})),
            ),
            (
                "track",
                json!({"userId": "ada", "event": "a", "context": {"campaign": {"name": "spring", "content": "banner"}}}),
                ("a", "ada", json!({"utm_campaign": "spring", "utm_content": "banner"})),
            ),
            (
                "track",
                json!({"anonymousId": "anon", "event": "a", "context": {"groupId": "acme", "traits": {"age": 3}, "screen": {"width": 1}}}),
                (
                    "a",
                    "anon",
                    json!({"$set": {"age": 3}, "$groups": {"company": "acme"}, "$context": {"screen": {"width": 1}}}),
                ),
            ),
            (
                "identify",
                json!({"userId": "ada", "anonymousId": "anon", "traits": {"email": "a@b.c"}}),
                ("$identify", "ada", json!({"$set": {"email": "a@b.c"}, "$anon_distinct_id": "anon"})),
            ),
            (
                "identify",
                json!({"anonymousId": "anon", "traits": {"age": 3}}),
                ("$set", "anon", json!({"$set": {"age": 3}})),
            ),
            (
                "page",
                json!({"userId": 7, "name": "Home", "properties": {"url": "https://a.b/c", "path": "/c"}}),
                (
                    "$pageview",
                    "7",
                    json!({"url": "https://a.b/c", "path": "/c", "name": "Home", "$current_url": "https://a.b/c", "$pathname": "/c"}),
                ),
            ),
            (
                "screen",
                json!({"userId": "ada", "name": "Home"}),
                ("$screen", "ada", json!({"$screen_name": "Home"})),
            ),
            (
                "group",
                json!({"userId": "ada", "groupId": "acme", "traits": {"size": 5}}),
                (
                    "$groupidentify",
                    "ada",
                    json!({"$groups": {"company": "acme"}, "$group_type": "company", "$group_key": "acme", "$group_set": {"size": 5}}),
                ),
            ),
            (
                "group",
                json!({"userId": "ada", "groupId": 7, "context": {"groupType": "school"}}),
                (
                    "$groupidentify",
                    "ada",
                    json!({"$groups": {"school": 7}, "$group_type": "school", "$group_key": 7, "$group_set": {}}),
                ),
            ),
            (
                "alias",
                json!({"userId": "ada", "previousId": "anon"}),
                ("$create_alias", "ada", json!({"alias": "anon"})),
            ),
        ] {
            let event = one(door, event);
            let (name, id, properties) = expected;
            assert_eq!(shown(&event), (name, id, properties), "{door}");
            assert_eq!(event.source, "segment");
        }
    }

    #[test]
    fn a_batch_is_taken_and_its_wrong_events_are_kept_aside() {
        let body = json!({
            "writeKey": "k", "sentAt": "2026-02-28T09:30:00Z", "context": {"library": {"name": "x"}},
            "batch": [
                {"type": "track", "userId": "ada", "event": "a", "messageId": "m-1", "timestamp": "2026-02-28T09:29:50Z"},
                {"type": "trakc", "userId": "ada", "event": "a"},
                {"type": "track", "event": "a"},
                {"type": "group", "userId": "ada"},
                {"type": "track", "userId": "ada", "event": "a", "properties": []},
                {"type": "alias", "userId": "ada"},
            ],
        });
        let arrived = take("batch", "", body.to_string().as_bytes()).expect("taken");
        assert_eq!(arrived.key, "k");
        assert_eq!(arrived.events.len(), 1);
        assert_eq!(arrived.events[0].time, NOW - 10 * moment::SECOND);
        assert_eq!(arrived.events[0].properties["$lib"], "x");
        let reasons: Vec<&str> = arrived.aside.iter().map(|aside| aside.reason.key.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "collect.kind",
                "collect.no_person",
                "collect.not_an_object_at",
                "collect.not_an_object_at",
                "collect.no_person"
            ]
        );
        assert_eq!(
            take("batch", BASIC, b"{\"batch\":[]}").map(|arrived| arrived.events.len()),
            Ok(0),
            "the client may send an empty batch"
        );
    }

    #[test]
    fn a_wrong_event_is_kept_with_its_kind() {
        let arrived = take("t", BASIC, b"{\"userId\":\"ada\"}").expect("taken");
        assert_eq!(arrived.aside[0].raw, "{\"userId\":\"ada\",\"type\":\"track\"}");
        let arrived = take("batch", BASIC, b"{\"batch\":[{\"userId\":\"ada\"}]}").expect("taken");
        assert_eq!(arrived.aside[0].raw, "{\"userId\":\"ada\"}");
    }

    #[test]
    fn a_message_id_makes_it_the_same_event() {
        let event = |id: &str| one("track", json!({"userId": "ada", "event": "a", "messageId": id}));
        assert_eq!(event("m-1").uuid, event("m-1").uuid);
        assert_ne!(event("m-1").uuid, event("m-2").uuid);
        assert_eq!(event("m-1").id_kind, IdKind::Sent);
        assert_eq!(one("track", json!({"userId": "ada", "event": "a"})).id_kind, IdKind::Arrival);
    }

    #[test]
    fn wrong_requests_are_refused_in_segments_form() {
        for (door, authorization, body, status) in [
            ("track", "", "{\"userId\":\"a\",\"event\":\"b\"}", 401),
            ("track", "Basic !!!", "{\"userId\":\"a\",\"event\":\"b\"}", 401),
            ("track", BASIC, "[]", 400),
            ("batch", BASIC, "{}", 400),
            ("batch", BASIC, "{\"batch\":{}}", 400),
            ("batch", BASIC, "{\"batch\":[", 400),
            ("batch", BASIC, "", 400),
        ] {
            let refusal = take(door, authorization, body.as_bytes()).expect_err(body);
            assert_eq!(refusal.status(), status, "{body}");
            let answer: Value = serde_json::from_slice(&refused(&refusal, Language::En).body).expect("JSON");
            assert_eq!(answer["success"], false);
            assert!(answer["code"].is_string() && answer["message"].is_string());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for door in ["batch", "track", "alias"] {
                let _ = take(door, BASIC, &bytes);
            }
        }
    }
}
