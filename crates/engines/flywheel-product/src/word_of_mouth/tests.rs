//! Referrals of made-up people beside those counted by hand.

use flywheel_people::event::Event;
use flywheel_spec::product::word_of_mouth::Referrer;
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_stats::chance::Chance;
use serde_json::json;

use crate::make_believe::{DAY, alike, ask, ask_spread, cases, context, event, micros, random, who};

/// Who joined when, and who brought them, by going through the list for each.
fn joined(events: &[Event], person: i64) -> Option<(i64, Option<String>)> {
    let mine = || events.iter().filter(|event| event.event == "join" && who(&event.distinct_id) == person);
    let first = mine().map(|event| event.time).min()?;
    let text =
        |event: &Event| event.properties.get("referrer").and_then(|value| value.as_str().map(str::to_owned));
    Some((first, mine().filter(|event| event.time == first).filter_map(text).min()))
}

#[test]
fn random_referrals_make_the_tree_of_plain_search() {
    for case in 0..cases() {
        let mut chance = Chance::new(7).stream("mouth").stream(case);
        let events =
            random(&mut chance, &["join", "join", "use", "say"], 40, 60, |chance, name| match name {
                "join" if chance.coin(0.7) => {
                    let b = if chance.coin(0.3) { "b" } else { "" };
                    json!({"referrer": format!("p{}{b}", chance.below(14))})
                }
                "say" => json!({"text": *chance.pick(&["I love FlyWheel", "meh", "", "飞轮"])}),
                _ => json!({}),
            });
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "word_of_mouth", "joined": {"event": "join"}, "within_days": 10,
            "period": {"from": "2026-03-10", "to": "2026-04-05"},
            "mentions": {"event": {"event": "say"}, "text": {"name": "text"}, "names": ["flywheel", "飞轮"]}
        }))
        .expect("a question");
        let context = context("UTC", "2026-05-01");
        let answer = ask(&question, &context, &events);
        alike(&answer, &ask_spread(&question, &context, &events, 3)).expect("the same from several readers");
        let Answer::WordOfMouth(report) = answer else { panic!() };
        let (from, to) = (micros("2026-03-10T00:00:00Z"), micros("2026-04-06T00:00:00Z"));
        let seen: Vec<Event> = events.iter().filter(|event| event.time < to).cloned().collect();
        let mut people: Vec<i64> = seen.iter().map(|event| who(&event.distinct_id)).collect();
        people.sort_unstable();
        people.dedup();
        let brought_by = |person: i64| -> Option<i64> {
            let (time, referrer) = joined(&seen, person)?;
            let referrer = who(&referrer?);
            let possible = joined(&seen, referrer).is_none_or(|(earlier, _)| earlier < time);
            (possible && referrer != person).then_some(referrer)
        };
        let newcomers: Vec<i64> = people
            .iter()
            .copied()
            .filter(|person| joined(&seen, *person).is_some_and(|(time, _)| time >= from))
            .collect();
        let referred = newcomers.iter().filter(|person| brought_by(**person).is_some()).count() as u64;
        assert_eq!((report.newcomers, report.referred), (newcomers.len() as u64, referred), "case {case}");
        let mut generations = vec![0_u64; 20];
        for person in &newcomers {
            let (mut at, mut generation) = (*person, 0);
            while let Some(parent) = brought_by(at) {
                (at, generation) = (parent, generation + 1);
            }
            generations[generation] += 1;
        }
        while generations.last() == Some(&0) {
            generations.pop();
        }
        assert_eq!(report.generations, generations, "case {case}");
        let ripe: Vec<i64> = newcomers
            .iter()
            .copied()
            .filter(|person| joined(&seen, *person).is_some_and(|(time, _)| time + 10 * DAY <= to))
            .collect();
        let brought: usize = ripe
            .iter()
            .map(|person| {
                let begin = joined(&seen, *person).expect("joined").0;
                let mine = |other: &&i64| {
                    brought_by(**other) == Some(*person)
                        && joined(&seen, **other).is_some_and(|(time, _)| time - begin < 10 * DAY)
                };
                people.iter().filter(mine).count()
            })
            .sum();
        assert_eq!(report.ripe, ripe.len() as u64);
        let coefficient = report.viral_coefficient.map(|found| found.value * ripe.len() as f64);
        assert!((coefficient.unwrap_or(0.0) - brought as f64).abs() < 1e-6, "case {case}");
        let mentions = report.mentions.expect("mentions");
        let says = || seen.iter().filter(|event| event.event == "say" && event.time >= from);
        let naming = says().filter(|event| {
            let text = event.properties["text"].as_str().unwrap_or_default();
            text.contains("FlyWheel") || text.contains("飞轮")
        });
        assert_eq!(mentions.mentions, naming.count() as u64, "case {case}");
    }
}

#[test]
fn a_chain_of_three_is_a_tree_of_two() {
    let at = |day: i64| micros("2026-03-01T00:00:00Z") + day * DAY;
    let events = [
        event("ann", "join", at(0), json!({})),
        event("bob", "join", at(4), json!({"referrer": "ann"})),
        event("cy", "join", at(6), json!({"referrer": "bob"})),
        event("dee", "join", at(7), json!({"referrer": "dee"})),
    ];
    let question: QuestionSpec = serde_json::from_value(json!({
        "kind": "word_of_mouth", "joined": {"event": "join"}, "period": {"from": "2026-03-01", "to": "2026-04-30"}
    }))
    .expect("a question");
    let Answer::WordOfMouth(report) = ask(&question, &context("UTC", "2026-06-01"), &events) else {
        panic!()
    };
    assert_eq!(report.generations, [2, 1, 1]);
    assert_eq!(report.referrers[0], Referrer { distinct_id: "ann".to_owned(), brought: 1, tree: 2 });
    assert!((report.viral_coefficient.expect("a coefficient").value - 0.5).abs() < 1e-12);
    assert!((report.cycle_days.expect("a cycle").value - 3.0).abs() < 1e-12);
    assert_eq!(report.warnings[0].code, "growth.referral_impossible");
}
