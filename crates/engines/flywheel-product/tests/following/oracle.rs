//! Naive per-person answers, straight from the definitions, against the folds: random events, random settings, ties, edges,
//! days of daylight saving. 300 cases each; `PROPTEST_CASES` says how many, `FLYWHEEL_SOAK` makes them 10,000.

use std::collections::{BTreeMap, BTreeSet};

use flywheel_people::{Event, person_of};
use flywheel_product::Calendar;
use flywheel_product::calendar::{DAY_MICROS, Steps};
use flywheel_spec::product::{Answer, Interval};
use flywheel_spec::project::Weekday;
use flywheel_stats::chance::Chance;
use serde_json::{Value, json};

use super::events::{ask, calendar, company_plan, event_at, micros, person};

fn cases() -> u64 {
    if std::env::var_os("FLYWHEEL_SOAK").is_some() {
        return 10_000;
    }
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

const INTERVALS: [(Interval, &str); 4] =
    [(Interval::Hour, "hour"), (Interval::Day, "day"), (Interval::Week, "week"), (Interval::Month, "month")];
const PEOPLE: [&str; 7] = ["person1", "alias1", "b", "c", "d", "e", "f"];
const NAMES: [&str; 4] = ["x", "y", "z", "w"];

fn one_of(chance: &mut Chance, words: &[&'static str]) -> &'static str {
    words[chance.below(words.len() as u64) as usize]
}

/// A calendar, a period cut into intervals, and events around it.
struct World {
    calendar: Calendar,
    interval: (Interval, &'static str),
    period: Value,
    steps: Steps,
    known_until: i64,
    events: Vec<Event>,
}

fn world(chance: &mut Chance) -> World {
    let zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"];
    let days = [Weekday::Monday, Weekday::Sunday, Weekday::Saturday];
    let (zone, first) = (*chance.pick(&zones), *chance.pick(&days));
    let interval = *chance.pick(&INTERVALS);
    // Periods lie over the changes of clocks in spring and autumn.
    let around = *chance.pick(&["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-04-05"]);
    let width = match interval.0 {
        Interval::Hour => 1,
        Interval::Day => 5,
        Interval::Week => 20,
        Interval::Month => 70,
    };
    let from = date(micros(around) - DAY_MICROS * chance.below(width) as i64);
    let to = date(micros(around) + DAY_MICROS * chance.below(width) as i64);
    // Sometimes the period is not over when it is asked about.
    let now = if chance.coin(0.3) {
        micros(around) + chance.below(width * 86_400) as i64 * 1_000_000
    } else {
        micros("2027-06-01")
    };
    let now = jiff::Timestamp::from_microsecond(now).expect("a moment").to_string();
    let calendar = calendar(zone, first, &now);
    let period = json!({"from": from, "to": to});
    let stretch = calendar
        .stretch(&serde_json::from_value(period.clone()).expect("a period"))
        .expect("a period that is one");
    let steps = calendar.steps(stretch.from.expect("a beginning"), stretch.to, interval.0).expect("steps");
    let (first_edge, last_edge) = (steps.edges[0], steps.edges[steps.len()]);
    let known_until = last_edge.min(stretch.to).min(calendar.now.as_microsecond() + 1);
    let reach = last_edge - first_edge + 4 * DAY_MICROS;
    let mut events = Vec::new();
    for _ in 0..chance.below(60) {
        let time = match chance.below(4) {
            0 => *chance.pick(&steps.edges) + chance.below(3) as i64 - 1,
            1 if !events.is_empty() => {
                let other: &Event = chance.pick(&events);
                other.time + *chance.pick(&[0, 0, DAY_MICROS, DAY_MICROS - 1, 7 * DAY_MICROS, 1_800_000_000])
            }
            _ => first_edge - 3 * DAY_MICROS + chance.below(reach as u64) as i64,
        };
        let mut properties = match chance.below(4) {
            0 => json!({}),
            _ => json!({"plan": *chance.pick(&["a", "b", "c"]), "n": chance.below(4)}),
        };
        if chance.coin(0.5) {
            properties["$groups"] = json!({"company": *chance.pick(&["acme", "globex", "unknown"])});
        }
        events.push(event_at(one_of(chance, &PEOPLE), time, one_of(chance, &NAMES), properties));
    }
    World { calendar, interval, period, steps, known_until, events }
}

fn date(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).expect("a moment").to_string()[..10].to_owned()
}

impl World {
    /// Everybody's events, by person, in order of time.
    fn people(&self) -> BTreeMap<i64, Vec<&Event>> {
        let mut people: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
        for event in &self.events {
            people.entry(person(&event.distinct_id)).or_default().push(event);
        }
        people.values_mut().for_each(|events| events.sort_by_key(|event| event.time));
        people
    }

    fn inside(&self, time: i64, interval: usize) -> bool {
        self.steps.edges[interval] <= time && time < self.steps.edges[interval + 1] && time < self.known_until
    }
}

fn each(name: &str, check: impl Fn(&mut Chance, &str)) {
    for case in 0..cases() {
        let mut chance = Chance::new(20_261_127).stream(case);
        check(&mut chance, &format!("{name}, case {case}"));
    }
}

#[test]
fn retention_is_its_definition() {
    each("retention", |chance, case| {
        let world = world(chance);
        let (start, back) = (*chance.pick(&NAMES), *chance.pick(&NAMES));
        let begins = *chance.pick(&["recurring", "first_time", "first_in_period"]);
        let rolling = chance.coin(0.4);
        let at_least = 1 + chance.below(2);
        let or_later = chance.coin(0.3);
        let broken_down = chance.coin(0.3);
        let mut question = json!({
            "kind": "retention", "start": {"event": start}, "returning": {"event": back}, "begins": begins,
            "interval": world.interval.1, "clock": if rolling { "rolling" } else { "calendar" }, "period": world.period,
            "at_least": at_least, "or_later": or_later,
        });
        let by_company = chance.coin(0.3);
        if broken_down {
            question["breakdown"] = match by_company {
                true => json!({"name": "company.plan", "of": "group"}),
                false => json!({"name": "plan"}),
            };
        }
        let only_pro = chance.coin(0.3);
        if only_pro {
            question["start"]["where"] = json!([{"property": "company.plan", "of": "group", "value": "pro"}]);
        }
        let starts_here =
            |event: &Event| event.event == start && (!only_pro || company_plan(event) == Some("pro"));
        let Answer::Retention(report) = ask(question.clone(), &world.calendar, &world.events) else {
            panic!()
        };
        let rows = world.steps.len();
        let length = DAY_MICROS
            * match world.interval.0 {
                Interval::Month => 30,
                Interval::Week => 7,
                _ => 1,
            }
            / if world.interval.0 == Interval::Hour { 24 } else { 1 };
        // By value, row and column; `None` for all.
        let mut expected: BTreeMap<(Option<Option<String>>, usize, usize), u64> = BTreeMap::new();
        for events in world.people().values() {
            for row in 0..rows {
                let known = |event: &&&Event| event.time < world.known_until;
                let starts: Vec<&&Event> =
                    events.iter().filter(known).filter(|event| starts_here(event)).collect();
                let here = |event: &&&&Event| world.inside(event.time, row);
                let Some(first) = starts.iter().find(here).map(|event| event.time) else { continue };
                let earliest = match begins {
                    "recurring" => first,
                    "first_time" => starts[0].time,
                    _ => starts
                        .iter()
                        .map(|event| event.time)
                        .find(|time| *time >= world.steps.edges[0])
                        .unwrap_or(0),
                };
                if earliest != first {
                    continue;
                }
                let texts = starts.iter().filter(|event| event.time == first);
                let value = texts
                    .filter_map(|event| match by_company {
                        true => company_plan(event),
                        false => event.properties.get("plan").and_then(Value::as_str),
                    })
                    .min()
                    .map(str::to_owned);
                let returns: Vec<i64> = events
                    .iter()
                    .filter(|event| event.event == back && event.time < world.known_until)
                    .map(|event| event.time)
                    .collect();
                let came = |after: usize| {
                    let times = returns.iter().filter(|time| {
                        if rolling {
                            **time >= first
                                && (**time - first) / length == after as i64
                                && **time < world.steps.edges[rows]
                        } else {
                            row + after < rows && world.inside(**time, row + after)
                        }
                    });
                    times.count() as u64 >= at_least
                };
                for after in 0..rows - row {
                    let is_back = match (after, or_later) {
                        (0, _) => true,
                        (_, false) => came(after),
                        (_, true) => {
                            (after..after + 800).take_while(|later| rolling || *later < rows).any(&came)
                        }
                    };
                    for key in [None, Some(value.clone())] {
                        *expected.entry((key, row, after)).or_default() += u64::from(is_back);
                    }
                }
            }
        }
        let mut found = BTreeMap::new();
        let grids = [(None, &report.overall)]
            .into_iter()
            .chain(report.by_value.iter().map(|grid| (Some(grid.value.clone()), grid)));
        for (key, grid) in grids {
            assert_eq!(grid.cohorts.len(), rows, "{case}: {question}");
            for (row, cohort) in grid.cohorts.iter().enumerate() {
                assert_eq!(cohort.cells.len(), rows - row, "{case}: {question}");
                for (after, cell) in cohort.cells.iter().enumerate().filter(|(_, cell)| cell.people > 0) {
                    found.insert((key.clone(), row, after), cell.people);
                }
            }
        }
        expected.retain(|(key, _, _), people| *people > 0 && (broken_down || key.is_none()));
        assert_eq!(found, expected, "{case}: {question}");
    });
}

#[test]
fn lifecycle_is_its_definition() {
    each("lifecycle", |chance, case| {
        let world = world(chance);
        let name = *chance.pick(&NAMES);
        let by_activity = chance.coin(0.5);
        let question = json!({
            "kind": "lifecycle", "event": {"event": name}, "interval": world.interval.1, "period": world.period,
            "new": if by_activity { "first_activity" } else { "first_event" },
        });
        let Answer::Lifecycle(report) = ask(question.clone(), &world.calendar, &world.events) else {
            panic!()
        };
        let before = world.calendar.beginning_of(world.steps.edges[0] - 1, world.interval.0);
        for (row, interval) in report.intervals.iter().enumerate() {
            let (mut new, mut returning, mut resurrecting, mut dormant) = (0, 0, 0, 0);
            for events in world.people().values() {
                let known: Vec<&&Event> =
                    events.iter().filter(|event| event.time < world.known_until).collect();
                let active =
                    |at: usize| known.iter().any(|event| event.event == name && world.inside(event.time, at));
                let earlier = match row {
                    0 => known.iter().any(|event| {
                        event.event == name && before <= event.time && event.time < world.steps.edges[0]
                    }),
                    row => active(row - 1),
                };
                let born = known.iter().find(|event| !by_activity || event.event == name);
                let born_here = born.is_some_and(|event| world.inside(event.time, row));
                match (active(row), earlier) {
                    (true, _) if born_here => new += 1,
                    (true, true) => returning += 1,
                    (true, false) => resurrecting += 1,
                    (false, true) => dormant += 1,
                    (false, false) => {}
                }
            }
            let found = (interval.new, interval.returning, interval.resurrecting, interval.dormant);
            assert_eq!(found, (new, returning, resurrecting, dormant), "{case}, interval {row}: {question}");
            assert_eq!(interval.active, new + returning + resurrecting, "{case}");
        }
    });
}

#[test]
fn stickiness_is_its_definition() {
    each("stickiness", |chance, case| {
        let world = world(chance);
        let name = *chance.pick(&NAMES);
        let at_least = 1 + chance.below(2);
        let question = json!({
            "kind": "stickiness", "event": {"event": name}, "interval": world.interval.1, "period": world.period,
            "at_least": at_least,
        });
        let Answer::Stickiness(report) = ask(question.clone(), &world.calendar, &world.events) else {
            panic!()
        };
        let mut frequency = vec![0; world.steps.len()];
        let mut days: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for (person, events) in &world.people() {
            let times = events.iter().filter(|event| event.event == name && event.time < world.known_until);
            let times: Vec<i64> = times.map(|event| event.time).collect();
            let enough =
                |at: &usize| times.iter().filter(|time| world.inside(**time, *at)).count() as u64 >= at_least;
            let active = (0..world.steps.len()).filter(enough).count();
            if active > 0 {
                frequency[active - 1] += 1;
            }
            for time in times {
                days.entry(world.calendar.date(time).to_string()).or_default().insert(*person);
            }
        }
        let found: Vec<u64> = report.frequency.iter().map(|row| row.people).collect();
        assert_eq!(found, frequency, "{case}: {question}");
        for day in &report.days {
            let date: jiff::civil::Date = day.label.parse().expect("a date");
            let of = |length: i64| {
                let dates = (0..length)
                    .map(|back| date.checked_sub(jiff::ToSpan::days(back)).expect("a date").to_string());
                dates.filter_map(|date| days.get(&date)).flatten().collect::<BTreeSet<_>>().len() as u64
            };
            assert_eq!(
                (day.day, day.week, day.month),
                (of(1), of(7), of(30)),
                "{case}, {}: {question}",
                day.label
            );
        }
    });
}

#[test]
fn paths_are_their_definition() {
    each("paths", |chance, case| {
        let world = world(chance);
        let collapse = chance.coin(0.5);
        let (from, to) = (
            chance.coin(0.4).then(|| *chance.pick(&["x", "y"])),
            chance.coin(0.4).then(|| *chance.pick(&["z", "w"])),
        );
        let whole = chance.coin(0.3);
        let minutes = 1 + chance.below(3_000);
        let most = 3 + chance.below(3) as usize;
        let mut question = json!({
            "kind": "paths", "collapse_repeats": collapse, "most_steps": most, "variants": true, "most_variants": 1000,
            "sessions": if whole { json!({"kind": "whole"}) } else { json!({"kind": "pause", "minutes": minutes}) },
            "then_by": {"name": "n"},
        });
        for (key, name) in [("from", from), ("to", to)] {
            if let Some(name) = name {
                question[key] = json!(name);
            }
        }
        let Answer::Paths(report) = ask(question.clone(), &world.calendar, &world.events) else { panic!() };
        let mut sessions: Vec<Vec<&Event>> = Vec::new();
        for events in world.people().values() {
            let mut events: Vec<&Event> = events
                .iter()
                .copied()
                .filter(|event| event.time <= world.calendar.now.as_microsecond())
                .collect();
            events.sort_by_key(|event| {
                (
                    event.time,
                    event.properties.get("n").and_then(Value::as_i64).unwrap_or(-1),
                    event.event.clone(),
                )
            });
            let mut session: Vec<&Event> = Vec::new();
            for event in events {
                let pause = session.last().map_or(0, |last| event.time - last.time);
                if !whole && pause >= minutes as i64 * 60_000_000 {
                    sessions.push(std::mem::take(&mut session));
                }
                session.push(event);
            }
            if !session.is_empty() {
                sessions.push(session);
            }
        }
        let (mut variants, mut left_out): (BTreeMap<Vec<String>, u64>, u64) = (BTreeMap::new(), 0);
        let mut links: BTreeMap<(usize, String, String), u64> = BTreeMap::new();
        for session in sessions {
            let mut names: Vec<String> = session.iter().map(|event| event.event.clone()).collect();
            if collapse {
                names.dedup();
            }
            if let Some(from) = from {
                names = names.into_iter().skip_while(|name| name != from).collect();
            }
            if let Some(to) = to {
                let end = names.iter().position(|name| name == to).map_or(0, |at| at + 1);
                names.truncate(end);
            }
            if names.is_empty() {
                left_out += 1;
                continue;
            }
            *variants.entry(names.clone()).or_default() += 1;
            if names.len() > most {
                names = match (from, to) {
                    (Some(_), Some(_)) => {
                        // As many before the middle as after it, or one more.
                        let after = (most - 1) / 2;
                        let before = most - 1 - after;
                        let end = names.split_off(names.len() - after);
                        names.truncate(before);
                        [names, vec!["⋯".to_owned()], end].concat()
                    }
                    (None, Some(_)) => names.split_off(names.len() - most),
                    _ => names[..most].to_vec(),
                };
            }
            for (step, pair) in names.windows(2).enumerate() {
                *links.entry((step + 1, pair[0].clone(), pair[1].clone())).or_default() += 1;
            }
        }
        let found: BTreeMap<Vec<String>, u64> =
            report.variants.iter().map(|variant| (variant.steps.clone(), variant.sessions)).collect();
        assert_eq!(found, variants, "{case}: {question}");
        assert_eq!(report.left_out, left_out, "{case}: {question}");
        let name = |node: u32| {
            let node = &report.nodes[node as usize];
            node.name.clone().unwrap_or_else(|| if node.middle { "⋯" } else { "…" }.to_owned())
        };
        let found: BTreeMap<(usize, String, String), u64> = report
            .links
            .iter()
            .map(|link| ((link.step as usize, name(link.from), name(link.to)), link.sessions))
            .collect();
        assert_eq!(found, links, "{case}: {question}");
    });
}

/// A random condition, and the same as a function of one person's events in order.
type Judge = Box<dyn Fn(&[&Event]) -> bool>;

fn condition(chance: &mut Chance, world: &World, depth: u32) -> (Value, Judge) {
    let name = *chance.pick(&NAMES);
    let other = *chance.pick(&NAMES);
    let period = world.period.clone();
    let stretch =
        world.calendar.stretch(&serde_json::from_value(period.clone()).expect("a period")).expect("one");
    let within =
        move |event: &Event| stretch.from.is_none_or(|from| event.time >= from) && event.time < stretch.to;
    match chance.below(if depth == 0 { 4 } else { 7 }) {
        0 => {
            let (least, most) = (chance.below(3), chance.below(4) + 2);
            (
                json!({"kind": "did", "event": {"event": name}, "at_least": least, "at_most": most, "period": period}),
                Box::new(move |events| {
                    let times =
                        events.iter().filter(|event| event.event == name && within(event)).count() as u64;
                    least <= times && times <= most
                }),
            )
        }
        1 => (
            json!({"kind": "first_time", "event": {"event": name}, "period": period}),
            Box::new(move |events| {
                let first = events.iter().filter(|event| event.event == name).map(|event| event.time).min();
                first.is_some_and(|first| events.iter().any(|event| event.time == first && within(event)))
            }),
        ),
        2 => {
            let days = chance.below(4);
            (
                json!({"kind": "sequence", "first": {"event": name}, "then": {"event": other}, "within_days": days, "period": period}),
                Box::new(move |events| {
                    events.iter().filter(|one| one.event == name && within(one)).any(|one| {
                        events.iter().filter(|next| next.event == other && within(next)).any(|next| {
                            next.time > one.time && next.time - one.time <= days as i64 * DAY_MICROS
                        })
                    })
                }),
            )
        }
        3 => {
            let ids = [*chance.pick(&PEOPLE), *chance.pick(&PEOPLE)];
            (
                json!({"kind": "listed", "distinct_ids": ids}),
                Box::new(move |events| {
                    let theirs = |id: &&str| {
                        person(&events[0].distinct_id) == person_of(id)
                            || events.iter().any(|event| event.distinct_id == **id)
                    };
                    ids.iter().any(theirs)
                }),
            )
        }
        4 => {
            let (inner, judge) = condition(chance, world, depth - 1);
            (json!({"kind": "not", "of": inner}), Box::new(move |events| !judge(events)))
        }
        kind => {
            let parts: Vec<(Value, Judge)> =
                (0..=chance.below(3)).map(|_| condition(chance, world, depth - 1)).collect();
            let (values, judges): (Vec<Value>, Vec<Judge>) = parts.into_iter().unzip();
            let all = kind == 5;
            (
                json!({"kind": if all { "all" } else { "any" }, "of": values}),
                Box::new(move |events| {
                    if all {
                        judges.iter().all(|judge| judge(events))
                    } else {
                        judges.iter().any(|judge| judge(events))
                    }
                }),
            )
        }
    }
}

#[test]
fn segments_are_their_definition() {
    each("segment", |chance, case| {
        let world = world(chance);
        let (who, judge) = condition(chance, &world, 3);
        let question = json!({"kind": "segment", "who": who, "list": true});
        let Answer::Segment(report) = ask(question.clone(), &world.calendar, &world.events) else { panic!() };
        let mut expected = Vec::new();
        let mut population = 0;
        for (person, events) in &world.people() {
            let known: Vec<&Event> = events
                .iter()
                .copied()
                .filter(|event| event.time <= world.calendar.now.as_microsecond())
                .collect();
            population += u64::from(!known.is_empty());
            if !known.is_empty() && judge(&known) {
                expected.push(person.to_string());
            }
        }
        assert_eq!(report.population, population, "{case}: {question}");
        assert_eq!(report.persons, expected, "{case}: {question}");
    });
}
