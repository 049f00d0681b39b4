//! Before and after a release.

mod report;

#[cfg(test)]
mod tests;

use flywheel_people::{Column, PersonEvents, Question, Reading};
use flywheel_spec::product::release::ReleaseSpec;
use flywheel_spec::product::{EventFilter, Period};
use flywheel_spec::{Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::clustered::Sums;
use crate::metric::{ReadyMetric, bit};
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::planned;

/// Most steps that a marker is looked for in: each pair of steps has its own sum.
const STEPS_AT_MOST: usize = 120;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &ReleaseSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    let mut filters: Vec<EventFilter> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    let count = spec.metrics.len();
    settings.need((1..=12).contains(&count), "metrics", || phrase!("growth.release_metrics", found = count));
    let metrics: Vec<ReadyMetric> = spec
        .metrics
        .iter()
        .enumerate()
        .map(|(index, metric)| {
            ReadyMetric::new(metric, &format!("metrics.{index}"), &mut settings, &mut filters, &mut columns)
        })
        .collect();
    settings.need(spec.at.is_some() != spec.marker.is_some(), "at", || phrase!("growth.release_marker"));
    settings.maybe("marker", spec.marker.as_ref());
    settings.range("steps", f64::from(spec.steps), 2.0, 50.0);
    let side = spec.steps.clamp(2, 50) as usize;
    let marker = spec.marker.as_ref().map_or(0, |marker| bit(&mut filters, marker));
    let mut at = None;
    let stretch = if let Some(text) = &spec.at {
        let period = Period { from: Some(text.clone()), to: None };
        match calendar.stretch(&period).map(|stretch| stretch.from) {
            Ok(Some(moment)) => {
                at = Some(moment);
                // So many steps before the one that the moment lies in, and after it.
                let own = calendar.beginning_of(moment, spec.interval);
                let mut from = own;
                for _ in 0..side {
                    from = calendar.beginning_of(from - 1, spec.interval);
                }
                let ahead = calendar.now.as_microsecond();
                let skipped = usize::from(own < moment);
                let long = calendar.steps(own, ahead.max(own + 1), spec.interval)?;
                let last = (side + skipped).min(long.len());
                Some((from, long.edges[last].min(ahead + 1)))
            }
            Ok(None) => None,
            Err(_) => {
                settings.wrong("at", phrase!("growth.release_at", found = text));
                None
            }
        }
    } else {
        settings.stretch(calendar, &spec.period, spec.interval, 60)
    };
    let steps = settings.steps(calendar, stretch, spec.interval);
    settings.need(steps.len() <= STEPS_AT_MOST, "period", || {
        phrase!("product.too_many_steps", most = STEPS_AT_MOST)
    });
    let (_, to) = stretch.unwrap_or_default();
    let from = steps.edges.first().copied();
    let reading = Reading { filters, columns, from, to: Some(to), ..Reading::default() };
    settings.settle(planned(Release {
        reading,
        steps,
        metrics,
        marker,
        at,
        side,
        to,
        weekly: spec.interval != flywheel_spec::product::Interval::Day || side.is_multiple_of(7),
        calendar: calendar.clone(),
    }))
}

struct Release {
    reading: Reading,
    steps: Steps,
    metrics: Vec<ReadyMetric>,
    marker: u64,
    at: Option<i64>,
    side: usize,
    to: i64,
    weekly: bool,
    calendar: crate::Calendar,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// One for each metric: both of its sums in every step, and their products.
    metrics: Vec<Sums>,
    /// The marker's first time.
    marked: Option<i64>,
}

impl Question for Release {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        state.metrics.resize(self.metrics.len(), Sums::default());
        if let Some(event) = (0..events.len()).find(|event| events.marks[*event] & self.marker != 0) {
            let time = events.times[event];
            state.marked = Some(state.marked.map_or(time, |known| known.min(time)));
        }
        let mut parts = vec![vec![0.0; 2 * self.steps.len()]; self.metrics.len()];
        let mut begin = 0;
        for step in 0..self.steps.len() {
            let end =
                begin + events.times[begin..].partition_point(|time| *time < self.steps.edges[step + 1]);
            if end > begin {
                for (metric, part) in self.metrics.iter().zip(&mut parts) {
                    (part[2 * step], part[2 * step + 1]) = metric.person(events, begin..end);
                }
            }
            begin = end;
        }
        for (sums, part) in state.metrics.iter_mut().zip(&parts) {
            sums.add(part);
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.metrics.resize(self.metrics.len(), Sums::default());
        for (mine, theirs) in state.metrics.iter_mut().zip(&other.metrics) {
            mine.merge(theirs);
        }
        state.marked = [state.marked, other.marked].into_iter().flatten().min();
    }
}
