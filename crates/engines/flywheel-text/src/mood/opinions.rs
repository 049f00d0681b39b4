//! The opinions of a message, each with what it counts for where it stands.

use std::ops::Range;

use super::words::{Meaning, Role};
use crate::lexicon::Unit;
use crate::reading::{Reading, Sort};

/// One opinion of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// Where, in bytes of the folded text.
    pub place: Range<usize>,
    /// As the lexicon has it, −4 to 4.
    pub strength: f64,
    /// What it counts for here, after all that stands around it.
    pub value: f64,
    /// Whether it is denied ("not good").
    pub denied: bool,
    /// Whether it is a picture or sign, not a word.
    pub sign: bool,
    /// Which stretch between commas it stands in, counted from 0.
    pub clause: usize,
    /// Where it begins to be said, with what turns it ("not very good"), in bytes of the folded text.
    pub from: usize,
}

/// How far a negation reaches, in words.
const REACH: f64 = 4.5;
/// What a Chinese character counts of a word.
const CHARACTER: f64 = 0.65;
/// What a denied praise keeps, turned; what a denied blame keeps.
const DENIED: (f64, f64) = (0.8, 0.5);
/// What a hint of blame weighs ("still", "hours"), and what all of a message's together weigh at most.
const HINT: f64 = 0.42;
const HINTS: f64 = 1.2;

/// A stretch of a message between two marks.
#[derive(Debug, Clone, Copy, Default)]
struct Clause {
    sentence: usize,
    wished: Option<usize>,
    past: bool,
    gone: bool,
    though: bool,
    /// After a "but" of its sentence, or of the message where the sentence begins with one.
    after_but: bool,
    before_but: bool,
    sums_up: bool,
    loud: u32,
}

/// The opinions, and the weight of the hints of blame without an opinion.
pub(super) fn opinions(reading: &Reading<'_>, units: &[Unit<Meaning>]) -> (Vec<Opinion>, f64) {
    let (clause_of, clauses, questions) = clauses(units);
    // What served its neighbour says nothing by itself.
    let mut serving = vec![false; units.len()];
    let mut found = Vec::<(usize, Opinion)>::new();
    for (at, unit) in units.iter().enumerate() {
        let (strength, sign) = match unit.sort {
            Sort::Sign(strength, _) => (f64::from(strength), true),
            _ => (unit.meaning.map_or(0.0, |meaning| f64::from(meaning.strength)), false),
        };
        if strength == 0.0 {
            continue;
        }
        let mut opinion = Opinion {
            place: unit.start..unit.end,
            strength,
            value: strength,
            denied: false,
            sign,
            clause: clause_of[at],
            from: unit.start,
        };
        if sign {
            // The second of the same picture says little, the tenth nothing.
            let same = |other: &&(usize, Opinion)| {
                reading.folded[other.1.place.clone()] == reading.folded[opinion.place.clone()]
            };
            opinion.value /= (1 + found.iter().rev().take(8).filter(same).count()).pow(2) as f64;
        } else {
            modify(reading, units, &clause_of, at, &found, &mut serving, &mut opinion);
        }
        found.push((at, opinion));
    }
    let last = clauses.last().map_or(0, |clause| clause.sentence);
    let mut opinions = Vec::with_capacity(found.len());
    for (at, mut opinion) in found {
        if serving[at] {
            continue;
        }
        if !opinion.sign {
            let clause = &clauses[opinion.clause];
            let asked = questions.get(clause.sentence).copied().unwrap_or(false);
            opinion.value *= weight(clause, at, opinion.value, asked);
            if last >= 3 && clause.sentence == last {
                opinion.value *= 1.2;
            }
        }
        opinions.push(opinion);
    }
    let hints = units.iter().zip(&serving).filter(|(unit, serving)| {
        !**serving && unit.meaning.is_some_and(|meaning| meaning.strength == 0.0 && meaning.is(Role::Lack))
    });
    (opinions, (hints.count() as f64 * HINT).min(HINTS))
}

/// What stands before and behind an opinion in its clause: negations, and words that make it stronger or weaker.
fn modify(
    reading: &Reading<'_>,
    units: &[Unit<Meaning>],
    clause_of: &[usize],
    at: usize,
    found: &[(usize, Opinion)],
    serving: &mut [bool],
    opinion: &mut Opinion,
) {
    let mut distance = 0.0;
    let mut scale = 1.0;
    let mut denials = 0;
    let mut emphasised = false;
    for before in (0..at).rev() {
        if clause_of[before] != clause_of[at] || distance > REACH {
            break;
        }
        let unit = &units[before];
        let cost =
            if unit.sort == Sort::Han { CHARACTER * ((unit.end - unit.start) / 3) as f64 } else { 1.0 };
        let Some(meaning) = unit.meaning else {
            if !matches!(unit.sort, Sort::Mark(_)) {
                distance += cost;
            }
            continue;
        };
        // "好 吵": a word with an opinion of its own serves its very neighbour only.
        let serves = meaning.strength == 0.0 || distance == 0.0;
        if meaning.is(Role::Not) && serves {
            let never = emphasised && opinion.strength < 0.0 && unit.sort == Sort::Word;
            // "never been so disappointed" denies nothing.
            if !never {
                denials += 1;
            }
            serving[before] = true;
            opinion.from = unit.start;
            distance += 0.3;
        } else if (meaning.is(Role::More) || meaning.is(Role::Less))
            && serves
            && distance <= 2.0
            && denials == 0
        {
            let clear = meaning.strength == 0.0 || opinion.strength < 0.0;
            if meaning.is(Role::More) && clear {
                scale *= 1.3;
                emphasised = true;
                serving[before] = true;
            } else if meaning.is(Role::Less) {
                scale *= 0.6;
                serving[before] = true;
            }
            opinion.from = unit.start;
            distance += 0.3;
        } else if meaning.strength != 0.0 && !serving[before] {
            // "not clean or tidy": what denies the neighbour denies this one too.
            let neighbour = found.last().filter(|(place, _)| *place == before && distance <= 1.0);
            denials += usize::from(neighbour.is_some_and(|(_, neighbour)| neighbour.denied));
            break;
        } else {
            distance += cost;
        }
    }
    // "差极了", "难用死了".
    let after = units.get(at + 1).filter(|_| clause_of.get(at + 1) == Some(&clause_of[at]));
    if let Some(after) = after.filter(|unit| unit.sort == Sort::Han && units[at].sort == Sort::Han) {
        if after.meaning.is_some_and(|meaning| meaning.strength == 0.0 && meaning.is(Role::More)) {
            scale *= 1.2;
        }
    }
    opinion.value *= f64::min(scale, 1.7);
    opinion.denied = denials % 2 == 1 && !never_enough(reading, units, at, opinion);
    if opinion.denied {
        opinion.value = if opinion.value > 0.0 {
            -(opinion.value.min(3.0) * DENIED.0)
        } else {
            -(opinion.value.max(-3.0) * DENIED.1)
        };
    }
}

/// "I can't recommend it enough": a praise without an end.
fn never_enough(reading: &Reading<'_>, units: &[Unit<Meaning>], at: usize, opinion: &Opinion) -> bool {
    let turned = &reading.folded[opinion.from..opinion.place.start];
    let cannot =
        ["can't", "cannot", "can not", "cant", "couldn't"].iter().any(|word| turned.starts_with(word));
    let behind = units[at + 1..].iter().take(5).take_while(|unit| !matches!(unit.sort, Sort::Mark(_)));
    let mut behind = behind.map(|unit| &reading.folded[unit.start..unit.end]);
    opinion.strength > 0.0 && cannot && behind.any(|word| word == "enough")
}

/// What an opinion weighs in its clause.
fn weight(clause: &Clause, at: usize, value: f64, asked: bool) -> f64 {
    let praise = value > 0.0;
    let mut weight = 1.0 + 0.08 * f64::from(clause.loud.min(3));
    if asked {
        weight *= if praise { 0.4 } else { 0.7 };
    }
    if clause.wished.is_some_and(|wish| wish < at) {
        weight *= if praise { 0.25 } else { 0.7 };
    }
    if clause.gone {
        weight *= if praise { -0.5 } else { 0.3 };
    } else if clause.past {
        weight *= if praise { 0.5 } else { 0.7 };
    }
    if clause.after_but {
        weight *= 1.25;
    } else if clause.before_but {
        weight *= 0.7;
    }
    if clause.though {
        weight *= 0.6;
    }
    if clause.sums_up {
        weight *= 1.5;
    }
    weight
}

/// The clause of every unit, the clauses, and which sentences ask.
fn clauses(units: &[Unit<Meaning>]) -> (Vec<usize>, Vec<Clause>, Vec<bool>) {
    let mut of = Vec::with_capacity(units.len());
    let mut clauses = vec![Clause::default()];
    let mut questions = vec![false];
    let mut first = true;
    for (at, unit) in units.iter().enumerate() {
        let sentence = questions.len() - 1;
        let inherited = clauses.last().is_some_and(|clause| clause.after_but || clause.sums_up);
        if let Sort::Mark(mark) = unit.sort {
            of.push(clauses.len() - 1);
            match mark {
                '?' | '!' | '.' | '。' | '\n' | ';' | '~' => {
                    if mark == '?' {
                        questions[sentence] = true;
                    }
                    if mark == '!' {
                        if let Some(clause) = clauses.last_mut() {
                            clause.loud += 1;
                        }
                    }
                    if !first {
                        questions.push(false);
                        clauses.push(Clause { sentence: sentence + 1, ..Clause::default() });
                        first = true;
                    }
                }
                ',' | ':' | '(' | ')' if !first => {
                    let last = clauses.last().copied().unwrap_or_default();
                    let next = Clause {
                        sentence,
                        after_but: last.after_but,
                        sums_up: last.sums_up,
                        ..Clause::default()
                    };
                    clauses.push(next);
                    first = true;
                }
                _ => {}
            }
            continue;
        }
        if let Some(meaning) = unit.meaning {
            if meaning.is(Role::But) {
                // What was said before, in this sentence or the one before, counts less.
                let from = sentence.saturating_sub(usize::from(first && !inherited));
                for clause in clauses.iter_mut().rev().take_while(|clause| clause.sentence >= from) {
                    clause.before_but = true;
                    clause.after_but = false;
                }
                if !first {
                    clauses.push(Clause { sentence, ..Clause::default() });
                }
                if let Some(clause) = clauses.last_mut() {
                    (clause.after_but, clause.before_but) = (true, false);
                }
            }
            if let Some(clause) = clauses.last_mut() {
                clause.though |= meaning.is(Role::Though);
                clause.past |= meaning.is(Role::Past);
                clause.gone |= meaning.is(Role::Gone);
                clause.sums_up |= meaning.is(Role::Sum);
                if meaning.is(Role::If) && clause.wished.is_none() {
                    clause.wished = Some(at);
                }
            }
        }
        of.push(clauses.len() - 1);
        first = false;
    }
    (of, clauses, questions)
}
