//! One support vector machine a class, trained together.

use std::collections::BTreeMap;

use flywheel_language::fold;
use flywheel_stats::chance::Chance;
use serde::{Deserialize, Serialize};

use super::feature::{FeatureSpec, Features, Sparse};

/// How a model is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearSpec {
    /// Which pieces of a text count.
    pub features: FeatureSpec,
    /// What an example on the wrong side costs, above 0; the larger, the closer the model follows the examples.
    pub cost: f32,
    /// The most rounds over the examples.
    pub rounds: usize,
    /// Training ends when no class' largest violation in a round exceeds this.
    pub tolerance: f32,
    /// The most weights (features × classes), which bounds the memory: 4 bytes each.
    pub most_weights: usize,
    /// What the order of the examples in each round starts from.
    pub seed: u64,
}

impl Default for LinearSpec {
    fn default() -> Self {
        Self {
            features: FeatureSpec::default(),
            cost: 0.5,
            rounds: 20,
            tolerance: 0.1,
            most_weights: 1 << 25,
            seed: 0,
        }
    }
}

/// A trained classifier of texts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Linear {
    classes: Vec<String>,
    features: Features,
    /// The weights of a feature for all classes stand beside each other; the last row is the bias.
    weights: Vec<f32>,
}

impl Linear {
    /// Trains on texts and their labels, one beside the other; a text may stand under several labels.
    ///
    /// L2-regularised L2-loss machines, one class against the rest, by dual coordinate descent: Hsieh, Chang, Lin,
    /// Keerthi and Sundararajan, "A Dual Coordinate Descent Method for Large-scale Linear SVM" (ICML 2008), algorithm 1.
    /// All classes visit the examples in the same order, so that their weights lie beside each other.
    pub fn train<T: AsRef<str>, L: AsRef<str>>(spec: &LinearSpec, texts: &[T], labels: &[L]) -> Self {
        let mut examples: Vec<(String, &str)> =
            texts.iter().zip(labels).map(|(text, label)| (fold(text.as_ref()), label.as_ref())).collect();
        examples.sort_unstable();
        let mut classes: Vec<String> = examples.iter().map(|(_, label)| (*label).to_owned()).collect();
        classes.sort_unstable();
        classes.dedup();
        let folded: Vec<&str> = examples.iter().map(|(text, _)| text.as_str()).collect();
        let bound = (spec.most_weights / classes.len().max(1)).max(1);
        let chosen = FeatureSpec { most: spec.features.most.min(bound), ..spec.features.clone() };
        let features = Features::learn(&chosen, &folded);
        let rows: Vec<(Sparse, usize)> = examples
            .iter()
            .map(|(text, label)| {
                let class = classes.partition_point(|class| class.as_str() < *label);
                (features.vector(text).0, class)
            })
            .collect();
        let weights = descend(spec, &rows, classes.len(), features.len());
        Self { classes, features, weights }
    }

    /// The classes, in alphabetical order: the order of the [scores](Self::scores).
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What it knows of a text's pieces.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// The score of each class: about 1 for what surely is of the class, about −1 for what surely is not.
    /// They are no probabilities.
    pub fn scores(&self, text: &str) -> Vec<f32> {
        self.scores_of(&self.features.vector(&fold(text)).0)
    }

    /// The same for a vector of [its features](Self::features).
    pub fn scores_of(&self, vector: &[(u32, f32)]) -> Vec<f32> {
        let count = self.classes.len();
        let mut scores = self.weights.get(self.features.len() * count..).unwrap_or_default().to_vec();
        for (feature, value) in vector {
            let start = *feature as usize * count;
            for (score, weight) in scores.iter_mut().zip(&self.weights[start..start + count]) {
                *score += value * weight;
            }
        }
        scores
    }

    /// The class of the highest score, the first by name among equals; absent where nothing was learned.
    pub fn best(&self, text: &str) -> Option<&str> {
        self.ranked(text).first().map(|(class, _)| *class)
    }

    /// The classes by falling score, by name among equals.
    pub fn ranked(&self, text: &str) -> Vec<(&str, f32)> {
        let mut ranked: Vec<(&str, f32)> =
            self.classes.iter().map(String::as_str).zip(self.scores(text)).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        ranked
    }

    /// The share that each class would have among the scores: softmax at a temperature above 0, by class.
    pub fn shares(&self, text: &str, temperature: f32) -> BTreeMap<&str, f32> {
        let scores = self.scores(text);
        let highest = scores.iter().copied().fold(f32::MIN, f32::max);
        let powers: Vec<f32> = scores.iter().map(|score| ((score - highest) / temperature).exp()).collect();
        let sum: f32 = powers.iter().sum();
        self.classes.iter().zip(powers).map(|(class, power)| (class.as_str(), power / sum)).collect()
    }
}

/// Dual coordinate descent for all classes at once.
fn descend(spec: &LinearSpec, rows: &[(Sparse, usize)], classes: usize, features: usize) -> Vec<f32> {
    let mut weights = vec![0.0_f32; (features + 1) * classes];
    let mut alpha = vec![0.0_f32; rows.len() * classes];
    let diagonal = 0.5 / spec.cost;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut margins = vec![0.0_f32; classes];
    for round in 0..spec.rounds {
        Chance::new(spec.seed).stream("linear").stream(round).shuffle(&mut order);
        let mut worst = 0.0_f32;
        for &row in &order {
            let (vector, class) = &rows[row];
            // The bias is a feature of value one.
            margins.copy_from_slice(&weights[features * classes..]);
            for (feature, value) in vector {
                let start = *feature as usize * classes;
                for (margin, weight) in margins.iter_mut().zip(&weights[start..start + classes]) {
                    *margin += value * weight;
                }
            }
            let square = 1.0 + vector.iter().map(|(_, value)| value * value).sum::<f32>();
            let own = &mut alpha[row * classes..(row + 1) * classes];
            let mut moved = false;
            // The margins become the steps of the weights.
            for (other, (margin, alpha)) in margins.iter_mut().zip(own).enumerate() {
                let sign = if other == *class { 1.0 } else { -1.0 };
                let gradient = sign * *margin - 1.0 + diagonal * *alpha;
                let next = (*alpha - gradient / (square + diagonal)).max(0.0);
                let step = next - *alpha;
                worst = worst.max(if *alpha == 0.0 { (-gradient).max(0.0) } else { gradient.abs() });
                *alpha = next;
                // A step too small to matter costs a pass over the row all the same.
                *margin = if step.abs() < 1e-6 { 0.0 } else { sign * step };
                moved |= *margin != 0.0;
            }
            if !moved {
                continue;
            }
            for (feature, value) in vector {
                let start = *feature as usize * classes;
                for (weight, step) in weights[start..start + classes].iter_mut().zip(&margins) {
                    *weight += value * step;
                }
            }
            for (weight, step) in weights[features * classes..].iter_mut().zip(&margins) {
                *weight += step;
            }
        }
        if worst < spec.tolerance {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXTS: &[(&str, &str)] = &[
        ("where is my parcel", "delivery"),
        ("my parcel has not come", "delivery"),
        ("包裹到哪了", "delivery"),
        ("give me my money back", "refund"),
        ("how do i get a refund", "refund"),
        ("怎么退款", "refund"),
        ("i forgot my password", "password"),
        ("reset password", "password"),
        ("忘记密码了", "password"),
    ];

    fn trained(order: &[usize]) -> Linear {
        let texts: Vec<&str> = order.iter().map(|at| TEXTS[*at].0).collect();
        let labels: Vec<&str> = order.iter().map(|at| TEXTS[*at].1).collect();
        Linear::train(&LinearSpec::default(), &texts, &labels)
    }

    #[test]
    fn texts_like_the_examples_get_their_class() {
        let model = trained(&(0..TEXTS.len()).collect::<Vec<_>>());
        for (text, class) in [
            ("Where's the PARCEL?", "delivery"),
            ("i want a refund", "refund"),
            ("paswords forgotten", "password"),
            ("我要退款", "refund"),
            ("密碼忘記了", "password"),
            ("我的包裹呢", "delivery"),
        ] {
            assert_eq!(model.best(text), Some(class), "{text}");
            let shares = model.shares(text, 0.5);
            assert!((shares.values().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn nothing_to_learn_from_gives_no_class_and_one_class_gives_itself() {
        let none = Linear::train(&LinearSpec::default(), &[] as &[&str], &[] as &[&str]);
        assert_eq!(none.best("hello"), None);
        let one = Linear::train(&LinearSpec::default(), &["a"], &["x"]);
        assert_eq!(one.best("\0"), Some("x"));
        assert_eq!(Linear::default().best("a"), None);
    }

    #[test]
    fn a_model_comes_back_from_json_as_it_was() {
        let model = trained(&(0..TEXTS.len()).collect::<Vec<_>>());
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<Linear>(&text).unwrap(), model);
    }

    #[test]
    fn the_bound_on_weights_holds() {
        let spec = LinearSpec { most_weights: 30, ..LinearSpec::default() };
        let model = Linear::train(&spec, &["a b c d", "e f g h", "i j k l"], &["1", "2", "3"]);
        assert!(model.features().len() <= 10);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn the_order_of_the_examples_does_not_matter(order in Just((0..TEXTS.len()).collect::<Vec<_>>()).prop_shuffle()) {
            prop_assert_eq!(trained(&order), trained(&(0..TEXTS.len()).collect::<Vec<_>>()));
        }

        #[test]
        fn any_text_has_finite_scores(text in "\\PC{0,80}") {
            let model = trained(&[0, 3, 6]);
            prop_assert!(model.scores(&text).iter().all(|score| score.is_finite()));
        }
    }
}
