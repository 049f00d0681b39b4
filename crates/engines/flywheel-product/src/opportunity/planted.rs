//! A startup with planted problems, for tests: who is hurt, who speaks, who leaves, and what is therefore worth mending.

use std::collections::BTreeMap;

use flywheel_people::event::{Event, person_of};
use flywheel_people::memory::fold_events;
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::{BehaviourReport, BehaviourSpec, Cohorts, Spoke};
use flywheel_spec::feedback::opportunity::{EvidenceTrend, Going, ThemeEvidence};
use flywheel_spec::product::{EventFilter, Property};
use flywheel_stats::chance::Chance;
use flywheel_stats::share::wilson;
use serde_json::json;

use crate::make_believe::{DAY, context, event, micros};

/// Days of the startup's life.
const DAYS: i64 = 150;

/// A problem, a decoy, or nothing but talk.
#[derive(Debug, Clone)]
pub struct Planted {
    pub theme: String,
    /// Share of people whom it hurts.
    pub reach: f64,
    /// Share of the hurt who leave for it.
    pub leaves: f64,
    /// Share of payments that it stops.
    pub unpaid: f64,
    /// Share of the hurt who speak of it.
    pub speaks: f64,
    /// Mean mood of those who speak.
    pub mood: f64,
    /// Messages of a speaker.
    pub voices: u64,
}

impl Planted {
    /// What it costs: the share of all behaviour that is lost.
    pub fn worth(&self) -> f64 {
        self.reach * 0.5 * (self.leaves + self.unpaid)
    }
}

/// Twelve problems of all sizes, four loud and harmless, three quiet and costly, five of mere talk.
pub fn problems(chance: &mut Chance) -> Vec<Planted> {
    let mut planted = Vec::new();
    for at in 0..12 {
        let (leaves, unpaid) = (chance.between(0.02, 0.4), chance.between(0.0, 0.4));
        planted.push(Planted {
            theme: format!("problem {at:02}"),
            reach: chance.between(0.02, 0.12),
            leaves,
            unpaid,
            speaks: chance.between(0.3, 0.6),
            mood: -(0.2 + leaves).min(0.9) + 0.1 * chance.normal(),
            voices: 1,
        });
    }
    for at in 0..4 {
        planted.push(Planted {
            theme: format!("loud {at}"),
            reach: chance.between(0.1, 0.15),
            leaves: 0.0,
            unpaid: 0.0,
            speaks: 0.9,
            mood: chance.between(-0.35, -0.1),
            voices: 3,
        });
    }
    for at in 0..3 {
        planted.push(Planted {
            theme: format!("quiet {at}"),
            reach: chance.between(0.07, 0.1),
            leaves: chance.between(0.5, 0.7),
            unpaid: chance.between(0.5, 0.7),
            speaks: 0.25,
            mood: chance.between(-0.8, -0.5),
            voices: 1,
        });
    }
    for at in 0..5 {
        planted.push(Planted {
            theme: format!("talk {at}"),
            reach: chance.between(0.02, 0.06),
            leaves: 0.0,
            unpaid: 0.0,
            speaks: 0.6,
            mood: chance.between(-0.15, 0.2),
            voices: 1,
        });
    }
    planted
}

/// Events of a startup, and who spoke of what.
pub struct Startup {
    pub events: Vec<Event>,
    pub cohorts: Cohorts,
    pub people: usize,
}

/// Lets people live: those who come often are hurt, and speak, more often, so that a plain comparison would mislead.
pub fn startup(people: usize, planted: &[Planted], seed: u64) -> Startup {
    let root = Chance::new(seed).stream("startup");
    let begin = micros("2026-01-01T00:00:00Z");
    let (mut events, mut cohorts) = (Vec::new(), Cohorts::new());
    for theme in planted {
        cohorts.insert(theme.theme.clone(), Vec::new());
    }
    for person in 0..people {
        let mut chance = root.stream(person as u64);
        let id = format!("u{person}");
        let keen = chance.f64();
        let often = 0.05 + 0.45 * keen;
        let joined = chance.below(60) as i64;
        let pays = chance.coin(0.1 + 0.3 * keen);
        // Without any problem some leave all the same.
        let mut gone = if chance.coin(0.3) { joined + chance.below(150) as i64 } else { DAYS };
        let mut hits = BTreeMap::new();
        for (at, theme) in planted.iter().enumerate() {
            if chance.coin(theme.reach * (0.5 + keen)) {
                hits.insert(joined + 10 + chance.below(75) as i64, at);
            }
        }
        let mut unpaid: f64 = 0.0;
        for day in joined..DAYS {
            if day >= gone {
                break;
            }
            let hit = hits.get(&day).map(|at| &planted[*at]);
            let time = begin + day * DAY + 3_600_000_000 * chance.below(20) as i64;
            if hit.is_some() || chance.coin(often) {
                events.push(event(&id, "use", time, json!({})));
            }
            if pays && day % 15 == joined % 15 && !chance.coin(unpaid) {
                events.push(event(&id, "pay", time, json!({"amount": 10})));
            }
            let Some(theme) = hit else { continue };
            if chance.coin(theme.speaks) {
                for _ in 0..theme.voices {
                    events.push(event(&id, "feedback", time + 1, json!({})));
                }
                let spoke = Spoke { distinct_id: id.clone(), time: time + 1 };
                cohorts.get_mut(&theme.theme).expect("a theme").push(spoke);
            }
            if chance.coin(theme.leaves) {
                gone = gone.min(day + 1 + chance.below(4) as i64);
            }
            unpaid = unpaid.max(theme.unpaid);
        }
    }
    Startup { events, cohorts, people }
}

/// How behaviour is looked at in these startups.
pub fn spec() -> BehaviourSpec {
    BehaviourSpec {
        returning: EventFilter::named("use"),
        paying: Some(EventFilter::named("pay")),
        value: Some(Property::of_event("amount")),
        after_days: 28,
        ..BehaviourSpec::default()
    }
}

/// The behaviour as the fold and its report tell it.
pub fn behaviour(startup: &Startup, spec: &BehaviourSpec) -> BehaviourReport {
    let context = context("UTC", "2026-05-30");
    let planned = crate::behaviour::plan(spec, &startup.cohorts, &context).expect("a plan");
    let state = fold_events(planned.fold().as_ref(), &startup.events, person_of).expect("a state");
    planned.finish(state).expect("a report")
}

/// The evidence that such feedback and behaviour would give.
pub fn evidence(startup: &Startup, planted: &[Planted], seed: u64) -> Vec<ThemeEvidence> {
    let report = behaviour(startup, &spec());
    planted
        .iter()
        .map(|theme| {
            let mut chance = Chance::new(seed).stream("evidence").stream(theme.theme.as_str());
            let people = startup.cohorts[&theme.theme].len() as u64;
            let share = wilson(people as f64, startup.people as f64).expect("people");
            let share =
                Estimate { value: people as f64 / startup.people as f64, low: share.low, high: share.high };
            let error = 0.4 / (people.max(1) as f64).sqrt();
            let mood = (theme.mood + error * chance.normal()).clamp(-1.0, 1.0);
            ThemeEvidence {
                theme: theme.theme.clone(),
                name: theme.theme.clone(),
                voices: people * theme.voices,
                people,
                share_of_people: Some(share),
                mood: Some(Estimate { value: mood, low: mood - 2.0 * error, high: mood + 2.0 * error }),
                trend: Some(EvidenceTrend { label: Going::Steady, ratio: Some(1.0), p: Some(0.5) }),
                behaviour: report.themes.iter().find(|found| found.theme == theme.theme).cloned(),
                ..ThemeEvidence::default()
            }
        })
        .collect()
}

/// Normalised discounted cumulative gain of the first ten (Järvelin and Kekäläinen 2002).
pub fn ndcg(order: &[String], planted: &[Planted]) -> f64 {
    let worth: BTreeMap<&str, f64> =
        planted.iter().map(|theme| (theme.theme.as_str(), theme.worth())).collect();
    let gain = |values: &[f64]| -> f64 {
        values.iter().take(10).enumerate().map(|(at, worth)| worth / ((at + 2) as f64).log2()).sum()
    };
    let found: Vec<f64> = order.iter().map(|theme| worth[theme.as_str()]).collect();
    let mut best: Vec<f64> = worth.values().copied().collect();
    best.sort_by(|one, two| two.total_cmp(one));
    gain(&found) / gain(&best)
}
