//! Behaviour beside comparable people: planted effects, merging, and who is left out.

use flywheel_people::event::{Event, person_of};
use flywheel_people::memory::fold_events;
use flywheel_people::{GroupValues, Groups, Segments};
use flywheel_spec::feedback::behaviour::{
    BehaviourReport, BehaviourSpec, Cohorts, Comparison, Spoke, ThemeBehaviour,
};
use flywheel_spec::product::{EventFilter, Property};
use flywheel_stats::chance::Chance;
use serde_json::{Value, json};

use super::plan;
use crate::make_believe::{DAY, context, event, micros, states, who};
use crate::opportunity::planted::{Planted, behaviour, spec, startup};
use crate::plan::Context;

fn planted(theme: &str, leaves: f64, unpaid: f64) -> Planted {
    Planted { theme: theme.to_owned(), reach: 0.12, leaves, unpaid, speaks: 0.9, mood: -0.5, voices: 1 }
}

fn of<'r>(report: &'r BehaviourReport, theme: &str) -> &'r ThemeBehaviour {
    report.themes.iter().find(|found| found.theme == theme).expect("a theme")
}

#[test]
fn a_planted_effect_is_found_and_none_is_not() {
    let themes = [planted("harmless", 0.0, 0.0), planted("costly", 0.5, 0.8)];
    let (mut covered, mut seeds) = (0, 0);
    for seed in 0..4 {
        let report = behaviour(&startup(1500, &themes, seed), &spec());
        let costly = of(&report, "costly");
        let returning = costly.returning.expect("a share").difference;
        assert!(returning.high < 0.0, "seed {seed}: {costly:?}");
        assert!(costly.paying.expect("a share").difference.high < 0.0, "seed {seed}: {costly:?}");
        for compared in [of(&report, "harmless").returning, of(&report, "harmless").leaving] {
            let difference = compared.expect("a share").difference;
            covered += u32::from(difference.low <= 0.0 && 0.0 <= difference.high);
            seeds += 1;
        }
        assert_eq!(report.findings.last().expect("some").key, "opportunity.behaviour_cause");
    }
    assert!(covered + 1 >= seeds, "{covered} of {seeds}");
}

/// `cargo test -p flywheel-product intervals_cover -- --ignored --nocapture`
#[test]
#[ignore = "a benchmark of minutes"]
#[expect(clippy::print_stdout, reason = "a benchmark prints its number")]
fn intervals_cover_nothing_where_nothing_was_planted() {
    let themes = [planted("harmless", 0.0, 0.0), planted("other", 0.0, 0.0)];
    let (mut covered, mut seen) = ([0; 4], 0);
    for seed in 100..160 {
        let report = behaviour(&startup(800, &themes, seed), &spec());
        for theme in &report.themes {
            let things = [theme.returning, theme.leaving, theme.paying, theme.revenue];
            for (covered, compared) in covered.iter_mut().zip(things) {
                let difference = compared.expect("a comparison").difference;
                *covered += u32::from(difference.low <= 0.0 && 0.0 <= difference.high);
            }
            seen += 1;
        }
    }
    println!("return, leave, pay, revenue: {covered:?} of {seen} intervals hold 0");
    assert!(covered.iter().all(|covered| f64::from(*covered) >= 0.9 * f64::from(seen)));
}

#[test]
fn readers_and_the_order_of_events_change_nothing() {
    let themes = [planted("a", 0.2, 0.3), planted("b", 0.0, 0.0)];
    let mut startup = startup(300, &themes, 7);
    let whole = behaviour(&startup, &spec());
    let planned = plan(&spec(), &startup.cohorts, &context("UTC", "2026-05-30")).expect("a plan");
    for readers in [1, 2, 5] {
        let fold = planned.fold();
        let state = states(std::iter::once(fold.as_ref()), &startup.events, readers).remove(0);
        assert_eq!(planned.finish(state).expect("a report"), whole, "{readers} readers");
    }
    Chance::new(3).shuffle(&mut startup.events);
    startup.cohorts.values_mut().for_each(|people| people.reverse());
    assert_eq!(behaviour(&startup, &spec()), whole);
}

#[test]
fn states_merge_in_any_grouping() {
    let themes = [planted("a", 0.2, 0.3)];
    let startup = startup(120, &themes, 9);
    let planned = plan(&spec(), &startup.cohorts, &context("UTC", "2026-05-30")).expect("a plan");
    let fold = planned.fold();
    let part = |third: i64| {
        let mine: Vec<Event> =
            startup.events.iter().filter(|event| who(&event.distinct_id) % 3 == third).cloned().collect();
        fold_events(fold.as_ref(), &mine, person_of).expect("a state")
    };
    let mut left = part(0);
    left.merge(part(1)).expect("the same fold");
    left.merge(part(2)).expect("the same fold");
    let mut rest = part(1);
    rest.merge(part(2)).expect("the same fold");
    let mut right = part(0);
    right.merge(rest).expect("the same fold");
    assert_eq!(left.bytes().expect("bytes"), right.bytes().expect("bytes"));
}

/// Twenty alike people who use it every other day, of whom some speak on day 40.
fn small() -> (Vec<Event>, Cohorts) {
    let begin = micros("2026-01-01T00:00:00Z");
    let mut events = Vec::new();
    for person in 0..20_i64 {
        for day in (0..90).step_by(2) {
            // The first five stop after they spoke.
            if person >= 5 || day <= 40 {
                let time = begin + day * DAY;
                events.push(event(
                    &format!("u{person}"),
                    "use",
                    time,
                    json!({"plan": "free", "amount": person}),
                ));
            }
        }
        if person < 8 {
            events.push(event(&format!("u{person}"), "feedback", begin + 40 * DAY, json!({})));
            events.push(event(&format!("u{person}"), "feedback", begin + 50 * DAY, json!({})));
        }
    }
    let spoke = |person: i64, day: i64| Spoke { distinct_id: format!("u{person}"), time: begin + day * DAY };
    let mut cohorts = Cohorts::new();
    cohorts.insert("slow".to_owned(), (0..8).map(|person| spoke(person, 40)).collect());
    (events, cohorts)
}

fn ask(events: &[Event], cohorts: &Cohorts, spec: &BehaviourSpec) -> BehaviourReport {
    let planned = plan(spec, cohorts, &context("UTC", "2026-04-10")).expect("a plan");
    let state = fold_events(planned.fold().as_ref(), events, who).expect("a state");
    planned.finish(state).expect("a report")
}

#[test]
fn speaking_is_no_return_and_shares_are_those_counted_by_hand() {
    let (events, cohorts) = small();
    let found = ask(&events, &cohorts, &BehaviourSpec::default());
    let theme = of(&found, "slow");
    assert_eq!((theme.people, theme.matched, theme.unmatched, theme.comparable), (8, 8, 0, 12));
    let returning = theme.returning.expect("a share");
    assert_eq!((returning.theme, returning.comparable), (3.0 / 8.0, 1.0));
    let leaving = theme.leaving.expect("a share");
    assert_eq!((leaving.theme, leaving.comparable), (5.0 / 8.0, 0.0));
    assert!(returning.p.expect("a probability") < 0.01 && theme.paying.is_none());
    let activity = theme.activity.expect("activity");
    assert!((activity.theme_before - 3.5).abs() < 0.3 && activity.difference.high < 0.0, "{activity:?}");
}

#[test]
fn who_cannot_be_compared_is_left_out_and_counted() {
    let (mut events, mut cohorts) = small();
    let begin = micros("2026-01-01T00:00:00Z");
    let spoke = |id: &str, day: i64| Spoke { distinct_id: id.to_owned(), time: begin + day * DAY };
    let slow = cohorts.get_mut("slow").expect("a theme");
    slow.push(spoke("u9", 95)); // too recently
    slow.push(spoke("nobody", 40)); // never seen
    slow.push(spoke("u0b", 36)); // the other name of u0, who spoke earlier by it
    slow.push(spoke("newcomer", 40)); // like nobody else
    events.push(event("newcomer", "feedback", begin + 50 * DAY, json!({})));
    events.push(event("u0b", "use", begin + 36 * DAY, json!({})));
    let found = ask(&events, &cohorts, &BehaviourSpec::default());
    let theme = of(&found, "slow");
    assert_eq!((theme.spoke, theme.people), (12, 10));
    assert_eq!((theme.too_recent, theme.unmatched, theme.matched), (1, 1, 8));
    assert!(found.warnings.iter().any(|warning| warning.code == "opportunity.behaviour_unknown"));
    let spec = BehaviourSpec {
        same: vec![Property::of_event("plan")],
        comparison: Comparison::NotOfTheme,
        paying: Some(EventFilter::named("use")),
        value: Some(Property::of_event("amount")),
        ..BehaviourSpec::default()
    };
    let theme = of(&ask(&events, &cohorts, &spec), "slow").clone();
    assert_eq!(theme.matched, 8);
    assert!(theme.revenue.expect("revenue").theme < theme.revenue.expect("revenue").comparable);
}

#[test]
fn paying_may_ask_about_companies_and_segments() {
    let (mut events, cohorts) = small();
    let begin = micros("2026-01-01T00:00:00Z");
    for (person, company) in [(0, "acme"), (1, "acme"), (2, "globex"), (3, "globex")] {
        let paid = json!({"$groups": {"company": company}});
        events.push(event(&format!("u{person}"), "pay", begin + 45 * DAY, paid));
    }
    let of = |values: Value| serde_json::from_value::<GroupValues>(values).expect("values");
    let groups = [
        ("company.plan".to_owned(), of(json!({"acme": "pro", "globex": "free"}))),
        ("company.seats".to_owned(), of(json!({"acme": 10}))),
    ];
    let mut few = vec![who("u0"), who("u2")];
    few.sort_unstable();
    let now = Context {
        segments: Segments::from([("few".to_owned(), few)]),
        groups: Groups::from(groups),
        ..context("UTC", "2026-04-10")
    };
    let pro = json!({"property": "company.plan", "of": "group", "value": "pro"});
    let inside = json!({"property": "few", "of": "segment", "value": "in"});
    let outside = json!({"property": "few", "of": "segment", "value": "out"});
    for (conditions, paid, revenue) in [
        (json!([]), 4.0, 20.0),
        (json!([pro]), 2.0, 20.0),
        (json!([inside]), 2.0, 10.0),
        (json!([outside]), 2.0, 10.0),
        (json!([pro, inside]), 1.0, 10.0),
    ] {
        let paying = json!({"event": "pay", "where": conditions});
        let spec = BehaviourSpec {
            paying: serde_json::from_value(paying.clone()).expect("a filter"),
            value: Some(Property::of_group("company.seats")),
            ..BehaviourSpec::default()
        };
        let planned = plan(&spec, &cohorts, &now).expect("a plan");
        let state = fold_events(planned.fold().as_ref(), &events, who).expect("a state");
        let report = planned.finish(state).expect("a report");
        let theme = of_theme(&report);
        assert_eq!(theme, (8, paid / 8.0, revenue / 8.0), "{paying}");
    }
}

/// Of the theme of [`small`]: people compared, the share that paid, and what each paid.
fn of_theme(report: &BehaviourReport) -> (u64, f64, f64) {
    let theme = of(report, "slow");
    (theme.matched, theme.paying.expect("a share").theme, theme.revenue.expect("revenue").theme)
}

#[test]
fn mistakes_are_told_at_once() {
    let belonging = BehaviourSpec {
        paying: Some(EventFilter::named("pay")),
        value: Some(Property::of_segment("few")),
        ..BehaviourSpec::default()
    };
    let wrong = plan(&belonging, &Cohorts::new(), &context("UTC", "2026-05-30")).err().expect("a mistake");
    assert_eq!(wrong.problems[0].code, "product.segment_number");
    let spec = BehaviourSpec {
        value: Some(Property::of_event("amount")),
        before_days: 0,
        after_days: 1,
        speaking: vec![String::new()],
        ..BehaviourSpec::default()
    };
    let wrong = plan(&spec, &Cohorts::new(), &context("UTC", "2026-05-30")).err().expect("mistakes");
    let places: Vec<_> =
        wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
    assert_eq!(places, ["before_days", "after_days", "value", "speaking.0"]);
    let nobody = ask(&[], &Cohorts::new(), &BehaviourSpec::default());
    assert_eq!(nobody.findings[0].key, "opportunity.behaviour_nobody");
}
