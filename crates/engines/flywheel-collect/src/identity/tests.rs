//! Merges as clients ask for them, undos, and the log that both leave.

use flywheel_people::identity::Identity;
use flywheel_people::person_of;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn event(name: &str, id: &str, properties: Value) -> Event {
    let Value::Object(properties) = properties else { panic!("an object") };
    Event {
        uuid: Uuid::new_v5(&Uuid::nil(), format!("{name}{id}{properties:?}").as_bytes()),
        id_kind: Default::default(),
        event: name.to_owned(),
        distinct_id: id.to_owned(),
        time: 0,
        received: 5,
        source: "posthog".to_owned(),
        properties,
    }
}

fn identify(id: &str, anonymous: &str) -> Event {
    event("$identify", id, json!({"$anon_distinct_id": anonymous}))
}

fn alias(id: &str, other: &str) -> Event {
    event("$create_alias", id, json!({"alias": other}))
}

fn told(events: &[Event]) -> (People, Vec<Line>) {
    let mut people = People::default();
    let lines = events.iter().flat_map(|event| people.hear(event)).collect();
    (people, lines)
}

fn doubts(lines: &[Line]) -> Vec<Doubt> {
    lines
        .iter()
        .filter_map(|line| if let Line::Refused { why, .. } = line { Some(*why) } else { None })
        .collect()
}

#[test]
fn somebody_nameless_becomes_who_they_say() {
    let (people, lines) = told(&[identify("ada", "a1"), identify("ada", "a2"), identify("ada", "a1")]);
    assert!(people.are_one("a1", "ada") && people.are_one("a2", "a1"));
    assert_eq!(people.of("a1"), person_of("ada"));
    assert_eq!(lines.len(), 2, "what is known already adds no line");
}

#[test]
fn two_identified_people_are_never_merged_by_accident() {
    // Two people sign in on one computer, and the client forgot to reset.
    let (people, lines) =
        told(&[identify("ada", "a1"), identify("bob", "a1"), identify("bob", "a1"), identify("bob", "ada")]);
    assert!(!people.are_one("ada", "bob"));
    assert!(people.are_one("ada", "a1"));
    assert_eq!(doubts(&lines), [Doubt::Identified, Doubt::Identified], "each pair is said once");
    assert!(people.is_identified("bob"));
    let (people, _) = told(&[
        event("$identify", "ada", json!({})),
        event("$identify", "bob", json!({})),
        alias("bob", "ada"),
    ]);
    assert!(!people.are_one("ada", "bob"));
    let dangerous = event("$merge_dangerously", "bob", json!({"alias": "ada"}));
    let (people, lines) =
        told(&[event("$identify", "ada", json!({})), event("$identify", "bob", json!({})), dangerous]);
    assert!(people.are_one("ada", "bob"), "unless it is asked for");
    assert!(matches!(lines.last(), Some(Line::Merged { how: How::Dangerous, .. })));
}

#[test]
fn ids_that_everybody_has_merge_nobody() {
    let (people, lines) = told(&[
        identify("ada", "anonymous"),
        identify("bob", "Guest"),
        identify("undefined", "a1"),
        alias("ada", "null"),
        identify("ada", &"x".repeat(201)),
        alias("ada", ""),
        alias("ada", "ada"),
        event("$merge_dangerously", "ada", json!({"alias": "anonymous"})),
    ]);
    assert!(["anonymous", "Guest", "null"].iter().all(|id| !people.are_one(id, "ada")));
    assert!(!people.is_identified("undefined"));
    use Doubt::*;
    assert_eq!(doubts(&lines), [Shared, Shared, Impossible, Impossible, Impossible, Impossible]);
}

#[test]
fn aliases_and_segments_events_merge_too() {
    let mut track = event("bought", "ada", json!({"$anon_distinct_id": "s1"}));
    let (people, _) = told(std::slice::from_ref(&track));
    assert!(!people.are_one("s1", "ada"), "PostHog says so with `$identify` only");
    for source in ["segment", "import:tracks.csv"] {
        track.source = source.to_owned();
        let (people, _) = told(&[alias("ada", "a1"), track.clone()]);
        assert!(people.are_one("s1", "a1"), "{source}");
    }
}

#[test]
fn an_undo_is_previewed_done_and_stays_done() {
    let (_, mut lines) = told(&[identify("ada", "a1"), identify("ada", "a2"), identify("a1x", "a3")]);
    let preview = preview_undo(&lines, 0).expect("a merge");
    assert_eq!(
        (preview.from, preview.into),
        (vec!["a1".to_owned()], vec!["a2".to_owned(), "ada".to_owned()])
    );
    lines.push(undo(&lines, 0, 9).expect("a merge"));
    assert_eq!(undo(&lines, 0, 9), None, "once is enough");
    assert_eq!(undo(&lines, 77, 9), None);
    let mut people = People::replay(&lines);
    assert!(!people.are_one("a1", "ada") && people.are_one("a2", "ada"));
    let again = people.hear(&identify("ada", "a1"));
    assert_eq!(doubts(&again), [Doubt::Undone], "the client says it again, and is not believed");
    let merged = people.hear(&event("$merge_dangerously", "ada", json!({"alias": "a1"})));
    assert_eq!(merged.len(), 1);
    let identity = Identity::from_steps(&steps(&lines), 0);
    assert_ne!(identity.of_id("a1"), identity.of_id("ada"));
    assert_eq!(identity.of_id("a2"), identity.of_id("ada"));
}

#[test]
fn a_merge_is_previewed_before_it_is_done() {
    let (people, _) = told(&[identify("ada", "a1"), identify("bob", "b1")]);
    let claim = |how, from: &str| Claim { how, from: Some(from.to_owned()), into: "ada".to_owned() };
    let preview = people.preview(&claim(How::Identify, "b1"));
    assert_eq!(preview.why_not, Some(Doubt::Identified));
    assert_eq!(preview.from, ["b1", "bob"]);
    assert_eq!(preview.into, ["a1", "ada"]);
    assert_eq!(people.preview(&claim(How::Dangerous, "b1")).why_not, None);
    assert_eq!(people.preview(&claim(How::Identify, "new")).from, ["new"]);
}

#[test]
fn groups_say_what_they_are() {
    let told = event(
        "$groupidentify",
        "$company_acme",
        json!({"$group_type": "company", "$group_key": "acme", "$group_set": {"size": 5}}),
    );
    let (kind, key, facts) = group_facts(&told).expect("facts");
    assert_eq!((kind.as_str(), key.as_str(), &facts["size"]), ("company", "acme", &json!(5)));
    let numbered = json!({"$group_type": "company", "$group_key": 7, "$group_set": {}});
    assert_eq!(group_facts(&event("$groupidentify", "ada", numbered)).expect("facts").1, "7");
    assert_eq!(group_facts(&event("bought", "a", json!({}))), None);
}

proptest! {
    #[test]
    fn the_log_alone_leads_to_the_same_people(said in proptest::collection::vec((0..4_u8, 0..8_u8, 0..8_u8), 0..30), undone in 0..8_usize) {
        let events: Vec<Event> = said.iter().map(|(how, from, into)| {
            let (from, into) = (format!("id {from}"), format!("id {into}"));
            match how {
                0 => identify(&into, &from),
                1 => alias(&into, &from),
                2 => event("$identify", &into, json!({})),
                _ => event("$merge_dangerously", &into, json!({"alias": from})),
            }
        }).collect();
        let (people, mut lines) = told(&events);
        let replayed = People::replay(&lines);
        let identity = Identity::from_steps(&steps(&lines), 0);
        for a in 0..8 {
            let a = format!("id {a}");
            prop_assert_eq!(people.of(&a), replayed.of(&a));
            prop_assert_eq!(people.of(&a), identity.of_id(&a));
            prop_assert_eq!(people.is_identified(&a), replayed.is_identified(&a));
        }
        if let Some(line) = undo(&lines, undone as u64, 9) {
            lines.push(line);
            let replayed = People::replay(&lines);
            let identity = Identity::from_steps(&steps(&lines), 0);
            for (a, b) in (0..8).flat_map(|a| (0..8).map(move |b| (format!("id {a}"), format!("id {b}")))) {
                prop_assert_eq!(replayed.are_one(&a, &b), identity.of_id(&a) == identity.of_id(&b));
            }
        }
    }

    #[test]
    fn without_danger_nobody_identified_is_ever_moved(said in proptest::collection::vec((0..3_u8, 0..8_u8, 0..8_u8), 0..30)) {
        let mut people = People::default();
        for (how, from, into) in said {
            let (from, into) = (format!("id {from}"), format!("id {into}"));
            let was = (people.is_identified(&from) && people.is_identified(&into), people.are_one(&from, &into));
            let event = match how {
                0 => identify(&into, &from),
                1 => alias(&into, &from),
                _ => event("$identify", &into, json!({})),
            };
            people.hear(&event);
            if was == (true, false) {
                prop_assert!(!people.are_one(&from, &into));
            }
        }
    }
}
