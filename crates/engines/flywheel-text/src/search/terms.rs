//! What a text is found by: its words, and in Chinese also every two characters that stand together.

use flywheel_language::{TermKind, fold, is_han, terms};

/// A term of a text and how often it stands there.
pub type Occurrence = (String, u32);

/// The terms of a message with how often each stands there, in order of the alphabet, and how many stand there in all.
///
/// Marks are left out. A pair of characters that is a word by itself counts once for each place.
pub fn index_terms(text: &str) -> (Vec<Occurrence>, u32) {
    let folded = fold(text);
    let mut all: Vec<&str> = Vec::new();
    let mut run = 0..0;
    let cut = terms(&folded);
    for (at, term) in cut.iter().enumerate() {
        match term.kind {
            TermKind::Mark => {}
            TermKind::Han => {
                if run.end != term.place.start {
                    run = term.place.clone();
                }
                run.end = term.place.end;
                if term.text.chars().count() != 2 {
                    all.push(term.text);
                }
            }
            _ => all.push(term.text),
        }
        let ends =
            cut.get(at + 1).is_none_or(|next| next.kind != TermKind::Han || next.place.start != run.end);
        if term.kind == TermKind::Han && ends {
            all.extend(pairs(&folded[run.clone()]));
            run = 0..0;
        }
    }
    all.sort_unstable();
    let count = all.len() as u32;
    let mut counted: Vec<Occurrence> = Vec::new();
    for term in all {
        match counted.last_mut() {
            Some((last, times)) if last == term => *times += 1,
            // A term longer than this is nobody's word.
            _ => counted.push((clip(term).to_owned(), 1)),
        }
    }
    (counted, count)
}

/// The terms of a query, each once, in its order: its words, and of Chinese words of three and more characters also the pairs inside.
pub fn query_terms(query: &str) -> Vec<String> {
    let folded = fold(query);
    let mut wanted: Vec<String> = Vec::new();
    let mut want = |term: &str| {
        if !wanted.iter().any(|other| other == term) {
            wanted.push(term.to_owned());
        }
    };
    for term in terms(&folded) {
        match term.kind {
            TermKind::Mark => {}
            TermKind::Han => {
                want(term.text);
                if term.text.chars().count() > 2 {
                    pairs(term.text).for_each(&mut want);
                }
            }
            _ => want(clip(term.text)),
        }
    }
    wanted.truncate(64);
    wanted
}

/// Every two characters of a stretch of Chinese.
fn pairs(han: &str) -> impl Iterator<Item = &str> {
    let second = han.char_indices().skip(1);
    let starts = han.char_indices();
    debug_assert!(han.chars().all(is_han));
    starts.zip(second).map(|((start, _), (next, last))| &han[start..next + last.len_utf8()])
}

fn clip(term: &str) -> &str {
    match term.char_indices().nth(64) {
        Some((at, _)) => &term[..at],
        None => term,
    }
}
