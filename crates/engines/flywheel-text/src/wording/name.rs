//! A name that can be met in a sentence, and how well words fit it.

use std::ops::Range;

use flywheel_language::{fold, is_han};

use super::unit::{GENERAL, Unit, units};

/// Least share of a name's words that a sentence must hold: one of two, in either language.
const LEAST: f64 = 0.39;

/// A name that can be met.
#[derive(Debug, Clone)]
pub struct Name {
    pub folded: String,
    pub units: Vec<Unit>,
}

impl Name {
    /// A name by its words, or as one where it has none that say something.
    pub fn new(name: &str) -> Self {
        let spelled = spelled_out(name);
        let mut found = units(&spelled);
        if found.is_empty() {
            found = vec![Unit::new(&spelled, 0..spelled.len())];
        }
        Self { folded: fold(name), units: found }
    }

    /// How well words fit it: the weight of what fits, the share of it, and which of the words.
    pub fn met(&self, words: &[Unit]) -> Option<(f64, f64, Vec<usize>)> {
        let (mut matched, mut fresh, mut total) = (0.0, 0.0, 0.0);
        let mut used = Vec::new();
        let mut told = Vec::new();
        let mut telling = false;
        for unit in &self.units {
            total += unit.weight;
            let mut best = 0.0;
            let mut best_at = None;
            for (at, word) in words.iter().enumerate() {
                let fit = unit.fits(word);
                if fit > 0.0 && !used.contains(&at) {
                    used.push(at);
                }
                if fit > best {
                    (best, best_at) = (fit, Some(at));
                }
            }
            // A word that says two parts of a name (付款 of `bill paid`) says no more than once.
            if best_at.is_some_and(|at| told.contains(&at)) {
                matched += unit.weight * best / 2.0;
            } else {
                matched += unit.weight * best;
                fresh += unit.weight * best;
                told.extend(best_at);
            }
            telling |= best > 0.0 && unit.weight > GENERAL || best == 1.0 && self.units.len() == 1;
        }
        used.sort_unstable();
        let share = matched / total;
        (telling && share >= LEAST).then_some((fresh * share, share, used))
    }
}

/// A name that was met in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// Which.
    pub name: String,
    /// Where, in order.
    pub places: Vec<Range<usize>>,
    /// The share of the name's words that were met, from 0 to 1; words of another language or form count less.
    pub share: f64,
}

/// A name as words: `$addToCart` and `add_to_cart` read `add to cart`.
pub fn spelled_out(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for character in name.chars() {
        let hump = character.is_uppercase() && (before.is_lowercase() || before.is_numeric());
        let edge = is_han(character) != is_han(before) && before != ' ';
        if hump || (edge && character.is_alphanumeric()) {
            words.push(' ');
        }
        words.push(if character.is_alphanumeric() { character } else { ' ' });
        before = character;
    }
    fold(&words)
}
