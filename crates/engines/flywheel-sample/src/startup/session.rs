//! Visits by habit and season, and what is clicked in each.

use flywheel_stats::chance::Chance;
use serde_json::{Map, Value, json};

use super::person::{Device, Person};
use super::{DAY, Startup};

/// A page or a deed inside a visit, with how often it is chosen.
const DEEDS: [(&str, &str, u64); 9] = [
    ("$pageview", "/", 14),
    ("$pageview", "/board", 30),
    ("$pageview", "/reports", 9),
    ("$pageview", "/pricing", 5),
    ("$pageview", "/settings", 4),
    ("moved card", "/board", 22),
    ("commented", "/board", 10),
    ("searched", "/board", 4),
    ("exported", "/reports", 2),
];

/// App versions, a new one each so many days.
const RELEASE_DAYS: i64 = 21;

/// Something that happens: when, its name, its own properties.
type Happening = (i64, &'static str, Map<String, Value>);

/// One visit.
pub(super) struct Visit;

impl Visit {
    /// Every visit's events from the first on.
    pub(super) fn all(startup: &Startup, person: &Person) -> Vec<Happening> {
        let mut chance = startup.chance(person.number, "visits");
        // About as many events as asked for: the habit's expected days share them.
        let per_visit = (startup.events_per_person / expected_visits(startup, person)).clamp(2.0, 60.0);
        let mut happenings = Vec::new();
        Self::one(startup, person, &mut chance, person.first, per_visit, &mut happenings);
        let mut day = 1;
        loop {
            let midnight = (person.first / DAY + day) * DAY;
            if midnight >= startup.ends() {
                return happenings;
            }
            if chance.coin(likely(person, day) * season(midnight)) {
                let hour = (9.0 + 3.5 * chance.normal().abs() * 2.0).min(23.0);
                let moment =
                    midnight + (hour * DAY as f64 / 24.0) as i64 + chance.below(3_600_000_000) as i64;
                Self::one(startup, person, &mut chance, moment, per_visit, &mut happenings);
            }
            day += 1;
        }
    }

    fn one(
        startup: &Startup,
        person: &Person,
        chance: &mut Chance,
        begins: i64,
        events: f64,
        happenings: &mut Vec<Happening>,
    ) {
        let count = (events * chance.between(0.4, 1.6)).round().max(1.0) as usize;
        let session = format!("{:016x}", chance.u64());
        let version = format!("2.{}", (begins - startup.begins) / (RELEASE_DAYS * DAY));
        let mut moment = begins;
        let total: u64 = DEEDS.iter().map(|(.., weight)| weight).sum();
        for _ in 0..count {
            let mut draw = chance.below(total);
            let deed = DEEDS.iter().find(|(.., weight)| {
                let here = draw < *weight;
                draw = draw.saturating_sub(*weight);
                here
            });
            let (name, path, _) = deed.unwrap_or(&DEEDS[0]);
            let mut more = Map::new();
            more.insert("$session_id".to_owned(), json!(session));
            more.insert("$pathname".to_owned(), json!(path));
            more.insert("$app_version".to_owned(), json!(version));
            // The search of phones is slow since the third release, and people hit it again and again.
            if *name == "searched" && person.device == Device::Mobile && version.as_str() >= "2.3" {
                happenings.push((moment + 400_000, "$rageclick", more.clone()));
            }
            happenings.push((moment, name, more));
            moment += 1_000_000 + (chance.f64().powi(2) * 90e6) as i64;
        }
    }
}

/// The chance of a visit so many days after the first.
fn likely(person: &Person, day: i64) -> f64 {
    person.habit * person.staying.powf(day as f64 / 7.0) + 0.004
}

/// Weekends are quiet.
fn season(midnight: i64) -> f64 {
    match (midnight / DAY + 3) % 7 {
        // 1970-01-01 was a Thursday: 5 and 6 are Saturday and Sunday.
        5 | 6 => 0.45,
        _ => 1.15,
    }
}

fn expected_visits(startup: &Startup, person: &Person) -> f64 {
    let days = ((startup.ends() - person.first) / DAY).max(1);
    1.0 + (1..=days).map(|day| likely(person, day)).sum::<f64>()
}
