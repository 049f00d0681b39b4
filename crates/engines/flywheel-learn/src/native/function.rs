//! Functions of single numbers: what they give, and how a gradient passes back through them.

use super::cpu::{Level, for_each_level};

/// A function applied to each number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `max(0, x)`.
    Relu,
    /// `x` above 0, `0.01 x` below.
    LeakyRelu,
    /// `x Φ(x)`, the exact form.
    Gelu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
}

/// Slope of the leaky relu below zero: the default of PyTorch's `LeakyReLU`.
const LEAK: f32 = 0.01;

impl Function {
    /// Whether the slope can be told from the result, so that what went in need not be kept.
    pub fn slope_from_result(self) -> bool {
        self != Self::Gelu
    }

    /// Replaces each number by the function of it.
    pub fn apply(self, level: Level, numbers: &mut [f32]) {
        match self {
            Self::Relu => relu(level, numbers),
            Self::LeakyRelu => leaky_relu(level, numbers),
            Self::Gelu => gelu(level, numbers),
            Self::Tanh => tanh_all(level, numbers),
            Self::Sigmoid => sigmoid_all(level, numbers),
        }
    }

    /// Multiplies each gradient by the function's slope, given what went in (looked at by gelu only) and what came out.
    pub fn pass_back(self, level: Level, inputs: &[f32], outputs: &[f32], gradients: &mut [f32]) {
        match self {
            Self::Relu => relu_back(level, outputs, gradients),
            Self::LeakyRelu => leaky_relu_back(level, outputs, gradients),
            Self::Gelu => gelu_back(level, inputs, gradients),
            Self::Tanh => tanh_back(level, outputs, gradients),
            Self::Sigmoid => sigmoid_back(level, outputs, gradients),
        }
    }
}

/// Adds the bias to each row and applies the function, while the rows are still in the first cache.
///
/// `rows` begin `spacing` apart, are as wide as `bias`, and only the first `meant` numbers of each mean something.
pub fn finish(
    level: Level,
    function: Option<Function>,
    bias: &[f32],
    rows: &mut [f32],
    spacing: usize,
    meant: usize,
) {
    match function {
        None => add(level, rows, spacing, bias),
        Some(Function::Relu) => add_and_relu(level, rows, spacing, bias),
        Some(function) => {
            add(level, rows, spacing, bias);
            rows.chunks_mut(spacing).for_each(|row| function.apply(level, &mut row[..meant]));
        }
    }
}

for_each_level! {
    fn add(rows: &mut [f32], spacing: usize, bias: &[f32]) {
        for row in rows.chunks_mut(spacing) {
            row.iter_mut().zip(bias).for_each(|(x, b)| *x += b);
        }
    }
}

for_each_level! {
    fn add_and_relu(rows: &mut [f32], spacing: usize, bias: &[f32]) {
        for row in rows.chunks_mut(spacing) {
            for (x, b) in row.iter_mut().zip(bias) {
                let sum = *x + b;
                *x = if sum < 0.0 { 0.0 } else { sum };
            }
        }
    }
}

for_each_level! {
    fn relu(numbers: &mut [f32]) {
        // Unlike `max`, this lets NaN through.
        numbers.iter_mut().for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x });
    }
}

for_each_level! {
    fn relu_back(outputs: &[f32], gradients: &mut [f32]) {
        gradients.iter_mut().zip(outputs).for_each(|(d, &y)| *d = if y > 0.0 { *d } else { 0.0 });
    }
}

for_each_level! {
    fn leaky_relu(numbers: &mut [f32]) {
        numbers.iter_mut().for_each(|x| *x = if *x < 0.0 { *x * LEAK } else { *x });
    }
}

for_each_level! {
    fn leaky_relu_back(outputs: &[f32], gradients: &mut [f32]) {
        gradients.iter_mut().zip(outputs).for_each(|(d, &y)| *d = if y > 0.0 { *d } else { *d * LEAK });
    }
}

for_each_level! {
    fn gelu(numbers: &mut [f32]) {
        numbers.iter_mut().for_each(|x| *x *= normal_share(*x));
    }
}

for_each_level! {
    fn gelu_back(inputs: &[f32], gradients: &mut [f32]) {
        // 1/√(2π).
        const DENSITY: f32 = 0.398_942_3;
        gradients.iter_mut().zip(inputs).for_each(|(d, &x)| *d *= normal_share(x) + x * DENSITY * exp(-0.5 * x * x));
    }
}

for_each_level! {
    fn tanh_all(numbers: &mut [f32]) {
        numbers.iter_mut().for_each(|x| *x = tanh(*x));
    }
}

for_each_level! {
    fn tanh_back(outputs: &[f32], gradients: &mut [f32]) {
        gradients.iter_mut().zip(outputs).for_each(|(d, &y)| *d *= 1.0 - y * y);
    }
}

for_each_level! {
    fn sigmoid_all(numbers: &mut [f32]) {
        numbers.iter_mut().for_each(|x| *x = sigmoid(*x));
    }
}

for_each_level! {
    fn sigmoid_back(outputs: &[f32], gradients: &mut [f32]) {
        gradients.iter_mut().zip(outputs).for_each(|(d, &y)| *d *= y * (1.0 - y));
    }
}

/// `eˣ` within two units in the last place; 0 and infinity beyond the range, NaN for NaN.
///
/// Range reduction by ln 2 in two parts, then the polynomial of Cephes' `expf`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let clamped = if x > 89.0 { 89.0 } else { x };
    let clamped = if clamped < -104.0 { -104.0 } else { clamped };
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = clamped - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    p = p * r * r + r + 1.0;
    // Two factors, because one alone does not reach the smallest and largest results.
    let exponent = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = exponent >> 1;
    let power = |e: i32| f32::from_bits((e.wrapping_add(127) << 23) as u32);
    p * power(half) * power(exponent.wrapping_sub(half))
}

/// `1 / (1 + e⁻ˣ)`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Hyperbolic tangent: the rational approximation of Eigen's `generic_fast_tanh_float`.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    let limit = 7.905_311;
    let c = if x > limit { limit } else { x };
    let c = if c < -limit { -limit } else { c };
    let s = c * c;
    let mut p = -2.760_768_5e-16;
    p = p * s + 2.000_188e-13;
    p = p * s - 8.604_672e-11;
    p = p * s + 5.122_297e-8;
    p = p * s + 1.485_722_4e-5;
    p = p * s + 6.372_619_3e-4;
    p = p * s + 4.893_524_6e-3;
    let mut q = 1.198_258_4e-6;
    q = q * s + 1.185_347_1e-4;
    q = q * s + 2.268_434_6e-3;
    q = q * s + 4.893_525e-3;
    c * p / q
}

/// Φ(x), the standard normal distribution's share below `x`.
#[inline(always)]
fn normal_share(x: f32) -> f32 {
    0.5 + 0.5 * erf(x * std::f32::consts::FRAC_1_SQRT_2)
}

/// The error function: the rational approximation of Eigen's `generic_fast_erf_float`, as XLA uses it.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let c = if x > 4.0 { 4.0 } else { x };
    let c = if c < -4.0 { -4.0 } else { c };
    let s = c * c;
    let mut p = -2.726_142_3e-10;
    p = p * s + 2.770_681_4e-8;
    p = p * s - 2.101_024e-6;
    p = p * s - 5.692_506_4e-5;
    p = p * s - 7.349_906_4e-4;
    p = p * s - 2.954_6e-3;
    p = p * s - 1.609_603_3e-2;
    let mut q = -1.456_607_2e-5;
    q = q * s - 2.133_740_5e-4;
    q = q * s - 1.682_827e-3;
    q = q * s - 7.373_329e-3;
    q = q * s - 1.426_473_9e-2;
    c * p / q
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Φ by integrating its density with Simpson's rule.
    fn exact_normal_share(x: f64) -> f64 {
        let steps = 2000;
        let h = x / f64::from(steps);
        let density = |t: f64| (-0.5 * t * t).exp() / std::f64::consts::TAU.sqrt();
        let weight = |i: i32| if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
        0.5 + h / 3.0 * (0..=steps).map(|i| weight(i) * density(f64::from(i) * h)).sum::<f64>()
    }

    fn exact(function: Function, x: f64) -> f64 {
        match function {
            Function::Relu => x.max(0.0),
            Function::LeakyRelu => {
                if x > 0.0 {
                    x
                } else {
                    0.01 * x
                }
            }
            Function::Gelu => x * exact_normal_share(x),
            Function::Tanh => x.tanh(),
            Function::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        }
    }

    const ALL: [Function; 5] =
        [Function::Relu, Function::LeakyRelu, Function::Gelu, Function::Tanh, Function::Sigmoid];

    #[test]
    fn functions_and_their_slopes_agree_with_double_precision() {
        for level in Level::available() {
            for function in ALL {
                let inputs: Vec<f32> = (-1000..=1000).map(|i| i as f32 * 0.01 + 0.0003).collect();
                let mut outputs = inputs.clone();
                function.apply(level, &mut outputs);
                let mut slopes = vec![1.0; inputs.len()];
                function.pass_back(level, &inputs, &outputs, &mut slopes);
                for ((&x, &y), &slope) in inputs.iter().zip(&outputs).zip(&slopes) {
                    let x = f64::from(x);
                    let want = exact(function, x);
                    assert!(
                        (f64::from(y) - want).abs() < 1e-6 * (1.0 + want.abs()),
                        "{function:?}({x}) = {y}, not {want}"
                    );
                    let h = 1e-5;
                    let want = (exact(function, x + h) - exact(function, x - h)) / (2.0 * h);
                    assert!(
                        (f64::from(slope) - want).abs() < 2e-6,
                        "{function:?}'({x}) = {slope}, not {want}"
                    );
                }
            }
        }
    }

    #[test]
    fn exp_is_exact_to_two_units_and_ends_in_zero_and_infinity() {
        for i in -8700..8800 {
            let x = i as f32 * 0.01;
            let want = f64::from(x).exp();
            assert!((f64::from(exp(x)) / want - 1.0).abs() < 2.4e-7, "exp({x}) = {}, not {want}", exp(x));
        }
        assert_eq!(
            (exp(0.0), exp(-200.0), exp(200.0), exp(f32::NEG_INFINITY)),
            (1.0, 0.0, f32::INFINITY, 0.0)
        );
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        for function in ALL {
            let mut numbers = [f32::NAN, 1.0];
            function.apply(Level::detect(), &mut numbers);
            assert!(numbers[0].is_nan(), "{function:?}");
        }
    }
}
