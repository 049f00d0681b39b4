//! One cycle: up to the full rate by a cosine, then down to a ten-thousandth of its start by another (Smith and Topin 2018).
//!
//! PyTorch's `OneCycleLR` with `anneal_strategy="cos"`, `final_div_factor=1e4`.

use std::f64::consts::PI;

const LAST_DIVISOR: f64 = 1e4;

/// Share of the rate at `step` of `steps`.
pub(super) fn share(step: u64, steps: u64, rise: f64, divisor: f64) -> f64 {
    let top = rise * steps as f64 - 1.0;
    let last = steps as f64 - 1.0;
    let step = (step as f64).min(last);
    let start = 1.0 / divisor;
    if step <= top {
        between(start, 1.0, if top > 0.0 { step / top } else { 1.0 })
    } else {
        between(1.0, start / LAST_DIVISOR, (step - top) / (last - top))
    }
}

fn between(from: f64, to: f64, progress: f64) -> f64 {
    to + (from - to) / 2.0 * (1.0 + (PI * progress).cos())
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::ScheduleSpec;

    /// `OneCycleLR(SGD(lr=0.1), 0.1, total_steps=20, pct_start=0.3, div_factor=25, final_div_factor=1e4)`.
    #[test]
    fn rises_and_falls_as_pytorch_does() {
        let expected = [
            (0, 0.004),
            (1, 0.013167184270002533),
            (4, 0.09083281572999748),
            (5, 0.1),
            (6, 0.09874640062350874),
            (12, 0.0500002),
            (18, 0.0012539993764912555),
            (19, 4e-7),
        ];
        super::super::tests::check(ScheduleSpec::OneCycle { rise: 0.3, divisor: 25.0 }, &expected);
    }
}
