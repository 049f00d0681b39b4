//! Columns known by their names and values, and what is said of those that are missing.

use serde_json::json;

use super::*;

fn rows(values: &[Value]) -> Vec<Row> {
    let row = |value: &Value| Row::new(1, value.as_object().cloned().unwrap_or_default());
    values.iter().map(row).collect()
}

fn guessed(values: &[Value], choices: &MappingChoices) -> Result<EventMapping, Problems> {
    let rows = rows(values);
    guess(&rows.iter().collect::<Vec<_>>(), choices, "purchases.csv", "Europe/Berlin")
        .map(|guess| guess.mapping)
}

fn column(name: &str) -> EventNaming {
    EventNaming::Column { column: name.to_owned() }
}

#[test]
fn columns_are_known_by_their_names_and_values() {
    let plain = guessed(
        &[
            json!({"User ID": 7, "Action": "pay", "Created At": "31/12/2025 10:00", "amount": 5}),
            json!({"User ID": 8, "Action": "pay", "Created At": "1/2/2026 11:00", "amount": 6}),
        ],
        &MappingChoices::default(),
    );
    let plain = plain.expect("a mapping");
    assert_eq!((plain.person.as_str(), plain.time.as_str()), ("User ID", "Created At"));
    assert_eq!(plain.event, column("Action"));
    assert!(plain.day_first);
    assert_eq!(plain.zone, "Europe/Berlin");
    assert_eq!(plain.properties, ["amount"]);

    let nested = guessed(
        &[json!({"event": "pay", "properties": {"distinct_id": "a", "time": 1767225600, "uuid": "x"}})],
        &MappingChoices::default(),
    );
    let nested = nested.expect("a mapping");
    assert_eq!((nested.person.as_str(), nested.time.as_str()), ("properties.distinct_id", "properties.time"));

    let process = guessed(
        &[
            json!({"case:concept:name": "A", "concept:name": "submit", "time:timestamp": "2011-10-01T00:38:44.546+02:00"}),
            json!({"case:concept:name": "A", "concept:name": "accept", "time:timestamp": "2011-10-01T00:39:44.546+02:00"}),
        ],
        &MappingChoices::default(),
    );
    let process = process.expect("a mapping");
    assert_eq!(process.person, "case:concept:name");
    assert_eq!(process.event, column("concept:name"));

    let chinese =
        guessed(&[json!({"用户": "张三", "时间": "2026年3月1日", "金额": 3})], &MappingChoices::default());
    let chinese = chinese.expect("a mapping");
    assert_eq!(chinese.person, "用户");
    assert_eq!(chinese.event, EventNaming::Constant { name: "purchases".to_owned() });

    for name in ["userName", "user_name", "author", "Nickname", "reviewer", "用户名", "昵称", "作者"] {
        let found = guessed(&[json!({name: "ann", "at": "2026-03-01"})], &MappingChoices::default());
        assert_eq!(found.expect("a mapping").person, name);
    }
}

#[test]
fn what_is_missing_or_mistyped_is_said_all_at_once() {
    let choices = MappingChoices {
        time: Some("dat".to_owned()),
        zone: Some("Mars/Base".to_owned()),
        ..MappingChoices::default()
    };
    let wrong = guessed(&[json!({"date": "2026-03-01", "x": 1})], &choices).expect_err("wrong");
    let codes: Vec<&str> = wrong.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["ask.zone", "ask.no_column", "ask.no_person"]);
    assert!(wrong.problems[1].advice.as_ref().is_some_and(|advice| advice.en.contains("`date`")));
}

#[test]
fn exports_of_other_products_are_known() {
    let google = guessed(
        &[
            json!({"event_date": "20260301", "event_timestamp": "1772323200000000", "event_name": "pay",
                "user_id": "crm-1", "user_pseudo_id": "1.2", "event_params": []}),
            json!({"event_date": "20260301", "event_timestamp": "1772323200000001", "event_name": "pay",
                "user_pseudo_id": "1.3", "event_params": []}),
            json!({"event_date": "20260301", "event_timestamp": "1772323200000002", "event_name": "pay",
                "user_pseudo_id": "1.3", "event_params": []}),
        ],
        &MappingChoices::default(),
    );
    let google = google.expect("a mapping");
    assert!(google.person_else.is_empty());
    let amplitude = guessed(
        &[
            json!({"user_id": "ada", "device_id": "d1", "event_type": "pay", "event_time": "2026-03-01 10:00:00.5"}),
            json!({"user_id": null, "device_id": "d1", "event_type": "pay", "event_time": "2026-03-01 09:00:00.5"}),
        ],
        &MappingChoices::default(),
    );
    let amplitude = amplitude.expect("a mapping");
    assert_eq!((amplitude.person.as_str(), amplitude.person_else), ("user_id", vec!["device_id".to_owned()]));
    assert_eq!((google.person.as_str(), google.time.as_str()), ("user_pseudo_id", "event_timestamp"));
    assert_eq!(google.event, column("event_name"));
    for (who, what) in [("user_id", "behavior_type"), ("用户编号", "操作")] {
        let found =
            guessed(&[json!({who: "a", what: "pv", "time": "2026-03-01"})], &MappingChoices::default());
        let found = found.expect("a mapping");
        assert_eq!((found.person.as_str(), found.event), (who, column(what)));
    }
}

#[test]
fn an_events_own_id_is_its_key_also_where_the_event_comes_twice() {
    let row = |id: &str, time: &str, day: u32| json!({"uuid": id, "user": "a", "event": "pay", "time": time, "day": day});
    let (first, next) = ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
    for (rows, key) in [
        (vec![row("x", first, 1), row("y", next, 1), row("x", first, 2)], Some("uuid")),
        // The same for two events, it tells no event apart.
        (vec![row("x", first, 1), row("x", next, 1)], None),
        (vec![row("x", first, 1), json!({"user": "a", "event": "pay", "time": next})], None),
    ] {
        let found = guessed(&rows, &MappingChoices::default()).expect("a mapping");
        assert_eq!(found.key.as_deref(), key, "{rows:?}");
    }
}

#[test]
fn dates_that_may_be_read_either_way_are_told() {
    let found = |times: &[&str], day_first: Option<bool>| {
        let row = |time: &&str| json!({"user": "a", "event": "pay", "time": *time});
        let rows = rows(&times.iter().map(row).collect::<Vec<_>>());
        let choices = MappingChoices { day_first, ..MappingChoices::default() };
        let found = guess(&rows.iter().collect::<Vec<_>>(), &choices, "x.csv", "UTC").expect("a mapping");
        let doubts: Vec<String> = found.warnings.into_iter().map(|doubt| doubt.code).collect();
        (found.mapping.day_first, doubts)
    };
    let told = vec!["ask.day_or_month".to_owned()];
    for (times, chosen, day_first, doubts) in [
        (&["01/02/2026 10:00", "03/04/2026 10:00"][..], None, false, told.clone()),
        (&["01/02/2026 10:00", "03/04/2026 10:00"], Some(true), true, Vec::new()),
        (&["01/02/2026 10:00", "03/04/2026 10:00"], Some(false), false, Vec::new()),
        (&["01/02/2026 10:00", "03/14/2026 10:00"], None, false, Vec::new()),
        (&["01/02/2026 10:00", "14/04/2026 10:00"], None, true, Vec::new()),
        (&["03/03/2026", "2026-03-01"], None, false, Vec::new()),
    ] {
        assert_eq!(found(times, chosen), (day_first, doubts), "{times:?} {chosen:?}");
    }
}

#[test]
fn amounts_that_no_question_reads_are_told() {
    for (values, told) in [
        (&["1,234.50", "12.5"][..], true),
        (&["12,34", "5"], true),
        (&["¥99", "¥5"], true),
        (&["12.5", "3"], false),
        (&["Berlin, Mitte", "1,234.50"], false),
        (&["2.1.0", "pro"], false),
    ] {
        let row = |value: &&str| json!({"user": "a", "event": "pay", "time": "2026-03-01", "amount": *value});
        let rows = rows(&values.iter().map(row).collect::<Vec<_>>());
        let rows: Vec<&Row> = rows.iter().collect();
        let found = guess(&rows, &MappingChoices::default(), "x.csv", "UTC").expect("a mapping");
        let codes: Vec<&str> = found.warnings.iter().map(|doubt| doubt.code.as_str()).collect();
        assert_eq!(codes, if told { vec!["ask.amounts"] } else { vec![] }, "{values:?}");
    }
}
