//! One vector of a text's many: the mean of its tokens or its first, and length one.

use super::Pooling;

/// Smallest length that is divided by, as in PyTorch's `normalize`.
const TINY: f32 = 1e-12;

/// One vector of the tokens' `states`: rows of `width` numbers that begin `spacing` apart, at least one.
pub(crate) fn pooled(pooling: Pooling, states: &[f32], width: usize, spacing: usize) -> Vec<f32> {
    let mut rows = states.chunks_exact(spacing).map(|row| &row[..width]);
    let count = rows.len() as f32;
    let mut vector = rows.next().map(<[f32]>::to_vec).unwrap_or_default();
    match pooling {
        Pooling::Cls => {}
        Pooling::Max => {
            rows.for_each(|row| vector.iter_mut().zip(row).for_each(|(most, &x)| *most = most.max(x)));
        }
        Pooling::Mean | Pooling::MeanSqrtLen => {
            rows.for_each(|row| vector.iter_mut().zip(row).for_each(|(sum, x)| *sum += x));
            let divisor = if pooling == Pooling::Mean { count } else { count.sqrt() };
            vector.iter_mut().for_each(|sum| *sum /= divisor);
        }
    }
    vector
}

/// The vector at length one.
pub(super) fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    // Summed in double precision: the length of a long vector is then right to the last digit.
    let length = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt() as f32;
    let divisor = length.max(TINY);
    vector.iter_mut().for_each(|x| *x /= divisor);
    vector
}
