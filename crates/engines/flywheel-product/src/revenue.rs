//! Revenue as movements: new, expansion, contraction, churn; ARPU.

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading, Unit};
use flywheel_spec::product::revenue::{RevenueReport, RevenueSpec, RevenueStep};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Interval, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::clustered::{Sums, not_below_zero, ratio, share_of};
use crate::figures::{number, number_with, percent_with};
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned, same};

/// A payment covers at most so many steps.
const COVERED_AT_MOST: f64 = 120.0;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &RevenueSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("event", &spec.event);
    settings.need(spec.event.event.is_some(), "event.event", || phrase!("growth.payment_missing"));
    settings.maybe("one_off", spec.one_off.as_ref());
    settings.maybe("active", spec.active.as_ref());
    settings.need(spec.interval != Interval::Hour, "interval", || phrase!("growth.revenue_hour"));
    settings.need(spec.group.as_deref() != Some(""), "group", || phrase!("growth.name_empty"));
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    // Recurring revenue reaches into the period from payments long before it, and who is new is known from all history.
    let first = stretch.map(|(from, _)| calendar.beginning_of(from, spec.interval));
    let steps = settings.steps(calendar, stretch, spec.interval);
    let mut filters: Vec<EventFilter> = Vec::new();
    let paid = bit(&mut filters, &spec.event);
    let one_off = spec.one_off.as_ref().map_or(0, |filter| bit(&mut filters, filter));
    let active = spec.active.as_ref().map_or(0, |filter| bit(&mut filters, filter));
    let mut columns = vec![Column::Number { property: spec.amount.clone() }];
    columns.extend(spec.covers.clone().map(|property| Column::Text { property }));
    let reading = Reading {
        filters,
        columns,
        from: None,
        to: stretch.map(|(_, to)| to),
        unit: spec.group.clone().map_or(Unit::Person, |group| Unit::Group { group }),
    };
    let history = first.map_or_else(Vec::new, |first| history(calendar, first, spec.interval));
    settings.settle(planned(Revenue {
        reading,
        steps,
        history,
        paid,
        one_off,
        active,
        covers: spec.covers.is_some(),
        months: spec.interval == Interval::Month,
        now: calendar.now.as_microsecond(),
    }))
}

/// The beginnings of the steps before the period that payments may still cover it from, ascending; the last is the period's own.
fn history(calendar: &crate::Calendar, first: i64, interval: Interval) -> Vec<i64> {
    let mut edges = vec![first];
    for _ in 0..COVERED_AT_MOST as usize + 1 {
        let before = calendar.beginning_of(edges[edges.len() - 1] - 1, interval);
        edges.push(before);
    }
    edges.reverse();
    edges
}

struct Revenue {
    reading: Reading,
    steps: Steps,
    history: Vec<i64>,
    paid: u64,
    one_off: u64,
    active: u64,
    covers: bool,
    months: bool,
    now: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// The step before the period, then the period's.
    steps: Vec<Movement>,
    /// Payments without an amount that reads as a number.
    unread: u64,
    /// Payments whose cover does not read; they are taken as of one step.
    uncovered: u64,
}

#[derive(Default, Clone, Serialize, Deserialize)]
struct Movement {
    revenue: f64,
    mrr: f64,
    new: f64,
    reactivation: f64,
    expansion: f64,
    contraction: f64,
    churn: f64,
    payers: u64,
    new_payers: u64,
    reactivated_payers: u64,
    retained_payers: u64,
    churned_payers: u64,
    active: u64,
    /// Recurring revenue of a payer, and one.
    per_payer: Sums,
    /// All revenue of a person, and one for those active or paying.
    arpu: Sums,
    /// What a payer of the step before pays now, and paid then.
    kept: Sums,
}

impl Question for Revenue {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let count = self.steps.len();
        state.steps.resize(count + 1, Movement::default());
        let back = self.history.len() - 1;
        // Recurring revenue of every step from the history's first, and all revenue of the period's.
        let mut recurring = vec![0.0; back + count];
        let (mut all, mut active) = (vec![None; count], vec![false; count]);
        let (mut touched, mut long_ago) = (false, false);
        for event in 0..events.len() {
            let (time, mark) = (events.times[event], events.marks[event]);
            let step = self.steps.at(time);
            if let Some(step) = step
                && mark & self.active != 0
            {
                active[step] = true;
                touched = true;
            }
            if mark & (self.paid | self.one_off) == 0 {
                continue;
            }
            let Some(amount) = events.number(0, event).filter(|amount| amount.is_finite()) else {
                state.unread += u64::from(step.is_some());
                continue;
            };
            touched = true;
            if let Some(step) = step.filter(|_| amount != 0.0) {
                all[step] = Some(all[step].unwrap_or(0.0) + amount);
            }
            if mark & self.one_off != 0 {
                continue;
            }
            let begin = match step {
                Some(step) => back + step,
                None => match self.history.partition_point(|edge| *edge <= time) {
                    0 => {
                        long_ago |= amount > 0.0;
                        continue;
                    }
                    after => after - 1,
                },
            };
            let covered = self.covered(events, event);
            state.uncovered += u64::from(covered.is_none() && step.is_some());
            let covered = covered.unwrap_or(1);
            let each = amount / covered as f64;
            recurring.iter_mut().skip(begin).take(covered).for_each(|paid| *paid += each);
        }
        if touched {
            self.move_on(state, &recurring, back, long_ago, &all, &active);
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.steps.resize(self.steps.len() + 1, Movement::default());
        state.unread += other.unread;
        state.uncovered += other.uncovered;
        for (mine, theirs) in state.steps.iter_mut().zip(other.steps) {
            mine.revenue += theirs.revenue;
            mine.mrr += theirs.mrr;
            mine.new += theirs.new;
            mine.reactivation += theirs.reactivation;
            mine.expansion += theirs.expansion;
            mine.contraction += theirs.contraction;
            mine.churn += theirs.churn;
            mine.payers += theirs.payers;
            mine.new_payers += theirs.new_payers;
            mine.reactivated_payers += theirs.reactivated_payers;
            mine.retained_payers += theirs.retained_payers;
            mine.churned_payers += theirs.churned_payers;
            mine.active += theirs.active;
            mine.per_payer.merge(&theirs.per_payer);
            mine.arpu.merge(&theirs.arpu);
            mine.kept.merge(&theirs.kept);
        }
    }
}

impl Revenue {
    /// How many steps a payment covers; one when nothing is said, absent when what is said does not read.
    fn covered(&self, events: &PersonEvents<'_>, event: usize) -> Option<usize> {
        if !self.covers {
            return Some(1);
        }
        let Some(text) = events.text(1, event) else { return Some(1) };
        let text = text.trim().to_lowercase();
        let months = match text.as_str() {
            "month" | "monthly" if self.months => Some(1),
            "quarter" | "quarterly" if self.months => Some(3),
            "year" | "yearly" | "annual" | "annually" if self.months => Some(12),
            _ => None,
        };
        let number = || text.parse::<f64>().ok().filter(|number| (1.0..=COVERED_AT_MOST).contains(number));
        months.or_else(|| number().map(|number| number.round() as usize))
    }

    fn move_on(
        &self,
        state: &mut State,
        recurring: &[f64],
        back: usize,
        long_ago: bool,
        all: &[Option<f64>],
        active: &[bool],
    ) {
        let paying = |at: usize| recurring[at].max(0.0);
        let mut ever = long_ago || (0..back.saturating_sub(1)).any(|at| paying(at) > 0.0);
        let mut before = 0.0;
        for (told, movement) in state.steps.iter_mut().enumerate() {
            let now = paying(back + told - 1);
            if told > 0 {
                self.person_in_step(movement, all[told - 1], active[told - 1], now, before);
            }
            movement.mrr += now;
            movement.payers += u64::from(now > 0.0);
            match (before > 0.0, now > 0.0) {
                (false, true) if ever => {
                    movement.reactivation += now;
                    movement.reactivated_payers += 1;
                }
                (false, true) => {
                    movement.new += now;
                    movement.new_payers += 1;
                }
                (true, true) => {
                    movement.retained_payers += 1;
                    movement.expansion += (now - before).max(0.0);
                    movement.contraction += (before - now).max(0.0);
                }
                (true, false) => {
                    movement.churn += before;
                    movement.churned_payers += 1;
                }
                (false, false) => {}
            }
            ever |= now > 0.0;
            before = now;
        }
    }

    /// A person in a step: all that they paid in it (absent where they paid nothing), and recurring revenue now and before.
    fn person_in_step(&self, movement: &mut Movement, all: Option<f64>, active: bool, now: f64, before: f64) {
        movement.revenue += all.unwrap_or(0.0);
        movement.active += u64::from(active);
        if now > 0.0 {
            movement.per_payer.add(&[now, 1.0]);
        }
        // Who was paid back as much as they paid has paid.
        if self.active != 0 && (active || all.is_some()) {
            movement.arpu.add(&[all.unwrap_or(0.0), 1.0]);
        }
        if before > 0.0 {
            movement.kept.add(&[now, before]);
        }
    }
}

impl Told for Revenue {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        state.steps.resize(self.steps.len() + 1, Movement::default());
        let mut steps = Vec::new();
        for (index, pair) in state.steps.windows(2).enumerate() {
            let [before, now] = pair else { continue };
            let moved = now.new + now.reactivation + now.expansion - now.contraction - now.churn;
            let size = now.new + now.reactivation + now.expansion + now.contraction;
            invariant(same(now.mrr, before.mrr + moved, size), || {
                format!("revenue: {} is not {} moved by {moved}", now.mrr, before.mrr)
            })?;
            let came = now.new_payers + now.reactivated_payers;
            invariant(
                now.payers == now.retained_payers + came
                    && now.payers + now.churned_payers == before.payers + came,
                || format!("revenue: {} payers after {} do not add up", now.payers, before.payers),
            )?;
            steps.push(RevenueStep {
                step: self.steps.labels[index].clone(),
                complete: self.steps.edges[index + 1] <= self.now
                    && self.reading.to.is_none_or(|to| self.steps.edges[index + 1] <= to),
                revenue: now.revenue,
                mrr: now.mrr,
                new: now.new,
                reactivation: now.reactivation,
                expansion: now.expansion,
                contraction: now.contraction,
                churn: now.churn,
                payers: now.payers,
                new_payers: now.new_payers,
                reactivated_payers: now.reactivated_payers,
                churned_payers: now.churned_payers,
                payer_churn: share_of(now.churned_payers, before.payers),
                net_retention: now.kept.estimate(|sums| ratio(sums[0], sums[1])).map(not_below_zero),
                per_payer: now.per_payer.estimate(|sums| ratio(sums[0], sums[1])).map(not_below_zero),
                active: (self.active != 0).then_some(now.active),
                arpu: now.arpu.estimate(|sums| ratio(sums[0], sums[1])),
            });
        }
        let mut warnings = Vec::new();
        if state.unread > 0 {
            warnings.push(Problem::warning(phrase!("growth.revenue_unread", count = state.unread)));
        }
        if state.uncovered > 0 {
            warnings.push(Problem::warning(phrase!("growth.revenue_uncovered", count = state.uncovered)));
        }
        if steps.last().is_some_and(|step| !step.complete) {
            warnings.push(Problem::warning(phrase!("growth.step_open")));
        }
        let (findings, charts) = (findings(&steps), charts(&steps));
        Ok(Answer::Revenue(RevenueReport { findings, steps, charts, warnings }))
    }
}

fn findings(steps: &[RevenueStep]) -> Vec<Phrase> {
    if steps.iter().all(|step| step.revenue == 0.0 && step.mrr == 0.0) {
        return vec![phrase!("growth.revenue_none")];
    }
    let Some(last) = steps.iter().rev().find(|step| step.complete) else {
        return vec![phrase!("growth.no_step_over")];
    };
    let mut findings = vec![phrase!(
        "growth.revenue_movement",
        step = last.step,
        mrr = number(last.mrr),
        new = number(last.new),
        reactivation = number(last.reactivation),
        expansion = number(last.expansion),
        contraction = number(last.contraction),
        churn = number(last.churn),
    )];
    if let Some(kept) = &last.net_retention {
        findings.push(phrase!("growth.revenue_kept", share = percent_with(kept)));
    }
    if let Some(churn) = &last.payer_churn {
        findings.push(phrase!("growth.revenue_payer_churn", share = percent_with(churn)));
    }
    if let Some(each) = &last.per_payer {
        findings.push(phrase!(
            "growth.revenue_each",
            payers = number(last.payers as f64),
            each = number_with(each)
        ));
    }
    if let Some(arpu) = &last.arpu {
        findings.push(phrase!("growth.revenue_arpu", arpu = number_with(arpu)));
    }
    findings
}

fn charts(steps: &[RevenueStep]) -> Vec<Chart> {
    let axis: Vec<String> = steps.iter().map(|step| step.step.clone()).collect();
    let series = |name: &str, value: &dyn Fn(&RevenueStep) -> Option<f64>| Series {
        name: name.to_owned(),
        values: steps.iter().map(value).collect(),
    };
    vec![
        Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_movements"),
            axis: axis.clone(),
            series: vec![
                series("new", &|step| Some(step.new)),
                series("reactivation", &|step| Some(step.reactivation)),
                series("expansion", &|step| Some(step.expansion)),
                series("contraction", &|step| Some(0.0 - step.contraction)),
                series("churn", &|step| Some(0.0 - step.churn)),
            ],
        },
        Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_revenue"),
            axis,
            series: vec![
                series("mrr", &|step| Some(step.mrr)),
                series("revenue", &|step| Some(step.revenue)),
                series("per payer", &|step| step.per_payer.map(|each| each.value)),
            ],
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use flywheel_people::event::{Event, number_of};
    use flywheel_spec::product::QuestionSpec;
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{alike, ask, ask_spread, cases, context, event, micros, random, who};

    fn covered(event: &Event) -> usize {
        match event.properties.get("billing").and_then(|value| value.as_str()) {
            Some("yearly") => 12,
            Some("quarter") => 3,
            _ => event.properties.get("billing").and_then(number_of).map_or(1, |number| number as usize),
        }
    }

    /// Months since January 2020, in UTC.
    fn month(time: i64) -> usize {
        let moment = jiff::Timestamp::from_microsecond(time).expect("a moment");
        let date = moment.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        (i64::from(date.year()) - 2020) as usize * 12 + date.month() as usize - 1
    }

    #[test]
    fn random_payments_move_as_by_a_ledger() {
        for case in 0..cases() {
            let mut chance = Chance::new(3).stream("revenue").stream(case);
            let mut events = random(&mut chance, &["pay", "pay", "tip", "see"], 180, 50, |chance, _| {
                let billing = [json!("yearly"), json!("quarter"), json!("month"), json!(2), json!(null)];
                let amount = chance.below(30) as f64 - 3.0;
                json!({"amount": amount, "billing": chance.pick(&billing).clone()})
            });
            for event in &mut events {
                // Some long before the period.
                if chance.coin(0.15) {
                    event.time -= 500 * crate::make_believe::DAY;
                }
            }
            let question: QuestionSpec = serde_json::from_value(json!({
                "kind": "revenue", "event": {"event": "pay"}, "one_off": {"event": "tip"}, "active": {"event": "see"},
                "covers": {"name": "billing"}, "period": {"from": "2026-03-01", "to": "2026-07-31"}
            }))
            .expect("a question");
            let context = context("UTC", "2026-09-10");
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::Revenue(report) = answer else { panic!() };
            let to = micros("2026-08-01T00:00:00Z");
            let mut ledger: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for event in events.iter().filter(|event| event.event == "pay" && event.time < to) {
                let months = ledger.entry(who(&event.distinct_id)).or_insert_with(|| vec![0.0; 140]);
                let amount = event.properties.get("amount").and_then(number_of).expect("an amount");
                let covers = covered(event);
                for paid in &mut months[month(event.time)..month(event.time) + covers] {
                    *paid += amount / covers as f64;
                }
            }
            for (step, found) in report.steps.iter().enumerate() {
                let at = (2026 - 2020) * 12 + 2 + step;
                let mut expected = [0.0; 6];
                for months in ledger.values() {
                    let (before, now) = (months[at - 1].max(0.0), months[at].max(0.0));
                    let ever = months[..at].iter().any(|paid| *paid > 0.0);
                    expected[0] += now;
                    match (before > 0.0, now > 0.0) {
                        (false, true) if ever => expected[2] += now,
                        (false, true) => expected[1] += now,
                        (true, true) => {
                            expected[3] += (now - before).max(0.0);
                            expected[4] += (before - now).max(0.0);
                        }
                        (true, false) => expected[5] += before,
                        _ => {}
                    }
                }
                let told = [
                    found.mrr,
                    found.new,
                    found.reactivation,
                    found.expansion,
                    found.contraction,
                    found.churn,
                ];
                for (one, two) in told.iter().zip(expected) {
                    assert!((one - two).abs() < 1e-6, "case {case}, {}: {told:?} {expected:?}", found.step);
                }
                let inside = |event: &&Event| month(event.time) == at && event.time < to;
                let revenue: f64 = events
                    .iter()
                    .filter(inside)
                    .filter(|event| event.event != "see")
                    .filter_map(|event| event.properties.get("amount").and_then(number_of))
                    .sum();
                assert!((found.revenue - revenue).abs() < 1e-6, "case {case}");
                let mut seen: Vec<i64> = events
                    .iter()
                    .filter(inside)
                    .filter(|event| event.event == "see")
                    .map(|event| who(&event.distinct_id))
                    .collect();
                seen.sort_unstable();
                seen.dedup();
                assert_eq!(found.active, Some(seen.len() as u64), "case {case}");
            }
        }
    }

    #[test]
    fn who_was_paid_back_all_they_paid_has_paid() {
        let time = micros("2026-02-15T00:00:00Z");
        let pay = |who: &str, amount: i64| event(who, "pay", time, json!({"amount": amount}));
        // B's payment was paid back, c's plan is free, d was there.
        let events =
            [pay("a", 30), pay("b", 10), pay("b", -10), pay("c", 0), event("d", "see", time, json!({}))];
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "revenue", "event": {"event": "pay"}, "active": {"event": "see"},
            "period": {"from": "2026-02-01", "to": "2026-02-28"}
        }))
        .expect("a question");
        let Answer::Revenue(report) = ask(&question, &context("UTC", "2026-04-10"), &events) else {
            panic!()
        };
        assert_eq!(report.steps[0].arpu.expect("people").value, 10.0);
    }

    #[test]
    fn a_yearly_plan_is_a_twelfth_each_month() {
        let events = [
            event("a", "pay", micros("2026-01-15T00:00:00Z"), json!({"amount": 120, "billing": "year"})),
            event("b", "pay", micros("2026-02-15T00:00:00Z"), json!({"amount": 20})),
            event("c", "pay", micros("2026-02-20T00:00:00Z"), json!({"amount": "free"})),
        ];
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "revenue", "event": {"event": "pay"}, "covers": {"name": "billing"},
            "period": {"from": "2026-02-01", "to": "2026-03-31"}
        }))
        .expect("a question");
        let Answer::Revenue(report) = ask(&question, &context("UTC", "2026-04-10"), &events) else {
            panic!()
        };
        let told: Vec<_> =
            report.steps.iter().map(|step| (step.mrr, step.new, step.churn, step.revenue)).collect();
        assert_eq!(told, [(30.0, 20.0, 0.0, 20.0), (10.0, 0.0, 20.0, 0.0)]);
        assert_eq!(report.warnings[0].code, "growth.revenue_unread");
        // Half of two payers stopped: Wilson's interval of 1 in 2.
        let churn = report.steps[1].payer_churn.expect("a share");
        assert!((churn.low - 0.094_531).abs() < 1e-5 && (churn.high - 0.905_469).abs() < 1e-5, "{churn:?}");
    }
}
