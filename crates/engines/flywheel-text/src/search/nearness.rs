//! How near each other the words of a query stand in a message.

use flywheel_language::fold;

/// What a message's score is multiplied with: 1 where it has nothing to say, up to 1.5 where the query stands there as it was written.
///
/// The words of the query within twice their own length count half as much as the query itself.
pub(super) fn bonus(text: &str, query: &str, words: &[String]) -> f64 {
    const WHOLE: f64 = 0.5;
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).take(8).collect();
    if words.len() < 2 {
        return 1.0;
    }
    // What is near in the first thousands of characters is near.
    let text = fold(clip(text, 8192));
    if text.contains(query) {
        return 1.0 + WHOLE;
    }
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        places.extend(text.match_indices(word).take(32).map(|(start, _)| (start, at)));
    }
    places.sort_unstable();
    let own: usize = words.iter().map(|word| word.len() + 1).sum();
    let Some(shortest) = window(&places, &words) else { return 1.0 };
    1.0 + 0.5 * WHOLE * (2.0 * own as f64 / (shortest.max(own) as f64 + own as f64)).powi(2)
}

/// The shortest stretch that holds every word.
fn window(places: &[(usize, usize)], words: &[&str]) -> Option<usize> {
    let mut counts = vec![0_u32; words.len()];
    let (mut missing, mut left, mut shortest) = (words.len(), 0, None);
    for (start, word) in places {
        if counts[*word] == 0 {
            missing -= 1;
        }
        counts[*word] += 1;
        while missing == 0 {
            let (first, dropped) = places[left];
            let long = start + words[*word].len() - first;
            shortest = Some(shortest.map_or(long, |shortest: usize| shortest.min(long)));
            counts[dropped] -= 1;
            missing += usize::from(counts[dropped] == 0);
            left += 1;
        }
    }
    shortest
}

/// The first bytes of a text, whole characters.
fn clip(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearer_is_better_and_the_phrase_is_best() {
        let words = ["payment".to_owned(), "failed".to_owned()];
        let of = |text: &str| bonus(text, "payment failed", &words);
        let phrase = of("My PAYMENT failed twice");
        let near = of("payment has failed");
        let far = of("payment was fine until the whole thing with the update of the bank came and it failed");
        assert!(phrase > near && near > far && far > of("payment only"), "{phrase} {near} {far}");
        assert!((of("payment only") - 1.0).abs() < 1e-12 && phrase <= 1.5);
    }
}
