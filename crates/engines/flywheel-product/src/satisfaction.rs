//! NPS, CSAT and CES with intervals, and what they have to do with staying.

use std::collections::BTreeSet;

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::satisfaction::{
    SatisfactionReport, SatisfactionSpec, SatisfactionStep, Scale, Score, Staying, StayingReport,
};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Property, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_stats::difference::{fisher, newcombe};
use flywheel_stats::share::wilson;
use serde::{Deserialize, Serialize};

use crate::calendar::{DAY_MICROS, Steps};
use crate::clustered::{Sums, cut, ratio};
use crate::figures::{number, number_with, percent, percent_with, probability};
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned};

/// The columns of the reading; the latter two only where answers of surveys are read.
const ANSWER: usize = 0;
const KIND: usize = 1;
const SURVEY: usize = 2;

/// Surveys that a warning names.
const SURVEYS_NAMED: usize = 5;

/// People on either side from whom on it is said that a score moved.
const PEOPLE_TO_MOVE: u64 = 10;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &SatisfactionSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("event", &spec.event);
    let scale = spec.scale.unwrap_or(match spec.score {
        Score::Nps => Scale { from: 0.0, to: 10.0 },
        Score::Csat => Scale { from: 1.0, to: 5.0 },
        Score::Ces => Scale { from: 1.0, to: 7.0 },
    });
    let whole = scale.from.fract() == 0.0 && scale.to.fract() == 0.0;
    settings.need(whole && scale.to > scale.from && scale.to - scale.from <= 100.0, "scale", || {
        phrase!("growth.scale", low = scale.from, high = scale.to)
    });
    if let Some(staying) = &spec.staying {
        settings.filter("staying.event", &staying.event);
        settings.range("staying.after_days", f64::from(staying.after_days), 0.0, 3660.0);
        settings.range("staying.within_days", f64::from(staying.within_days), 1.0, 3660.0);
    }
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    let steps = settings.steps(calendar, stretch, spec.interval);
    let mut filters: Vec<EventFilter> = Vec::new();
    let answered = bit(&mut filters, &spec.event);
    let stays = spec.staying.as_ref().map_or(0, |staying| bit(&mut filters, &staying.event));
    let (from, to) = stretch.unwrap_or_default();
    let mut columns = vec![Column::Number { property: spec.answer.clone() }];
    if let Some(kind) = kind_beside(spec) {
        columns.push(Column::Text { property: kind });
        columns.push(Column::Text { property: Property::of_event("$survey_id") });
    }
    let reading = Reading { filters, columns, from: Some(from), to: Some(to), ..Reading::default() };
    settings.settle(planned(Satisfaction {
        reading,
        steps,
        score: spec.score,
        scale,
        answered,
        stays,
        staying: spec.staying.clone(),
        to,
    }))
}

/// The property beside the answer that says its question's kind: `$survey_kind_1` beside `$survey_response_1`.
///
/// None where the answers are no survey's, or where a condition chooses the survey.
fn kind_beside(spec: &SatisfactionSpec) -> Option<Property> {
    let ending = spec.answer.name.strip_prefix("$survey_response").filter(|_| spec.answer.of.is_event())?;
    let of_surveys = spec.event.event.as_deref() == Some("survey sent");
    let chosen = spec.event.conditions.iter().any(|condition| condition.property.starts_with("$survey_"));
    (of_surveys && !chosen).then(|| Property::of_event(format!("$survey_kind{ending}")))
}

struct Satisfaction {
    reading: Reading,
    steps: Steps,
    score: Score,
    scale: Scale,
    answered: u64,
    stays: u64,
    staying: Option<Staying>,
    to: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// The period, then each step.
    scores: Vec<Scores>,
    /// By answer, from the scale's lowest.
    answers: Vec<u64>,
    /// Answers that are no number of the scale.
    off_scale: u64,
    /// Surveys whose answers count and say no kind.
    surveys: BTreeSet<String>,
    /// Good and bad: people, and those who stayed.
    stayed: [(u64, u64); 2],
}

/// A person's good answers, bad answers, answers, and the answers' sum.
#[derive(Default, Clone, Serialize, Deserialize)]
struct Scores {
    sums: Sums,
}

const GOOD: usize = 0;
const BAD: usize = 1;
const ANSWERS: usize = 2;
const SUM: usize = 3;

impl Satisfaction {
    fn is_good(&self, answer: f64) -> bool {
        match self.score {
            // The upper two of eleven, of five; above the middle of seven.
            Score::Nps | Score::Csat => answer > self.scale.to - 2.0,
            Score::Ces => answer > 0.5 * (self.scale.from + self.scale.to),
        }
    }

    fn is_bad(&self, answer: f64) -> bool {
        match self.score {
            Score::Nps => answer <= self.scale.to - 4.0,
            Score::Csat | Score::Ces => answer < 0.5 * (self.scale.from + self.scale.to),
        }
    }

    fn make_room(&self, state: &mut State) {
        state.scores.resize(self.steps.len() + 1, Scores::default());
        state.answers.resize((self.scale.to - self.scale.from) as usize + 1, 0);
    }
}

impl Question for Satisfaction {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        self.make_room(state);
        let mut sums = vec![[0.0; 4]; self.steps.len() + 1];
        // The first answer; of several at one moment the lowest.
        let mut first: Option<(i64, f64)> = None;
        for event in 0..events.len() {
            if events.marks[event] & self.answered == 0 {
                continue;
            }
            let kind = events.text(KIND, event);
            if kind.is_some_and(|kind| kind != self.score.name()) {
                continue;
            }
            let time = events.times[event];
            let on_scale = |answer: &f64| (self.scale.from..=self.scale.to).contains(answer);
            let Some(answer) = events.number(ANSWER, event).filter(on_scale) else {
                state.off_scale += 1;
                continue;
            };
            if let (None, Some(survey)) = (kind, events.text(SURVEY, event))
                && !state.surveys.contains(survey)
            {
                state.surveys.insert(survey.to_owned());
            }
            state.answers[(answer - self.scale.from) as usize] += 1;
            let step = self.steps.at(time).map(|step| step + 1);
            for at in [Some(0), step].into_iter().flatten() {
                sums[at][GOOD] += f64::from(u8::from(self.is_good(answer)));
                sums[at][BAD] += f64::from(u8::from(self.is_bad(answer)));
                sums[at][ANSWERS] += 1.0;
                sums[at][SUM] += answer;
            }
            if first.is_none_or(|(moment, lowest)| time == moment && answer < lowest) {
                first = Some((time, answer));
            }
        }
        for (scores, sums) in state.scores.iter_mut().zip(&sums) {
            scores.sums.add(sums);
        }
        if let (Some(staying), Some((time, answer))) = (&self.staying, first) {
            let from = time + i64::from(staying.after_days) * DAY_MICROS;
            let until = from + i64::from(staying.within_days) * DAY_MICROS;
            let side = match (self.is_good(answer), self.is_bad(answer)) {
                (true, _) => GOOD,
                (_, true) => BAD,
                _ => return,
            };
            if until > self.to {
                return;
            }
            let later = events.times.partition_point(|moment| *moment < from);
            let stayed = (later..events.len())
                .take_while(|event| events.times[*event] < until)
                // The answer itself is no return.
                .any(|event| events.marks[event] & self.stays != 0 && events.times[event] > time);
            state.stayed[side].0 += 1;
            state.stayed[side].1 += u64::from(stayed);
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        self.make_room(state);
        for (mine, theirs) in state.scores.iter_mut().zip(&other.scores) {
            mine.sums.merge(&theirs.sums);
        }
        for (mine, theirs) in state.answers.iter_mut().zip(other.answers) {
            *mine += theirs;
        }
        state.off_scale += other.off_scale;
        state.surveys.extend(other.surveys);
        for (mine, theirs) in state.stayed.iter_mut().zip(other.stayed) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }
}

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
fn as_open_as_so_few(estimate: Estimate, people: u64, lowest: f64, highest: f64) -> Estimate {
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
    let series = |name: &str, value: &dyn Fn(&SatisfactionStep) -> Option<f64>| Series {
        name: name.to_owned(),
        values: steps.iter().map(value).collect(),
    };
    vec![
        Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_score"),
            axis: steps.iter().map(|step| step.step.clone()).collect(),
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
            series: vec![Series {
                name: "answers".to_owned(),
                values: answers.iter().map(|count| Some(*count as f64)).collect(),
            }],
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use flywheel_people::event::{Event, number_of};
    use flywheel_spec::product::QuestionSpec;
    use flywheel_stats::chance::Chance;
    use serde_json::{Value, json};

    use super::*;
    use crate::make_believe::{DAY, alike, ask, ask_spread, cases, context, event, micros, random, who};

    fn score_of(event: &Event) -> Option<f64> {
        event
            .properties
            .get("$survey_response")
            .and_then(number_of)
            .filter(|score| (0.0..=10.0).contains(score))
    }

    #[test]
    fn random_answers_score_as_by_counting() {
        for case in 0..cases() {
            let mut chance = Chance::new(4).stream("satisfaction").stream(case);
            let events = random(
                &mut chance,
                &["survey sent", "use", "use"],
                60,
                90,
                |chance, _| json!({"$survey_response": chance.below(13) as f64 - 1.0}),
            );
            let context = context("UTC", "2026-06-10");
            let question: QuestionSpec = serde_json::from_value(json!({
                "kind": "satisfaction", "period": {"from": "2026-03-01", "to": "2026-04-30"},
                "staying": {"event": {"event": "use"}, "after_days": 3, "within_days": 10}
            }))
            .expect("a question");
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::Satisfaction(report) = answer else { panic!() };
            let to = micros("2026-05-01T00:00:00Z");
            let answers: Vec<(&Event, f64)> = events
                .iter()
                .filter(|event| event.event == "survey sent" && event.time < to)
                .filter_map(|event| Some((event, score_of(event)?)))
                .collect();
            let promoters = answers.iter().filter(|(_, score)| *score >= 9.0).count() as f64;
            let detractors = answers.iter().filter(|(_, score)| *score <= 6.0).count() as f64;
            assert_eq!(report.total.answers, answers.len() as u64, "case {case}");
            let nps = (!answers.is_empty()).then(|| 100.0 * (promoters - detractors) / answers.len() as f64);
            assert!(
                match (report.total.score, nps) {
                    (Some(found), Some(nps)) => (found.value - nps).abs() < 1e-9,
                    (None, None) => true,
                    _ => false,
                },
                "case {case}"
            );
            let mut firsts: BTreeMap<i64, (i64, f64)> = BTreeMap::new();
            for (event, score) in &answers {
                let first = firsts.entry(who(&event.distinct_id)).or_insert((event.time, *score));
                if (event.time, *score) < *first {
                    *first = (event.time, *score);
                }
            }
            let mut expected = [(0, 0), (0, 0)];
            for (person, (time, score)) in firsts {
                let (from, until) = (time + 3 * DAY, time + 13 * DAY);
                let side = if score >= 9.0 {
                    0
                } else if score <= 6.0 {
                    1
                } else {
                    continue;
                };
                if until <= to {
                    expected[side].0 += 1;
                    expected[side].1 += u64::from(events.iter().any(|event| {
                        event.event == "use"
                            && who(&event.distinct_id) == person
                            && (from..until).contains(&event.time)
                    }));
                }
            }
            let staying = report.staying.expect("staying");
            let found = [(staying.good, staying.good_stayed), (staying.bad, staying.bad_stayed)];
            assert_eq!(found, expected, "case {case}");
        }
    }

    #[test]
    fn the_interval_of_a_promoter_score_is_the_known_one() {
        // 60 promoters, 20 passive, 20 detractors: 40 points; Rocks (2016): √((p + d − (p − d)²) / (n − 1)) = 8.04 points.
        let mut events = Vec::new();
        for person in 0..100 {
            let score = if person < 60 {
                10
            } else if person < 80 {
                7
            } else {
                3
            };
            let properties = json!({"$survey_response": score});
            events.push(event(
                &format!("p{person}"),
                "survey sent",
                micros("2026-03-05T00:00:00Z"),
                properties,
            ));
        }
        let question: QuestionSpec =
            serde_json::from_value(json!({"kind": "satisfaction", "period": {"from": "2026-03-01"}}))
                .expect("a question");
        let Answer::Satisfaction(report) = ask(&question, &context("UTC", "2026-03-20"), &events) else {
            panic!()
        };
        let score = report.total.score.expect("a score");
        assert!((score.value - 40.0).abs() < 1e-9);
        assert!((score.high - 40.0 - 1.96 * 8.040_3).abs() < 0.01, "{score:?}");
    }

    #[test]
    fn easy_is_above_the_middle_of_any_scale() {
        for (scale, good, bad) in [(json!({"from": 1, "to": 7}), 3, 3), (json!({"from": 1, "to": 5}), 2, 2)] {
            let to = scale["to"].as_i64().expect("a number");
            let events: Vec<Event> = (1..=to)
                .map(|answer| {
                    let properties = json!({"$survey_response": answer});
                    event(&format!("p{answer}"), "survey sent", micros("2026-03-05T00:00:00Z"), properties)
                })
                .collect();
            let question: QuestionSpec = serde_json::from_value(json!({
                "kind": "satisfaction", "score": "ces", "scale": scale, "period": {"from": "2026-03-01"}
            }))
            .expect("a question");
            let Answer::Satisfaction(report) = ask(&question, &context("UTC", "2026-03-20"), &events) else {
                panic!()
            };
            assert_eq!((report.total.good, report.total.bad), (good, bad), "1 to {to}");
        }
    }

    fn answers(answers: &[(&str, &str, Value)]) -> Vec<Event> {
        let sent = |(who, date, properties): &(&str, &str, Value)| {
            event(who, "survey sent", micros(&format!("{date}T00:00:00Z")), properties.clone())
        };
        answers.iter().map(sent).collect()
    }

    fn asked(mut question: Value, events: &[Event]) -> SatisfactionReport {
        question["kind"] = json!("satisfaction");
        let question: QuestionSpec = serde_json::from_value(question).expect("a question");
        match ask(&question, &context("UTC", "2026-07-20"), events) {
            Answer::Satisfaction(report) => report,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_score_takes_the_answers_of_its_own_kind() {
        let of = |survey: &str, kind: Option<&str>, answer: i64| {
            let mut properties = json!({"$survey_id": survey, "$survey_response": answer});
            if let Some(kind) = kind {
                properties["$survey_kind"] = json!(kind);
            }
            properties
        };
        let events = answers(&[
            ("a", "2026-03-05", of("nps", Some("nps"), 10)),
            ("b", "2026-03-05", of("csat", Some("csat"), 5)),
            ("c", "2026-03-05", of("csat", Some("csat"), 1)),
            ("d", "2026-03-05", of("why", Some("open"), 4)),
            ("e", "2026-03-05", of("old", None, 3)),
            ("f", "2026-03-05", of("older", None, 9)),
        ]);
        let period = json!({"from": "2026-03-01", "to": "2026-03-31"});
        let on = |survey: &str| {
            let condition = json!({"property": "$survey_id", "value": survey});
            json!({"event": "survey sent", "where": [condition]})
        };
        for (mut question, good, bad, off_scale, several) in [
            (json!({"score": "nps"}), 2, 1, 0, Some("old, older")),
            (json!({"score": "csat"}), 1, 1, 1, None),
            (json!({"score": "ces"}), 0, 1, 1, None),
            (json!({"score": "nps", "event": on("csat")}), 0, 2, 0, None),
            (json!({"score": "nps", "event": on("old")}), 0, 1, 0, None),
        ] {
            question["period"] = period.clone();
            let report = asked(question.clone(), &events);
            assert_eq!((report.total.good, report.total.bad), (good, bad), "{question}");
            let told = |code: &str| report.warnings.iter().find(|warning| warning.code == code);
            let surveys = told("growth.several_surveys").map(|told| told.message.args["surveys"].as_str());
            assert_eq!(surveys, several, "{question}");
            assert_eq!(told("growth.off_scale").is_some(), off_scale > 0, "{question}");
        }
    }

    #[test]
    fn few_people_of_one_mind_are_not_certain() {
        for (score, may, june) in [("nps", 10, 7), ("ces", 7, 5)] {
            let (same, moved) = ("growth.score_same", "growth.score_moved");
            for (people, key) in [(2, same), (9, same), (100, moved)] {
                let names: Vec<String> = (0..people).map(|person| format!("p{person}")).collect();
                let of = |date, answer: i64| {
                    let one = move |name: &String| (name.clone(), date, json!({"$survey_response": answer}));
                    names.iter().map(one).collect::<Vec<(String, &str, Value)>>()
                };
                let all = [of("2026-05-05", may), of("2026-06-05", june)].concat();
                let all: Vec<(&str, &str, Value)> =
                    all.iter().map(|(name, date, said)| (name.as_str(), *date, said.clone())).collect();
                let period = json!({"from": "2026-05-01", "to": "2026-06-30"});
                let report = asked(json!({"score": score, "period": period}), &answers(&all));
                assert_eq!(report.findings[1].key, key, "{score} of {people}");
                let open = report.steps[0].score.expect("a score");
                assert!(open.low < open.value && open.high == open.value, "{score} of {people}: {open:?}");
            }
        }
        // Wilson's upper end of none in two is 0.658: 100 − 0.658 × 200.
        let two = as_open_as_so_few(Estimate { value: 100.0, low: 100.0, high: 100.0 }, 2, -100.0, 100.0);
        assert!((two.low + 31.523_95).abs() < 1e-3 && two.high == 100.0, "{two:?}");
    }

    #[test]
    fn mistakes_are_told_at_once() {
        let spec: QuestionSpec = serde_json::from_value(json!({
            "kind": "satisfaction", "scale": {"from": 5, "to": 1}, "staying": {"within_days": 0}
        }))
        .expect("a question");
        let wrong = crate::plan::plan(&spec, &context("UTC", "2026-03-20")).err().expect("mistakes");
        let places: Vec<_> =
            wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
        assert_eq!(places, ["scale", "staying.within_days"]);
    }
}
