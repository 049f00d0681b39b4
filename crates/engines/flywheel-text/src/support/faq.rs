//! A file of questions and answers, learned: who asks what, how sure that is, and from where on to answer.

use std::collections::BTreeMap;

use flywheel_language::{fold, plain};
use flywheel_spec::evaluation::{CalibrationBin, Estimate};
use flywheel_spec::feedback::support::{Choice, FaqEntry, FaqReport, MixedUp, SupportSpec};
use flywheel_spec::{Language, Phrase, Problems, phrase};
use flywheel_stats::share::wilson;
use serde::{Deserialize, Serialize};

use super::calibrate::{Curve, Ranked, rank, threshold};
use super::check::{check, has_word, language_of};
use super::cross::{Asked, SHARES, Topic, ask};
use super::matcher::{Encode, Example, Matcher, Query, unit};

/// A learned file of questions and answers; plain data for serde, so that it need not be learned twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Faq {
    pub(super) spec: SupportSpec,
    /// By id, rising.
    pub(super) entries: Vec<Entry>,
    pub(super) matcher: Matcher,
    /// The linear model's share of a candidate's score, 0 to 1.
    pub(super) share: f32,
    right: Curve,
    among_three: Curve,
    pub(super) threshold: f64,
    report: FaqReport,
}

/// One entry in the languages that it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub id: String,
    pub voices: Vec<Voice>,
    pub follow_ups: Vec<String>,
}

/// An entry in one language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Voice {
    pub tag: String,
    pub question: String,
    pub answer: String,
}

impl Entry {
    /// In this language, or in the first that it has.
    pub(super) fn voice(&self, language: Language) -> &Voice {
        // An entry is only made of a row, so it has a voice.
        self.voices.iter().find(|voice| voice.tag == language.tag()).unwrap_or(&self.voices[0])
    }
}

/// What a question found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The candidates, best first, at most six; their shares sum to at most 1.
    pub candidates: Vec<Choice>,
    /// How likely the first is right, 0 to 1.
    pub confidence: f64,
    /// How likely one of the first three is right, 0 to 1, at least `confidence`.
    pub among_three: f64,
}

/// The longest part of a message that is read, in characters.
pub(super) const LONGEST: usize = 2_000;

impl Faq {
    /// Learns a file; the order of its entries does not matter. The encoder may be absent, and must then be absent
    /// from the questions too.
    ///
    /// # Errors
    /// Every mistake of the file and the spec at once; doubts are warnings in the [report](Self::report).
    pub fn train(
        entries: &[FaqEntry],
        spec: &SupportSpec,
        encoder: Option<&dyn Encode>,
    ) -> Result<Self, Problems> {
        let ((), warnings) = check(entries, spec).settle(())?;
        let (made, examples) = gather(entries);
        let ids: Vec<String> = made.iter().map(|entry| entry.id.clone()).collect();
        let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        let meanings: Vec<Vec<f32>> = encoder
            .map(|encoder| encoder.encode(&texts).into_iter().map(unit).collect::<Vec<_>>())
            .filter(|vectors| vectors.len() == texts.len())
            .unwrap_or_default();
        let asked = ask(&examples, &ids, &meanings, spec.seed);
        let matcher = Matcher::learn(&examples, &ids, meanings, spec.seed);
        let mut faq = Self {
            spec: spec.clone(),
            entries: made,
            matcher,
            share: 0.5,
            right: Curve::before_data(),
            among_three: Curve::before_data_for_three(),
            // Without a measurement: sure enough that answers this sure and surer are right about as often as wished.
            threshold: (1.0 - 5.0 * (1.0 - spec.accuracy)).max(0.5),
            report: FaqReport::default(),
        };
        faq.calibrate(&asked, &examples);
        faq.report.entries = faq.entries.len() as u64;
        faq.report.examples = examples.iter().filter(|example| example.asked).count() as u64;
        faq.report.threshold = faq.threshold;
        faq.report.warnings = warnings;
        Ok(faq)
    }

    /// How well its entries are told apart.
    pub fn report(&self) -> &FaqReport {
        &self.report
    }

    /// The confidence from which a question is answered, 0 to 1.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The candidates of a question, whatever its confidence; without the turns of a conversation.
    pub fn find(&self, text: &str, encoder: Option<&dyn Encode>) -> Found {
        self.found(&self.query(&read(text).0, encoder), None, Language::En)
    }

    /// A folded text as the matcher reads it.
    pub(super) fn query(&self, folded: &str, encoder: Option<&dyn Encode>) -> Query {
        let meaning = encoder.and_then(|encoder| encoder.encode(&[folded]).into_iter().next());
        self.matcher.query(folded, meaning)
    }

    pub(super) fn found(&self, query: &Query, except: Option<u32>, language: Language) -> Found {
        self.told(rank(query, &self.matcher.nearness(query), self.share, except), language)
    }

    pub(super) fn told(&self, ranked: Ranked, language: Language) -> Found {
        let Some((_, top)) = ranked.best.first().copied() else { return Found::default() };
        let powers: Vec<f64> = ranked
            .best
            .iter()
            .map(|(_, score)| f64::from((score - top) / CHOICE_TEMPERATURE).exp())
            .collect();
        let sum: f64 = powers.iter().sum();
        let candidates = ranked.best.iter().zip(powers).map(|((entry, _), power)| {
            let entry = &self.entries[*entry as usize];
            let question = entry.voice(language).question.clone();
            Choice { id: entry.id.clone(), question, share: power / sum }
        });
        // What the file asks itself needs no guess.
        let own = ranked.is_own_wording();
        let confidence = if own { 1.0 } else { self.right.probability(&ranked.signals) };
        let among_three = self.among_three.probability(&ranked.signals).max(confidence);
        Found { candidates: candidates.collect(), confidence, among_three }
    }

    /// The number of an entry.
    pub(super) fn number(&self, id: &str) -> Option<u32> {
        self.entries.binary_search_by(|entry| entry.id.as_str().cmp(id)).ok().map(|place| place as u32)
    }

    /// Learns from the questions it was asked how sure it may be, and reports it.
    fn calibrate(&mut self, asked: &[Asked], examples: &[Example]) {
        let known = |asked: &&Asked| matches!(asked.topic, Topic::Known(_));
        let count = asked.iter().filter(known).count() as f64;
        let outside = asked.len() as f64 - count;
        if count < FEWEST_ASKED {
            self.report.findings.push(phrase!("support.finding_unmeasured"));
            return;
        }
        let right = |asked: &Asked, place: usize, depth: usize| match asked.topic {
            Topic::Known(entry) => {
                asked.found[place].best.iter().take(depth).any(|(found, _)| *found == entry)
            }
            Topic::Left | Topic::Off => false,
        };
        let hits = |place: usize| asked.iter().filter(known).filter(|asked| right(asked, place, 1)).count();
        // Among equals the one nearest to the middle.
        let place = (0..SHARES.len())
            .min_by_key(|place| (std::cmp::Reverse(hits(*place)), place.abs_diff(SHARES.len() / 2)))
            .unwrap_or(0);
        self.share = SHARES[place];
        // What lies outside weighs as much as the spec expects of it: topics near to the file and far ones half each.
        let share = self.spec.off_topic / (1.0 - self.spec.off_topic) * count;
        let left = asked.iter().filter(|asked| asked.topic == Topic::Left).count() as f64;
        let off = outside - left;
        let parts = f64::from(u8::from(left > 0.0)) + f64::from(u8::from(off > 0.0));
        let weight = |asked: &Asked| match asked.topic {
            Topic::Known(_) => 1.0,
            Topic::Left => share / parts / left,
            Topic::Off => share / parts / off,
        };
        let outcomes = |depth: usize| -> Vec<_> {
            asked
                .iter()
                .map(|asked| (asked.found[place].signals, right(asked, place, depth), weight(asked)))
                .collect()
        };
        let first = outcomes(1);
        self.right = self.right.fitted(&first);
        self.among_three = self.among_three.fitted(&outcomes(3));
        let sure: Vec<(f64, bool, f64)> = first
            .iter()
            .map(|(signals, right, weight)| (self.right.probability(signals), *right, *weight))
            .collect();
        // A few dozen outcomes say little of the last percent: there the curve is believed, later what was seen.
        let seen = count / (count + FEW_ASKED);
        let believed: Vec<(f64, f64, f64)> = sure
            .iter()
            .map(|(confidence, right, weight)| {
                (*confidence, seen * f64::from(u8::from(*right)) + (1.0 - seen) * confidence, *weight)
            })
            .collect();
        let wish = threshold(&believed, self.spec.accuracy);
        // Where no held-back wording is that sure, one that is may still come: it is answered, unless some were wrong there.
        let wrong = sure.iter().filter(|(_, right, _)| !right).map(|(confidence, ..)| *confidence);
        let surer = wrong.fold(self.spec.accuracy, |surest, wrong| surest.max(wrong.next_up())).min(0.99);
        self.threshold = wish.unwrap_or(surer);
        self.summarise(asked, &sure, place, examples);
        if wish.is_none() {
            self.report.findings.push(phrase!("support.finding_short", wish = percent(self.spec.accuracy)));
        }
        self.report.findings.extend(self.mixed_up_finding());
    }

    fn summarise(&mut self, asked: &[Asked], sure: &[(f64, bool, f64)], place: usize, examples: &[Example]) {
        let report = &mut self.report;
        let (mut count, mut hits, mut reached) = (0.0, 0.0, 0.0);
        let (mut given, mut right) = (0.0, 0.0);
        let mut bins = [(0.0, 0.0, 0.0, 0_u64); 10];
        let mut pairs: BTreeMap<(u32, u32), (u64, &str)> = BTreeMap::new();
        for (asked, (confidence, is_right, weight)) in asked.iter().zip(sure) {
            let answered = *confidence >= self.threshold;
            if let Topic::Known(entry) = asked.topic {
                count += 1.0;
                hits += f64::from(u8::from(*is_right));
                reached += f64::from(u8::from(answered));
                if let (false, Some((found, _)), Some(example)) =
                    (*is_right, asked.found[place].best.first(), asked.example)
                {
                    pairs.entry((entry, *found)).or_insert((0, &examples[example].text)).0 += 1;
                }
            }
            if answered {
                given += weight;
                right += if *is_right { *weight } else { 0.0 };
            }
            let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
            bin.0 += weight * confidence;
            bin.1 += if *is_right { *weight } else { 0.0 };
            bin.2 += weight;
            bin.3 += 1;
        }
        report.asked = count as u64;
        report.top1 = estimate(hits, count);
        report.coverage = estimate(reached, count);
        report.accuracy = estimate(right, given);
        report.calibration = bins
            .iter()
            .filter(|bin| bin.2 > 0.0)
            .map(|bin| CalibrationBin { confidence: bin.0 / bin.2, accuracy: bin.1 / bin.2, rows: bin.3 })
            .collect();
        let mut mixed: Vec<MixedUp> = pairs
            .into_iter()
            .map(|((meant, found), (count, example))| MixedUp {
                meant: self.entries[meant as usize].id.clone(),
                found: self.entries[found as usize].id.clone(),
                count,
                example: example.to_owned(),
            })
            .collect();
        mixed.sort_by(|a, b| {
            b.count.cmp(&a.count).then_with(|| (&a.meant, &a.found).cmp(&(&b.meant, &b.found)))
        });
        mixed.truncate(20);
        report.mixed_up = mixed;
        if let (Some(coverage), Some(accuracy)) = (report.coverage, report.accuracy) {
            report.findings.push(phrase!(
                "support.finding_well",
                coverage = percent(coverage.value),
                accuracy = percent(accuracy.value)
            ));
        }
    }

    fn mixed_up_finding(&self) -> Option<Phrase> {
        let pair = self.report.mixed_up.first().filter(|pair| pair.count > 1)?;
        let question = |id: &str, language: Language| {
            let entry = self.number(id).map(|number| &self.entries[number as usize]);
            entry.map_or(String::new(), |entry| entry.voice(language).question.clone())
        };
        Some(phrase!(
            "support.finding_mixed_up",
            meant = question(&pair.meant, self.spec.language),
            found = question(&pair.found, self.spec.language),
            count = pair.count
        ))
    }
}

/// The fewest wordings of known topics from which anything is learned about confidence.
const FEWEST_ASKED: f64 = 30.0;
/// So many wordings are believed as much as the curve, in the choice of the threshold.
const FEW_ASKED: f64 = 200.0;
/// How quickly a candidate's share falls with its score.
const CHOICE_TEMPERATURE: f32 = 0.1;

/// A message as it is read: without markup, folded, at most [`LONGEST`] characters; and whether it was longer.
pub(super) fn read(text: &str) -> (String, bool) {
    // Folding looks at every character several times: a megabyte is cut first, generously.
    let rough = text.char_indices().nth(LONGEST * 8).map_or(text, |(at, _)| &text[..at]);
    let mut folded = fold(&plain(rough));
    let mut shortened = rough.len() < text.len();
    if let Some((at, _)) = folded.char_indices().nth(LONGEST) {
        folded.truncate(at);
        shortened = true;
    }
    (folded, shortened)
}

/// The entries by id with their languages, and all their wordings, sorted, each once an entry.
fn gather(rows: &[FaqEntry]) -> (Vec<Entry>, Vec<Example>) {
    let mut by_id: BTreeMap<&str, Vec<&FaqEntry>> = BTreeMap::new();
    for row in rows {
        by_id.entry(row.id.trim()).or_default().push(row);
    }
    let mut entries = Vec::with_capacity(by_id.len());
    let mut examples = Vec::new();
    for (number, (id, rows)) in by_id.into_iter().enumerate() {
        let mut add = |text: &str, asked: bool| {
            let (text, _) = read(text);
            if has_word(&text) {
                examples.push(Example { entry: number as u32, text, asked });
            }
        };
        for row in &rows {
            add(&row.question, true);
            row.more_ways.iter().for_each(|wording| add(wording, true));
            add(&row.tags.join(" "), false);
        }
        let mut voices: Vec<Voice> = rows
            .iter()
            .map(|row| Voice {
                tag: language_of(row).tag().to_owned(),
                question: row.question.trim().to_owned(),
                answer: row.answer.trim().to_owned(),
            })
            .collect();
        voices.sort();
        let mut follow_ups: Vec<String> =
            rows.iter().flat_map(|row| &row.follow_ups).map(|id| id.trim().to_owned()).collect();
        follow_ups.sort();
        follow_ups.dedup();
        entries.push(Entry { id: id.to_owned(), voices, follow_ups });
    }
    // What is asked stands before the same words as a tag, which then go.
    examples.sort_by(|a, b| (a.entry, &a.text, !a.asked).cmp(&(b.entry, &b.text, !b.asked)));
    examples.dedup_by(|later, earlier| later.entry == earlier.entry && later.text == earlier.text);
    (entries, examples)
}

fn estimate(hits: f64, count: f64) -> Option<Estimate> {
    let interval = wilson(hits, count)?;
    Some(Estimate { value: hits / count, low: interval.low, high: interval.high })
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
