//! A person's life with the startup: what they would do, what they meet, and what is left of it.

use flywheel_stats::chance::Chance;

use super::catalogue::Meets;
use super::journey::step_moments;
use super::person::{Person, Plan};
use super::plant::Plant;
use super::session::Visit;
use super::{DAY, Startup};

/// Chance of meeting a problem again on a later visit, for those whom it reaches.
const AGAIN: f64 = 0.3;

/// Chance that a reached person meets a problem on a visit, as long as they have not.
const MEETING: f64 = 0.6;

/// Chance of staying subscribed at each bill where nothing is wrong.
const STAYING: f64 = 0.9;

/// A problem was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Which, by its place among the startup's.
    pub plant: usize,
    /// When, microseconds.
    pub moment: i64,
    /// Whether it had been met before.
    pub again: bool,
}

/// What happened.
pub(super) struct Life {
    pub visits: Vec<Visit>,
    /// When each step was taken.
    pub steps: Vec<i64>,
    pub bills: Vec<i64>,
    pub cancelled: Option<i64>,
    /// By time.
    pub hits: Vec<Hit>,
}

/// What a person would do if nothing came in between.
pub(super) struct Intent {
    pub visits: Vec<Visit>,
    steps: Vec<i64>,
}

/// What a walk through the intent left: the visits by their places in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Walk {
    pub visits: Vec<usize>,
    pub steps: Vec<i64>,
    pub bills: Vec<i64>,
    pub cancelled: Option<i64>,
    pub hits: Vec<Hit>,
}

impl Life {
    pub(super) fn of(startup: &Startup, person: &Person, plants: &[Plant]) -> Self {
        let intent = Intent::of(startup, person);
        let walk = intent.walk(startup, person, plants, None);
        let mut kept = vec![false; intent.visits.len()];
        for visit in &walk.visits {
            kept[*visit] = true;
        }
        let mut kept = kept.into_iter();
        let mut visits = intent.visits;
        visits.retain(|_| kept.next().unwrap_or(false));
        Self { visits, steps: walk.steps, bills: walk.bills, cancelled: walk.cancelled, hits: walk.hits }
    }
}

/// A moment of the intent.
#[derive(Clone, Copy)]
enum Turn {
    Visit(usize),
    Step(usize),
}

impl Intent {
    pub(super) fn of(startup: &Startup, person: &Person) -> Self {
        Self { visits: Visit::all(startup, person), steps: step_moments(startup, person) }
    }

    /// Goes through the intent by time; `without` leaves one problem out, with every other draw as it was.
    pub(super) fn walk(
        &self,
        startup: &Startup,
        person: &Person,
        plants: &[Plant],
        without: Option<usize>,
    ) -> Walk {
        let mut turns: Vec<(i64, Turn)> =
            self.visits.iter().enumerate().map(|(place, visit)| (visit.begins, Turn::Visit(place))).collect();
        turns.extend(self.steps.iter().enumerate().map(|(step, moment)| (*moment, Turn::Step(step))));
        turns.sort_by_key(|(moment, _)| *moment);
        let mut walker = Walker::new(startup, person, plants, without);
        for (moment, turn) in turns {
            walker.bills_until(moment);
            match turn {
                Turn::Visit(place) => walker.visit(place, &self.visits[place]),
                Turn::Step(step) => walker.step(step, moment),
            }
        }
        walker.bills_until(startup.ends());
        walker.walk.hits.sort_by_key(|hit| (hit.moment, hit.plant));
        walker.walk
    }
}

struct Walker<'a> {
    startup: &'a Startup,
    person: &'a Person,
    /// Those in whose segment the person is: place, plant, stream, and how easily it reaches them (reached below its share).
    near: Vec<(usize, &'a Plant, Chance, f64)>,
    met: Vec<bool>,
    /// The step at which the person gave up.
    stopped: Option<usize>,
    next_bill: Option<i64>,
    staying: Chance,
    stopping: Chance,
    walk: Walk,
}

impl<'a> Walker<'a> {
    fn new(startup: &'a Startup, person: &'a Person, plants: &'a [Plant], without: Option<usize>) -> Self {
        let root = startup.chance(person.number, "problems");
        let near = plants.iter().enumerate().filter_map(|(place, plant)| {
            if without == Some(place) || !plant.segment.has(person) {
                return None;
            }
            let stream = root.stream(place);
            let ease = stream.at(0).f64();
            // Nothing can reach somebody beyond its full strength.
            (ease < plant.share).then_some((place, plant, stream, ease))
        });
        Self {
            startup,
            person,
            near: near.collect(),
            met: vec![false; plants.len()],
            stopped: None,
            next_bill: None,
            staying: startup.chance(person.number, "bills"),
            stopping: startup.chance(person.number, "stopping"),
            walk: Walk {
                visits: Vec::new(),
                steps: Vec::new(),
                bills: Vec::new(),
                cancelled: None,
                hits: Vec::new(),
            },
        }
    }

    fn visit(&mut self, place: usize, visit: &Visit) {
        let (startup, person) = (self.startup, self.person);
        if visit.day > 0 {
            let away = self.near.iter().any(|(plant, problem, stream, _)| {
                self.met[*plant]
                    && problem.effect.staying_away > 0.0
                    && stream.stream("away").at(2 * visit.day as u64).coin(problem.effect.staying_away)
            });
            // Who stopped halfway comes as seldom as others who came so far.
            let ratio = self.stopped.map_or(1.0, |step| habit_of(step) / habit_of(person.steps));
            if away || (ratio < 1.0 && !self.stopping.at(2 * visit.day as u64).coin(ratio)) {
                return;
            }
        }
        self.walk.visits.push(place);
        for (plant, problem, stream, ease) in &self.near {
            if problem.subject.meets != Meets::Visit
                || *ease >= problem.share * problem.course.strength(startup, visit.begins)
            {
                continue;
            }
            let mut draw = stream.stream("visit").at(4 * visit.day as u64);
            let again = self.met[*plant];
            if draw.coin(if again { AGAIN } else { MEETING }) {
                // Before the first step, which comes two minutes after the first visit began.
                let moment = visit.begins + draw.between(5.0e6, 110.0e6) as i64;
                self.walk.hits.push(Hit { plant: *plant, moment, again });
                self.met[*plant] = true;
            }
        }
    }

    fn step(&mut self, step: usize, moment: i64) {
        if self.stopped.is_some() {
            return;
        }
        self.meet(Meets::Step(step), moment - 1_000_000);
        let gives_up = self.near.iter().any(|(plant, problem, stream, _)| {
            self.met[*plant]
                && problem.effect.step == Some(step)
                && stream.stream("step").at(2 * step as u64).coin(problem.effect.giving_up)
        });
        if gives_up {
            self.stopped = Some(step);
            return;
        }
        self.walk.steps.push(moment);
        if step == 4 && self.person.plan != Plan::Free {
            self.next_bill = Some(moment);
        }
    }

    /// A bill each 30 days from the purchase on, until the person leaves.
    fn bills_until(&mut self, end: i64) {
        while let Some(moment) = self.next_bill.filter(|moment| *moment < end) {
            let number = self.walk.bills.len() as u64;
            self.walk.bills.push(moment);
            self.meet(Meets::Bill, moment + 3_600_000_000);
            let usual = !self.staying.coin(STAYING);
            let angry = self.near.iter().any(|(plant, problem, stream, _)| {
                self.met[*plant]
                    && problem.effect.cancelling > 0.0
                    && stream.stream("bill").at(2 * number).coin(problem.effect.cancelling)
            });
            self.next_bill = Some(moment + 30 * DAY);
            if usual || angry {
                self.next_bill = None;
                self.walk.cancelled = Some(moment + 20 * DAY);
            }
        }
    }

    /// Meets what waits at a step or a bill.
    fn meet(&mut self, place: Meets, moment: i64) {
        for (plant, problem, _, ease) in &self.near {
            let reached = *ease < problem.share * problem.course.strength(self.startup, moment);
            if problem.subject.meets == place && reached && moment < self.startup.ends() {
                let again = self.met[*plant];
                self.walk.hits.push(Hit { plant: *plant, moment, again });
                self.met[*plant] = true;
            }
        }
    }
}

/// How likely a person who takes so many steps comes on a day, beside their own liking.
fn habit_of(steps: usize) -> f64 {
    0.10 + 0.06 * steps as f64
}
