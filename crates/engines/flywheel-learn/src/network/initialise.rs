//! How weights begin: one place for both engines, drawn from the recipe's seed and the layer's position.

use flywheel_spec::recipe::Initializer;
use flywheel_stats::chance::Chance;

use super::{LayerKind, NetworkPlan, Parameter, Role};
use crate::draw;
use crate::engine::Tensor;

/// Half the width of the uniform draw of an embedding's vectors, as in Keras' `Embedding`.
const EMBEDDING_BOUND: f64 = 0.05;

/// The first weights of every tensor, in the order of [`NetworkPlan::parameters`].
pub fn initialise(network: &NetworkPlan, seed: u64) -> Vec<Tensor> {
    let mut embeddings = 0;
    let mut begin = |parameter: Parameter| {
        let mut values = vec![0.0; parameter.len()];
        match (parameter.role, parameter.layer) {
            (Role::Weight, None) => {
                uniform(draw::initial_embedding(seed, embeddings), EMBEDDING_BOUND, &mut values);
                embeddings += 1;
            }
            (Role::Weight, Some(layer)) => {
                if let LayerKind::Dense { initializer, .. } | LayerKind::Conv2d { initializer, .. } =
                    network.layers[layer].kind
                {
                    weights(initializer, &parameter.shape, draw::initial_weights(seed, layer), &mut values);
                }
            }
            (Role::Scale | Role::RunningVariance, _) => values.fill(1.0),
            (Role::Bias | Role::RunningMean, _) => {}
        }
        Tensor { name: parameter.name, shape: parameter.shape, values }
    };
    network.parameters().into_iter().map(&mut begin).collect()
}

/// Fills the weights of one layer; a filter's fans count its pixels, as in PyTorch.
fn weights(initializer: Initializer, shape: &[usize], chance: Chance, values: &mut [f32]) {
    let window: usize = shape[2..].iter().product();
    let (fan_in, fan_out) = ((shape[1] * window) as f64, (shape[0] * window) as f64);
    match initializer {
        Initializer::He {} => normal(chance, (2.0 / fan_in).sqrt(), values),
        Initializer::Xavier {} => uniform(chance, (6.0 / (fan_in + fan_out)).sqrt(), values),
        Initializer::Normal { deviation } => normal(chance, deviation, values),
        Initializer::Uniform { bound } => uniform(chance, bound, values),
        Initializer::Zero {} => values.fill(0.0),
    }
}

fn normal(mut chance: Chance, deviation: f64, values: &mut [f32]) {
    for value in values {
        *value = (deviation * chance.normal()) as f32;
    }
}

fn uniform(mut chance: Chance, bound: f64, values: &mut [f32]) {
    for value in values {
        *value = chance.between(-bound, bound) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of 40,000 draws.
    fn moments(initializer: Initializer, shape: &[usize]) -> (f64, f64) {
        let mut values = vec![0.0; shape.iter().product()];
        weights(initializer, shape, draw::initial_weights(3, 0), &mut values);
        let n = values.len() as f64;
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / n;
        (mean, values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn weights_begin_with_the_variance_of_their_formula() {
        let cases = [
            (Initializer::He {}, vec![200, 200], 2.0 / 200.0),
            (Initializer::He {}, vec![64, 25, 5, 5], 2.0 / (25.0 * 25.0)),
            (Initializer::Xavier {}, vec![100, 400], 2.0 / 500.0),
            (Initializer::Xavier {}, vec![64, 25, 5, 5], 2.0 / (89.0 * 25.0)),
            (Initializer::Normal { deviation: 0.3 }, vec![200, 200], 0.09),
            (Initializer::Uniform { bound: 0.3 }, vec![200, 200], 0.03),
            (Initializer::Zero {}, vec![200, 200], 0.0),
        ];
        for (initializer, shape, variance) in cases {
            let (mean, found) = moments(initializer, &shape);
            assert!(
                (found - variance).abs() <= 0.03 * variance,
                "{initializer:?} {shape:?}: variance {found}, wanted {variance}"
            );
            assert!(mean.abs() <= 0.02 * variance.sqrt(), "{initializer:?} {shape:?}: mean {mean}");
        }
    }
}
