//! How near a question is to each entry: by a linear model, by its nearest examples, by concepts and by meaning.

use flywheel_language::{CONCEPT_LIST, concepts_in};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::index::Index;
use super::typo::Spelling;
use crate::linear::{Linear, LinearSpec, Sparse};

/// Texts as vectors whose cosine says how alike they mean; what a published encoder gives.
pub trait Encode {
    /// One vector a text, all of one length; their scale does not matter.
    fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>>;
}

/// One wording of an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Example {
    /// The entry's number.
    pub entry: u32,
    /// Folded.
    pub text: String,
    /// Whether a customer would ask so: tags are no question.
    pub asked: bool,
}

/// What is learned of the examples.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Matcher {
    linear: Linear,
    /// The entry of each class of the model.
    class_entry: Vec<u32>,
    index: Index,
    /// The entry of each example.
    example_entry: Vec<u32>,
    example_concepts: Vec<Vec<u16>>,
    /// How much a concept tells, by concept.
    concept_weights: Vec<f32>,
    /// Vectors of meaning, of length one; empty where there is no encoder.
    meanings: Vec<Vec<f32>>,
    spelling: Spelling,
    entries: usize,
}

/// To be raised whenever a file is learned otherwise than before.
const LEARNING: u32 = 2;

/// The identity of the list of concepts, by whose numbers a learned file knows them, and of the way of learning: a file that
/// was learned with another is to be learned anew.
pub fn concepts_identity() -> String {
    format!("{:016x}-{LEARNING}", xxh3_64(CONCEPT_LIST.as_bytes()))
}

/// A question as the matcher reads it.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    vector: Sparse,
    /// The share of its words' weight that the examples have, 0 to 1.
    pub known: f32,
    concepts: Vec<u16>,
    meaning: Option<Vec<f32>>,
    /// How many words it has.
    pub words: usize,
}

/// How near a question is to each entry.
pub(super) struct Nearness {
    /// The linear model's score, −1.2 to 1.2.
    pub margins: Vec<f32>,
    /// The likeness of the nearest example, 0 to 1.
    pub likeness: Vec<f32>,
}

impl Matcher {
    /// Learns examples that are sorted; `ids` are the entries', rising; `meanings` stand beside the examples.
    pub(super) fn learn(examples: &[Example], ids: &[String], meanings: Vec<Vec<f32>>, seed: u64) -> Self {
        let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        let labels: Vec<&str> = examples.iter().map(|example| ids[example.entry as usize].as_str()).collect();
        let linear = Linear::train(&LinearSpec { seed, ..LinearSpec::default() }, &texts, &labels);
        let class_entry = linear
            .classes()
            .iter()
            .map(|class| ids.partition_point(|id| id.as_str() < class.as_str()) as u32)
            .collect();
        let vectors: Vec<Sparse> = texts.iter().map(|text| linear.features().vector(text).0).collect();
        let example_concepts: Vec<Vec<u16>> = texts.iter().map(|text| concepts_in(text)).collect();
        let mut concept_weights: Vec<f32> = Vec::new();
        for concept in example_concepts.iter().flatten() {
            let place = *concept as usize;
            if concept_weights.len() <= place {
                concept_weights.resize(place + 1, 0.0);
            }
            concept_weights[place] += 1.0;
        }
        for weight in &mut concept_weights {
            *weight = ((1.0 + texts.len() as f32) / (1.0 + *weight)).ln() + 0.2;
        }
        Self {
            index: Index::new(&vectors, linear.features().len()),
            class_entry,
            example_entry: examples.iter().map(|example| example.entry).collect(),
            example_concepts,
            concept_weights,
            meanings,
            spelling: Spelling::learn(texts.into_iter()),
            entries: ids.len(),
            linear,
        }
    }

    /// Reads a folded question; with the encoder whose vectors the examples have.
    pub(super) fn query(&self, folded: &str, meaning: Option<Vec<f32>>) -> Query {
        let mended = self.spelling.mend(folded);
        let (vector, known) = self.linear.features().vector(&mended);
        let words = flywheel_language::terms(&mended)
            .iter()
            .filter(|term| !matches!(term.kind, flywheel_language::TermKind::Mark))
            .count();
        let meaning = meaning.filter(|_| !self.meanings.is_empty()).map(unit);
        Query { vector, known, concepts: concepts_in(&mended), meaning, words }
    }

    /// How near a question is to each entry.
    pub(super) fn nearness(&self, query: &Query) -> Nearness {
        let mut margins = vec![-1.2_f32; self.entries];
        for (entry, score) in self.class_entry.iter().zip(self.linear.scores_of(&query.vector)) {
            margins[*entry as usize] = score.clamp(-1.2, 1.2);
        }
        let mut likeness = vec![0.0_f32; self.entries];
        let lexical = self.index.similarities(&query.vector);
        let length = self.concept_length(&query.concepts);
        for (example, (entry, lexical)) in self.example_entry.iter().zip(lexical).enumerate() {
            let common = self.common_concepts(&query.concepts, length, &self.example_concepts[example]);
            let mut alike = 1.0 - (1.0 - lexical.clamp(0.0, 1.0)) * (1.0 - CONCEPTS * common);
            if let (Some(meaning), Some(other)) = (&query.meaning, self.meanings.get(example)) {
                let cosine: f32 = meaning.iter().zip(other).map(|(a, b)| a * b).sum();
                alike = 0.5 * (alike + cosine.clamp(0.0, 1.0));
            }
            let best = &mut likeness[*entry as usize];
            *best = best.max(alike);
        }
        if self.class_entry.len() < 2 {
            // A model of one class says yes to everything.
            for (margin, alike) in margins.iter_mut().zip(&likeness) {
                *margin = 2.0 * alike - 1.0;
            }
        }
        Nearness { margins, likeness }
    }

    fn concept_length(&self, concepts: &[u16]) -> f32 {
        let weight = |concept: &u16| self.concept_weights.get(*concept as usize).copied().unwrap_or(1.0);
        concepts.iter().map(|concept| weight(concept).powi(2)).sum::<f32>().sqrt()
    }

    /// The cosine of two sets of concepts.
    fn common_concepts(&self, query: &[u16], length: f32, example: &[u16]) -> f32 {
        if query.is_empty() || example.is_empty() {
            return 0.0;
        }
        let common: f32 = example
            .iter()
            .filter(|concept| query.binary_search(concept).is_ok())
            .map(|concept| self.concept_weights[*concept as usize].powi(2))
            .sum();
        common / (length * self.concept_length(example)).max(1e-6)
    }
}

/// How much of the remaining difference common concepts take away at most.
const CONCEPTS: f32 = 0.3;

impl Query {
    /// A question that goes on from an earlier one: the earlier one's words count `weight` times as much.
    pub(super) fn after(&self, earlier: &Self, weight: f32) -> Self {
        let mut vector: Sparse = Vec::with_capacity(self.vector.len() + earlier.vector.len());
        vector.extend(&self.vector);
        vector.extend(earlier.vector.iter().map(|(feature, value)| (*feature, weight * value)));
        vector.sort_by_key(|(feature, _)| *feature);
        let mut joined: Sparse = Vec::with_capacity(vector.len());
        for (feature, value) in vector {
            match joined.last_mut() {
                Some(last) if last.0 == feature => last.1 += value,
                _ => joined.push((feature, value)),
            }
        }
        let length = joined.iter().map(|(_, value)| value * value).sum::<f32>().sqrt().max(1e-6);
        for (_, value) in &mut joined {
            *value /= length;
        }
        let mut concepts = [self.concepts.as_slice(), &earlier.concepts].concat();
        concepts.sort_unstable();
        concepts.dedup();
        let meaning = match (&self.meaning, &earlier.meaning) {
            (Some(own), Some(before)) => {
                Some(unit(own.iter().zip(before).map(|(a, b)| a + weight * b).collect()))
            }
            (own, _) => own.clone(),
        };
        let (own, before) = (self.words as f32, weight * earlier.words as f32);
        let known = (self.known * own + earlier.known * before) / (own + before).max(1e-6);
        Self { vector: joined, known, concepts, meaning, words: self.words + earlier.words }
    }
}

/// A vector of length one; what is not finite counts as nothing.
pub(super) fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    for value in &mut vector {
        if !value.is_finite() {
            *value = 0.0;
        }
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in &mut vector {
            *value /= length;
        }
    }
    vector
}
