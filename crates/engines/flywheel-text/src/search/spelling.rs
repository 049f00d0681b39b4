//! The nearest known word for one that nobody wrote: one letter off.

use super::segment::Segment;

/// The most frequent known word that is one edit (a letter more, less, other, or two swapped) from an unknown one.
/// Words of fewer than four letters, and of other than Latin letters, have none; the first letter must be right.
pub(super) fn nearest(segments: &[Segment], word: &str) -> Option<String> {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let first = &word[..1];
    let mut best: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for segment in segments {
        for at in segment.first_from(first)..segment.term_count() {
            let known = segment.term(at);
            if !known.starts_with(first) {
                break;
            }
            let near = known.len().abs_diff(word.len()) <= 1
                && known.is_ascii()
                && strsim::osa_distance(known, word) == 1;
            if near {
                *best.entry(known).or_default() += u64::from(segment.frequency_at(at));
            }
        }
    }
    best.into_iter()
        .max_by(|one, other| (one.1, other.0).cmp(&(other.1, one.0)))
        .map(|(word, _)| word.to_owned())
}
