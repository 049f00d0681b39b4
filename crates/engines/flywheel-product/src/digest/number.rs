//! The numbers of a week that a digest looks at, each with what chance alone does to it.

use flywheel_spec::product::digest::Measured;

use super::{DigestPlan, LEAST_WEEKS, State, Week};

impl DigestPlan {
    /// Every number that is looked at, from a week on; people come back from the product's first week on.
    pub(super) fn numbers(&self, state: &State, from: usize, begin: usize) -> Vec<Number> {
        let last = state.active.len() - 1;
        let least = u64::from(self.spec.least_people);
        let usual = |people: &dyn Fn(usize) -> u64| {
            let mut all: Vec<u64> = (from..=last).map(people).collect();
            all.sort_unstable();
            all[all.len() / 2]
        };
        let mut numbers = Vec::new();
        let mut add = |what: Measured, event: Option<&String>, touched: f64, weeks: Vec<Point>| {
            numbers.push(Number { what, event: event.cloned(), touched, weeks });
        };
        if usual(&|week| state.active[week]) >= least {
            add(
                Measured::ActivePeople,
                None,
                1.0,
                (from..=last).map(|week| Point::count(state.active[week])).collect(),
            );
        }
        if usual(&|week| state.new[week]) >= least {
            // In the product's first week everybody is new.
            let weeks = (from.max(begin + 1)..=last).map(|week| Point::count(state.new[week]));
            add(Measured::NewPeople, None, 1.0, weeks.collect());
        }
        if usual(&|week| state.active[week - 1]) >= least {
            let weeks = (from.max(begin + 1)..=last)
                .map(|week| Point::share(state.returned[week], state.active[week - 1]));
            add(Measured::CameBack, None, 1.0, weeks.collect());
        }
        for (event, weeks) in &state.events {
            let people = usual(&|week| weeks[week].people);
            if people < least {
                continue;
            }
            let touched =
                people.max(weeks[last].people) as f64 / usual(&|week| state.active[week]).max(1) as f64;
            let touched = touched.min(1.0);
            let told = from..=last;
            add(
                Measured::People,
                Some(event),
                touched,
                told.clone().map(|week| Point::count(weeks[week].people)).collect(),
            );
            add(
                Measured::Share,
                Some(event),
                touched,
                told.clone().map(|week| Point::share(weeks[week].people, state.active[week])).collect(),
            );
            if told.clone().all(|week| weeks[week].people > 1) {
                add(
                    Measured::PerPerson,
                    Some(event),
                    touched,
                    told.map(|week| Point::mean(weeks[week])).collect(),
                );
            }
        }
        numbers.retain(|number| number.weeks.len() > LEAST_WEEKS);
        numbers
    }
}

/// A number over the weeks, this one last.
pub(super) struct Number {
    pub(super) what: Measured,
    pub(super) event: Option<String>,
    /// The share of people it is about.
    pub(super) touched: f64,
    pub(super) weeks: Vec<Point>,
}

/// A number of one week: its value, its logarithm, and the variance of that by chance alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) value: f64,
    pub(super) log: f64,
    pub(super) chance: f64,
    kind: Kind,
}

/// What a week's number is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Count,
    Share { of: u64 },
    Mean,
}

impl Point {
    /// Half a count more, so that nothing at all has a logarithm.
    fn count(people: u64) -> Self {
        let more = people as f64 + 0.5;
        Self { value: people as f64, log: more.ln(), chance: 1.0 / more, kind: Kind::Count }
    }

    fn share(people: u64, of: u64) -> Self {
        let (hits, all) = (people as f64 + 0.5, of as f64 + 1.0);
        let share = hits / all;
        let value = if of == 0 { 0.0 } else { people as f64 / of as f64 };
        Self { value, log: share.ln(), chance: (1.0 - share) / hits, kind: Kind::Share { of } }
    }

    fn mean(week: Week) -> Self {
        let people = week.people as f64;
        let mean = week.count / people;
        let variance = ((week.squares - people * mean * mean) / (people - 1.0)).max(0.0);
        // Where everybody did it once, they did so by habit and not by certainty.
        let chance = (variance / people).max(0.01 / people) / (mean * mean);
        Self { value: mean, log: mean.ln(), chance, kind: Kind::Mean }
    }

    /// The number of this week that would have such a logarithm, without the half count.
    pub(super) fn of_log(self, log: f64) -> f64 {
        match self.kind {
            Kind::Count => (log.exp() - 0.5).max(0.0),
            Kind::Share { of: 0 } => 0.0,
            Kind::Share { of } => ((log.exp() * (of as f64 + 1.0) - 0.5) / of as f64).clamp(0.0, 1.0),
            Kind::Mean => log.exp(),
        }
    }
}
