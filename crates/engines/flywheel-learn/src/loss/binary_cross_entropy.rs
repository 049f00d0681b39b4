//! Cross-entropy of one sigmoid output against 0 or 1: `max(o, 0) - o t + log(1 + e^-|o|)`, PyTorch's `BCEWithLogitsLoss`.
//!
//! Label smoothing moves the target towards one half: `t' = t (1 - ε) + ε/2`.

use super::Truth;

/// See [`super::Objective::row`]; the one output is the logit of class 1.
pub(super) fn row(
    outputs: &[f32],
    truth: Truth,
    smoothing: f64,
    weight: f32,
    scale: f32,
    gradient: &mut [f32],
) -> f64 {
    let output = outputs[0];
    let truth = match truth {
        Truth::Class(class) => class as f32,
        Truth::Number(number) => number,
    };
    let target = truth * (1.0 - smoothing as f32) + 0.5 * smoothing as f32;
    let decay = (-output.abs()).exp();
    let probability = if output >= 0.0 { 1.0 / (1.0 + decay) } else { decay / (1.0 + decay) };
    gradient[0] = weight * scale * (probability - target);
    // Not `max(output, 0)`, which would hide a NaN.
    let above = if output < 0.0 { 0.0 } else { output };
    f64::from(weight) * f64::from(above - output * target + decay.ln_1p())
}
