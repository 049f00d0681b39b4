//! The report of satisfaction: scores with their intervals, and what they have to do with staying.

use std::collections::BTreeSet;

use flywheel_people::{FoldError, Identity};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::satisfaction::{SatisfactionReport, SatisfactionStep, Score, StayingReport};
use flywheel_spec::product::{Answer, Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_stats::difference::{fisher, newcombe};
use flywheel_stats::share::wilson;

use super::{ANSWERS, BAD, GOOD, SUM, Satisfaction, State};
use crate::clustered::{Sums, cut, ratio};
use crate::figures::{number, number_with, percent, percent_with, probability};
use crate::told::{Told, invariant};

/// Surveys that a warning names.
const SURVEYS_NAMED: usize = 5;

/// People on either side from whom on it is said that a score moved.
const PEOPLE_TO_MOVE: u64 = 10;

impl Told for Satisfaction {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        self.make_room(&mut state);
        let total = self.step(String::new(), &state.scores[0].sums);
        let steps: Vec<SatisfactionStep> = self
            .steps
            .labels
            .iter()
            .zip(&state.scores[1..])
            .map(|(label, scores)| self.step(label.clone(), &scores.sums))
            .collect();
        let counted: u64 = state.answers.iter().sum();
        invariant(counted == total.answers, || {
            format!("satisfaction: {counted} of {} answers", total.answers)
        })?;
        let parts: u64 = steps.iter().map(|step| step.answers).sum();
        invariant(parts == total.answers, || format!("satisfaction: {parts} of {} in steps", total.answers))?;
        invariant(total.good + total.bad <= total.answers, || {
            "satisfaction: good and bad overlap".to_owned()
        })?;
        let staying = self.staying.as_ref().map(|_| staying_report(&state.stayed));
        let mut warnings = Vec::new();
        warnings.extend(mixed(&state.surveys));
        if state.off_scale > 0 {
            let (low, high) = (self.scale.from, self.scale.to);
            warnings.push(Problem::warning(phrase!(
                "growth.off_scale",
                count = state.off_scale,
                low = low,
                high = high
            )));
        }
        Ok(Answer::Satisfaction(SatisfactionReport {
            findings: self.findings(&total, &steps, staying.as_ref()),
            charts: charts(self, &steps, &state.answers),
            total,
            steps,
            answers: state.answers,
            staying,
            warnings,
        }))
    }
}

impl Satisfaction {
    fn step(&self, step: String, sums: &Sums) -> SatisfactionStep {
        let score = match self.score {
            Score::Nps => {
                let points =
                    sums.estimate(|sums| Some(100.0 * ratio(sums[GOOD] - sums[BAD], sums[ANSWERS])?));
                points.map(|points| as_open_as_so_few(points, sums.people, -100.0, 100.0))
            }
            Score::Csat => sums.share(GOOD, ANSWERS),
            Score::Ces => sums
                .estimate(|sums| ratio(sums[SUM], sums[ANSWERS]))
                .map(|mean| as_open_as_so_few(mean, sums.people, self.scale.from, self.scale.to)),
        };
        SatisfactionStep {
            step,
            answers: sums.sum(ANSWERS) as u64,
            people: sums.people,
            good: sums.sum(GOOD) as u64,
            bad: sums.sum(BAD) as u64,
            score,
        }
    }

    fn told(&self, score: &Estimate) -> String {
        match self.score {
            Score::Csat => percent_with(score),
            _ => number_with(score),
        }
    }

    fn findings(
        &self,
        total: &SatisfactionStep,
        steps: &[SatisfactionStep],
        staying: Option<&StayingReport>,
    ) -> Vec<Phrase> {
        let Some(score) = &total.score else { return vec![phrase!("growth.no_answers")] };
        let key = match self.score {
            Score::Nps => "growth.nps",
            Score::Csat => "growth.csat",
            Score::Ces => "growth.ces",
        };
        let mut findings = vec![
            phrase!(key)
                .with("score", self.told(score))
                .with("people", number(total.people as f64))
                .with("answers", number(total.answers as f64)),
        ];
        let scored: Vec<&SatisfactionStep> = steps.iter().filter(|step| step.people > 1).collect();
        if let [.., before, last] = scored.as_slice()
            && let (Some(old), Some(new)) = (&before.score, &last.score)
        {
            let enough = before.people.min(last.people) >= PEOPLE_TO_MOVE;
            let apart = enough && (new.low > old.high || new.high < old.low);
            let key = if apart { "growth.score_moved" } else { "growth.score_same" };
            findings.push(
                phrase!(key)
                    .with("before", &before.step)
                    .with("last", &last.step)
                    .with("old", self.told(old))
                    .with("new", self.told(new)),
            );
        }
        if let Some(staying) = staying
            && let (Some(difference), Some(p)) = (&staying.difference, staying.p)
        {
            let sure = difference.low > 0.0 || difference.high < 0.0;
            let key = match (sure, difference.value > 0.0) {
                (true, true) => "growth.stay_more",
                (true, false) => "growth.stay_less",
                (false, _) => "growth.stay_open",
            };
            let share = |stayed: u64, people: u64| percent(stayed as f64 / people as f64);
            findings.push(
                phrase!(key)
                    .with("good", share(staying.good_stayed, staying.good))
                    .with("bad", share(staying.bad_stayed, staying.bad))
                    .with("difference", percent_with(difference))
                    .with("p", probability(p)),
            );
        }
        findings
    }
}

/// The same estimate, its interval at least as wide as so few people leave open, however much of one mind they are.
///
/// Of people none of whom was met among so many there may be the share at Wilson's upper end (JASA 22, 1927), and they
/// may answer at either end of the scale. The spread of answers alone would call two equal ones certain.
pub(super) fn as_open_as_so_few(estimate: Estimate, people: u64, lowest: f64, highest: f64) -> Estimate {
    let unmet = wilson(0.0, people as f64).map_or(1.0, |share| share.high);
    let Estimate { value, low, high } = estimate;
    let low = low.min(value - unmet * (value - lowest));
    let high = high.max(value + unmet * (highest - value));
    cut(Estimate { value, low, high }, lowest, highest)
}

/// A doubt where several surveys, none of which says its kind, are counted as one.
fn mixed(surveys: &BTreeSet<String>) -> Option<Problem> {
    let first = surveys.first().filter(|_| surveys.len() > 1)?;
    let mut named: Vec<&str> = surveys.iter().take(SURVEYS_NAMED).map(String::as_str).collect();
    if surveys.len() > named.len() {
        named.push("…");
    }
    let mixed = Problem::warning(phrase!("growth.several_surveys", surveys = named.join(", ")));
    Some(mixed.advise(phrase!("growth.several_surveys_advice", survey = first)).at_setting("event"))
}

fn staying_report(stayed: &[(u64, u64); 2]) -> StayingReport {
    let [good, bad] = *stayed;
    let pair = |side: (u64, u64)| (side.1 as f64, side.0 as f64);
    let difference = newcombe(pair(good), pair(bad)).map(|interval| Estimate {
        value: good.1 as f64 / good.0 as f64 - bad.1 as f64 / bad.0 as f64,
        low: interval.low,
        high: interval.high,
    });
    StayingReport {
        good: good.0,
        good_stayed: good.1,
        bad: bad.0,
        bad_stayed: bad.1,
        difference,
        p: fisher((good.1, good.0), (bad.1, bad.0)),
    }
}

fn charts(question: &Satisfaction, steps: &[SatisfactionStep], answers: &[u64]) -> Vec<Chart> {
    let series = |name: &str, value: &dyn Fn(&SatisfactionStep) -> Option<f64>| {
        Series::word(name, steps.iter().map(value).collect())
    };
    vec![
        Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_score"),
            axis: steps.iter().map(|step| step.step.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![
                series("score", &|step| step.score.map(|score| score.value)),
                series("low", &|step| step.score.map(|score| score.low)),
                series("high", &|step| step.score.map(|score| score.high)),
            ],
        },
        Chart {
            kind: ChartKind::Bar,
            title: phrase!("growth.chart_answers"),
            axis: (0..answers.len()).map(|at| (question.scale.from + at as f64).to_string()).collect(),
            axis_titles: Vec::new(),
            series: vec![Series::word("answers", answers.iter().map(|count| Some(*count as f64)).collect())],
        },
    ]
}
