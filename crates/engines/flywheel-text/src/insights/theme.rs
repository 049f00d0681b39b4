//! The themes of a report: size, trend, mood, quotes, and where they come from.

use flywheel_language::fold;
use flywheel_spec::feedback::insights::ThemeRow;
use rayon::prelude::*;

use super::tally::{mean, people, shares};
use super::{Pieces, language_name};
use crate::personal::mask;
use crate::trend::trends;

/// So many of the messages most like a theme are looked at for its name.
const LIKEST: usize = 40;
/// … in so many characters of theirs.
const BEGIN: usize = 1_000;

impl Pieces<'_> {
    /// The themes with most voices, each told.
    pub(super) fn theme_rows(&self) -> Vec<ThemeRow> {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); self.found.themes.len()];
        for at in self.read {
            if let Some(theme) = self.found.of_message[*at as usize] {
                members[theme as usize].push(*at);
            }
        }
        let steps: Vec<Vec<u64>> = members
            .par_iter()
            .map(|members| self.by_step(members).iter().map(|messages| people(self.pile, messages)).collect())
            .collect();
        let all: Vec<u64> =
            self.by_step(self.read).par_iter().map(|messages| people(self.pile, messages)).collect();
        let trends = trends(&steps, &all);
        let voices = self.voices(self.read).max(1) as f64;
        let mut rows: Vec<ThemeRow> = members
            .par_iter()
            .enumerate()
            .filter(|(_, members)| !members.is_empty())
            .map(|(at, members)| {
                let own = self.voices(members);
                ThemeRow {
                    trend: trends[at],
                    steps: steps[at].clone(),
                    voices: own,
                    share: own as f64 / voices,
                    ..self.row(at, members)
                }
            })
            .collect();
        rows.sort_by(|one, two| {
            two.voices.cmp(&one.voices).then(one.name.cmp(&two.name)).then(one.id.cmp(&two.id))
        });
        rows.truncate(self.spec.themes);
        rows
    }

    fn row(&self, at: usize, members: &[u32]) -> ThemeRow {
        let theme = &self.found.themes[at];
        let read = |at: &u32| &self.messages[*at as usize];
        let times = || members.iter().map(|at| read(at).message.time);
        let by_id = |one: &u32, two: &u32| read(one).message.id.cmp(&read(two).message.id);
        let mut typical = members.to_vec();
        // The likest; of equally like ones the one that most voices share, then the first by id.
        let like = |at: &u32| self.found.like[*at as usize];
        let said = |at: &u32| self.pile.texts[self.pile.text_of[*at as usize] as usize].voices;
        typical.sort_by(|one, two| {
            like(two).total_cmp(&like(one)).then(said(two).cmp(&said(one))).then_with(|| by_id(one, two))
        });
        // Among the likest those come first that hold what the theme is called.
        let named: Vec<String> = theme.name.split(" / ").map(fold).filter(|name| !name.is_empty()).collect();
        let likest = typical.len().min(LIKEST);
        typical[..likest].sort_by_cached_key(|at| {
            let begin: String = read(at).message.text.chars().take(BEGIN).collect();
            let folded = fold(&begin);
            !named.iter().any(|name| folded.contains(name))
        });
        let mut moods: Vec<(f64, u32)> =
            members.iter().filter_map(|at| Some((read(at).mood?, *at))).collect();
        moods.sort_by(|one, two| one.0.total_cmp(&two.0).then_with(|| by_id(&one.1, &two.1)));
        let quotes = self.spec.quotes;
        let lowest = moods.iter().filter(|(mood, _)| *mood < 0.0).map(|(_, at)| *at);
        let highest = moods.iter().rev().filter(|(mood, _)| *mood > 0.0).map(|(_, at)| *at);
        ThemeRow {
            id: theme.id,
            // A name and words are made of the texts as they were written.
            name: mask(&theme.name).0,
            given_name: None,
            words: theme.words.iter().map(|word| mask(word).0).collect(),
            messages: members.len() as u64,
            voices: 0,
            people: people(self.pile, members),
            share: 0.0,
            trend: Default::default(),
            mood: mean(moods.iter().map(|(mood, _)| *mood)),
            typical: self.quotes(typical.into_iter(), quotes),
            lowest: self.quotes(lowest, quotes),
            highest: self.quotes(highest, quotes),
            versions: shares(members.iter().filter_map(|at| read(at).message.version.as_deref())),
            sources: shares(members.iter().filter_map(|at| read(at).message.source.as_deref())),
            languages: shares(members.iter().map(|at| language_name(read(at).language))),
            first: times().min().unwrap_or(0),
            last: times().max().unwrap_or(0),
            steps: Vec::new(),
        }
    }
}
