//! A naive count of random events, compared with the fold.

use std::collections::{BTreeMap, BTreeSet};

use flywheel_people::event::{number_of, text_of};
use flywheel_people::{Event, GroupValues, Groups};
use flywheel_stats::chance::Chance;
use serde_json::{Value, json};

use super::{ask, context, event};
use crate::plan::Context;

const DAY: i64 = 86_400_000_000;
const COMPANIES: [&str; 3] = ["acme", "globex", "unknown"];

fn cases() -> u64 {
    let read = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    read("FLYWHEEL_SOAK").or_else(|| read("PROPTEST_CASES")).unwrap_or(300)
}

fn below(chance: &mut Chance, count: usize) -> usize {
    (count as f64 * chance.f64()) as usize
}

fn people(chance: &mut Chance) -> Vec<Event> {
    let mut events = Vec::new();
    for person in 0..1 + below(chance, 6) {
        for _ in 0..below(chance, 12) {
            let (day, hour) = (1 + below(chance, 40), below(chance, 24));
            let (month, day) = if day > 28 { (3, day - 28) } else { (2, day) };
            let plan = ["free", "pro", "team", "vip"][below(chance, 4)];
            let mut properties = json!({ "plan": plan });
            if chance.coin(0.8) {
                properties["amount"] = json!(below(chance, 20) as f64 / 4.0);
            }
            if chance.coin(0.7) {
                properties["$groups"] = json!({ "company": COMPANIES[below(chance, 3)] });
            }
            if chance.coin(0.3) {
                properties["device"] = Value::from(["phone", "desk"][below(chance, 2)]);
            }
            let name = ["a", "b"][below(chance, 2)];
            let time = format!("2026-{month:02}-{day:02}T{hour:02}:00:00Z");
            events.push(event(&format!("p{person}"), name, &time, &properties));
        }
    }
    events
}

/// What the companies have: `unknown` is never told of.
fn companies() -> Groups {
    let plans = [("acme", json!("pro")), ("globex", json!(5))].map(|(key, plan)| (key.to_owned(), plan));
    Groups::from([("company.plan".to_owned(), GroupValues::from(plans))])
}

/// The same by the plainest way.
fn company_plan(event: &Event) -> Option<String> {
    match event.properties.get("$groups")?.get("company")?.as_str()? {
        "acme" => Some("pro".to_owned()),
        "globex" => Some("5".to_owned()),
        _ => None,
    }
}

/// The number of some events by the plainest way; days are whole days of UTC here.
fn number(measure: &str, aggregate: &str, events: &[&Event]) -> Option<f64> {
    let people: BTreeSet<&str> = events.iter().map(|event| event.distinct_id.as_str()).collect();
    let mut values: Vec<f64> = match measure {
        "total" => return Some(events.len() as f64),
        "people" | "weekly_people" | "monthly_people" => return Some(people.len() as f64),
        "per_person" => people
            .iter()
            .map(|person| events.iter().filter(|event| event.distinct_id == **person).count() as f64)
            .collect(),
        _ => events.iter().filter_map(|event| event.properties.get("amount").and_then(number_of)).collect(),
    };
    values.sort_by(f64::total_cmp);
    if aggregate == "sum" {
        return Some(values.iter().sum());
    }
    let last = values.len().checked_sub(1)?;
    let quantile = |share: f64| {
        let at = share * last as f64;
        let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
        low + (at - at.floor()) * (high - low)
    };
    Some(match aggregate {
        "average" => values.iter().sum::<f64>() / values.len() as f64,
        "min" => values[0],
        "max" => values[last],
        "median" => quantile(0.5),
        "p75" => quantile(0.75),
        "p90" => quantile(0.9),
        "p95" => quantile(0.95),
        _ => quantile(0.99),
    })
}

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-9,
        (one, other) => one == other,
    }
}

#[test]
fn random_trends_are_those_counted_plainly() {
    let aggregates = ["sum", "average", "min", "max", "median", "p75", "p90", "p95", "p99"];
    let measures = ["total", "people", "weekly_people", "monthly_people", "per_person", "value"];
    for case in 0..cases() {
        let mut chance = Chance::new(case).stream("trend");
        let events = people(&mut chance);
        let measure = measures[case as usize % measures.len()];
        let mut aggregate = aggregates[below(&mut chance, aggregates.len())];
        if measure == "per_person" && aggregate == "sum" {
            aggregate = "average";
        }
        let mut series = json!({ "event": "a", "measure": measure });
        if measure == "value" {
            series["property"] = json!({ "name": "amount" });
        }
        if ["value", "per_person"].contains(&measure) {
            series["aggregate"] = json!(aggregate);
        }
        let broken = below(&mut chance, 3);
        let of_company = chance.coin(0.3);
        let names = [if of_company { "company.plan" } else { "plan" }, "device"];
        let owned = |name: &&str| {
            let of = if name.contains('.') { "group" } else { "event" };
            json!({ "name": name, "of": of })
        };
        let breakdown: Vec<Value> = names[..broken].iter().map(owned).collect();
        let (condition, company_fits): (Value, fn(&Event) -> bool) = match below(&mut chance, 6) {
            0 => (json!({ "value": "pro" }), |event| company_plan(event).as_deref() == Some("pro")),
            1 => (json!({ "operator": "is_not", "value": "pro" }), |event| {
                company_plan(event).as_deref() != Some("pro")
            }),
            2 => (json!({ "operator": "is_not_set" }), |event| company_plan(event).is_none()),
            3 => {
                (json!({ "operator": "gt", "value": 4 }), |event| company_plan(event).as_deref() == Some("5"))
            }
            _ => (Value::Null, |_| true),
        };
        if let Value::Object(condition) = &condition {
            let mut condition = condition.clone();
            condition.insert("property".to_owned(), json!("company.plan"));
            condition.insert("of".to_owned(), json!("group"));
            series["where"] = json!([condition]);
        }
        let top = 1 + below(&mut chance, 3);
        let (interval, length) = [("day", 1), ("week", 7)][below(&mut chance, 2)];
        let cumulative = case % 4 == 0 && ["total", "people"].contains(&measure);
        let spec = json!({
            "series": [series],
            "period": { "from": "2026-02-15", "to": "2026-02-28" },
            "interval": interval,
            "breakdown": breakdown,
            "top": top,
            "cumulative": cumulative,
            "compare": { "kind": "previous" },
        });
        let now = Context { groups: companies(), ..context("UTC", "2026-04-01T00:00:00Z") };
        let report = ask(&spec, &now, &events, 1).expect("a report");
        assert_eq!(ask(&spec, &now, &events, 4).expect("a report"), report, "case {case}: readers");

        // 2026-02-15 is a Sunday, the first day of these weeks.
        let begin = "2026-02-15T00:00:00Z".parse::<jiff::Timestamp>().expect("a moment").as_microsecond();
        let steps = 14 / length;
        let named: Vec<&Event> =
            events.iter().filter(|event| event.event == "a" && company_fits(event)).collect();
        let key = |event: &Event| -> Vec<Option<String>> {
            let value = |name: &&str| match *name {
                "company.plan" => company_plan(event),
                name => event.properties.get(name).and_then(text_of),
            };
            names[..broken].iter().map(value).collect()
        };
        let back = match measure {
            "weekly_people" => Some(7),
            "monthly_people" => Some(30),
            _ => None,
        };
        let within = |event: &Event, from: i64, to: i64| {
            event.time >= begin + from * DAY && event.time < begin + to * DAY
        };
        // Days of a step, of this half or the one before.
        let span = |half: i64, step: i64| {
            let end = half * -14 + (step + 1) * length;
            (back.map_or(end - length, |back| end - back), end)
        };
        let counted = |half: i64, event: &Event| {
            (0..steps).any(|step| {
                let (from, to) = span(half, step);
                within(event, from, to)
            })
        };
        let mut sizes: BTreeMap<Vec<Option<String>>, (usize, usize)> = BTreeMap::new();
        for event in &named {
            let (now, before) = (counted(0, event), counted(1, event));
            if now || before {
                let size = sizes.entry(key(event)).or_default();
                size.0 += usize::from(now);
                size.1 += usize::from(before);
            }
        }
        let mut order: Vec<_> = sizes.into_iter().collect();
        order.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        let order: Vec<Vec<Option<String>>> = order.into_iter().map(|(key, _)| key).collect();
        let shown: Vec<_> = if broken == 0 { Vec::new() } else { order.iter().take(top).cloned().collect() };

        for line in &report.lines {
            let mine: Vec<&Event> = named
                .iter()
                .copied()
                .filter(|event| {
                    if line.rest {
                        !shown.contains(&key(event))
                    } else {
                        line.values_of.is_empty() || line.values_of == key(event)
                    }
                })
                .collect();
            let unknown = line.rest && measure == "per_person" && aggregate != "average";
            for (half, values) in [(0, &line.values), (1, &line.before)] {
                assert_eq!(values.len(), steps as usize);
                for step in 0..steps {
                    let (mut from, to) = span(half, step);
                    if cumulative {
                        from = span(half, 0).0;
                    }
                    let some: Vec<&Event> =
                        mine.iter().copied().filter(|event| within(event, from, to)).collect();
                    let expected = if unknown { None } else { number(measure, aggregate, &some) };
                    let found = values[step as usize];
                    assert!(
                        close(found, expected),
                        "case {case}, {spec}, half {half}, step {step}, {:?} rest {}: {found:?} for {expected:?}",
                        line.values_of,
                        line.rest
                    );
                }
            }
            let all: Vec<&Event> = mine.iter().copied().filter(|event| within(event, 0, 14)).collect();
            let expected = if unknown || back.is_some() { None } else { number(measure, aggregate, &all) };
            assert!(
                close(line.whole, expected),
                "case {case}, {spec}: whole {:?} for {expected:?}",
                line.whole
            );
        }
        let lines = 1 + shown.len() + usize::from(broken > 0 && order.len() > top);
        assert_eq!(report.lines.len(), lines, "case {case}");
    }
}

#[test]
fn averages_roll_and_level() {
    let events: Vec<Event> = [1, 2, 2, 4, 4, 4, 4]
        .into_iter()
        .map(|day| event("p", "a", &format!("2026-02-0{day}T00:00:00Z"), &json!({})))
        .collect();
    let now = context("UTC", "2026-04-01T00:00:00Z");
    let period = json!({ "from": "2026-02-01", "to": "2026-02-04" });
    for (extra, expected) in [
        (json!({}), [1.0, 2.0, 0.0, 4.0]),
        (json!({ "rolling": 2 }), [1.0, 1.5, 1.0, 2.0]),
        (json!({ "rolling": 10 }), [1.0, 1.5, 1.0, 1.75]),
        (json!({ "smoothing": 0.5 }), [1.0, 1.5, 0.75, 2.375]),
        (json!({ "cumulative": true }), [1.0, 3.0, 3.0, 7.0]),
    ] {
        let mut spec = json!({ "series": [{ "event": "a" }], "period": period });
        for (key, value) in extra.as_object().expect("settings") {
            spec[key] = value.clone();
        }
        let report = ask(&spec, &now, &events, 1).expect("a report");
        assert_eq!(super::numbers(&report.lines[0]), expected, "{extra}");
    }
}
