//! The metric that matters most, and the tree of what drives it.

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading};
use flywheel_spec::product::north_star::{Combine, Input, NorthStarNode, NorthStarReport, NorthStarSpec};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Interval, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::Steps;
use crate::clustered::Sums;
use crate::figures::{number, number_with, signed_percent};
use crate::metric::ReadyMetric;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned, same};

/// Most metrics of a tree.
const NODES_AT_MOST: usize = 24;
/// Most inputs of one metric: their orders are gone through.
const INPUTS_AT_MOST: usize = 8;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &NorthStarSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    let mut filters: Vec<EventFilter> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    let mut nodes = Vec::new();
    let root = Input { metric: spec.metric.clone(), combine: spec.combine, inputs: spec.inputs.clone() };
    let mut queue = vec![(root, None, String::new())];
    while let Some((input, drives, setting)) = queue.pop() {
        let at = nodes.len();
        let metric = ReadyMetric::new(
            &input.metric,
            &format!("{setting}metric"),
            &mut settings,
            &mut filters,
            &mut columns,
        );
        let inputs = format!("{setting}inputs");
        settings.need(input.inputs.len() <= INPUTS_AT_MOST, &inputs, || {
            phrase!("growth.too_many", most = INPUTS_AT_MOST, found = input.inputs.len())
        });
        settings.need(input.inputs.len() != 1, &inputs, || phrase!("growth.one_input"));
        nodes.push(Node { metric, combine: input.combine, drives, inputs: Vec::new() });
        if let Some(parent) = drives {
            let parent: &mut Node = &mut nodes[parent];
            parent.inputs.push(at);
        }
        for (index, child) in input.inputs.into_iter().enumerate().rev() {
            queue.push((child, Some(at), format!("{inputs}.{index}.")));
        }
    }
    settings.need(nodes.len() <= NODES_AT_MOST, "inputs", || {
        phrase!("growth.too_many", most = NODES_AT_MOST, found = nodes.len())
    });
    settings.need(filters.len() <= flywheel_people::reading::FILTERS_AT_MOST, "inputs", || {
        phrase!("growth.too_many", most = flywheel_people::reading::FILTERS_AT_MOST, found = filters.len())
    });
    let later = settings.stretch(calendar, &spec.period, Interval::Day, 28);
    // Whole days back where the later period is of whole days, so that daylight saving moves no edge.
    let earlier = later.map_or(0, |(from, to)| match calendar.steps(from, to, Interval::Day) {
        Ok(days) if days.edges.first() == Some(&from) && days.edges.last() == Some(&to) => {
            (0..days.len()).fold(from, |at, _| calendar.beginning_of(at - 1, Interval::Day))
        }
        _ => from - (to - from),
    });
    let steps = settings.steps(calendar, later.map(|(_, to)| (earlier, to)), spec.interval);
    let (from, to) = later.unwrap_or_default();
    let reading = Reading { filters, columns, from: Some(earlier), to: Some(to), ..Reading::default() };
    let days = |from: i64, to: i64| format!("{} … {}", calendar.date(from), calendar.date(to - 1));
    settings.settle(planned(NorthStar {
        reading,
        nodes,
        steps,
        from,
        before: days(earlier, from),
        after: days(from, to),
    }))
}

struct NorthStar {
    reading: Reading,
    nodes: Vec<Node>,
    steps: Steps,
    /// Where the later period begins.
    from: i64,
    before: String,
    after: String,
}

struct Node {
    metric: ReadyMetric,
    combine: Combine,
    drives: Option<usize>,
    inputs: Vec<usize>,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// For each node: both sums before, both sums after.
    sums: Sums,
    /// For each step: both sums of the first node.
    steps: Vec<(f64, f64)>,
}

impl Question for NorthStar {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let middle = events.times.partition_point(|time| *time < self.from);
        let mut vector = Vec::with_capacity(4 * self.nodes.len());
        for node in &self.nodes {
            for some in [0..middle, middle..events.len()] {
                let (counted, below) = node.metric.person(events, some);
                vector.extend([counted, below]);
            }
        }
        state.sums.add(&vector);
        state.steps.resize(self.steps.len(), (0.0, 0.0));
        let mut begin = 0;
        for (step, sums) in state.steps.iter_mut().enumerate() {
            let end =
                begin + events.times[begin..].partition_point(|time| *time < self.steps.edges[step + 1]);
            if end > begin {
                let (counted, below) = self.nodes[0].metric.person(events, begin..end);
                sums.0 += counted;
                sums.1 += below;
            }
            begin = end;
        }
    }

    fn merge(&self, state: &mut State, other: State) {
        state.sums.merge(&other.sums);
        state.steps.resize(self.steps.len(), (0.0, 0.0));
        for (mine, theirs) in state.steps.iter_mut().zip(other.steps) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }
}

impl NorthStar {
    /// A node's value, before or after.
    fn value(&self, node: usize, sums: &[f64], after: bool) -> Option<f64> {
        let at = 4 * node + 2 * usize::from(after);
        self.nodes[node].metric.value(sums[at], sums[at + 1])
    }

    /// What the input at `place` among its metric's inputs contributed.
    fn contribution(&self, node: &Node, place: usize, sums: &[f64]) -> Option<f64> {
        let values: Option<Vec<(f64, f64)>> = node
            .inputs
            .iter()
            .map(|input| Some((self.value(*input, sums, false)?, self.value(*input, sums, true)?)))
            .collect();
        let values = values?;
        Some(match node.combine {
            Combine::Sum => values[place].1 - values[place].0,
            Combine::Product => shapley(&values, place),
        })
    }

    fn node(&self, index: usize, sums: &Sums) -> NorthStarNode {
        let node = &self.nodes[index];
        let contribution = node.drives.and_then(|parent| {
            let parent = &self.nodes[parent];
            let place = parent.inputs.iter().position(|input| *input == index)?;
            sums.estimate(|sums| self.contribution(parent, place, sums))
        });
        let change =
            sums.estimate(|sums| Some(self.value(index, sums, true)? - self.value(index, sums, false)?));
        let unexplained = change.filter(|_| !node.inputs.is_empty()).and_then(|change| {
            let parts: Option<Vec<f64>> =
                (0..node.inputs.len()).map(|place| self.contribution(node, place, &sums.sums)).collect();
            Some(change.value - parts?.iter().sum::<f64>())
        });
        NorthStarNode {
            name: node.metric.name.clone(),
            drives: node.drives.map(|drives| drives as u32),
            before: sums.estimate(|sums| self.value(index, sums, false)).map(|found| node.metric.cut(found)),
            after: sums.estimate(|sums| self.value(index, sums, true)).map(|found| node.metric.cut(found)),
            change,
            contribution,
            unexplained,
        }
    }

    /// What the inputs give together, before or after.
    fn together(&self, node: &Node, sums: &[f64], after: bool) -> Option<f64> {
        let values: Option<Vec<f64>> =
            node.inputs.iter().map(|input| self.value(*input, sums, after)).collect();
        Some(match node.combine {
            Combine::Sum => values?.iter().sum(),
            Combine::Product => values?.iter().product(),
        })
    }
}

/// Shapley's value of one factor in the change of a product: over all sets of the other factors that changed before it,
/// weighted by how many orders have them first.
fn shapley(values: &[(f64, f64)], place: usize) -> f64 {
    let count = values.len();
    let factorial = |n: usize| (1..=n).map(|factor| factor as f64).product::<f64>();
    let mut sum = 0.0;
    for set in 0..1_usize << count {
        if set & 1 << place != 0 {
            continue;
        }
        let size = set.count_ones() as usize;
        let weight = factorial(size) * factorial(count - size - 1) / factorial(count);
        let others: f64 = values
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != place)
            .map(|(at, (before, after))| if set & 1 << at != 0 { *after } else { *before })
            .product();
        sum += weight * others * (values[place].1 - values[place].0);
    }
    sum
}

impl Told for NorthStar {
    fn report(&self, mut state: State, _: &Identity) -> Result<Answer, FoldError> {
        state.sums.widen(4 * self.nodes.len());
        state.steps.resize(self.steps.len(), (0.0, 0.0));
        let nodes: Vec<NorthStarNode> =
            (0..self.nodes.len()).map(|node| self.node(node, &state.sums)).collect();
        for node in self.nodes.iter().filter(|node| !node.inputs.is_empty()) {
            let sums = &state.sums.sums;
            let parts: Option<Vec<f64>> =
                node.inputs.iter().map(|input| Some(nodes[*input].contribution?.value)).collect();
            let ends = self.together(node, sums, false).zip(self.together(node, sums, true));
            if let (Some(parts), Some((before, after))) = (parts, ends) {
                let explained: f64 = parts.iter().sum();
                let size = before.abs() + after.abs();
                invariant(same(explained, after - before, size), || {
                    format!("north star: contributions of {explained} to a change of {}", after - before)
                })?;
            }
        }
        let mut warnings = Vec::new();
        for node in &nodes {
            let large = node
                .unexplained
                .zip(node.change.as_ref())
                .filter(|(rest, change)| rest.abs() > 0.1 * change.value.abs().max(1e-9));
            if let Some((rest, _)) = large {
                warnings.push(Problem::warning(phrase!(
                    "growth.unexplained",
                    name = node.name,
                    rest = number(rest)
                )));
            }
        }
        Ok(Answer::NorthStar(NorthStarReport {
            findings: findings(&nodes, state.sums.people),
            before: self.before.clone(),
            after: self.after.clone(),
            charts: self.charts(&state, &nodes),
            nodes,
            warnings,
        }))
    }
}

impl NorthStar {
    fn charts(&self, state: &State, nodes: &[NorthStarNode]) -> Vec<Chart> {
        let metric = &self.nodes[0].metric;
        let mut charts = vec![Chart {
            kind: ChartKind::Line,
            title: phrase!("growth.chart_release", name = metric.name),
            axis: self.steps.labels.clone(),
            axis_titles: Vec::new(),
            series: vec![Series {
                name: metric.name.clone(),
                title: None,
                values: state.steps.iter().map(|(counted, below)| metric.value(*counted, *below)).collect(),
            }],
        }];
        let inputs = &self.nodes[0].inputs;
        if !inputs.is_empty() {
            charts.push(Chart {
                kind: ChartKind::Bar,
                title: phrase!("growth.chart_contributions", name = metric.name),
                axis: inputs.iter().map(|input| nodes[*input].name.clone()).collect(),
                axis_titles: Vec::new(),
                series: vec![Series::word(
                    "contribution",
                    inputs
                        .iter()
                        .map(|input| nodes[*input].contribution.as_ref().map(|found| found.value))
                        .collect(),
                )],
            });
        }
        charts
    }
}

fn findings(nodes: &[NorthStarNode], people: u64) -> Vec<Phrase> {
    let star = &nodes[0];
    let (Some(before), Some(after), Some(change)) = (&star.before, &star.after, &star.change) else {
        return vec![phrase!("growth.release_undefined", name = star.name)];
    };
    // One person alone shows no spread, and proves nothing.
    let sure = people > 1 && (change.low > 0.0 || change.high < 0.0);
    let key = match (sure, change.value > 0.0) {
        (true, true) => "growth.star_rose",
        (true, false) => "growth.star_fell",
        (false, _) => "growth.star_same",
    };
    let relative =
        if before.value == 0.0 { "–".to_owned() } else { signed_percent(change.value / before.value) };
    let mut findings = vec![
        phrase!(key)
            .with("name", &star.name)
            .with("before", number(before.value))
            .with("after", number(after.value))
            .with("change", number_with(change))
            .with("relative", relative),
    ];
    let mut inputs: Vec<&NorthStarNode> = nodes.iter().filter(|node| node.drives == Some(0)).collect();
    let size = |node: &NorthStarNode| node.contribution.as_ref().map_or(0.0, |found| found.value.abs());
    inputs.sort_by(|one, two| size(two).total_cmp(&size(one)));
    for input in inputs {
        if let (Some(contribution), Some(before), Some(after)) =
            (&input.contribution, &input.before, &input.after)
        {
            findings.push(phrase!(
                "growth.star_input",
                name = input.name,
                before = number(before.value),
                after = number(after.value),
                contribution = number_with(contribution),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use flywheel_people::event::{Event, number_of};
    use flywheel_spec::product::QuestionSpec;
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{alike, ask, ask_spread, cases, context, event, micros, random, who};

    #[test]
    fn random_trees_add_up_and_count_as_by_hand() {
        for case in 0..cases() {
            let mut chance = Chance::new(10).stream("star").stream(case);
            let events = random(
                &mut chance,
                &["visit", "buy"],
                40,
                150,
                |chance, _| json!({"amount": chance.below(20) + 1}),
            );
            let question: QuestionSpec = serde_json::from_value(json!({
                "kind": "north_star", "period": {"from": "2026-03-20", "to": "2026-04-05"},
                "metric": {"event": {"event": "buy"}, "count": "sum", "property": {"name": "amount"}},
                "inputs": [
                    {"metric": {"event": {"event": "buy"}, "count": "people"}},
                    {"metric": {"event": {"event": "buy"}, "count": "per_person"}},
                    {"metric": {"event": {"event": "buy"}, "count": "mean", "property": {"name": "amount"}}}
                ]
            }))
            .expect("a question");
            let context = context("UTC", "2026-04-20");
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::NorthStar(report) = answer else { panic!() };
            let from = micros("2026-03-20T00:00:00Z");
            let long = micros("2026-04-06T00:00:00Z") - from;
            let mut expected = Vec::new();
            for begin in [from - long, from] {
                let bought: Vec<&Event> = events
                    .iter()
                    .filter(|event| event.event == "buy" && (begin..begin + long).contains(&event.time))
                    .collect();
                let people: BTreeSet<i64> = bought.iter().map(|event| who(&event.distinct_id)).collect();
                let sum: f64 = bought.iter().filter_map(|event| number_of(&event.properties["amount"])).sum();
                expected.push((sum, people.len() as f64, bought.len() as f64));
            }
            let (before, after) = (expected[0], expected[1]);
            let star = &report.nodes[0];
            assert!((star.before.expect("before").value - before.0).abs() < 1e-9, "case {case}");
            assert!((star.after.expect("after").value - after.0).abs() < 1e-9, "case {case}");
            if before.1 > 0.0 && after.1 > 0.0 {
                // Sum = people × buys each × amount each: nothing is left unexplained.
                assert!(star.unexplained.expect("inputs").abs() < 1e-6, "case {case}");
                let parts: f64 = report.nodes[1..]
                    .iter()
                    .map(|node| node.contribution.expect("a contribution").value)
                    .sum();
                assert!((parts - (after.0 - before.0)).abs() < 1e-6, "case {case}");
            } else {
                assert_eq!(star.unexplained, None);
            }
        }
    }

    #[test]
    fn shares_of_a_product_are_shapleys() {
        // Two factors: each gets its change times the mean of the other.
        let values = [(10.0, 12.0), (3.0, 5.0)];
        assert!((shapley(&values, 0) - 2.0 * 4.0).abs() < 1e-12);
        assert!((shapley(&values, 1) - 2.0 * 11.0).abs() < 1e-12);
        // Three factors by all six orders, written out.
        let three = [(1.0, 2.0), (3.0, 3.0), (5.0, 4.0)];
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for place in 0..3 {
            let mut sum = 0.0;
            for order in orders {
                let mut now = [1.0, 3.0, 5.0];
                for factor in order {
                    let before: f64 = now.iter().product();
                    now[factor] = three[factor].1;
                    if factor == place {
                        sum += now.iter().product::<f64>() - before;
                    }
                }
            }
            assert!((shapley(&three, place) - sum / 6.0).abs() < 1e-12);
        }
    }

    #[test]
    fn nobody_at_all_is_told() {
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "north_star", "metric": {"event": {"event": "buy"}},
            "inputs": [{"metric": {}}, {"metric": {"count": "share", "among": {}, "event": {"event": "buy"}}}]
        }))
        .expect("a question");
        let events = [event("a", "other", micros("2020-01-01T00:00:00Z"), json!({}))];
        let Answer::NorthStar(report) = ask(&question, &context("UTC", "2026-04-20"), &events) else {
            panic!()
        };
        assert_eq!(report.nodes.len(), 3);
        assert!(!report.findings.is_empty());
    }

    #[test]
    fn one_person_alone_proves_no_rise() {
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "north_star", "metric": {"event": {"event": "buy"}, "count": "events"},
            "period": {"from": "2026-03-02", "to": "2026-03-02"}
        }))
        .expect("a question");
        let bought = |who: &str| {
            ["2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"]
                .map(|time| event(who, "buy", micros(time), json!({})))
        };
        let found = |events: &[Event]| {
            let Answer::NorthStar(report) = ask(&question, &context("UTC", "2026-04-20"), events) else {
                panic!()
            };
            report.findings[0].key.clone()
        };
        assert_eq!(found(&bought("a")), "growth.star_same");
        let twelve: Vec<Event> = (0..12).flat_map(|person| bought(&format!("p{person}"))).collect();
        assert_eq!(found(&twelve), "growth.star_rose");
    }

    #[test]
    fn one_input_alone_is_a_mistake() {
        let spec: QuestionSpec = serde_json::from_value(json!({
            "kind": "north_star", "metric": {}, "inputs": [{"metric": {"count": "sum"}}]
        }))
        .expect("a question");
        let wrong = crate::plan::plan(&spec, &context("UTC", "2026-03-20")).err().expect("mistakes");
        let places: Vec<_> =
            wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
        assert_eq!(places, ["inputs", "inputs.0.metric.property"]);
    }
}
