//! Which early behaviour goes with staying.

use std::collections::BTreeMap;

use flywheel_people::{Column, FoldError, Identity, NONE, PersonEvents, Question, Reading};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::activation::{ActivationReport, ActivationSpec, Behaviour};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Interval, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_stats::correction::benjamini_hochberg;
use flywheel_stats::difference::{fisher, newcombe, ratio};
use serde::{Deserialize, Serialize};

use crate::calendar::DAY_MICROS;
use crate::figures::{number_with, percent, percent_with, probability};
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned};

/// Most behaviours that are tried when none are named.
const TRIED_AT_MOST: usize = 50;

/// Fewer people than this say little.
const FEW_PEOPLE: u64 = 100;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &ActivationSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let mut settings = Settings::default();
    settings.filter("start", &spec.start);
    settings.filter("stay", &spec.stay);
    for (index, behaviour) in spec.behaviours.iter().enumerate() {
        settings.filter(&format!("behaviours.{index}"), behaviour);
    }
    settings.need(spec.behaviours.len() <= 60, "behaviours", || {
        phrase!("growth.too_many", most = 60, found = spec.behaviours.len())
    });
    settings.range("within_days", f64::from(spec.within_days), 1.0, 365.0);
    settings.range("week", f64::from(spec.week), 1.0, 104.0);
    settings.need(spec.within_days <= 7 * spec.week, "within_days", || {
        phrase!("growth.activation_overlap", days = spec.within_days, week = spec.week)
    });
    let times_fit = (1..=10).contains(&spec.times.len()) && spec.times.iter().all(|times| *times >= 1);
    settings.need(times_fit, "times", || phrase!("growth.activation_times"));
    let stretch = settings.stretch(&context.calendar, &spec.period, Interval::Day, 91);
    let mut filters: Vec<EventFilter> = Vec::new();
    let start = bit(&mut filters, &spec.start);
    let stay = bit(&mut filters, &spec.stay);
    let behaviours: Vec<(u64, String)> = spec
        .behaviours
        .iter()
        .map(|behaviour| (bit(&mut filters, behaviour), behaviour.label().to_owned()))
        .collect();
    let any = behaviours.is_empty();
    if any {
        bit(&mut filters, &EventFilter::default());
    }
    let (from, to) = stretch.unwrap_or_default();
    let mut times = spec.times.clone();
    times.sort_unstable();
    times.dedup();
    let reading = Reading {
        filters,
        columns: if any { vec![Column::Event] } else { Vec::new() },
        from: None,
        to: Some(to),
        ..Reading::default()
    };
    settings.settle(planned(Activation {
        reading,
        start,
        stay,
        behaviours,
        times,
        within: i64::from(spec.within_days) * DAY_MICROS,
        stay_from: i64::from(spec.week) * 7 * DAY_MICROS,
        week: spec.week,
        within_days: spec.within_days,
        from,
        to,
    }))
}

struct Activation {
    reading: Reading,
    start: u64,
    stay: u64,
    /// The bits and names; every event by its name when empty.
    behaviours: Vec<(u64, String)>,
    times: Vec<u32>,
    within: i64,
    stay_from: i64,
    week: u32,
    within_days: u32,
    from: i64,
    to: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    people: u64,
    stayed: u64,
    /// By number of times: people who did it so often, and those of them who stayed; one for each behaviour as it was named,
    /// of which several may be called alike.
    named: Vec<Vec<(u64, u64)>>,
    /// The same by event, where none was named.
    did: BTreeMap<String, Vec<(u64, u64)>>,
}

impl Question for Activation {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let week = 7 * DAY_MICROS;
        let Some(begin) = (0..events.len()).find(|event| events.marks[*event] & self.start != 0) else {
            return;
        };
        let begin = events.times[begin];
        if begin < self.from || begin.saturating_add(self.stay_from + week) > self.to {
            return;
        }
        let between = |from: i64, to: i64| {
            events.times.partition_point(|time| *time < from)..events.times.partition_point(|time| *time < to)
        };
        let stay_from = begin + self.stay_from;
        let stayed = between(stay_from, stay_from + week).any(|event| events.marks[event] & self.stay != 0);
        state.people += 1;
        state.stayed += u64::from(stayed);
        let early = between(begin, begin + self.within);
        self.make_room(state);
        for (did, (bit, _)) in state.named.iter_mut().zip(&self.behaviours) {
            let count = early.clone().filter(|event| events.marks[*event] & bit != 0).count();
            self.tally(did, count as u32, stayed);
        }
        if !self.behaviours.is_empty() {
            return;
        }
        let mut by_key: BTreeMap<u32, u32> = BTreeMap::new();
        for event in early {
            *by_key.entry(events.key(0, event)).or_default() += 1;
        }
        for (key, count) in by_key.into_iter().filter(|(key, _)| *key != NONE) {
            let Some(name) = events.dictionary.text(key) else { continue };
            if !state.did.contains_key(name) {
                state.did.insert(name.to_owned(), vec![(0, 0); self.times.len()]);
            }
            if let Some(did) = state.did.get_mut(name) {
                self.tally(did, count, stayed);
            }
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        self.make_room(state);
        state.people += other.people;
        state.stayed += other.stayed;
        for (mine, theirs) in state.named.iter_mut().zip(&other.named) {
            add(mine, theirs);
        }
        for (name, theirs) in other.did {
            add(state.did.entry(name).or_insert_with(|| vec![(0, 0); self.times.len()]), &theirs);
        }
    }
}

fn add(mine: &mut [(u64, u64)], theirs: &[(u64, u64)]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        mine.0 += theirs.0;
        mine.1 += theirs.1;
    }
}

impl Told for Activation {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        self.make_room(&mut state);
        let named = self.behaviours.iter().map(|(_, name)| name).zip(&state.named);
        let mut tried: Vec<(&String, &Vec<(u64, u64)>)> = named.chain(&state.did).collect();
        if self.behaviours.is_empty() {
            tried.sort_by(|one, two| two.1[0].0.cmp(&one.1[0].0).then(one.0.cmp(two.0)));
            tried.truncate(TRIED_AT_MOST);
        }
        let mut behaviours = Vec::new();
        for (event, did) in tried {
            for (times, (did, did_stayed)) in self.times.iter().zip(did) {
                let (did, did_stayed) = (*did, *did_stayed);
                invariant(did <= state.people && did_stayed <= state.stayed.min(did), || {
                    format!(
                        "activation: {did} of {} did `{event}`, {did_stayed} of them stayed",
                        state.people
                    )
                })?;
                behaviours.push(behaviour(event, *times, (did_stayed, did), (state.stayed, state.people)));
            }
        }
        // What all or nobody did cannot be tested.
        let tests: Vec<f64> = behaviours.iter().filter_map(|behaviour| behaviour.q).collect();
        let mut corrected = benjamini_hochberg(&tests).into_iter();
        for behaviour in behaviours.iter_mut().filter(|behaviour| behaviour.q.is_some()) {
            behaviour.q = corrected.next();
        }
        behaviours.sort_by(|one, two| {
            let strength = |behaviour: &Behaviour| behaviour.strength.unwrap_or(-2.0);
            strength(two)
                .total_cmp(&strength(one))
                .then(one.event.cmp(&two.event))
                .then(one.times.cmp(&two.times))
        });
        let mut warnings = Vec::new();
        if state.people > 0 && state.people < FEW_PEOPLE {
            warnings.push(Problem::warning(phrase!("growth.few_people", people = state.people)));
        }
        Ok(Answer::Activation(ActivationReport {
            findings: self.findings(&state, &behaviours),
            people: state.people,
            stayed: state.stayed,
            charts: vec![chart(&behaviours)],
            behaviours,
            warnings,
        }))
    }
}

impl Activation {
    fn make_room(&self, state: &mut State) {
        state.named.resize(self.behaviours.len(), vec![(0, 0); self.times.len()]);
    }

    /// Adds a person who did it so often.
    fn tally(&self, did: &mut [(u64, u64)], count: u32, stayed: bool) {
        for (did, _) in did.iter_mut().zip(&self.times).filter(|(_, times)| count >= **times) {
            did.0 += 1;
            did.1 += u64::from(stayed);
        }
    }

    fn findings(&self, state: &State, behaviours: &[Behaviour]) -> Vec<Phrase> {
        if state.people == 0 {
            return vec![phrase!("growth.activation_nobody", week = self.week)];
        }
        let mut findings = Vec::new();
        let sure = |behaviour: &&Behaviour| {
            behaviour.q.is_some_and(|q| q < 0.05)
                && behaviour.difference.is_some_and(|found| found.value > 0.0)
        };
        for behaviour in behaviours.iter().filter(sure).take(3) {
            let (Some(difference), Some(q)) = (&behaviour.difference, behaviour.q) else { continue };
            let lift = behaviour.lift.as_ref().map_or_else(|| "–".to_owned(), number_with);
            findings.push(phrase!(
                "growth.activation_goes_with",
                event = behaviour.event,
                times = behaviour.times,
                days = self.within_days,
                stayed = percent(behaviour.did_stayed as f64 / behaviour.did as f64),
                others = percent(behaviour.others_stayed as f64 / behaviour.others as f64),
                difference = percent_with(difference),
                lift = lift,
                q = probability(q),
            ));
        }
        if findings.is_empty() {
            findings.push(phrase!("growth.activation_nothing", tried = behaviours.len()));
        } else {
            findings.push(phrase!("growth.activation_cause"));
        }
        findings.push(phrase!(
            "growth.activation_base",
            people = state.people,
            share = percent(state.stayed as f64 / state.people as f64),
            week = self.week,
        ));
        findings
    }
}

/// One behaviour's table: those who did it so often, and all people; each with who stayed.
fn behaviour(event: &str, times: u32, did: (u64, u64), all: (u64, u64)) -> Behaviour {
    let others = (all.0 - did.0, all.1 - did.1);
    let floats = |pair: (u64, u64)| (pair.0 as f64, pair.1 as f64);
    let share = |pair: (u64, u64)| pair.0 as f64 / pair.1 as f64;
    let both = did.1 > 0 && others.1 > 0;
    let lift = if both { ratio(floats(did), floats(others)) } else { None };
    let (yes, no) = (did.1 as f64, others.1 as f64);
    let (stayed, gone) = (all.0 as f64, (all.1 - all.0) as f64);
    let spread = (yes * no * stayed * gone).sqrt();
    let table = did.0 as f64 * (others.1 - others.0) as f64 - (did.1 - did.0) as f64 * others.0 as f64;
    Behaviour {
        event: event.to_owned(),
        times,
        did: did.1,
        did_stayed: did.0,
        others: others.1,
        others_stayed: others.0,
        difference: newcombe(floats(did), floats(others)).map(|interval| Estimate {
            value: share(did) - share(others),
            low: interval.low,
            high: interval.high,
        }),
        lift: lift.map(|interval| Estimate {
            value: share(did) / share(others),
            low: interval.low,
            high: interval.high,
        }),
        strength: (spread > 0.0).then(|| table / spread),
        q: if both { fisher(did, others) } else { None },
    }
}

fn chart(behaviours: &[Behaviour]) -> Chart {
    let told: Vec<&Behaviour> = behaviours.iter().filter(|one| one.difference.is_some()).take(20).collect();
    let series = |name: &str, value: fn(&Estimate) -> f64| {
        Series::word(name, told.iter().map(|behaviour| behaviour.difference.as_ref().map(value)).collect())
    };
    Chart {
        kind: ChartKind::Bar,
        title: phrase!("growth.chart_activation"),
        axis: told.iter().map(|behaviour| format!("{} ≥ {}", behaviour.event, behaviour.times)).collect(),
        axis_titles: Vec::new(),
        series: vec![
            series("difference", |found| found.value),
            series("low", |found| found.low),
            series("high", |found| found.high),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use flywheel_people::event::Event;
    use flywheel_spec::product::QuestionSpec;
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{DAY, alike, ask, ask_spread, cases, context, event, micros, random, who};

    #[test]
    fn random_histories_give_the_tables_of_counting() {
        for case in 0..cases() {
            let mut chance = Chance::new(5).stream("activation").stream(case);
            let events = random(&mut chance, &["open", "invite", "save"], 40, 120, |_, _| json!({}));
            let context = context("UTC", "2026-04-20");
            let named = case % 2 == 0;
            let mut question = json!({
                "kind": "activation", "period": {"from": "2026-03-05", "to": "2026-04-05"}, "week": 1,
                "within_days": 5, "times": [2, 1], "stay": {"event": "open"}
            });
            if named {
                question["behaviours"] = json!([{"event": "invite"}, {"event": "save"}, {"event": "never"}]);
            }
            let question: QuestionSpec = serde_json::from_value(question).expect("a question");
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::Activation(report) = answer else { panic!() };
            let (from, to) = (micros("2026-03-05T00:00:00Z"), micros("2026-04-06T00:00:00Z"));
            let mut people: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
            for event in events.iter().filter(|event| event.time < to) {
                people.entry(who(&event.distinct_id)).or_default().push(event);
            }
            let (mut all, mut stayers) = (BTreeSet::new(), BTreeSet::new());
            let mut did: BTreeMap<(&str, u32), BTreeSet<i64>> = BTreeMap::new();
            for (person, events) in &people {
                // Without a filter of its own, anything that is read begins: here every event of these names.
                let begin = events.iter().map(|event| event.time).min().expect("one");
                if begin < from || begin + 14 * DAY > to {
                    continue;
                }
                all.insert(*person);
                let week = begin + 7 * DAY..begin + 14 * DAY;
                if events.iter().any(|event| event.event == "open" && week.contains(&event.time)) {
                    stayers.insert(*person);
                }
                for name in ["open", "invite", "save"] {
                    let count = events
                        .iter()
                        .filter(|event| event.event == name && event.time < begin + 5 * DAY)
                        .count();
                    for times in [1, 2] {
                        if count >= times as usize {
                            did.entry((name, times)).or_default().insert(*person);
                        }
                    }
                }
            }
            assert_eq!(
                (report.people, report.stayed),
                (all.len() as u64, stayers.len() as u64),
                "case {case}"
            );
            if named {
                assert_eq!(report.behaviours.len(), 6);
            }
            for found in &report.behaviours {
                let none = BTreeSet::new();
                let expected = did.get(&(found.event.as_str(), found.times)).unwrap_or(&none);
                let stayed = expected.intersection(&stayers).count() as u64;
                let counts =
                    (found.did, found.did_stayed, found.did + found.others, found.others_stayed + stayed);
                assert_eq!(
                    counts,
                    (expected.len() as u64, stayed, report.people, report.stayed),
                    "case {case}"
                );
            }
        }
    }

    #[test]
    fn behaviours_that_are_called_alike_are_counted_apart() {
        let begin = micros("2026-03-01T00:00:00Z");
        let mut events: Vec<Event> =
            ["a", "b", "c", "d"].iter().map(|name| event(name, "open", begin, json!({}))).collect();
        for (name, to) in [("a", "x"), ("b", "x"), ("c", "x"), ("c", "y")] {
            events.push(event(name, "invite", begin + DAY, json!({"to": to})));
        }
        let invites = |to: &str| json!({"event": "invite", "where": [{"property": "to", "operator": "is", "value": to}]});
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "activation", "period": {"from": "2026-02-20"}, "times": [1, 2],
            "behaviours": [invites("x"), invites("y"), {"event": "invite"}]
        }))
        .expect("a question");
        let context = context("UTC", "2026-05-01");
        let Answer::Activation(report) = ask_spread(&question, &context, &events, 3) else { panic!() };
        let told: Vec<(u32, u64)> = report.behaviours.iter().map(|found| (found.times, found.did)).collect();
        // Nobody stayed, so nothing is stronger: once and twice, each as named.
        assert_eq!(told, [(1, 3), (1, 1), (1, 3), (2, 0), (2, 0), (2, 1)]);
    }

    #[test]
    fn what_goes_with_staying_is_found_and_chance_is_not() {
        let begin = micros("2026-03-01T00:00:00Z");
        let mut chance = Chance::new(6);
        let mut events = Vec::new();
        for person in 0..600 {
            let name = format!("p{person}");
            events.push(event(&name, "open", begin, json!({})));
            let invites = chance.coin(0.4);
            if invites {
                events.push(event(&name, "invite", begin + DAY, json!({})));
            }
            if chance.coin(0.5) {
                events.push(event(&name, "look", begin + DAY, json!({})));
            }
            if chance.coin(if invites { 0.6 } else { 0.3 }) {
                events.push(event(&name, "open", begin + 30 * DAY, json!({})));
            }
        }
        let question: QuestionSpec = serde_json::from_value(
            json!({"kind": "activation", "period": {"from": "2026-02-20"}, "times": [1]}),
        )
        .expect("a question");
        let Answer::Activation(report) = ask(&question, &context("UTC", "2026-05-01"), &events) else {
            panic!()
        };
        let best = &report.behaviours[0];
        assert_eq!((best.event.as_str(), best.times), ("invite", 1));
        assert!(
            best.q.expect("a test") < 1e-6 && best.difference.expect("a difference").low > 0.15,
            "{best:?}"
        );
        let look = report.behaviours.iter().find(|found| found.event == "look").expect("look");
        assert!(look.q.expect("a test") > 0.05, "{look:?}");
        assert!(report.findings.iter().any(|finding| finding.key == "growth.activation_cause"));
    }
}
