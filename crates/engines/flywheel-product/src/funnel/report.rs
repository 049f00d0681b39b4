//! A funnel's numbers as people read them.

use flywheel_people::FoldError;
use flywheel_spec::product::funnel::{
    Attribution, ConversionAt, ConversionTimes, FunnelOrder, FunnelPart, FunnelReport, PersonAtStep,
    StepCount, TimeBin,
};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_stats::quantile::Sorted;
use flywheel_stats::share::wilson;

use super::explain::{explain, length};
use super::fold::{Funnel, State, Tally};
use super::separate::separating;
use crate::calendar::Calendar;
use crate::intervals::{percent, share};
use crate::part;

const SECOND: f64 = 1_000_000.0;

/// Makes the report and checks that it does not contradict itself.
///
/// # Errors
/// When it does: a fault of the program.
pub fn report(funnel: &Funnel, calendar: &Calendar, mut state: State) -> Result<FunnelReport, FoldError> {
    let steps = counts(funnel, &state.all);
    let mut parts = parts(funnel, std::mem::take(&mut state.parts));
    check(funnel, &state.all, &parts)?;
    for part in &mut parts {
        part.1.steps = counts(funnel, &part.0);
    }
    let parts: Vec<FunnelPart> = parts.into_iter().map(|(_, part)| part).collect();
    let mut report = FunnelReport {
        removed: state.all.removed,
        open: state.all.open,
        times: times(funnel, &state.all),
        over_time: over_time(funnel, &state.all),
        people: people(funnel, calendar, &mut state),
        explained: explain(funnel, calendar, &state.explained),
        separating: separating(funnel, &state.separated),
        steps,
        parts,
        ..FunnelReport::default()
    };
    let overlaps = funnel.spec.breakdown.as_ref().is_some_and(|breakdown| {
        matches!(breakdown.attribution, Attribution::Every | Attribution::Step { .. })
    });
    if overlaps {
        report.warnings.push(Problem::warning(phrase!("funnel.rest_overlaps")).at_setting("breakdown"));
    }
    report.findings = findings(funnel, &report);
    report.charts = charts(funnel, &report);
    Ok(report)
}

/// What a step is called in tables and charts, the same in every language; in any order it is how many are done: `2/3`.
pub fn label(funnel: &Funnel, step: usize) -> String {
    if funnel.spec.order == FunnelOrder::Unordered {
        return format!("{}/{}", step + 1, funnel.route.steps);
    }
    funnel.spec.steps[step].label().to_owned()
}

/// Sentences that name steps.
pub trait WithStep {
    /// Fills `{hole}` with a step, in each language by its own words.
    fn with_step(self, hole: &str, funnel: &Funnel, step: usize) -> Self;
}

impl WithStep for Phrase {
    fn with_step(self, hole: &str, funnel: &Funnel, step: usize) -> Self {
        if funnel.spec.order == FunnelOrder::Unordered {
            return self.with_phrase(hole, &phrase!("funnel.completed", count = step + 1));
        }
        self.with(hole, label(funnel, step))
    }
}

fn counts(funnel: &Funnel, tally: &Tally) -> Vec<StepCount> {
    let steps = funnel.route.steps;
    let did = |step: usize| tally.did.get(step).copied().unwrap_or(0);
    let mut previous = 0;
    (0..steps)
        .map(|step| {
            let optional = funnel.route.optional >> step & 1 == 1;
            let interval = (step > 0).then(|| wilson(did(step) as f64, did(previous) as f64)).flatten();
            let seconds: Vec<f64> =
                tally.times.get(step).into_iter().flatten().map(|micros| *micros as f64 / SECOND).collect();
            let of_previous = (step > 0).then(|| share(did(step), did(previous))).flatten();
            if !optional {
                previous = step;
            }
            StepCount {
                label: label(funnel, step),
                optional,
                people: did(step),
                of_first: share(did(step), did(0)),
                of_previous,
                low: interval.map(|interval| interval.low),
                high: interval.map(|interval| interval.high),
                average_seconds: average(tally.times.get(step).map_or(&[], Vec::as_slice)),
                median_seconds: Sorted::of_finite(&seconds).quantile(0.5),
            }
        })
        .collect()
}

/// The average in seconds; summed as whole microseconds, so that the order of people doesn't matter.
fn average(micros: &[i64]) -> Option<f64> {
    let sum: i128 = micros.iter().map(|micros| i128::from(*micros)).sum();
    (!micros.is_empty()).then(|| sum as f64 / micros.len() as f64 / SECOND)
}

/// The breakdown's values, most people first, the rest together.
fn parts(funnel: &Funnel, mut found: Vec<(Option<String>, Tally)>) -> Vec<(Tally, FunnelPart)> {
    let Some(breakdown) = &funnel.spec.breakdown else { return Vec::new() };
    let size = |tally: &Tally| tally.did.first().copied().unwrap_or(0);
    found.sort_by(|one, other| size(&other.1).cmp(&size(&one.1)).then_with(|| one.0.cmp(&other.0)));
    found.retain(|(_, tally)| size(tally) + tally.removed > 0);
    let rest = found.split_off((breakdown.top as usize).min(found.len()));
    let mut parts: Vec<(Tally, FunnelPart)> = found
        .into_iter()
        .map(|(value, tally)| {
            let removed = tally.removed;
            (tally, FunnelPart { value, removed, ..FunnelPart::default() })
        })
        .collect();
    if !rest.is_empty() {
        let mut pooled = Tally::default();
        for (_, tally) in &rest {
            pooled.pool(tally);
        }
        let removed = pooled.removed;
        parts.push((pooled, FunnelPart { rest: true, removed, ..FunnelPart::default() }));
    }
    parts
}

fn check(funnel: &Funnel, all: &Tally, parts: &[(Tally, FunnelPart)]) -> Result<(), FoldError> {
    let falls = |tally: &Tally| {
        let mut before = tally.did.first().copied().unwrap_or(0);
        tally.did.iter().enumerate().all(|(step, did)| {
            let falls = *did <= before;
            if funnel.route.optional >> step & 1 == 0 {
                before = *did;
            }
            falls
        })
    };
    if !falls(all) || !parts.iter().all(|(tally, _)| falls(tally)) {
        return Err(FoldError::Invariant(format!(
            "a funnel's step has more people than the one before: {:?}",
            all.did
        )));
    }
    let once = funnel
        .spec
        .breakdown
        .as_ref()
        .is_some_and(|breakdown| matches!(breakdown.attribution, Attribution::First | Attribution::Last));
    if once {
        for (step, did) in all.did.iter().enumerate() {
            let sum: u64 = parts.iter().map(|(tally, _)| tally.did.get(step).copied().unwrap_or(0)).sum();
            if sum != *did {
                return Err(FoldError::Invariant(format!(
                    "a funnel's parts sum to {sum} of {did} at step {}",
                    step + 1
                )));
            }
        }
    }
    let over = |tally: &Tally| tally.over.iter().all(|[from, to]| to <= from);
    if !over(all) || all.open > all.did.first().copied().unwrap_or(0) {
        return Err(FoldError::Invariant("more people convert than begin".to_owned()));
    }
    Ok(())
}

fn times(funnel: &Funnel, tally: &Tally) -> Option<ConversionTimes> {
    let micros = &tally.timed;
    let seconds: Vec<f64> = micros.iter().map(|micros| *micros as f64 / SECOND).collect();
    let sorted = Sorted::of_finite(&seconds);
    let (from, to) = funnel.timed;
    Some(ConversionTimes {
        from: from as u32 + 1,
        to: to as u32 + 1,
        people: micros.len() as u64,
        average_seconds: average(micros),
        median_seconds: sorted.quantile(0.5),
        p90_seconds: sorted.quantile(0.9),
        bins: bins(&sorted, funnel.spec.time_to_convert.bins),
    })
}

/// Columns as PostHog cuts them: the cube root of the number of people, at most 60, equally wide in whole seconds.
fn bins(sorted: &Sorted, asked: Option<u32>) -> Vec<TimeBin> {
    let values = sorted.values();
    let (Some(least), Some(most)) = (values.first(), values.last()) else { return Vec::new() };
    let count = asked.map_or_else(|| (values.len() as f64).cbrt().ceil().clamp(1.0, 60.0), f64::from);
    let width = ((most - least) / count).ceil();
    let width = if width > 0.0 { width } else { 60.0 };
    let begin = least.floor();
    let mut bins: Vec<TimeBin> = (0..=count as usize)
        .map(|bin| TimeBin { from_seconds: (begin + width * bin as f64) as i64, people: 0 })
        .collect();
    let last = bins.len() - 1;
    for value in values {
        let bin = (((value - begin) / width).floor() as usize).min(last);
        bins[bin].people += 1;
    }
    bins
}

fn over_time(funnel: &Funnel, tally: &Tally) -> Vec<ConversionAt> {
    let Some((steps, ..)) = &funnel.over else { return Vec::new() };
    let at = |interval: usize| tally.over.get(interval).copied().unwrap_or_default();
    let point = |(interval, label): (usize, &String)| {
        let [from, to] = at(interval);
        let bounds = wilson(to as f64, from as f64);
        ConversionAt {
            label: label.clone(),
            from,
            to,
            rate: share(to, from),
            low: bounds.map(|bounds| bounds.low),
            high: bounds.map(|bounds| bounds.high),
            open: steps.edges[interval + 1].saturating_add(funnel.route.window) > funnel.until,
        }
    };
    steps.labels.iter().enumerate().map(point).collect()
}

fn people(funnel: &Funnel, calendar: &Calendar, state: &mut State) -> Vec<PersonAtStep> {
    let most = funnel.spec.people.as_ref().map_or(0, |asked| asked.limit as usize);
    let mut people = std::mem::take(&mut state.people);
    people.sort_unstable();
    people.truncate(most);
    let shown = people.into_iter().map(|found| PersonAtStep {
        person: found.person.to_string(),
        distinct_ids: found.distinct_ids,
        reached: found.reached,
        at: calendar.zoned(found.at).timestamp().to_string(),
    });
    shown.collect()
}

fn name(value: Option<&String>) -> String {
    value.map_or_else(|| "∅".to_owned(), Clone::clone)
}

fn shown(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), percent)
}

fn findings(funnel: &Funnel, report: &FunnelReport) -> Vec<Phrase> {
    let mut findings = Vec::new();
    let (Some(first), Some(last)) = (report.steps.first(), report.steps.last()) else { return findings };
    if first.people == 0 {
        findings.push(phrase!("funnel.nobody").with_step("step", funnel, 0));
    } else {
        let bounds = wilson(last.people as f64, first.people as f64);
        let key = if funnel.spec.order == FunnelOrder::Unordered {
            "funnel.converted_unordered"
        } else {
            "funnel.converted"
        };
        findings.push(phrase!(
            key,
            converted = last.people,
            started = first.people,
            first = first.label,
            last = last.label,
            steps = report.steps.len(),
            rate = shown(last.of_first),
            low = shown(bounds.map(|bounds| bounds.low)),
            high = shown(bounds.map(|bounds| bounds.high)),
        ));
        findings.push(leaving(funnel, report));
    }
    if let Some(times) = report.times.as_ref().filter(|times| times.people > 0) {
        let takes = phrase!(
            "funnel.takes",
            median = length(times.median_seconds.unwrap_or(0.0)),
            slow = length(times.p90_seconds.unwrap_or(0.0)),
        )
        .with_step("from", funnel, times.from as usize - 1)
        .with_step("to", funnel, times.to as usize - 1);
        findings.push(takes);
    }
    if let Some(explained) = &report.explained {
        findings.extend(explained.summary.clone());
    }
    for separating in report.separating.iter().filter(|separating| separating.p.is_some_and(|p| p < 0.05)) {
        findings.push(separating.words.clone());
    }
    findings.extend(best_and_worst(funnel, report));
    findings.extend(moved(report));
    if report.removed > 0 {
        findings.push(phrase!("funnel.removed", removed = report.removed));
    }
    if report.open > 0 {
        findings.push(phrase!("funnel.open", open = report.open));
    }
    findings
}

/// Between which two steps most leave.
fn leaving(funnel: &Funnel, report: &FunnelReport) -> Phrase {
    let required: Vec<(usize, &StepCount)> =
        report.steps.iter().enumerate().filter(|(_, step)| !step.optional).collect();
    let lost = required.windows(2).map(|pair| (pair[0].1.people - pair[1].1.people, pair[0], pair[1]));
    // Of equal losses the first.
    let most = lost.rev().max_by_key(|(lost, ..)| *lost);
    match most {
        Some((left, (from, before), (to, _))) if left > 0 => {
            let rate = shown(share(left, before.people));
            phrase!("funnel.leave_most", left = left, of = before.people, rate = rate)
                .with_step("before", funnel, from)
                .with_step("step", funnel, to)
        }
        _ => phrase!("funnel.nobody_leaves"),
    }
}

/// The values that convert best and worst among those whose intervals are apart.
fn best_and_worst(funnel: &Funnel, report: &FunnelReport) -> Option<Phrase> {
    let rated: Vec<(&FunnelPart, u64, f64)> = report
        .parts
        .iter()
        .filter(|part| !part.rest)
        .filter_map(|part| {
            let started = part.steps.first()?.people;
            Some((part, started, part.steps.last()?.of_first?))
        })
        .collect();
    let best = rated.iter().rev().max_by(|one, other| one.2.total_cmp(&other.2))?;
    let worst = rated.iter().rev().min_by(|one, other| one.2.total_cmp(&other.2))?;
    let bounds = |(part, started, _): &(&FunnelPart, u64, f64)| {
        wilson(part.steps.last().map_or(0, |step| step.people) as f64, *started as f64)
    };
    if bounds(best)?.low <= bounds(worst)?.high {
        return None;
    }
    Some(phrase!(
        "funnel.part_best",
        property = funnel.spec.breakdown.as_ref().map_or("", |breakdown| breakdown.property.name.as_str()),
        best = name(best.0.value.as_ref()),
        best_rate = percent(best.2),
        best_started = best.1,
        worst = name(worst.0.value.as_ref()),
        worst_rate = percent(worst.2),
        worst_started = worst.1,
    ))
}

/// How conversion moved from the first interval to the last whose people all had their time, where it is no chance.
fn moved(report: &FunnelReport) -> Option<Phrase> {
    let mut over = report.over_time.iter().filter(|point| !point.open && point.from > 0);
    let first = over.next()?;
    let last = over.next_back()?;
    let apart = first.low? > last.high? || last.low? > first.high?;
    apart.then(|| {
        phrase!(
            "funnel.over_time",
            first = shown(first.rate),
            first_label = first.label,
            last = shown(last.rate),
            last_label = last.label,
        )
    })
}

fn charts(funnel: &Funnel, report: &FunnelReport) -> Vec<Chart> {
    let counts = |steps: &[StepCount]| steps.iter().map(|step| Some(step.people as f64)).collect();
    let all =
        |values: Vec<Option<f64>>| Series { name: "*".to_owned(), title: Some(phrase!("chart.all")), values };
    let property = funnel.spec.breakdown.as_ref().map(|breakdown| &breakdown.property);
    let mut series: Vec<Series> = report
        .parts
        .iter()
        .map(|part| Series {
            name: if part.rest { "…".to_owned() } else { name(part.value.as_ref()) },
            title: part::title(property, part.value.as_deref(), part.rest),
            values: counts(&part.steps),
        })
        .collect();
    if series.is_empty() {
        series.push(all(counts(&report.steps)));
    }
    let mut charts = vec![Chart {
        kind: ChartKind::Funnel,
        title: phrase!("funnel.chart_steps"),
        axis: report.steps.iter().map(|step| step.label.clone()).collect(),
        axis_titles: Vec::new(),
        series,
    }];
    if let Some(times) = report.times.as_ref().filter(|times| !times.bins.is_empty()) {
        charts.push(Chart {
            kind: ChartKind::Bar,
            title: phrase!("funnel.chart_times")
                .with_step("from", funnel, times.from as usize - 1)
                .with_step("to", funnel, times.to as usize - 1),
            axis: times.bins.iter().map(|bin| length(bin.from_seconds as f64)).collect(),
            axis_titles: Vec::new(),
            series: vec![all(times.bins.iter().map(|bin| Some(bin.people as f64)).collect())],
        });
    }
    if !report.over_time.is_empty() {
        charts.push(Chart {
            kind: ChartKind::Line,
            title: phrase!("funnel.chart_over_time"),
            axis: report.over_time.iter().map(|point| point.label.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![all(report.over_time.iter().map(|point| point.rate).collect())],
        });
    }
    charts
}
