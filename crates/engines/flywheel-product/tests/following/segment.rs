//! Segments: properties, behaviour, lists, scores, and other questions asked of them.

use flywheel_people::memory::fold_events;
use flywheel_people::{Event, Identity, person_of};
use flywheel_product::segment::Members;
use flywheel_product::{Context, plan};
use flywheel_spec::product::segment::{RfmGroup, SegmentReport};
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_spec::project::Weekday;
use serde_json::{Value, json};

use super::events::{ask, calendar, event, mistakes, person};

const NOW: &str = "2026-03-31T12:00:00Z";

fn asked(mut question: Value, events: &[Event]) -> SegmentReport {
    question["kind"] = json!("segment");
    match ask(question, &calendar("Europe/Berlin", Weekday::Monday, NOW), events) {
        Answer::Segment(report) => report,
        other => panic!("{other:?}"),
    }
}

fn some_people() -> Vec<Event> {
    vec![
        event("ann", "2026-01-05 10:00:00", "signup", json!({"$set": {"plan": "free"}})),
        event("ann", "2026-03-30 10:00:00", "order", json!({"amount": 10, "$set": {"plan": "pro"}})),
        event("ann", "2026-03-31 10:00:00", "order", json!({"amount": 20})),
        event("bob", "2026-03-29 00:30:00", "signup", json!({"$set": {"plan": "free"}})),
        event("bob", "2026-03-29 00:30:00", "order", json!({"amount": 5})),
        event("cat", "2026-02-01 10:00:00", "order", json!({})),
        event("cat", "2026-02-02 10:00:00", "signup", json!({})),
        event("person1", "2026-03-01 10:00:00", "view", json!({})),
        event("alias1", "2026-03-02 10:00:00", "view", json!({})),
    ]
}

#[test]
fn people_are_found_by_what_they_are_and_did() {
    for (who, expected) in [
        (json!({"kind": "everybody"}), vec!["alias1", "ann", "bob", "cat"]),
        (json!({"kind": "property", "property": "plan", "value": "pro"}), vec!["ann"]),
        (json!({"kind": "property", "property": "plan", "operator": "is_not_set"}), vec!["alias1", "cat"]),
        (json!({"kind": "property", "property": "plan", "of": "person", "value": "free"}), vec!["bob"]),
        (json!({"kind": "did", "event": {"event": "order"}}), vec!["ann", "bob", "cat"]),
        (json!({"kind": "did", "event": {"event": "order"}, "at_least": 2}), vec!["ann"]),
        (json!({"kind": "did", "event": {"event": "order"}, "at_most": 1}), vec!["alias1", "bob", "cat"]),
        (json!({"kind": "did", "event": {"event": "order"}, "at_most": 0}), vec!["alias1"]),
        (json!({"kind": "not", "of": {"kind": "did", "event": {"event": "order"}}}), vec!["alias1"]),
        // Two calendar days back from the 31st: the 30th begins at 22:00 UTC on the 29th, summer time.
        (json!({"kind": "did", "event": {"event": "order"}, "last_days": 2}), vec!["ann"]),
        (json!({"kind": "did", "event": {"event": "order"}, "last_days": 3}), vec!["ann", "bob"]),
        (json!({"kind": "first_time", "event": {"event": "order"}, "last_days": 2}), vec!["ann"]),
        (
            json!({"kind": "first_time", "event": {"event": "order"}, "period": {"from": "2026-02-01", "to": "2026-02-01"}}),
            vec!["cat"],
        ),
        // At the same moment is not later.
        (json!({"kind": "sequence", "first": {"event": "signup"}, "then": {"event": "order"}}), vec!["ann"]),
        (
            json!({"kind": "sequence", "first": {"event": "order"}, "then": {"event": "signup"}, "within_days": 1}),
            vec!["cat"],
        ),
        (
            json!({"kind": "sequence", "first": {"event": "signup"}, "then": {"event": "order"}, "within_days": 83}),
            vec![],
        ),
        (
            json!({"kind": "sequence", "first": {"event": "signup"}, "then": {"event": "order"}, "within_days": 84}),
            vec!["ann"],
        ),
        // A list finds whom an id was merged into.
        (json!({"kind": "listed", "distinct_ids": ["alias1", "bob", "nobody"]}), vec!["alias1", "bob"]),
        (json!({"kind": "persons", "persons": [person_of("person1").to_string()]}), vec!["alias1"]),
        (json!({"kind": "persons", "persons": [person_of("alias1").to_string()]}), vec!["alias1"]),
        (
            json!({"kind": "all", "of": [
                {"kind": "did", "event": {"event": "order"}},
                {"kind": "any", "of": [
                    {"kind": "property", "property": "plan", "value": "free"},
                    {"kind": "not", "of": {"kind": "did", "event": {"event": "signup"}, "last_days": 60}},
                ]},
            ]}),
            vec!["ann", "bob"],
        ),
    ] {
        let report = asked(json!({"who": who.clone()}), &some_people());
        assert_eq!(report.examples, expected, "{who}");
        assert_eq!((report.size, report.population), (expected.len() as u64, 4), "{who}");
    }
    let report = asked(json!({"who": {"kind": "listed", "distinct_ids": ["bob", "nobody"]}}), &some_people());
    assert_eq!(report.unknown, 1);
}

#[test]
fn a_list_finds_somebody_by_an_id_of_which_no_event_is_here() {
    let question: QuestionSpec = serde_json::from_value(
        json!({"kind": "segment", "who": {"kind": "listed", "distinct_ids": ["ann's old phone", "ann"]}}),
    )
    .expect("a question");
    let merged = [("ann's old phone".to_owned(), person_of("ann"))].into();
    let context = Context { merged, ..Context::at(calendar("UTC", Weekday::Monday, NOW)) };
    let planned = plan(&question, &context).expect("a plan");
    let state = fold_events(planned.folds()[0].as_ref(), &some_people(), person).expect("events");
    let answer = planned.finish(vec![state], &Identity::default()).expect("an answer");
    let Answer::Segment(report) = answer else { panic!() };
    assert_eq!((report.examples, report.unknown), (vec!["ann".to_owned()], 0));
}

#[test]
fn scores_are_quintiles_and_groups_have_names() {
    // Ten people: the later the last order, the more orders and the more they are worth.
    let mut events = Vec::new();
    for at in 0..10 {
        for order in 0..=at {
            let when = format!("2026-03-{:02} 10:00:00", 1 + at * 2 - order.min(1));
            let amount = json!({"amount": 10.5});
            events.push(event(&format!("p{at}"), &when, "order", amount));
        }
    }
    let rfm = json!({"event": {"event": "order"}, "value": {"name": "amount"}});
    let question = json!({"rfm": rfm, "who": {"kind": "rfm", "groups": ["champions"]}, "list": true});
    let report = asked(question, &events);
    assert_eq!(report.examples, ["p8", "p9"], "the upper fifth in all three");
    assert_eq!(report.persons.len(), 2);
    let row = |group: RfmGroup| report.rfm.iter().find(|row| row.group == group).expect("a row");
    assert_eq!(row(RfmGroup::Champions).people, 2);
    assert_eq!(row(RfmGroup::Champions).mean_events, Some(9.5));
    assert_eq!(row(RfmGroup::Champions).mean_value, Some(9.5 * 10.5));
    assert_eq!(row(RfmGroup::Hibernating).people, 4);
    assert_eq!(report.rfm.iter().map(|row| row.people).sum::<u64>(), 10);
}

#[test]
fn another_question_is_asked_of_members_and_of_the_others() {
    let events = some_people();
    let orders = asked(json!({"who": {"kind": "did", "event": {"event": "order"}}, "list": true}), &events);
    let members = Members::of(&orders);
    let question: QuestionSpec = serde_json::from_value(
        json!({"kind": "segment", "who": {"kind": "did", "event": {"event": "signup"}}}),
    )
    .expect("a question");
    let context = Context::at(calendar("UTC", Weekday::Monday, NOW));
    let planned = plan(&question, &context).expect("a plan");
    let fold = planned.folds().remove(0);
    for (narrowed, expected) in
        [(members.only(fold.clone()), (3, vec!["ann", "bob", "cat"])), (members.others(fold), (1, vec![]))]
    {
        let one = fold_events(narrowed.as_ref(), &events[..3], person).expect("events");
        let other = fold_events(narrowed.as_ref(), &events[3..], person).expect("events");
        let mut merged = narrowed.read(&one.bytes().expect("bytes")).expect("a state");
        merged.merge(other).expect("the same fold");
        let answer = planned.finish(vec![merged], &Identity::default()).expect("an answer");
        let Answer::Segment(report) = answer else { panic!() };
        assert_eq!(
            (report.population, report.examples),
            (expected.0, expected.1.into_iter().map(str::to_owned).collect())
        );
    }
}

#[test]
fn a_segment_is_made_of_other_segments_and_of_what_its_groups_have() {
    let of_company = |company: &str| json!({"$groups": {"company": company}});
    let events = [
        event("ann", "2026-03-01 10:00:00", "visit", of_company("acme")),
        event("bob", "2026-03-02 10:00:00", "visit", of_company("globex")),
        event("cat", "2026-03-03 10:00:00", "visit", json!({})),
    ];
    let mut vips = vec![person_of("ann"), person_of("cat")];
    vips.sort_unstable();
    let plans = json!({"acme": "pro", "globex": "free"});
    let now = Context {
        segments: [("vips".to_owned(), vips)].into(),
        groups: [("company.plan".to_owned(), serde_json::from_value(plans).expect("values"))].into(),
        ..Context::at(calendar("UTC", Weekday::Monday, NOW))
    };
    let vips = json!({"kind": "property", "property": "vips", "of": "segment", "value": "in"});
    let pro = json!({"kind": "property", "property": "company.plan", "of": "group", "value": "pro"});
    for (settings, expected) in [
        (json!({"who": vips}), (2, 3)),
        (json!({"who": {"kind": "not", "of": vips}}), (1, 3)),
        // Of groups: two companies, of which one pays.
        (json!({"who": pro, "group": "company"}), (1, 2)),
    ] {
        let mut question = settings.clone();
        question["kind"] = json!("segment");
        let question: QuestionSpec = serde_json::from_value(question).expect("a question");
        let planned = plan(&question, &now).expect("a plan");
        let state = fold_events(planned.folds()[0].as_ref(), &events, person).expect("events");
        let answer = planned.finish(vec![state], &Identity::default()).expect("an answer");
        let Answer::Segment(report) = answer else { panic!() };
        assert_eq!((report.size, report.population), expected, "{settings}");
    }
}

#[test]
fn what_people_do_not_have_is_refused_with_what_to_ask_instead() {
    let property =
        |of: &str| json!({"kind": "property", "property": "company.plan", "of": of, "value": "pro"});
    let other = json!({"kind": "segment", "group": "team", "who": property("group")});
    for (question, setting) in [
        (json!({"kind": "segment", "who": property("event")}), "who.of"),
        (json!({"kind": "segment", "who": property("group")}), "who.of"),
        (json!({"kind": "segment", "who": property("segment")}), "who.value"),
        (other, "who.of"),
    ] {
        let found = mistakes(question.clone(), &calendar("UTC", Weekday::Monday, NOW));
        assert_eq!(found, [setting], "{question}");
    }
}

#[test]
fn every_mistake_is_said_at_its_setting() {
    let question = json!({"kind": "segment", "examples": 5000, "who": {"kind": "all", "of": [
        {"kind": "any", "of": []},
        {"kind": "property", "property": "age", "operator": "gt", "value": "old"},
        {"kind": "did", "event": {"event": "x"}, "at_least": 3, "at_most": 2, "last_days": 0},
        {"kind": "first_time", "event": {"event": "x"}, "last_days": 3, "period": {"from": "-3d"}},
        {"kind": "not", "of": {"kind": "sequence", "first": {"event": "x"},
            "then": {"where": [{"property": "t", "operator": "matches", "value": "("}]}, "period": {"from": "?"}}},
        {"kind": "rfm", "groups": ["loyal"]},
        {"kind": "persons", "persons": ["7", "me"]},
    ]}});
    let mut settings = mistakes(question, &calendar("UTC", Weekday::Monday, NOW));
    settings.sort();
    assert_eq!(
        settings,
        [
            "examples",
            "who.of.0.of",
            "who.of.1.value",
            "who.of.2.at_most",
            "who.of.2.last_days",
            "who.of.3.last_days",
            "who.of.4.of.period.from",
            "who.of.4.of.then.where",
            "who.of.5",
            "who.of.6.persons.1"
        ]
    );
}
