//! The report: each theme's people beside comparable ones, in numbers and in words.

use flywheel_people::FoldError;
use flywheel_spec::feedback::behaviour::{ActivityChange, BehaviourReport, Compared, ThemeBehaviour};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_stats::correction::benjamini_hochberg;

use super::fold::{Behaviour, Counted, State, Theme};
use super::strata::Matched;
use crate::figures::{number, number_with, percent, percent_with, probability};
use crate::told::invariant;

/// Below so many compared people a theme's behaviour is called little.
const FEW: u64 = 20;

/// The report of the merged state.
///
/// # Errors
/// When a number contradicts another: a fault of the program.
pub(crate) fn report(question: &Behaviour, state: &State) -> Result<BehaviourReport, FoldError> {
    let nobody = Counted::default();
    let mut report = BehaviourReport::default();
    for (at, theme) in question.themes.iter().enumerate() {
        let told = told(question, theme, state.themes.get(at).unwrap_or(&nobody));
        check(&told)?;
        report.themes.push(told);
    }
    correct(&mut report.themes);
    report.findings = findings(&report.themes);
    report.warnings = warnings(&report.themes);
    report.charts = charts(&report.themes);
    Ok(report)
}

fn told(question: &Behaviour, theme: &Theme, counted: &Counted) -> ThemeBehaviour {
    let matched = Matched::of(counted);
    let (before, after) = (7.0 / f64::from(question.before_days), 7.0 / f64::from(question.after_days));
    let valued = question.pays && question.value.is_some();
    ThemeBehaviour {
        theme: theme.id.clone(),
        name: theme.name.clone(),
        spoke: theme.spoke,
        people: counted.people,
        too_recent: counted.too_recent,
        unmatched: matched.unmatched,
        matched: matched.people,
        matched_coarsely: matched.coarsely,
        comparable: matched.comparable,
        comparable_effective: matched.effective(),
        returning: matched.share(|cell| cell.returned),
        active: matched.mean(|cell| cell.change(0.0, after)),
        leaving: matched.share(|cell| cell.left),
        paying: if question.pays { matched.share(|cell| cell.paid) } else { None },
        revenue: if valued { matched.mean(|cell| cell.revenue()) } else { None },
        activity: activity(&matched, before, after),
    }
}

fn activity(matched: &Matched, before: f64, after: f64) -> Option<ActivityChange> {
    let was = matched.mean(|cell| (before * cell.days_before as f64, 0.0))?;
    let is = matched.mean(|cell| (after * cell.days_after as f64, 0.0))?;
    let change = matched.mean(|cell| cell.change(before, after))?;
    Some(ActivityChange {
        theme_before: was.theme,
        theme_after: is.theme,
        comparable_before: was.comparable,
        comparable_after: is.comparable,
        difference: change.difference,
    })
}

fn check(theme: &ThemeBehaviour) -> Result<(), FoldError> {
    invariant(theme.people == theme.too_recent + theme.unmatched + theme.matched, || {
        format!("behaviour: {} people of {} are not the sum of their parts", theme.people, theme.theme)
    })?;
    for compared in [theme.returning, theme.leaving, theme.paying].iter().flatten() {
        let shares = [compared.theme, compared.comparable];
        let inside = shares.iter().all(|share| (-1e-9..=1.0 + 1e-9).contains(share));
        let difference = &compared.difference;
        let holds = difference.low <= difference.value && difference.value <= difference.high;
        invariant(inside && holds, || format!("behaviour: {compared:?} of {}", theme.theme))?;
    }
    Ok(())
}

/// Corrects every probability for all that were looked at.
fn correct(themes: &mut [ThemeBehaviour]) {
    let mut compared: Vec<&mut Compared> = themes
        .iter_mut()
        .flat_map(|theme| {
            let shares = [&mut theme.returning, &mut theme.leaving, &mut theme.paying];
            shares.into_iter().chain([&mut theme.active, &mut theme.revenue]).flatten()
        })
        .filter(|compared| compared.p.is_some())
        .collect();
    let found: Vec<f64> = compared.iter().filter_map(|compared| compared.p).collect();
    for (compared, q) in compared.iter_mut().zip(benjamini_hochberg(&found)) {
        compared.q = Some(q);
    }
}

fn findings(themes: &[ThemeBehaviour]) -> Vec<Phrase> {
    if themes.iter().all(|theme| theme.matched == 0) {
        return vec![phrase!("opportunity.behaviour_nobody")];
    }
    let mut said: Vec<(f64, Phrase)> = Vec::new();
    for theme in themes {
        let things = [
            ("opportunity.behaviour_return", theme.returning, true),
            ("opportunity.behaviour_active", theme.active, false),
            ("opportunity.behaviour_leave", theme.leaving, true),
            ("opportunity.behaviour_pay", theme.paying, true),
            ("opportunity.behaviour_revenue", theme.revenue, false),
        ];
        for (key, compared, share) in things {
            let Some((compared, q)) = compared.and_then(|compared| Some((compared, compared.q?))) else {
                continue;
            };
            if q >= 0.05 {
                continue;
            }
            let text = |value| if share { percent(value) } else { number(value) };
            let difference =
                if share { percent_with(&compared.difference) } else { number_with(&compared.difference) };
            let phrase = phrase!(key)
                .with("theme", &theme.name)
                .with("people", theme.matched)
                .with("share", text(compared.theme))
                .with("comparable", text(compared.comparable))
                .with("difference", difference)
                .with("q", probability(q));
            said.push((q, phrase));
        }
    }
    if said.is_empty() {
        said.push((1.0, phrase!("opportunity.behaviour_even")));
    }
    said.sort_by(|one, two| one.0.total_cmp(&two.0));
    let mut findings: Vec<Phrase> = said.into_iter().map(|(_, phrase)| phrase).collect();
    findings.push(phrase!("opportunity.behaviour_cause"));
    findings
}

fn warnings(themes: &[ThemeBehaviour]) -> Vec<Problem> {
    let mut warnings = Vec::new();
    for theme in themes {
        if theme.people < theme.spoke {
            warnings.push(Problem::warning(phrase!(
                "opportunity.behaviour_unknown",
                theme = theme.name,
                people = theme.people,
                spoke = theme.spoke
            )));
        }
        let ready = theme.matched + theme.unmatched;
        if theme.unmatched > 0 && 5 * theme.unmatched >= ready {
            warnings.push(Problem::warning(phrase!(
                "opportunity.behaviour_unmatched",
                theme = theme.name,
                unmatched = theme.unmatched,
                people = ready
            )));
        }
        if theme.matched > 0 && theme.matched < FEW {
            warnings.push(Problem::warning(phrase!(
                "opportunity.behaviour_few",
                theme = theme.name,
                people = theme.matched
            )));
        }
    }
    warnings
}

fn charts(themes: &[ThemeBehaviour]) -> Vec<Chart> {
    let told: Vec<&ThemeBehaviour> = themes.iter().filter(|theme| theme.matched > 0).collect();
    let things: [(&str, fn(&ThemeBehaviour) -> Option<Compared>); 5] = [
        ("opportunity.chart_return", |theme| theme.returning),
        ("opportunity.chart_active", |theme| theme.active),
        ("opportunity.chart_leave", |theme| theme.leaving),
        ("opportunity.chart_pay", |theme| theme.paying),
        ("opportunity.chart_revenue", |theme| theme.revenue),
    ];
    let mut charts = Vec::new();
    for (key, of) in things {
        if told.iter().all(|theme| of(theme).is_none()) {
            continue;
        }
        let series = |name: &str, value: fn(&Compared) -> f64| {
            Series::word(name, told.iter().map(|theme| of(theme).as_ref().map(value)).collect())
        };
        charts.push(Chart {
            kind: ChartKind::Bar,
            title: phrase!(key),
            axis: told.iter().map(|theme| theme.name.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![
                series("theme", |compared| compared.theme),
                series("comparable", |compared| compared.comparable),
                series("difference", |compared| compared.difference.value),
                series("low", |compared| compared.difference.low),
                series("high", |compared| compared.difference.high),
            ],
        });
    }
    charts
}
