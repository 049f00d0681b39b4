//! What moved further than weeks do by chance, in order of what matters, and how that is said.

use flywheel_spec::product::digest::{Change, Measured};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, phrase};
use flywheel_stats::correction::benjamini_hochberg;

use super::DigestPlan;
use super::line::{Judged, Line};
use super::number::Number;
use crate::figures::{number, percent, probability, signed_percent};

impl DigestPlan {
    pub(super) fn changes(&self, numbers: Vec<Number>) -> Vec<Change> {
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

pub(super) fn finding(change: &Change, week: &str) -> Phrase {
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

pub(super) fn chart(change: &Change, labels: &[String]) -> Chart {
    let axis = labels[labels.len() - change.weeks.len()..].to_vec();
    let people = change.event.is_none().then(|| match change.what {
        Measured::NewPeople => phrase!("chart.new_people"),
        Measured::CameBack => phrase!("chart.came_back"),
        _ => phrase!("chart.active_people"),
    });
    let name = change.event.clone().unwrap_or_else(|| "people".to_owned());
    let title = match &people {
        Some(people) => phrase!("growth.chart_digest").with_phrase("name", people),
        None => phrase!("growth.chart_digest", name = name),
    };
    let mut expected = vec![None; change.weeks.len()];
    if let Some(last) = expected.last_mut() {
        *last = Some(change.expected);
    }
    Chart {
        kind: ChartKind::Line,
        title,
        axis,
        axis_titles: Vec::new(),
        series: vec![
            Series { name, title: people, values: change.weeks.iter().map(|value| Some(*value)).collect() },
            Series::word("expected", expected),
        ],
    }
}
