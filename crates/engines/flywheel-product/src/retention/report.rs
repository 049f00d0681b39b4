//! The grid told: shares with their intervals, averages, and what stands out.

use flywheel_people::FoldError;
use flywheel_spec::product::retention::{
    RetentionAverage, RetentionCell, RetentionCohort, RetentionGrid, RetentionReport, RetentionSpec,
};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_stats::Interval;
use flywheel_stats::share::wilson;

use super::fold::{Grid, Retention, State, add};
use crate::intervals::{percent, share, unit_word};
use crate::part;

/// The report, its invariants checked.
pub fn report(
    spec: &RetentionSpec,
    question: &Retention,
    state: State,
) -> Result<RetentionReport, FoldError> {
    let rows = question.intervals.len();
    let empty = Grid { value: None, sizes: vec![0; rows], cells: vec![0; rows * question.width] };
    let mut all = empty.clone();
    state.grids.iter().for_each(|grid| add(&mut all, grid));
    let overall = told(question, &all, false);
    let mut by_value = Vec::new();
    if spec.breakdown.is_some() {
        let mut grids = state.grids;
        let people = |grid: &Grid| grid.sizes.iter().sum::<u64>();
        grids.sort_by(|one, other| people(other).cmp(&people(one)).then_with(|| one.value.cmp(&other.value)));
        let most = spec.breakdown_most as usize;
        by_value.extend(grids.iter().take(most).map(|grid| told(question, grid, false)));
        if grids.len() > most {
            let mut rest = empty;
            grids[most..].iter().for_each(|grid| add(&mut rest, grid));
            by_value.push(told(question, &rest, true));
        }
    }
    check(spec, &overall, &by_value)?;
    Ok(RetentionReport {
        findings: findings(spec, &overall, &by_value),
        charts: charts(spec, &overall, &by_value),
        warnings: warnings(spec, &overall),
        overall,
        by_value,
    })
}

fn told(question: &Retention, grid: &Grid, rest: bool) -> RetentionGrid {
    let cohorts: Vec<RetentionCohort> = (0..question.intervals.len())
        .map(|row| {
            let size = grid.sizes[row];
            let cells = (0..question.columns(row)).map(|after| {
                let people = grid.cells[row * question.width + after];
                let ends = ends(people, size);
                RetentionCell {
                    people,
                    share: share(people, size),
                    low: ends.map(|ends| ends.low),
                    high: ends.map(|ends| ends.high),
                    complete: question.complete(row, after),
                }
            });
            RetentionCohort { label: question.intervals.labels[row].clone(), size, cells: cells.collect() }
        })
        .collect();
    let average = (0..question.width).map(|after| average(&cohorts, after)).collect();
    RetentionGrid { value: grid.value.clone(), rest, cohorts, average }
}

fn ends(people: u64, size: u64) -> Option<Interval> {
    wilson(people as f64, size as f64)
}

fn average(cohorts: &[RetentionCohort], after: usize) -> RetentionAverage {
    let complete = cohorts.iter().filter_map(|cohort| {
        let cell = cohort.cells.get(after).filter(|cell| cell.complete && cohort.size > 0)?;
        Some((cohort.size, cell.people))
    });
    let (mut count, mut size, mut people, mut shares) = (0_u32, 0, 0, 0.0);
    for (began, back) in complete {
        count += 1;
        size += began;
        people += back;
        shares += back as f64 / began as f64;
    }
    let ends = ends(people, size);
    RetentionAverage {
        after: after as u32,
        cohorts: count,
        size,
        people,
        share: share(people, size),
        low: ends.map(|ends| ends.low),
        high: ends.map(|ends| ends.high),
        mean: (count > 0).then(|| shares / f64::from(count)),
    }
}

fn check(spec: &RetentionSpec, overall: &RetentionGrid, by_value: &[RetentionGrid]) -> Result<(), FoldError> {
    let wrong = |what: &str| Err(FoldError::Invariant(format!("retention: {what}")));
    for (row, cohort) in overall.cohorts.iter().enumerate() {
        if cohort.cells.first().is_none_or(|cell| cell.people != cohort.size) {
            return wrong("not everybody is there at the beginning");
        }
        if cohort.cells.iter().any(|cell| cell.people > cohort.size) {
            return wrong("more people came back than began");
        }
        if spec.or_later && cohort.cells.windows(2).any(|pair| pair[1].people > pair[0].people) {
            return wrong("more people came back later than earlier or later");
        }
        if by_value.is_empty() {
            continue;
        }
        for (after, cell) in cohort.cells.iter().enumerate() {
            let parts: u64 = by_value.iter().map(|grid| grid.cohorts[row].cells[after].people).sum();
            if parts != cell.people {
                return wrong("the breakdown's parts do not sum to the whole");
            }
        }
    }
    Ok(())
}

fn findings(spec: &RetentionSpec, overall: &RetentionGrid, by_value: &[RetentionGrid]) -> Vec<Phrase> {
    let began: u64 = overall.cohorts.iter().map(|cohort| cohort.size).sum();
    if began == 0 {
        return vec![phrase!("following.nobody_began")];
    }
    let unit = unit_word(spec.interval);
    let mut findings = Vec::new();
    if let Some(next) = overall.average.get(1).filter(|average| average.size > 0)
        && let (Some(share), Some(low), Some(high)) = (next.share, next.low, next.high)
    {
        let key =
            if spec.or_later { "following.retention_next_or_later" } else { "following.retention_next" };
        findings.push(
            phrase!(
                key,
                share = percent(share),
                low = percent(low),
                high = percent(high),
                people = next.people,
                size = next.size,
                cohorts = next.cohorts
            )
            .with_phrase("unit", &unit),
        );
    }
    let last = overall.average.iter().rev().find(|average| average.after > 1 && average.size > 0);
    if let Some(last) = last
        && let (Some(share), Some(low), Some(high)) = (last.share, last.low, last.high)
    {
        findings.push(
            phrase!(
                "following.retention_last",
                after = last.after,
                share = percent(share),
                low = percent(low),
                high = percent(high)
            )
            .with_phrase("unit", &unit),
        );
    }
    findings.extend(newest(overall).map(|finding| finding.with_phrase("unit", &unit)));
    findings.extend(furthest_apart(by_value).map(|finding| finding.with_phrase("unit", &unit)));
    if findings.is_empty() {
        findings.push(phrase!("following.retention_too_early", began = began));
    }
    findings
}

/// The newest complete cohort against those before, where their intervals do not touch.
fn newest(overall: &RetentionGrid) -> Option<Phrase> {
    let mut complete = overall.cohorts.iter().rev().filter_map(|cohort| {
        let cell = cohort.cells.get(1).filter(|cell| cell.complete && cohort.size > 0)?;
        Some((cohort, cell))
    });
    let (cohort, cell) = complete.next()?;
    let (size, people) =
        complete.fold((0, 0), |(size, people), (cohort, cell)| (size + cohort.size, people + cell.people));
    let before = ends(people, size)?;
    let (low, high) = (cell.low?, cell.high?);
    let key = if low > before.high {
        "following.retention_better"
    } else if high < before.low {
        "following.retention_worse"
    } else {
        return None;
    };
    let before = percent(people as f64 / size as f64);
    Some(phrase!(key, cohort = cohort.label, share = percent(cell.share?), before = before))
}

/// The values of the breakdown that keep most and fewest, where their intervals do not touch.
fn furthest_apart(by_value: &[RetentionGrid]) -> Option<Phrase> {
    let next = |grid: &RetentionGrid| grid.average.get(1).copied().filter(|average| average.size > 0);
    let known = by_value.iter().filter(|grid| !grid.rest).filter_map(|grid| Some((grid, next(grid)?)));
    let mut known: Vec<(&RetentionGrid, RetentionAverage)> = known.collect();
    known.sort_by(|(_, one), (_, other)| other.share.unwrap_or(0.0).total_cmp(&one.share.unwrap_or(0.0)));
    let ((best, most), (worst, least)) = (known.first()?, known.last()?);
    if most.low? <= least.high? {
        return None;
    }
    let name = |grid: &RetentionGrid| grid.value.as_deref().unwrap_or("–").to_owned();
    Some(phrase!(
        "following.retention_apart",
        best = name(best),
        most = percent(most.share?),
        worst = name(worst),
        least = percent(least.share?)
    ))
}

fn charts(spec: &RetentionSpec, overall: &RetentionGrid, by_value: &[RetentionGrid]) -> Vec<Chart> {
    let axis: Vec<String> = (0..overall.average.len()).map(|after| after.to_string()).collect();
    let row = |cohort: &RetentionCohort| Series {
        name: cohort.label.clone(),
        title: None,
        values: (0..axis.len()).map(|after| cohort.cells.get(after).and_then(|cell| cell.share)).collect(),
    };
    let curve = |grid: &RetentionGrid| Series {
        name: if grid.rest {
            "…".to_owned()
        } else {
            grid.value.clone().unwrap_or_else(|| "–".to_owned())
        },
        title: part::title(spec.breakdown.as_ref(), grid.value.as_deref(), grid.rest),
        values: grid.average.iter().map(|average| average.share).collect(),
    };
    let curves = if by_value.is_empty() {
        vec![Series { name: "*".to_owned(), title: Some(phrase!("chart.all")), ..curve(overall) }]
    } else {
        by_value.iter().map(curve).collect()
    };
    vec![
        Chart {
            kind: ChartKind::Heatmap,
            title: phrase!("following.retention_grid"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: overall.cohorts.iter().map(row).collect(),
        },
        Chart {
            kind: ChartKind::Line,
            title: phrase!("following.retention_curve"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: curves,
        },
    ]
}

fn warnings(spec: &RetentionSpec, overall: &RetentionGrid) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let open = overall.cohorts.iter().flat_map(|cohort| &cohort.cells).filter(|cell| !cell.complete).count();
    if open > 0 {
        warnings.push(Problem::warning(phrase!("following.retention_open", cells = open)));
    }
    if spec.or_later {
        warnings.push(Problem::warning(phrase!("following.retention_or_later")));
    }
    warnings
}
