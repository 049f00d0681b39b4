//! A trend's numbers as people read them.

use flywheel_people::FoldError;
use flywheel_spec::product::command::series_text;
use flywheel_spec::product::trend::{Aggregate, Measure, TrendLine, TrendReport, TrendSeries};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Language, Phrase, Problem, phrase};
use flywheel_stats::quantile::Sorted;

use super::fold::{Line, Need, State, Trend, need};
use super::formula::Formula;
use super::{letter, name_of};
use crate::part;

/// A combination and whether it stands for all that are not told apart.
struct Shown {
    values: Vec<Option<String>>,
    rest: bool,
    /// For each series, for each half.
    lines: Vec<Vec<Line>>,
}

/// Numbers of one line, step by step and of all.
#[derive(Clone, Default)]
struct Numbers {
    values: Vec<Option<f64>>,
    whole: Option<f64>,
}

/// Makes the report and checks that it does not contradict itself.
///
/// # Errors
/// When it does: a fault of the program.
pub fn report(
    trend: &Trend,
    formulas: &[Formula],
    now: i64,
    mut state: State,
) -> Result<TrendReport, FoldError> {
    let series = trend.spec.series.len();
    let halves = trend.halves.len();
    let width = series * halves;
    if state.combinations.is_empty() {
        state.combinations.push(Vec::new());
        state.lines = vec![Line::default(); width];
    }
    check(trend, &state)?;
    let mut warnings = Vec::new();
    let shown = shown(trend, &state, &mut warnings);
    warnings.extend(numberless(trend, &shown[0]));
    let mut lines = Vec::new();
    for at in 0..series + formulas.len() {
        for combination in &shown {
            let mut numbers: Vec<Numbers> = (0..halves)
                .map(|half| {
                    if at < series {
                        series_numbers(trend, combination, at, half)
                    } else {
                        formula_numbers(trend, combination, &formulas[at - series], half)
                    }
                })
                .collect();
            for numbers in &mut numbers {
                even(trend, &mut numbers.values);
            }
            let before = if halves > 1 { numbers.pop().unwrap_or_default() } else { Numbers::default() };
            let now = numbers.pop().unwrap_or_default();
            lines.push(TrendLine {
                name: name(trend, at),
                letter: (at < series).then(|| letter(at)),
                values_of: combination.values.clone(),
                rest: combination.rest,
                values: now.values,
                whole: now.whole,
                before: before.values,
                whole_before: before.whole,
            });
        }
    }
    let first = &trend.halves[0];
    let mut report = TrendReport {
        axis: first.steps.labels.clone(),
        axis_before: trend.halves.get(1).map(|half| half.steps.labels.clone()).unwrap_or_default(),
        unfinished: first.steps.edges.last().is_some_and(|end| *end > now),
        lines,
        warnings,
        ..TrendReport::default()
    };
    report.findings = findings(trend, &report);
    report.charts = vec![chart(trend, &report)];
    Ok(report)
}

/// The series whose events are there, and none has a number where one is asked for.
fn numberless(trend: &Trend, everyone: &Shown) -> Vec<Problem> {
    let asked = trend.spec.series.iter().enumerate().filter_map(|(at, series)| {
        let property = series.property.as_ref().filter(|_| series.measure == Measure::Value)?;
        let line = everyone.lines[at].first()?;
        let numbers = match need(series) {
            Need::Bounds => line.least.iter().any(|least| least.is_finite()),
            Need::Values => line.values.iter().any(|values| !values.is_empty()),
            _ => line.count.iter().any(|count| *count > 0),
        };
        let words = phrase!(
            "trend.no_numbers",
            events = line.events,
            name = series.label(),
            property = property.name
        );
        let told = Problem::warning(words).advise(phrase!("trend.no_numbers_advice"));
        (line.events > 0 && !numbers).then(|| told.at_setting(format!("series.{at}.property")))
    });
    asked.collect()
}

fn name(trend: &Trend, at: usize) -> String {
    let series = trend.spec.series.len();
    match trend.spec.series.get(at) {
        Some(one) => {
            let alike = trend.spec.series.iter().filter(|other| other.label() == one.label()).count() > 1;
            let told = || {
                let typed = series_text(one.clone());
                typed.unwrap_or_else(|| format!("{} ({})", one.label(), letter(at)))
            };
            if alike && one.label.is_none() { told() } else { one.label().to_owned() }
        }
        None => {
            let formula = &trend.spec.formulas[at - series];
            formula.label.clone().unwrap_or_else(|| formula.formula.clone())
        }
    }
}

/// Everyone, then the combinations with most events, then the rest.
fn shown(trend: &Trend, state: &State, warnings: &mut Vec<Problem>) -> Vec<Shown> {
    let (series, halves) = (trend.spec.series.len(), trend.halves.len());
    let of = |combination: usize| -> Vec<Vec<Line>> {
        let half = |at, half| state.lines[trend.line(combination, at, half)].clone();
        (0..series).map(|at| (0..halves).map(|number| half(at, number)).collect()).collect()
    };
    let mut shown = vec![Shown { values: Vec::new(), rest: false, lines: of(0) }];
    let size = |combination: usize| {
        let events = |half: usize| -> u64 {
            (0..series).map(|at| state.lines[trend.line(combination, at, half)].events).sum()
        };
        (events(0), if halves > 1 { events(1) } else { 0 })
    };
    let mut order: Vec<usize> = (1..state.combinations.len()).collect();
    order.sort_by(|one, other| {
        let larger = size(*other).cmp(&size(*one));
        larger.then_with(|| state.combinations[*one].cmp(&state.combinations[*other]))
    });
    let rest = order.split_off((trend.spec.top as usize).min(order.len()));
    for combination in order {
        let values = state.combinations[combination].clone();
        shown.push(Shown { values, rest: false, lines: of(combination) });
    }
    if !rest.is_empty() {
        let mut lines = of(rest[0]);
        for combination in &rest[1..] {
            for (mine, more) in lines.iter_mut().flatten().zip(of(*combination).iter().flatten()) {
                mine.add(more);
            }
        }
        once(trend, state, &rest, &mut lines);
        for (at, series) in trend.spec.series.iter().enumerate() {
            let people = matches!(need(series), Need::People | Need::Active | Need::Both);
            if need(series) == Need::Each || (people && state.too_many) {
                for line in &mut lines[at] {
                    *line = Line { events: line.events, ..Line::default() };
                }
                let measure = name_of(series.measure);
                let words = phrase!("trend.rest_unknown", measure = measure, letter = letter(at));
                warnings.push(Problem::warning(words).at_setting("top"));
            }
        }
        shown.push(Shown { values: Vec::new(), rest: true, lines });
    }
    shown
}

/// People under several of the combinations that are put together count once, where they came first.
fn once(trend: &Trend, state: &State, rest: &[usize], lines: &mut [Vec<Line>]) {
    let mut together = vec![false; state.combinations.len()];
    for combination in rest {
        together[*combination] = true;
    }
    for ((series, half, pairs), count) in &state.overlaps {
        let steps: Vec<u32> =
            pairs.iter().filter(|(under, _)| together[*under as usize]).map(|(_, step)| *step).collect();
        let Some(first) = steps.iter().min().filter(|_| steps.len() > 1) else { continue };
        let line = &mut lines[*series as usize][*half as usize];
        if *first == u32::MAX {
            line.whole_people -= count * (steps.len() as u64 - 1);
            continue;
        }
        for step in &steps {
            line.people[*step as usize] -= *count as i64;
        }
        line.people[*first as usize] += *count as i64;
    }
    debug_assert!(trend.halves.len() == lines.first().map_or(0, Vec::len));
}

fn check(trend: &Trend, state: &State) -> Result<(), FoldError> {
    if trend.spec.breakdown.is_empty() {
        return Ok(());
    }
    for (at, series) in trend.spec.series.iter().enumerate() {
        for half in 0..trend.halves.len() {
            let all = &state.lines[trend.line(0, at, half)];
            let others = (1..state.combinations.len()).map(|other| &state.lines[trend.line(other, at, half)]);
            let broken = |what: &str| {
                Err(FoldError::Invariant(format!(
                    "a trend's parts don't sum to its {what} of `{}`",
                    series.label()
                )))
            };
            if others.clone().map(|line| line.events).sum::<u64>() != all.events {
                return broken("events");
            }
            for step in 0..all.count.len() {
                if others.clone().map(|line| line.count[step]).sum::<u64>() != all.count[step] {
                    return broken("counts");
                }
            }
            for step in 0..all.people.len() {
                let sum: i64 = others.clone().map(|line| line.people[step]).sum();
                let largest = others.clone().map(|line| line.people[step]).max().unwrap_or(0);
                if !trend.spec.cumulative && (sum < all.people[step] || largest > all.people[step]) {
                    return broken("people");
                }
            }
        }
    }
    Ok(())
}

fn series_numbers(trend: &Trend, shown: &Shown, at: usize, half: usize) -> Numbers {
    let series = &trend.spec.series[at];
    let line = &shown.lines[at][half];
    let steps = trend.halves[half].steps.len();
    let mut numbers = Numbers {
        values: (0..steps).map(|step| at_step(series, line, step)).collect(),
        whole: whole(series, line),
    };
    let unknown = shown.rest && line.people.is_empty() && line.count.is_empty();
    if unknown && matches!(need(series), Need::People | Need::Active | Need::Both | Need::Each) {
        numbers = Numbers { values: vec![None; steps], whole: None };
    }
    if trend.spec.cumulative {
        let mut sum = 0.0;
        for value in numbers.values.iter_mut() {
            sum += value.unwrap_or(0.0);
            *value = Some(sum);
        }
    }
    numbers
}

fn at_step(series: &TrendSeries, line: &Line, step: usize) -> Option<f64> {
    let count = line.count.get(step).copied().unwrap_or(0);
    let people = line.people.get(step).copied().unwrap_or(0);
    match need(series) {
        Need::Count => Some(count as f64),
        Need::People | Need::Active => Some(people as f64),
        Need::Both => (people > 0).then(|| count as f64 / people as f64),
        Need::Sum => together(series, line.sum.get(step).copied().unwrap_or(0.0), count),
        Need::Bounds => bound(series, line.least.get(step).copied(), line.most.get(step).copied()),
        Need::Each | Need::Values => percentile(series, line.values.get(step).map_or(&[], Vec::as_slice)),
    }
}

fn whole(series: &TrendSeries, line: &Line) -> Option<f64> {
    let count: u64 = line.count.iter().sum();
    match need(series) {
        Need::Count => Some(count as f64),
        Need::People => Some(line.whole_people as f64),
        Need::Active => None,
        Need::Both => (line.whole_people > 0).then(|| count as f64 / line.whole_people as f64),
        Need::Sum => together(series, line.sum.iter().sum(), count),
        Need::Bounds => bound(
            series,
            line.least.iter().copied().reduce(f64::min),
            line.most.iter().copied().reduce(f64::max),
        ),
        Need::Each => percentile(series, &line.whole_values),
        Need::Values => percentile(series, &line.values.concat()),
    }
}

fn together(series: &TrendSeries, sum: f64, count: u64) -> Option<f64> {
    match series.aggregate.unwrap_or_default() {
        Aggregate::Average => (count > 0).then(|| sum / count as f64),
        _ => Some(sum),
    }
}

fn bound(series: &TrendSeries, least: Option<f64>, most: Option<f64>) -> Option<f64> {
    let value = if series.aggregate == Some(Aggregate::Min) { least } else { most };
    value.filter(|value| value.is_finite())
}

fn percentile(series: &TrendSeries, values: &[f64]) -> Option<f64> {
    let sorted = Sorted::of_finite(values);
    match series.aggregate {
        Some(Aggregate::Min) => sorted.values().first().copied(),
        Some(Aggregate::Max) => sorted.values().last().copied(),
        Some(Aggregate::P75) => sorted.quantile(0.75),
        Some(Aggregate::P90) => sorted.quantile(0.9),
        Some(Aggregate::P95) => sorted.quantile(0.95),
        Some(Aggregate::P99) => sorted.quantile(0.99),
        _ => sorted.quantile(0.5),
    }
}

fn formula_numbers(trend: &Trend, shown: &Shown, formula: &Formula, half: usize) -> Numbers {
    let series: Vec<Numbers> =
        (0..trend.spec.series.len()).map(|at| series_numbers(trend, shown, at, half)).collect();
    let steps = trend.halves[half].steps.len();
    Numbers {
        values: (0..steps).map(|step| formula.of(&|at| series[at].values[step])).collect(),
        whole: formula.of(&|at| series[at].whole),
    }
}

/// Rolling average, then exponential smoothing.
fn even(trend: &Trend, values: &mut [Option<f64>]) {
    if let Some(steps) = trend.spec.rolling.filter(|steps| *steps > 1) {
        let raw = values.to_vec();
        for (at, value) in values.iter_mut().enumerate() {
            let window = &raw[(at + 1).saturating_sub(steps as usize)..=at];
            let known: Vec<f64> = window.iter().flatten().copied().collect();
            *value = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        }
    }
    if let Some(weight) = trend.spec.smoothing {
        let mut level: Option<f64> = None;
        for value in values.iter_mut().flatten() {
            let next = level.map_or(*value, |level| weight * *value + (1.0 - weight) * level);
            level = Some(next);
            *value = next;
        }
    }
}

/// A number as people read it: at most two digits after the point.
fn number(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}") } else { format!("{rounded}") }
}

fn change(before: f64, now: f64) -> Option<String> {
    (before > 0.0).then(|| format!("{:+.1}%", (now / before - 1.0) * 100.0))
}

fn combination(line: &TrendLine) -> String {
    if line.rest {
        return "…".to_owned();
    }
    let values: Vec<&str> = line.values_of.iter().map(|value| value.as_deref().unwrap_or("∅")).collect();
    values.join(" / ")
}

/// The same in both languages, where no user named all of its values.
fn combination_title(trend: &Trend, line: &TrendLine) -> Option<Phrase> {
    if line.rest {
        return part::title(None, None, true);
    }
    let values = || line.values_of.iter().zip(&trend.spec.breakdown);
    let titles: Vec<Option<Phrase>> =
        values().map(|(value, property)| part::title(Some(property), value.as_deref(), false)).collect();
    if titles.iter().all(Option::is_none) {
        return None;
    }
    let text = |language: Language| {
        let texts = titles.iter().zip(values()).map(|(title, (value, _))| match title {
            Some(title) => title.text(language),
            None => value.as_deref().unwrap_or_default(),
        });
        texts.collect::<Vec<_>>().join(" / ")
    };
    Some(Phrase { en: text(Language::En), zh: text(Language::Zh), ..Phrase::verbatim("") })
}

fn findings(trend: &Trend, report: &TrendReport) -> Vec<Phrase> {
    let mut findings = Vec::new();
    let formulas = !trend.spec.formulas.is_empty();
    let told = |line: &&TrendLine| !formulas || line.letter.is_none();
    let everyone = |line: &&TrendLine| line.values_of.is_empty() && !line.rest;
    if report.lines.iter().flat_map(|line| &line.values).flatten().all(|value| *value == 0.0) {
        let is_told = report.warnings.iter().any(|doubt| doubt.code == "trend.no_numbers");
        findings.push(if is_told { phrase!("trend.nothing_numbered") } else { phrase!("trend.nothing") });
        return findings;
    }
    for line in report.lines.iter().filter(everyone).filter(told) {
        match (line.whole, line.whole_before) {
            (Some(whole), Some(before)) if change(before, whole).is_some() => findings.push(phrase!(
                "trend.changed",
                name = line.name,
                whole = number(whole),
                before = number(before),
                change = change(before, whole).unwrap_or_default(),
            )),
            (Some(whole), _) => {
                findings.push(phrase!("trend.whole", name = line.name, whole = number(whole)));
            }
            _ => {}
        }
        findings.extend(latest(report, line));
        findings.extend(highest(report, line));
    }
    for line in report.lines.iter().filter(everyone).filter(told) {
        let mine = || report.lines.iter().filter(|part| part.name == line.name && part.letter == line.letter);
        let parts = || mine().filter(|part| !part.values_of.is_empty() && part.whole.is_some());
        let largest = parts().rev().max_by(|one, other| compare(one.whole, other.whole));
        let additive = line.letter.as_ref().is_some_and(|letter| {
            trend.spec.series.iter().enumerate().any(|(at, series)| {
                *letter == super::letter(at) && matches!(series.measure, Measure::Total | Measure::People)
            })
        });
        if let (Some(part), Some(all)) = (largest.filter(|_| additive), line.whole.filter(|all| *all > 0.0)) {
            let whole = part.whole.unwrap_or(0.0);
            findings.push(phrase!(
                "trend.largest",
                name = line.name,
                value = combination(part),
                whole = number(whole),
                share = crate::intervals::percent(whole / all),
            ));
        }
        let moved = |part: &&TrendLine| {
            part.whole.zip(part.whole_before).map_or(0.0, |(now, before)| (now - before).abs())
        };
        let most = parts().rev().max_by(|one, other| moved(one).total_cmp(&moved(other)));
        if let Some(part) = most.filter(|part| moved(part) > 0.0) {
            let (now, before) = (part.whole.unwrap_or(0.0), part.whole_before.unwrap_or(0.0));
            findings.push(phrase!(
                "trend.moved_most",
                name = line.name,
                value = combination(part),
                change = change(before, now).unwrap_or_else(|| format!("+{}", number(now - before))),
                before = number(before),
                whole = number(now),
            ));
        }
    }
    if findings.is_empty() {
        findings.push(phrase!("trend.no_value"));
    }
    if report.unfinished {
        findings.push(phrase!("trend.unfinished"));
    }
    findings
}

fn compare(one: Option<f64>, other: Option<f64>) -> std::cmp::Ordering {
    one.unwrap_or(f64::NEG_INFINITY).total_cmp(&other.unwrap_or(f64::NEG_INFINITY))
}

/// The last step that is over against the one before it.
fn latest(report: &TrendReport, line: &TrendLine) -> Option<Phrase> {
    let last = line.values.len().checked_sub(1 + usize::from(report.unfinished))?;
    let now = line.values.get(last).copied().flatten()?;
    let before = line.values.get(last.checked_sub(1)?).copied().flatten()?;
    let change = change(before, now)?;
    let label = &report.axis[last];
    Some(phrase!("trend.latest", name = line.name, label = label, value = number(now), change = change))
}

/// The step with the greatest number, of equal ones the first.
fn highest(report: &TrendReport, line: &TrendLine) -> Option<Phrase> {
    let steps = line.values.iter().zip(&report.axis).rev();
    let (value, label) = steps.max_by(|one, other| compare(*one.0, *other.0))?;
    let value = value.filter(|_| line.values.len() > 1)?;
    Some(phrase!("trend.highest", name = line.name, label = label, value = number(value)))
}

/// The first and the last step.
fn ends(axis: &[String]) -> String {
    match axis {
        [] => "…".to_owned(),
        [only] => only.clone(),
        [first, .., last] => format!("{first} … {last}"),
    }
}

fn chart(trend: &Trend, report: &TrendReport) -> Chart {
    let formulas = !trend.spec.formulas.is_empty();
    let broken = !trend.spec.breakdown.is_empty();
    let mut series = Vec::new();
    for line in &report.lines {
        let everyone = line.values_of.is_empty() && !line.rest;
        if (formulas && line.letter.is_some()) || (broken && everyone) {
            continue;
        }
        let name = if everyone { line.name.clone() } else { format!("{}: {}", line.name, combination(line)) };
        let title = combination_title(trend, line)
            .map(|part| phrase!("chart.part", name = line.name).with_phrase("part", &part));
        series.push(Series { name: name.clone(), title: title.clone(), values: line.values.clone() });
        if !line.before.is_empty() {
            let mut values = line.before.clone();
            values.resize(report.axis.len(), None);
            // A series has one name in every language: what tells it apart is when it was.
            let when = ends(&report.axis_before);
            let title = title.map(|title| phrase!("chart.earlier", when = when).with_phrase("name", &title));
            series.push(Series { name: format!("{name} ({when})"), title, values });
        }
    }
    Chart {
        kind: ChartKind::Line,
        title: phrase!("trend.chart"),
        axis: report.axis.clone(),
        axis_titles: Vec::new(),
        series,
    }
}
