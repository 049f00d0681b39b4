//! Referral trees, the viral coefficient, its cycle time, and who came by themselves.

use std::collections::{BTreeMap, HashMap};

use flywheel_people::{Column, FoldError, Identity, PersonEvents, Question, Reading};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::word_of_mouth::{
    Invitations, MentionsReport, NewcomerStep, Referrer, WordOfMouthReport, WordOfMouthSpec,
};
use flywheel_spec::product::{Answer, Chart, ChartKind, EventFilter, Series};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::{DAY_MICROS, Steps};
use crate::clustered::{quantile, ratio, share_of};
use crate::figures::{number, number_with, percent_with};
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::{Told, invariant, planned};

/// How many referrers are told.
const TOLD_AT_MOST: usize = 20;

/// Where the columns stand.
const REFERRER: usize = 0;
const TEXT: usize = 1;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &WordOfMouthSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("joined", &spec.joined);
    settings.need(spec.joined.event.is_some(), "joined.event", || phrase!("growth.joined_missing"));
    settings.maybe("invited", spec.invited.as_ref());
    settings.range("within_days", f64::from(spec.within_days), 1.0, 3660.0);
    if let Some(mentions) = &spec.mentions {
        settings.filter("mentions.event", &mentions.event);
        let named = !mentions.names.is_empty() && mentions.names.iter().all(|name| !name.trim().is_empty());
        settings.need(named, "mentions.names", || phrase!("growth.mention_names"));
    }
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    let steps = settings.steps(calendar, stretch, spec.interval);
    let mut filters: Vec<EventFilter> = Vec::new();
    let joined = bit(&mut filters, &spec.joined);
    let invited = spec.invited.as_ref().map_or(0, |filter| bit(&mut filters, filter));
    let written = spec.mentions.as_ref().map_or(0, |mentions| bit(&mut filters, &mentions.event));
    let mut columns = vec![Column::Text { property: spec.referrer.clone() }];
    columns.extend(spec.mentions.as_ref().map(|mentions| Column::Text { property: mentions.text.clone() }));
    let (from, to) = stretch.unwrap_or_default();
    let names =
        spec.mentions.iter().flat_map(|mentions| &mentions.names).map(|name| name.trim().to_lowercase());
    let names = names.collect();
    let reading = Reading { filters, columns, from: None, to: Some(to), ..Reading::default() };
    settings.settle(planned(WordOfMouth {
        reading,
        steps,
        joined,
        invited,
        written,
        names,
        mentions: spec.mentions.is_some(),
        within: i64::from(spec.within_days) * DAY_MICROS,
        within_days: spec.within_days,
        from,
        to,
    }))
}

struct WordOfMouth {
    reading: Reading,
    steps: Steps,
    joined: u64,
    invited: u64,
    written: u64,
    names: Vec<String>,
    mentions: bool,
    within: i64,
    within_days: u32,
    from: i64,
    to: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    joiners: Vec<Joiner>,
    invitations: u64,
    inviters: u64,
    texts: u64,
    mentions: u64,
    writers: u64,
    mentioners: u64,
}

/// Somebody who joined, at any time.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Joiner {
    person: i64,
    time: i64,
    referrer: Option<String>,
}

impl Question for WordOfMouth {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let mut joiner: Option<Joiner> = None;
        let (mut invited, mut wrote, mut mentioned) = (0, 0, 0);
        for event in 0..events.len() {
            let (time, mark) = (events.times[event], events.marks[event]);
            if mark & self.joined != 0 {
                let referrer = events.text(REFERRER, event).map(str::trim).filter(|text| !text.is_empty());
                match &mut joiner {
                    None => {
                        let referrer = referrer.map(str::to_owned);
                        joiner = Some(Joiner { person: events.person, time, referrer });
                    }
                    // Of several at the first moment, the referrer that comes first in order.
                    Some(first) if first.time == time => {
                        if let Some(referrer) = referrer
                            && first.referrer.as_deref().is_none_or(|known| referrer < known)
                        {
                            first.referrer = Some(referrer.to_owned());
                        }
                    }
                    Some(_) => {}
                }
            }
            if time < self.from {
                continue;
            }
            invited += u64::from(mark & self.invited != 0);
            if mark & self.written != 0
                && let Some(text) = events.text(TEXT, event).filter(|text| !text.trim().is_empty())
            {
                wrote += 1;
                let text = text.to_lowercase();
                mentioned += u64::from(self.names.iter().any(|name| text.contains(name.as_str())));
            }
        }
        state.joiners.extend(joiner);
        state.invitations += invited;
        state.inviters += u64::from(invited > 0);
        state.texts += wrote;
        state.mentions += mentioned;
        state.writers += u64::from(wrote > 0);
        state.mentioners += u64::from(mentioned > 0);
    }

    fn merge(&self, state: &mut State, other: State) {
        state.joiners.extend(other.joiners);
        state.invitations += other.invitations;
        state.inviters += other.inviters;
        state.texts += other.texts;
        state.mentions += other.mentions;
        state.writers += other.writers;
        state.mentioners += other.mentioners;
    }
}

/// Who brought whom: positions among the joiners in order of joining, so that a referrer who joined stands before whom they brought.
struct Tree {
    joiners: Vec<Joiner>,
    /// The person who brought each; absent for those who came by themselves.
    brought_by: Vec<Option<i64>>,
    /// The same as a position, where that person joined themselves.
    parent: Vec<Option<usize>>,
    /// Referrals that cannot be: by oneself, or by somebody who joined later.
    impossible: u64,
}

impl Tree {
    fn of(mut joiners: Vec<Joiner>, identity: &Identity) -> Self {
        joiners.sort_by_key(|joiner| (joiner.time, joiner.person));
        let positions: HashMap<i64, usize> =
            joiners.iter().enumerate().map(|(at, joiner)| (joiner.person, at)).collect();
        let (mut brought_by, mut parent, mut impossible) = (Vec::new(), Vec::new(), 0);
        for (at, joiner) in joiners.iter().enumerate() {
            let person = joiner.referrer.as_deref().map(|referrer| identity.of_id(referrer));
            let position = person.and_then(|person| positions.get(&person).copied());
            let possible =
                position.is_none_or(|position| joiners[position].time < joiner.time && position != at);
            impossible += u64::from(!possible);
            brought_by.push(person.filter(|_| possible));
            parent.push(position.filter(|_| possible));
        }
        Self { joiners, brought_by, parent, impossible }
    }

    /// Each joiner's generation: 0 for those who came by themselves, 1 for those whom somebody brought who is no newcomer of these events.
    fn generations(&self) -> Vec<usize> {
        let mut generations: Vec<usize> = Vec::new();
        for (at, parent) in self.parent.iter().enumerate() {
            let generation = match (parent, self.brought_by[at]) {
                (Some(parent), _) => generations[*parent] + 1,
                (None, Some(_)) => 1,
                (None, None) => 0,
            };
            generations.push(generation);
        }
        generations
    }

    /// For each joiner, how many newcomers of the period stand below them.
    fn below(&self, counts: impl Fn(&Joiner) -> bool) -> Vec<u64> {
        let mut below = vec![0; self.joiners.len()];
        for at in (0..self.joiners.len()).rev() {
            if let Some(parent) = self.parent[at] {
                below[parent] += below[at] + u64::from(counts(&self.joiners[at]));
            }
        }
        below
    }
}

impl Told for WordOfMouth {
    fn report(&self, state: State, identity: &Identity) -> Result<Answer, FoldError> {
        let tree = Tree::of(state.joiners, identity);
        let inside = |joiner: &Joiner| joiner.time >= self.from;
        let newcomers: Vec<usize> = (0..tree.joiners.len()).filter(|at| inside(&tree.joiners[*at])).collect();
        let referred = newcomers.iter().filter(|at| tree.brought_by[**at].is_some()).count() as u64;
        let count = newcomers.len() as u64;
        let mut report = WordOfMouthReport {
            newcomers: count,
            referred,
            organic: share_of(count - referred, count),
            ..Default::default()
        };
        self.virality(&tree, &mut report);
        let generations = tree.generations();
        for at in &newcomers {
            let generation = generations[*at];
            if report.generations.len() <= generation {
                report.generations.resize(generation + 1, 0);
            }
            report.generations[generation] += 1;
        }
        report.steps = self.newcomer_steps(&tree, &newcomers);
        report.referrers = self.referrers(&tree, &newcomers);
        let told: u64 = report.steps.iter().map(|step| step.organic + step.referred).sum();
        let generated: u64 = report.generations.iter().sum();
        invariant(told == count && generated == count, || {
            format!("word of mouth: {told} in steps and {generated} in generations of {count} newcomers")
        })?;
        if self.invited != 0 {
            report.invitations = Some(Invitations {
                sent: state.invitations,
                people: state.inviters,
                joined_per_invitation: ratio(referred as f64, state.invitations as f64),
            });
        }
        if self.mentions {
            report.mentions = Some(MentionsReport {
                texts: state.texts,
                mentions: state.mentions,
                people: state.writers,
                people_who_mention: state.mentioners,
                share: share_of(state.mentioners, state.writers),
            });
        }
        if tree.impossible > 0 {
            report
                .warnings
                .push(Problem::warning(phrase!("growth.referral_impossible", count = tree.impossible)));
        }
        report.findings = self.findings(&report);
        report.charts = charts(&report);
        Ok(Answer::WordOfMouth(report))
    }
}

impl WordOfMouth {
    /// How many each newcomer brought in time, and how long that took.
    fn virality(&self, tree: &Tree, report: &mut WordOfMouthReport) {
        let mut brought = vec![0_u32; tree.joiners.len()];
        let mut days = Vec::new();
        for (at, parent) in tree.parent.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            let took = tree.joiners[at].time - tree.joiners[parent].time;
            brought[parent] += u32::from(took < self.within);
            if tree.joiners[at].time >= self.from {
                days.push(took as f64 / DAY_MICROS as f64);
            }
        }
        let ripe = (0..tree.joiners.len()).filter(|at| {
            let time = tree.joiners[*at].time;
            time >= self.from && time + self.within <= self.to
        });
        let ripe: Vec<f64> = ripe.map(|at| f64::from(brought[at])).collect();
        report.ripe = ripe.len() as u64;
        let mean = flywheel_stats::mean::mean(ripe.iter().copied());
        report.viral_coefficient =
            mean.map(|(value, interval)| Estimate { value, low: interval.low.max(0.0), high: interval.high });
        days.sort_by(f64::total_cmp);
        report.cycle_days = quantile(&days, 0.5);
    }

    fn newcomer_steps(&self, tree: &Tree, newcomers: &[usize]) -> Vec<NewcomerStep> {
        let mut steps: Vec<NewcomerStep> = self
            .steps
            .labels
            .iter()
            .map(|label| NewcomerStep { step: label.clone(), ..Default::default() })
            .collect();
        for at in newcomers {
            if let Some(step) = self.steps.at(tree.joiners[*at].time) {
                match tree.brought_by[*at] {
                    Some(_) => steps[step].referred += 1,
                    None => steps[step].organic += 1,
                }
            }
        }
        steps
    }

    fn referrers(&self, tree: &Tree, newcomers: &[usize]) -> Vec<Referrer> {
        let below = tree.below(|joiner| joiner.time >= self.from);
        let mut referrers: BTreeMap<i64, Referrer> = BTreeMap::new();
        for at in newcomers {
            let (Some(person), Some(name)) = (tree.brought_by[*at], &tree.joiners[*at].referrer) else {
                continue;
            };
            let referrer = referrers.entry(person).or_default();
            if referrer.distinct_id.is_empty() || *name < referrer.distinct_id {
                referrer.distinct_id.clone_from(name);
            }
            referrer.brought += 1;
            referrer.tree += 1 + below[*at];
        }
        let positions: HashMap<i64, usize> =
            tree.joiners.iter().enumerate().map(|(at, joiner)| (joiner.person, at)).collect();
        for (person, referrer) in &mut referrers {
            if let Some(at) = positions.get(person) {
                referrer.tree = below[*at];
            }
        }
        let mut referrers: Vec<Referrer> = referrers.into_values().collect();
        referrers.sort_by(|one, two| {
            (two.brought, two.tree).cmp(&(one.brought, one.tree)).then(one.distinct_id.cmp(&two.distinct_id))
        });
        referrers.truncate(TOLD_AT_MOST);
        referrers
    }

    fn findings(&self, report: &WordOfMouthReport) -> Vec<Phrase> {
        let mut findings = Vec::new();
        if report.newcomers == 0 {
            findings.push(phrase!("growth.nobody_joined"));
        }
        if let Some(coefficient) = &report.viral_coefficient {
            let key = if coefficient.low > 1.0 { "growth.viral_spreads" } else { "growth.viral" };
            let told = phrase!(key);
            findings.push(
                told.with("coefficient", number_with(coefficient))
                    .with("days", self.within_days)
                    .with("ripe", number(report.ripe as f64)),
            );
        }
        if let Some(organic) = &report.organic {
            findings.push(phrase!(
                "growth.organic",
                newcomers = number(report.newcomers as f64),
                share = percent_with(organic),
                referred = number(report.referred as f64),
            ));
        }
        if let Some(cycle) = &report.cycle_days {
            findings.push(phrase!("growth.cycle", days = number_with(cycle)));
        }
        if let Some(first) = report.referrers.first() {
            findings.push(phrase!(
                "growth.best_referrer",
                who = first.distinct_id,
                brought = first.brought,
                tree = first.tree
            ));
        }
        if let Some(mentions) = &report.mentions
            && let Some(share) = &mentions.share
        {
            findings.push(phrase!("growth.mentions", share = percent_with(share), people = mentions.people));
        }
        findings
    }
}

fn charts(report: &WordOfMouthReport) -> Vec<Chart> {
    let series = |name: &str, value: fn(&NewcomerStep) -> u64| Series {
        name: name.to_owned(),
        values: report.steps.iter().map(|step| Some(value(step) as f64)).collect(),
    };
    vec![
        Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_newcomers"),
            axis: report.steps.iter().map(|step| step.step.clone()).collect(),
            series: vec![series("organic", |step| step.organic), series("referred", |step| step.referred)],
        },
        Chart {
            kind: ChartKind::Bar,
            title: phrase!("growth.chart_generations"),
            axis: (0..report.generations.len()).map(|generation| generation.to_string()).collect(),
            series: vec![Series {
                name: "newcomers".to_owned(),
                values: report.generations.iter().map(|count| Some(*count as f64)).collect(),
            }],
        },
    ]
}

#[cfg(test)]
mod tests {
    use flywheel_people::event::Event;
    use flywheel_spec::product::QuestionSpec;
    use flywheel_stats::chance::Chance;
    use serde_json::json;

    use super::*;
    use crate::make_believe::{DAY, alike, ask, ask_spread, cases, context, event, micros, random, who};

    /// Who joined when, and who brought them, by going through the list for each.
    fn joined(events: &[Event], person: i64) -> Option<(i64, Option<String>)> {
        let mine =
            || events.iter().filter(|event| event.event == "join" && who(&event.distinct_id) == person);
        let first = mine().map(|event| event.time).min()?;
        let text = |event: &Event| {
            event.properties.get("referrer").and_then(|value| value.as_str().map(str::to_owned))
        };
        Some((first, mine().filter(|event| event.time == first).filter_map(text).min()))
    }

    #[test]
    fn random_referrals_make_the_tree_of_plain_search() {
        for case in 0..cases() {
            let mut chance = Chance::new(7).stream("mouth").stream(case);
            let events =
                random(&mut chance, &["join", "join", "use", "say"], 40, 60, |chance, name| match name {
                    "join" if chance.coin(0.7) => {
                        let b = if chance.coin(0.3) { "b" } else { "" };
                        json!({"referrer": format!("p{}{b}", chance.below(14))})
                    }
                    "say" => json!({"text": *chance.pick(&["I love FlyWheel", "meh", "", "飞轮"])}),
                    _ => json!({}),
                });
            let question: QuestionSpec = serde_json::from_value(json!({
                "kind": "word_of_mouth", "joined": {"event": "join"}, "within_days": 10,
                "period": {"from": "2026-03-10", "to": "2026-04-05"},
                "mentions": {"event": {"event": "say"}, "text": {"name": "text"}, "names": ["flywheel", "飞轮"]}
            }))
            .expect("a question");
            let context = context("UTC", "2026-05-01");
            let answer = ask(&question, &context, &events);
            alike(&answer, &ask_spread(&question, &context, &events, 3))
                .expect("the same from several readers");
            let Answer::WordOfMouth(report) = answer else { panic!() };
            let (from, to) = (micros("2026-03-10T00:00:00Z"), micros("2026-04-06T00:00:00Z"));
            let seen: Vec<Event> = events.iter().filter(|event| event.time < to).cloned().collect();
            let mut people: Vec<i64> = seen.iter().map(|event| who(&event.distinct_id)).collect();
            people.sort_unstable();
            people.dedup();
            let brought_by = |person: i64| -> Option<i64> {
                let (time, referrer) = joined(&seen, person)?;
                let referrer = who(&referrer?);
                let possible = joined(&seen, referrer).is_none_or(|(earlier, _)| earlier < time);
                (possible && referrer != person).then_some(referrer)
            };
            let newcomers: Vec<i64> = people
                .iter()
                .copied()
                .filter(|person| joined(&seen, *person).is_some_and(|(time, _)| time >= from))
                .collect();
            let referred = newcomers.iter().filter(|person| brought_by(**person).is_some()).count() as u64;
            assert_eq!(
                (report.newcomers, report.referred),
                (newcomers.len() as u64, referred),
                "case {case}"
            );
            let mut generations = vec![0_u64; 20];
            for person in &newcomers {
                let (mut at, mut generation) = (*person, 0);
                while let Some(parent) = brought_by(at) {
                    (at, generation) = (parent, generation + 1);
                }
                generations[generation] += 1;
            }
            while generations.last() == Some(&0) {
                generations.pop();
            }
            assert_eq!(report.generations, generations, "case {case}");
            let ripe: Vec<i64> = newcomers
                .iter()
                .copied()
                .filter(|person| joined(&seen, *person).is_some_and(|(time, _)| time + 10 * DAY <= to))
                .collect();
            let brought: usize = ripe
                .iter()
                .map(|person| {
                    let begin = joined(&seen, *person).expect("joined").0;
                    let mine = |other: &&i64| {
                        brought_by(**other) == Some(*person)
                            && joined(&seen, **other).is_some_and(|(time, _)| time - begin < 10 * DAY)
                    };
                    people.iter().filter(mine).count()
                })
                .sum();
            assert_eq!(report.ripe, ripe.len() as u64);
            let coefficient = report.viral_coefficient.map(|found| found.value * ripe.len() as f64);
            assert!((coefficient.unwrap_or(0.0) - brought as f64).abs() < 1e-6, "case {case}");
            let mentions = report.mentions.expect("mentions");
            let says = || seen.iter().filter(|event| event.event == "say" && event.time >= from);
            let naming = says().filter(|event| {
                let text = event.properties["text"].as_str().unwrap_or_default();
                text.contains("FlyWheel") || text.contains("飞轮")
            });
            assert_eq!(mentions.mentions, naming.count() as u64, "case {case}");
        }
    }

    #[test]
    fn a_chain_of_three_is_a_tree_of_two() {
        let at = |day: i64| micros("2026-03-01T00:00:00Z") + day * DAY;
        let events = [
            event("ann", "join", at(0), json!({})),
            event("bob", "join", at(4), json!({"referrer": "ann"})),
            event("cy", "join", at(6), json!({"referrer": "bob"})),
            event("dee", "join", at(7), json!({"referrer": "dee"})),
        ];
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "word_of_mouth", "joined": {"event": "join"}, "period": {"from": "2026-03-01", "to": "2026-04-30"}
        }))
        .expect("a question");
        let Answer::WordOfMouth(report) = ask(&question, &context("UTC", "2026-06-01"), &events) else {
            panic!()
        };
        assert_eq!(report.generations, [2, 1, 1]);
        assert_eq!(report.referrers[0], Referrer { distinct_id: "ann".to_owned(), brought: 1, tree: 2 });
        assert!((report.viral_coefficient.expect("a coefficient").value - 0.5).abs() < 1e-12);
        assert!((report.cycle_days.expect("a cycle").value - 3.0).abs() < 1e-12);
        assert_eq!(report.warnings[0].code, "growth.referral_impossible");
    }
}
