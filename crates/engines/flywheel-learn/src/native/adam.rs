//! Adam's step on part of a tensor: the formula of [`crate::optimizer`], on 512-bit vectors without root and division.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::cpu::{Level, for_each_level};

/// What is smaller counts as zero. A unit that is never active leaves its moments to shrink until they are denormal, and
/// there they stay; each such number costs a hundred times the time of another. None of these moves a weight.
pub const LEAST_MEAN: f32 = 1e-30;
/// The same for a gradient, whose square must not be denormal either.
pub const LEAST_SLOPE: f32 = 1e-17;
/// The same for a mean of squares.
pub const LEAST_SQUARE: f32 = 1e-33;

/// Zero where a number is smaller than the least that counts; NaN stays.
#[inline(always)]
pub fn flush(number: f32, least: f32) -> f32 {
    if number.abs() < least { 0.0 } else { number }
}

/// What a step's numbers have in common.
#[derive(Debug, Clone, Copy)]
pub struct Coefficients {
    /// `1 - η λ`: what decay leaves of a weight.
    pub keep: f32,
    /// `η / (1 - β₁ᵗ)`.
    pub size: f32,
    /// `1 / √(1 - β₂ᵗ)`.
    pub correction: f32,
    /// `1 - β₁`.
    pub first: f32,
    /// β₂.
    pub second_kept: f32,
    /// `1 - β₂`.
    pub second: f32,
    /// Added to the denominator.
    pub epsilon: f32,
}

/// Numbers in a vector.
#[cfg(target_arch = "x86_64")]
const LANES: usize = 16;

/// `m += (1-β₁)(g - m)`, `v = β₂ v + (1-β₂) g²`, `w = (1-ηλ) w - η/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε)`.
pub fn advance(
    level: Level,
    weights: &mut [f32],
    gradient: &[f32],
    m: &mut [f32],
    v: &mut [f32],
    c: Coefficients,
) {
    let len = weights.len();
    assert!(
        gradient.len() == len && m.len() == len && v.len() == len,
        "weights, gradient and moments differ in length"
    );
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 {
        // SAFETY: this processor has AVX-512, and all four slices are equally long.
        unsafe { swiftly(weights, gradient, m, v, c) };
        return;
    }
    plainly(level, weights, gradient, m, v, c);
}

for_each_level! {
    fn plainly(weights: &mut [f32], gradient: &[f32], m: &mut [f32], v: &mut [f32], c: Coefficients) {
        for (((w, &g), m), v) in weights.iter_mut().zip(gradient).zip(m).zip(v) {
            let g = flush(g, LEAST_SLOPE);
            *m = flush(*m + c.first * (g - *m), LEAST_MEAN);
            *v = flush(c.second_kept * *v + c.second * g * g, LEAST_SQUARE);
            *w = c.keep * *w - c.size * *m / (v.sqrt() * c.correction + c.epsilon);
        }
    }
}

/// The root and the quotient are estimated to 14 bits and each refined by one step of Newton's, to within two units in
/// the last place: that takes a third of the time of their instructions.
///
/// # Safety
/// The processor has AVX-512, and all slices are equally long.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn swiftly(weights: &mut [f32], gradient: &[f32], m: &mut [f32], v: &mut [f32], c: Coefficients) {
    let all = _mm512_set1_ps;
    let (keep, size, correction, epsilon) = (all(c.keep), all(c.size), all(c.correction), all(c.epsilon));
    let (first, second_kept, second) = (all(c.first), all(c.second_kept), all(c.second));
    let flush = |x: __m512, below: f32| {
        // Not below, rather than above, so that NaN stays.
        let kept = _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(_mm512_abs_ps(x), all(below));
        _mm512_maskz_mov_ps(kept, x)
    };
    let (half, three_halves, two, least) = (all(0.5), all(1.5), all(2.0), all(LEAST_SQUARE));
    for start in (0..weights.len()).step_by(LANES) {
        let mask = u16::MAX >> LANES.saturating_sub(weights.len() - start);
        // Masked, because no build guards that with checks.
        // SAFETY: the mask covers what is left of each slice from `start`.
        let load =
            |numbers: &[f32]| unsafe { _mm512_maskz_loadu_ps(mask, numbers.as_ptr().wrapping_add(start)) };
        let (w, g, old_m, old_v) = (load(weights), flush(load(gradient), LEAST_SLOPE), load(m), load(v));
        let new_m = flush(_mm512_fmadd_ps(first, _mm512_sub_ps(g, old_m), old_m), LEAST_MEAN);
        let new_v = _mm512_fmadd_ps(_mm512_mul_ps(second, g), g, _mm512_mul_ps(second_kept, old_v));
        let new_v = flush(new_v, LEAST_SQUARE);
        // 1/√v by y (3 - v y²) / 2.
        let floor_v = _mm512_max_ps(new_v, least);
        let y = _mm512_rsqrt14_ps(floor_v);
        let half_v = _mm512_mul_ps(half, floor_v);
        let y = _mm512_mul_ps(y, _mm512_fnmadd_ps(_mm512_mul_ps(half_v, y), y, three_halves));
        let denominator = _mm512_fmadd_ps(_mm512_mul_ps(floor_v, y), correction, epsilon);
        // 1/d by r (2 - d r).
        let r = _mm512_rcp14_ps(denominator);
        let r = _mm512_mul_ps(r, _mm512_fnmadd_ps(denominator, r, two));
        let moved = _mm512_fnmadd_ps(_mm512_mul_ps(size, new_m), r, _mm512_mul_ps(keep, w));
        for (numbers, new) in [(&mut *m, new_m), (&mut *v, new_v), (&mut *weights, moved)] {
            // SAFETY: as for the loads.
            unsafe { _mm512_mask_storeu_ps(numbers.as_mut_ptr().wrapping_add(start), mask, new) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refined_estimates_agree_with_double_precision_at_every_size() {
        let c = Coefficients {
            keep: 0.99,
            size: 1e-3,
            correction: 1.7,
            first: 0.1,
            second_kept: 0.999,
            second: 0.001,
            epsilon: 1e-8,
        };
        for level in Level::available() {
            for exponent in -18..18 {
                let gradient: Vec<f32> =
                    (0..37).map(|i| (i as f32 * 0.9).sin() * 10_f32.powi(exponent)).collect();
                let mut weights = vec![0.5; 37];
                let (mut m, mut v) = (vec![0.0; 37], vec![0.0; 37]);
                advance(level, &mut weights, &gradient, &mut m, &mut v, c);
                for (w, g) in weights.iter().zip(&gradient) {
                    let g = f64::from(*g);
                    let (m, v) = (0.1 * g, 0.001 * g * g);
                    let wanted = 0.99 * 0.5 - 1e-3 * m / (v.sqrt() * 1.7 + 1e-8);
                    assert!(
                        (f64::from(*w) - wanted).abs() < 2e-7,
                        "{level:?} gradient {g}: {w}, not {wanted}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_moves_where_nothing_was_ever_learned_and_infinity_shows() {
        let c = Coefficients {
            keep: 1.0,
            size: 1.0,
            correction: 1.0,
            first: 0.1,
            second_kept: 0.9,
            second: 0.1,
            epsilon: 1e-8,
        };
        for level in Level::available() {
            let mut weights = [0.25; 16];
            let mut gradient = [0.0; 16];
            gradient[3] = f32::NAN;
            advance(level, &mut weights, &gradient, &mut [0.0; 16], &mut [0.0; 16], c);
            assert!(weights[3].is_nan(), "{level:?}");
            assert!(weights.iter().enumerate().all(|(i, &w)| i == 3 || w == 0.25), "{level:?}");
        }
    }
}
