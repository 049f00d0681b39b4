//! Meanings as vectors of one byte a number, and how alike two of them are.

/// A vector of length one as whole numbers from −127 to 127 and the factor that gives it back; a vector of zeros has the factor 0.
pub fn quantise(vector: &[f32]) -> (f32, Vec<i8>) {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    let largest = vector.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if !length.is_finite() || length <= 0.0 {
        return (0.0, vec![0; vector.len()]);
    }
    let scale = 127.0 / largest;
    let bytes = vector.iter().map(|number| (number * scale).round() as i8).collect();
    (largest / 127.0 / length, bytes)
}

/// The vector that [`quantise`] took apart, of length one.
pub fn restored(factor: f32, bytes: &[i8]) -> Vec<f32> {
    bytes.iter().map(|byte| f32::from(*byte) * factor).collect()
}

/// The product of two vectors of bytes; written so that the compiler works on many numbers at once.
#[inline]
pub(super) fn product(one: &[i8], other: &[u8]) -> i32 {
    const LANES: usize = 16;
    let mut sums = [0_i32; LANES];
    let (ones, one_rest) = one.as_chunks::<LANES>();
    let (others, other_rest) = other.as_chunks::<LANES>();
    for (one, other) in ones.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] += i32::from(i16::from(one[lane]) * i16::from(other[lane].cast_signed()));
        }
    }
    let rest: i32 = one_rest
        .iter()
        .zip(other_rest)
        .map(|(one, other)| i32::from(*one) * i32::from(other.cast_signed()))
        .sum();
    sums.iter().sum::<i32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_of_bytes_is_the_cosine_within_a_hundredth() {
        let one: Vec<f32> = (0..100).map(|at| (at as f32 * 0.37).sin()).collect();
        let other: Vec<f32> = (0..100).map(|at| (at as f32 * 0.41).cos()).collect();
        let length = |vector: &[f32]| vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        let exact = one.iter().zip(&other).map(|(one, other)| one * other).sum::<f32>()
            / length(&one)
            / length(&other);
        let ((one_scale, one), (other_scale, other)) = (quantise(&one), quantise(&other));
        for (exact, near) in one.iter().zip(restored(one_scale, &one)).skip(1) {
            assert!((f32::from(*exact) * one_scale - near).abs() < 1e-6);
        }
        let bytes: Vec<u8> = other.iter().map(|byte| byte.cast_unsigned()).collect();
        let near = product(&one, &bytes) as f32 * one_scale * other_scale;
        assert!((exact - near).abs() < 0.01, "{exact} {near}");
    }
}
