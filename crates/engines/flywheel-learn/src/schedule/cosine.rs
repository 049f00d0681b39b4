//! Half a cosine from the full rate down to a floor (Loshchilov and Hutter 2017; PyTorch's `CosineAnnealingLR`).

use std::f64::consts::PI;

/// Share of the rate at `step` of `steps`; the floor is reached one step after the last, as with `T_max = steps`.
pub(super) fn share(step: u64, steps: u64, floor: f64) -> f64 {
    let progress = step.min(steps) as f64 / steps as f64;
    floor + (1.0 - floor) * 0.5 * (1.0 + (PI * progress).cos())
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::ScheduleSpec;

    /// `CosineAnnealingLR(SGD(lr=0.1), T_max=20, eta_min=0.01)`, stepped after each step.
    #[test]
    fn falls_as_pytorch_does() {
        let expected = [
            (0, 0.1),
            (1, 0.0994459753267812),
            (7, 0.07542957248827961),
            (10, 0.055),
            (19, 0.010554024673218806),
        ];
        super::super::tests::check(ScheduleSpec::Cosine { floor: 0.1 }, &expected);
        let to_zero = [(3, 0.0945503262094184), (19, 0.0006155829702431171)];
        super::super::tests::check(ScheduleSpec::Cosine { floor: 0.0 }, &to_zero);
    }
}
