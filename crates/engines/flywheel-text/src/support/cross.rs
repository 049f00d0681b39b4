//! The file asked its own questions: each wording of a model that has not seen it, and each topic of one that lacks it.

use xxhash_rust::xxh3::xxh3_64;

use super::calibrate::{Ranked, rank};
use super::matcher::{Example, Matcher};

/// One wording that was asked.
pub(super) struct Asked {
    /// Its place among the examples; absent for what is written as off the topic.
    pub example: Option<usize>,
    /// What it was about.
    pub topic: Topic,
    /// What was found, by [`SHARES`].
    pub found: Vec<Ranked>,
}

/// What a wording that was asked is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// An entry that the model knew in other words.
    Known(u32),
    /// An entry that the model lacked.
    Left,
    /// Nothing of the file.
    Off,
}

/// The shares of the linear model that are tried.
pub(super) const SHARES: [f32; 5] = [0.0, 0.3, 0.5, 0.7, 0.9];

/// What people write that no file is about; written for the project.
const OFF_TOPIC: &str = include_str!("../../words/off_topic.txt");

const FOLDS: u32 = 5;
/// The fewest entries for which leaving some out says anything.
const FEWEST: usize = 5;
/// From so many examples on two of the folds are enough.
const LARGE: usize = 20_000;
/// The most wordings that are asked in a fold, of known topics and of left ones.
const MOST_KNOWN: usize = 1_500;
const MOST_LEFT: usize = 500;

/// Asks the examples (sorted) in five folds: each fold leaves out a fifth of the entries whole, and a quarter of the
/// wordings of the others. Empty where there are too few entries.
pub(super) fn ask(examples: &[Example], ids: &[String], meanings: &[Vec<f32>], seed: u64) -> Vec<Asked> {
    if ids.len() < FEWEST {
        return Vec::new();
    }
    let groups = groups(ids);
    let folds = folds(examples, &groups);
    let mut asked = Vec::new();
    for fold in 0..if examples.len() > LARGE { 2 } else { FOLDS } {
        let left = |at: usize| groups[examples[at].entry as usize] == fold;
        let kept: Vec<usize> =
            (0..examples.len()).filter(|at| !left(*at) && folds[*at] != Some(fold)).collect();
        if kept.is_empty() {
            continue;
        }
        let known: Vec<Example> = kept.iter().map(|at| examples[*at].clone()).collect();
        let vectors = kept.iter().filter_map(|at| meanings.get(*at).cloned()).collect();
        let matcher = Matcher::learn(&known, ids, vectors, seed);
        let mut has = vec![false; ids.len()];
        for example in &known {
            has[example.entry as usize] = true;
        }
        let found = |text: &str, meaning: Option<Vec<f32>>| {
            let query = matcher.query(text, meaning);
            let near = matcher.nearness(&query);
            SHARES.iter().map(|share| rank(&query, &near, *share, None)).collect()
        };
        let mut put = |places: Vec<usize>, most: usize, known: bool| {
            for at in spread(places, examples, most) {
                let entry = examples[at].entry;
                let topic = if known && has[entry as usize] { Topic::Known(entry) } else { Topic::Left };
                let found = found(&examples[at].text, meanings.get(at).cloned());
                asked.push(Asked { example: Some(at), topic, found });
            }
        };
        let held = (0..examples.len()).filter(|at| !left(*at) && folds[*at] == Some(fold)).collect();
        put(held, MOST_KNOWN, true);
        put((0..examples.len()).filter(|at| left(*at) && examples[*at].asked).collect(), MOST_LEFT, false);
        // The encoder is not at hand for these: they are left to the words alone.
        if meanings.is_empty() {
            let lines = OFF_TOPIC.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
            for line in lines.skip(fold as usize).step_by(FOLDS as usize) {
                let found = found(&flywheel_language::fold(line), None);
                asked.push(Asked { example: None, topic: Topic::Off, found });
            }
        }
    }
    asked
}

/// The fold that leaves an entry out: entries in the order of their hashes, dealt like cards.
fn groups(ids: &[String]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|at| (xxh3_64(ids[*at].as_bytes()), *at));
    let mut groups = vec![0; ids.len()];
    for (rank, at) in order.into_iter().enumerate() {
        groups[at] = rank as u32 % FOLDS;
    }
    groups
}

/// The fold that asks an example: those of one entry dealt over the folds that don't leave the entry out.
/// A lone wording is never held back, and tags are never asked.
fn folds(examples: &[Example], groups: &[u32]) -> Vec<Option<u32>> {
    let mut folds = vec![None; examples.len()];
    let mut from = 0;
    for run in examples.chunk_by(|a, b| a.entry == b.entry) {
        let group = groups[run[0].entry as usize];
        let mut order: Vec<usize> = (0..run.len()).filter(|at| run[*at].asked).collect();
        order.sort_by_key(|at| (xxh3_64(run[*at].text.as_bytes()), *at));
        if order.len() > 1 {
            for (rank, at) in order.into_iter().enumerate() {
                folds[from + at] = Some((group + 1 + rank as u32 % (FOLDS - 1)) % FOLDS);
            }
        }
        from += run.len();
    }
    folds
}

/// At most so many of the places, in the order of their texts' hashes.
fn spread(mut places: Vec<usize>, examples: &[Example], most: usize) -> Vec<usize> {
    if places.len() > most {
        places.sort_by_key(|at| (xxh3_64(examples[*at].text.as_bytes()), *at));
        places.truncate(most);
        places.sort_unstable();
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wording_is_asked_once_and_not_where_its_entry_is_left_out() {
        let ids: Vec<String> = (0..7).map(|id| format!("e{id}")).collect();
        let mut examples: Vec<Example> = (0..7)
            .flat_map(|entry| (0..=entry).map(move |n| Example { entry, text: format!("t{n}"), asked: true }))
            .collect();
        examples.sort();
        let groups = groups(&ids);
        let folds = folds(&examples, &groups);
        for (example, fold) in examples.iter().zip(folds) {
            assert_eq!(fold.is_some(), example.entry > 0);
            assert_ne!(fold, Some(groups[example.entry as usize]));
        }
    }
}
