//! The report of word of mouth: newcomers by how they came, the viral coefficient, and who brought the most.

use std::collections::{BTreeMap, HashMap};

use flywheel_people::{FoldError, Identity};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::word_of_mouth::{
    Invitations, MentionsReport, NewcomerStep, Referrer, WordOfMouthReport,
};
use flywheel_spec::product::{Answer, Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};

use super::tree::Tree;
use super::{Joiner, State, WordOfMouth};
use crate::calendar::DAY_MICROS;
use crate::clustered::{quantile, ratio, share_of};
use crate::figures::{number, number_with, percent_with};
use crate::told::{Told, invariant};

/// How many referrers are told.
const TOLD_AT_MOST: usize = 20;

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
    let series = |name: &str, value: fn(&NewcomerStep) -> u64| {
        Series::word(name, report.steps.iter().map(|step| Some(value(step) as f64)).collect())
    };
    vec![
        Chart {
            kind: ChartKind::StackedBar,
            title: phrase!("growth.chart_newcomers"),
            axis: report.steps.iter().map(|step| step.step.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![series("organic", |step| step.organic), series("referred", |step| step.referred)],
        },
        Chart {
            kind: ChartKind::Bar,
            title: phrase!("growth.chart_generations"),
            axis: (0..report.generations.len()).map(|generation| generation.to_string()).collect(),
            axis_titles: Vec::new(),
            series: vec![Series::word(
                "newcomers",
                report.generations.iter().map(|count| Some(*count as f64)).collect(),
            )],
        },
    ]
}
