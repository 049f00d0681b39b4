//! How much personal data a pile of messages holds.

use std::collections::BTreeMap;

use flywheel_spec::feedback::privacy::{PersonalCount, PersonalKind, PrivacyReport};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Problem, phrase};
use rayon::prelude::*;

use super::{Counts, find};

/// Counts that grow message by message and can be added up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    messages: u64,
    affected: u64,
    /// How often, and in how many messages.
    kinds: BTreeMap<PersonalKind, (u64, u64)>,
}

impl Tally {
    /// Adds what one message held.
    pub fn add(&mut self, counts: &Counts) {
        self.messages += 1;
        self.affected += u64::from(!counts.is_empty());
        for (kind, count) in counts {
            let sum = self.kinds.entry(*kind).or_default();
            sum.0 += count;
            sum.1 += 1;
        }
    }

    /// Adds another pile.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.messages += other.messages;
        self.affected += other.affected;
        for (kind, (found, messages)) in &other.kinds {
            let sum = self.kinds.entry(*kind).or_default();
            sum.0 += found;
            sum.1 += messages;
        }
        self
    }

    /// The counts as a report, most frequent kinds first.
    pub fn report(&self) -> PrivacyReport {
        let mut kinds: Vec<PersonalCount> = self
            .kinds
            .iter()
            .map(|(kind, (found, messages))| PersonalCount {
                kind: *kind,
                name: kind.name(),
                found: *found,
                messages: *messages,
            })
            .collect();
        kinds.sort_by_key(|count| (std::cmp::Reverse(count.found), count.kind));
        let total: u64 = kinds.iter().map(|count| count.found).sum();
        let mut findings = Vec::new();
        if self.messages == 0 {
            findings.push(phrase!("privacy.empty"));
        } else if total == 0 {
            findings.push(phrase!("privacy.none", messages = self.messages));
        } else {
            findings.push(phrase!(
                "privacy.found",
                affected = self.affected,
                messages = self.messages,
                found = total
            ));
        }
        findings.extend(kinds.iter().take(5).map(|count| {
            phrase!("privacy.kind", found = count.found, messages = count.messages)
                .with_phrase("name", &count.name)
        }));
        let title = phrase!("privacy.title");
        let chart = Chart {
            kind: ChartKind::Bar,
            title: title.clone(),
            axis: kinds.iter().map(|count| count.name.en.clone()).collect(),
            axis_titles: kinds.iter().map(|count| count.name.clone()).collect(),
            series: vec![Series {
                name: title.en.clone(),
                title: Some(title),
                values: kinds.iter().map(|count| Some(count.found as f64)).collect(),
            }],
        };
        PrivacyReport {
            findings,
            messages: self.messages,
            affected: self.affected,
            charts: if kinds.is_empty() { Vec::new() } else { vec![chart] },
            warnings: if self.messages == 0 {
                Vec::new()
            } else {
                vec![Problem::warning(phrase!("privacy.limits"))]
            },
            kinds,
        }
    }
}

/// Looks through many texts at once; the result does not depend on their order.
pub fn tally<T: AsRef<str> + Sync>(texts: &[T]) -> Tally {
    texts
        .par_chunks(256)
        .map(|chunk| {
            let mut tally = Tally::default();
            for text in chunk {
                let mut counts = Counts::new();
                for found in find(text.as_ref()) {
                    *counts.entry(found.kind).or_default() += 1;
                }
                tally.add(&counts);
            }
            tally
        })
        .reduce(Tally::default, |one, other| one.merge(&other))
}
