//! On how many days of a period people were there.

use std::sync::Arc;

use flywheel_people::{Fold, FoldError, Identity, Partial, PersonEvents, Question, Reading, erase};
use flywheel_spec::product::stickiness::{ActiveDay, StickinessFrequency, StickinessReport, StickinessSpec};
use flywheel_spec::product::{Answer, Chart, ChartKind, Interval, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_stats::share::wilson;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::intervals::{
    Intervals, Walk, check_count, check_filter, check_group, only, percent, share, unit_of, unit_word,
};
use crate::plan::{Context, Planned};

/// How many days the longest window has that ends with a day.
const MONTH: usize = 30;
/// And the shorter one.
const WEEK: usize = 7;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &StickinessSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut problems = Problems::default();
    check_filter(&spec.event, "event", &mut problems);
    check_count("at_least", spec.at_least, 1, u32::MAX, &mut problems);
    check_group(spec.group.as_ref(), &mut problems);
    let intervals = Intervals::of(&context.calendar, &spec.period, spec.interval, spec.intervals);
    let intervals = intervals.map_err(|wrong| problems.extend(wrong)).unwrap_or_default();
    let days = days_of(&context.calendar, &intervals);
    let days = days.map_err(|wrong| problems.extend(wrong)).unwrap_or_default();
    let (spec, _) = problems.settle(spec)?;
    let reading = Reading {
        filters: vec![spec.event.clone()],
        columns: Vec::new(),
        from: Some(days.from().min(intervals.from())),
        to: Some(intervals.known_until),
        unit: unit_of(spec.group.as_ref()),
    };
    let question = Arc::new(Stickiness { reading, at_least: spec.at_least, intervals, days });
    Ok(Box::new(Plan { spec: spec.clone(), question }))
}

/// The calendar days of the intervals, and those before that their windows reach back to.
fn days_of(calendar: &Calendar, intervals: &Intervals) -> Result<Intervals, Problems> {
    if intervals.is_empty() {
        return Ok(Intervals::default());
    }
    let mut first = calendar.beginning_of(intervals.from(), Interval::Day);
    for _ in 1..MONTH {
        first = calendar.beginning_of(first - 1, Interval::Day);
    }
    let last = intervals.edges.last().copied().unwrap_or(first);
    let steps = calendar.steps(first, last, Interval::Day)?;
    Ok(Intervals { edges: steps.edges, labels: steps.labels, known_until: intervals.known_until })
}

struct Plan {
    spec: StickinessSpec,
    question: Arc<Stickiness>,
}

struct Stickiness {
    reading: Reading,
    at_least: u32,
    intervals: Intervals,
    /// Calendar days, the 29 before the period's first included.
    days: Intervals,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// People by the number of intervals, from 0.
    frequency: Vec<u64>,
    /// People of each day.
    day: Vec<u64>,
    /// By how many the people of the 7 days that end with a day are more than those of the day before.
    week: Vec<i64>,
    /// The same for 30 days.
    month: Vec<i64>,
}

impl State {
    fn make_room(&mut self, question: &Stickiness) {
        self.frequency.resize(question.intervals.len() + 1, 0);
        let days = question.days.len();
        self.day.resize(days, 0);
        self.week.resize(days + 1, 0);
        self.month.resize(days + 1, 0);
    }
}

impl Question for Stickiness {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        state.make_room(self);
        let (mut intervals, mut days) = (Walk::new(&self.intervals.edges), Walk::new(&self.days.edges));
        let (mut active, mut times, mut current) = (0, 0_u32, None);
        let mut last_day = None;
        for time in events.times.iter().copied() {
            let interval = intervals.at(time);
            if interval != current {
                (current, times) = (interval, 0);
            }
            if interval.is_some() {
                times = times.saturating_add(1);
                active += usize::from(times == self.at_least);
            }
            if let Some(day) = days.at(time)
                && last_day != Some(day)
            {
                state.day[day] += 1;
                if let Some(last) = last_day {
                    cover(&mut state.week, last, day.min(last + WEEK));
                    cover(&mut state.month, last, day.min(last + MONTH));
                }
                last_day = Some(day);
            }
        }
        if let Some(last) = last_day {
            let end = self.days.len();
            cover(&mut state.week, last, end.min(last + WEEK));
            cover(&mut state.month, last, end.min(last + MONTH));
        }
        state.frequency[active] += 1;
    }

    fn merge(&self, state: &mut State, other: State) {
        state.make_room(self);
        add(&mut state.frequency, &other.frequency);
        add(&mut state.day, &other.day);
        add(&mut state.week, &other.week);
        add(&mut state.month, &other.month);
    }
}

/// One person more from one day up to another.
fn cover(changes: &mut [i64], from: usize, to: usize) {
    changes[from] += 1;
    changes[to] -= 1;
}

fn add<N: std::ops::AddAssign + Copy>(counts: &mut [N], more: &[N]) {
    counts.iter_mut().zip(more).for_each(|(count, more)| *count += *more);
}

impl Planned for Plan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.question.clone())]
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        let mut state: State = only(states)?;
        state.make_room(&self.question);
        let people: u64 = state.frequency[1..].iter().sum();
        let mut or_more = people;
        let frequency = state.frequency.iter().enumerate().skip(1).map(|(intervals, exactly)| {
            let ends = wilson(*exactly as f64, people as f64);
            let row = StickinessFrequency {
                intervals: intervals as u32,
                people: *exactly,
                share: share(*exactly, people),
                low: ends.map(|ends| ends.low),
                high: ends.map(|ends| ends.high),
                or_more,
            };
            or_more -= exactly;
            row
        });
        let frequency: Vec<StickinessFrequency> = frequency.collect();
        let days = self.days(&state)?;
        let total: u64 = frequency.iter().map(|row| u64::from(row.intervals) * row.people).sum();
        let report = StickinessReport {
            findings: Vec::new(),
            people,
            mean_intervals: share(total, people),
            day_of_month: mean_share(&days, |day| day.month),
            day_of_week: mean_share(&days, |day| day.week),
            charts: charts(&frequency, &days),
            warnings: self.open(),
            frequency,
            days,
        };
        Ok(Answer::Stickiness(StickinessReport { findings: self.findings(&report), ..report }))
    }
}

impl Plan {
    fn days(&self, state: &State) -> Result<Vec<ActiveDay>, FoldError> {
        let known = &self.question.days;
        let (mut week, mut month) = (0_i64, 0_i64);
        let mut days = Vec::new();
        for at in 0..known.len() {
            week += state.week[at];
            month += state.month[at];
            let day = state.day[at];
            if week.cast_unsigned() < day || month < week {
                let wrong = "stickiness: a longer window has fewer people than a shorter one";
                return Err(FoldError::Invariant(wrong.to_owned()));
            }
            if at + 1 >= MONTH {
                days.push(ActiveDay {
                    label: known.labels[at].clone(),
                    day,
                    week: week.cast_unsigned(),
                    month: month.cast_unsigned(),
                    complete: known.complete(at),
                });
            }
        }
        Ok(days)
    }

    fn findings(&self, report: &StickinessReport) -> Vec<Phrase> {
        let Some(mean) = report.mean_intervals else {
            return vec![phrase!("following.lifecycle_nobody")];
        };
        let all = self.question.intervals.len();
        let mut findings = vec![
            phrase!(
                "following.stickiness_mean",
                people = report.people,
                mean = format!("{mean:.1}"),
                intervals = all
            )
            .with_phrase("unit", &unit_word(self.spec.interval)),
        ];
        let half = &report.frequency[all.div_ceil(2) - 1];
        if let Some(ends) = wilson(half.or_more as f64, report.people as f64) {
            findings.push(phrase!(
                "following.stickiness_half",
                share = percent(half.or_more as f64 / report.people as f64),
                low = percent(ends.low),
                high = percent(ends.high)
            ));
        }
        if let Some(ratio) = report.day_of_month {
            findings.push(phrase!("following.stickiness_month", share = percent(ratio)));
        }
        findings
    }

    fn open(&self) -> Vec<Problem> {
        let intervals = &self.question.intervals;
        let last = intervals.len() - 1;
        if intervals.complete(last) {
            return Vec::new();
        }
        vec![Problem::warning(phrase!("following.interval_open", label = intervals.labels[last]))]
    }
}

/// The people of a day as a share of a longer window's, averaged over the days that are over and had anybody in the window.
fn mean_share(days: &[ActiveDay], window: impl Fn(&ActiveDay) -> u64) -> Option<f64> {
    let shares = days.iter().filter(|day| day.complete).filter_map(|day| share(day.day, window(day)));
    let (count, sum) = shares.fold((0_u32, 0.0), |(count, sum), share| (count + 1, sum + share));
    (count > 0).then(|| sum / f64::from(count))
}

fn charts(frequency: &[StickinessFrequency], days: &[ActiveDay]) -> Vec<Chart> {
    let line = |name: &str, title: Phrase, value: &dyn Fn(&ActiveDay) -> u64| Series {
        name: name.to_owned(),
        title: Some(title),
        values: days.iter().map(|day| Some(value(day) as f64)).collect(),
    };
    vec![
        Chart {
            kind: ChartKind::Bar,
            title: phrase!("following.stickiness_chart"),
            axis: frequency.iter().map(|row| row.intervals.to_string()).collect(),
            axis_titles: Vec::new(),
            series: vec![Series::word(
                "people",
                frequency.iter().map(|row| Some(row.people as f64)).collect(),
            )],
        },
        Chart {
            kind: ChartKind::Line,
            title: phrase!("following.stickiness_days"),
            axis: days.iter().map(|day| day.label.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![
                line("1", phrase!("chart.one_day"), &|day| day.day),
                line("7", phrase!("chart.seven_days"), &|day| day.week),
                line("30", phrase!("chart.thirty_days"), &|day| day.month),
            ],
        },
    ]
}
