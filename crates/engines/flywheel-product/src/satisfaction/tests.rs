//! Scores of made-up answers beside those counted by hand.

use std::collections::BTreeMap;

use flywheel_people::event::{Event, number_of};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::satisfaction::SatisfactionReport;
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_stats::chance::Chance;
use serde_json::{Value, json};

use super::report::as_open_as_so_few;
use crate::make_believe::{DAY, alike, ask, ask_spread, cases, context, event, micros, random, who};

fn score_of(event: &Event) -> Option<f64> {
    event.properties.get("$survey_response").and_then(number_of).filter(|score| (0.0..=10.0).contains(score))
}

#[test]
fn random_answers_score_as_by_counting() {
    for case in 0..cases() {
        let mut chance = Chance::new(4).stream("satisfaction").stream(case);
        let events = random(
            &mut chance,
            &["survey sent", "use", "use"],
            60,
            90,
            |chance, _| json!({"$survey_response": chance.below(13) as f64 - 1.0}),
        );
        let context = context("UTC", "2026-06-10");
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "satisfaction", "period": {"from": "2026-03-01", "to": "2026-04-30"},
            "staying": {"event": {"event": "use"}, "after_days": 3, "within_days": 10}
        }))
        .expect("a question");
        let answer = ask(&question, &context, &events);
        alike(&answer, &ask_spread(&question, &context, &events, 3)).expect("the same from several readers");
        let Answer::Satisfaction(report) = answer else { panic!() };
        let to = micros("2026-05-01T00:00:00Z");
        let answers: Vec<(&Event, f64)> = events
            .iter()
            .filter(|event| event.event == "survey sent" && event.time < to)
            .filter_map(|event| Some((event, score_of(event)?)))
            .collect();
        let promoters = answers.iter().filter(|(_, score)| *score >= 9.0).count() as f64;
        let detractors = answers.iter().filter(|(_, score)| *score <= 6.0).count() as f64;
        assert_eq!(report.total.answers, answers.len() as u64, "case {case}");
        let nps = (!answers.is_empty()).then(|| 100.0 * (promoters - detractors) / answers.len() as f64);
        assert!(
            match (report.total.score, nps) {
                (Some(found), Some(nps)) => (found.value - nps).abs() < 1e-9,
                (None, None) => true,
                _ => false,
            },
            "case {case}"
        );
        let mut firsts: BTreeMap<i64, (i64, f64)> = BTreeMap::new();
        for (event, score) in &answers {
            let first = firsts.entry(who(&event.distinct_id)).or_insert((event.time, *score));
            if (event.time, *score) < *first {
                *first = (event.time, *score);
            }
        }
        let mut expected = [(0, 0), (0, 0)];
        for (person, (time, score)) in firsts {
            let (from, until) = (time + 3 * DAY, time + 13 * DAY);
            let side = if score >= 9.0 {
                0
            } else if score <= 6.0 {
                1
            } else {
                continue;
            };
            if until <= to {
                expected[side].0 += 1;
                expected[side].1 += u64::from(events.iter().any(|event| {
                    event.event == "use"
                        && who(&event.distinct_id) == person
                        && (from..until).contains(&event.time)
                }));
            }
        }
        let staying = report.staying.expect("staying");
        let found = [(staying.good, staying.good_stayed), (staying.bad, staying.bad_stayed)];
        assert_eq!(found, expected, "case {case}");
    }
}

#[test]
fn the_interval_of_a_promoter_score_is_the_known_one() {
    // 60 promoters, 20 passive, 20 detractors: 40 points; Rocks (2016): √((p + d − (p − d)²) / (n − 1)) = 8.04 points.
    let mut events = Vec::new();
    for person in 0..100 {
        let score = if person < 60 {
            10
        } else if person < 80 {
            7
        } else {
            3
        };
        let properties = json!({"$survey_response": score});
        events.push(event(&format!("p{person}"), "survey sent", micros("2026-03-05T00:00:00Z"), properties));
    }
    let question: QuestionSpec =
        serde_json::from_value(json!({"kind": "satisfaction", "period": {"from": "2026-03-01"}}))
            .expect("a question");
    let Answer::Satisfaction(report) = ask(&question, &context("UTC", "2026-03-20"), &events) else {
        panic!()
    };
    let score = report.total.score.expect("a score");
    assert!((score.value - 40.0).abs() < 1e-9);
    assert!((score.high - 40.0 - 1.96 * 8.040_3).abs() < 0.01, "{score:?}");
}

#[test]
fn easy_is_above_the_middle_of_any_scale() {
    for (scale, good, bad) in [(json!({"from": 1, "to": 7}), 3, 3), (json!({"from": 1, "to": 5}), 2, 2)] {
        let to = scale["to"].as_i64().expect("a number");
        let events: Vec<Event> = (1..=to)
            .map(|answer| {
                let properties = json!({"$survey_response": answer});
                event(&format!("p{answer}"), "survey sent", micros("2026-03-05T00:00:00Z"), properties)
            })
            .collect();
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "satisfaction", "score": "ces", "scale": scale, "period": {"from": "2026-03-01"}
        }))
        .expect("a question");
        let Answer::Satisfaction(report) = ask(&question, &context("UTC", "2026-03-20"), &events) else {
            panic!()
        };
        assert_eq!((report.total.good, report.total.bad), (good, bad), "1 to {to}");
    }
}

fn answers(answers: &[(&str, &str, Value)]) -> Vec<Event> {
    let sent = |(who, date, properties): &(&str, &str, Value)| {
        event(who, "survey sent", micros(&format!("{date}T00:00:00Z")), properties.clone())
    };
    answers.iter().map(sent).collect()
}

fn asked(mut question: Value, events: &[Event]) -> SatisfactionReport {
    question["kind"] = json!("satisfaction");
    let question: QuestionSpec = serde_json::from_value(question).expect("a question");
    match ask(&question, &context("UTC", "2026-07-20"), events) {
        Answer::Satisfaction(report) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_score_takes_the_answers_of_its_own_kind() {
    let of = |survey: &str, kind: Option<&str>, answer: i64| {
        let mut properties = json!({"$survey_id": survey, "$survey_response": answer});
        if let Some(kind) = kind {
            properties["$survey_kind"] = json!(kind);
        }
        properties
    };
    let events = answers(&[
        ("a", "2026-03-05", of("nps", Some("nps"), 10)),
        ("b", "2026-03-05", of("csat", Some("csat"), 5)),
        ("c", "2026-03-05", of("csat", Some("csat"), 1)),
        ("d", "2026-03-05", of("why", Some("open"), 4)),
        ("e", "2026-03-05", of("old", None, 3)),
        ("f", "2026-03-05", of("older", None, 9)),
    ]);
    let period = json!({"from": "2026-03-01", "to": "2026-03-31"});
    let on = |survey: &str| {
        let condition = json!({"property": "$survey_id", "value": survey});
        json!({"event": "survey sent", "where": [condition]})
    };
    for (mut question, good, bad, off_scale, several) in [
        (json!({"score": "nps"}), 2, 1, 0, Some("old, older")),
        (json!({"score": "csat"}), 1, 1, 1, None),
        (json!({"score": "ces"}), 0, 1, 1, None),
        (json!({"score": "nps", "event": on("csat")}), 0, 2, 0, None),
        (json!({"score": "nps", "event": on("old")}), 0, 1, 0, None),
    ] {
        question["period"] = period.clone();
        let report = asked(question.clone(), &events);
        assert_eq!((report.total.good, report.total.bad), (good, bad), "{question}");
        let told = |code: &str| report.warnings.iter().find(|warning| warning.code == code);
        let surveys = told("growth.several_surveys").map(|told| told.message.args["surveys"].as_str());
        assert_eq!(surveys, several, "{question}");
        assert_eq!(told("growth.off_scale").is_some(), off_scale > 0, "{question}");
    }
}

#[test]
fn few_people_of_one_mind_are_not_certain() {
    for (score, may, june) in [("nps", 10, 7), ("ces", 7, 5)] {
        let (same, moved) = ("growth.score_same", "growth.score_moved");
        for (people, key) in [(2, same), (9, same), (100, moved)] {
            let names: Vec<String> = (0..people).map(|person| format!("p{person}")).collect();
            let of = |date, answer: i64| {
                let one = move |name: &String| (name.clone(), date, json!({"$survey_response": answer}));
                names.iter().map(one).collect::<Vec<(String, &str, Value)>>()
            };
            let all = [of("2026-05-05", may), of("2026-06-05", june)].concat();
            let all: Vec<(&str, &str, Value)> =
                all.iter().map(|(name, date, said)| (name.as_str(), *date, said.clone())).collect();
            let period = json!({"from": "2026-05-01", "to": "2026-06-30"});
            let report = asked(json!({"score": score, "period": period}), &answers(&all));
            assert_eq!(report.findings[1].key, key, "{score} of {people}");
            let open = report.steps[0].score.expect("a score");
            assert!(open.low < open.value && open.high == open.value, "{score} of {people}: {open:?}");
        }
    }
    // Wilson's upper end of none in two is 0.658: 100 − 0.658 × 200.
    let two = as_open_as_so_few(Estimate { value: 100.0, low: 100.0, high: 100.0 }, 2, -100.0, 100.0);
    assert!((two.low + 31.523_95).abs() < 1e-3 && two.high == 100.0, "{two:?}");
}

#[test]
fn mistakes_are_told_at_once() {
    let spec: QuestionSpec = serde_json::from_value(json!({
        "kind": "satisfaction", "scale": {"from": 5, "to": 1}, "staying": {"within_days": 0}
    }))
    .expect("a question");
    let wrong = crate::plan::plan(&spec, &context("UTC", "2026-03-20")).err().expect("mistakes");
    let places: Vec<_> =
        wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
    assert_eq!(places, ["scale", "staying.within_days"]);
}
