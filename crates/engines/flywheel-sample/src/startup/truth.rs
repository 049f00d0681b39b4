//! What is true of the startup: the key to what an analysis should find.

use std::collections::BTreeSet;

use serde::Serialize;
use uuid::Uuid;

use super::catalogue::{Complaint, Name};
use super::feedback::Spoken;
use super::journey::purchase_price;
use super::label::Label;
use super::life::{Intent, Walk};
use super::person::{Person, Plan};
use super::plant::{Course, Effect, Plant, PlantKind, Segment};
use super::{DAY, Device, Startup};

/// The way to a purchase.
pub const STEPS: [&str; 5] = ["signed up", "created board", "invited teammate", "used report", "purchased"];

/// How many weeks in which somebody comes back weigh as much as a dollar: a team's seat costs 12 for about four.
const WEEKS_PER_DOLLAR: f64 = 1.0 / 3.0;

/// The greatest gain.
const TOP_GAIN: f64 = 5.0;

/// What an analysis should find.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// People who reach each of [`STEPS`] in order within 14 days of the first.
    pub funnel: [u64; STEPS.len()],
    /// The same of those on phones, whose third step is broken.
    pub funnel_on_phones: [u64; STEPS.len()],
    /// People who were invited by another.
    pub invited: u64,
    /// What hurts, the costliest first.
    pub problems: Vec<PlantedProblem>,
    /// What annoys aloud and changes nothing.
    pub decoys: Vec<PlantedProblem>,
    /// What is true of each message, by person and time; empty in what was counted only.
    #[serde(skip)]
    pub messages: Vec<Label>,
}

/// What is true of a planted problem or decoy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlantedProblem {
    /// Its short name.
    pub id: &'static str,
    /// As a person would call it.
    pub name: Name,
    /// What sort of thing was planted.
    pub kind: PlantKind,
    /// What kind of trouble it is.
    pub complaint: Complaint,
    /// Whom it can reach.
    pub segment: Segment,
    /// Share of those in the segment whom it reaches at its full strength.
    pub share: f64,
    /// People in the segment.
    pub exposed: u64,
    /// People who met it.
    pub reach: u64,
    /// People who spoke of it.
    pub spoke: u64,
    /// The messages that speak of it.
    pub messages: Vec<Uuid>,
    /// From 0, hardly noticed, to 1, unbearable.
    pub pain: f64,
    /// What meeting it does to a person.
    pub effect: Effect,
    /// How it changes with time.
    pub course: Course,
    /// That course in a word: `steady`, `new`, `growing`, `fading`, `fixed` or `burst`; of the share of people whom it
    /// reaches, not of their number, which grows with the startup.
    pub trend: &'static str,
    /// The release from which on it is there, as `$app_version` has it; absent where it always was.
    pub from_version: Option<String>,
    /// The code of the event `error shown` that each meeting writes; absent where the product does not notice.
    pub error: Option<&'static str>,
    /// Weeks in which a person would have come back without it, summed over people.
    pub lost_weeks: f64,
    /// People who would have come back in the last 28 days without it.
    pub lost_people: f64,
    /// Dollars that would have been paid without it.
    pub lost_revenue: f64,
    /// What it costs: lost weeks and a third of a lost dollar each, by leaving out this problem alone and nothing else.
    pub value: f64,
    /// From 0 to 5, for a ranking's discounted gain: five times the square root of its share of the greatest value, rounded.
    pub gain: u8,
}

impl Truth {
    pub(super) fn of(startup: &Startup) -> Self {
        let plants = startup.plants();
        let mut tally = Tally::new(&plants);
        let mut messages = Vec::new();
        for number in 0..startup.people {
            let spoken = startup.spoken(number);
            tally.add(startup, &startup.person(number), &spoken);
            messages.extend(spoken.into_iter().map(|spoken| spoken.label));
        }
        Self { messages, ..tally.truth() }
    }
}

/// The truth, counted person by person.
pub(super) struct Tally<'a> {
    plants: &'a [Plant],
    truth: Truth,
    planted: Vec<PlantedProblem>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(plants: &'a [Plant]) -> Self {
        let truth = Truth {
            funnel: [0; 5],
            funnel_on_phones: [0; 5],
            invited: 0,
            problems: Vec::new(),
            decoys: Vec::new(),
            messages: Vec::new(),
        };
        Self { plants, truth, planted: plants.iter().map(PlantedProblem::unmet).collect() }
    }

    pub(super) fn add(&mut self, startup: &Startup, person: &Person, spoken: &[Spoken]) {
        let intent = Intent::of(startup, person);
        let walk = intent.walk(startup, person, self.plants, None);
        // The last steps of those who came late lie after the end.
        for step in 0..walk.steps.len() {
            self.truth.funnel[step] += 1;
            self.truth.funnel_on_phones[step] += u64::from(person.device == Device::Mobile);
        }
        self.truth.invited += u64::from(person.invited_by.is_some());
        for (plant, planted) in self.planted.iter_mut().enumerate() {
            planted.exposed += u64::from(self.plants[plant].segment.has(person));
            let before = planted.messages.len();
            let about = spoken.iter().filter(|spoken| spoken.label.problems.contains(&planted.id));
            planted.messages.extend(about.map(|spoken| spoken.label.uuid));
            planted.spoke += u64::from(planted.messages.len() > before);
            if !walk.hits.iter().any(|hit| hit.plant == plant) {
                continue;
            }
            planted.reach += 1;
            let without = intent.walk(startup, person, self.plants, Some(plant));
            let (with, without) = (
                Outcome::of(startup, person, &intent, &walk),
                Outcome::of(startup, person, &intent, &without),
            );
            planted.lost_weeks += without.weeks - with.weeks;
            planted.lost_people += without.active - with.active;
            planted.lost_revenue += without.revenue - with.revenue;
        }
    }

    pub(super) fn truth(self) -> Truth {
        let mut truth = self.truth;
        let mut planted = self.planted;
        for problem in &mut planted {
            problem.value = (problem.lost_weeks + problem.lost_revenue * WEEKS_PER_DOLLAR).max(0.0);
        }
        let top = planted.iter().map(|problem| problem.value).fold(0.0, f64::max);
        for problem in &mut planted {
            if top > 0.0 {
                problem.gain = (TOP_GAIN * (problem.value / top).sqrt()).round() as u8;
            }
        }
        planted.sort_by(|one, other| other.value.total_cmp(&one.value).then(one.id.cmp(other.id)));
        (truth.decoys, truth.problems) =
            planted.into_iter().partition(|problem| problem.kind == PlantKind::Loud);
        truth
    }
}

/// What a startup has of a person.
struct Outcome {
    /// Weeks after the first day in which they came.
    weeks: f64,
    /// 1 if they came in the last 28 days, and not for the first time.
    active: f64,
    /// Dollars.
    revenue: f64,
}

impl Outcome {
    fn of(startup: &Startup, person: &Person, intent: &Intent, walk: &Walk) -> Self {
        let later = || walk.visits.iter().map(|visit| &intent.visits[*visit]).filter(|visit| visit.day > 0);
        let weeks: BTreeSet<i64> = later().map(|visit| visit.day / 7).collect();
        let active = later().any(|visit| visit.begins >= startup.ends() - 28 * DAY);
        let revenue = match person.plan {
            Plan::Free if walk.steps.len() == STEPS.len() => purchase_price(person.plan),
            plan => plan.price() * walk.bills.len() as f64,
        };
        Self { weeks: weeks.len() as f64, active: f64::from(u8::from(active)), revenue }
    }
}

impl PlantedProblem {
    fn unmet(plant: &Plant) -> Self {
        Self {
            id: plant.subject.id,
            name: plant.subject.name,
            kind: plant.kind,
            complaint: plant.subject.complaint,
            segment: plant.segment,
            share: plant.share,
            exposed: 0,
            reach: 0,
            spoke: 0,
            messages: Vec::new(),
            pain: plant.pain,
            effect: plant.effect,
            course: plant.course,
            trend: plant.course.name(),
            from_version: plant.from_release().map(super::session::version_name),
            error: plant.subject.error,
            lost_weeks: 0.0,
            lost_people: 0.0,
            lost_revenue: 0.0,
            value: 0.0,
            gain: 0,
        }
    }
}
