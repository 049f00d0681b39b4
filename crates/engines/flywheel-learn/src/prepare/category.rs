//! Categories: one 0/1 input each, or a learned vector each, and always a place for the unseen.

use std::borrow::Cow;
use std::collections::BTreeMap;

use flywheel_spec::recipe::{CategoryEncoding, MissingRule};
use flywheel_spec::{Phrase, phrase};
use flywheel_tables::frame::Values;
use flywheel_tables::infer;
use serde::{Deserialize, Serialize};

use super::Slots;

/// A category with fewer rows than this in the training part shares the place of the unseen, which so learns something.
const RARE: u64 = 2;

/// How one column of categories becomes inputs.
///
/// Places: 0 is the unseen, `1..=categories` are the categories in their order, and one more is the missing where they
/// are a category of their own, which some training rows were of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryCode {
    /// The categories known, sorted.
    pub categories: Vec<String>,
    /// Rows of each in the training part.
    pub counts: Vec<u64>,
    /// One-hot or embedded.
    pub encoding: CategoryEncoding,
    /// Numbers that a learned vector has.
    pub embedding_width: usize,
    /// True when rare categories taught the place of the unseen something; if not, a one-hot unseen is all zeros,
    /// because the weights of its place are still as they were drawn.
    pub unseen_learned: bool,
    /// What a missing value counts as.
    pub missing: MissingCategory,
    /// Whether another input says that the value was missing.
    pub indicator: bool,
}

/// What a missing category counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum MissingCategory {
    /// As the category of this place.
    As {
        /// From 0, the unseen.
        place: u32,
    },
    /// As a category of its own, the last place.
    Own {},
}

/// The rules of one column of categories.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CategoryRules<'a> {
    pub encoding: CategoryEncoding,
    pub embedding_width: Option<usize>,
    pub missing: MissingRule,
    pub fill: Option<&'a str>,
    pub indicator: bool,
}

impl CategoryCode {
    /// Fits on the training rows.
    pub(super) fn fit(values: &Values, train: &[usize], rules: &CategoryRules<'_>) -> (Self, Vec<Phrase>) {
        let mut steps = Vec::new();
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        let mut missing_rows = 0_u64;
        for &row in train {
            match category_at(values, row) {
                Some(category) => match counted.get_mut(category.as_ref()) {
                    Some(count) => *count += 1,
                    None => {
                        counted.insert(category.into_owned(), 1);
                    }
                },
                None => missing_rows += 1,
            }
        }
        let rare: Vec<String> = counted
            .iter()
            .filter(|(_, count)| **count < RARE)
            .map(|(category, _)| category.clone())
            .collect();
        let unseen_learned = !rare.is_empty() && rare.len() < counted.len();
        if unseen_learned {
            counted.retain(|_, count| *count >= RARE);
            steps.push(phrase!("prepare.step_rare", count = rare.len()));
        }
        let (categories, counts): (Vec<String>, Vec<u64>) = counted.into_iter().unzip();

        let place = |category: &str| categories.binary_search_by(|known| known.as_str().cmp(category));
        let missing = match (rules.missing, rules.fill) {
            // No row would teach a place of its own anything: the missing are then as unseen as any new category.
            (MissingRule::Constant, fill)
                if missing_rows == 0 && fill.is_none_or(|fill| place(fill).is_err()) =>
            {
                MissingCategory::As { place: 0 }
            }
            (MissingRule::Constant, None) => MissingCategory::Own {},
            (MissingRule::Constant, Some(fill)) => {
                // A fill that no row of the training part holds is a category of its own, not the place of the unseen.
                place(fill)
                    .map_or(MissingCategory::Own {}, |index| MissingCategory::As { place: index as u32 + 1 })
            }
            (MissingRule::Median | MissingRule::MostFrequent, _) => {
                let most = (0..counts.len()).max_by_key(|&index| (counts[index], std::cmp::Reverse(index)));
                MissingCategory::As { place: most.map_or(0, |index| index as u32 + 1) }
            }
        };
        if missing_rows > 0 {
            steps.push(match missing {
                MissingCategory::Own {} => phrase!("prepare.step_own_category", count = missing_rows),
                MissingCategory::As { place } => {
                    let stand_in =
                        place.checked_sub(1).map_or("?", |index| categories[index as usize].as_str());
                    phrase!("prepare.step_category_filled", fill = stand_in, count = missing_rows)
                }
            });
        }
        let indicator = rules.indicator && missing_rows > 0 && missing != MissingCategory::Own {};
        if indicator {
            steps.push(phrase!("prepare.step_indicator"));
        }
        let mut code = Self {
            categories,
            counts,
            encoding: rules.encoding,
            embedding_width: 0,
            unseen_learned,
            missing,
            indicator,
        };
        let places = code.places();
        steps.push(match rules.encoding {
            CategoryEncoding::OneHot => phrase!("prepare.step_one_hot", places = places),
            CategoryEncoding::Embedding => {
                code.embedding_width = rules.embedding_width.unwrap_or(places.div_ceil(2).min(50));
                phrase!("prepare.step_embedding", places = places, width = code.embedding_width)
            }
        });
        (code, steps)
    }

    /// Places, the one for the unseen included.
    pub fn places(&self) -> usize {
        self.categories.len() + 1 + usize::from(self.missing == MissingCategory::Own {})
    }

    /// Numbers that come of it without an embedding.
    pub fn width(&self) -> usize {
        let places = if self.encoding == CategoryEncoding::OneHot { self.places() } else { 0 };
        places + usize::from(self.indicator)
    }

    /// The place of a value, however it is spelt; absent when it was never seen in training.
    pub fn place(&self, category: &str) -> Option<u32> {
        let find = |spelling: &str| {
            let found = self.categories.binary_search_by(|known| known.as_str().cmp(spelling));
            found.ok().map(|index| index as u32 + 1)
        };
        find(category).or_else(|| spellings(category).into_iter().flatten().find_map(|other| find(&other)))
    }

    /// True for a word that was not learned and stands for nothing: `NA` anywhere, and `unknown` where an import reads it so,
    /// among numbers.
    pub(super) fn is_missing(&self, text: &str) -> bool {
        let of_numbers = || self.categories.iter().all(|category| infer::number(category).is_some());
        let is_nothing = infer::is_missing(text) || (infer::is_unmeasured(text) && of_numbers());
        is_nothing && self.place(text.trim()).is_none()
    }

    /// Writes the inputs of the rows asked for; `slots` holds numbers, `embedded` the places that an embedding reads.
    pub(super) fn encode(
        &self,
        values: Option<&Values>,
        rows: &[usize],
        slots: &mut Slots<'_>,
        embedded: Option<&mut Slots<'_, u32>>,
    ) {
        let indicator_at = self.width() - usize::from(self.indicator);
        let mut embedded = embedded;
        for (example, &row) in rows.iter().enumerate() {
            let is_value = |category: &Cow<'_, str>| !self.is_missing(category);
            let category = values.and_then(|values| category_at(values, row)).filter(is_value);
            let place = match (&category, self.missing) {
                (Some(category), _) => self.place(category).unwrap_or(0),
                (None, MissingCategory::As { place }) => place,
                (None, MissingCategory::Own {}) => self.categories.len() as u32 + 1,
            };
            match &mut embedded {
                Some(embedded) => embedded.put(example, 0, place),
                None if place > 0 || self.unseen_learned => slots.put(example, place as usize, 1.0),
                None => {}
            }
            if self.indicator {
                slots.put(example, indicator_at, f32::from(u8::from(category.is_none())));
            }
        }
    }
}

/// How a table holds a value that its import took for a number or a moment: `1.0` as `1`, `2015-07-01` with the time.
pub(super) fn spellings(value: &str) -> [Option<String>; 2] {
    let number = infer::number(value).map(|number| Values::Number(vec![number]));
    let moment = infer::moment(value).map(|secs| Values::Time(vec![secs]));
    [number, moment].map(|values| values.and_then(|values| values.text(0)))
}

/// The category in one row without the spaces around it; an empty one is missing.
pub(crate) fn category_at(values: &Values, row: usize) -> Option<Cow<'_, str>> {
    let text = match values {
        Values::Text(texts) => Cow::Borrowed(texts[row].as_deref()?),
        other => Cow::Owned(other.text(row)?),
    };
    match (text.trim().len(), text) {
        (0, _) => None,
        (trimmed, text) if trimmed == text.len() => Some(text),
        (_, text) => Some(Cow::Owned(text.trim().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn unknown_is_missing_among_codes_as_it_is_for_an_import_and_a_category_among_words() {
        for (known, as_missing) in [(["1", "2"], true), (["red", "blue"], false)] {
            let values = Values::Text((0..8).map(|row| Some(Arc::from(known[row % 2]))).collect());
            let rules = CategoryRules {
                encoding: CategoryEncoding::OneHot,
                embedding_width: None,
                missing: MissingRule::Constant,
                fill: None,
                indicator: false,
            };
            let (code, _) = CategoryCode::fit(&values, &[0, 1, 2, 3], &rules);
            assert_eq!(code.is_missing("unknown"), as_missing, "{known:?}");
            assert!(code.is_missing("NA") && !code.is_missing(known[0]));
        }
    }
}
