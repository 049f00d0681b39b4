//! The name that a person would give a theme: its most distinctive words, as they are spelled in the messages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flywheel_language::is_han;
use rayon::prelude::*;

use super::features::{VALUE, names, spellings};
use crate::tokens::Reading;

/// What a theme is called.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Named {
    /// Its name.
    pub name: String,
    /// Its distinctive words and pairs, most distinctive first.
    pub words: Vec<String>,
    /// Its distinctive features with their strength, strongest first: what a later theme is recognised by.
    pub signature: Vec<(String, f32)>,
}

/// Words kept of a theme.
const WORDS: usize = 8;
/// Features kept to recognise a theme.
const SIGNATURE: usize = 40;

/// Names every theme from the features of its texts; `label` tells each text's theme, if it has one.
pub(super) fn name(
    readings: &[&Reading],
    rows: &[Vec<String>],
    label: &[Option<u32>],
    count: usize,
) -> Vec<Named> {
    let mut inside: Vec<HashMap<&str, u32>> = vec![HashMap::new(); count];
    let mut sizes = vec![0_u32; count];
    let mut all: HashMap<&str, u32> = HashMap::new();
    for (row, label) in rows.iter().zip(label) {
        for feature in row {
            *all.entry(feature).or_default() += 1;
            if let Some(label) = label {
                *inside[*label as usize].entry(feature).or_default() += 1;
            }
        }
        if let Some(label) = label {
            sizes[*label as usize] += 1;
        }
    }
    let whole = rows.len() as f64;
    let ranked: Vec<Vec<Candidate>> = inside
        .par_iter()
        .zip(&sizes)
        .map(|(inside, size)| {
            let least = (*size / 50).max(u32::from(*size > 3) + 1);
            let mut ranked: Vec<Candidate> = inside
                .iter()
                .filter(|(_, count)| **count >= least)
                .map(|(feature, count)| {
                    let elsewhere = f64::from(all[feature] - count);
                    let strength = likelihood_ratio(
                        f64::from(*count),
                        f64::from(*size),
                        elsewhere,
                        whole - f64::from(*size),
                    );
                    Candidate { feature: (*feature).to_owned(), count: *count, strength }
                })
                .collect();
            ranked.sort_by(|one, two| {
                two.strength
                    .total_cmp(&one.strength)
                    .then(two.count.cmp(&one.count))
                    .then(one.feature.cmp(&two.feature))
            });
            ranked
        })
        .collect();
    let wanted: BTreeSet<&str> = ranked
        .iter()
        .flat_map(|ranked| ranked.iter().take(60).map(|candidate| candidate.feature.as_str()))
        .collect();
    let spelled = spelled(readings, &wanted);
    let mut named: Vec<Named> = ranked.iter().map(|ranked| choose(ranked, &spelled)).collect();
    tell_apart(&mut named);
    named
}

struct Candidate {
    feature: String,
    count: u32,
    strength: f64,
}

/// Dunning's log-likelihood ratio ("Accurate methods for the statistics of surprise and coincidence", 1993), negative
/// where the feature is rarer inside than outside.
fn likelihood_ratio(inside: f64, size: f64, outside: f64, rest: f64) -> f64 {
    let total = size + rest;
    let share = (inside + outside) / total.max(1.0);
    let part = |seen: f64, expected: f64| {
        if seen > 0.0 && expected > 0.0 { seen * (seen / expected).ln() } else { 0.0 }
    };
    let ratio = 2.0
        * (part(inside, size * share)
            + part(size - inside, size * (1.0 - share))
            + part(outside, rest * share)
            + part(rest - outside, rest * (1.0 - share)));
    if rest > 0.0 && inside * rest < outside * size { -ratio } else { ratio }
}

/// The most frequent spelling of each wanted feature; of equals the first by its letters.
fn spelled(readings: &[&Reading], wanted: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let counted = readings
        .par_chunks(2048)
        .map(|readings| {
            let mut counted = BTreeMap::new();
            for reading in readings {
                spellings(reading, |feature| wanted.contains(feature), &mut counted);
            }
            counted
        })
        .reduce(BTreeMap::new, |mut into, from| {
            for (feature, texts) in from {
                let own: &mut BTreeMap<String, u32> = into.entry(feature).or_default();
                for (text, count) in texts {
                    *own.entry(text).or_default() += count;
                }
            }
            into
        });
    let best = |texts: BTreeMap<String, u32>| {
        texts.into_iter().max_by(|one, two| one.1.cmp(&two.1).then(two.0.cmp(&one.0))).map(|(text, _)| text)
    };
    counted.into_iter().filter_map(|(feature, texts)| Some((feature, best(texts)?))).collect()
}

fn choose(ranked: &[Candidate], spelled: &BTreeMap<String, String>) -> Named {
    let signature = ranked.iter().filter(|candidate| candidate.strength > 0.0).take(SIGNATURE);
    let signature =
        signature.map(|candidate| (candidate.feature.clone(), candidate.strength.sqrt() as f32)).collect();
    let can_name =
        |candidate: &&Candidate| names(&candidate.feature) && spelled.contains_key(&candidate.feature);
    // In a pile of one theme nothing is distinctive, and the most frequent names it.
    let distinctive = ranked.iter().any(|candidate| can_name(&candidate) && candidate.strength > 0.0);
    let mut subjects: Vec<&Candidate> =
        ranked.iter().filter(can_name).filter(|candidate| !distinctive || candidate.strength > 0.0).collect();
    if !distinctive {
        subjects.sort_by(|one, two| two.count.cmp(&one.count).then(one.feature.cmp(&two.feature)));
    }
    let text = |candidate: &Candidate| spelled.get(&candidate.feature).cloned().unwrap_or_default();
    let mut single = subjects.iter().copied().filter(|candidate| !candidate.feature.contains(' '));
    let Some(strongest) = single.next() else {
        // Only praise or blame: "not bad", "很好".
        let value = ranked.iter().find(|candidate| candidate.feature.starts_with(VALUE));
        let name = value.map(text).unwrap_or_default();
        return Named { words: vec![name.clone()], name, signature };
    };
    // 换 and 吃 say little by themselves: a longer word that tells nearly as much is said first.
    let brief =
        |candidate: &Candidate| candidate.feature.chars().count() == 1 && candidate.feature.contains(is_han);
    let longer = single.find(|candidate| !brief(candidate) && candidate.strength * 2.0 >= strongest.strength);
    let first = longer.filter(|_| brief(strongest)).unwrap_or(strongest);
    let holds = |pair: &str| pair.contains(' ') && pair.split(' ').any(|stem| stem == first.feature);
    // A pair that only few of the messages hold is one thing of many: 南瓜粥 where all kinds of 粥 are spoken of.
    let pair = subjects.iter().find(|candidate| {
        holds(&candidate.feature)
            && candidate.count * 4 >= first.count
            && candidate.strength >= 0.1 * first.strength
    });
    let spoken = text(first);
    let second = subjects.iter().find(|candidate| {
        let other = text(candidate);
        !candidate.feature.contains(' ')
            && candidate.feature != first.feature
            && candidate.count * 4 >= first.count
            && !other.contains(&spoken)
            && !spoken.contains(&other)
    });
    let name = match (pair, second) {
        (Some(pair), _) => text(pair),
        (None, Some(second)) => format!("{} / {}", text(first), text(second)),
        (None, None) => text(first),
    };
    let mut words: Vec<String> = Vec::new();
    for candidate in &subjects {
        let word = text(candidate);
        if words.len() < WORDS && !words.contains(&word) {
            words.push(word);
        }
    }
    Named { name, words, signature }
}

/// Themes of one name get their next distinctive word beside it.
fn tell_apart(named: &mut [Named]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for named in named.iter_mut() {
        let times = seen.entry(named.name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let other = named.words.iter().find(|word| !named.name.contains(word.as_str())).cloned();
            named.name = match other {
                Some(word) => format!("{} / {word}", named.name),
                None => format!("{} {times}", named.name),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::themes::features::features;
    use crate::tokens::read;

    #[test]
    fn a_name_is_a_phrase_of_the_messages_and_no_stop_word() {
        let texts = [
            "the late flight again",
            "my late flight",
            "付款失败了",
            "又是付款失败",
            "late flight to boston",
        ];
        let readings: Vec<Reading> = texts.iter().map(|text| read(text)).collect();
        let rows: Vec<Vec<String>> = readings.iter().map(features).collect();
        let label = [Some(0), Some(0), Some(1), Some(1), Some(0)];
        let named = name(&readings.iter().collect::<Vec<_>>(), &rows, &label, 2);
        assert_eq!((named[0].name.as_str(), named[1].name.as_str()), ("late flight", "付款失败"));
        assert!(named[0].words.iter().all(|word| word != "the" && word != "my"));
    }

    #[test]
    fn a_name_is_no_rare_pair_and_says_nothing_twice() {
        let texts = [
            "南瓜粥很稠",
            "粥里没有米饭",
            "粥和米饭都凉了",
            "皮蛋粥的粥太稀",
            "米饭配白粥",
            "小米粥和米饭",
            "withdrawal is late",
            "cannot withdraw, the withdrawal hangs",
            "withdraw my funds",
            "withdrawal of funds",
        ];
        let readings: Vec<Reading> = texts.iter().map(|text| read(text)).collect();
        let rows: Vec<Vec<String>> = readings.iter().map(features).collect();
        let label: Vec<Option<u32>> = (0..texts.len()).map(|at| Some(u32::from(at >= 6))).collect();
        let named = name(&readings.iter().collect::<Vec<_>>(), &rows, &label, 2);
        assert!(!named[0].name.contains("南瓜"), "{named:?}");
        assert_ne!(named[1].name, "withdrawal / withdraw", "{named:?}");
        assert_ne!(named[1].name, "withdraw / withdrawal", "{named:?}");
    }

    #[test]
    fn the_ratio_is_dunnings() {
        // 2 · Σ observed · ln(observed / expected) of [[110, 2442], [111, 29114]] (Dunning 1993, table 2, "the swiss").
        let found = likelihood_ratio(110.0, 2552.0, 111.0, 29225.0);
        assert!((found - 270.72).abs() < 0.5, "{found}");
        assert!(likelihood_ratio(1.0, 100.0, 50.0, 100.0) < 0.0);
        assert_eq!(likelihood_ratio(0.0, 0.0, 0.0, 0.0), 0.0);
    }
}
