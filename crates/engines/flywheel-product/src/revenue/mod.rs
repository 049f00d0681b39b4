//! Revenue as movements: new, expansion, contraction, churn; ARPU.

mod report;

#[cfg(test)]
mod tests;

use flywheel_people::{Column, PersonEvents, Question, Reading, Unit};
use flywheel_spec::product::revenue::RevenueSpec;
use flywheel_spec::product::{EventFilter, Interval};
use flywheel_spec::{Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::clustered::Sums;
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::planned;

/// A payment covers at most so many steps.
const COVERED_AT_MOST: f64 = 120.0;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &RevenueSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("event", &spec.event);
    settings.need(spec.event.event.is_some(), "event.event", || phrase!("growth.payment_missing"));
    settings.maybe("one_off", spec.one_off.as_ref());
    settings.maybe("active", spec.active.as_ref());
    settings.need(spec.interval != Interval::Hour, "interval", || phrase!("growth.revenue_hour"));
    settings.need(spec.group.as_deref() != Some(""), "group", || phrase!("growth.name_empty"));
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    // Recurring revenue reaches into the period from payments long before it, and who is new is known from all history.
    let first = stretch.map(|(from, _)| calendar.beginning_of(from, spec.interval));
    let steps = settings.steps(calendar, stretch, spec.interval);
    let mut filters: Vec<EventFilter> = Vec::new();
    let paid = bit(&mut filters, &spec.event);
    let one_off = spec.one_off.as_ref().map_or(0, |filter| bit(&mut filters, filter));
    let active = spec.active.as_ref().map_or(0, |filter| bit(&mut filters, filter));
    let mut columns = vec![Column::Number { property: spec.amount.clone() }];
    columns.extend(spec.covers.clone().map(|property| Column::Text { property }));
    let reading = Reading {
        filters,
        columns,
        from: None,
        to: stretch.map(|(_, to)| to),
        unit: spec.group.clone().map_or(Unit::Person, |group| Unit::Group { group }),
    };
    let history = first.map_or_else(Vec::new, |first| history(calendar, first, spec.interval));
    settings.settle(planned(Revenue {
        reading,
        steps,
        history,
        paid,
        one_off,
        active,
        covers: spec.covers.is_some(),
        months: spec.interval == Interval::Month,
        now: calendar.now.as_microsecond(),
    }))
}

/// The beginnings of the steps before the period that payments may still cover it from, ascending; the last is the period's own.
fn history(calendar: &crate::Calendar, first: i64, interval: Interval) -> Vec<i64> {
    let mut edges = vec![first];
    for _ in 0..COVERED_AT_MOST as usize + 1 {
        let before = calendar.beginning_of(edges[edges.len() - 1] - 1, interval);
        edges.push(before);
    }
    edges.reverse();
    edges
}

struct Revenue {
    reading: Reading,
    steps: Steps,
    history: Vec<i64>,
    paid: u64,
    one_off: u64,
    active: u64,
    covers: bool,
    months: bool,
    now: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// The step before the period, then the period's.
    steps: Vec<Movement>,
    /// Payments without an amount that reads as a number.
    unread: u64,
    /// Payments whose cover does not read; they are taken as of one step.
    uncovered: u64,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct Movement {
    revenue: f64,
    mrr: f64,
    new: f64,
    reactivation: f64,
    expansion: f64,
    contraction: f64,
    churn: f64,
    payers: u64,
    new_payers: u64,
    reactivated_payers: u64,
    retained_payers: u64,
    churned_payers: u64,
    active: u64,
    /// Recurring revenue of a payer, and one.
    per_payer: Sums,
    /// All revenue of a person, and one for those active or paying.
    arpu: Sums,
    /// What a payer of the step before pays now, and paid then.
    kept: Sums,
}

impl Question for Revenue {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let count = self.steps.len();
        state.steps.resize(count + 1, Movement::default());
        let back = self.history.len() - 1;
        // Recurring revenue of every step from the history's first, and all revenue of the period's.
        let mut recurring = vec![0.0; back + count];
        let (mut all, mut active) = (vec![None; count], vec![false; count]);
        let (mut touched, mut long_ago) = (false, false);
        for event in 0..events.len() {
            let (time, mark) = (events.times[event], events.marks[event]);
            let step = self.steps.at(time);
            if let Some(step) = step
                && mark & self.active != 0
            {
                active[step] = true;
                touched = true;
            }
            if mark & (self.paid | self.one_off) == 0 {
                continue;
            }
            let Some(amount) = events.number(0, event).filter(|amount| amount.is_finite()) else {
                state.unread += u64::from(step.is_some());
                continue;
            };
            touched = true;
            if let Some(step) = step.filter(|_| amount != 0.0) {
                all[step] = Some(all[step].unwrap_or(0.0) + amount);
            }
            if mark & self.one_off != 0 {
                continue;
            }
            let begin = match step {
                Some(step) => back + step,
                None => match self.history.partition_point(|edge| *edge <= time) {
                    0 => {
                        long_ago |= amount > 0.0;
                        continue;
                    }
                    after => after - 1,
                },
            };
            let covered = self.covered(events, event);
            state.uncovered += u64::from(covered.is_none() && step.is_some());
            let covered = covered.unwrap_or(1);
            let each = amount / covered as f64;
            recurring.iter_mut().skip(begin).take(covered).for_each(|paid| *paid += each);
        }
        if touched {
            self.move_on(state, &recurring, back, long_ago, &all, &active);
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.steps.resize(self.steps.len() + 1, Movement::default());
        state.unread += other.unread;
        state.uncovered += other.uncovered;
        for (mine, theirs) in state.steps.iter_mut().zip(other.steps) {
            mine.revenue += theirs.revenue;
            mine.mrr += theirs.mrr;
            mine.new += theirs.new;
            mine.reactivation += theirs.reactivation;
            mine.expansion += theirs.expansion;
            mine.contraction += theirs.contraction;
            mine.churn += theirs.churn;
            mine.payers += theirs.payers;
            mine.new_payers += theirs.new_payers;
            mine.reactivated_payers += theirs.reactivated_payers;
            mine.retained_payers += theirs.retained_payers;
            mine.churned_payers += theirs.churned_payers;
            mine.active += theirs.active;
            mine.per_payer.merge(&theirs.per_payer);
            mine.arpu.merge(&theirs.arpu);
            mine.kept.merge(&theirs.kept);
        }
    }
}

impl Revenue {
    /// How many steps a payment covers; one when nothing is said, absent when what is said does not read.
    fn covered(&self, events: &PersonEvents<'_>, event: usize) -> Option<usize> {
        if !self.covers {
            return Some(1);
        }
        let Some(text) = events.text(1, event) else { return Some(1) };
        let text = text.trim().to_lowercase();
        let months = match text.as_str() {
            "month" | "monthly" if self.months => Some(1),
            "quarter" | "quarterly" if self.months => Some(3),
            "year" | "yearly" | "annual" | "annually" if self.months => Some(12),
            _ => None,
        };
        let number = || text.parse::<f64>().ok().filter(|number| (1.0..=COVERED_AT_MOST).contains(number));
        months.or_else(|| number().map(|number| number.round() as usize))
    }

    fn move_on(
        &self,
        state: &mut State,
        recurring: &[f64],
        back: usize,
        long_ago: bool,
        all: &[Option<f64>],
        active: &[bool],
    ) {
        let paying = |at: usize| recurring[at].max(0.0);
        let mut ever = long_ago || (0..back.saturating_sub(1)).any(|at| paying(at) > 0.0);
        let mut before = 0.0;
        for (told, movement) in state.steps.iter_mut().enumerate() {
            let now = paying(back + told - 1);
            if told > 0 {
                self.person_in_step(movement, all[told - 1], active[told - 1], now, before);
            }
            movement.mrr += now;
            movement.payers += u64::from(now > 0.0);
            match (before > 0.0, now > 0.0) {
                (false, true) if ever => {
                    movement.reactivation += now;
                    movement.reactivated_payers += 1;
                }
                (false, true) => {
                    movement.new += now;
                    movement.new_payers += 1;
                }
                (true, true) => {
                    movement.retained_payers += 1;
                    movement.expansion += (now - before).max(0.0);
                    movement.contraction += (before - now).max(0.0);
                }
                (true, false) => {
                    movement.churn += before;
                    movement.churned_payers += 1;
                }
                (false, false) => {}
            }
            ever |= now > 0.0;
            before = now;
        }
    }

    /// A person in a step: all that they paid in it (absent where they paid nothing), and recurring revenue now and before.
    fn person_in_step(&self, movement: &mut Movement, all: Option<f64>, active: bool, now: f64, before: f64) {
        movement.revenue += all.unwrap_or(0.0);
        movement.active += u64::from(active);
        if now > 0.0 {
            movement.per_payer.add(&[now, 1.0]);
        }
        // Who was paid back as much as they paid has paid.
        if self.active != 0 && (active || all.is_some()) {
            movement.arpu.add(&[all.unwrap_or(0.0), 1.0]);
        }
        if before > 0.0 {
            movement.kept.add(&[now, before]);
        }
    }
}
