//! Visits by habit and season, and what is clicked in each.

use flywheel_stats::chance::Chance;
use serde_json::{Map, json};

use super::journey::Happening;
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

/// The release from which on the search of phones is slow.
const SLOW_SEARCH_SINCE: u32 = 3;

/// One visit.
pub(super) struct Visit {
    /// Days since the first visit.
    pub day: i64,
    /// When it begins, microseconds.
    pub begins: i64,
    session: String,
    /// When, its name, its page.
    deeds: Vec<(i64, &'static str, &'static str)>,
}

impl Visit {
    /// Every visit that the habit asks for, from the first on.
    pub(super) fn all(startup: &Startup, person: &Person) -> Vec<Self> {
        let mut chance = startup.chance(person.number, "visits");
        // About as many events as asked for: the habit's expected days share them.
        let per_visit = (startup.events_per_person / expected_visits(startup, person)).clamp(2.0, 60.0);
        let mut visits = vec![Self::one(person, &mut chance, 0, person.first, per_visit, startup)];
        let mut day = 1;
        loop {
            let midnight = (person.first / DAY + day) * DAY;
            if midnight >= startup.ends() {
                return visits;
            }
            if chance.coin(likely(person, day) * season(midnight)) {
                let hour = (9.0 + 3.5 * chance.normal().abs() * 2.0).min(23.0);
                let moment =
                    midnight + (hour * DAY as f64 / 24.0) as i64 + chance.below(3_600_000_000) as i64;
                visits.push(Self::one(person, &mut chance, day, moment, per_visit, startup));
            }
            day += 1;
        }
    }

    /// What is written of it.
    pub(super) fn happenings(&self, startup: &Startup, happenings: &mut Vec<Happening>) {
        let version = version_name(release_at(startup, self.begins));
        for (moment, name, path) in &self.deeds {
            let mut more = Map::new();
            more.insert("$session_id".to_owned(), json!(self.session));
            more.insert("$pathname".to_owned(), json!(path));
            more.insert("$app_version".to_owned(), json!(version));
            happenings.push((*moment, name, more));
        }
    }

    fn one(
        person: &Person,
        chance: &mut Chance,
        day: i64,
        begins: i64,
        events: f64,
        startup: &Startup,
    ) -> Self {
        let count = (events * chance.between(0.4, 1.6)).round().max(1.0) as usize;
        let session = format!("{:016x}", chance.u64());
        let slow = person.device == Device::Mobile && release_at(startup, begins) >= SLOW_SEARCH_SINCE;
        let mut deeds = Vec::with_capacity(count);
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
            // The search of phones is slow since the third release, and people hit it again and again.
            if *name == "searched" && slow {
                deeds.push((moment + 400_000, "$rageclick", *path));
            }
            deeds.push((moment, *name, *path));
            moment += 1_000_000 + (chance.f64().powi(2) * 90e6) as i64;
        }
        Self { day, begins, session, deeds }
    }
}

/// The release in use at a moment, from 0.
pub(super) fn release_at(startup: &Startup, moment: i64) -> u32 {
    ((moment - startup.begins) / (RELEASE_DAYS * DAY)).max(0) as u32
}

/// A release as people write it.
pub(super) fn version_name(release: u32) -> String {
    format!("2.{release}")
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
