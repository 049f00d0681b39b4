//! The case report: before beside after.

use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::Compared;
use flywheel_spec::feedback::case::{CaseReport, CaseSide, CaseSubject, RateRatio, Verdict};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_stats::Interval;
use flywheel_stats::interval::mover;
use flywheel_stats::rate::{poisson, rate_ratio};

use crate::figures::{number, number_with, percent_with, probability, signed_percent};
use crate::settings::Settings;

/// The rate ratios between which a theme counts as unchanged.
const SAME: (f64, f64) = (0.8, 1.25);
/// Below so many people on both sides together little can be told.
const FEW: u64 = 10;
/// Rates are told for so many active people and days.
const PEOPLE: f64 = 1000.0;
const DAYS: f64 = 30.0;

/// Compares the two sides of a release.
///
/// # Errors
/// Every side that cannot be, at once: no days, more people who spoke than messages, or than were active.
pub fn case(subject: &CaseSubject, before: &CaseSide, after: &CaseSide) -> Result<CaseReport, Problems> {
    check(before, after)?;
    let exposed = |side: &CaseSide| side.active_people as f64 * side.days / (PEOPLE * DAYS);
    let ratio = rate_ratio((after.people, exposed(after)), (before.people, exposed(before)));
    let mut report = CaseReport {
        subject: subject.clone(),
        before: before.clone(),
        after: after.clone(),
        rate_before: rate(before.people, exposed(before)),
        rate_after: rate(after.people, exposed(after)),
        rate_ratio: ratio.map(|found| RateRatio {
            value: found.ratio,
            low: found.low,
            high: found.high,
            p: found.p,
        }),
        against_others: against_others(before, after),
        returning: made_good(before.returning.as_ref(), after.returning.as_ref()),
        paying: made_good(before.paying.as_ref(), after.paying.as_ref()),
        mood: before.mood.zip(after.mood).map(|(before, after)| minus(&after, &before)),
        ..CaseReport::default()
    };
    report.verdict = verdict(&report);
    report.findings = findings(&report);
    report.caveats = caveats(&report);
    report.warnings = warnings(&report);
    report.charts = charts(&report);
    Ok(report)
}

fn check(before: &CaseSide, after: &CaseSide) -> Result<(), Problems> {
    let mut settings = Settings::default();
    for (name, side) in [("before", before), ("after", after)] {
        let place = |part: &str| format!("{name}.{part}");
        settings.need(side.days > 0.0 && side.days.is_finite(), &place("days"), || {
            phrase!("opportunity.case_days", found = side.days)
        });
        settings.need(side.people <= side.voices, &place("voices"), || {
            phrase!("opportunity.case_voices", voices = side.voices, people = side.people)
        });
        settings.need(side.people <= side.active_people, &place("active_people"), || {
            phrase!("opportunity.case_active", active = side.active_people, people = side.people)
        });
    }
    settings.settle(())
}

fn rate(people: u64, exposed: f64) -> Option<Estimate> {
    let interval = poisson(people);
    (exposed > 0.0).then(|| Estimate {
        value: people as f64 / exposed,
        low: interval.low / exposed,
        high: interval.high / exposed,
    })
}

/// `(theme after / theme before) / (others after / others before)`, on the logarithm; half a person stands for none, as Haldane has it.
fn against_others(before: &CaseSide, after: &CaseSide) -> Option<Estimate> {
    let (others_before, others_after) = (before.other_people?, after.other_people?);
    let counts = [after.people, before.people, others_after, others_before];
    if others_before == 0 || others_after == 0 || before.people + after.people == 0 {
        return None;
    }
    let add = if counts.contains(&0) { 0.5 } else { 0.0 };
    let [a, b, c, d] = counts.map(|count| count as f64 + add);
    let centre = (a / b / (c / d)).ln();
    let reach = flywheel_stats::normal::Z95 * (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt();
    Some(Estimate { value: centre.exp(), low: (centre - reach).exp(), high: (centre + reach).exp() })
}

/// The difference to comparable people after, minus that before.
fn made_good(before: Option<&Compared>, after: Option<&Compared>) -> Option<Estimate> {
    Some(minus(&after?.difference, &before?.difference))
}

/// One independent estimate minus another, their intervals joined (MOVER).
fn minus(one: &Estimate, two: &Estimate) -> Estimate {
    let turned = Interval { low: -two.high, high: -two.low };
    let interval =
        mover(&[(1.0, one.value, Interval { low: one.low, high: one.high }), (1.0, -two.value, turned)]);
    Estimate { value: one.value - two.value, low: interval.low, high: interval.high }
}

/// What the theme's size says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Size {
    Shrank,
    Same,
    Grew,
    Unclear,
}

fn size(report: &CaseReport) -> Size {
    let Some(ratio) = &report.rate_ratio else { return Size::Unclear };
    let more_than_others = report.against_others.is_none_or(|others| others.high < 1.0);
    match (ratio.low, ratio.high) {
        // That everything was spoken of less is no success.
        (_, Some(high)) if high < 1.0 && more_than_others => Size::Shrank,
        (low, _) if low > 1.0 => Size::Grew,
        (low, Some(high)) if low > SAME.0 && high < SAME.1 => Size::Same,
        _ => Size::Unclear,
    }
}

fn verdict(report: &CaseReport) -> Verdict {
    let behaviour = [report.returning, report.paying];
    let back = behaviour.iter().flatten().any(|change| change.low > 0.0);
    let worse = behaviour.iter().flatten().any(|change| change.high < 0.0);
    let size = size(report);
    match (size, back, worse) {
        (_, _, true) | (Size::Grew, false, _) => Verdict::DidNot,
        (Size::Grew, true, _) => Verdict::Unclear,
        (Size::Shrank, ..) | (_, true, _) => Verdict::Worked,
        (Size::Same, false, _) => Verdict::DidNot,
        (Size::Unclear, false, _) => Verdict::Unclear,
    }
}

fn findings(report: &CaseReport) -> Vec<Phrase> {
    let verdict = match report.verdict {
        Verdict::Worked => "opportunity.case_worked",
        Verdict::Unclear => "opportunity.case_unclear",
        Verdict::DidNot => "opportunity.case_did_not",
    };
    let mut findings = vec![phrase!(verdict, name = report.subject.name)];
    if let (Some(ratio), Some(before), Some(after)) =
        (&report.rate_ratio, &report.rate_before, &report.rate_after)
    {
        let key = match size(report) {
            Size::Shrank => "opportunity.case_shrank",
            Size::Grew => "opportunity.case_grew",
            Size::Same => "opportunity.case_same",
            Size::Unclear => "opportunity.case_size_open",
        };
        findings.push(
            phrase!(key)
                .with("before", number(before.value))
                .with("after", number(after.value))
                .with("ratio", told(ratio))
                .with("p", probability(ratio.p)),
        );
    } else {
        findings.push(phrase!("opportunity.case_no_voices"));
    }
    if let Some(others) = &report.against_others {
        findings.push(phrase!("opportunity.case_others", ratio = number_with(others)));
    }
    for (change, keys) in [
        (&report.returning, ["return_back", "return_worse", "return_open"]),
        (&report.paying, ["pay_back", "pay_worse", "pay_open"]),
    ] {
        if let Some(change) = change {
            let key = match (change.low > 0.0, change.high < 0.0) {
                (true, _) => keys[0],
                (_, true) => keys[1],
                _ => keys[2],
            };
            findings.push(phrase!(&format!("opportunity.case_{key}"), difference = percent_with(change)));
        }
    }
    if let Some(mood) = &report.mood {
        let key = match (mood.low > 0.0, mood.high < 0.0) {
            (true, _) => "opportunity.case_mood_up",
            (_, true) => "opportunity.case_mood_down",
            _ => "opportunity.case_mood_open",
        };
        findings.push(phrase!(key, difference = number_with(mood)));
    }
    findings
}

/// A rate ratio with its interval.
pub(crate) fn told(ratio: &RateRatio) -> String {
    let number = |end: Option<f64>| end.map_or_else(|| "∞".to_owned(), number);
    format!("{} ({} … {})", number(ratio.value), number(Some(ratio.low)), number(ratio.high))
}

fn caveats(report: &CaseReport) -> Vec<Phrase> {
    let mut caveats = vec![phrase!("opportunity.caveat_cause")];
    if report.against_others.is_none() {
        caveats.push(phrase!("opportunity.caveat_others"));
    }
    if report.returning.is_none() && report.paying.is_none() {
        caveats.push(phrase!("opportunity.caveat_behaviour"));
    } else {
        caveats.push(phrase!("opportunity.caveat_who"));
    }
    caveats.push(phrase!("opportunity.caveat_regression"));
    caveats
}

fn warnings(report: &CaseReport) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let (before, after) = (&report.before, &report.after);
    if before.people + after.people < FEW {
        warnings
            .push(Problem::warning(phrase!("opportunity.case_few", people = before.people + after.people)));
    }
    let active = before.active_people.min(after.active_people) as f64;
    let change = before.active_people.max(after.active_people) as f64 / active.max(1.0) - 1.0;
    if active > 0.0 && change > 0.5 {
        warnings.push(Problem::warning(phrase!("opportunity.case_crowd", change = signed_percent(change))));
    }
    if after.days < 14.0 {
        warnings.push(Problem::warning(phrase!("opportunity.case_short", days = number(after.days))));
    }
    warnings
}

fn charts(report: &CaseReport) -> Vec<Chart> {
    let axis = vec!["before".to_owned(), "after".to_owned()];
    let axis_titles = vec![phrase!("chart.before"), phrase!("chart.after")];
    let mut charts = Vec::new();
    if let (Some(before), Some(after)) = (&report.rate_before, &report.rate_after) {
        let series = |name: &str, of: fn(&Estimate) -> f64| {
            Series::word(name, vec![Some(of(before)), Some(of(after))])
        };
        charts.push(Chart {
            kind: ChartKind::Bar,
            title: phrase!("opportunity.chart_case_rate"),
            axis: axis.clone(),
            axis_titles: axis_titles.clone(),
            series: vec![
                series("rate", |rate| rate.value),
                series("low", |rate| rate.low),
                series("high", |rate| rate.high),
            ],
        });
    }
    for (key, before, after) in [
        ("opportunity.chart_case_return", report.before.returning, report.after.returning),
        ("opportunity.chart_case_pay", report.before.paying, report.after.paying),
    ] {
        if let (Some(before), Some(after)) = (before, after) {
            let series = |name: &str, of: fn(&Compared) -> f64| {
                Series::word(name, vec![Some(of(&before)), Some(of(&after))])
            };
            charts.push(Chart {
                kind: ChartKind::Bar,
                title: phrase!(key),
                axis: axis.clone(),
                axis_titles: axis_titles.clone(),
                series: vec![
                    series("theme", |compared| compared.theme),
                    series("comparable", |compared| compared.comparable),
                ],
            });
        }
    }
    charts
}
