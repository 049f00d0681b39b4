//! What changed this week that matters: every event's people and ratios against a line through the weeks before.
//!
//! Numbers are compared on the logarithm. The line is Theil's and Sen's, which one odd week cannot bend.
//! How much a number varies from week to week is learnt from its own residuals, the largest drawn in, moderated by what chance
//! alone would do and by what numbers of this product usually do beyond chance (Smyth, "Linear models and empirical Bayes methods",
//! Statistical Applications in Genetics and Molecular Biology 3, 2004); never less than what chance alone would do.
//! All looks together keep the promised rate of false alarms (Benjamini and Hochberg).

use std::collections::BTreeMap;
use std::sync::Arc;

use flywheel_people::{Column, Fold, FoldError, NONE, Partial, PersonEvents, Question, Reading, erase};
use flywheel_spec::product::digest::{Change, DigestReport, DigestSpec, Measured};
use flywheel_spec::product::{Chart, ChartKind, EventFilter, Interval, Period, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_stats::correction::benjamini_hochberg;
use flywheel_stats::student;
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::figures::{number, percent, probability, signed_percent};
use crate::plan::Context;
use crate::settings::Settings;
use crate::told::invariant;

/// Fewer weeks before make no line.
const LEAST_WEEKS: usize = 5;

/// How many degrees of freedom the other numbers' variation counts for.
const PRIOR_DEGREES: f64 = 6.0;

/// Checks a digest against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &DigestSpec, context: &Context) -> Result<DigestPlan, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.range("weeks", f64::from(spec.weeks), LEAST_WEEKS as f64, 52.0);
    settings.range("at_least", spec.at_least, 0.0, 10.0);
    settings.range("false_alarms", spec.false_alarms, 1e-9, 0.5);
    settings.range("most", f64::from(spec.most), 1.0, 1000.0);
    let now = calendar.now.as_microsecond();
    let this_week = calendar.beginning_of(now, Interval::Week);
    let mut told = calendar.beginning_of(this_week - 1, Interval::Week);
    if let Some(text) = &spec.week_of {
        let period = Period { from: Some(text.clone()), to: None };
        match calendar.stretch(&period).map(|stretch| stretch.from) {
            Ok(Some(moment)) if calendar.beginning_of(moment, Interval::Week) < this_week => {
                told = calendar.beginning_of(moment, Interval::Week);
            }
            Ok(Some(_)) => settings.wrong("week_of", phrase!("growth.digest_open", found = text)),
            Ok(None) => {}
            Err(_) => settings.wrong("week_of", phrase!("growth.release_at", found = text)),
        }
    }
    // The weeks before, and one more before those, which the first one's people come back from.
    let mut first = told;
    for _ in 0..=spec.weeks.min(52) {
        first = calendar.beginning_of(first - 1, Interval::Week);
    }
    let weeks = settings.steps(calendar, Some((first, told + 1)), Interval::Week);
    let reading = Reading {
        filters: vec![EventFilter::default()],
        columns: vec![Column::Event],
        from: None,
        to: weeks.edges.last().copied(),
        ..Reading::default()
    };
    settings.settle(DigestPlan { spec: spec.clone(), question: Arc::new(Digest { reading, weeks }) })
}

/// A digest that can be run, like any question.
pub struct DigestPlan {
    spec: DigestSpec,
    question: Arc<Digest>,
}

struct Digest {
    reading: Reading,
    weeks: Steps,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// People of each week.
    active: Vec<u64>,
    /// Of them, those never seen before.
    new: Vec<u64>,
    /// Of them, those who were there the week before.
    returned: Vec<u64>,
    /// By event, each week.
    events: BTreeMap<String, Vec<Week>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Week {
    people: u64,
    count: f64,
    squares: f64,
}

impl Digest {
    fn make_room(&self, state: &mut State) {
        for counts in [&mut state.active, &mut state.new, &mut state.returned] {
            counts.resize(self.weeks.len(), 0);
        }
    }
}

impl Question for Digest {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        self.make_room(state);
        let count = self.weeks.len();
        let first = events.times[0];
        let mut event = events.times.partition_point(|time| *time < self.weeks.edges[0]);
        let mut before = false;
        for week in 0..count {
            let begin = event;
            let mut keys: Vec<u32> = Vec::new();
            while event < events.len() && events.times[event] < self.weeks.edges[week + 1] {
                keys.push(events.key(0, event));
                event += 1;
            }
            let here = event > begin;
            if here {
                state.active[week] += 1;
                state.new[week] += u64::from(first >= self.weeks.edges[week]);
                state.returned[week] += u64::from(before);
            }
            before = here;
            keys.sort_unstable();
            for same in keys.chunk_by(|one, two| one == two).filter(|same| same[0] != NONE) {
                let Some(name) = events.dictionary.text(same[0]) else { continue };
                if !state.events.contains_key(name) {
                    state.events.insert(name.to_owned(), vec![Week::default(); count]);
                }
                if let Some(weeks) = state.events.get_mut(name) {
                    let times = same.len() as f64;
                    weeks[week].people += 1;
                    weeks[week].count += times;
                    weeks[week].squares += times * times;
                }
            }
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        self.make_room(state);
        let pairs = [
            (&mut state.active, other.active),
            (&mut state.new, other.new),
            (&mut state.returned, other.returned),
        ];
        for (mine, theirs) in pairs {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
        for (name, theirs) in other.events {
            let mine = state.events.entry(name).or_insert_with(|| vec![Week::default(); self.weeks.len()]);
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.people += theirs.people;
                mine.count += theirs.count;
                mine.squares += theirs.squares;
            }
        }
    }
}

impl DigestPlan {
    /// What is run over all people.
    pub fn folds(&self) -> Vec<Arc<dyn Fold>> {
        vec![erase(self.question.clone())]
    }

    /// The digest of the folds' states, in their order.
    ///
    /// # Errors
    /// When a state is another fold's, or numbers contradict each other.
    pub fn finish(&self, states: Vec<Box<dyn Partial>>) -> Result<DigestReport, FoldError> {
        let [state] = <[Box<dyn Partial>; 1]>::try_from(states).map_err(|_| FoldError::Foreign)?;
        let mut state = *state.into_any().downcast::<State>().map_err(|_| FoldError::Foreign)?;
        self.question.make_room(&mut state);
        self.check(&state)?;
        let labels = &self.question.weeks.labels;
        let mut report = DigestReport { week: labels[labels.len() - 1].clone(), ..Default::default() };
        // The week before all others only tells who came back; weeks before the product's first are none of its weeks.
        let begin = state.active.iter().position(|people| *people > 0).unwrap_or(labels.len());
        let from = begin.max(1);
        let last = labels.len() - 1;
        if last < from + LEAST_WEEKS {
            let found = last.saturating_sub(from);
            report.findings.push(phrase!("growth.digest_young", least = LEAST_WEEKS, found = found));
            return Ok(report);
        }
        let numbers = self.numbers(&state, from, begin);
        report.looked_at = numbers.len() as u64;
        report.changes = self.changes(numbers);
        report.findings = report.changes.iter().map(|change| finding(change, &report.week)).collect();
        if report.findings.is_empty() {
            report.findings.push(phrase!(
                "growth.digest_quiet",
                week = report.week,
                looked = report.looked_at
            ));
        }
        report.charts = report.changes.iter().map(|change| chart(change, &labels[from..])).collect();
        if state.active[last] < 100 {
            report
                .warnings
                .push(Problem::warning(phrase!("growth.digest_small", people = state.active[last])));
        }
        Ok(report)
    }

    fn check(&self, state: &State) -> Result<(), FoldError> {
        for week in 0..self.question.weeks.len() {
            let active = state.active[week];
            invariant(state.new[week] + state.returned[week] <= active, || {
                format!("digest: more new and returning people than the {active} of week {week}")
            })?;
            for (event, weeks) in &state.events {
                let people = weeks[week].people;
                invariant(people <= active && people as f64 <= weeks[week].count, || {
                    format!("digest: {people} people did `{event}` of {active}")
                })?;
            }
        }
        Ok(())
    }

    /// Every number that is looked at, from a week on; people come back from the product's first week on.
    fn numbers(&self, state: &State, from: usize, begin: usize) -> Vec<Number> {
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

    fn changes(&self, numbers: Vec<Number>) -> Vec<Change> {
        let lines: Vec<Line> = numbers.iter().map(|number| Line::of(&number.weeks)).collect();
        let mut beyond: Vec<f64> = lines.iter().map(|line| line.residual / line.chance.max(1e-12)).collect();
        beyond.sort_by(f64::total_cmp);
        let usual = beyond.get(beyond.len() / 2).copied().unwrap_or(1.0).max(1.0);
        let judged: Vec<Judged> = lines.iter().map(|line| line.judge(usual)).collect();
        let corrected = benjamini_hochberg(&judged.iter().map(|judged| judged.p).collect::<Vec<_>>());
        let mut changes: Vec<Change> = numbers
            .into_iter()
            .zip(judged)
            .zip(corrected)
            .filter_map(|((number, judged), q)| self.change(number, &judged, q))
            .collect();
        let has = |changes: &[Change], what: Measured, event: Option<&String>| {
            changes.iter().any(|change| change.what == what && change.event.as_ref() == event)
        };
        // What all people did more is said once; what moved beyond that is said of the share.
        let known = changes.clone();
        let active_moved = has(&known, Measured::ActivePeople, None);
        changes.retain(|change| match change.what {
            Measured::People => !active_moved,
            Measured::Share => active_moved || !has(&known, Measured::People, change.event.as_ref()),
            _ => true,
        });
        changes.sort_by(|one, two| {
            two.importance
                .total_cmp(&one.importance)
                .then(one.what.cmp(&two.what))
                .then(one.event.cmp(&two.event))
        });
        changes.truncate(self.spec.most as usize);
        changes
    }

    fn change(&self, number: Number, judged: &Judged, q: f64) -> Option<Change> {
        let now = number.weeks[number.weeks.len() - 1];
        let [expected_low, expected, expected_high] =
            [-judged.reach, 0.0, judged.reach].map(|reach| now.of_log(judged.expected + reach));
        // Where nothing was expected, half a count stands for it.
        let share = |of: f64, apart: f64| if of > 0.0 { now.value / of } else { apart.exp() } - 1.0;
        let relative = share(expected, judged.apart);
        if q > self.spec.false_alarms || relative.abs() < self.spec.at_least {
            return None;
        }
        let nearest = judged.apart - judged.apart.signum() * judged.reach;
        let end = if judged.apart > 0.0 { expected_high } else { expected_low };
        let at_least = if nearest.signum() == judged.apart.signum() { share(end, nearest) } else { 0.0 };
        Some(Change {
            what: number.what,
            event: number.event,
            value: now.value,
            expected,
            expected_low,
            expected_high,
            relative,
            at_least,
            q,
            importance: judged.apart.abs() * number.touched.sqrt(),
            weeks: number.weeks.iter().map(|week| week.value).collect(),
        })
    }
}

/// A number over the weeks, this one last.
struct Number {
    what: Measured,
    event: Option<String>,
    /// The share of people it is about.
    touched: f64,
    weeks: Vec<Point>,
}

/// A number of one week: its value, its logarithm, and the variance of that by chance alone.
#[derive(Debug, Clone, Copy)]
struct Point {
    value: f64,
    log: f64,
    chance: f64,
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
    fn of_log(self, log: f64) -> f64 {
        match self.kind {
            Kind::Count => (log.exp() - 0.5).max(0.0),
            Kind::Share { of: 0 } => 0.0,
            Kind::Share { of } => ((log.exp() * (of as f64 + 1.0) - 0.5) / of as f64).clamp(0.0, 1.0),
            Kind::Mean => log.exp(),
        }
    }
}

/// The line through the weeks before, carried on to this one.
struct Line {
    expected: f64,
    apart: f64,
    /// Variance about the line, and its degrees of freedom.
    residual: f64,
    degrees: f64,
    /// Variance by chance alone in a week before, and in this one.
    chance: f64,
    chance_now: f64,
    /// What the variance of a prediction is of that of a week.
    widening: f64,
}

/// This week against the line.
struct Judged {
    expected: f64,
    apart: f64,
    /// Half the width of the 95% interval about what was expected.
    reach: f64,
    p: f64,
}

impl Line {
    fn of(weeks: &[Point]) -> Self {
        let count = weeks.len() - 1;
        let (before, now) = (&weeks[..count], weeks[count]);
        let mut slopes = Vec::new();
        for one in 0..count {
            for two in 0..one {
                slopes.push((before[one].log - before[two].log) / (one - two) as f64);
            }
        }
        let slope = median(&mut slopes);
        let mut heights: Vec<f64> =
            before.iter().enumerate().map(|(at, week)| week.log - slope * at as f64).collect();
        let height = median(&mut heights);
        let expected = height + slope * count as f64;
        let mut residuals: Vec<f64> = before
            .iter()
            .enumerate()
            .map(|(at, week)| (week.log - height - slope * at as f64).abs())
            .collect();
        residuals.sort_by(f64::total_cmp);
        // The largest is drawn in to the one below it.
        residuals[count - 1] = residuals[count - 2];
        let degrees = count as f64 - 3.0;
        let residual = residuals.iter().map(|one| one * one).sum::<f64>() / degrees;
        let n = count as f64;
        let middle = (n - 1.0) / 2.0;
        let spread = n * (n * n - 1.0) / 12.0;
        Self {
            expected,
            apart: now.log - expected,
            residual,
            degrees,
            chance: before.iter().map(|week| week.chance).sum::<f64>() / n,
            chance_now: now.chance,
            widening: 1.0 / n + (n - middle).powi(2) / spread,
        }
    }

    fn judge(&self, usual: f64) -> Judged {
        let prior = usual * self.chance;
        let degrees = self.degrees + PRIOR_DEGREES;
        let moderated = (self.degrees * self.residual + PRIOR_DEGREES * prior) / degrees;
        let week = moderated.max(self.chance);
        let now = week + (self.chance_now - self.chance).max(0.0);
        // Sen's line is a tenth less sure than the best one for normal weeks.
        let deviation = (now + 1.1 * week * self.widening).sqrt();
        Judged {
            expected: self.expected,
            apart: self.apart,
            reach: student::reach95(degrees) * deviation,
            p: student::two_sided(self.apart / deviation, degrees),
        }
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) { 0.5 * (values[half - 1] + values[half]) } else { values[half] }
}

fn finding(change: &Change, week: &str) -> Phrase {
    let rose = change.relative > 0.0;
    let key = match (change.what, rose) {
        (Measured::ActivePeople, true) => "growth.digest_active_up",
        (Measured::ActivePeople, false) => "growth.digest_active_down",
        (Measured::NewPeople, true) => "growth.digest_new_up",
        (Measured::NewPeople, false) => "growth.digest_new_down",
        (Measured::CameBack, true) => "growth.digest_back_up",
        (Measured::CameBack, false) => "growth.digest_back_down",
        (Measured::People, true) => "growth.digest_people_up",
        (Measured::People, false) => "growth.digest_people_down",
        (Measured::Share, true) => "growth.digest_share_up",
        (Measured::Share, false) => "growth.digest_share_down",
        (Measured::PerPerson, true) => "growth.digest_each_up",
        (Measured::PerPerson, false) => "growth.digest_each_down",
    };
    let told = |value: f64| match change.what {
        Measured::CameBack | Measured::Share => percent(value),
        Measured::PerPerson => number(value),
        _ => number(value.round()),
    };
    phrase!(key)
        .with("event", change.event.as_deref().unwrap_or_default())
        .with("week", week)
        .with("value", told(change.value))
        .with("low", told(change.expected_low))
        .with("high", told(change.expected_high))
        .with("relative", signed_percent(change.relative))
        .with("at_least", signed_percent(change.at_least))
        .with("q", probability(change.q))
}

fn chart(change: &Change, labels: &[String]) -> Chart {
    let axis = labels[labels.len() - change.weeks.len()..].to_vec();
    let name = change.event.clone().unwrap_or_else(|| "people".to_owned());
    let mut expected = vec![None; change.weeks.len()];
    if let Some(last) = expected.last_mut() {
        *last = Some(change.expected);
    }
    Chart {
        kind: ChartKind::Line,
        title: phrase!("growth.chart_digest", name = name),
        axis,
        series: vec![
            Series { name, values: change.weeks.iter().map(|value| Some(*value)).collect() },
            Series { name: "expected".to_owned(), values: expected },
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use flywheel_people::event::Event;
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{DAY, alike, cases, context, event, micros, random, states, who};

    fn digest(spec: &DigestSpec, events: &[Event], readers: i64) -> DigestReport {
        let plan = plan(spec, &context("UTC", "2026-05-13")).expect("a plan");
        let states = states(plan.folds().iter().map(AsRef::as_ref), events, readers);
        plan.finish(states).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn random_weeks_are_counted_as_by_sets() {
        for case in 0..cases() {
            let mut chance = Chance::new(12).stream("digest").stream(case);
            let events = random(&mut chance, &["a", "b", "c"], 80, 200, |_, _| json!({}));
            let spec = DigestSpec { least_people: 0, ..DigestSpec::default() };
            let plan = plan(&spec, &context("UTC", "2026-05-13")).expect("a plan");
            let state = states(plan.folds().iter().map(AsRef::as_ref), &events, 3).remove(0);
            let mut state = *state.into_any().downcast::<State>().expect("the state");
            plan.question.make_room(&mut state);
            alike(&digest(&spec, &events, 1), &digest(&spec, &events, 3))
                .expect("the same from several readers");
            let edges = &plan.question.weeks.edges;
            // Wednesday 13 May: the last whole week begins on 4 May.
            assert_eq!(edges[edges.len() - 2], micros("2026-05-04T00:00:00Z"));
            assert_eq!(edges.len(), 11);
            let people = |from: i64, to: i64, name: Option<&str>| -> BTreeSet<i64> {
                events
                    .iter()
                    .filter(|event| {
                        (from..to).contains(&event.time) && name.is_none_or(|name| name == event.event)
                    })
                    .map(|event| who(&event.distinct_id))
                    .collect()
            };
            for week in 0..edges.len() - 1 {
                let (from, to) = (edges[week], edges[week + 1]);
                let active = people(from, to, None);
                let earlier = people(i64::MIN, from, None);
                assert_eq!(state.active[week], active.len() as u64, "case {case}");
                assert_eq!(state.new[week], active.difference(&earlier).count() as u64, "case {case}");
                if week > 0 {
                    let before = people(edges[week - 1], from, None);
                    assert_eq!(
                        state.returned[week],
                        active.intersection(&before).count() as u64,
                        "case {case}"
                    );
                }
                for name in ["a", "b", "c"] {
                    let found = state.events.get(name).map_or(Week::default(), |weeks| weeks[week]);
                    assert_eq!(found.people, people(from, to, Some(name)).len() as u64, "case {case}");
                    let count = events
                        .iter()
                        .filter(|event| event.event == name && (from..to).contains(&event.time))
                        .count();
                    assert_eq!(found.count, count as f64, "case {case}");
                }
            }
        }
    }

    /// A product of some hundred people with events of very different shares, growing, its weeks a little moody.
    fn product(chance: &mut Chance, mood: f64, this_week: impl Fn(usize) -> f64) -> Vec<Event> {
        let begin = micros("2026-03-02T00:00:00Z");
        let mut events = Vec::new();
        for week in 0..10 {
            let people = 300 + 10 * week;
            let moods: Vec<f64> = (0..8).map(|_| (mood * chance.normal()).exp()).collect();
            for person in 0..people {
                // Everybody is seen, and one in two of last week's again.
                let name = format!("p{}", person + week * people / 2);
                let time = begin + (week * 7) as i64 * DAY + chance.below(7) as i64 * DAY;
                events.push(event(&name, "open", time, json!({})));
                for (which, mood) in moods.iter().enumerate() {
                    let mut share = (0.15 + 0.08 * which as f64) * mood;
                    if week == 9 {
                        share *= this_week(which);
                    }
                    if chance.coin(share.min(0.98)) {
                        events.push(event(&name, &format!("do {which}"), time + 1, json!({})));
                    }
                }
            }
        }
        events
    }

    #[test]
    fn it_is_quiet_when_nothing_changed() {
        let mut loud = 0;
        let rounds = 60;
        for round in 0..rounds {
            let mut chance = Chance::new(13).stream(round as u64);
            let mood = [0.0, 0.05, 0.15][round % 3];
            let report = digest(&DigestSpec::default(), &product(&mut chance, mood, |_| 1.0), 1);
            assert!(report.looked_at >= 18, "{}", report.looked_at);
            loud += usize::from(!report.changes.is_empty());
            if report.changes.is_empty() {
                assert_eq!(report.findings[0].key, "growth.digest_quiet");
            }
        }
        // One digest in twenty may be loud by chance: of 60 more than 8 less than once in a hundred.
        assert!(loud <= 8, "{loud} of {rounds}");
    }

    #[test]
    fn what_changed_comes_first_with_its_evidence() {
        for round in 0..5_u64 {
            let mut chance = Chance::new(14).stream(round);
            let halved = |which: usize| if which == 5 { 0.4 } else { 1.0 };
            let report = digest(&DigestSpec::default(), &product(&mut chance, 0.03, halved), 2);
            let first = report.changes.first().expect("a change");
            assert_eq!(first.event.as_deref(), Some("do 5"), "{:?}", report.findings);
            assert!(first.relative < -0.4 && first.at_least < -0.1 && first.q < 0.05, "{first:?}");
            assert!(first.expected_low < first.expected && first.expected < first.expected_high);
            assert!(!report.findings[0].en.contains('{'), "{:?}", report.findings[0]);
        }
    }

    #[test]
    fn what_was_expected_is_what_there_was_in_steady_weeks() {
        // Forty people in each of nine weeks, all of whom come back; ten in the last: 10 / 40 − 1, of both.
        let begin = micros("2026-03-02T00:00:00Z");
        let people =
            (0..10).flat_map(|week| (0..if week == 9 { 10 } else { 40 }).map(move |person| (week, person)));
        let events: Vec<Event> = people
            .map(|(week, person)| event(&format!("p{person}"), "open", begin + week * 7 * DAY, json!({})))
            .collect();
        let report = digest(&DigestSpec::default(), &events, 1);
        let told: Vec<(Measured, f64)> =
            report.changes.iter().map(|change| (change.what, change.value)).collect();
        assert_eq!(told, [(Measured::ActivePeople, 10.0), (Measured::CameBack, 0.25)]);
        for (change, expected) in report.changes.iter().zip([40.0, 1.0]) {
            assert!((change.expected - expected).abs() < 1e-9, "{change:?}");
            assert!((change.relative + 0.75).abs() < 1e-9, "{change:?}");
            assert!(
                (change.at_least - (change.value / change.expected_low - 1.0)).abs() < 1e-9,
                "{change:?}"
            );
        }
    }

    #[test]
    fn a_young_product_is_told_so() {
        let events = [event("a", "open", micros("2026-05-05T00:00:00Z"), json!({}))];
        assert_eq!(digest(&DigestSpec::default(), &events, 1).findings[0].key, "growth.digest_young");
        let wrong = plan(
            &DigestSpec { weeks: 2, week_of: Some("2026-05-12".to_owned()), ..DigestSpec::default() },
            &context("UTC", "2026-05-13"),
        );
        let places: Vec<_> = wrong
            .err()
            .expect("mistakes")
            .problems
            .iter()
            .map(|problem| problem.place.setting.clone().unwrap_or_default())
            .collect();
        assert_eq!(places, ["weeks", "week_of"]);
    }
}
