//! How closely two samples follow one line.

/// Pearson's correlation of pairs, from -1 to 1; absent below three pairs and where one side does not vary.
pub fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    if pairs.len() < 3 {
        return None;
    }
    let mean_a = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let mean_b = pairs.iter().map(|pair| pair.1).sum::<f64>() / count;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let length = (aa * bb).sqrt();
    length.is_normal().then(|| ab / length)
}

/// The sum of products of two equally long slices, in sixteen lanes that a processor fills at once.
pub fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..16 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_numpys() {
        // numpy 2.4.6: np.corrcoef([1, 2, 3, 4, 5], [2, 1, 4, 3, 7])[0, 1]
        let pairs = [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0), (5.0, 7.0)];
        let found = pearson(&pairs).unwrap();
        assert!((found - 0.824_163_383_692_133_7).abs() < 1e-12, "{found}");
        assert_eq!(pearson(&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)]), None);
        assert_eq!(pearson(&pairs[..2]), None);
    }

    #[test]
    fn products_are_summed_over_lanes_and_rest() {
        let (a, b): (Vec<f32>, Vec<f32>) = ((0..37).map(|at| at as f32).collect(), vec![2.0; 37]);
        assert_eq!(product(&a, &b), 1332.0);
    }
}
