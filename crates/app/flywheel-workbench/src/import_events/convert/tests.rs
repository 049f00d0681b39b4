//! Rows that become events or messages, and rows that say why they are none.

use super::*;

fn mapping() -> EventMapping {
    EventMapping {
        person: "user".to_owned(),
        person_else: Vec::new(),
        time: "time".to_owned(),
        event: EventNaming::Column { column: "event".to_owned() },
        zone: "UTC".to_owned(),
        day_first: false,
        key: None,
        properties: Vec::new(),
        feedback: None,
    }
}

fn convert(mapping: &EventMapping, rows: &[Value]) -> Vec<Result<Event, String>> {
    let mut converter = Converter::new(mapping.clone(), "x.csv", 1_800_000_000_000_000);
    let row = |value: &Value| Row::new(1, value.as_object().cloned().unwrap_or_default());
    rows.iter().map(|value| converter.event(row(value)).map_err(|reason| reason.key)).collect()
}

#[test]
fn a_row_becomes_an_event_with_the_rest_as_properties() {
    let row = json!({
        "user": 7, "time": "2026-03-01", "event": "pay", "amount": 5.5, "$set": "{\"plan\": \"pro\"}",
        "properties": {"coupon": "X"}, "empty": null,
    });
    let event = convert(&mapping(), &[row]).remove(0).expect("an event");
    assert_eq!((event.distinct_id.as_str(), event.event.as_str()), ("7", "pay"));
    assert_eq!(event.time, 1_772_323_200_000_000);
    assert_eq!(event.source, "import:x.csv");
    assert_eq!(
        Value::Object(event.properties),
        json!({"coupon": "X", "amount": 5.5, "$set": {"plan": "pro"}})
    );
}

#[test]
fn exports_of_other_products_give_their_properties() {
    let pair = |key: &str, kind: &str, value: Value| json!({"key": key, "value": {"string_value": null, kind: value}});
    let event = json!({"user": "a", "time": "2026-03-01", "event": "pay"});
    for (columns, expected) in [
        // Amplitude's.
        (
            json!({"event_properties": {"amount": 5}, "user_properties": {"plan": "pro"}, "city": "Bonn"}),
            json!({"amount": 5, "city": "Bonn", "$set": {"plan": "pro"}}),
        ),
        // Google Analytics' in BigQuery.
        (
            json!({
                "event_params": [
                    pair("page", "string_value", json!("/")), pair("session", "int_value", json!("17")),
                    pair("value", "double_value", json!(2.5)), pair("nothing", "float_value", json!(null)),
                ],
                "user_properties": [pair("plan", "string_value", json!("pro"))],
            }),
            json!({"page": "/", "session": 17, "value": 2.5, "$set": {"plan": "pro"}}),
        ),
        // PostHog's, in Parquet.
        (
            json!({
                "properties": "{\"amount\": 5, \"$set\": {\"plan\": \"pro\"}}", "set": "{\"plan\": \"free\", \"a\": 1}",
                "set_once": "{\"from\": \"ad\"}", "person_properties": "{\"a\": 0, \"b\": 2}",
            }),
            json!({"amount": 5, "$set": {"a": 1, "b": 2, "plan": "pro"}, "$set_once": {"from": "ad"}}),
        ),
        (json!({"event_properties": null, "user_properties": {}, "properties": null}), json!({})),
        // What holds no fields is a property like any other.
        (
            json!({"set": 3, "event_params": ["a"], "user_properties": "none"}),
            json!({"set": 3, "event_params": ["a"], "user_properties": "none"}),
        ),
    ] {
        let (mut row, more) = (event.as_object().cloned().unwrap_or_default(), columns.as_object().cloned());
        row.extend(more.unwrap_or_default());
        let found = convert(&mapping(), &[Value::Object(row)]).remove(0).expect("an event");
        assert_eq!(Value::Object(found.properties), expected);
    }
}

#[test]
fn who_has_not_said_their_name_is_known_by_their_other_id() {
    let named = EventMapping { person_else: vec!["device".to_owned(), "cookie".to_owned()], ..mapping() };
    let row = |user: Value, device: Value, cookie: Value| json!({"user": user, "device": device, "cookie": cookie, "time": "2026-03-01", "event": "pay"});
    for (row, id, other) in [
        (row(json!("ada"), json!("d1"), json!("c1")), Ok("ada"), Some("d1")),
        (row(json!("ada"), json!("ada"), json!("c1")), Ok("ada"), Some("c1")),
        (row(json!("ada"), json!(null), json!("null")), Ok("ada"), None),
        (row(json!(null), json!("d1"), json!("c1")), Ok("d1"), None),
        (row(json!("undefined"), json!(""), json!("c1")), Ok("c1"), None),
        (row(json!("undefined"), json!(""), json!(null)), Err("collect.nobodys_id"), None),
    ] {
        let found = convert(&named, std::slice::from_ref(&row)).remove(0);
        assert_eq!(
            found.as_ref().map(|event| event.distinct_id.as_str()).map_err(String::as_str),
            id,
            "{row}"
        );
        let claimed = found.ok().and_then(|event| event.properties.get("$anon_distinct_id").cloned());
        assert_eq!(claimed, other.map(Value::from), "{row}");
    }
}

#[test]
fn a_row_of_feedback_becomes_a_message_whoever_gave_it() {
    let columns = FeedbackColumns {
        text: "Review".to_owned(),
        rating: Some("Stars".to_owned()),
        version: Some("App".to_owned()),
        ..FeedbackColumns::default()
    };
    let named = EventMapping { feedback: Some(columns), ..mapping() };
    let row =
        json!({"user": "u1", "time": "2026-03-01", "Review": "慢", "Stars": "2", "App": 3.1, "device": "x"});
    let nameless = json!({"user": null, "time": "2026-03-01", "Review": null, "Stars": "two"});
    let events = convert(&named, &[row.clone(), nameless]);
    let event = events[0].as_ref().expect("a message");
    assert_eq!((event.event.as_str(), event.distinct_id.as_str()), ("feedback", "u1"));
    assert_eq!(
        Value::Object(event.properties.clone()),
        json!({"text": "慢", "rating": 2.0, "version": "3.1", "device": "x"})
    );
    let event = events[1].as_ref().expect("a message");
    assert!(event.distinct_id.starts_with(NAMELESS));
    assert_eq!(
        Value::Object(event.properties.clone()),
        json!({"rating": "two", "text": "", "$process_person_profile": false})
    );
    let timeless = EventMapping { time: String::new(), person: String::new(), ..named };
    let events = convert(&timeless, &[row.clone(), row]);
    let (first, second) = (events[0].as_ref().expect("one"), events[1].as_ref().expect("two"));
    assert_eq!(first.time, 1_800_000_000_000_000);
    assert_ne!(first.distinct_id, second.distinct_id);
}

#[test]
fn several_columns_of_a_message_are_read_line_by_line() {
    let columns = FeedbackColumns {
        text: "like".to_owned(),
        more_texts: vec!["improve".to_owned(), "else".to_owned()],
        ..FeedbackColumns::default()
    };
    let mapping = EventMapping { feedback: Some(columns), ..mapping() };
    for (like, improve, other, expected) in [
        (json!("the board"), json!("the speed"), json!("the speed"), "the board\nthe speed"),
        (json!(null), json!(" "), json!("dear"), "dear"),
        (json!(null), json!(null), json!(""), ""),
    ] {
        let time = "2026-03-01";
        let row = json!({"user": "u1", "time": time, "like": like, "improve": improve, "else": other});
        let event = convert(&mapping, &[row]).remove(0).expect("a message");
        assert_eq!(Value::Object(event.properties), json!({"text": expected}));
    }
}

#[test]
fn a_message_without_a_time_or_a_name_counts_from_its_import_on_and_for_itself() {
    let columns = FeedbackColumns { text: "Review".to_owned(), ..FeedbackColumns::default() };
    let named = EventMapping { feedback: Some(columns), ..mapping() };
    for (user, time, nameless, expected) in [
        ("u1", json!("2026-03-01"), false, Ok(1_772_323_200_000_000)),
        ("u1", json!(null), false, Ok(1_800_000_000_000_000)),
        ("u1", json!(" "), false, Ok(1_800_000_000_000_000)),
        ("A Google user", json!("2026-03-01"), true, Ok(1_772_323_200_000_000)),
        ("匿名用户", json!("2026-03-01"), true, Ok(1_772_323_200_000_000)),
        ("u1", json!("soon"), false, Err("collect.time_unreadable".to_owned())),
    ] {
        let row = json!({"user": user, "time": time, "Review": "slow"});
        let event = convert(&named, &[row]).remove(0);
        let found = event.as_ref().map(|event| event.time).map_err(Clone::clone);
        assert_eq!(found, expected, "{user} {time}");
        let is_nameless = event.is_ok_and(|event| event.distinct_id.starts_with(NAMELESS));
        assert_eq!(is_nameless, nameless, "{user}");
    }
}

#[test]
fn what_is_no_amount_is_handed_on_as_written() {
    let row = || {
        let fields = json!({"user": "u1", "time": "2026-03-01", "event": "pay", "say": 2.5,
            "app_version": 2.1, "amount": 2.5, "paid": true});
        let mut row = Row::new(1, fields.as_object().cloned().unwrap_or_default());
        for (column, text) in [("say", "2.50"), ("app_version", "2.10"), ("amount", "2.50"), ("paid", "TRUE")]
        {
            row.written.insert(column.to_owned(), text.to_owned());
        }
        row
    };
    let columns = FeedbackColumns {
        text: "say".to_owned(),
        rating: Some("amount".to_owned()),
        version: Some("app_version".to_owned()),
        ..FeedbackColumns::default()
    };
    let messages = EventMapping { feedback: Some(columns), ..mapping() };
    for (mapping, expected) in [
        (mapping(), json!({"say": 2.5, "app_version": "2.10", "amount": 2.5, "paid": true})),
        (messages, json!({"text": "2.50", "rating": 2.5, "version": "2.10", "event": "pay", "paid": "TRUE"})),
    ] {
        let mut converter = Converter::new(mapping, "x.csv", 1_800_000_000_000_000);
        let event = converter.event(row()).expect("an event");
        assert_eq!(Value::Object(event.properties), expected);
    }
}

#[test]
fn rows_that_are_none_say_why() {
    let row = |user: Value, time: Value, event: Value| json!({"user": user, "time": time, "event": event});
    let rows = [
        (row(json!(null), json!("2026-03-01"), json!("pay")), "collect.no_person"),
        (row(json!("undefined"), json!("2026-03-01"), json!("pay")), "collect.nobodys_id"),
        (row(json!("a"), json!("soon"), json!("pay")), "collect.time_unreadable"),
        (row(json!("a"), json!("1970-01-01"), json!("pay")), "collect.time_too_early"),
        (row(json!("a"), json!("3000-01-01"), json!("pay")), "collect.time_ahead"),
        (row(json!("a"), json!("2026-03-01"), json!("")), "collect.no_name"),
        (row(json!("a".repeat(10_000)), json!("2026-03-01"), json!("pay")), "collect.long_id"),
        (row(json!(["a"]), json!("2026-03-01"), json!("pay")), "collect.nobodys_id"),
        (
            row(json!("00000000-0000-0000-0000-000000000000"), json!("2026-03-01"), json!("pay")),
            "collect.nobodys_id",
        ),
        (row(json!("a"), json!("2026-03-01"), json!({"n": 1})), "collect.no_name"),
    ];
    for (row, reason) in rows {
        assert_eq!(convert(&mapping(), &[row]).remove(0), Err(reason.to_owned()));
    }
}

#[test]
fn a_row_that_is_none_is_kept_as_an_event_that_can_be_mended() {
    let kept = |mapping: &EventMapping, row: Value| {
        let mut converter = Converter::new(mapping.clone(), "x.csv", 1_800_000_000_000_000);
        let row = Row::new(1, row.as_object().cloned().unwrap_or_default());
        converter.event(row.clone()).expect_err("no event");
        converter.kept(row)
    };
    let keyed = EventMapping {
        zone: "Europe/Berlin".to_owned(),
        day_first: true,
        key: Some("event_id".to_owned()),
        ..mapping()
    };
    let id = "0190e0a0-0000-7000-8000-000000000001";
    let row = json!({"user": "null", "time": "1/3/2026 09:00", "event": "pay", "event_id": id, "amount": 5,
        "$set": "{\"plan\": \"pro\"}"});
    assert_eq!(
        kept(&keyed, row),
        json!({"event": "pay", "distinct_id": "null", "timestamp": "2026-03-01T08:00:00Z", "uuid": id,
            "properties": {"event_id": id, "amount": 5, "$set": {"plan": "pro"}}})
    );
    let elsewhere = EventMapping { person_else: vec!["device".to_owned()], ..mapping() };
    for (user, who) in [("ada", "ada"), ("", "d1"), ("undefined", "d1")] {
        let row = json!({"user": user, "device": "d1", "time": "soon", "event": "pay"});
        assert_eq!(kept(&elsewhere, row)["distinct_id"], who, "{user}");
    }
    let columns = FeedbackColumns {
        text: "Review".to_owned(),
        rating: Some("Stars".to_owned()),
        ..FeedbackColumns::default()
    };
    let message = EventMapping { feedback: Some(columns), ..mapping() };
    let row = json!({"user": null, "time": "soon", "Review": "慢", "Stars": "2", "os": "x"});
    let found = kept(&message, row);
    assert_eq!(
        found["properties"],
        json!({"text": "慢", "rating": 2.0, "$process_person_profile": false, "os": "x"})
    );
    assert_eq!((&found["event"], &found["timestamp"]), (&json!("feedback"), &json!("soon")));
    assert_eq!(found["distinct_id"], format!("{NAMELESS}{}", found["uuid"].as_str().unwrap_or_default()));
}

#[test]
fn a_source_read_again_gives_the_same_events_and_equal_rows_count_each() {
    let row = json!({"user": "a", "time": "2026-03-01", "event": "pay", "amount": 5});
    let as_text = json!({"amount": "5", "event": "pay", "user": "a", "time": "2026-03-01"});
    let uuids = |rows: &[Value]| -> Vec<Uuid> {
        convert(&mapping(), rows).into_iter().map(|event| event.expect("an event").uuid).collect()
    };
    let first = uuids(&[row.clone(), row.clone()]);
    assert_ne!(first[0], first[1]);
    assert_eq!(first, uuids(&[as_text.clone(), as_text]));

    let keyed = EventMapping { key: Some("id".to_owned()), ..mapping() };
    let with = |id: Value| json!({"user": "a", "time": "2026-03-01", "event": "pay", "id": id});
    let own = "0190e0a0-0000-7000-8000-000000000001";
    let events = convert(&keyed, &[with(json!(1)), with(json!("1")), with(json!(own)), with(json!(null))]);
    let uuid = |at: usize| events[at].as_ref().expect("an event").uuid.to_string();
    assert_eq!(uuid(0), uuid(1));
    assert_ne!(uuid(2), own);
    assert_eq!(events[3].as_ref().err().map(String::as_str), Some("ask.no_key"));
}

#[test]
fn only_an_events_own_uuid_is_the_same_from_every_source() {
    let own = "0190e0a0-0000-7000-8000-000000000001";
    let uuid = |column: &str, source: &str| {
        let keyed = EventMapping { key: Some(column.to_owned()), ..mapping() };
        let row = json!({"user": "a", "time": "2026-03-01", "event": "pay", column: own,
            "properties": {"uuid": own}});
        let row = Row::new(1, row.as_object().cloned().unwrap_or_default());
        let mut converter = Converter::new(keyed, source, 1_800_000_000_000_000);
        converter.event(row).expect("an event").uuid.to_string()
    };
    for column in ["uuid", "event_uuid", "Event ID", "$insert_id", "messageId", "properties.uuid"] {
        assert_eq!((uuid(column, "orders"), uuid(column, "shipped")), (own.to_owned(), own.to_owned()));
    }
    for column in ["id", "order_id", "user_uuid"] {
        let (ordered, shipped) = (uuid(column, "orders"), uuid(column, "shipped"));
        assert!(ordered != own && shipped != own && ordered != shipped, "{column}");
    }
}
