//! How long the behaviour of themes takes over many people, and how large its state becomes.
//!
//! `cargo run -p flywheel-product --example benchmark_behaviour -- 400000 40`
#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

use std::time::Instant;

use flywheel_people::{Dictionary, PersonEvents, Slice};
use flywheel_product::{Calendar, Context, behaviour};
use flywheel_spec::feedback::behaviour::{BehaviourSpec, Cohorts, Spoke};
use flywheel_spec::product::EventFilter;
use flywheel_spec::project::Weekday;
use flywheel_stats::chance::Chance;

const DAY: i64 = 86_400_000_000;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<u64>().ok());
    let (people, themes) = (numbers.next().unwrap_or(400_000), numbers.next().unwrap_or(40));
    let begin = 20_454 * DAY;
    let mut chance = Chance::new(1).stream("benchmark");
    let mut cohorts = Cohorts::new();
    for theme in 0..themes {
        let spoke = |chance: &mut Chance| Spoke {
            distinct_id: format!("u{}", chance.below(people)),
            time: begin + chance.below(110) as i64 * DAY,
        };
        cohorts.insert(format!("theme {theme}"), (0..people / 500).map(|_| spoke(&mut chance)).collect());
    }
    let spec = BehaviourSpec { paying: Some(EventFilter::named("pay")), ..BehaviourSpec::default() };
    let calendar = Calendar {
        time_zone: "UTC".to_owned(),
        first_day_of_week: Weekday::Monday,
        now: "2026-05-30T12:00:00Z".parse().expect("a moment"),
    };
    let planned = behaviour::plan(&spec, &cohorts, &Context::at(calendar)).expect("a plan");
    let mut state = planned.fold().start();
    let mut dictionary = Dictionary::default();
    let (mut events, started) = (0, Instant::now());
    for person in 0..people {
        let mut days: Vec<i64> = (0..20).map(|_| chance.below(140) as i64).collect();
        days.sort_unstable();
        let times: Vec<i64> = days.iter().map(|day| begin + day * DAY).collect();
        let marks: Vec<u64> = days.iter().map(|day| if day % 30 == 0 { 3 } else { 1 }).collect();
        let ids = vec![dictionary.number(&format!("u{person}")); times.len()];
        events += times.len();
        state.person(&PersonEvents {
            person: person as i64,
            times: &times,
            marks: &marks,
            columns: &[Slice::Text(&ids)],
            dictionary: &dictionary,
        });
    }
    let secs = started.elapsed().as_secs_f64();
    let bytes = state.bytes().expect("bytes").len();
    let report = planned.finish(state).expect("a report");
    let matched: u64 = report.themes.iter().map(|theme| theme.matched).sum();
    println!(
        "{people} people, {events} events, {themes} themes: {secs:.1} s, state of {bytes} bytes, {matched} matched"
    );
}
