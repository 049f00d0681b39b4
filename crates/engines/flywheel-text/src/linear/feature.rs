//! From a text to a sparse vector: pieces, known from the examples, weighted by sublinear tf-idf.

use serde::{Deserialize, Serialize};

use super::piece::pieces;

/// Which pieces count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureSpec {
    /// The shortest n-gram of characters.
    pub shortest: usize,
    /// The longest.
    pub longest: usize,
    /// In how many examples a piece must stand to count, at least 1.
    pub at_least: u32,
    /// The weight of the n-grams of characters beside the terms, 0 for none.
    pub characters: f32,
    /// The most features; where there are more, those of fewest examples go.
    pub most: usize,
}

impl Default for FeatureSpec {
    fn default() -> Self {
        Self { shortest: 3, longest: 5, at_least: 1, characters: 1.0, most: 1 << 18 }
    }
}

/// A sparse vector: (feature, value), features rising.
pub type Sparse = Vec<(u32, f32)>;

/// The pieces that were seen in the examples, with their weights.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Features {
    spec: FeatureSpec,
    /// Names of the pieces, rising; the place is the feature's number.
    names: Vec<u64>,
    /// `ln((1 + n) / (1 + examples with the piece)) + 1`, by feature.
    idf: Vec<f32>,
    /// The idf of a piece that was never seen.
    unseen: f32,
}

impl Features {
    /// Learns the pieces of folded texts; the order of the texts does not matter.
    pub fn learn<T: AsRef<str>>(spec: &FeatureSpec, texts: &[T]) -> Self {
        let mut all: Vec<u64> = Vec::new();
        for text in texts {
            let cut = pieces(text.as_ref(), spec.shortest, spec.longest);
            let mut own = cut.words;
            if spec.characters > 0.0 {
                own.extend(cut.characters);
            }
            own.sort_unstable();
            own.dedup();
            all.extend(own);
        }
        all.sort_unstable();
        let mut counted: Vec<(u64, u32)> = Vec::new();
        for name in all {
            match counted.last_mut() {
                Some(last) if last.0 == name => last.1 += 1,
                _ => counted.push((name, 1)),
            }
        }
        counted.retain(|(_, count)| *count >= spec.at_least);
        if counted.len() > spec.most {
            counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            counted.truncate(spec.most);
            counted.sort_unstable();
        }
        let n = texts.len() as f32;
        let weight = |count: u32| ((1.0 + n) / (1.0 + count as f32)).ln() + 1.0;
        Self {
            spec: spec.clone(),
            names: counted.iter().map(|(name, _)| *name).collect(),
            idf: counted.iter().map(|(_, count)| weight(*count)).collect(),
            unseen: weight(0),
        }
    }

    /// How many features there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The vector of a folded text, of length one (or zero, when it has nothing known), and the share of the weight
    /// of its terms that is known, 0 to 1: how much of the text the examples have seen at all.
    ///
    /// Terms and n-grams of characters are each of length one before they are joined, so that a long word does not
    /// outweigh its sentence.
    pub fn vector(&self, folded: &str) -> (Sparse, f32) {
        let cut = pieces(folded, self.spec.shortest, self.spec.longest);
        let (mut vector, known) = self.block(cut.words, 1.0);
        if self.spec.characters > 0.0 {
            vector.extend(self.block(cut.characters, self.spec.characters).0);
            vector.sort_unstable_by_key(|(feature, _)| *feature);
        }
        scale(&mut vector, 1.0);
        (vector, known)
    }

    fn block(&self, mut names: Vec<u64>, length: f32) -> (Sparse, f32) {
        names.sort_unstable();
        let mut vector: Sparse = Vec::with_capacity(names.len());
        let (mut known, mut all) = (0.0, 0.0);
        for run in names.chunk_by(|a, b| a == b) {
            let often = 1.0 + (run.len() as f32).ln();
            match self.names.binary_search(&run[0]) {
                Ok(feature) => {
                    known += often * self.idf[feature];
                    all += often * self.idf[feature];
                    vector.push((feature as u32, often * self.idf[feature]));
                }
                Err(_) => all += often * self.unseen,
            }
        }
        scale(&mut vector, length);
        (vector, if all > 0.0 { known / all } else { 0.0 })
    }
}

/// Gives a vector a length; a vector of nothing stays so.
fn scale(vector: &mut Sparse, length: f32) {
    let square: f32 = vector.iter().map(|(_, value)| value * value).sum();
    if square > 0.0 {
        let factor = length / square.sqrt();
        for (_, value) in vector {
            *value *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_of_the_examples_is_known_and_another_is_not() {
        let features = Features::learn(&FeatureSpec::default(), &["where is my card", "reset the password"]);
        let (vector, known) = features.vector("where is my card");
        assert!((known - 1.0).abs() < 1e-6);
        assert!((vector.iter().map(|(_, value)| value * value).sum::<f32>() - 1.0).abs() < 1e-5);
        let (vector, known) = features.vector("qqqq");
        assert!(vector.is_empty() && known == 0.0);
    }

    #[test]
    fn the_rarest_features_go_first() {
        let spec = FeatureSpec { characters: 0.0, most: 1, ..FeatureSpec::default() };
        let features = Features::learn(&spec, &["a b", "a c", "a d"]);
        assert_eq!(features.len(), 1);
        assert_eq!(features.vector("a").0, [(0, 1.0)]);
        assert!(features.vector("b").0.is_empty());
    }

    proptest! {
        #[test]
        fn vectors_have_length_one_and_rise(text in "\\PC{0,60}") {
            let features = Features::learn(&FeatureSpec::default(), &[text.as_str(), "other"]);
            let (vector, known) = features.vector(&text);
            prop_assert!((0.0..=1.000_1).contains(&known));
            prop_assert!(vector.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let square: f32 = vector.iter().map(|(_, value)| value * value).sum();
            prop_assert!(vector.is_empty() || (square - 1.0).abs() < 1e-4);
        }
    }
}
