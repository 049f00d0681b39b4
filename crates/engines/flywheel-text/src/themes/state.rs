//! What is kept of the themes from day to day: where they lie and what they are recognised by, and no message.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cluster::dot;
use super::name::Named;
use super::space::{Space, normalise};

/// The themes so far: enough to place new messages and to recognise a theme, without any text of a message but names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ThemeState {
    /// The next theme's number.
    pub(super) next: u32,
    /// One for each time that themes were formed, the oldest first.
    pub(super) layers: Vec<Layer>,
}

/// Themes that were formed together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Layer {
    pub space: Space,
    /// The mean of the encoder's vectors by language, taken off before comparing; empty without an encoder.
    pub means: Means,
    pub themes: Vec<Kept>,
}

/// A theme as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub id: u32,
    pub name: String,
    pub words: Vec<String>,
    /// Its direction in its layer's space.
    pub centre: Vec<f32>,
    pub signature: Vec<(String, f32)>,
}

/// The mean vector of each language, by its place in [`slot`](Means::slot).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Means(pub Vec<Vec<f32>>);

/// How much of a message's likeness its vector decides, the rest being its words.
const OF_VECTOR: f32 = 0.7;

impl Means {
    /// Where a message lies by its words and its vector together; both parts of it of fixed share.
    pub fn join(&self, words: &[f32], vector: Option<&[f32]>, language: usize) -> Vec<f32> {
        let Some(mean) = self.0.get(language) else { return words.to_vec() };
        let mut meaning = vector.map_or_else(|| vec![0.0; mean.len()], <[f32]>::to_vec);
        meaning.resize(mean.len(), 0.0);
        if vector.is_some() {
            normalise(&mut meaning);
            meaning.iter_mut().zip(mean).for_each(|(value, mean)| *value -= mean);
            normalise(&mut meaning);
        }
        let mut joined: Vec<f32> = words.iter().map(|value| value * (1.0 - OF_VECTOR).sqrt()).collect();
        joined.extend(meaning.iter().map(|value| value * OF_VECTOR.sqrt()));
        normalise(&mut joined);
        joined
    }
}

/// The likeness (cosine) of two signatures from which a theme counts as the same.
const RECOGNISED: f32 = 0.35;

impl ThemeState {
    /// How many themes are known.
    pub fn themes(&self) -> usize {
        self.layers.iter().map(|layer| layer.themes.len()).sum()
    }

    /// The themes that are known, by number, each with its name; where one was formed anew, its newest.
    pub fn names(&self) -> BTreeMap<u32, &str> {
        let kept = self.layers.iter().flat_map(|layer| &layer.themes);
        kept.map(|kept| (kept.id, kept.name.as_str())).collect()
    }

    /// The numbers that are taken and nothing else: what is left when every text is to be forgotten, so that no later
    /// theme gets the number of another.
    pub fn without_themes(&self) -> Self {
        Self { next: self.next, layers: Vec::new() }
    }

    /// For each new theme the number of the old one that it continues: the likest pairs first, each used once.
    pub(super) fn recognise(&self, named: &[Named]) -> Vec<Option<u32>> {
        let old: Vec<(u32, BTreeMap<&str, f32>)> = self
            .layers
            .iter()
            .flat_map(|layer| &layer.themes)
            .map(|kept| {
                (kept.id, kept.signature.iter().map(|(name, weight)| (name.as_str(), *weight)).collect())
            })
            .collect();
        let mut pairs: Vec<(f32, u32, usize)> = Vec::new();
        for (at, named) in named.iter().enumerate() {
            let own: BTreeMap<&str, f32> =
                named.signature.iter().map(|(name, weight)| (name.as_str(), *weight)).collect();
            for (id, signature) in &old {
                let like = cosine(&own, signature);
                if like >= RECOGNISED {
                    pairs.push((like, *id, at));
                }
            }
        }
        pairs.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)).then(one.2.cmp(&two.2)));
        let mut found = vec![None; named.len()];
        let mut taken = Vec::new();
        for (_, id, at) in pairs {
            if found[at].is_none() && !taken.contains(&id) {
                found[at] = Some(id);
                taken.push(id);
            }
        }
        found
    }
}

fn cosine(one: &BTreeMap<&str, f32>, other: &BTreeMap<&str, f32>) -> f32 {
    let values = |signature: &BTreeMap<&str, f32>| signature.values().copied().collect::<Vec<f32>>();
    let (own, their) = (values(one), values(other));
    let size = (dot(&own, &own) * dot(&their, &their)).sqrt();
    let shared: f32 = one.iter().filter_map(|(name, weight)| Some(weight * other.get(name)?)).sum();
    if size > 0.0 { shared / size } else { 0.0 }
}
